"""An import in words: how far it is, what is wrong, what it would bring, what it has brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from casework.models import ImportBatch, ImportState
from casework.policies.clock_words import day_words
from casework.policies.time_phrases import moment

_DUTIES = {
    "police": "report to police",
    "ncmec": "report to NCMEC",
    "screening": "screening",
    "conversation": "conversation",
}


@dataclass(frozen=True, kw_only=True)
class ImportRow:
    """One line of the list of imports."""

    words: str
    state: str
    url: str


@dataclass(frozen=True, kw_only=True)
class ImportPage:
    """What the page of one import says."""

    batch: ImportBatch
    received: str
    progress: str
    problems: Sequence[Mapping[str, Any]]
    problems_words: str
    not_named: int
    brings: Sequence[str]
    units: Sequence[tuple[str, int]]
    done: str
    undone: str


def zone() -> ZoneInfo:
    """The zone in which admins, who have no unit, are told the time."""
    return ZoneInfo(settings.TIME_ZONE)


def rows_of(batches: Sequence[ImportBatch], *, now: datetime) -> list[ImportRow]:
    """The list of imports; a file's name is not kept, so the moment is its name."""
    return [
        ImportRow(
            words=f"Received {moment(one.received_at, zone(), now=now)}",
            state=_state(one),
            url=one.get_absolute_url(),
        )
        for one in batches
    ]


def page_of(batch: ImportBatch, *, now: datetime) -> ImportPage:
    """The page of one import."""
    count = batch.problem_count
    return ImportPage(
        batch=batch,
        received=(
            f"Received {moment(batch.received_at, zone(), now=now)} from {batch.received_by.name}, "
            f"{_size(batch.size)}."
        ),
        progress=_progress(batch),
        problems=batch.problems,
        problems_words=f"{count:,} {'problem' if count == 1 else 'problems'}",
        not_named=count - len(batch.problems),
        brings=_brings(batch.summary) if batch.can_import else (),
        units=batch.summary.get("units", ()) if batch.can_import else (),
        done=_done(batch, now=now),
        undone=_undone(batch, now=now),
    )


def _state(batch: ImportBatch) -> str:
    label = ImportState(batch.state).label
    if batch.state == ImportState.CHECKED:
        return "Checked: nothing is wrong" if batch.can_import else "Checked: has problems"
    if batch.state == ImportState.IMPORTED:
        return f"{label}: {_episodes(batch.episode_count)}"
    return label


def _size(size: int) -> str:
    return f"{max(1, size // 1000):,} kB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"


def _episodes(number: int) -> str:
    return f"{number:,} {'episode' if number == 1 else 'episodes'}"


def _youth(number: int, words: str) -> str:
    return f"{number:,} {words}"


def _progress(batch: ImportBatch) -> str:
    if batch.cancel_asked_at is not None:
        return "It is being stopped."
    if not batch.step:
        return "It starts within seconds."
    total = f" of {batch.row_count:,}" if batch.state == ImportState.TO_IMPORT else ""
    return f"{batch.step}: {batch.rows_done:,}{total}."


def left_words(said: Mapping[str, Any]) -> list[str]:
    """What of the file would not be recorded, in a line; none where all of it would be."""
    number = said.get("left_as_it_was", 0)
    if not number:
        return []
    return [
        f"Race, sex or Hispanic of {_youth(number, 'youth on file')} was left as it is: what is on "
        "file stays."
    ]


def _brings(said: Mapping[str, Any]) -> list[str]:
    if not said:
        return []
    first, last = (date.fromisoformat(said[name]) for name in ("first", "last"))
    times = ", ".join(
        f"{_DUTIES[name]} {number:,}" for name, number in said["duties"].items() if name in _DUTIES
    )
    return [
        f"{_episodes(said['episodes'])}, told from {_day(first)} to {_day(last)}.",
        f"{_youth(said['new_youth'], 'new youth')}, {_youth(said['known_youth'], 'youth on file')}.",
        f"With a time: {times}. The rest counts as not provable, or as not done where the file says No.",
        *left_words(said),
    ]


def _day(day: date) -> str:
    return f"{day_words(day)}, {day.year}"


def _done(batch: ImportBatch, *, now: datetime) -> str:
    if batch.imported_at is None or batch.imported_by is None:
        return ""
    return (
        f"Brought in {moment(batch.imported_at, zone(), now=now)} by {batch.imported_by.name}: "
        f"{_episodes(batch.episode_count)}, {_youth(batch.youth_count, 'new youth')}."
    )


def _undone(batch: ImportBatch, *, now: datetime) -> str:
    if batch.undone_at is None or batch.undone_by is None:
        return ""
    return f"Taken out again {moment(batch.undone_at, zone(), now=now)} by {batch.undone_by.name}."
