"""Which figures of a period may leave the agency, so that no small number can be worked out. Pure.

Each figure is divided into parts whose sum is known, so small parts are hidden as
`casework.policies.small_numbers` does it. Around that three rules keep tables from explaining each
other: where a total is hidden nothing that it is divided into is shown; figures that overlap are
shown all or none; and what would tie the tables or the files of two periods together is in no file, or only where all of it is large.
Why each rule is needed, and what was tried against them: docs/adr/0026-what-a-shared-file-hides.md.
"""

from collections.abc import Iterable, Mapping, Sequence

from casework.policies.small_numbers import ENOUGH_FOR_SHARES, FLOOR, hide_small

Published = Mapping[str, int | None]
"""Figures by key as they are shared: None is hidden. A key that is not there is in no shared file."""
Parts = Mapping[str, Sequence[str]]
"""What each figure is divided into, by the last part of its keys, in an order that nobody chose by
size: {"age": ("0", "1", …), "sex": (…), …}. Of "race" and "type" there may be none: they were not
counted, and are left out."""

_STARTED, _ENDED, _RETURNED = "started", "ended", "end_reason.returned"
# A figure and what its parts come to.
_DIVIDED = {
    "age": _STARTED,
    "sex": _STARTED,
    "race": _STARTED,
    "placement": _STARTED,
    "length": _ENDED,
    "end_reason": _ENDED,
}
# Of each duty there is one an episode: what became of it, or that it was not due.
_DUTIES = {
    "police": _STARTED,
    "ncmec": _STARTED,
    "screening": _RETURNED,
    "conversation": _RETURNED,
}
# What is hidden beside a small number, as needed, is taken in this order: on time comes last.
_OUTCOMES = ("not_provable", "not_done", "late", "on_time")
_FLAGS = ("likely_trafficking", "signs_present", "endangered")
_ADULT, _ADULT_NO_TYPE = "age.5", "type.young_adult"  # 18 and over; those of no recorded type
_ADULT_LISTED, _NO_TYPE = "type.critical_young_adult", "type.not_recorded"
_HOUR = 3600


# What ties a file to those of the periods before and after it.
LINE = ("at_start", "started", "ended", "at_end")
_TIMES_MISSING = ("youth", "youth_2", "youth_3")


class TooSmall(Exception):
    """Some figure of the sum line is small, so that none of those missing may be shown."""


class DoesNotAddUp(ValueError):
    """Parts that do not come to their total: which figure it is, and no number."""


def legend(floor: int = FLOOR) -> str:
    """What stands below every shared table."""
    return f"Hidden: 1 to {floor - 1}, or a number from which one could be worked out."


def to_share(
    figures: Mapping[str, int], parts: Parts, *, floor: int = FLOOR, with_levels: bool = False
) -> Published:
    """The figures of one period, of all episodes of the agency, as they may be shared.

    `figures` are flat, as `casework.access.counts` has them; a key that is not there is zero.
    `with_levels` adds how many were missing at the start and at the end, and how many different
    youth: see `levels_are_large`, and the rule on files that touch in
    `casework.policies.shared_periods`.

    Raises `DoesNotAddUp` where parts do not come to their total: then nothing is known to be safe;
    and `TooSmall` where levels are asked for that may not be shown.
    """
    shared: dict[str, int | None] = {
        total: None if _is_small(figures.get(total, 0), floor) else figures.get(total, 0)
        for total in (_STARTED, _ENDED)
    }
    for figure, total in _DIVIDED.items():
        if figure not in parts:
            continue
        keys = [f"{figure}.{part}" for part in parts[figure]]
        _must_add_up(figure, figures.get(total, 0), (figures.get(key, 0) for key in keys))
        shared |= _divided(figures, keys, shared[total], floor)
    if "type" in parts:
        shared |= _types(figures, shared, parts["type"], floor)
    shared |= _lengths(figures, shared, parts["length"], floor)
    shared |= _flags(figures, shared[_STARTED], floor)
    for duty, total in _DUTIES.items():
        shared |= _duty(figures, duty, shared.get(total), floor)
        shared |= _duty_by_sex(figures, duty, shared, parts["sex"], floor)
    if with_levels:
        shared |= _levels(figures, floor)
    return shared


def levels_are_large(figures: Mapping[str, int], floor: int = FLOOR) -> bool:
    """Whether all four figures of the sum line may be shown: any three of them tell the fourth."""
    return not any(_is_small(figures.get(key, 0), floor) for key in LINE)


def _is_small(number: int, floor: int) -> bool:
    """Whether a number may not be shown. A negative one is no count of anything: nor may that."""
    return number != 0 and number < floor


def _levels(figures: Mapping[str, int], floor: int) -> dict[str, int | None]:
    """The sum line whole, and different youth as far as the number of episodes does not tell more.

    The episodes open in the period, less the youth, are those that repeat: 1 would be one youth
    missing twice. Less those missing twice they are the third times, and so on. And those missing
    once, or exactly twice, are a difference.
    """
    if not levels_are_large(figures, floor):
        raise TooSmall("A figure of the sum line is small")
    levels: dict[str, int | None] = {key: figures.get(key, 0) for key in LINE}
    levels |= _hidden(_TIMES_MISSING)
    left = figures.get("at_start", 0) + figures.get("started", 0)
    fewer_times = 0
    for key in _TIMES_MISSING:
        youth = figures.get(key, 0)
        left -= youth
        told = (youth, left, fewer_times - youth if fewer_times else 0)
        if any(_is_small(number, floor) for number in told):
            break
        levels[key] = fewer_times = youth
    return levels


def _must_add_up(figure: str, total: int, parts: Iterable[int]) -> None:
    if sum(parts) != total:
        raise DoesNotAddUp(f"The parts of {figure} do not come to its total")


def _hidden(keys: Iterable[str]) -> dict[str, int | None]:
    return dict.fromkeys(keys)


def _divided(
    figures: Mapping[str, int], keys: Sequence[str], total: int | None, floor: int
) -> dict[str, int | None]:
    """The parts of a total; none of them where it is hidden or where too little could be hidden."""
    cells = (
        None if total is None else hide_small([figures.get(key, 0) for key in keys], floor=floor)
    )
    if cells is None:
        return _hidden(keys)
    return {key: cell.number for key, cell in zip(keys, cells, strict=True)}


def _types(
    figures: Mapping[str, int], shared: Published, types: Sequence[str], floor: int
) -> dict[str, int | None]:
    """All or none, beside how many were 18 and over, of whom some types say more.

    The differences count as cells: those of 18 and over, and those under 18, of whom a type is
    recorded; and those of 18 and over whom NCMEC lists as something else than young adults.
    """
    keys = [f"type.{one}" for one in types]
    started = figures.get(_STARTED, 0)
    _must_add_up("type", started, (figures.get(key, 0) for key in keys))
    if shared[_STARTED] is None or shared.get(_ADULT) is None:
        return _hidden(keys)
    adults = figures.get(_ADULT, 0)
    listed = adults - figures.get(_ADULT_NO_TYPE, 0)
    told = [figures.get(key, 0) for key in keys]
    told += [listed, listed - figures.get(_ADULT_LISTED, 0)]
    told.append(started - adults - figures.get(_NO_TYPE, 0))
    if any(_is_small(number, floor) for number in told):
        return _hidden(keys)
    return {key: figures.get(key, 0) for key in keys}


def _lengths(
    figures: Mapping[str, int], shared: Published, bands: Sequence[str], floor: int
) -> dict[str, int | None]:
    """Median and mean to the hour, where every band is shown and enough ended.

    A median says how many were shorter: beside hidden bands that is too much. The longest time
    missing is that of one youth, always.
    """
    ended = shared[_ENDED]
    is_open = all(shared[f"length.{band}"] is not None for band in bands)
    if ended is None or ended < max(floor, ENOUGH_FOR_SHARES) or not is_open:
        return _hidden(("median", "mean"))
    return {key: round(figures.get(key, 0) / _HOUR) * _HOUR for key in ("median", "mean")}


def _flags(figures: Mapping[str, int], started: int | None, floor: int) -> dict[str, int | None]:
    """All or none: an episode can have several flags, and differences tell how many have."""
    keys = [f"flag.{flag}" for flag in (*_FLAGS, "none", "not_assessed")]
    if started is None:
        return _hidden(keys)
    marks = [figures.get(f"flag.{flag}", 0) for flag in _FLAGS]
    none, not_assessed = figures.get("flag.none", 0), figures.get("flag.not_assessed", 0)
    flagged = started - none - not_assessed
    told = [none, not_assessed, flagged, sum(marks) - flagged]
    for mark in marks:
        told += [mark, flagged - mark, started - mark]
    if any(_is_small(number, floor) for number in told):
        return _hidden(keys)
    return {key: figures.get(key, 0) for key in keys}


def _duty(
    figures: Mapping[str, int], duty: str, total: int | None, floor: int
) -> dict[str, int | None]:
    """What became of a duty: with those not due they come to the episodes it is a duty of."""
    keys = [f"{duty}.{outcome}" for outcome in _OUTCOMES]
    if total is None:
        return _hidden(keys)
    not_due = total - sum(figures.get(key, 0) for key in keys)
    if not_due < 0:
        return _hidden(keys)
    cells = hide_small([not_due, *(figures.get(key, 0) for key in keys)], floor=floor)
    if cells is None:
        return _hidden(keys)
    return {key: cell.number for key, cell in zip(keys, cells[1:], strict=True)}


def _duty_by_sex(
    figures: Mapping[str, int],
    duty: str,
    shared: Published,
    sexes: Sequence[str],
    floor: int,
) -> dict[str, int | None]:
    """All or none, beside tables in which nothing is hidden: it is divided two ways at once."""
    keys = [f"{duty}.{sex}.{outcome}" for sex in sexes for outcome in _OUTCOMES]
    beside = [f"{duty}.{outcome}" for outcome in _OUTCOMES] + [f"sex.{sex}" for sex in sexes]
    if any(shared[key] is None for key in beside):
        return _hidden(keys)
    told = [figures.get(key, 0) for key in keys]
    for sex in sexes:
        due = sum(figures.get(f"{duty}.{sex}.{outcome}", 0) for outcome in _OUTCOMES)
        told.append(due)
        if _DUTIES[duty] == _STARTED:
            told.append(figures.get(f"sex.{sex}", 0) - due)
    if any(_is_small(number, floor) for number in told):
        return _hidden(keys)
    return {key: figures.get(key, 0) for key in keys}
