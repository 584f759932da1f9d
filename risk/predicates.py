"""What a rule looks for, built so that it can never turn against a Yes.

A predicate says "at least so many of these": one is "any of", all is "all of". There is no "not".
Therefore more Yes never makes a predicate fail, and what is not known never counts as No: the
promise holds for every rule that can be written at all.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from math import inf


@dataclass(frozen=True, slots=True)
class Paths:
    """How many more Yes a predicate needs: at the fewest, and if one open key is among them."""

    fewest: float
    through: dict[str, float]


_THERE = Paths(0, {})


@dataclass(frozen=True, slots=True)
class Predicate:
    """At least `count` of some keys (items, or facts of the record) and some parts hold."""

    count: int
    keys: tuple[str, ...]
    parts: tuple["Predicate", ...] = ()
    _key_set: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key_set", frozenset(self.keys))

    def holds(self, known: Set[str]) -> bool:
        """Whether enough is among what is known to hold."""
        here = len(self._key_set & known)
        return here >= self.count or (
            here + sum(part.holds(known) for part in self.parts) >= self.count
        )

    def because(self, known: Set[str]) -> Iterator[str]:
        """The keys that make it hold, those beyond the least number included."""
        yield from (key for key in self.keys if key in known)
        for part in self.parts:
            if part.holds(known):
                yield from part.because(known)

    def paths(self, known: Set[str], open_keys: Set[str]) -> Paths:
        """How far it is from holding, if open keys were answered Yes.

        The cheapest way through one part is that part and the cheapest others that make up the
        count. One pass finds it for every key, because no key stands in two parts of a rule.
        """
        there, open_here = self._key_set & known, self._key_set & open_keys
        parts = [part.paths(known, open_keys) for part in self.parts]
        costs = sorted([0] * len(there) + [1] * len(open_here) + [part.fewest for part in parts])
        if len(costs) < self.count:
            return Paths(inf, {})
        cheapest = costs[: self.count]
        if (fewest := sum(cheapest)) == 0:
            return _THERE
        ways = [(1.0, dict.fromkeys(open_here, 1.0))]
        ways += [(part.fewest, part.through) for part in parts]
        through: dict[str, float] = {}
        for cost, keys in ways:
            # What the others cost: the dearest of the cheapest gives way, unless this is cheaper.
            others = sum(cheapest[:-1]) if cost >= cheapest[-1] else fewest - cost
            if others < inf:
                through.update((key, others + steps) for key, steps in keys.items())
        return Paths(fewest, through)

    def all_keys(self) -> Iterator[str]:
        """Every key that it speaks of."""
        yield from self.keys
        for part in self.parts:
            yield from part.all_keys()

    def __str__(self) -> str:
        # Sorted: the order in which items are asked is no part of what a rule means.
        return f"{self.count} of ({', '.join(sorted([*self.keys, *map(str, self.parts)]))})"


def yes(key: str) -> Predicate:
    """Holds with a Yes to one item, or with one fact."""
    return Predicate(1, (key,))


def any_of(keys: Iterable[str], *parts: Predicate) -> Predicate:
    """Holds if one of them does."""
    return Predicate(1, tuple(keys), parts)


def all_of(*parts: Predicate) -> Predicate:
    """Holds if every part does."""
    return Predicate(len(parts), (), parts)


def at_least(count: int, keys: Iterable[str]) -> Predicate:
    """Holds with a Yes to so many of these items."""
    return Predicate(count, tuple(keys))
