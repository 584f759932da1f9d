"""Conditions: Yes, No or not known; not known never counts as No."""

import pytest

from casework.policies.conditions import Clause, Condition, Facts, Truth

EVERY_CRITERION = frozenset(
    {
        Condition.INCAPACITY,
        Condition.WITH_ENDANGERING_OTHERS,
        Condition.LIFE_THREATENING,
        Condition.TRAFFICKING_IDENTIFIED,
        Condition.OUT_OF_PATTERN,
    }
)


@pytest.mark.parametrize(
    ("text", "age", "truth"),
    [
        ("under age 13", 12, Truth.YES),
        ("under age 13", 13, Truth.NO),
        ("under age 13", None, Truth.UNKNOWN),
        ("age 14 or over", 13, Truth.NO),
        ("age 14 or over", 14, Truth.YES),
        ("age 14 or over", None, Truth.UNKNOWN),
    ],
)
def test_age_has_its_boundary_on_the_birthday(text, age, truth):
    assert Clause.parse(text).truth(Facts(age=age)) is truth


@pytest.mark.parametrize("condition", Condition)
def test_every_condition_has_words_and_is_not_known_until_somebody_says(condition):
    clause, contrary = Clause.parse(condition), Clause.parse(f"not {condition}")

    assert clause.truth(Facts()) is contrary.truth(Facts()) is Truth.UNKNOWN
    assert clause.truth(Facts(yes=frozenset({condition}))) is Truth.YES
    assert contrary.truth(Facts(yes=frozenset({condition}))) is Truth.NO
    assert clause.truth(Facts(no=frozenset({condition}))) is Truth.NO
    assert clause.words != contrary.words


@pytest.mark.parametrize("criterion", sorted(EVERY_CRITERION))
def test_any_single_criterion_is_exigent(criterion):
    facts = Facts(age=16, yes=frozenset({criterion}))

    assert facts.truth(Condition.EXIGENT) is Truth.YES


def test_an_age_under_13_is_exigent_even_where_somebody_said_that_nothing_is():
    facts = Facts(age=12, no=frozenset({Condition.EXIGENT}))

    assert facts.truth(Condition.EXIGENT) is Truth.YES


def test_exigent_is_no_only_when_every_criterion_is():
    assert Facts(age=13, no=EVERY_CRITERION).truth(Condition.EXIGENT) is Truth.NO
    assert Facts(no=EVERY_CRITERION).truth(Condition.EXIGENT) is Truth.UNKNOWN


def test_a_condition_cannot_be_both():
    both = frozenset({Condition.GONE_OVERNIGHT})

    with pytest.raises(ValueError, match="both Yes and No"):
        Facts(yes=both, no=both)


@pytest.mark.parametrize(
    ("truths", "together"),
    [
        ([], Truth.YES),
        ([Truth.YES, Truth.UNKNOWN], Truth.UNKNOWN),
        ([Truth.UNKNOWN, Truth.NO], Truth.NO),
    ],
)
def test_clauses_hold_together_only_when_each_does(truths, together):
    assert Truth.all(truths) is together
