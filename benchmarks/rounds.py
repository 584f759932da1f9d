"""Timing several ways of doing the same, in turns, so that a busy moment strikes all alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WARM_UP = 3  # rounds that are not counted
Run = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """How long one way took, in milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: list[float]) -> "Timing":
        """The figures of at least two runs."""
        return cls(
            p50=statistics.median(seconds) * 1000,
            p95=statistics.quantiles(seconds, n=20, method="inclusive")[18] * 1000,
        )

    def beside(self, floor: "Timing") -> str:
        """The ratio of the medians, like "2.4 x"."""
        return f"{self.p50 / floor.p50:.1f} x"


def in_turns(ways: Mapping[str, Callable[[], Run]], *, rounds: int) -> dict[str, Timing]:
    """Run every way once a round and give the timing of each, under the same names.

    A way prepares, which is not counted, and gives what is then run and timed.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(WARM_UP + rounds):
        for name, prepare in ways.items():
            run = prepare()
            began = time.perf_counter()
            run()
            if number >= WARM_UP:
                taken[name].append(time.perf_counter() - began)
    return {name: Timing.of(seconds) for name, seconds in taken.items()}
