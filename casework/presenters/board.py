"""The list of youth in words: one row an episode, in groups that say why they stand where they do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.urls import reverse

from casework.access.board import Row
from casework.models import EpisodeStatus
from casework.policies.time_phrases import duration
from casework.policies.urgency import Band
from casework.presenters.due import Due, due_of
from casework.presenters.episodes import missing_for, name_and_age, place_words
from casework.presenters.flags import MarkTag, first_reason, marks_of

BAND_WORDS = {
    Band.ENDANGERED_AND_OVERDUE: "Endangered, and a duty is overdue",
    Band.ENDANGERED: "Endangered",
    Band.OVERDUE: "A duty is overdue",
    Band.NOT_ASSESSED: "Not assessed 4 hours after we were told",
    Band.DUE: "Due next, soonest first",
    Band.NOTHING_DUE: "Nothing due: missing the longest first",
}


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """One youth in a list."""

    public_id: UUID
    name_and_age: str
    url: str
    reference: str
    status: str
    """Empty for a youth who is missing: the list is about them."""
    marks: list[MarkTag]
    reason: str
    """The first reason of a flag that stands, in words."""
    is_told: bool
    """The length counts from when we were told: when the youth was last seen is not known."""
    was: str
    """What stands before the length of a youth who is back; empty while it runs."""
    length: str
    since: datetime | None
    """From when the length counts, while it runs."""
    place: str
    next_title: str
    next_url: str
    next_due: Due | None
    more_duties: int
    """Open duties beside the next one."""
    worker: str
    """Empty: nobody yet."""
    assign_url: str
    unit: str
    repeats: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows that stand together, and why."""

    heading: str
    rows: list[BoardRow]


def groups_of(rows: Iterable[Row], *, now: datetime) -> list[Group]:
    """Rows of the printed order under the words of their group."""
    return [
        Group(heading=BAND_WORDS[band], rows=[row_of(row, now=now) for row in together])
        for band, together in groupby(rows, key=lambda row: row.band)
    ]


def row_of(row: Row, *, now: datetime) -> BoardRow:
    """One row, as `rows_for` gives it."""
    episode, duty = row.episode, row.next_duty
    status = episode.status(has_open_duties=True)
    label, since = missing_for(episode, now)
    length = duration((episode.ended_at or now) - since)
    worker = episode.assigned_to
    return BoardRow(
        public_id=episode.public_id,
        name_and_age=name_and_age(episode.youth, episode.zone, now=now),
        url=episode.get_absolute_url(),
        reference=episode.reference,
        status="" if status is EpisodeStatus.MISSING else status.value,
        marks=marks_of(row.flags, is_open=episode.is_open, is_assessed=row.is_assessed),
        reason=first_reason(row.flags),
        is_told=label == "Told" and episode.is_open,
        was="" if episode.is_open else was_words(label),
        length="less than a minute" if length == "now" else length,
        since=since if episode.is_open else None,
        place=place_words(episode),
        next_title=duty.name if duty else "",
        next_url=duty.get_absolute_url() if duty else "",
        next_due=due_of(duty, now=now) if duty else None,
        more_duties=max(0, row.open_duties - 1) if duty else 0,
        worker=worker.name if worker else "",
        assign_url="" if worker else _assign_url(episode.public_id),
        unit=episode.unit.name,
        repeats=repeats_words(row.episodes_in_90_days),
    )


def was_words(label: str) -> str:
    """What a length that is over counts: as on the episode's page."""
    return "From told to the end:" if label == "Told" else "Was missing for"


def repeats_words(number: int) -> str:
    """How often in 90 days, this time included: "First in 90 days", "3rd in 90 days"."""
    if number < 1:
        return "Began over 90 days ago"
    return "First in 90 days" if number == 1 else f"{ordinal(number)} in 90 days"


def ordinal(number: int) -> str:
    """A number in an order: 2nd, 3rd, 11th, 21st."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(number % 10, 'th')}"


def _assign_url(episode_id: UUID) -> str:
    """Where somebody is given this youth."""
    return f"{reverse('reassign')}?episode={episode_id}"
