"""The counts of a period as they may leave the agency: what is small is hidden, and what tells it.

What may be shown is decided in `casework.policies.suppression` and, beside earlier files, in
`casework.policies.shared_periods`. Whoever keeps a shared file keeps its `figures` for good, and
gives all that were ever shared as `earlier`, read under a lock so that two cannot be first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from casework.access import count_parts
from casework.access.counts import CountScope, Figures, count_period, lock_of
from casework.exports.work import one_long_moment
from casework.models import CountedMonth
from casework.policies.count_definitions import (
    VERSION,
    changed_since,
    definition_of,
    figure_of,
)
from casework.policies.count_periods import CountPeriod, PeriodKind
from casework.policies.shared_periods import (
    NotShareable,
    SharedPeriod,
    must_meet,
    must_not_touch,
    same_as_before,
)
from casework.policies.suppression import Parts, Published, TooSmall, legend, to_share

PARTS: Parts = {figure: tuple(parts) for figure, parts in count_parts.PARTS.items()}
LEFT_OUT = (
    "In no shared file: numbers by unit, the column of 2 days or more, the months before, the "
    "longest time missing, and what was revised since the period was first shared. Beside the "
    "rest they would tell numbers that are hidden."
)
LEVELS_LEFT_OUT = (
    "This file leaves out how many were missing at the start and at the end, and how many "
    "different youth."
)


@dataclass(frozen=True, kw_only=True)
class SharedFigures:
    """What a shared file says of a period."""

    figures: Published
    versions: frozenset[str]
    """The versions of the definitions that they were counted by."""
    lock: CountedMonth | None
    """The locked month that they were first taken from, if they are now; else None."""
    notes: Sequence[str]
    """What stands below the tables: what hidden means, and what is left out."""


def shared_figures(
    scope: CountScope,
    period: CountPeriod,
    *,
    earlier: Sequence[SharedPeriod],
    now: datetime,
    with_levels: bool = False,
) -> SharedFigures:
    """The figures of a period to share, the same each time it is shared.

    `earlier` is everything shared before, of every period. Raises `NotShareable` for a unit, a
    period that is not over, a month that is not locked, one that earlier files rule out, and where
    `with_levels` asks for how many were missing and that is small.
    """
    if scope.unit is not None:
        raise NotShareable(
            "Only the counts of the whole agency can be shared: beside them those of a unit would "
            "tell what is hidden."
        )
    if not period.is_over(now, scope.zones):
        raise NotShareable(f"{period.label} is not over. It can be shared when it is.")
    same, lock = same_as_before(period, earlier), None
    if same is not None:
        versions = same.versions
        changed = changed_since(versions)
        figures: Published = {
            key: number for key, number in same.figures.items() if figure_of(key) not in changed
        }
    else:
        must_not_touch(period, earlier, with_levels=with_levels)
        counted, lock = _counted(scope, period, now=now)
        versions = frozenset({lock.definitions_version if lock else VERSION})
        changed = changed_since(versions)
        parts = {figure: of for figure, of in PARTS.items() if figure not in changed}
        try:
            figures = to_share(
                counted, parts, floor=settings.SMALL_NUMBERS, with_levels=with_levels
            )
        except TooSmall as error:
            raise NotShareable(
                f"In {period.label} some number of the line from missing at start to missing at "
                "end is small. Share the file without how many were missing."
            ) from error
        must_meet(period, figures, earlier)
    notes = [legend(settings.SMALL_NUMBERS), LEFT_OUT]
    if "at_end" not in figures:
        notes.append(LEVELS_LEFT_OUT)
    if changed:
        notes.append(_changed_left_out(changed))
    return SharedFigures(figures=figures, versions=versions, lock=lock, notes=notes)


def _changed_left_out(changed: frozenset[str]) -> str:
    """Zeros would be read as an answer, and old numbers under new words as something else."""
    labels = ", ".join(sorted(definition_of(figure).label for figure in changed))
    return (
        f"This file leaves out: {labels}. When its figures were counted, that was counted "
        "otherwise, or not yet recorded."
    )


def _counted(
    scope: CountScope, period: CountPeriod, *, now: datetime
) -> tuple[Figures, CountedMonth | None]:
    """A month as it is locked; a year as it is counted now."""
    if period.kind is not PeriodKind.MONTH:
        with one_long_moment():
            return count_period(scope, period, now=now).every, None
    lock = lock_of(scope, period.first)
    if lock is None:
        raise NotShareable(f"{period.label} is not locked. Lock it, then share it.")
    return lock.figures["all"], lock
