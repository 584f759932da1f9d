"""Answers are kept one above the other, and the rules judge the record after each of them."""

import uuid
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest

from casework.models import (
    AssessmentRecord,
    AuditEvent,
    ChecklistAnswer,
    EndReason,
    Episode,
    Flag,
    FlagMark,
    Informant,
    Known,
    Said,
)
from casework.operations import assessing, returns
from casework.operations.assessing import (
    AnsweredMeanwhile,
    EpisodeClosed,
    Given,
    NotAsked,
    answers_of,
    assess_now,
    confirm_flag,
    earlier_answers,
    facts_of,
    reassess_open,
    run_again,
)
from casework.operations.readings import read
from casework.operations.submissions import KeyReused
from casework.policies.anchors import Anchor
from casework.policies.conditions import Condition
from risk import EpisodeFacts, ruleset
from risk.engine import conclude
from tests.factories import EpisodeFactory, PlacementFactory, UnitFactory, YouthFactory
from tests.integration.scenes import bring_back, check, exactly, log, set_time

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MEDICINE, ONLINE, LEFT_TO_MEET = (
    "danger.medicine_or_care",
    "pull.online_contact",
    "sign.met_online_left",
)


def end(episode, *, by, now, reason):
    return returns.end_otherwise(
        episode=episode, by=by, now=now, ended=exactly(now), reason=reason, why="Known now."
    )


def answer(episode, *, by, now, said=Said.YES, key=MEDICINE, based_on=None, sent=None, evidence=""):
    """One form as it arrives."""
    return assessing.answer(
        episode=episode,
        by=by,
        now=now,
        key=key,
        given=Given(said=said, evidence=evidence),
        based_on=based_on,
        submission_key=sent or uuid.uuid4(),
    )


def codes(assessment) -> list[str]:
    return [finding.code for finding in assessment.findings]


# --- What is kept -------------------------------------------------------------------------------


def test_an_answer_keeps_who_told_what_and_when_it_was_true(episode, ana, now):
    true = exactly(now - HOUR)

    saved = check(
        episode,
        MEDICINE,
        Said.YES,
        by=ana,
        now=now,
        evidence="Insulin pen left in the room",
        informant=Informant.CAREGIVER,
        true=true,
    )

    saved.refresh_from_db()
    assert (saved.answer, saved.evidence) == ("yes", "Insulin pen left in the room")
    assert (saved.informant, saved.true_at, saved.true_precision) == (
        "caregiver",
        true.at,
        "exact",
    )
    assert (saved.recorded_by, saved.recorded_at, saved.carried_from) == (ana, now, None)
    line = AuditEvent.objects.get(event="checklist.answered")
    assert (line.subject_id, line.detail) == (episode.public_id, {"item": MEDICINE})


def test_a_later_answer_counts_and_the_earlier_one_stays(episode, ana, sam, now):
    check(episode, MEDICINE, Said.YES, by=ana, now=now)
    check(episode, MEDICINE, Said.NO, by=sam, now=now + MINUTE)

    assert answers_of(episode)[MEDICINE].answer == Said.NO
    assert list(episode.answers.values_list("answer", flat=True)) == ["no", "yes"]


def test_answers_of_other_episodes_do_not_count(episode, ana, unit, now):
    other = log(YouthFactory(unit=unit), by=ana, now=now)
    check(other, MEDICINE, Said.YES, by=ana, now=now)

    assert answers_of(episode) == {}
    assert earlier_answers(episode) == {}


def test_the_same_form_sent_again_is_one_answer(episode, ana, now):
    sent = uuid.uuid4()

    first = answer(episode, by=ana, now=now, sent=sent)
    second = answer(episode, by=ana, now=now + MINUTE, sent=sent)

    assert first == second
    assert ChecklistAnswer.objects.count() == 1
    assert AuditEvent.objects.filter(event="checklist.answered").count() == 1


# --- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other", [{"key": ONLINE}, {"said": Said.NO}, {"evidence": "Something else"}]
)
def test_a_form_that_was_sent_for_something_else_is_refused(episode, ana, now, other):
    sent = uuid.uuid4()
    answer(episode, by=ana, now=now, sent=sent)

    with pytest.raises(KeyReused):
        answer(episode, by=ana, now=now, sent=sent, **other)

    assert ChecklistAnswer.objects.count() == 1


def test_a_form_of_another_episode_is_refused(episode, ana, unit, now):
    sent = uuid.uuid4()
    answer(episode, by=ana, now=now, sent=sent)

    with pytest.raises(KeyReused):
        answer(log(YouthFactory(unit=unit), by=ana, now=now), by=ana, now=now, sent=sent)


def test_an_answer_above_one_that_was_not_seen_is_refused_and_names_it(episode, ana, sam, now):
    seen = check(episode, MEDICINE, Said.DONT_KNOW, by=ana, now=now)
    theirs = check(episode, MEDICINE, Said.NO, by=sam, now=now + MINUTE)

    for based_on in (None, seen.public_id):
        with pytest.raises(AnsweredMeanwhile) as told:
            answer(episode, by=ana, now=now + MINUTE, based_on=based_on)
        assert told.value.latest == theirs

    assert answers_of(episode)[MEDICINE] == theirs


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("push.no_such", "no such question"),
        ("sign.from_care", "follows from the record"),
        ("sign.push_and_pull", "follows from the record"),
    ],
)
def test_what_is_not_asked_is_refused(episode, ana, now, key, words):
    with pytest.raises(NotAsked, match=words):
        answer(episode, by=ana, now=now, key=key)

    assert not ChecklistAnswer.objects.exists()


@pytest.mark.parametrize("reason", [EndReason.OPENED_IN_ERROR, EndReason.DECEASED])
def test_a_closed_episode_takes_no_answers(episode, ana, now, reason):
    end(episode, by=ana, now=now, reason=reason)

    with pytest.raises(EpisodeClosed):
        answer(episode, by=ana, now=now)


def test_a_youth_who_is_back_is_still_asked(episode, ana, now):
    bring_back(episode, by=ana, now=now)

    check(episode, LEFT_TO_MEET, Said.YES, by=ana, now=now, informant=Informant.YOUTH)

    assert answers_of(episode)[LEFT_TO_MEET].informant == Informant.YOUTH


def test_a_refused_answer_leaves_no_trace_of_itself(episode, ana, sam, now):
    check(episode, MEDICINE, Said.NO, by=sam, now=now)
    records, steps = AssessmentRecord.objects.count(), Flag.objects.count()

    with pytest.raises(AnsweredMeanwhile):
        answer(episode, by=ana, now=now)

    assert (AssessmentRecord.objects.count(), Flag.objects.count()) == (records, steps)


# --- What the rules make of it --------------------------------------------------------------------


def test_a_yes_to_danger_raises_its_flag_with_the_answer(episode, ana, now):
    check(episode, MEDICINE, Said.YES, by=ana, now=now)

    flag = episode.flags.get()
    assert (flag.mark, flag.because) == (FlagMark.ENDANGERED, [MEDICINE])
    assert flag.raised_at == now
    record = episode.assessments.first()
    assert record.because_of == MEDICINE
    assert flag.code in record.findings


@pytest.mark.parametrize("said", [Said.NO, Said.DONT_KNOW, Said.NOT_ASKED, Said.DECLINED])
def test_nothing_but_a_yes_raises_anything(episode, ana, now, said):
    for item in ruleset().asked:
        check(episode, item.key, said, by=ana, now=now)

    assert not episode.flags.exists()


def test_a_stored_assessment_made_again_gives_the_same(episode, ana, now):
    for minute, key in enumerate(("push.unsafe_here", ONLINE, LEFT_TO_MEET, MEDICINE)):
        check(episode, key, Said.YES, by=ana, now=now + minute * MINUTE)

    records = list(episode.assessments.all())

    assert len(records) >= 4
    for record in records:
        again = run_again(record)
        assert codes(again) == record.findings
        assert [mark.value for mark in again.marks] == record.marks
        assert (again.version, again.digest) == (record.version, record.digest)
        assert again.assessed == record.is_assessed


def test_a_question_that_a_jurisdiction_asks_too_is_asked_once(episode, ana, now):
    check(episode, "danger.out_of_pattern", Said.YES, by=ana, now=now)

    assert read(episode).learned[Condition.OUT_OF_PATTERN] == Known.YES


def test_not_known_takes_a_learned_answer_back(episode, ana, now):
    check(episode, "danger.out_of_pattern", Said.YES, by=ana, now=now)
    check(episode, "danger.out_of_pattern", Said.DONT_KNOW, by=ana, now=now + MINUTE)

    assert Condition.OUT_OF_PATTERN not in read(episode).learned


# --- A new version of the rules ---------------------------------------------------------------------


@pytest.fixture
def new_version(monkeypatch):
    """The rules of tomorrow: of medicine or care they know nothing any more."""
    today = ruleset()
    kept = tuple(rule for rule in today.rules if MEDICINE not in rule.keys)
    tomorrow = replace(today, version="2099.1", digest="f" * 16, rules=kept)
    monkeypatch.setattr(assessing, "ruleset", lambda *_: tomorrow)
    monkeypatch.setattr(
        assessing, "assess", lambda answers, facts: conclude(tomorrow, answers, facts)
    )
    return tomorrow


def test_a_new_version_judges_open_episodes_again_and_says_in_how_many_something_changed(
    episode, ana, unit, now, request
):
    other = log(YouthFactory(unit=unit), by=ana, now=now)
    back = log(YouthFactory(unit=unit), by=ana, now=now)
    bring_back(back, by=ana, now=now)
    check(episode, MEDICINE, Said.YES, by=ana, now=now)
    assert list(reassess_open(now=now)) == [(0, 0)]
    before = {one.pk: one.assessments.count() for one in (episode, other, back)}
    rules = request.getfixturevalue("new_version")

    counts = list(reassess_open(now=now + HOUR))

    assert counts == [(2, 1)]
    after = {one.pk: one.assessments.count() - before[one.pk] for one in (episode, other, back)}
    assert after == {episode.pk: 1, other.pk: 1, back.pk: 0}
    record = episode.assessments.first()
    assert (record.version, record.because_of) == (rules.version, "ruleset 2099.1")
    assert episode.flags.get().ceased_at == now + HOUR
    assert list(reassess_open(now=now + 2 * HOUR)) == [(0, 0)]


def test_an_assessment_of_before_keeps_its_version(episode, ana, now, request):
    check(episode, MEDICINE, Said.YES, by=ana, now=now)
    old = episode.assessments.first()
    request.getfixturevalue("new_version")
    list(reassess_open(now=now + HOUR))

    old.refresh_from_db()

    assert old.version == ruleset().version
    assert episode.assessments.first().findings != old.findings


def test_an_answer_to_a_retired_question_is_left_out(episode, ana, now, monkeypatch):
    check(episode, MEDICINE, Said.YES, by=ana, now=now)
    today = ruleset()
    without = replace(
        today,
        items={key: item for key, item in today.items.items() if key != MEDICINE},
        rules=tuple(rule for rule in today.rules if MEDICINE not in rule.keys),
        asked=tuple(item for item in today.asked if item.key != MEDICINE),
        tonight=tuple(item for item in today.tonight if item.key != MEDICINE),
    )
    monkeypatch.setattr(assessing, "ruleset", lambda *_: without)
    monkeypatch.setattr(
        assessing, "assess", lambda answers, facts: conclude(without, answers, facts)
    )

    assert not assessing.assess_now(episode, now=now).endangered
    with pytest.raises(NotAsked):
        check(episode, MEDICINE, Said.NO, by=ana, now=now)


# --- An earlier episode -------------------------------------------------------------------------------


@pytest.fixture
def past(jordan, ana, now):
    """Jordan was missing 40 days ago."""
    then = now - 40 * DAY
    episode = log(jordan, by=ana, now=then)
    check(episode, ONLINE, Said.YES, by=ana, now=then)
    bring_back(episode, by=ana, now=then + HOUR)
    return episode


def test_the_last_known_answer_of_an_earlier_episode_is_offered(past, jordan, ana, now):
    latest = check(past, ONLINE, Said.NO, by=ana, now=now - 39 * DAY)
    again = log(jordan, by=ana, now=now)

    assert earlier_answers(again) == {ONLINE: latest}
    assert answers_of(again) == {}


def test_what_was_not_known_then_is_not_offered(past, jordan, ana, now):
    check(past, ONLINE, Said.DONT_KNOW, by=ana, now=now - 39 * DAY)

    assert earlier_answers(log(jordan, by=ana, now=now)) == {}


def test_an_episode_opened_in_error_offers_nothing(jordan, ana, now):
    mistaken = log(jordan, by=ana, now=now - 9 * DAY)
    check(mistaken, ONLINE, Said.YES, by=ana, now=now - 9 * DAY)
    end(mistaken, by=ana, now=now - 9 * DAY, reason=EndReason.OPENED_IN_ERROR)

    assert earlier_answers(log(jordan, by=ana, now=now)) == {}


def test_what_another_unit_was_told_is_not_offered(past, jordan, ana, now):
    again = log(jordan, by=ana, now=now)
    Episode.objects.filter(pk=past.pk).update(unit=UnitFactory())

    assert ONLINE not in earlier_answers(again)


def test_an_answer_carried_over_says_from_where(past, jordan, ana, now):
    again = log(jordan, by=ana, now=now)
    earlier = earlier_answers(again)[ONLINE]

    carried = check(again, ONLINE, Said.YES, by=ana, now=now, carried_from=earlier)

    assert carried.carried_from.episode == past


# --- Facts of the record --------------------------------------------------------------------------------


def test_what_the_record_does_not_hold_is_not_known(unit, ana, now):
    episode = log(YouthFactory(unit=unit, born_on=None), by=ana, now=now)

    facts = facts_of(episode, now=now)

    assert facts == EpisodeFacts(
        hours_missing=0.2, episodes_30d=1, episodes_90d=1, episodes_365d=1, from_care=True
    )


def test_rules_never_see_race_ethnicity_or_sex(unit, ana, now):
    def read(**on_file):
        youth = YouthFactory(unit=unit, born_on=date(2010, 6, 1), **on_file)
        episode = log(youth, by=ana, now=now)
        check(episode, ONLINE, Said.YES, by=ana, now=now)
        found = assess_now(episode, now=now)
        return facts_of(episode, now=now), found

    told = read()

    assert not {"race", "races", "is_hispanic", "sex"} & {
        field.name for field in fields(EpisodeFacts)
    }
    assert [
        read(sex="female"),
        read(races=["black"]),
        read(races=["asian", "white"]),
        read(is_hispanic="yes"),
    ] == [told] * 4


def test_age_is_that_of_today(episode, now):
    assert facts_of(episode, now=now).age == 15


def test_episodes_are_counted_back_from_when_the_agency_was_told(jordan, ana, now):
    for days in (10, 40, 100, 400):
        EpisodeFactory(
            youth=jordan,
            told_at=now - days * DAY,
            recorded_at=now - days * DAY,
            returned=True,
            returned_at=now - days * DAY + HOUR,
            returned_recorded_at=now - days * DAY + HOUR,
            ended_at=now - days * DAY + HOUR,
            ended_recorded_at=now - days * DAY + HOUR,
        )
    mistaken = log(jordan, by=ana, now=now - 5 * DAY)
    end(mistaken, by=ana, now=now - 5 * DAY, reason=EndReason.OPENED_IN_ERROR)
    episode = log(jordan, by=ana, now=now)

    facts = facts_of(episode, now=now + 20 * DAY)

    assert (facts.episodes_30d, facts.episodes_90d, facts.episodes_365d) == (2, 3, 4)


def test_hours_missing_count_from_last_seen_and_stop_at_the_return(episode, ana, now):
    assert facts_of(episode, now=now).hours_missing == pytest.approx(0.2)
    set_time(episode, Anchor.LAST_SEEN, now - 5 * HOUR, by=ana, now=now)
    episode.refresh_from_db()
    assert facts_of(episode, now=now + HOUR).hours_missing == pytest.approx(6)

    bring_back(episode, by=ana, now=now + 2 * HOUR)
    episode.refresh_from_db()

    assert facts_of(episode, now=now + 30 * HOUR).hours_missing == pytest.approx(7)


def test_placements_are_those_of_the_last_twelve_months(episode, jordan, now):
    spans = ((800, 500), (500, 300), (300, 90), (90, None))
    for start, stop in spans:
        PlacementFactory(
            youth=jordan,
            started_at=now - start * DAY,
            ended_at=now - stop * DAY if stop else None,
        )

    assert facts_of(episode, now=now).placements_12m == 3


def test_identified_is_a_fact_once_it_is_recorded(episode, ana, now):
    assert facts_of(episode, now=now).identified_victim is None

    set_time(episode, Anchor.IDENTIFIED, now, by=ana, now=now)
    episode.refresh_from_db()

    assert facts_of(episode, now=now).identified_victim is True


def test_an_earlier_identification_counts_in_the_next_episode(past, jordan, ana, now):
    then = now - 40 * DAY
    set_time(past, Anchor.IDENTIFIED, then, by=ana, now=then + 2 * HOUR)

    assert facts_of(log(jordan, by=ana, now=now), now=now).confirmed_exploitation_before is True


def test_an_earlier_flag_counts_only_if_people_confirmed_it(past, jordan, ana, now):
    for key in (LEFT_TO_MEET, "sign.exploited"):
        check(past, key, Said.YES, by=ana, now=now - 39 * DAY)
    suspected, exploited = (past.flags.get(code=code) for code in ("T3", "T1"))
    again = log(jordan, by=ana, now=now)

    # To agree that trafficking is likely is no finding of exploitation.
    confirm_flag(flag=suspected, by=ana, now=now)
    assert facts_of(again, now=now).confirmed_exploitation_before is None

    confirm_flag(flag=exploited, by=ana, now=now)
    assert facts_of(again, now=now).confirmed_exploitation_before is True
    assert again.flags.filter(code="T4").exists()
