"""What was done in time, duty by duty, with the evidence: of one episode, and of a month or a year.

No name of a youth or of anybody else is read here: an episode is its reference, and whoever wrote
something down is their role.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from casework.access import timeliness_questions as questions
from casework.access.count_questions import DUTY_OF_CODE
from casework.access.counts import CountScope, values_of
from casework.access.duty_outcomes import COUNTED, DutyOutcome
from casework.models import Episode
from casework.models.fields import Known
from casework.policies.anchors import Anchor
from casework.policies.count_periods import CountPeriod
from casework.policies.rules import Basis, EvidenceField, Phase, Verified
from casework.policies.time_words import Precision

_AT_ONCE = 2_000  # rows read from the database at a time


@dataclass(frozen=True, kw_only=True)
class DutyProof:
    """One duty of one episode: its rule, its clock, and what is on record about it."""

    reference: str
    """Of the episode; it says nothing about the youth."""
    episode_id: UUID
    zone: ZoneInfo
    """The zone of the unit, in which times are told."""
    is_long: bool
    """Whether the episode lasted 2 days or more, or has so far; False where one episode is asked."""
    duty_id: UUID
    code: str
    title: str
    round: int
    phase: Phase
    outcome: DutyOutcome
    due_at: datetime | None
    counted_from_at: datetime
    anchor: Anchor
    is_provisional: bool
    rule: str
    basis: Basis
    source: str
    verified: Verified
    protocol_version: str
    happened_at: datetime | None
    """As the latest entry says; None where nothing is on record."""
    precision: Precision | None
    is_done: bool
    recorded_at: datetime | None
    recorded_by_role: str
    """The role that this person has now; empty where nothing is on record."""
    is_correction: bool
    first_recorded_at: datetime | None
    has_number: bool | None
    """Whether a report number is on record; None where this duty has none."""
    ncic_confirmed: bool | None
    """Whether an entry in NCIC is confirmed; None where this duty does not ask."""

    @property
    def late_by(self) -> timedelta | None:
        """How late it was; None where it was not late, or where only the day is on record."""
        is_known = self.precision is not Precision.DATE_ONLY
        if self.outcome is DutyOutcome.LATE and self.happened_at and self.due_at and is_known:
            return self.happened_at - self.due_at
        return None


@dataclass(frozen=True, kw_only=True)
class DutyTotal:
    """How often a duty of a period became what."""

    code: str
    title: str
    phase: Phase
    outcomes: Mapping[DutyOutcome, int]
    """Of all episodes; an outcome that is not there is zero."""
    two_days: Mapping[DutyOutcome, int]
    """Of episodes of 2 days or more."""

    @property
    def figure(self) -> str:
        """The figure of the counts that says the same, like "police"; empty where none does."""
        return DUTY_OF_CODE.get(self.code, "")

    @property
    def number(self) -> int:
        """How many there are, whatever became of them."""
        return sum(self.outcomes.values())


def of(outcomes: Mapping[DutyOutcome, int]) -> int:
    """Of how many it is said how many were on time."""
    return sum(outcomes.get(outcome, 0) for outcome in COUNTED)


def proof_of_episode(episode: Episode, *, now: datetime) -> list[DutyProof]:
    """Each duty in force of an episode that is in scope, as it stands at `now`; one query."""
    return list(_read(questions.OF_EPISODE, {"episode": episode.pk, "now": now}))


def totals_of(scope: CountScope, period: CountPeriod, *, now: datetime) -> list[DutyTotal]:
    """By duty what became of those that the period counts; one query.

    First the duties that the counts name, then the others, those of the missing time first.
    """
    with connection.cursor() as cursor:
        cursor.execute(questions.TOTALS, values_of(scope, period, now=now))
        rows = cursor.fetchall()
    every: dict[str, Counter[DutyOutcome]] = {}
    long: dict[str, Counter[DutyOutcome]] = {}
    known: dict[str, tuple[str, str]] = {}
    for code, title, phase, outcome, number, of_them_long in rows:
        known[code] = title, phase
        every.setdefault(code, Counter())[DutyOutcome(outcome)] = number
        long.setdefault(code, Counter())[DutyOutcome(outcome)] = of_them_long
    named = list(DUTY_OF_CODE)
    order = sorted(
        known,
        key=lambda code: (
            named.index(code) if code in named else len(named),
            known[code][1] == Phase.RETURN,
            *known[code],
            code,
        ),
    )
    return [
        DutyTotal(
            code=code,
            title=known[code][0],
            phase=Phase(known[code][1]),
            outcomes=+every[code],
            two_days=+long[code],
        )
        for code in order
    ]


def proofs_of(
    scope: CountScope,
    period: CountPeriod,
    *,
    now: datetime,
    code: str = "",
    outcome: DutyOutcome | None = None,
    skip: int = 0,
    most: int | None = None,
) -> Iterator[DutyProof]:
    """The duties of a period one by one, in the order in which episodes were logged; one query.

    Only of one duty, or of one outcome, where that is asked. Rows are read as they are needed.
    """
    asked = {"code": code, "outcome": outcome or "", "skip": skip, "most": most}
    return _read(questions.ROWS, values_of(scope, period, now=now) | asked)


def _read(question: str, values: Mapping[str, Any]) -> Iterator[DutyProof]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(question, values)
        while rows := cursor.fetchmany(_AT_ONCE):
            for row in rows:
                yield _proof(row)


def _proof(row: Sequence[Any]) -> DutyProof:
    said = dict(zip(questions.COLUMNS, row, strict=True))
    fields = json.loads(said.pop("evidence_fields"))  # Django leaves JSON of raw queries as text
    has_number, ncic = said.pop("has_number"), said.pop("ncic_entry")
    return DutyProof(
        **said
        | {
            "zone": ZoneInfo(said["zone"]),
            "phase": Phase(said["phase"]),
            "outcome": DutyOutcome(said["outcome"]),
            "anchor": Anchor(said["anchor"]),
            "basis": Basis(said["basis"]),
            "verified": Verified(said["verified"]),
            "precision": Precision(said["precision"]) if said["precision"] else None,
            "recorded_by_role": said["recorded_by_role"] or "",
        },
        has_number=has_number if EvidenceField.REFERENCE_NUMBER in fields else None,
        ncic_confirmed=ncic == Known.YES if EvidenceField.NCIC_ENTRY in fields else None,
    )
