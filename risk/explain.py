"""An assessment in sentences: what it is, because of what, what is not known, what could change it.

The same words stand on the page, in the command and in a packet, so that all give one reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from risk.engine import Assessment
from risk.findings import Finding, Mark, Reason
from risk.items import USUAL_LANGUAGE
from risk.versions import Ruleset, ruleset

ALWAYS = "Every youth who is missing is urgent, with or without a flag."
_SHOWN = 5  # of the questions that could change an assessment, where all would be too many to read
_FACTS = {
    "age": "the youth's age",
    "hours_missing": "how long the youth has been missing",
    "episodes_30d": "how often the youth went missing in 30 days",
    "episodes_90d": "how often the youth went missing in 90 days",
    "episodes_365d": "how often the youth went missing in 365 days",
    "from_care": "whether the youth is missing from care",
    "placements_12m": "how many placements the youth had in 12 months",
    "confirmed_exploitation_before": "whether earlier exploitation was confirmed",
    "identified_victim": "whether the youth is identified as a victim of trafficking",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """An assessment in words, in the order in which a page shows them."""

    headline: str
    """Like "Likely trafficking, because the youth left to meet someone they met online."."""
    findings: tuple[str, ...]
    """Each rule that holds, with its code, its reasons and its source."""
    not_known: str
    """What is not known yet; empty when everything is."""
    could_change: tuple[str, ...]
    """The questions whose Yes could raise a mark, the most direct first."""
    rules: str
    """Under which version this was concluded."""

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, one line a thought, with the first few questions."""
        return (
            self.headline,
            *self.findings,
            *((self.not_known,) if self.not_known else ()),
            *(f"A Yes could change this: {question}" for question in self.could_change[:_SHOWN]),
            *self._more,
            self.rules,
            ALWAYS,
        )

    @property
    def _more(self) -> tuple[str, ...]:
        more = len(self.could_change) - _SHOWN
        return (f"So could a Yes to {more} more of the questions.",) if more > 0 else ()


def explain(
    assessment: Assessment, *, rules: Ruleset | None = None, language: str = USUAL_LANGUAGE
) -> Explanation:
    """The assessment in words; questions in a language that the checklists have.

    `rules` is the ruleset that made it, by default that of its version.
    """
    made_by = rules or ruleset(assessment.version)
    return Explanation(
        headline=headline(assessment),
        findings=tuple(_finding_line(finding) for finding in assessment.findings),
        not_known=_not_known(assessment),
        could_change=tuple(
            made_by.items[key].words(language).question for key in assessment.would_change
        ),
        rules=f"Ruleset {assessment.version}, digest {assessment.digest}.",
    )


def headline(assessment: Assessment) -> str:
    """The assessment in one sentence for each mark that is raised, or what it means that none is."""
    sentences = [
        f"{mark.words}, because {_joined(_reasons(findings))}."
        for mark, findings in _by_mark(assessment)
    ]
    answered = (
        f"{assessment.tonight_answered} of {assessment.tonight_asked} "
        "questions for tonight are answered"
    )
    if not assessment.assessed:
        sentences.append(f"{'Not fully assessed' if sentences else 'Not assessed'}: {answered}.")
    elif not sentences:
        sentences.append(f"No flag so far: {answered}. {ALWAYS}")
    return " ".join(sentences)


def what_changed(before: Assessment, after: Assessment) -> tuple[str, ...]:
    """What is found now and was not before, and what no longer is. Empty when the same rules hold."""
    old = {finding.code: finding for finding in before.findings}
    new = {finding.code: finding for finding in after.findings}
    return (
        *(
            f"Found now: {finding.sentence} Because {_joined(finding.because)}."
            for code, finding in new.items()
            if code not in old
        ),
        *(
            f"No longer found: {finding.sentence}"
            for code, finding in old.items()
            if code not in new
        ),
    )


def _by_mark(assessment: Assessment) -> Iterable[tuple[Mark, list[Finding]]]:
    """The marks that need a sentence. Signs are left out beside likely trafficking, which has them."""
    for mark in (Mark.LIKELY_TRAFFICKING, Mark.ENDANGERED, Mark.SIGNS_PRESENT):
        findings = [finding for finding in assessment.findings if finding.raises is mark]
        if findings and not (mark is Mark.SIGNS_PRESENT and assessment.likely_trafficking):
            yield mark, findings


def _reasons(findings: Iterable[Finding]) -> list[Reason]:
    """The reasons of several findings, each once."""
    return list(dict.fromkeys(reason for finding in findings for reason in finding.because))


def _joined(reasons: Sequence[Reason]) -> str:
    """The reasons as the end of a sentence: semicolons, because a reason may hold commas."""
    return "; ".join(reason.words for reason in reasons)


def _finding_line(finding: Finding) -> str:
    begins = f"{finding.raises.words}, because" if finding.raises else "On record:"
    return (
        f"{begins} {_joined(finding.because)}. "
        f"Rule {finding.code}: {finding.sentence} Source: {finding.source}."
    )


def _not_known(assessment: Assessment) -> str:
    parts = []
    if count := len(assessment.unanswered):
        parts.append("1 question" if count == 1 else f"{count} questions")
    parts.extend(_FACTS[name] for name in assessment.facts_not_known)
    return f"Not known yet: {'; '.join(parts)}." if parts else ""
