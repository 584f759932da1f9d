"""What an assessment tells, and what it refuses."""

import subprocess
import sys
from pathlib import Path

import pytest

from risk import Answer, EpisodeFacts, UnknownItem, UnknownVersion, assess, ruleset
from risk.facts import FACT_NAMES

NOTHING = EpisodeFacts()


def test_risk_works_in_plain_python_without_django():
    code = (
        "import sys; sys.modules['django'] = None; import risk; "
        "print(risk.assess({'sign.exploited': risk.Answer.YES}, risk.EpisodeFacts()).endangered)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.strip() == "True"


def test_nothing_said_leaves_every_question_open_and_every_fact_unknown():
    assessment = assess({}, NOTHING)

    assert assessment.findings == ()
    assert assessment.unanswered == tuple(item.key for item in ruleset().asked)
    assert set(assessment.would_change) == set(assessment.unanswered)
    assert assessment.facts_not_known == FACT_NAMES


def test_what_the_record_answers_is_never_asked():
    assessment = assess({}, EpisodeFacts(placements_12m=3))

    asked = {item.key for item in ruleset().asked}
    assert asked.isdisjoint(
        {"sign.frequent_runs", "sign.from_care", "sign.push_and_pull", "danger.age_12_or_under"}
    )
    assert "push.placement_disruption" not in assessment.unanswered


def test_a_no_does_not_take_back_what_the_record_knows():
    said = {"push.placement_disruption": Answer.NO, "pull.belonging": Answer.YES}

    assessment = assess(said, EpisodeFacts(placements_12m=3))

    assert assessment.signs_present
    reasons = assessment.findings[0].because
    assert [reason.words for reason in reasons] == [
        "the youth has had 3 placements in 12 months",
        "someone, or some group, offers the youth love, acceptance or a place to belong",
    ]


def test_the_questions_that_need_no_other_yes_come_first():
    assessment = assess({"sign.branding": Answer.YES}, NOTHING)

    first = assessment.would_change[:3]
    assert first == ("danger.medicine_or_care", "danger.taken", "danger.self_harm")
    alone = assessment.would_change.index("sign.met_online_left")
    with_another = assessment.would_change.index("push.isolation")
    assert alone < with_another


def test_a_question_answered_no_could_change_nothing_any_more():
    assessment = assess({"sign.exploited": Answer.NO}, NOTHING)

    assert "sign.exploited" not in assessment.would_change
    assert "sign.exploited" not in assessment.unanswered


def test_an_unknown_item_is_refused_by_name():
    with pytest.raises(UnknownItem, match='There is no item "sign.hunch"') as refused:
        assess({"sign.hunch": Answer.YES}, NOTHING)

    assert refused.value.key == "sign.hunch"


def test_something_that_is_no_answer_is_refused():
    with pytest.raises(TypeError, match=r"must be an Answer, like Answer\.YES"):
        assess({"sign.exploited": True}, NOTHING)


def test_an_unknown_version_is_refused_with_those_there_are():
    with pytest.raises(UnknownVersion, match=r'no ruleset "1999\.1": use one of 2026\.1'):
        assess({}, NOTHING, version="1999.1")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"age": -1}, '"age" must not be below zero'),
        ({"age": "12"}, '"age" must be a number'),
        ({"age": True}, '"age" must be a number'),
        ({"episodes_30d": 1.5}, '"episodes_30d" must be a number'),
        ({"hours_missing": float("nan")}, '"hours_missing" must not be below zero'),
        ({"from_care": 1}, '"from_care" must be True, False or None'),
    ],
)
def test_impossible_facts_are_refused(facts, message):
    with pytest.raises(ValueError, match=message):
        EpisodeFacts(**facts)


def test_facts_are_given_by_name_and_do_not_change():
    with pytest.raises(TypeError):
        EpisodeFacts(12)
    with pytest.raises(AttributeError):
        NOTHING.age = 12


def test_medical_danger_and_abduction_need_a_second_person():
    needing = {rule.code for rule in ruleset().rules if rule.needs_second_person}

    assert needing == {"E1", "E2", "E3", "E7", "E8"}
