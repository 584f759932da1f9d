"""How an episode goes on or ends: located, returned, closed otherwise, or a return taken back."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction

from casework import audit
from casework.models import EndReason, Episode, Known, NoteKind, ReturnedTo, User
from casework.operations import assignments, clocks, reminders
from casework.operations.assessing import reassess, reassess_later
from casework.operations.locks import locked
from casework.operations.notes import add_note
from casework.policies.difference import Change
from casework.policies.rules import Phase
from casework.policies.time_phrases import moment_as_known
from casework.policies.time_words import Moment, Precision

RETURN_FIELDS = (
    "returned_at",
    "returned_precision",
    "returned_recorded_at",
    "returned_by",
    "returned_to",
    "medical_care_needed",
    "ended_at",
    "ended_precision",
    "ended_by",
    "ended_recorded_at",
    "end_reason",
)


class Refused(Exception):
    """Why something about the end of an episode was not recorded."""


class AlreadyRecorded(Refused):
    """Somebody recorded this first: `by` whom and `at` which moment."""

    def __init__(self, by: User | None, at: datetime | None) -> None:
        super().__init__("Someone has already recorded this.")
        self.by, self.at = by, at


class OutOfOrder(Refused):
    """A moment lies before one that it must follow; the sentence says which."""


class CannotUndo(Refused):
    """The return cannot be undone any more; the sentence says why."""


@transaction.atomic
def record_located(
    *,
    episode: Episode,
    by: User,
    now: datetime,
    located: Moment,
    medical_care_needed: Known = Known.NOT_KNOWN,
    where: str = "",
) -> Episode:
    """Contact is safe, but the youth is not back yet. The missing time goes on until the return.

    `where`, if it is said, stands on the timeline: where the youth is, and who is with them.
    """
    episode = locked(episode)
    if not episode.is_open:
        raise AlreadyRecorded(episode.ended_by, episode.ended_recorded_at)
    if episode.located_at is not None:
        raise AlreadyRecorded(episode.located_by, episode.located_recorded_at)
    _must_follow(located, episode)
    _set_located(episode, located, by=by, now=now)
    episode.medical_care_needed = medical_care_needed
    episode.save(
        update_fields=[
            "located_at",
            "located_precision",
            "located_recorded_at",
            "located_by",
            "medical_care_needed",
        ]
    )
    _follow(episode, by=by, now=now)
    _note_where(episode, where, located, by=by, now=now)
    audit.record("episode.located", subject=episode, by=by, at=now)
    return episode


@transaction.atomic
def record_returned(
    *,
    episode: Episode,
    by: User,
    now: datetime,
    returned: Moment,
    returned_to: ReturnedTo,
    medical_care_needed: Known,
    where: str = "",
) -> Episode:
    """The youth is physically back: the missing time ends and the return duties start.

    `where`, if it is said, stands on the timeline: where the youth is, and who is with them.
    """
    episode = locked(episode)
    if not episode.is_open:
        raise AlreadyRecorded(episode.ended_by, episode.ended_recorded_at)
    _must_follow(returned, episode)
    episode.returned_at, episode.returned_precision = returned.at, returned.precision
    episode.returned_recorded_at, episode.returned_by = now, by
    episode.returned_to = returned_to
    episode.medical_care_needed = medical_care_needed
    _set_ended(episode, returned, EndReason.RETURNED, by=by, now=now)
    episode.save(update_fields=RETURN_FIELDS)
    reminders.cancel_waiting(episode.duties.filter(phase=Phase.MISSING), now=now)
    _follow(episode, by=by, now=now)
    _note_where(episode, where, returned, by=by, now=now)
    audit.record("episode.returned", subject=episode, by=by, at=now)
    return episode


@transaction.atomic
def end_otherwise(
    *, episode: Episode, by: User, now: datetime, ended: Moment, reason: EndReason, why: str
) -> Episode:
    """End the episode without a return: the youth aged out, or it was opened in error, for example.

    Duties of an episode that was opened in error are withdrawn. Of any other, what is open stays
    open until somebody records it: an end does not make a missed duty disappear. A youth who was
    found elsewhere has been located, which starts the duties of that.
    """
    if reason == EndReason.RETURNED:
        raise ValueError("A return is recorded with record_returned.")
    episode = locked(episode)
    if not episode.is_open:
        raise AlreadyRecorded(episode.ended_by, episode.ended_recorded_at)
    _must_follow(ended, episode)
    if reason == EndReason.FOUND_ELSEWHERE and episode.located_at is None:
        _set_located(episode, ended, by=by, now=now)
    _set_ended(episode, ended, reason, by=by, now=now)
    episode.save()
    if reason == EndReason.FOUND_ELSEWHERE:
        clocks.plan(episode, now=now)
    silent = episode.duties.open()
    if reason not in (EndReason.OPENED_IN_ERROR, EndReason.DECEASED):
        silent = silent.filter(phase=Phase.MISSING)
    reminders.cancel_waiting(silent, now=now)
    reminders.cancel_waiting_of_flags(episode, now=now)
    if reason == EndReason.OPENED_IN_ERROR:
        _withdraw_all(episode, by=by, now=now)
    add_note(
        episode=episode,
        by=by,
        now=now,
        kind=NoteKind.CLOSED,
        text=f"{reason.label}. {why}",
        happened=ended,
        submission_key=uuid.uuid4(),
    )
    audit.record("episode.ended", subject=episode, by=by, at=now, reason=reason.value)
    return episode


@transaction.atomic
def undo_return(*, episode: Episode, by: User, now: datetime, reason: str) -> Episode:
    """Take back a return that was recorded by mistake: the missing time was never interrupted.

    What was recorded stays on the timeline, as a note. Raises `CannotUndo` when the youth has been
    missing again since, when somebody has already worked on a return duty, or when the episode was
    brought along: it has no clocks that could run on.
    """
    episode = locked(episode)
    if episode.returned_at is None:
        raise CannotUndo("No return is recorded for this episode.")
    if episode.imported_in_id is not None:
        raise CannotUndo(
            "This episode was brought along from earlier records, so nothing would remind anybody. "
            "If the youth is missing, log the youth as missing instead."
        )
    taken_back = _return_in_words(episode, now)
    _clear_return(episode)
    try:
        with transaction.atomic():
            episode.save(update_fields=RETURN_FIELDS)
    except IntegrityError:  # the database refuses two episodes of a youth at one time
        raise CannotUndo("This youth has been logged missing again since.") from None
    # Locked before they are looked at: who records one of them now waits, and is then told.
    held = clocks.without_event(episode).select_for_update().values_list("pk", flat=True)
    return_duties = episode.duties.filter(pk__in=list(held))
    if return_duties.filter(evidence__isnull=False).exists():
        raise CannotUndo("Someone has already worked on a return duty. Call the on-call line.")
    reminders.cancel_waiting(return_duties, now=now)
    return_duties.update(withdrawn_at=now)
    for duty in episode.duties.open().filter(phase=Phase.MISSING):
        reminders.plan_again(duty, now=now)
    clocks.plan(episode, now=now)
    assignments.leave_if_gone(episode, by=by, now=now)
    reassess(episode, by=by, now=now, because_of="return undone")
    add_note(
        episode=episode,
        by=by,
        now=now,
        kind=NoteKind.CORRECTION,
        text=f"The return was recorded by mistake. {reason}\n{taken_back}",
        happened=Moment(at=now, precision=Precision.EXACT),
        submission_key=uuid.uuid4(),
    )
    audit.record("episode.return_undone", subject=episode, by=by, at=now)
    return episode


@transaction.atomic
def end_wrong_record(*, episode: Episode, by: User, now: datetime, why: str) -> Episode:
    """An episode of earlier records that never was, or was another youth's: opened in error.

    It leaves every count, and stays on file with its timeline. Raises `Refused` for an episode that
    was logged here, whose return can be undone, and for one that is struck already.
    """
    episode = locked(episode)
    if episode.imported_in_id is None:
        raise Refused("This episode was logged here. Undo its return, or close it, instead.")
    if episode.end_reason == EndReason.OPENED_IN_ERROR:
        raise AlreadyRecorded(episode.ended_by, episode.ended_recorded_at)
    before = (
        _return_in_words(episode, now) or f"Recorded had been: {episode.get_end_reason_display()}."
    )
    ended = Moment(at=episode.ended_at or now, precision=Precision(episode.ended_precision))
    _clear_return(episode)
    _set_ended(episode, ended, EndReason.OPENED_IN_ERROR, by=by, now=now)
    episode.save(update_fields=RETURN_FIELDS)
    reminders.cancel_waiting(episode.duties.open(), now=now)
    reminders.cancel_waiting_of_flags(episode, now=now)
    _withdraw_all(episode, by=by, now=now)
    add_note(
        episode=episode,
        by=by,
        now=now,
        kind=NoteKind.CORRECTION,
        text=f"This earlier record is wrong. {why}\n{before}",
        happened=Moment(at=now, precision=Precision.EXACT),
        submission_key=uuid.uuid4(),
    )
    audit.record(
        "episode.ended", subject=episode, by=by, at=now, reason=EndReason.OPENED_IN_ERROR.value
    )
    return episode


def _withdraw_all(episode: Episode, *, by: User, now: datetime) -> None:
    """Of an episode that was opened in error nothing is left to do, and no rule looks at it."""
    episode.duties.open().update(withdrawn_at=now)
    reassess_later(episode, by=by, now=now, because_of="an episode was opened in error")


def _follow(episode: Episode, *, by: User, now: datetime) -> None:
    """Start the duties of this event. What else moved because of it stands on the timeline."""
    said = clocks.follow_facts(episode, by=by, now=now)
    if moved := [one for one in said if one.change is not Change.ADDED]:
        clocks.note_recount(episode, "The youth's return moved these.", moved, by=by, now=now)


def _note_where(episode: Episode, where: str, happened: Moment, *, by: User, now: datetime) -> None:
    if where:
        add_note(
            episode=episode,
            by=by,
            now=now,
            kind=NoteKind.INFORMATION,
            text=f"Where the youth is: {where}",
            happened=happened,
            submission_key=uuid.uuid4(),
        )


def _set_located(episode: Episode, located: Moment, *, by: User, now: datetime) -> None:
    episode.located_at, episode.located_precision = located.at, located.precision
    episode.located_recorded_at, episode.located_by = now, by


def _set_ended(
    episode: Episode, ended: Moment, reason: EndReason, *, by: User, now: datetime
) -> None:
    episode.ended_at, episode.ended_precision = ended.at, ended.precision
    episode.ended_by, episode.ended_recorded_at = by, now
    episode.end_reason = reason


def _clear_return(episode: Episode) -> None:
    episode.returned_at = episode.returned_recorded_at = episode.returned_by = None
    episode.returned_precision = Precision.EXACT
    episode.ended_at = episode.ended_recorded_at = episode.ended_by = None
    episode.ended_precision = Precision.EXACT
    episode.returned_to = episode.end_reason = ""
    episode.medical_care_needed = Known.NOT_KNOWN


def _return_in_words(episode: Episode, now: datetime) -> str:
    """What had been recorded, for the note that keeps it."""
    if episode.returned_at is None or episode.returned_by is None:
        return ""
    when = moment_as_known(
        episode.returned_at, Precision(episode.returned_precision), episode.zone, now=now
    )
    where = episode.get_returned_to_display()
    return f"Recorded had been: {where}, {when}, by {episode.returned_by.name}."


def _must_follow(happened: Moment, episode: Episode) -> None:
    """Refuse a moment before the youth was last seen or located."""
    for earlier, precision, words in (
        (episode.last_seen_at, episode.last_seen_precision, "last seen"),
        (episode.located_at, episode.located_precision, "located"),
    ):
        if earlier is not None and happened.at < earlier:
            when = moment_as_known(earlier, Precision(precision), episode.zone, now=earlier)
            raise OutOfOrder(f"The youth was {words} {when}. Enter a later time.")
