"""Reading the golden tables of cases: facts and answers in words, findings and marks out."""

import csv
from pathlib import Path

from risk import Answer, Assessment, EpisodeFacts, ruleset

GOLDEN = Path(__file__).parents[2] / "golden"
_ANSWERS = {
    "yes": Answer.YES,
    "no": Answer.NO,
    "don't know": Answer.DONT_KNOW,
    "not asked": Answer.NOT_ASKED,
    "declined": Answer.DECLINED,
}


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table."""
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def facts(text: str) -> EpisodeFacts:
    """Facts written like "age 12; from_care yes"."""
    known: dict[str, bool | int] = {}
    for words in filter(None, text.split("; ")):
        name, _, value = words.partition(" ")
        known[name] = value == "yes" if value in ("yes", "no") else int(value)
    return EpisodeFacts(**known)  # type: ignore[arg-type]


def answers(text: str) -> dict[str, Answer]:
    """Answers written like "every pull no; sign.controlled don't know"; the later one holds."""
    given: dict[str, Answer] = {}
    for words in filter(None, text.split("; ")):
        about, answer = next(
            (words.removesuffix(f" {word}"), answer)
            for word, answer in _ANSWERS.items()
            if words.endswith(f" {word}")
        )
        given.update(dict.fromkeys(_keys(about), answer))
    return given


def _keys(about: str) -> list[str]:
    rules = ruleset()
    if about == "everything":
        return [item.key for item in rules.asked]
    if about == "tonight":
        return [item.key for item in rules.tonight]
    if about.startswith("every "):
        return [item.key for item in rules.asked_in(about.removeprefix("every "))]
    return [about]


def codes(assessment: Assessment) -> str:
    """The findings as a table writes them: "T3; S1"."""
    return "; ".join(finding.code for finding in assessment.findings)


def marks(assessment: Assessment) -> str:
    """The marks as a table writes them: "endangered; signs present", or "none"."""
    return "; ".join(mark.words.lower() for mark in assessment.marks) or "none"
