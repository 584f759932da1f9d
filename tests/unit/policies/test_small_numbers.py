"""Small numbers are hidden, and nothing that is shown leads back to them."""

from collections import defaultdict
from itertools import product

import pytest

from casework.policies.small_numbers import Shown, hide_small, share_words


def words(cells, **options) -> list[str] | None:
    shown = hide_small(cells, **options)
    return None if shown is None else [cell.words() for cell in shown]


def test_a_table_without_small_numbers_is_shown_as_it_is():
    assert words([40, 0, 11]) == ["40", "0", "11"]


def test_a_small_number_is_never_hidden_alone():
    assert words([40, 3, 25]) == ["hidden", "1 to 10", "25"]


def test_as_much_is_hidden_beside_it_as_it_takes():
    assert words([11, 3, 60, 25]) == ["hidden", "1 to 10", "hidden", "25"]


def test_where_too_little_could_be_hidden_beside_it_nothing_is_shown():
    assert words([12, 3, 0]) is None
    assert words([3]) is None


def test_zero_is_shown():
    assert words([0, 0]) == ["0", "0"]


def published(cells, floor):
    shown = hide_small(cells, floor=floor)
    return None if shown is None else tuple(shown)


@pytest.mark.parametrize("length", [2, 3, 4])
@pytest.mark.parametrize("floor", [4, 5])
def test_no_hidden_small_number_can_be_worked_out_by_who_knows_the_total_and_the_rule(
    length, floor
):
    """Every table of every total up to 20: the same publication always leaves a choice."""
    most = 20
    values = defaultdict(lambda: [set() for _ in range(length)])
    for cells in product(range(most + 1), repeat=length):
        if sum(cells) <= most:
            publication = sum(cells), published(cells, floor)
            for at, cell in enumerate(cells):
                values[publication][at].add(cell)

    hidden = 0
    for (total, shown), possible in values.items():
        for at in range(length):
            if shown is not None and shown[at].is_small:
                hidden += 1
                assert len(possible[at] & set(range(1, floor))) > 1, (total, shown)
    assert hidden > 10


def test_large_numbers_are_grouped_by_thousands():
    assert Shown(12_345).words() == "12,345"


def test_a_share_always_says_of_how_many_and_none_is_made_of_few():
    assert share_words(14, 31) == "14 of 31 (45%)"
    assert share_words(14, 19) == "14 of 19"
    assert share_words(0, 0) == "0 of 0"
