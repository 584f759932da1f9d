"""Our form templates: every kind of field, as asked and as refused."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_form
from django import forms
from django.template.loader import render_to_string

from casework.templatetags.gallery import GalleryForm


class Page(HTMLParser):
    """The elements of a page, in order, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    @property
    def ids(self) -> list[str]:
        """Every id, in page order."""
        return [attrs["id"] or "" for _, attrs in self.elements if "id" in attrs]

    def element(self, id_: str) -> dict[str, str | None]:
        """The attributes of the element with this id."""
        return next(attrs for _, attrs in self.elements if attrs.get("id") == id_)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of this kind."""
        return [attrs for name, attrs in self.elements if name == tag]


def drawn(form: forms.Form) -> str:
    return str(as_crispy_form(form))


@pytest.fixture
def asked() -> str:
    """The form as it is first shown."""
    return drawn(GalleryForm())


@pytest.fixture
def refused() -> str:
    """The form after it was sent empty."""
    return drawn(GalleryForm(data={}))


TEXT_FIELDS = ("who", "time", "agency")
CHOICE_FIELDS = ("told", "outcome")


def test_a_field_that_may_stay_empty_says_so_in_words_and_no_field_has_an_asterisk(
    asked: str,
) -> None:
    assert re.search(r'About what time\? <span class="field__optional">\(optional\)</span>', asked)
    assert "*" not in asked


def test_a_quiet_field_does_not_say_that_it_is_optional(asked: str) -> None:
    legend = re.search(r"Has anyone called the police\?(.*?)</legend>", asked, re.DOTALL)

    assert legend
    assert "optional" not in legend.group(1)


@pytest.mark.parametrize("name", ["who", "time"])
def test_label_hint_error_and_control_come_in_this_order(refused: str, name: str) -> None:
    places = [
        refused.index(mark)
        for mark in (
            f'for="id_{name}"',
            f'id="id_{name}_helptext"',
            f'id="id_{name}_error"',
            f'id="id_{name}"',
        )
    ]

    assert places == sorted(places)


@pytest.mark.parametrize("name", TEXT_FIELDS)
def test_a_refused_control_points_to_the_words_about_it(refused: str, name: str) -> None:
    page = Page(refused)

    control = page.element(f"id_{name}")
    described_by = (control["aria-describedby"] or "").split()

    assert control["aria-invalid"] == "true"
    assert f"id_{name}_error" in described_by
    assert set(described_by) <= set(page.ids)


@pytest.mark.parametrize("name", CHOICE_FIELDS)
def test_a_refused_group_of_choices_shows_its_error_before_the_first_choice(
    refused: str, name: str
) -> None:
    page = Page(refused)

    described = [attrs.get("aria-describedby") or "" for attrs in page.all("fieldset")]

    assert page.ids.index(f"id_{name}_error") < page.ids.index(f"id_{name}_0")
    assert any(f"id_{name}_error" in words.split() for words in described)


def test_each_line_of_the_error_summary_leads_to_a_control(refused: str) -> None:
    page = Page(refused)
    controls = {
        attrs.get("id") for tag in ("input", "select", "textarea") for attrs in page.all(tag)
    }

    targets = [(attrs["href"] or "")[1:] for attrs in page.all("a")]

    assert len(targets) == 6
    assert set(targets) <= controls


def test_the_error_summary_takes_the_focus_and_comes_first(refused: str) -> None:
    page = Page(refused)

    summary = next(attrs for _, attrs in page.elements if attrs.get("class") == "error-summary")

    assert "autofocus" in summary
    assert summary["tabindex"] == "-1"
    assert refused.index("There is a problem") < refused.index('id="div_id_who"')


def test_a_choice_can_carry_a_second_line(asked: str) -> None:
    assert re.search(r'Just now <span class="choice__hint">4:28 a\.m\.</span>', asked)


def test_no_id_stands_twice(refused: str) -> None:
    ids = Page(refused).ids

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("state", ["asked", "refused"])
def test_nothing_is_inline_that_the_browser_rules_forbid(
    state: str, request: pytest.FixtureRequest
) -> None:
    page = Page(request.getfixturevalue(state))

    assert not page.all("script")
    assert not [attrs for _, attrs in page.elements if "style" in attrs]
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]


def test_what_was_typed_is_kept_and_cannot_become_markup() -> None:
    html = drawn(GalleryForm(data={"who": '"><script>alert(1)</script>', "note": "</textarea><b>"}))

    assert "<script>" not in html
    assert "</textarea><b>" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_label_with_a_name_in_it_cannot_become_markup() -> None:
    class Choice(forms.Form):
        match = forms.ChoiceField(choices=[("1", "<b>Jordan</b>")], widget=forms.RadioSelect)

    html = drawn(Choice())

    assert "<b>" not in html
    assert "&lt;b&gt;Jordan" in html


def test_an_error_that_belongs_to_no_field_stands_in_the_summary() -> None:
    class Refusing(forms.Form):
        key = forms.UUIDField(widget=forms.HiddenInput)

        def clean(self) -> None:
            raise forms.ValidationError("R. Diaz recorded this at 2:31 a.m.")

    html = drawn(Refusing(data={"key": "no key"}))

    assert "R. Diaz recorded this at 2:31 a.m." in html
    assert "Enter a valid UUID." in html


@pytest.mark.parametrize(("form", "starts"), [({}, "Error: "), (None, "This page")])
def test_the_title_of_a_page_says_when_something_was_refused(
    form: dict[str, str] | None, starts: str
) -> None:
    context: dict[str, Any] = {"form": GalleryForm(data=form)} if form is not None else {}

    html = render_to_string("404.html", context)

    title = re.search(r"<title>(.*?)</title>", html)
    assert title
    assert title.group(1).startswith(starts)


@pytest.mark.parametrize("template", ["403.html", "404.html", "429.html", "500.html"])
def test_an_error_page_can_be_drawn_when_nothing_else_works(template: str) -> None:
    html = render_to_string(template)

    assert html.count("<h1>") == 1


def test_the_page_for_what_did_not_save_sends_the_answers_again() -> None:
    html = render_to_string(
        "did_not_save.html",
        {
            "answers": [("name", "Jordan & Sam"), ("told", "just_now")],
            "shown": [("Name", "Jordan & Sam")],
            "action": "/log",
            "reference": "8Q2M7X",
        },
    )

    sent = {attrs.get("name"): attrs.get("value") for attrs in Page(html).all("input")}
    assert sent["name"] == "Jordan & Sam"
    assert sent["told"] == "just_now"
    assert "8Q2M7X" in html
