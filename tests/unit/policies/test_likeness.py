"""When two records are likely of one youth, and the reasons that are printed."""

from datetime import date
from itertools import combinations

import pytest

from casework.policies.likeness import (
    RULE,
    Described,
    Likeness,
    compare,
    near_birth_dates,
)

JUNE_FIRST = date(2010, 6, 1)


def record(name="Jordan Avery", *also, **fields):
    return Described(name=name, also=also, **fields)


def reasons_of(one, other):
    return set(compare(one, other).reasons)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (record("Jordan Avery"), record("jordan avery"), Likeness.SAME_NAME),
        (record("José Ibáñez"), record("Jose Ibanez"), Likeness.SAME_NAME),
        (record("Jordan Lee Avery"), record("Jordan Avery"), Likeness.SAME_NAME),
        (record("Avery Jordan"), record("Jordan Avery"), Likeness.SAME_NAME),
        (record("Jay"), record("Jay"), Likeness.SAME_NAME),
        (record("Jay Avery"), record("Jordan Avery", "Jay"), Likeness.OTHER_NAME),
        (record("Jordin Avery"), record("Jordan Avery"), Likeness.SOUNDS_ALIKE),
        (record("Jodran Avery"), record("Jordan Avery"), Likeness.LETTERS),
        (record("Aiana Pacheco"), record("Aiyana Pacheco"), Likeness.LETTERS),
        (record("Marisol Vegq"), record("Marisol Vega"), Likeness.LETTERS),
        (record("Jordan"), record("Jordan Avery"), Likeness.ONE_NAME),
        (record("", "Jay"), record("Jordan Avery", "Jay"), Likeness.ONE_NAME),
    ],
)
def test_names_are_alike_in_one_way_the_strongest(one, other, reason):
    names = set(Likeness) - {Likeness.UNIT, Likeness.CONTACT, Likeness.CASE_NUMBER}

    assert reasons_of(one, other) & names == {reason}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jordan Avery", "Taylor Avery"),  # siblings
        ("Jordan Avery", "Jordan Quillfeather"),
        ("Ana Li", "Ava Li"),
        ("", ""),
    ],
)
def test_other_names_are_not(one, other):
    assert reasons_of(record(one), record(other)) == set()


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (date(2010, 6, 1), Likeness.SAME_BIRTH_DATE),
        (date(2010, 1, 6), Likeness.DAY_AND_MONTH),
        (date(2011, 6, 1), Likeness.ONE_DIGIT),
        (date(2010, 6, 11), Likeness.ONE_DIGIT),
        (date(2009, 6, 2), None),
        (None, None),
    ],
)
def test_birth_dates_are_the_same_or_nearly_so(other, reason):
    found = reasons_of(record("A", born_on=JUNE_FIRST), record("B", born_on=other))

    assert found == ({reason} if reason else set())


def test_near_birth_dates_are_those_that_count_as_near():
    every = [date.fromordinal(JUNE_FIRST.toordinal() + days) for days in range(-4000, 4000)]
    near = {
        day
        for day in every
        if reasons_of(record("A", born_on=JUNE_FIRST), record("B", born_on=day))
    }

    assert near == near_birth_dates(JUNE_FIRST) & set(every)


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("MO-0012", "mo 0012", True),
        ("MO-0012", "MO-0021", True),
        ("MO-0012", "MO-0013", True),
        ("MO-0012", "MO-0345", False),
        ("", "MO-0012", False),
        ("", "", False),
    ],
)
def test_case_numbers_differ_in_one_character_at_most(one, other, is_alike):
    found = reasons_of(record("A", case_number=one), record("B", case_number=other))

    assert found == ({Likeness.CASE_NUMBER} if is_alike else set())


BORN, NEAR, FAR = JUNE_FIRST, date(2010, 1, 6), date(2008, 3, 9)


@pytest.mark.parametrize(
    ("one", "other", "is_likely"),
    [
        # The names are alike and the dates of birth nearly the same.
        (record(born_on=BORN), record(born_on=BORN), True),
        (record("Jordin Avery", born_on=BORN), record(born_on=NEAR), True),
        (record("Jordan", born_on=BORN), record(born_on=BORN), True),
        # Both dates are known and clearly differ: namesakes.
        (record(born_on=BORN, unit=1), record(born_on=FAR, unit=1), False),
        # One date is not known: the same name, or alike with something more.
        (record(), record(born_on=BORN), True),
        (record("Jordin Avery"), record(born_on=BORN), False),
        (record("Jordin Avery", unit=1), record(born_on=BORN, unit=1), True),
        (record("Jordin Avery", contacts=frozenset({"phone 1"})), record(unit=2), False),
        (
            record("Jordin Avery", contacts=frozenset({"phone 1"})),
            record(contacts=frozenset({"phone 1", "phone 2"})),
            True,
        ),
        (record("Jordan", unit=1), record(unit=1), False),
        # Twins and siblings share all but the given name.
        (
            record("Taylor Avery", born_on=BORN, unit=1, contacts=frozenset({"phone 1"})),
            record("Jordan Avery", born_on=BORN, unit=1, contacts=frozenset({"phone 1"})),
            False,
        ),
    ],
)
def test_the_printed_rule_says_who_is_likely_the_same(one, other, is_likely):
    assert compare(one, other).is_likely == is_likely


def test_it_does_not_matter_which_record_comes_first():
    names = ["Jordan Avery", "Jordin Avery", "Jordan", "Jordan Lee Avery", "Jay Avery", ""]
    records = [
        record(name, "Jay", born_on=day, case_number=number, unit=unit)
        for name in names
        for day, number, unit in [(BORN, "MO-1", 1), (NEAR, "", 2), (None, "MO-2", 1)]
    ]

    for one, other in combinations(records, 2):
        assert compare(one, other) == compare(other, one)


def test_every_reason_has_words_and_the_rule_is_a_text():
    assert all(reason.words for reason in Likeness)
    assert len({reason.words for reason in Likeness}) == len(Likeness)
    assert RULE.endswith(".")
