"""What people do about duties: recorded with its evidence, entry by entry."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from casework import audit
from casework.models import (
    Duty,
    DutyEvidence,
    Episode,
    Known,
    NcmecType,
    Outcome,
    ScreeningResult,
    User,
)
from casework.operations import clocks, reminders
from casework.operations.locks import locked
from casework.operations.submissions import KeyReused
from casework.policies.time_phrases import moment
from casework.policies.time_words import Moment, Precision

A_DAY = timedelta(days=1)
LONG_BEFORE = timedelta(days=30)  # before the agency was told nobody reports to it, or for it


class DutyAlreadyRecorded(Exception):
    """Somebody recorded this duty first; `latest` is their entry."""

    def __init__(self, latest: DutyEvidence) -> None:
        super().__init__("Someone has already recorded this duty.")
        self.latest = latest


class NoLongerNeeded(Exception):
    """The duty was withdrawn: its event was undone, or its episode was opened in error."""


class TooEarly(Exception):
    """The moment lies before the episode, or before this round; the sentence says which."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a worker says about one attempt at a duty. Only outcome and moment are needed."""

    outcome: Outcome
    happened: Moment
    method: str = ""
    contact_name: str = ""
    agency: str = ""
    officer: str = ""
    badge: str = ""
    reference_number: str = ""
    ncic_entry: Known | None = None
    ncmec_type: NcmecType | None = None
    screening_tool: str = ""
    screening_version: str = ""
    screener: str = ""
    screening_result: ScreeningResult | None = None
    note: str = ""


@transaction.atomic
def record(
    *,
    duty: Duty,
    by: User,
    now: datetime,
    evidence: Evidence,
    submission_key: uuid.UUID,
    based_on: uuid.UUID | None,
) -> DutyEvidence:
    """Add one entry of evidence and set the duty to what it says.

    `based_on` is the latest entry that the person saw (None: there was none). When somebody has
    closed the duty since, or corrected it, this raises `DutyAlreadyRecorded` and changes nothing; two
    people's attempts at an open duty do not contradict each other and are both kept. The same form
    sent again returns the first entry. Raises `NoLongerNeeded` for a duty that was
    withdrawn, `TooEarly` for a moment that cannot be about this episode or this round, and `KeyReused` when the key
    belongs to an entry on another duty.
    """
    episode = locked(duty.episode)
    duty = episode.duties.select_for_update(of=("self",)).get(pk=duty.pk)
    first = DutyEvidence.objects.filter(submission_key=submission_key).first()
    if first is not None:
        if first.duty_id != duty.pk:
            raise KeyReused
        return first
    if duty.withdrawn_at is not None:
        raise NoLongerNeeded("This duty no longer applies: what it rested on has been taken back.")
    _refuse_too_early(evidence, duty, episode, now=now)
    latest = duty.evidence.select_related("recorded_by").order_by("-recorded_at", "-id").first()
    if latest is not None and latest.public_id != based_on and not duty.is_open:
        raise DutyAlreadyRecorded(latest)
    was_open = duty.is_open
    entry = DutyEvidence.objects.create(
        duty=duty,
        outcome=evidence.outcome,
        happened_at=evidence.happened.at,
        happened_precision=evidence.happened.precision,
        method=evidence.method,
        contact_name=evidence.contact_name,
        agency=evidence.agency,
        officer=evidence.officer,
        badge=evidence.badge,
        reference_number=evidence.reference_number,
        ncic_entry=evidence.ncic_entry or "",
        ncmec_type=evidence.ncmec_type or "",
        screening_tool=evidence.screening_tool,
        screening_version=evidence.screening_version,
        screener=evidence.screener,
        screening_result=evidence.screening_result or "",
        note=evidence.note,
        is_correction=not was_open,
        recorded_at=now,
        recorded_by=by,
        submission_key=submission_key,
    )
    _set_to(duty, entry, by)
    if evidence.ncmec_type is not None:
        episode.ncmec_type = evidence.ncmec_type
        episode.save(update_fields=["ncmec_type"])
    if not duty.is_open:
        reminders.cancel_waiting(Duty.objects.filter(pk=duty.pk), now=now)
        duty.acknowledgements.filter(ended_at__isnull=True).update(ended_at=now)
    elif not was_open and clocks.reminds(duty):
        reminders.plan_again(duty, now=now)
    if duty.repeats and duty.is_open:
        _take_back_rounds_after(duty, now=now)
    if duty.repeats or duty.makes:
        said = clocks.follow_facts(episode, by=by, now=now)
        if duty.makes and said:
            lead = f"{duty.title} was recorded: other duties count from it."
            clocks.note_recount(episode, lead, said, by=by, now=now)
    audit.record(
        f"duty.{evidence.outcome}", subject=duty, by=by, at=now, entry=str(entry.public_id)
    )
    return entry


def _take_back_rounds_after(duty: Duty, *, now: datetime) -> None:
    """A round that is open again takes back the later ones that nobody has begun."""
    later = duty.episode.duties.open().filter(code=duty.code, round__gt=duty.round)
    untouched = later.filter(evidence__isnull=True)
    reminders.cancel_waiting(untouched, now=now)
    untouched.update(withdrawn_at=now)


def next_round(duty: Duty) -> Duty | None:
    """The open round after this one, of a duty that comes back."""
    if not duty.repeats:
        return None
    later = duty.episode.duties.open().filter(code=duty.code, round__gt=duty.round)
    return later.order_by("round").first()


def _refuse_too_early(evidence: Evidence, duty: Duty, episode: Episode, *, now: datetime) -> None:
    """Refuse what cannot be about this absence, or counts for the round before this one."""
    happened = evidence.happened
    latest = happened.at + (A_DAY if happened.precision == Precision.DATE_ONLY else timedelta())
    if episode.last_seen_at is not None and latest < episode.last_seen_at:
        raise TooEarly("This is earlier than the time the youth was last seen. Check the day.")
    if latest < episode.told_at - LONG_BEFORE:
        raise TooEarly("This is long before the agency was told. Check the day.")
    if duty.round > 1 and evidence.outcome == Outcome.DONE and latest < duty.counted_from_at:
        starts = moment(duty.counted_from_at, episode.zone, now=now)
        raise TooEarly(
            f"Round {duty.round} runs from {starts}, when the round before was due. What was done "
            "earlier counts for that one: add it there, or as an update."
        )


def _set_to(duty: Duty, entry: DutyEvidence, by: User) -> None:
    """Let the duty say what its latest entry says."""
    at = entry.happened_at
    duty.done_at = duty.done_by = duty.not_needed_at = duty.not_needed_by = None
    if entry.outcome == Outcome.DONE:
        duty.done_at, duty.done_by = at, by
        duty.done_precision = entry.happened_precision
    elif entry.outcome == Outcome.NOT_NEEDED:
        duty.not_needed_at, duty.not_needed_by = at, by
    else:
        duty.tried_at = max(at, duty.tried_at or at)
    duty.save(
        update_fields=[
            "done_at",
            "done_precision",
            "done_by",
            "not_needed_at",
            "not_needed_by",
            "tried_at",
        ]
    )
