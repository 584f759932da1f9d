"""How many assessments a second the engine makes, beside the least that any engine must do."""

import random
from collections.abc import Callable
from functools import partial

from benchmarks.rounds import Timing, in_turns
from benchmarks.table import machine, ms, show
from risk import Answer, EpisodeFacts, assess, explain, ruleset
from risk.language import find_words

EPISODES = 500
ROUNDS = 15
_SHARES = {  # how checklists look in the first hours: most is not known
    Answer.NOT_ASKED: 35,
    Answer.DONT_KNOW: 25,
    Answer.NO: 27,
    Answer.YES: 10,
    Answer.DECLINED: 3,
}
Case = tuple[dict[str, Answer], EpisodeFacts]


def cases(count: int, *, seed: int = 2026) -> list[Case]:
    """Made-up checklists, the same for the same seed."""
    chance = random.Random(seed)
    keys = [item.key for item in ruleset().asked]
    kinds, weights = list(_SHARES), list(_SHARES.values())
    return [
        (
            dict(zip(keys, chance.choices(kinds, weights, k=len(keys)), strict=True)),
            EpisodeFacts(
                age=chance.randint(10, 17),
                hours_missing=chance.uniform(0, 800),
                episodes_30d=chance.randint(1, 4),
                from_care=True,
                placements_12m=chance.randint(1, 5),
            ),
        )
        for _ in range(count)
    ]


def floor(some: list[Case]) -> int:
    """Read every answer once and count the Yes: less than this no engine can do."""
    return sum(answer is Answer.YES for answers, _ in some for answer in answers.values())


def assess_all(some: list[Case]) -> int:
    """Assess each, and count the findings."""
    return sum(len(assess(answers, facts).findings) for answers, facts in some)


def explain_all(some: list[Case]) -> int:
    """Assess each and put it into sentences."""
    return sum(len(explain(assess(answers, facts)).lines) for answers, facts in some)


def run() -> None:
    """Measure, and print the table."""
    some = cases(EPISODES)
    narrative = 'The youth left "to breathe" and was seen by an aunt, who says: a runner. ' * 28
    ways: dict[str, Callable[[], Callable[[], object]]] = {
        "floor": lambda: partial(floor, some),
        "assess": lambda: partial(assess_all, some),
        "explain": lambda: partial(explain_all, some),
        "words": lambda: partial(find_words, narrative),
    }
    timings = in_turns(ways, rounds=ROUNDS)
    least = timings["floor"]
    print(machine())
    show(
        f"Assessing {EPISODES} checklists of {len(ruleset().asked)} answers, ruleset "
        f"{ruleset().version}",
        ["what", "p50 ms", "p95 ms", "a second", "beside the floor"],
        [
            _row("floor: every answer read once", least, least),
            _row("assess", timings["assess"], least),
            _row("assess and explain", timings["explain"], least),
        ],
    )
    words = timings["words"]
    show(
        f"Checking the words of a narrative of {len(narrative)} letters",
        ["p50 ms", "p95 ms"],
        [[ms(words.p50), ms(words.p95)]],
    )


def _row(what: str, timing: Timing, least: Timing) -> list[str]:
    a_second = f"{EPISODES / timing.p50 * 1000:,.0f}"
    return [what, ms(timing.p50), ms(timing.p95), a_second, timing.beside(least)]


if __name__ == "__main__":
    run()
