"""docs/risk-rules.md, written from the checklists and rules so that the two cannot differ."""

from collections.abc import Iterator
from itertools import chain, groupby

from risk.documents import load_documents
from risk.findings import Mark
from risk.items import Item
from risk.language import load_words
from risk.record import Reading
from risk.versions import Ruleset, ruleset

_INTRODUCTION = """\
# Checklists and rules

Written from `risk/checklists/*.toml`, `risk/rules/` and `risk/language.toml`: change those, then write
this page again. For a practice lead to read, question and confirm.

Version **{version}** (digest `{digest}`).

What to know before the rules:

- The engine suggests; people decide. It gives no score and no level, and it never says that a youth is
  in little danger: **every youth who is missing is urgent, with or without a flag.**
- What is not known is never No. Don't know, Not asked yet and Youth chose not to say all mean "not
  known". Nothing but a Yes, or a fact of the record, raises anything; one more Yes never takes a
  finding away.
- Without a mark it reads "Not assessed" until every one of the {tonight} questions for tonight is answered
  Yes or No, and "No flag so far" after that. What is raised stands either way.
- Race, sex and gender are not asked. The questions are the same for every youth.
- "Source seen" means that whoever wrote an entry read its source; "not verified" means that they did
  not, or that no source gives the number. An agency confirms both with its own practice lead and counsel.
"""
_MARKS = (
    (Mark.LIKELY_TRAFFICKING, "Likely trafficking", "Any of these. It is endangered as well."),
    (Mark.ENDANGERED, "Endangered", "Any of these, or likely trafficking."),
    (Mark.SIGNS_PRESENT, "Signs present", "Any of these, or likely trafficking: ask and screen."),
    (None, "Facts beside every assessment", "True of most youth missing from care: raise nothing."),
)


def document(rules: Ruleset | None = None) -> str:
    """The page, in Markdown, of a ruleset, by default the current one."""
    shown = rules or ruleset()
    lines = chain(
        _rules(shown), _readings(shown), _items(shown), _words(), _documents(), _retired(shown)
    )
    introduction = _INTRODUCTION.format(
        version=shown.version, digest=shown.digest, tonight=len(shown.tonight)
    )
    return "\n".join([introduction, *lines]).rstrip() + "\n"


def _rules(shown: Ruleset) -> Iterator[str]:
    yield "## Rules\n"
    for mark, heading, what in _MARKS:
        yield f"### {heading}\n\n{what}\n"
        here = [rule for rule in shown.rules if rule.raises is mark]
        yield "| Rule | Says | Source | Checked |\n|---|---|---|---|"
        for rule in here:
            says = rule.says + (" †" if rule.needs_second_person else "")
            yield _row(rule.code, says, rule.source, rule.verified.words)
        yield "\nWhat staff do differently:\n"
        for to_do, rules in groupby(here, key=lambda rule: rule.to_do):
            yield f"- {', '.join(rule.code for rule in rules)}: {to_do}"
        yield ""
    yield (
        "A sign that somebody saw or heard is one of which people are asked, so neither being missing "
        "from care nor going missing often. To set aside a rule marked † takes a second person.\n"
    )


def _readings(shown: Ruleset) -> Iterator[str]:
    yield "## What the record answers\n\nNobody is asked what the record knows.\n"
    yield "| The record says | It counts as Yes to | Source | Checked |\n|---|---|---|---|"
    for reading in shown.readings:
        yield _row(
            reading.sentence, _counts_as(reading, shown), reading.source, reading.verified.words
        )
    yield ""


def _counts_as(reading: Reading, shown: Ruleset) -> str:
    if reading.key in shown.items:
        return f"{shown.items[reading.key].words().question} `{reading.key}`"
    codes = [rule.code for rule in shown.rules if reading.key in rule.keys]
    return f"rule {', '.join(codes)}"


def _items(shown: Ruleset) -> Iterator[str]:
    for code, checklist in shown.checklists.items():
        yield f"## {checklist.name()}\n\n{checklist.intro()}\n"
        yield "| Question | When | Why | Source | Checked |\n|---|---|---|---|---|"
        for item in shown.items.values():
            if item.checklist == code:
                yield _row(
                    f"{item.words().question} `{item.key}`",
                    item.when.value if item.is_asked else "not asked: worked out",
                    item.words().why,
                    item.source,
                    item.verified.words,
                )
        yield ""


def _words() -> Iterator[str]:
    yield (
        "## Words\n\nA hint beside the text, never a hindrance. Words within double quotes are a "
        "youth's own and left alone. {youth} stands for she, he, they and the like.\n"
    )
    yield "| Instead of | Write | Why | Source | Checked |\n|---|---|---|---|---|"
    for word in load_words():
        yield _row(", ".join(word.forms), word.instead, word.why, word.source, word.verified.words)
    yield ""


def _documents() -> Iterator[str]:
    yield "## Documents\n"
    for document in load_documents().values():
        yield f"- {document.short}: {document.title}. {document.publisher}. ({document.number})"
    yield ""


def _retired(shown: Ruleset) -> Iterator[str]:
    retired: list[Item] = [
        item
        for checklist in shown.checklists.values()
        for item in checklist.items
        if item.key not in shown.items
    ]
    if retired:
        yield "## Not in this version\n"
        for item in retired:
            since = f", retired in {item.retired_in}" if item.retired_in else ""
            yield f"- `{item.key}`: added in {item.added_in}{since}"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
