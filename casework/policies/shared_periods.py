"""What may be shared of a period beside what was shared before: spans never overlap. Pure.

Two spans that overlap can be subtracted from each other, and two versions of one month tell what
was revised. So a period is shared once, and stays as it was; one that overlaps another is shared
only where the others make it up exactly, and then as the sum of what they showed, which tells
nothing new.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.policies.count_definitions import UNKNOWN
from casework.policies.count_periods import CountPeriod, Month, PeriodKind
from casework.policies.suppression import Published

_LEVEL = "at_end"  # stands in files that say how many were missing
# Of several months these cannot be had from those of each.
_DO_NOT_ADD_UP = frozenset({"median", "mean", "youth", "youth_2", "youth_3"})


class NotShareable(Exception):
    """Why there is no file to share; the sentence says what to do instead."""


@dataclass(frozen=True, kw_only=True)
class SharedPeriod:
    """A period of the agency, and all that was ever shared of it."""

    period: CountPeriod
    figures: Published
    versions: frozenset[str] = frozenset({UNKNOWN})
    """The versions of the definitions that the figures were counted by."""


def same_as_before(period: CountPeriod, earlier: Sequence[SharedPeriod]) -> SharedPeriod | None:
    """What must be shared of a period because of what was shared earlier; None: nothing ties it.

    Raises `NotShareable` where sharing it could uncover a number that an earlier file hides.
    """
    earlier = _first_of_each(earlier)
    for one in earlier:
        if _months(one.period) == _months(period):
            return one
    atoms = [one for one in earlier if not _is_a_sum(one, earlier)]
    overlapping = [one for one in atoms if _months(one.period) & _months(period)]
    if not overlapping:
        return None
    wider = [one for one in overlapping if not _months(one.period) <= _months(period)]
    if wider:
        raise NotShareable(
            f"{wider[0].period.label} has been shared as a whole. {period.label} beside it would "
            "tell numbers that are hidden there. Share the internal figures with those who may "
            "read them instead."
        )
    shared = {month for one in overlapping for month in one.period.months}
    if missing := sorted(_months(period) - shared):
        words = ", ".join(month.words for month in missing)
        raise NotShareable(
            f"Some months of {period.label} have been shared by themselves. Share the others too "
            f"({words}); then it can be shared as their sum."
        )
    in_order = sorted(overlapping, key=lambda one: one.period.first)
    return SharedPeriod(
        period=period,
        figures=add_up([one.figures for one in in_order]),
        versions=frozenset[str]().union(*(one.versions for one in in_order)),
    )


def must_not_touch(
    period: CountPeriod, earlier: Sequence[SharedPeriod], *, with_levels: bool
) -> None:
    """Raise `NotShareable` where the file before or after says more, or less, than this one would.

    What was missing at the end of one period was missing at the start of the next. Beside a file
    that says how many, the started and the ended of this one would tell what it keeps to itself.
    """
    for one in earlier:
        is_beside = (
            one.period.last.later(1) == period.first or period.last.later(1) == one.period.first
        )
        if is_beside and (_LEVEL in one.figures) is not with_levels:
            raise NotShareable(
                f"The shared file of {one.period.label} "
                f"{'leaves out' if with_levels else 'says'} how many were missing at its end. "
                f"Of {period.label}, beside it, only a file that "
                f"{'leaves it out too' if with_levels else 'says it too'} can be shared."
            )


def must_meet(period: CountPeriod, figures: Published, earlier: Sequence[SharedPeriod]) -> None:
    """Raise `NotShareable` where the number missing between two files is another one in each.

    Then something was revised between their locks, and the difference would tell how much.
    """
    if _LEVEL not in figures:
        return
    for one in earlier:
        if one.period.last.later(1) == period.first:
            before, after = one.figures, figures
        elif period.last.later(1) == one.period.first:
            before, after = figures, one.figures
        else:
            continue
        if before.get(_LEVEL) != after.get("at_start"):
            raise NotShareable(
                f"Entries were added or corrected since {one.period.label} was shared, so that it "
                f"and {period.label} disagree on how many were missing between them. Beside each "
                "other the two files would tell the difference. Share the internal figures with "
                "those who may read them instead."
            )


def add_up(figures: Sequence[Published]) -> Published:
    """The sums of what was shared, the first period first; hidden where it is hidden in any.

    What is not in each of them is not in the sum: a period that does not say it is unknown, which
    is neither zero nor hidden. How many were missing is that of the first start and the last end.
    """
    keys = [key for key in figures[0] if all(key in one for one in figures)]
    summed = {key: _sum(key, [one[key] for one in figures]) for key in keys}
    if _LEVEL in summed:
        summed |= {"at_start": figures[0].get("at_start"), _LEVEL: figures[-1].get(_LEVEL)}
    return summed


def _sum(key: str, numbers: Sequence[int | None]) -> int | None:
    if key in _DO_NOT_ADD_UP or any(number is None for number in numbers):
        return None
    return sum(number for number in numbers if number is not None)


def _first_of_each(earlier: Sequence[SharedPeriod]) -> list[SharedPeriod]:
    """Each period once, as it was first shared: a file that was made again adds nothing."""
    first: dict[frozenset[Month], SharedPeriod] = {}
    for one in earlier:
        first.setdefault(_months(one.period), one)
    return list(first.values())


def _is_a_sum(one: SharedPeriod, every: Sequence[SharedPeriod]) -> bool:
    """Whether it was made of shorter ones, which is the only way to be shared around them."""
    return one.period.kind is not PeriodKind.MONTH and any(
        _months(other.period) < _months(one.period) for other in every
    )


def _months(period: CountPeriod) -> frozenset[Month]:
    return frozenset(period.months)
