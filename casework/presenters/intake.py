"""What the intake page shows beside its form: who may be meant, and the deadlines that will run."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from casework.access.finding import Found
from casework.models import Episode, Known, LeftFrom, Unit, Youth
from casework.operations.episodes import Telling
from casework.operations.protocols import protocol_for
from casework.policies.anchors import Anchor
from casework.policies.time_phrases import clock, moment
from casework.policies.time_words import Precision
from casework.presenters.episodes import display_name, name_and_age
from casework.presenters.flags import MarkTag, marks_of


@dataclass(frozen=True, kw_only=True)
class Match:
    """A youth who may be the one meant."""

    value: str
    name_and_age: str
    place: str
    status: str
    is_missing: bool
    is_chosen: bool
    marks: list[MarkTag]


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One of the clocks that saving will start."""

    title: str
    clock: str


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """The clocks of a unit's protocol, and which protocol that is."""

    protocol: str
    version: str
    rows: list[Deadline]


def matches_of(found: Found, *, chosen: str, now: datetime) -> list[Match]:
    """The matches as choices: name, age, placement and whether already logged; no birth date."""
    return [
        Match(
            value=str(youth.public_id),
            name_and_age=name_and_age(youth, youth.unit.zone, now=now),
            place=_place(youth, now),
            status=_status(getattr(youth, "open_episode", None), now),
            is_missing=getattr(youth, "open_episode", None) is not None,
            is_chosen=str(youth.public_id) == chosen,
            marks=_marks(getattr(youth, "open_episode", None)),
        )
        for youth in found.youth
    ]


def _marks(episode: Episode | None) -> list[MarkTag]:
    return marks_of(episode.flags.all()) if episode else []


def ask_who(*, name: str, found: Found, selected: Youth | None, none_of: str) -> str:
    """The question about a name that somebody's selection does not settle.

    `selected` is a youth selected for another name; `none_of` the other name for which
    "None of these" was selected.
    """
    before = f"You selected {display_name(selected)}" if selected else ""
    if none_of:
        before = f"You selected None of these for “{none_of}”"
    if before and found.youth:
        return f"{before}, but the name is now “{name}”. Select who is meant, or None of these"
    if before:
        return (
            f"{before}, but nobody on file matches “{name}”. Change the name back, "
            "or save again to add a new youth under this name"
        )
    if found.youth:
        return "Is it one of these youth? Select one, or None of these"
    return "Select one of the matches, or None of these"


def _place(youth: Youth, now: datetime) -> str:
    for placement in youth.placements.all():
        if placement.started_at <= now and (placement.ended_at is None or placement.ended_at > now):
            return placement.name
    return youth.unit.name


def _status(episode: Episode | None, now: datetime) -> str:
    if episode is None:
        return "Not missing"
    same_day = (
        episode.told_at.astimezone(episode.zone).date() == now.astimezone(episode.zone).date()
    )
    when = (
        clock(episode.told_at, episode.zone)
        if same_day
        else moment(episode.told_at, episode.zone, now=now)
    )
    return f"Already logged missing, {when}"


def deadlines_of(unit: Unit, *, now: datetime) -> Deadlines:
    """The clocks that a youth of this unit would start now."""
    protocol = protocol_for(unit.jurisdiction)
    rules = protocol.rules_on(now.astimezone(unit.zone).date())
    return Deadlines(
        protocol=protocol.name,
        version=protocol.version,
        rows=[
            Deadline(title=rule.title, clock=rule.clock_words)
            for rule in rules
            if rule.appears_on is Anchor.TOLD and rule.within is not None
        ],
    )


def told_again(telling: Telling, zone: ZoneInfo, *, now: datetime) -> str:
    """What a second telling said, as a note: nothing that was typed is lost."""
    parts = ["The agency was told again."]
    if telling.last_seen is not None:
        seen = moment(telling.last_seen.at, zone, now=now)
        if telling.last_seen.precision == Precision.DATE_ONLY:
            seen = seen.rsplit(", ", 1)[0]
        about = "about " if telling.last_seen.precision == Precision.ABOUT else ""
        parts.append(f"Last seen {about}{seen}.")
    if telling.left_from != LeftFrom.NOT_KNOWN:
        parts.append(f"Left from: {telling.left_from.label.lower()}.")
    if telling.in_danger != Known.NOT_KNOWN:
        parts.append(f"In danger right now: {telling.in_danger.label.lower()}.")
    if telling.police_called != Known.NOT_KNOWN:
        parts.append(f"Police called: {telling.police_called.label.lower()}.")
    return " ".join(parts)
