"""How episodes are shown in a list: who, what is due next, for how long, and in which order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework.models import Duty, Episode, EpisodeStatus, Flag
from casework.policies.rules import Phase
from casework.policies.time_phrases import duration
from casework.presenters.due import Due, due_of
from casework.presenters.episodes import missing_for, name_and_age, place_words, urgency
from casework.presenters.flags import MarkTag, first_reason, marks_of


@dataclass(frozen=True, kw_only=True)
class CaseloadRow:
    """One episode in a list."""

    public_id: UUID
    name_and_age: str
    url: str
    reference: str
    status: str
    missing_for: str
    place: str
    worker: str
    next_title: str
    next_due: Due | None
    open_count: int
    marks: list[MarkTag]
    reason: str
    """Why the youth is flagged, in a few words; empty for one who is not."""


def caseload_row(episode: Episode, *, now: datetime) -> CaseloadRow:
    """One row of a list; expects an episode as `caseload_of` gives it."""
    duties: list[Duty] = list(episode.open_duties)  # type: ignore[attr-defined]
    flags: list[Flag] = episode.all_flags  # type: ignore[attr-defined]
    is_assessed: bool | None = episode.is_assessed  # type: ignore[attr-defined]
    for duty in duties:
        duty.episode = episode
    duties.sort(key=urgency)
    # While the youth is missing every clock runs; after the return only those of the return.
    running = [duty for duty in duties if duty.clock_at(now) == now] or duties
    first = running[0] if running else None
    label, since = missing_for(episode, now)
    length = duration((episode.ended_at or now) - since)
    if label == "Told":
        length = f"told {length} ago" if length != "now" else "told just now"
    return CaseloadRow(
        public_id=episode.public_id,
        name_and_age=name_and_age(episode.youth, episode.zone, now=now),
        url=episode.get_absolute_url(),
        reference=episode.reference,
        status=episode.status(has_open_duties=bool(duties)).value,
        missing_for=""
        if episode.status(has_open_duties=True) == EpisodeStatus.RETURNED
        else length,
        place=place_words(episode),
        worker=episode.assigned_to.name if episode.assigned_to else "Nobody yet",
        next_title=first.name if first else "",
        next_due=due_of(first, now=now) if first else None,
        open_count=len(duties),
        marks=marks_of(flags, is_open=episode.is_open, is_assessed=is_assessed),
        reason=first_reason(flags),
    )


def next_due_at(episode: Episode, *, now: datetime) -> tuple[int, float, int]:
    """The order of a caseload: the earliest running clock first, so overdue ones lead."""
    times = [
        duty.due_at.timestamp()
        for duty in episode.open_duties  # type: ignore[attr-defined]
        if duty.due_at and (episode.is_open or duty.phase == Phase.RETURN)
    ]
    return (0 if times else 1, min(times, default=0.0), episode.pk)
