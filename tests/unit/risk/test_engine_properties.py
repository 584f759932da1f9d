"""What holds for every answer and fact: the promises that no rule may break."""

from dataclasses import replace
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from risk import Answer, EpisodeFacts, assess, ruleset
from risk.facts import FACT_NAMES

RULES = ruleset()
KEYS = list(RULES.items)
ASKED = [item.key for item in RULES.asked]

facts = st.builds(
    EpisodeFacts,
    age=st.none() | st.integers(0, 20),
    hours_missing=st.none() | st.floats(0, 5000),
    episodes_30d=st.none() | st.integers(0, 6),
    episodes_90d=st.none() | st.integers(0, 9),
    episodes_365d=st.none() | st.integers(0, 20),
    from_care=st.none() | st.booleans(),
    placements_12m=st.none() | st.integers(0, 9),
    confirmed_exploitation_before=st.none() | st.booleans(),
    identified_victim=st.none() | st.booleans(),
)
answers = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(list(Answer)))
not_yes = st.sampled_from([answer for answer in Answer if answer is not Answer.YES])


def codes(given_answers, given_facts) -> set[str]:
    return {finding.code for finding in assess(given_answers, given_facts).findings}


@given(answers=answers, facts=facts, key=st.sampled_from(KEYS))
def test_one_more_yes_never_removes_a_finding_or_a_mark(answers, facts, key):
    before = assess(answers, facts)
    after = assess({**answers, key: Answer.YES}, facts)

    assert {f.code for f in before.findings} <= {f.code for f in after.findings}
    assert set(before.marks) <= set(after.marks)


@given(answers=answers, facts=facts, key=st.sampled_from(KEYS), answer=not_yes)
def test_turning_not_asked_into_anything_but_yes_changes_no_finding(answers, facts, key, answer):
    before = assess({**answers, key: Answer.NOT_ASKED}, facts)
    after = assess({**answers, key: answer}, facts)

    assert after.findings == before.findings


@given(facts=facts, field=st.sampled_from(FACT_NAMES))
def test_knowing_less_from_the_record_never_raises(facts, field):
    assert codes({}, replace(facts, **{field: None})) <= codes({}, facts)


@given(answers=answers, facts=facts, seed=st.integers())
def test_the_order_of_answers_is_irrelevant(answers, facts, seed):
    shuffled = list(answers.items())
    Random(seed).shuffle(shuffled)

    assert assess(dict(shuffled), facts) == assess(answers, facts)


@given(answers=answers, facts=facts)
def test_every_finding_names_a_reason_and_every_reason_holds(answers, facts):
    for finding in assess(answers, facts).findings:
        assert finding.because
        for reason in finding.because:
            assert reason.words
            if reason.fact:
                assert getattr(facts, reason.fact) is not None
            else:
                assert answers[reason.key] is Answer.YES


@given(
    answers=st.dictionaries(
        st.sampled_from(ASKED),
        st.sampled_from([Answer.DONT_KNOW, Answer.NOT_ASKED, Answer.DECLINED]),
    ),
    facts=facts,
)
def test_all_unknown_is_not_assessed_and_only_facts_are_found(answers, facts):
    assessment = assess(answers, facts)

    assert not assessment.assessed
    assert all(reason.fact for finding in assessment.findings for reason in finding.because)


@given(answers=answers, facts=facts)
def test_an_assessment_made_again_under_its_version_is_the_same(answers, facts):
    stored = assess(answers, facts)

    assert assess(answers, facts, version=stored.version) == stored


@given(answers=answers, facts=facts)
def test_likely_trafficking_is_always_endangered_and_always_asks_for_screening(answers, facts):
    assessment = assess(answers, facts)

    if assessment.likely_trafficking:
        assert assessment.endangered
        assert assessment.signs_present


@given(answers=answers, facts=facts)
def test_what_could_change_is_not_answered_yet(answers, facts):
    assessment = assess(answers, facts)

    assert set(assessment.would_change) <= set(assessment.unanswered)
    assert len(set(assessment.would_change)) == len(assessment.would_change)


@given(
    open_keys=st.sets(st.sampled_from(ASKED), max_size=7),
    said_yes=st.sets(st.sampled_from(ASKED), max_size=4),
    facts=facts,
)
@settings(deadline=None)
def test_what_could_change_is_what_trying_every_combination_finds(open_keys, said_yes, facts):
    said = {
        key: Answer.YES if key in said_yes else Answer.NO for key in ASKED if key not in open_keys
    }
    assessment = assess(said, facts)
    still_open = assessment.unanswered

    def marked(yes: tuple[str, ...]) -> set[str]:
        found = assess(said | dict.fromkeys(yes, Answer.YES), facts).findings
        return {finding.code for finding in found if finding.raises}

    could = {
        key
        for size in range(len(still_open) + 1)
        for others in combinations(still_open, size)
        for key in still_open
        if key not in others and marked((*others, key)) - marked(others)
    }
    assert set(assessment.would_change) == could
