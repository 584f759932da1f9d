"""How often the rules are right about the synthetic cases: `python -m tests.unit.risk.false_alarms`.

The cases are made up by those who made the rules. The figures show what the rules do, so that a
change of rules can be weighed; they say nothing about how often the rules are right about youth.
"""

from dataclasses import dataclass

from risk import Mark, assess
from tests.unit.risk.tables import answers, facts, rows


@dataclass(frozen=True)
class Tally:
    """Cases counted by what is so and by whether the mark was raised."""

    found: int
    missed: int
    false_alarms: int
    rightly_without: int

    @property
    def false_alarm_rate(self) -> float:
        """Of the cases without trafficking, the share that bears the mark."""
        return self.false_alarms / (self.false_alarms + self.rightly_without)

    @property
    def missed_rate(self) -> float:
        """Of the cases with trafficking, the share that does not bear the mark."""
        return self.missed / (self.found + self.missed)


def tally(mark: Mark) -> Tally:
    """The synthetic cases, counted for one mark."""
    pairs = [
        (
            row["trafficked"] == "yes",
            mark in assess(answers(row["answers"]), facts(row["facts"])).marks,
        )
        for row in rows("synthetic_cases.csv")
    ]
    return Tally(
        found=pairs.count((True, True)),
        missed=pairs.count((True, False)),
        false_alarms=pairs.count((False, True)),
        rightly_without=pairs.count((False, False)),
    )


def main() -> None:
    """Print the figures for the two marks that are about trafficking."""
    for mark in (Mark.LIKELY_TRAFFICKING, Mark.SIGNS_PRESENT):
        t = tally(mark)
        print(
            f"{mark.words}: of {t.found + t.missed} synthetic cases with trafficking {t.found} found, "
            f"{t.missed} missed; of {t.false_alarms + t.rightly_without} without, "
            f"{t.false_alarms} false alarms ({t.false_alarm_rate:.0%})"
        )


if __name__ == "__main__":
    main()
