"""An attack on shared files: what follows from the numbers that are shown for those that are not.

The attacker gathers every shown number of every file as an equation over what nobody shows (the
parts of each unit and month), adds that none of them is negative and that a hidden one is at least
1 and at most the limit where the files say so, and looks for hidden small numbers that can have
one value only: by elimination, and by narrowing what each could be until nothing moves. It knows
nothing of how the files are made. `./run bench share` lets it loose on three ways to make them.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from benchmarks.table import machine, show
from casework.policies.count_periods import CountPeriod, Month, PeriodKind
from casework.policies.shared_periods import (
    NotShareable,
    SharedPeriod,
    must_not_touch,
    same_as_before,
)
from casework.policies.small_numbers import FLOOR, hide_small
from casework.policies.suppression import levels_are_large, to_share

HISTORIES = 2_000
UNITS, MONTHS = 2, 3
PARTS = {
    "age": ("0", "3", "5"),
    "sex": ("female", "male"),
    "placement": ("home",),
    "race": ("not_recorded",),
    "type": ("not_recorded", "young_adult"),
    "length": ("0",),
    "end_reason": ("returned", "closed"),
}
_TABLES = {
    "age": "started",
    "sex": "started",
    "police": "started",
    "two_days": "started",
    "end_reason": "ended",
}
_SPLIT = {
    **{figure: tuple(f"{figure}.{part}" for part in PARTS[figure]) for figure in ("age", "sex")},
    "end_reason": ("end_reason.returned", "end_reason.closed"),
    "police": ("police.on_time", "police.late", "police.not_done", "not due"),
    "two_days": ("two_days", "under two days"),
}
_PRIME = (1 << 61) - 1  # elimination modulo a large prime: exact but for one chance in 10^18

Base = tuple[str, int, int]
"""A part, a unit, a month: what everything else is a sum of."""
Sum = Mapping[Base, int]
Cell = tuple[str, str, str]
"""Whose, which period, which key."""


@dataclass
class Attacker:
    """Collects what is known, and says what follows from it."""

    known: list[tuple[dict[Base, int], int]] = field(default_factory=list)
    _between: list[tuple[dict[Base, int], float, float]] = field(default_factory=list)

    def sees(self, of: Sum, number: int) -> None:
        """A number in a file, or something that must be so."""
        self.known.append((dict(of), number))
        self._between.append((dict(of), number, number))

    def sees_hidden(self, of: Sum, least: float, most: float) -> None:
        """A hidden number that the file says to be between two others."""
        self._between.append((dict(of), least, most))

    def works_out(self, wanted: Mapping[Cell, Sum]) -> dict[Cell, int]:
        """Each of the wanted sums that can be one number only, with that number."""
        rows = self._eliminated()
        low, high = self._narrowed()
        found = {}
        for cell, of in wanted.items():
            exact = _reduced(dict(of), 0, rows)
            least = sum(
                low[base] * many if many > 0 else high[base] * many for base, many in of.items()
            )
            most = sum(
                high[base] * many if many > 0 else low[base] * many for base, many in of.items()
            )
            if not exact[0]:
                found[cell] = -exact[1] % _PRIME
            elif least == most:
                found[cell] = int(least)
        return found

    def _eliminated(self) -> dict[Base, tuple[dict[Base, int], int]]:
        rows: dict[Base, tuple[dict[Base, int], int]] = {}
        for of, number in self.known:
            rest, value = _reduced(dict(of), number, rows)
            if rest:
                pivot = next(iter(rest))
                inverse = pow(rest[pivot], -1, _PRIME)
                rows[pivot] = (
                    {base: many * inverse % _PRIME for base, many in rest.items()},
                    value * inverse % _PRIME,
                )
        return rows

    def _narrowed(self) -> tuple[dict[Base, float], dict[Base, float]]:
        bases = {base for of, *_ in self._between for base in of}
        low, high = dict.fromkeys(bases, 0.0), dict.fromkeys(bases, inf)
        for _ in range(40):
            moved = False
            for of, least, most in self._between:
                ends = {
                    base: (low[base] * many, high[base] * many)[:: 1 if many > 0 else -1]
                    for base, many in of.items()
                }
                bottom, top = (sum(end[at] for end in ends.values()) for at in (0, 1))
                for base, many in of.items():
                    others = bottom - ends[base][0], top - ends[base][1]
                    if inf in (abs(others[0]), abs(others[1])) or any(
                        other != other for other in others
                    ):
                        others = (
                            sum(end[0] for key, end in ends.items() if key != base),
                            sum(end[1] for key, end in ends.items() if key != base),
                        )
                    edges = sorted(((least - others[1]) / many, (most - others[0]) / many))
                    if edges[0] > low[base]:
                        low[base], moved = edges[0], True
                    if edges[1] < high[base]:
                        high[base], moved = edges[1], True
            if not moved:
                break
        return low, high


def _reduced(
    of: dict[Base, int], number: int, rows: Mapping[Base, tuple[dict[Base, int], int]]
) -> tuple[dict[Base, int], int]:
    """What is left of a sum when everything that is known is taken out of it."""
    waiting = [base for base in of if base in rows]
    while waiting:
        base = waiting.pop()
        many = of.get(base, 0) % _PRIME
        if not many:
            continue
        row, value = rows[base]
        for other, times in row.items():
            left = (of.get(other, 0) - many * times) % _PRIME
            if left:
                of[other] = left
                if other in rows:
                    waiting.append(other)
            else:
                of.pop(other, None)
        number = (number - many * value) % _PRIME
    return of, number


@dataclass(frozen=True)
class History:
    """What happened: how many of each part, by unit and month."""

    numbers: Mapping[Base, int]

    def of(self, sum_of: Sum) -> int:
        """The true number."""
        return sum(self.numbers[base] * many for base, many in sum_of.items())


def history(chance: random.Random) -> History:
    """Some months of two units, with few or many episodes."""
    numbers: dict[Base, int] = {}
    size = chance.choice([8, 20, 45, 120])
    for unit in range(UNITS):
        numbers["at_start", unit, 0] = chance.randint(0, size)
        level = numbers["at_start", unit, 0]
        for month in range(MONTHS):
            started = chance.randint(0, size)
            ended = chance.randint(0, level + started)
            level += started - ended
            for figure, total in _TABLES.items():
                keys = _SPLIT[figure]
                parts = _throw(chance, started if total == "started" else ended, len(keys))
                numbers |= {(key, unit, month): n for key, n in zip(keys, parts, strict=True)}
    for keys in _SPLIT.values():  # the one episode that is recorded later
        added = chance.choice(keys)
        numbers |= {(f"+{key}", 0, 0): int(key == added) for key in keys}
    return History(numbers)


def _throw(chance: random.Random, number: int, into: int) -> list[int]:
    weights = [chance.random() ** 3 for _ in range(into)]
    counted = Counter(chance.choices(range(into), weights, k=number))
    return [counted[at] for at in range(into)]


def sums(units: Iterable[int], months: Sequence[int]) -> dict[str, Sum]:
    """Every figure of some units and months in a row, as the sum that it is."""
    units = list(units)
    figures: dict[str, dict[Base, int]] = {
        key: {(key, unit, month): 1 for unit in units for month in months}
        for keys in _SPLIT.values()
        for key in keys
    }
    figures["started"] = _joined(figures[key] for key in _SPLIT["age"])
    figures["ended"] = _joined(figures[key] for key in _SPLIT["end_reason"])
    figures["at_start"] = {("at_start", unit, 0): 1 for unit in units} | {
        (key, unit, month): 1 if figure == "age" else -1
        for figure in ("age", "end_reason")
        for key in _SPLIT[figure]
        for unit in units
        for month in range(months[0])
    }
    figures["at_end"] = (
        figures["at_start"] | figures["started"] | dict.fromkeys(figures["ended"], -1)
    )
    return dict(figures)


def _joined(several: Iterable[Mapping[Base, int]]) -> dict[Base, int]:
    return {base: many for one in several for base, many in one.items()}


PERIODS = {f"month {month + 1}": [month] for month in range(MONTHS)} | {
    "all months": list(range(MONTHS))
}
SCOPES = {"agency": list(range(UNITS))} | {f"unit {unit + 1}": [unit] for unit in range(UNITS)}
AGAIN, ADDED = "month 1 revised", "added to month 1"


def _revised(figures: Mapping[str, Sum]) -> dict[str, Sum]:
    """The figures of a month after one more episode of it was recorded."""
    more = {
        key: {(f"+{key}", 0, 0): 1}
        for figure, total in _TABLES.items()
        if total == "started"
        for key in _SPLIT[figure]
    }
    one_more = _joined(more[key] for key in _SPLIT["age"])
    more |= {"started": one_more, "at_end": one_more}
    return {key: dict(of) | more.get(key, {}) for key, of in figures.items()}


CELLS: dict[Cell, Sum] = {
    (scope, period, key): of
    for scope, units in SCOPES.items()
    for period, months in PERIODS.items()
    for key, of in sums(units, months).items()
}
CELLS |= {("agency", AGAIN, key): of for key, of in _revised(sums(range(UNITS), [0])).items()}
# What a file never says, but a reader of both versions would like to know of the one added.
_OF_THE_ONE = {
    ("agency", ADDED, key): {(f"+{key}", 0, 0): 1}
    for figure in ("age", "sex", "police")
    for key in _SPLIT[figure]
}
CELLS |= _OF_THE_ONE
_UNSAID = ("not due", "under two days")  # in no file of anybody's; but they can be worked out
Files = dict[Cell, int | None]


def only_small_hidden(true: History) -> Files:
    """1 to 10 hidden, and nothing else: every figure of agency and units, months and all of them."""
    numbers = {
        cell: true.of(of)
        for cell, of in CELLS.items()
        if cell[2] not in _UNSAID and cell not in _OF_THE_ONE
    }
    return {cell: None if 0 < n < FLOOR else n for cell, n in numbers.items()}


def each_table_alone(true: History) -> Files:
    """The same files; in each table other parts hidden beside the small ones, as needed."""
    files = only_small_hidden(true)
    for scope, period in dict.fromkeys((scope, period) for scope, period, _ in files):
        for keys in _SPLIT.values():
            cells = hide_small([true.of(CELLS[scope, period, key]) for key in keys])
            for at, key in enumerate(keys):
                if key not in _UNSAID:
                    files[scope, period, key] = cells[at].number if cells else None
    return files


def as_we_share(true: History, *, with_levels: bool = False) -> Files:
    """Our rule: the agency alone, month by month, and all months as the sum of what they showed.

    A revised month is not shared again, and a period that may not be shared is not.
    """
    files: Files = {}
    earlier: list[SharedPeriod] = []
    for name, months in PERIODS.items():
        first = Month(2026, 1)
        kind = PeriodKind.MONTH if len(months) == 1 else PeriodKind.YEAR
        period = CountPeriod(kind, first.later(months[0]), first.later(months[-1]))
        own = {key: true.of(CELLS["agency", name, key]) for key in sums(range(UNITS), months)}
        own |= {"placement.home": own["started"], "length.0": own["ended"]}
        own |= {"race.not_recorded": own["started"], "type.young_adult": own["age.5"]}
        own["type.not_recorded"] = own["started"] - own["age.5"]
        levels = with_levels and levels_are_large(own)
        try:
            same = same_as_before(period, earlier)
            if same is not None:
                shared = same.figures
            else:
                must_not_touch(period, earlier, with_levels=levels)
                shared = to_share(own, PARTS, with_levels=levels)
        except NotShareable:
            continue
        earlier.append(SharedPeriod(period=period, figures=shared))
        files |= {
            ("agency", name, key): number
            for key, number in shared.items()
            if ("agency", name, key) in CELLS
        }
    return files


def as_we_share_with_levels(true: History) -> Files:
    """The same, with how many were missing wherever that is allowed."""
    return as_we_share(true, with_levels=True)


def attack(
    true: History, files: Files, *, says_small: bool, sees: Callable[[Cell], bool] = lambda _: True
) -> tuple[int, dict[Cell, int]]:
    """How many small numbers the files hide, and those that the attacker works out.

    `says_small` where a hidden number is known to be 1 to 10; `sees` picks the files it has. Raises
    AssertionError where it is wrong about one: then the attack is broken.
    """
    attacker = Attacker()
    for unit in range(UNITS):
        for month in range(MONTHS):
            one = sums([unit], [month])
            for figure, total in _TABLES.items():
                parts = _joined(one[key] for key in _SPLIT[figure])
                if parts != one[total]:
                    attacker.sees(parts | dict.fromkeys(one[total], -1), 0)
            attacker.sees_hidden(one["at_end"], 0, inf)
    one_more = CELLS["agency", AGAIN, "started"].keys() - CELLS["agency", "month 1", "started"]
    for figure, total in _TABLES.items():
        if total == "started" and figure != "age":
            parts = {(f"+{key}", 0, 0): 1 for key in _SPLIT[figure]}
            attacker.sees(parts | dict.fromkeys(one_more, -1), 0)
    for cell, number in files.items():
        if sees(cell):
            if number is not None:
                attacker.sees(CELLS[cell], number)
            elif says_small:
                attacker.sees_hidden(CELLS[cell], 1, FLOOR - 1)
    secret = {
        cell: of
        for cell, of in CELLS.items()
        if files.get(cell) is None and 0 < true.of(of) < FLOOR
    }
    found = attacker.works_out(secret)
    assert all(true.of(CELLS[cell]) == number for cell, number in found.items())
    return len(secret), found


def run(*, histories: int = HISTORIES) -> None:
    """Attack three ways to make files, over many histories."""
    sights: dict[str, Callable[[Cell], bool]] = {
        "one file: the agency, all months": lambda cell: cell[:2] == ("agency", "all months"),
        "and its months": lambda cell: cell[0] == "agency" and cell[1] in PERIODS,
        "and the units": lambda cell: cell[1] in PERIODS,
        "and a revised version of a month": lambda _: True,
    }
    ways: dict[str, tuple[Callable[[History], Files], bool]] = {
        "1 to 10 hidden": (only_small_hidden, True),
        "and parts beside them": (each_table_alone, False),
        "as we share": (as_we_share, False),
        "and how many were missing": (as_we_share_with_levels, False),
    }
    rows = []
    for way, (make, says_small) in ways.items():
        for sight, sees in sights.items():
            chance, hidden, found = random.Random(2026), 0, 0
            for _ in range(histories):
                true = history(chance)
                secret, out = attack(true, make(true), says_small=says_small, sees=sees)
                hidden, found = hidden + secret, found + len(out)
            rows.append((way, sight, f"{hidden:,}", f"{found:,}"))
    show(
        f"Small numbers worked out from shared files, {histories:,} histories",
        ("files made so", "the attacker has", "small numbers hidden", "worked out"),
        rows,
    )
    print(f"\n{machine()}")
