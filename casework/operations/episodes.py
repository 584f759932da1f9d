"""What happens to an episode: it is logged, the youth is located, returns, or a return is undone."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from casework import audit
from casework.models import (
    EndReason,
    Episode,
    Known,
    LeftFrom,
    NoteKind,
    Placement,
    ReturnedTo,
    Unit,
    User,
    Youth,
)
from casework.operations import duties, reminders
from casework.operations.notes import add_note
from casework.operations.protocols import protocol_for
from casework.operations.youth import add_youth, split_name
from casework.policies.rules import Phase
from casework.policies.time_words import Moment, Precision


class AlreadyMissing(Exception):
    """The youth already has an open episode; `episode` is that one."""

    def __init__(self, episode: Episode) -> None:
        super().__init__("This youth is already logged as missing.")
        self.episode = episode


class AlreadyRecorded(Exception):
    """Somebody else recorded this first; the sentence says who and when, for the form."""


class OutOfOrder(Exception):
    """A moment lies before one that it must follow; the sentence says which."""


class CannotUndo(Exception):
    """The return cannot be undone any more; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What a worker was told at intake. Only the moment of being told is needed."""

    told: Moment
    last_seen: Moment | None = None
    left_from: LeftFrom = LeftFrom.NOT_KNOWN
    in_danger: Known = Known.NOT_KNOWN
    police_called: Known = Known.NOT_KNOWN


def log_missing(
    *,
    by: User,
    now: datetime,
    submission_key: uuid.UUID,
    telling: Telling,
    youth: Youth | None = None,
    new_name: str = "",
    unit: Unit | None = None,
) -> Episode:
    """Open the episode of this youth, or of a youth added under `new_name`, and start its clocks.

    However often one form is submitted, at once or one after the other, there is one episode: a
    repeated `submission_key` returns the first one. Raises `AlreadyMissing` when the youth has an
    open episode from elsewhere.
    """
    try:
        with transaction.atomic():
            first = Episode.objects.filter(submission_key=submission_key).first()
            if first is not None:
                return first
            if youth is None:
                given_name, family_name = split_name(new_name)
                youth = add_youth(
                    by=by,
                    now=now,
                    unit=unit or _unit_of(by),
                    given_name=given_name,
                    family_name=family_name,
                )
            return _open_episode(
                by=by, now=now, submission_key=submission_key, telling=telling, youth=youth
            )
    except IntegrityError:
        # Another submission won; its transaction has ended, so that its row can be read now.
        first = Episode.objects.filter(submission_key=submission_key).first()
        if first is not None:
            return first
        other = Episode.objects.open().filter(youth=youth).first() if youth else None
        if other is not None:
            raise AlreadyMissing(other) from None
        raise


def is_logged_already(submission_key: uuid.UUID) -> bool:
    """Whether this form has been submitted before; `log_missing` then gives its episode."""
    return Episode.objects.filter(submission_key=submission_key).exists()


def _unit_of(user: User) -> Unit:
    if user.unit is None:
        raise ValueError("A youth needs a unit, and this person has none.")
    return user.unit


def _open_episode(
    *, by: User, now: datetime, submission_key: uuid.UUID, telling: Telling, youth: Youth
) -> Episode:
    unit = youth.unit
    protocol = protocol_for(unit.jurisdiction)
    last_seen = telling.last_seen
    episode = Episode.objects.create(
        youth=youth,
        unit=unit,
        assigned_to=by,
        jurisdiction=protocol.code,
        protocol_version=protocol.version,
        time_zone=unit.time_zone,
        told_at=telling.told.at,
        told_precision=telling.told.precision,
        last_seen_at=last_seen.at if last_seen else None,
        last_seen_precision=last_seen.precision if last_seen else Precision.UNKNOWN,
        left_from=telling.left_from,
        placement=current_placement(youth, telling.told.at),
        in_danger=telling.in_danger,
        police_called=telling.police_called,
        description_at_start=description_of(youth),
        recorded_at=now,
        recorded_by=by,
        submission_key=submission_key,
    )
    duties.plan(episode, now=now)
    audit.record("episode.logged", subject=episode, by=by, at=now, youth=str(youth.public_id))
    return episode


def current_placement(youth: Youth, at: datetime) -> Placement | None:
    """Where the youth was placed at that moment."""
    return (
        youth.placements.filter(started_at__lte=at)
        .exclude(ended_at__lte=at)
        .order_by("-started_at", "-id")
        .first()
    )


def description_of(youth: Youth) -> dict[str, str | int | None]:
    """The youth's description as it stands, to keep with the episode; None means not known."""
    return {
        "height_cm": youth.height_cm,
        "weight_kg": youth.weight_kg,
        "eye_color": youth.eye_color or None,
        "hair_color": youth.hair_color or None,
        "marks": youth.marks or None,
        "medical_needs": youth.medical_needs or None,
    }


@transaction.atomic
def record_located(*, episode: Episode, by: User, now: datetime, located_at: datetime) -> Episode:
    """Contact is safe, but the youth is not back yet. The missing time goes on until the return."""
    episode = _locked(episode)
    if episode.located_at is not None or not episode.is_open:
        raise AlreadyRecorded("Someone has already recorded that this youth was located.")
    _must_follow(located_at, episode)
    episode.located_at, episode.located_by = located_at, by
    episode.save(update_fields=["located_at", "located_by"])
    duties.plan(episode, now=now)
    audit.record("episode.located", subject=episode, by=by, at=now)
    return episode


@transaction.atomic
def record_returned(
    *,
    episode: Episode,
    by: User,
    now: datetime,
    returned_at: datetime,
    returned_to: ReturnedTo,
    medical_care_needed: Known,
) -> Episode:
    """The youth is physically back: the missing time ends and the return duties start."""
    episode = _locked(episode)
    if not episode.is_open:
        raise AlreadyRecorded("Someone has already recorded that this youth is back.")
    _must_follow(returned_at, episode)
    episode.returned_at, episode.returned_by = returned_at, by
    episode.returned_to = returned_to
    episode.medical_care_needed = medical_care_needed
    episode.ended_at, episode.end_reason = returned_at, EndReason.RETURNED
    episode.save(
        update_fields=[
            "returned_at",
            "returned_by",
            "returned_to",
            "medical_care_needed",
            "ended_at",
            "end_reason",
        ]
    )
    reminders.cancel_waiting(episode.duties.filter(phase=Phase.MISSING), now=now)
    duties.plan(episode, now=now)
    audit.record("episode.returned", subject=episode, by=by, at=now)
    return episode


@transaction.atomic
def end_otherwise(
    *, episode: Episode, by: User, now: datetime, ended_at: datetime, reason: EndReason, why: str
) -> Episode:
    """End the episode without a return: the youth aged out, or it was opened in error, for example.

    Duties of an episode that was opened in error are withdrawn. Of any other, what is open stays
    open until somebody records it: an end does not make a missed duty disappear.
    """
    if reason == EndReason.RETURNED:
        raise ValueError("A return is recorded with record_returned.")
    episode = _locked(episode)
    if not episode.is_open:
        raise AlreadyRecorded("Someone has already recorded the end of this episode.")
    _must_follow(ended_at, episode)
    episode.ended_at, episode.end_reason = ended_at, reason
    episode.save(update_fields=["ended_at", "end_reason"])
    left = episode.duties.open()
    reminders.cancel_waiting(left, now=now)
    if reason == EndReason.OPENED_IN_ERROR:
        left.update(withdrawn_at=now)
    add_note(
        episode=episode,
        by=by,
        now=now,
        kind=NoteKind.CORRECTION if reason == EndReason.OPENED_IN_ERROR else NoteKind.INFORMATION,
        text=f"Episode closed: {reason.label.lower()}. {why}",
        happened=Moment(at=ended_at, precision=Precision.EXACT),
        submission_key=uuid.uuid4(),
    )
    audit.record("episode.ended", subject=episode, by=by, at=now, reason=reason.value)
    return episode


@transaction.atomic
def undo_return(*, episode: Episode, by: User, now: datetime, reason: str) -> Episode:
    """Take back a return that was recorded by mistake: the missing time was never interrupted.

    Raises `CannotUndo` when the youth has gone missing again since, or when somebody has already
    worked on a return duty.
    """
    episode = _locked(episode)
    if episode.returned_at is None:
        raise CannotUndo("No return is recorded for this episode.")
    if episode.youth.episodes.open().exists():
        raise CannotUndo("This youth has been logged missing again since.")
    episode.returned_at = episode.returned_by = episode.ended_at = None
    episode.returned_to = episode.end_reason = ""
    episode.medical_care_needed = Known.NOT_KNOWN
    try:
        with transaction.atomic():
            episode.save(
                update_fields=[
                    "returned_at",
                    "returned_by",
                    "returned_to",
                    "medical_care_needed",
                    "ended_at",
                    "end_reason",
                ]
            )
    except IntegrityError:  # somebody logged the youth missing at this very moment
        raise CannotUndo("This youth has been logged missing again since.") from None
    # Locked before they are looked at: who records one of them now waits, and is then told.
    locked = duties.without_event(episode).select_for_update().values_list("pk", flat=True)
    return_duties = episode.duties.filter(pk__in=list(locked))
    if return_duties.filter(evidence__isnull=False).exists():
        raise CannotUndo("Someone has already worked on a return duty. Call the on-call line.")
    reminders.cancel_waiting(return_duties, now=now)
    return_duties.update(withdrawn_at=now)
    for duty in episode.duties.open().filter(phase=Phase.MISSING):
        reminders.plan(duty, now=now)
    add_note(
        episode=episode,
        by=by,
        now=now,
        kind=NoteKind.CORRECTION,
        text=f"The return was recorded by mistake. {reason}",
        happened=Moment(at=now, precision=Precision.EXACT),
        submission_key=uuid.uuid4(),
    )
    audit.record("episode.return_undone", subject=episode, by=by, at=now)
    return episode


def _locked(episode: Episode) -> Episode:
    # no_key: rows that only point to the episode are not kept waiting, nor waited for.
    return Episode.objects.select_for_update(of=("self",), no_key=True).get(pk=episode.pk)


def _must_follow(at: datetime, episode: Episode) -> None:
    """Refuse a moment before the youth was last seen or located."""
    if episode.last_seen_at is not None and at < episode.last_seen_at:
        raise OutOfOrder("This is earlier than the time the youth was last seen.")
    if episode.located_at is not None and at < episode.located_at:
        raise OutOfOrder("This is earlier than the time the youth was located.")
