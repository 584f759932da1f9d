"""How the rules fare, for whoever answers for them: numbers, and which rule asks for a review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casework.models import FlagStepKind
from casework.models.flag import RAISED_BY_PERSON
from casework.operations.flag_counts import RuleCounts
from risk import current_version, ruleset

ENOUGH = 20  # flags in the time looked at: below that a share says little


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of a rule: lately, and ever."""

    recent: int
    ever: int


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """One rule and what became of its flags."""

    code: str
    says: str
    mark: str
    raised: Figure
    back: Figure
    confirmed: Figure
    set_aside: Figure
    reasons: Sequence[str]
    undecided: int
    review: str
    """Why the rule should be looked at; empty for one that need not be."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """The whole page: rules that ever raised a flag, then those that never did."""

    version: str
    rows: Sequence[RuleRow]
    never: Sequence[str]
    asks: Sequence[str]
    """The codes of the rules that ask for a review."""


def review_of(counts: Mapping[str, RuleCounts]) -> Review:
    """Every rule that raises a flag, those retired among them, and flags raised by people."""
    current = {rule.code: rule for rule in ruleset().rules if rule.raises is not None}
    codes = [*current, *sorted(counts.keys() - current.keys())]
    rows = [_row(code, counts[code]) for code in codes if code in counts]
    return Review(
        version=current_version(),
        rows=rows,
        never=[f"{code}: {current[code].says}" for code in codes if code not in counts],
        asks=[row.code for row in rows if row.review],
    )


def changed_words(changes: Mapping[tuple[str, FlagStepKind], int]) -> list[str]:
    """What the rules changed, a line for each rule and change."""
    return [
        f"{code}: {kind.label.lower()} in {number} {'episode' if number == 1 else 'episodes'}. "
        f"{_rule(code)[0]}"
        for (code, kind), number in changes.items()
    ]


def _row(code: str, counts: RuleCounts) -> RuleRow:
    says, mark = _rule(code)
    return RuleRow(
        code="People" if code == RAISED_BY_PERSON else code,
        says=says,
        mark=mark,
        raised=_figure(counts, FlagStepKind.RAISED),
        back=_figure(counts, FlagStepKind.BACK),
        confirmed=_figure(counts, FlagStepKind.CONFIRMED),
        set_aside=_figure(counts, FlagStepKind.SET_ASIDE),
        reasons=[f"{reason.label}: {number}" for reason, number in counts.reasons.most_common()],
        undecided=counts.undecided,
        review="" if code == RAISED_BY_PERSON else _review(counts),
    )


def _rule(code: str) -> tuple[str, str]:
    """A rule's sentence and its mark, as far as the rules of now know it."""
    if code == RAISED_BY_PERSON:
        return "A person raised it, with a reason of their own.", ""
    for rule in ruleset().rules:
        if rule.code == code and rule.raises is not None:
            return rule.says, rule.raises.words
    return "A rule of an earlier version.", ""


def _figure(counts: RuleCounts, kind: FlagStepKind) -> Figure:
    return Figure(recent=counts.recent[kind], ever=counts.ever[kind])


def _review(counts: RuleCounts) -> str:
    aside, raised = counts.recent[FlagStepKind.SET_ASIDE], counts.raised_recently
    if raised < ENOUGH or aside * 2 <= raised:
        return ""
    return f"Set aside {aside} times of {raised} in 90 days."
