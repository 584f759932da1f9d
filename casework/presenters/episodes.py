"""The episode page in words: who it is about, its clocks, its duties and what can be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.urls import reverse

from casework.models import Assignment, Duty, Episode, Flag, LeftFrom, Note, User, Youth
from casework.operations.readings import Reading
from casework.policies.rules import Phase
from casework.policies.time_phrases import duration, moment, moment_as_known
from casework.policies.time_words import Precision
from casework.presenters.clocks import Ask, Row, answers_of, asks_of, moments_of
from casework.presenters.due import Clock, DutyRow, clock_of, row_of
from casework.presenters.flags import MarkTag, marks_of
from casework.presenters.holding import Holding
from casework.presenters.timeline import LATE_NOTE, Entry, timeline_of

CLOCKS_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The head of the episode page."""

    name_and_age: str
    status: str
    reference: str
    duration: str
    duration_label: str
    since: datetime | None
    last_seen: str
    place: str
    notice: str
    marks: list[MarkTag]


@dataclass(frozen=True, kw_only=True)
class EpisodePage:
    """Everything the episode page prints."""

    identity: Identity
    clocks: list[Clock]
    more_count: int
    open_duties: list[DutyRow]
    closed_duties: list[DutyRow]
    asks: list[Ask]
    moments: list[Row]
    answers: list[Row]
    timeline: list[Entry]


def display_name(youth: Youth) -> str:
    """The name on screen: "Jordan Avery", with a nickname in quotes."""
    name = " ".join(part for part in (youth.given_name, youth.family_name) if part)
    if not name:
        return youth.nickname
    return f"{name} “{youth.nickname}”" if youth.nickname else name


def name_and_age(youth: Youth, zone: tzinfo, *, now: datetime) -> str:
    """The name with the age in this zone, where it is known: "Jordan Avery, 15"."""
    age = youth.age_on(now.astimezone(zone).date())
    return display_name(youth) if age is None else f"{display_name(youth)}, {age}"


def last_seen_words(episode: Episode, now: datetime) -> str:
    """When the youth was last seen, as exactly as it is known."""
    if episode.last_seen_at is None:
        return "time not known yet"
    return moment_as_known(
        episode.last_seen_at, Precision(episode.last_seen_precision), episode.zone, now=now
    )


def place_words(episode: Episode) -> str:
    """Where the youth was last."""
    if episode.left_from == LeftFrom.PLACEMENT:
        return episode.placement.name if episode.placement else "placement"
    if episode.left_from == LeftFrom.NOT_KNOWN:
        placement = f" (placed at {episode.placement.name})" if episode.placement else ""
        return f"place not known yet{placement}"
    return "school" if episode.left_from == LeftFrom.SCHOOL else "somewhere else"


def missing_for(episode: Episode, now: datetime) -> tuple[str, datetime]:
    """A label and the moment it counts from; from last seen when that is known to the hour."""
    if episode.last_seen_at and episode.last_seen_precision != Precision.DATE_ONLY:
        return "Missing for", episode.last_seen_at
    return "Told", episode.told_at


def identity_of(
    episode: Episode, *, now: datetime, has_open_duties: bool, marks: list[MarkTag]
) -> Identity:
    """The head of the episode page at `now`."""
    status = episode.status(has_open_duties=has_open_duties)
    label, since = missing_for(episode, now)
    until = episode.ended_at or now
    length = duration(until - since)
    if episode.ended_at is not None:
        label = "Was missing for" if label == "Missing for" else "From told to the end:"
        length = "less than a minute" if length == "now" else length
    elif label == "Told":
        label, length = "Told", f"{length} ago" if length != "now" else "just now"
    return Identity(
        name_and_age=name_and_age(episode.youth, episode.zone, now=now),
        status=status.value,
        reference=episode.reference,
        duration=length,
        duration_label=label,
        since=since if episode.is_open and label == "Missing for" else None,
        last_seen=last_seen_words(episode, now),
        place=place_words(episode),
        notice=_notice(episode, now),
        marks=marks,
    )


def _notice(episode: Episode, now: datetime) -> str:
    late = episode.recorded_at - episode.told_at
    parts = []
    if episode.imported_in_id is not None:
        when = moment(episode.recorded_at, episode.zone, now=now)
        parts.append(f"Brought along from earlier records {when}.")
    elif late > LATE_NOTE:
        parts.append(f"Logged {duration(late)} after you were told.")
    if episode.returned_at is not None:
        back = moment_as_known(
            episode.returned_at, Precision(episode.returned_precision), episode.zone, now=now
        )
        parts.append(f"{episode.get_returned_to_display()}, {back}.")
    elif episode.ended_at is not None:
        end = moment_as_known(
            episode.ended_at, Precision(episode.ended_precision), episode.zone, now=now
        )
        parts.append(f"Closed, {episode.get_end_reason_display().lower()}, {end}.")
    elif episode.located_at is not None:
        located = moment_as_known(
            episode.located_at, Precision(episode.located_precision), episode.zone, now=now
        )
        parts.append(f"Located {located}.")
    return " ".join(parts)


def urgency(duty: Duty) -> tuple[bool, int, float, int, int]:
    """The order of open duties: due soonest, then at once, then those without a set time.

    What was left open when the youth returned comes after the return duties.
    """
    left_open = duty.phase == Phase.MISSING and not duty.episode.is_open
    due = duty.due_at.timestamp() if duty.due_at else 0.0
    rank = 0 if duty.due_at else 1 if duty.target_at else 2
    return (left_open, rank, due, duty.order, duty.pk)


def page_of(
    reading: Reading,
    *,
    every_duty: Sequence[Duty],
    notes: Iterable[Note],
    assignments: Iterable[Assignment],
    flags: Sequence[Flag],
    is_assessed: bool,
    holdings: Mapping[int, Holding],
    now: datetime,
) -> EpisodePage:
    """The whole episode page; duties come with their evidence, flags `with_story`.

    `every_duty` has the withdrawn ones too: what was done about them stays on the timeline.
    `holdings` says, by the duty's key, who is on it.
    """
    episode, duties = reading.episode, reading.duties
    for duty in every_duty:
        duty.episode = episode
    open_duties = sorted((duty for duty in duties if duty.is_open), key=urgency)
    closed = [duty for duty in duties if not duty.is_open]
    running = [duty for duty in open_duties if duty.due_at and duty.clock_at(now) == now]
    return EpisodePage(
        identity=identity_of(
            episode,
            now=now,
            has_open_duties=bool(open_duties),
            marks=marks_of(flags, is_open=episode.is_open, is_assessed=is_assessed),
        ),
        clocks=[clock_of(duty, now=now) for duty in running[:CLOCKS_SHOWN]],
        more_count=max(0, len(open_duties) - min(len(running), CLOCKS_SHOWN)),
        open_duties=[
            row_of(
                duty,
                now=now,
                skipped=_skipped(duty, duties),
                holding=holdings.get(duty.pk),
            )
            for duty in open_duties
        ],
        closed_duties=[row_of(duty, now=now) for duty in closed],
        asks=asks_of(reading) if any(duty.is_provisional for duty in running) else [],
        moments=moments_of(reading, now=now),
        answers=answers_of(reading),
        timeline=timeline_of(
            episode,
            duties=every_duty,
            notes=notes,
            flags=flags,
            assignments=assignments,
            now=now,
        ),
    )


def _skipped(duty: Duty, duties: Sequence[Duty]) -> list[int]:
    """The earlier rounds of a duty that went by: there is no duty of that number."""
    rounds = {other.round for other in duties if other.code == duty.code}
    return [number for number in range(1, duty.round) if number not in rounds]


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button of the episode page."""

    label: str
    url: str
    is_primary: bool = False
    icon: str = ""


def actions_of(episode: Episode) -> list[Action]:
    """What can be done on the episode page: the return only while the youth is missing."""
    note = Action(
        label="Add a sighting or update",
        url=reverse("note", args=[episode.public_id]),
        is_primary=episode.is_open,
    )
    if not episode.is_open:
        return [note]
    back = Action(
        label="Youth located or returned", url=reverse("record_return", args=[episode.public_id])
    )
    return [note, back]


def already_words(by: User | None, at: datetime | None, zone: tzinfo, *, now: datetime) -> str:
    """Who was first, and when: "R. Diaz has already recorded this at Tue Mar 3, 2:31 a.m. CST"."""
    who = by.name if by else "Someone"
    return f"{who} has already recorded this{f', {moment(at, zone, now=now)}' if at else ''}."
