"""The pages of the proof of timeliness: what was done in time, duty by duty, and how one knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from casework.access.counts import CountScope
from casework.access.duty_outcomes import COUNTED, DutyOutcome
from casework.access.timeliness import DutyProof, DutyTotal, of
from casework.exports.timeliness import (
    OUTCOME_MEANINGS,
    OUTCOME_WORDS,
    evidence_words,
    role_words,
)
from casework.models import CountedMonth, Episode, ExportKind
from casework.policies.count_periods import CountPeriod
from casework.policies.rules import Basis, Verified
from casework.policies.small_numbers import share_words
from casework.policies.time_phrases import duration, moment, moment_as_known

# What a row's word is shown as; red only where something is owed.
_TAGS: Mapping[DutyOutcome, str] = {
    DutyOutcome.ON_TIME: "success",
    DutyOutcome.LATE: "due_soon",
    DutyOutcome.NOT_DONE: "overdue",
    DutyOutcome.NOT_PROVABLE: "unknown",
}
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class ProofRow:
    """One duty in the proof."""

    title: str
    url: str
    """Its own page; empty for readers who see no cases."""
    reference: str
    episode_url: str
    state: str
    state_words: str
    facts: Sequence[tuple[str, str]]
    """When it was due, when it happened, when and by whom it was written down."""
    rule: str
    """The rule, what stands behind it, its source, and the edition that it came from."""


@dataclass(frozen=True, kw_only=True)
class TotalCell:
    """A number that leads to exactly as many rows."""

    label: str
    number: int
    url: str


@dataclass(frozen=True, kw_only=True)
class TotalRow:
    """One duty of the period: n of n on time, and what became of the others."""

    title: str
    on_time: str
    on_time_url: str
    two_days: str
    cells: Sequence[TotalCell]
    changed: str
    """What the locked month says instead; empty where it is the same."""


@dataclass(frozen=True, kw_only=True)
class Meant:
    """An outcome and what it means."""

    words: str
    means: str


MEANT = [
    Meant(words=words, means=OUTCOME_MEANINGS[outcome]) for outcome, words in OUTCOME_WORDS.items()
]
# What stands in the table beside on time; what is not counted, together, in the last column.
_COLUMNS = (DutyOutcome.LATE, DutyOutcome.NOT_DONE, DutyOutcome.NOT_PROVABLE)


def address_of(
    scope: CountScope,
    period: CountPeriod,
    *,
    duty: str = "",
    outcome: str = "",
    page: int = 1,
    name: str = "timeliness",
    args: Sequence[str] = (),
) -> str:
    """The proof of a period; of one duty or outcome; another page of its rows; a file of it."""
    asked = {"period": period.code}
    if scope.unit is not None:
        asked["unit"] = str(scope.unit.public_id)
    asked |= {"duty": duty} if duty else {}
    asked |= {"outcome": outcome} if outcome else {}
    asked |= {"page": str(page)} if page > 1 else {}
    return f"{reverse(name, args=args)}?{urlencode(asked)}"


def ask_address(scope: CountScope, period: CountPeriod) -> str:
    """Where the proof of a period is asked for as a file that is made meanwhile."""
    kind = urlencode({"kind": ExportKind.TIMELINESS.value})
    return f"{address_of(scope, period, name='ask_export')}&{kind}"


def sentence_of(totals: Sequence[DutyTotal]) -> str:
    """ "43 of 48 duties were done on time (90%); 3 late, 1 not done, 1 not provable." """
    number = {
        outcome: sum(total.outcomes.get(outcome, 0) for total in totals) for outcome in COUNTED
    }
    all_of = sum(number.values())
    if not all_of:
        return "No duty whose time is up belongs to this time."
    rest = ", ".join(
        f"{number[outcome]:,} {OUTCOME_WORDS[outcome].lower()}" for outcome in _COLUMNS
    )
    return f"On time: {share_words(number[DutyOutcome.ON_TIME], all_of)} duties; {rest}."


def total_row(
    total: DutyTotal, scope: CountScope, period: CountPeriod, lock: CountedMonth | None
) -> TotalRow:
    """One duty of a period in the table, each number with its rows."""

    def cell(outcome: DutyOutcome) -> TotalCell:
        number = total.outcomes.get(outcome, 0)
        url = address_of(scope, period, duty=total.code, outcome=outcome)
        return TotalCell(
            label=OUTCOME_WORDS[outcome], number=number, url=f"{url}#rows" if number else ""
        )

    on_time = cell(DutyOutcome.ON_TIME)
    uncounted = [outcome for outcome in OUTCOME_WORDS if outcome not in COUNTED]
    return TotalRow(
        title=total.title,
        on_time=_n_of_n(total.outcomes),
        on_time_url=on_time.url,
        two_days=_n_of_n(total.two_days),
        cells=[*map(cell, _COLUMNS), *(one for one in map(cell, uncounted) if one.number)],
        changed=_changed(total, lock),
    )


def proof_row(proof: DutyProof, *, now: datetime, sees_cases: bool) -> ProofRow:
    """One duty with what is on record about it."""
    return ProofRow(
        title=f"{proof.title}, round {proof.round}" if proof.round > 1 else proof.title,
        url=reverse("duty", args=[proof.duty_id]) if sees_cases else "",
        reference=proof.reference,
        episode_url=reverse("episode_timeliness", args=[proof.episode_id]) if sees_cases else "",
        state=_TAGS.get(proof.outcome, "neutral"),
        state_words=state_words(proof),
        facts=_facts(proof, now=now),
        rule=_rule(proof),
    )


def state_words(proof: DutyProof) -> str:
    """ "Late by 37 min (2,220 seconds)"; "Late, time of day not recorded"."""
    words = OUTCOME_WORDS[proof.outcome]
    if proof.outcome is not DutyOutcome.LATE:
        return words
    if proof.late_by is None:
        return f"{words}, time of day not recorded"
    length = duration(proof.late_by)
    seconds = f"{int(proof.late_by / _SECOND):,} seconds"
    return f"{words} by {seconds if length == 'now' else f'{length} ({seconds})'}"


def outcomes_to_choose() -> list[tuple[str, str]]:
    """Every outcome, for a choice."""
    return [(outcome.value, words) for outcome, words in OUTCOME_WORDS.items()]


def episode_sentence(proofs: Sequence[DutyProof]) -> str:
    """ "On time: 4 of 6 duties whose time is up." """
    counted = [proof for proof in proofs if proof.outcome in COUNTED]
    if not counted:
        return "No duty of this episode has run out of time yet."
    on_time = sum(proof.outcome is DutyOutcome.ON_TIME for proof in counted)
    return f"On time: {on_time} of {len(counted)} duties whose time is up or that are done."


def ended_words(episode: Episode, *, now: datetime) -> str:
    """When the episode ended: the clocks of the missing time stopped then."""
    if episode.ended_at is None:
        return "The episode has not ended."
    at = moment(episode.ended_at, episode.zone, now=now)
    return f"The episode ended {at}; clocks of the missing time stopped then."


def _n_of_n(outcomes: Mapping[DutyOutcome, int]) -> str:
    number = of(outcomes)
    return share_words(outcomes.get(DutyOutcome.ON_TIME, 0), number) if number else "none due"


def _changed(total: DutyTotal, lock: CountedMonth | None) -> str:
    if lock is None or not total.figure:
        return ""
    locked = {
        outcome: lock.figures["all"].get(f"{total.figure}.{outcome}", 0) for outcome in COUNTED
    }
    if all(locked[outcome] == total.outcomes.get(outcome, 0) for outcome in COUNTED):
        return ""
    return f"locked as {_n_of_n(locked)}"


def _facts(proof: DutyProof, *, now: datetime) -> list[tuple[str, str]]:
    facts = []
    if proof.due_at is not None:
        counted_from = moment(proof.counted_from_at, proof.zone, now=now)
        provisional = "provisionally " if proof.is_provisional else ""
        facts.append(
            (
                "Due",
                f"{moment(proof.due_at, proof.zone, now=now)}; {provisional}counted from "
                f"{counted_from}, when {proof.anchor.words}",
            )
        )
    if proof.happened_at is not None and proof.precision is not None:
        what = "Happened" if proof.is_done else "Entry"
        facts.append(
            (what, moment_as_known(proof.happened_at, proof.precision, proof.zone, now=now))
        )
    facts.append(("Recorded", _recorded(proof, now=now)))
    if evidence := evidence_words(proof):
        facts.append(("Evidence", f"{evidence[0].upper()}{evidence[1:]}"))
    return facts


def _recorded(proof: DutyProof, *, now: datetime) -> str:
    if proof.recorded_at is None:
        return "Nothing"
    words = f"{moment(proof.recorded_at, proof.zone, now=now)}; role: {role_words(proof)}"
    if proof.first_recorded_at is not None and proof.first_recorded_at != proof.recorded_at:
        kind = "a correction" if proof.is_correction else "an addition"
        words += f"; {kind}, first recorded {moment(proof.first_recorded_at, proof.zone, now=now)}"
    return words


def _rule(proof: DutyProof) -> str:
    words = f"{proof.rule}; {proof.basis.words}"
    if proof.basis is not Basis.PRACTICE and proof.verified is not Verified.SOURCE_SEEN:
        words += f", {proof.verified.words}"
    source = proof.source.strip().rstrip(".")
    return f"{words[0].upper()}{words[1:]}: {source} (edition {proof.protocol_version})"
