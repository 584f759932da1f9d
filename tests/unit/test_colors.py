"""The colors of static/css/porchlight.css: computed, because eyes cannot be trusted with contrast."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "static/css/porchlight.css").read_text()
TOKENS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS
    )
}
TEXT, MARKS = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11

TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "muted", "link") for ground in ("surface", "canvas")),
    *((text, ground) for text in ("overdue", "success") for ground in ("surface", "canvas")),
    *(
        (state, f"{state}-tint")
        for state in ("overdue", "due-soon", "due-later", "success", "endangered", "neutral")
    ),
    ("muted", "overdue-tint"),
    ("neutral", "surface"),
    ("neutral", "canvas"),
    ("ink", "due-later-tint"),
    ("on-primary", "primary"),
    ("on-primary", "primary-hover"),
    ("on-header", "header"),
]
MARK_PAIRS = [
    *((mark, ground) for mark in ("control", "primary") for ground in ("surface", "canvas")),
    *(
        (f"{state}-bar", ground)
        for state in ("overdue", "due-soon", "endangered")
        for ground in ("surface", "canvas")
    ),
    ("focus", "header"),
    ("focus", "focus-edge"),
]


def luminance(color: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colors, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(text: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= TEXT


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARK_PAIRS)
def test_a_mark_can_be_seen_on_its_ground(mark: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[mark][theme], TOKENS[ground][theme]) >= MARKS


def test_every_color_is_a_token_so_that_both_themes_have_it() -> None:
    rules = CSS[CSS.index("/* ---- 2.") : CSS.index("@media print")]

    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)


def test_red_marks_only_what_is_overdue_or_an_error() -> None:
    red = [
        rule.split("{")[0].strip().splitlines()[-1]
        for rule in CSS[CSS.index("/* ---- 2.") :].split("}")
        if "var(--overdue" in rule
    ]

    assert red
    assert all("error" in rule or "light[data-on=" in rule for rule in red), red


def test_older_browsers_get_the_light_colors() -> None:
    block = CSS[CSS.index("@supports not (color: light-dark(") :]
    block = block[: block.index("\n}\n")]

    assert dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) == {
        name: color["light"] for name, color in TOKENS.items()
    }
