"""Lock the counts of a month, take a lock off, and say what has changed since."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction

from casework import audit
from casework.access.counts import (
    CountedIds,
    Counts,
    CountScope,
    Figures,
    count_with_ids,
    lock_of,
)
from casework.models import CountedMonth, EndReason, Episode, Transfer, User
from casework.policies.count_definitions import VERSION, as_counted_by
from casework.policies.count_periods import Month, month_period

LONGEST_WHY = 300
SAME_PRESS = timedelta(minutes=1)


class Refused(Exception):
    """Why a month is not locked or unlocked; the sentence says what to do."""


def lock(
    *,
    scope: CountScope,
    month: Month,
    by: User,
    now: datetime,
    children_in_care: int | None = None,
) -> CountedMonth:
    """Keep the month's figures as they are now, with the episodes behind them.

    A second press by the same person gets the lock of the first one. Raises `Refused` while the
    month is not over in every zone of the scope, when it is locked, and when something was recorded
    while it was counted.
    """
    period = month_period(month)
    if not period.is_over(now, scope.zones):
        raise Refused(f"{month.words} is not over. Lock it from the first day of the next month.")
    standing = lock_of(scope, month)
    if standing is not None:
        return _of_the_same_press(standing, by=by, now=now, children_in_care=children_in_care)
    # In a transaction of its own, which is over before anything is written: the figures are those
    # of one moment, and writing waits for nobody under the stricter isolation.
    counts, ids = count_with_ids(scope, period, now=now)
    if not _agree(counts, ids):
        raise Refused(f"Something was recorded while {month.words} was counted. Press Lock again.")
    try:
        with transaction.atomic():
            version = CountedMonth.objects.of(scope.unit, month).count() + 1
            counted = CountedMonth.objects.create(
                unit=scope.unit,
                year=month.year,
                month=month.month,
                version=version,
                figures={"all": dict(counts.every), "two_days": dict(counts.two_days)},
                definitions_version=VERSION,
                children_in_care=children_in_care,
                at_start_ids=sorted(ids.at_start),
                started_ids=sorted(ids.started),
                ended_ids=sorted(ids.ended),
                locked_at=now,
                locked_by=by,
            )
            audit.record(
                "counts.locked",
                subject=counted,
                by=by,
                at=now,
                month=month.code,
                version=version,
            )
    except IntegrityError as error:  # it was locked at the same moment
        standing = lock_of(scope, month)
        if standing is None:
            raise Refused(f"{month.words} has been locked already.") from error
        return _of_the_same_press(standing, by=by, now=now, children_in_care=children_in_care)
    return counted


def _of_the_same_press(
    standing: CountedMonth, *, by: User, now: datetime, children_in_care: int | None
) -> CountedMonth:
    """The lock that stands, if this is a double click on it; otherwise it is refused.

    Another number of children is no double click: it would be lost without a word.
    """
    is_same = standing.locked_by == by and standing.children_in_care == children_in_care
    if is_same and abs(now - standing.locked_at) <= SAME_PRESS:
        return standing
    raise Refused(f"{standing.counted.words} has been locked already.")


def _agree(counts: Counts, ids: CountedIds) -> bool:
    """Whether the sum line counts as many episodes as there are numbers behind it."""
    return all(
        counts.every.get(key, 0) == len(behind)
        for key, behind in (
            ("at_start", ids.at_start),
            ("started", ids.started),
            ("ended", ids.ended),
        )
    )


@transaction.atomic
def unlock(*, counted: CountedMonth, by: User, now: datetime, why: str) -> CountedMonth:
    """Take the lock off, with a reason; what was locked is kept as an earlier version.

    Raises `Refused` without a reason, and when somebody was quicker.
    """
    if not why.strip():
        raise Refused("Enter why the lock is taken off.")
    held = CountedMonth.objects.select_for_update(of=("self",)).get(pk=counted.pk)
    if held.unlocked_at is not None:
        raise Refused("This lock has been taken off already.")
    held.unlocked_at, held.unlocked_by, held.unlocked_why = now, by, why.strip()[:LONGEST_WHY]
    held.save(update_fields=["unlocked_at", "unlocked_by", "unlocked_why"])
    audit.record(
        "counts.unlocked",
        subject=held,
        by=by,
        at=now,
        month=held.counted.code,
        version=held.version,
    )
    return held


class Change(StrEnum):
    """Why a locked figure differs from what is on file now."""

    BROUGHT_ALONG = "brought along from earlier records"
    RECORDED_LATE = "recorded after the lock"
    END_RECORDED_LATE = "the end recorded after the lock"
    OPENED_IN_ERROR = "found to be opened in error"
    TAKEN_OUT = "of an import that was taken out again"
    MOVED = "moved to or from another unit"
    CORRECTED = "with a corrected time"
    DETAILS = "with other details of a youth, a flag or a duty"


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What would be different if all that is on file now had been on file at the lock."""

    every: Mapping[str, int]
    """By figure: how much more there is than was locked; negative for less. Only what differs."""
    two_days: Mapping[str, int]
    changes: Mapping[Change, int]
    """How many episodes changed, by why. Under DETAILS 0: nobody counted how many."""


def revision_of(counted: CountedMonth, counts: Counts, ids: CountedIds) -> Revision | None:
    """What changed since the month was locked, or None: nothing did.

    `counts` and `ids` are those of `casework.access.counts.count_since`. At most two queries.
    """
    every, two_days = (
        _differences(locked, now)
        for locked, now in zip(
            locked_figures(counted), figures_beside(counted, counts), strict=True
        )
    )
    if not every and not two_days:
        return None
    changes = _changes(counted, ids) or Counter({Change.DETAILS: 0})
    return Revision(every=every, two_days=two_days, changes=changes)


def locked_figures(counted: CountedMonth) -> tuple[Figures, Figures]:
    """What was locked: of all episodes, and of those of 2 days or more."""
    return counted.figures["all"], counted.figures["two_days"]


def figures_beside(counted: CountedMonth, counts: Counts) -> tuple[Figures, Figures]:
    """The figures of now as they can be held against the locked ones."""
    version = counted.definitions_version
    every, two_days = (
        as_counted_by(version, locked=locked, now=now)
        for locked, now in zip(
            locked_figures(counted), (counts.every, counts.two_days), strict=True
        )
    )
    return every, two_days


def _differences(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    keys = before.keys() | after.keys()
    differences = {key: after.get(key, 0) - before.get(key, 0) for key in sorted(keys)}
    return {key: number for key, number in differences.items() if number}


def _changes(counted: CountedMonth, ids: CountedIds) -> Counter[Change]:
    """The episodes that count otherwise now, by why."""
    before = CountedIds(
        at_start=frozenset(counted.at_start_ids),
        started=frozenset(counted.started_ids),
        ended=frozenset(counted.ended_ids),
    )
    candidates = (
        (before.at_start ^ ids.at_start)
        | (before.started ^ ids.started)
        | (before.ended ^ ids.ended)
    )
    if not candidates:
        return Counter()
    moved = set(
        Transfer.objects.filter(
            episode__in=candidates, accepted_at__gt=counted.locked_at
        ).values_list("episode_id", flat=True)
    )
    found = Episode.objects.filter(pk__in=candidates).only(
        "recorded_at", "ended_recorded_at", "end_reason", "imported_in"
    )
    changes = Counter(_why(episode, counted, before, ids, moved) for episode in found)
    if gone := len(candidates) - changes.total():  # nothing else ever deletes an episode
        changes[Change.TAKEN_OUT] = gone
    return changes


def _why(
    episode: Episode,
    counted: CountedMonth,
    before: CountedIds,
    after: CountedIds,
    moved: set[int],
) -> Change:
    if episode.recorded_at > counted.locked_at:
        is_imported = episode.imported_in_id is not None
        return Change.BROUGHT_ALONG if is_imported else Change.RECORDED_LATE
    if episode.end_reason == EndReason.OPENED_IN_ERROR:
        return Change.OPENED_IN_ERROR
    was_counted, is_counted = any(before.roles(episode.pk)), any(after.roles(episode.pk))
    if episode.pk in moved and was_counted is not is_counted:
        return Change.MOVED
    if episode.imported_in_id is not None and not was_counted:
        return Change.BROUGHT_ALONG  # it says when an import began; the lock may lie before its end
    ended = episode.ended_recorded_at
    if ended is not None and ended > counted.locked_at:
        return Change.END_RECORDED_LATE
    return Change.CORRECTED
