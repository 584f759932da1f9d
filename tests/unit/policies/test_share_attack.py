"""The attack of benchmarks/share_attack.py works, and does not work on what we share."""

import random

import pytest

from benchmarks.share_attack import (
    as_we_share,
    as_we_share_with_levels,
    attack,
    each_table_alone,
    history,
    only_small_hidden,
)

HISTORIES = 40


def tried(make, *, says_small: bool = False) -> tuple[int, int]:
    """How many small numbers are hidden, and how many of them are worked out."""
    chance = random.Random(7)
    every = (history(chance) for _ in range(HISTORIES))
    results = [attack(true, make(true), says_small=says_small) for true in every]
    return sum(hidden for hidden, _ in results), sum(len(found) for _, found in results)


def test_hiding_only_what_is_small_hides_little():
    hidden, found = tried(only_small_hidden, says_small=True)

    assert found > hidden / 4


def test_hiding_parts_beside_it_table_by_table_is_not_enough():
    hidden, found = tried(each_table_alone)

    assert found > hidden / 10


@pytest.mark.parametrize("make", [as_we_share, as_we_share_with_levels])
def test_what_we_share_gives_nothing_away(make):
    hidden, found = tried(make)

    assert hidden > 1_000
    assert found == 0
