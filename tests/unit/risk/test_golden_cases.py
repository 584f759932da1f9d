"""tests/golden: cases that a practice lead can read, and what the rules must say about each."""

import pytest

from risk import assess, ruleset
from tests.unit.risk.tables import answers, codes, facts, marks, rows

ENDANGERMENT = rows("endangerment.csv")
PUBLIC = rows("public_cases.csv")
SYNTHETIC = rows("synthetic_cases.csv")
ALL = [*ENDANGERMENT, *PUBLIC, *SYNTHETIC]


@pytest.mark.parametrize("row", ALL, ids=[row["case"] for row in ALL])
def test_the_table_holds(row):
    assessment = assess(answers(row["answers"]), facts(row["facts"]))

    assert (codes(assessment), marks(assessment)) == (row["findings"], row["marks"])
    if "assessed" in row:
        assert assessment.assessed is (row["assessed"] == "yes")


def test_every_case_is_told_apart():
    assert len({row["case"] for row in ALL}) == len(ALL)


def test_every_rule_has_a_case_of_its_own_and_a_near_miss():
    cases = [row["case"] for row in ENDANGERMENT]
    without_near_miss = {"S1", *(f"E{number}" for number in range(2, 11))}  # one Yes is the rule

    for rule in ruleset().rules:
        assert any(case.startswith(f"{rule.code}:") for case in cases), rule.code
        if rule.code not in without_near_miss:
            assert any(case.startswith(f"{rule.code} near miss:") for case in cases), rule.code


def test_synthetic_cases_are_marked_so():
    assert {row["kind"] for row in SYNTHETIC} == {"synthetic"}


def test_synthetic_cases_hold_boys_labor_trafficking_conflict_and_family():
    cases = " ".join(row["case"] for row in SYNTHETIC)

    assert len(SYNTHETIC) >= 20
    for words in ("boy of", "labor trafficking", "rules", "mother's", "grandmother's", "sister"):
        assert words in cases
