"""Two people answer questions of one youth at one moment: nobody's answer is lost unseen."""

import uuid
from functools import partial

import pytest

from casework.models import AssessmentRecord, Said
from casework.operations import assessing
from casework.operations.assessing import AnsweredMeanwhile, Given
from risk import ruleset

MEDICINE = "danger.medicine_or_care"


@pytest.fixture
def answering(episode, now):
    """Somebody, on whose page the question was not answered, answers it; whether that was saved."""

    def act(person, said, *, key=MEDICINE, sent=None) -> bool:
        try:
            assessing.answer(
                episode=episode,
                by=person,
                now=now,
                key=key,
                given=Given(said=said),
                based_on=None,
                submission_key=sent or uuid.uuid4(),
            )
        except AnsweredMeanwhile:
            return False
        return True

    return lambda *args, **more: partial(act, *args, **more)


def test_two_people_answer_one_question_and_the_second_is_told(
    at_once, answering, episode, ana, sam
):
    answers = {ana: Said.YES, sam: Said.NO}

    saved = at_once([answering(person, said) for person, said in answers.items()])

    assert sorted(saved) == [False, True]
    winner = next(person for person, was in zip(answers, saved, strict=True) if was)
    standing = episode.answers.get()
    assert (standing.recorded_by, standing.answer) == (winner, answers[winner])
    assert episode.flags.exists() == (answers[winner] == Said.YES)


def test_one_form_sent_many_times_is_one_answer_and_one_flag(at_once, answering, episode, ana):
    sent = uuid.uuid4()
    before = AssessmentRecord.objects.count()

    saved = at_once([answering(ana, Said.YES, sent=sent) for _ in range(8)])

    assert all(saved)
    assert episode.answers.count() == 1
    assert episode.flags.count() == 1
    assert AssessmentRecord.objects.count() == before + 1


def test_many_answer_different_questions_and_the_last_assessment_knows_all(
    at_once, answering, episode, ana, sam
):
    keys = [item.key for item in ruleset().asked][:8]

    saved = at_once(
        [answering((ana, sam)[at % 2], Said.YES, key=key) for at, key in enumerate(keys)]
    )

    assert all(saved)
    last = episode.assessments.order_by("-id").first()
    assert last.answers == dict.fromkeys(keys, "yes")
    assert set(episode.flags.values_list("code", flat=True)) == {
        code for code in last.findings if ruleset().rule(code).raises is not None
    }
