"""One row of each kind, made as the application makes it, for SQL to copy: the rest differs little."""

import uuid
from datetime import UTC, datetime, timedelta

from casework.management.synthetic.copying import keep_as_pattern
from casework.models import (
    AssessmentRecord,
    ChecklistAnswer,
    Duty,
    DutyEvidence,
    EndReason,
    Episode,
    Flag,
    FlagMark,
    Known,
    LeftFrom,
    Outcome,
    Placement,
    ReturnedTo,
    Said,
    User,
    Youth,
)
from casework.operations.clocks import duty_from
from casework.operations.protocols import protocol_for
from casework.operations.readings import Reading
from risk import ruleset

TOLD = datetime(2026, 1, 14, 15, 0, tzinfo=UTC)  # a Wednesday: copies keep the same distances
RETURNED = TOLD + timedelta(hours=10)
KEPT_OF_THE_PAST = ("report_to_police", "report_to_ncmec", "screen_for_trafficking")


def make_patterns(*, by: User) -> None:
    """Leave in temporary tables what the episodes of the agency are copied from.

    `pattern_open` and `pattern_past` (an episode each), `duties_open`, `duties_past` (the three
    that figures count), `pattern_proof`, `pattern_flag`, `pattern_assessment`, `pattern_answer`.
    """
    youth = Youth.objects.earliest("id")
    placement = Placement.objects.filter(youth=youth).earliest("id")
    episode = Episode.objects.create(
        youth=youth,
        unit_id=youth.unit_id,
        assigned_to=by,
        placement=placement,
        jurisdiction="us-mo",
        protocol_version=protocol_for("us-mo").edition,
        time_zone="America/Chicago",
        told_at=TOLD,
        left_from=LeftFrom.PLACEMENT,
        recorded_at=TOLD,
        recorded_by=by,
        submission_key=uuid.UUID(int=0),
    )
    _make_what_hangs_on_it(episode, by=by)
    duties = [duty_from(item, episode, now=TOLD) for item in Reading(episode=episode).planned()]
    Duty.objects.bulk_create(duties)
    DutyEvidence.objects.create(
        duty=duties[0],
        outcome=Outcome.DONE,
        happened_at=TOLD,
        method="phone",
        agency="Synthetic Police Department",
        ncic_entry=Known.YES,
        recorded_at=TOLD,
        recorded_by=by,
        submission_key=uuid.UUID(int=0),
    )
    keep_as_pattern(DutyEvidence, "pattern_proof")
    keep_as_pattern(Duty, "duties_open")
    keep_as_pattern(Episode, "pattern_open")
    past = _past(episode, by=by)
    Duty.objects.bulk_create(
        duty_from(item, past, now=TOLD)
        for item in Reading(episode=past).planned()
        if item.rule.code in KEPT_OF_THE_PAST
    )
    keep_as_pattern(Duty, "duties_past")
    keep_as_pattern(Episode, "pattern_past")


def _make_what_hangs_on_it(episode: Episode, *, by: User) -> None:
    Flag.objects.create(
        episode=episode,
        code="E1",
        mark=FlagMark.ENDANGERED,
        says="",
        because=["danger.medicine_or_care"],
        version=ruleset().version,
        raised_at=TOLD,
        first_raised_at=TOLD,
    )
    AssessmentRecord.objects.create(
        episode=episode,
        version=ruleset().version,
        digest=ruleset().digest,
        answers={},
        facts={},
        findings=[],
        marks=[],
        is_assessed=True,
        made_at=TOLD,
        because_of="synthetic",
    )
    ChecklistAnswer.objects.create(
        episode=episode,
        key="push.conflict",
        answer=Said.YES,
        recorded_at=TOLD,
        recorded_by=by,
        submission_key=uuid.UUID(int=0),
    )
    keep_as_pattern(Flag, "pattern_flag")
    keep_as_pattern(AssessmentRecord, "pattern_assessment")
    keep_as_pattern(ChecklistAnswer, "pattern_answer")


def _past(episode: Episode, *, by: User) -> Episode:
    """The same episode, as it is after the youth has come back."""
    episode.returned_at = episode.returned_recorded_at = RETURNED
    episode.returned_by = episode.ended_by = by
    episode.returned_to = ReturnedTo.PLACEMENT
    episode.ended_at = episode.ended_recorded_at = RETURNED
    episode.end_reason = EndReason.RETURNED
    episode.pk = None
    episode.save(force_insert=True)
    return episode
