"""Handing over in words: what is handed over, what was, and a transfer with what it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.models import Assignment, Duty, Episode, Transfer, User
from casework.operations.assignments import UNDO_WITHIN
from casework.policies.time_phrases import clock, duration, moment, zone_words
from casework.presenters.due import Due, due_of
from casework.presenters.episodes import missing_for, name_and_age, urgency
from casework.presenters.flags import MarkTag, marks_of


@dataclass(frozen=True, kw_only=True)
class HandedRow:
    """One episode that was handed over."""

    name_and_age: str
    url: str
    reference: str
    episode_id: str
    change: str
    held_by: str
    """Who holds it now, whatever was done since."""
    was_undone: bool


@dataclass(frozen=True, kw_only=True)
class DonePage:
    """What was handed over in one go, and what is so now."""

    title: str
    words: str
    detail: str
    undo_until: str
    """Empty when there is nothing to undo any more."""
    note: str


@dataclass(frozen=True, kw_only=True)
class TransferRow:
    """One transfer of a list, or the head of its page."""

    url: str
    name_and_age: str
    reference: str
    marks: list[MarkTag]
    units: str
    proposed: str
    waited: str
    asked: str
    note: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class OpenDuty:
    """What is open, and by when; nothing of what has been done about it."""

    title: str
    due: Due


@dataclass(frozen=True, kw_only=True)
class Headline:
    """What a unit learns of an episode before it accepts: enough to decide, and no more."""

    missing_for: str
    holder: str
    duties: list[OpenDuty]
    untimed_count: int


def handed_row(entry: Assignment, *, now: datetime) -> HandedRow:
    """One line of what was handed over."""
    episode = entry.episode
    return HandedRow(
        name_and_age=name_and_age(episode.youth, episode.zone, now=now),
        url=episode.get_absolute_url(),
        reference=episode.reference,
        episode_id=str(episode.public_id),
        change=f"{_name(entry.from_person)} to {_name(entry.to_person)}",
        held_by=episode.assigned_to.name if episode.assigned_to else "Nobody yet",
        was_undone=entry.undone_at is not None,
    )


def done_page(entries: list[Assignment], *, now: datetime) -> DonePage:
    """The head of the page about what was handed over: after an undo it says what is so now."""
    undone = [entry for entry in entries if entry.undone_at is not None]
    until = "" if undone else undo_until(entries, now=now)
    if len(undone) == len(entries):
        words = f"Undone: {len(undone)} youth held as before"
        detail = "Whoever had heard of it is told."
    elif undone:
        words = f"{handed_words(entries)}, {len(undone)} of them undone"
        detail = "Below is who holds each now. What was not undone stays as it is."
    else:
        words = handed_words(entries)
        detail = "Everybody concerned is told."
    if not until and not undone:
        detail = (
            "Everybody concerned was told. An undo is possible for ten minutes: reassign instead."
        )
    return DonePage(
        title="Undone" if undone else "Reassigned",
        words=words,
        detail=detail,
        undo_until=until,
        note=entries[0].note,
    )


def handed_words(entries: list[Assignment]) -> str:
    """ "3 youth handed to Ben Kowalski" """
    to = entries[0].to_person
    number = f"{len(entries)} youth"
    return f"{number} handed to {to.name}" if to else f"{number} without anybody who holds them"


def undo_until(entries: Iterable[Assignment], *, now: datetime) -> str:
    """Until when it can be undone, "2:14 a.m. CST"; empty when it cannot be any more."""
    open_ = [entry for entry in entries if entry.undone_at is None]
    if not open_ or now > open_[0].at + UNDO_WITHIN:
        return ""
    until, zone = open_[0].at + UNDO_WITHIN, open_[0].episode.zone
    return f"{clock(until, zone)} {zone_words(until, zone)}"


def left_words(left: list[Assignment]) -> str:
    """What an undo did not give back, and why: "Left as it is, because …: 4F7KXQ2." """
    references = ", ".join(entry.episode.reference for entry in left)
    return f"Left as it is, because somebody changed it since or it cannot go back: {references}."


def nothing_words(worker: User | None, *, is_unassigned: bool) -> tuple[str, str]:
    """What stands in place of an empty list, and what to do."""
    if worker is not None:
        return f"{worker.name} holds no youth with anything left to do.", "Nothing is to hand over."
    if is_unassigned:
        return "Every youth is held by somebody.", "Choose “Everybody’s” to change who holds them."
    return (
        "There is nobody to reassign.",
        "No youth in your units is missing, or back with duties left.",
    )


def transfer_row(transfer: Transfer, *, may_open: bool, now: datetime) -> TransferRow:
    """One transfer; expects its episode with youth and flags, both units and whoever is named.

    Once it is answered, only who may open the episode reads about whom it was.
    """
    episode = transfer.episode
    is_told = may_open or transfer.is_waiting
    return TransferRow(
        url=transfer.get_absolute_url(),
        name_and_age=name_and_age(episode.youth, episode.zone, now=now)
        if is_told
        else "A youth of another unit",
        reference=episode.reference,
        marks=marks_of(episode.flags.all()) if is_told else [],
        units=f"{transfer.from_unit.name} to {transfer.to_unit.name}",
        proposed=transfer.to_person.name if transfer.to_person else "",
        waited=_waited(now - transfer.at) if transfer.is_waiting else "",
        asked=f"{transfer.by.name}, {moment(transfer.at, episode.zone, now=now)}",
        note=transfer.note if is_told else "",
        answer=answer_words(transfer, now=now),
    )


def answer_words(transfer: Transfer, *, now: datetime) -> str:
    """What became of a transfer; empty while it waits."""
    zone = transfer.episode.zone
    if transfer.accepted_at and transfer.accepted_by:
        when = moment(transfer.accepted_at, zone, now=now)
        return f"Accepted by {transfer.accepted_by.name}, {when}."
    if transfer.declined_at and transfer.declined_by:
        when = moment(transfer.declined_at, zone, now=now)
        return f"Declined by {transfer.declined_by.name}, {when}: {transfer.declined_why}"
    if transfer.cancelled_at and transfer.cancelled_by:
        when = moment(transfer.cancelled_at, zone, now=now)
        return f"Taken back by {transfer.cancelled_by.name}, {when}."
    return ""


def headline_of(episode: Episode, duties: Iterable[Duty], *, now: datetime) -> Headline:
    """What the receiving unit sees: how long, who holds it, and what is open."""
    open_duties = []
    for duty in duties:
        duty.episode = episode
        open_duties.append(duty)
    timed = sorted((duty for duty in open_duties if duty.due_at), key=urgency)
    label, since = missing_for(episode, now)
    return Headline(
        missing_for=_since(label, duration((episode.ended_at or now) - since)),
        holder=_name(episode.assigned_to),
        duties=[OpenDuty(title=duty.name, due=due_of(duty, now=now)) for duty in timed],
        untimed_count=len(open_duties) - len(timed),
    )


def _since(label: str, length: str) -> str:
    if label != "Told":
        return f"{label} {length}"
    return "Told just now" if length == "now" else f"Told {length} ago"


def _waited(length: timedelta) -> str:
    words = duration(length)
    return "less than a minute" if words == "now" else words


def _name(person: User | None) -> str:
    return person.name if person else "nobody"
