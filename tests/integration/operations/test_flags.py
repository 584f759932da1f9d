"""Flags: rules and people raise them, only people decide, and whoever must know hears of it."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework.models import (
    AuditEvent,
    Channel,
    Delivery,
    EndReason,
    Episode,
    Flag,
    FlagMark,
    FlagStepKind,
    Known,
    Note,
    Reminder,
    Role,
    Said,
    SetAsideReason,
)
from casework.models.flag import RAISED_BY_PERSON
from casework.notifications import sweep
from casework.operations import assessing, flags, returns
from casework.operations.flags import Refused, SettingAside
from casework.operations.readings import read
from casework.operations.youth import Description, describe
from casework.policies.anchors import Anchor
from tests.factories import UserFactory
from tests.integration.scenes import answer, bring_back, check, exactly, log, set_time

MEDICINE, TAKEN, WEATHER = "danger.medicine_or_care", "danger.taken", "danger.weather"
ONLINE, EXPLOITER = "sign.met_online_left", "sign.known_exploiter"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def answered(episode, ana, now):
    """Ana answers questions: `answered(MEDICINE, at=now)`."""

    def act(*keys, said=Said.YES, at=now, **given):
        for key in keys:
            check(episode, key, said, by=ana, now=at, **given)

    return act


@pytest.fixture
def flag_of(episode):
    """The flag of a rule."""
    return lambda code: episode.flags.get(code=code)


@pytest.fixture
def set_aside(now):
    """Somebody sets a flag aside: it was handled, look again in a day."""

    def act(flag, *, by, at=now + HOUR, review_at=None, reason=SetAsideReason.HANDLED, why="Done."):
        setting = SettingAside(reason=reason, why=why, review_at=review_at or at + DAY)
        return flags.set_aside(flag=flag, by=by, now=at, setting=setting)

    return act


def steps_of(flag):
    """What happened to a flag, first to last."""
    return [FlagStepKind(step.kind) for step in flag.steps.order_by("id")]


def notices(flag, *, waiting=True):
    """Who is told of a flag and when."""
    reminders = flag.reminders.waiting() if waiting else flag.reminders.all()
    return sorted((reminder.audience, reminder.due_at) for reminder in reminders)


# --- Raised ------------------------------------------------------------------------------------


def test_an_answer_raises_a_flag_that_says_by_which_rule_and_because_of_what(
    answered, flag_of, now
):
    answered(WEATHER)

    flag = flag_of("E10")
    assert (flag.mark, flag.raised_at, flag.raised_by) == (FlagMark.ENDANGERED, now, None)
    assert flag.says == "The weather or the place is dangerous for a youth outside."
    assert flag.because == [WEATHER]
    assert flag.version == "2026.1"
    step = flag.steps.get()
    assert (step.kind, step.at, step.by) == (FlagStepKind.RAISED, now, None)
    assert "weather" in step.words


@pytest.mark.parametrize(
    "said", [said for said in Said if said is not Said.YES], ids=lambda said: said.value
)
def test_nothing_but_a_yes_raises_anything(answered, episode, said):
    answered(MEDICINE, ONLINE, said=said)

    assert not episode.flags.exists()


def test_the_same_answer_again_changes_nothing(answered, episode, now):
    answered(WEATHER)
    answered(WEATHER, at=now + HOUR)

    assert steps_of(episode.flags.get()) == [FlagStepKind.RAISED]


def test_the_caseworker_and_the_supervisor_are_told_at_once(answered, flag_of, now):
    answered(MEDICINE)

    assert notices(flag_of("E1")) == [("owner", now), ("supervisor", now)]


def test_signs_alone_are_told_to_the_caseworker_and_the_supervisor(answered, flag_of, now):
    answered("sign.branding")

    assert [flag.mark for flag in Flag.objects.all()] == [FlagMark.SIGNS_PRESENT]
    assert notices(flag_of("S1")) == [("owner", now), ("supervisor", now)]


def test_what_comes_at_once_is_told_once(answered, episode, now):
    answered(ONLINE)

    assert {flag.code for flag in episode.flags.all()} == {"T3", "S1"}
    told = Reminder.objects.filter(flag__isnull=False)
    assert sorted(told.values_list("audience", "flag__code")) == [
        ("owner", "T3"),
        ("supervisor", "T3"),
    ]


def test_flag_notice_and_answer_are_saved_together_or_not_at_all(
    answered, episode, monkeypatch, now
):
    def fail(*_, **__):
        raise RuntimeError("the notice could not be written")

    monkeypatch.setattr(flags, "_give_notice", fail)
    with pytest.raises(RuntimeError):
        answered(MEDICINE)

    assert not episode.flags.exists()
    assert not episode.answers.exists()
    assert not Reminder.objects.filter(flag__isnull=False).exists()


def test_likely_trafficking_starts_its_duties_in_the_same_moment(answered, episode, now):
    before = set(episode.duties.in_force().values_list("code", flat=True))

    answered(EXPLOITER)

    added = set(episode.duties.in_force().values_list("code", flat=True)) - before
    assert added == {"decide_trafficking_services"}


def test_an_identification_starts_the_report_and_no_opinion_ends_it(
    answered, set_aside, flag_of, episode, ana, now
):
    set_time(episode, Anchor.IDENTIFIED, now, by=ana, now=now)
    report = episode.duties.get(code="report_trafficking_to_police")
    assert report.due_at == now + DAY

    set_aside(flag_of("T5"), by=ana)

    report.refresh_from_db()
    assert report.is_open


def test_a_clock_counts_from_the_first_flag_whatever_people_think_of_it(
    answered, set_aside, flag_of, episode, ana, now
):
    answered("sign.branding")
    answered(EXPLOITER, at=now + HOUR)

    set_aside(flag_of("S1"), by=ana)

    assert read(Episode.objects.get(pk=episode.pk)).flagged_at == now


def test_an_answer_that_waited_while_the_flag_was_set_aside_brings_it_back(
    answered, set_aside, flag_of, ana, now
):
    answered(EXPLOITER)
    set_aside(flag_of("T2"), by=ana)

    answered(EXPLOITER, at=now + timedelta(minutes=30), evidence="Seen again")  # began before

    assert flag_of("T2").is_standing


def test_an_older_no_silences_no_flag(answered, episode, ana, now):
    answer(episode, by=ana, now=now, trafficking_indicators=Known.NO)

    answered(EXPLOITER, at=now + HOUR)

    assert episode.duties.open().filter(code="decide_trafficking_services").exists()


def test_flags_of_an_episode_that_never_was_remind_nobody(answered, episode, ana, now):
    answered(WEATHER)

    returns.end_otherwise(
        episode=episode,
        by=ana,
        now=now + HOUR,
        ended=exactly(now + HOUR),
        reason=EndReason.OPENED_IN_ERROR,
        why="Another youth was meant.",
    )

    assert not Reminder.objects.waiting().filter(flag__episode=episode).exists()


def test_a_date_of_birth_entered_later_raises_the_flag_of_age(jordan, episode, ana, now):
    assert not episode.flags.filter(code="E11").exists()
    born = replace(Description.of(jordan), born_on=date(2015, 1, 1))

    describe(youth=jordan, by=ana, now=now, seen=Description.of(jordan), description=born)

    assert episode.flags.get(code="E11").is_standing


def test_an_identified_victim_is_reported_to_police_within_24_hours(episode, ana, now, flag_of):
    set_time(episode, Anchor.IDENTIFIED, now, by=ana, now=now)

    assert flag_of("T5").mark == FlagMark.LIKELY_TRAFFICKING
    duty = episode.duties.in_force().get(code="report_trafficking_to_police")
    assert duty.due_at == now + DAY


def test_danger_said_at_intake_is_a_flag_of_whoever_said_so(jordan, ana, now):
    episode = log(jordan, by=ana, now=now, in_danger=Known.YES)

    flag = episode.flags.get()
    assert (flag.code, flag.mark, flag.raised_by) == (RAISED_BY_PERSON, FlagMark.ENDANGERED, ana)
    assert notices(flag) == [("owner", now), ("supervisor", now)]


def test_a_person_raises_a_flag_with_a_reason(episode, ana, now):
    flag = flags.raise_by_hand(
        episode=episode, by=ana, now=now, mark=FlagMark.ENDANGERED, why="Left without shoes"
    )

    assert (flag.says, flag.raised_by, flag.is_standing) == ("Left without shoes", ana, True)
    assert steps_of(flag) == [FlagStepKind.RAISED]
    assert AuditEvent.objects.filter(event="flag.raised", by=ana.public_id).count() == 1


def test_the_same_words_of_one_person_raise_one_flag(episode, ana, sam, now):
    said = {"episode": episode, "now": now, "mark": FlagMark.ENDANGERED, "why": "No coat"}
    first = flags.raise_by_hand(by=ana, **said)

    assert flags.raise_by_hand(by=ana, **said) == first
    assert flags.raise_by_hand(by=sam, **said) != first
    assert len(notices(first)) == 2


def test_the_same_form_sent_again_raises_nothing_even_after_it_was_set_aside(
    episode, set_aside, ana, sam, now
):
    said = {"mark": FlagMark.SIGNS_PRESENT, "why": "A new phone", "submission_key": uuid.uuid4()}
    first = flags.raise_by_hand(episode=episode, by=ana, now=now, **said)
    set_aside(first, by=sam)

    again = flags.raise_by_hand(episode=episode, by=ana, now=now + DAY, **said)

    assert again == first
    assert episode.flags.count() == 1


def test_a_danger_named_by_hand_needs_two_people_to_set_aside(episode, set_aside, ana, sam, now):
    flag = flags.raise_by_hand(
        episode=episode, by=ana, now=now, mark=FlagMark.ENDANGERED, why="A man took them"
    )

    waiting = set_aside(flag, by=ana)
    assert waiting.is_standing
    assert not flags.agree(flag=waiting, by=sam, now=now + 2 * HOUR).is_standing


def test_a_flag_is_not_raised_by_hand_once_the_youth_is_back(episode, ana, now):
    bring_back(episode, by=ana, now=now)

    with pytest.raises(Refused, match="Add what you know as an update"):
        flags.raise_by_hand(
            episode=episode, by=ana, now=now, mark=FlagMark.ENDANGERED, why="No coat"
        )


# --- Confirmed ---------------------------------------------------------------------------------


def test_a_person_confirms(answered, flag_of, ana, now):
    answered(WEATHER)

    flag = flags.confirm(flag=flag_of("E10"), by=ana, now=now + HOUR)

    assert (flag.confirmed_by, flag.confirmed_at) == (ana, now + HOUR)
    assert steps_of(flag) == [FlagStepKind.RAISED, FlagStepKind.CONFIRMED]
    assert AuditEvent.objects.filter(event="flag.confirmed").count() == 1


def test_confirming_twice_keeps_the_first(answered, flag_of, ana, sam, now):
    answered(WEATHER)
    flags.confirm(flag=flag_of("E10"), by=ana, now=now)

    flag = flags.confirm(flag=flag_of("E10"), by=sam, now=now + HOUR)

    assert flag.confirmed_by == ana
    assert steps_of(flag).count(FlagStepKind.CONFIRMED) == 1


def test_a_notice_that_is_due_goes_out_however_fast_somebody_confirms(
    answered, flag_of, ana, sam, now
):
    answered(WEATHER)
    flags.confirm(flag=flag_of("E10"), by=ana, now=now + timedelta(seconds=1))

    sweep.address_due(now=now + HOUR)

    assert Delivery.objects.filter(
        recipient=sam, channel=Channel.INBOX, reminder__flag=flag_of("E10")
    ).exists()


def test_what_was_set_aside_cannot_be_confirmed(answered, flag_of, set_aside, ana, now):
    answered(WEATHER)
    set_aside(flag_of("E10"), by=ana)

    with pytest.raises(Refused, match="Raise it again"):
        flags.confirm(flag=flag_of("E10"), by=ana, now=now + 2 * HOUR)


# --- Set aside ---------------------------------------------------------------------------------


def test_a_person_sets_a_flag_aside_with_a_reason_and_a_time_to_look_again(
    answered, flag_of, set_aside, ana, now
):
    answered(WEATHER)

    flag = set_aside(flag_of("E10"), by=ana, why="The youth wore a warm coat.")

    assert not flag.is_standing
    assert (flag.set_aside_by, flag.review_at) == (ana, now + HOUR + DAY)
    step = flag.steps.order_by("id").last()
    assert step.words == "Already handled: The youth wore a warm coat."
    assert step.reason == SetAsideReason.HANDLED
    assert AuditEvent.objects.filter(event="flag.set_aside").count() == 1


def test_the_supervisor_hears_at_once_and_both_are_told_to_look_again(
    answered, flag_of, set_aside, ana, sam, now
):
    answered(WEATHER)
    sweep.address_due(now=now)

    set_aside(flag_of("E10"), by=ana)

    assert notices(flag_of("E10")) == [
        ("owner", now + HOUR),
        ("owner", now + HOUR + DAY),
        ("supervisor", now + HOUR),
        ("supervisor", now + HOUR + DAY),
    ]


def test_a_flag_is_not_set_aside_twice_and_the_first_person_is_named(
    answered, flag_of, set_aside, ana, sam
):
    answered(WEATHER)
    set_aside(flag_of("E10"), by=ana)

    with pytest.raises(Refused, match="Ana has set this flag aside already"):
        set_aside(flag_of("E10"), by=sam)

    assert flag_of("E10").set_aside_by == ana


def test_a_review_lies_in_the_future(answered, flag_of, set_aside, ana, now):
    answered(WEATHER)

    with pytest.raises(Refused, match="later than now"):
        set_aside(flag_of("E10"), by=ana, at=now, review_at=now)

    assert flag_of("E10").set_aside_at is None


def test_when_the_review_is_due_it_is_looked_at_again_and_may_stay_aside(
    answered, flag_of, set_aside, ana, sam, now
):
    answered(WEATHER)
    set_aside(flag_of("E10"), by=ana, at=now)

    flag = set_aside(flag_of("E10"), by=sam, at=now + DAY, why="Still warm.")

    assert (flag.set_aside_by, flag.review_at) == (sam, now + 2 * DAY)
    assert steps_of(flag)[-1] is FlagStepKind.LOOKED_AGAIN
    assert ("supervisor", now + 2 * DAY) in notices(flag)


def test_setting_aside_takes_a_confirmation_back(answered, flag_of, set_aside, ana, sam, now):
    answered(WEATHER)
    flags.confirm(flag=flag_of("E10"), by=ana, now=now)

    assert set_aside(flag_of("E10"), by=sam).confirmed_at is None


def test_the_duties_of_a_flag_that_is_set_aside_are_withdrawn_and_the_timeline_says_so(
    answered, flag_of, set_aside, episode, ana
):
    answered(EXPLOITER)
    for flag in episode.flags.all():
        set_aside(flag, by=ana)

    assert not episode.duties.in_force().filter(code="decide_trafficking_services").exists()
    assert Note.objects.filter(text__startswith="A flag was set aside.").exists()


# --- A second person ---------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "code"), [(MEDICINE, "E1"), (TAKEN, "E2")])
def test_medical_and_abduction_flags_count_until_a_second_person_agrees(
    answered, flag_of, set_aside, ana, sam, now, key, code
):
    answered(key)
    set_aside(flag_of(code), by=ana)
    assert flag_of(code).is_standing

    flag = flags.agree(flag=flag_of(code), by=sam, now=now + 2 * HOUR)

    assert not flag.is_standing
    assert (flag.agreed_by, flag.set_aside_by) == (sam, ana)
    assert steps_of(flag)[-1] is FlagStepKind.AGREED
    assert AuditEvent.objects.filter(event="flag.agreed", by=sam.public_id).count() == 1


def test_nobody_agrees_with_themselves(answered, flag_of, set_aside, ana, now):
    answered(MEDICINE)
    set_aside(flag_of("E1"), by=ana)

    with pytest.raises(Refused, match="Someone else must agree"):
        flags.agree(flag=flag_of("E1"), by=ana, now=now + 2 * HOUR)

    assert flag_of("E1").is_standing


@pytest.mark.parametrize("is_set_aside", [True, False])
def test_there_is_nothing_to_agree_to_where_nobody_waits(
    answered, flag_of, set_aside, ana, sam, now, is_set_aside
):
    answered(WEATHER, MEDICINE)
    code = "E10" if is_set_aside else "E1"
    if is_set_aside:
        set_aside(flag_of("E10"), by=ana)

    with pytest.raises(Refused, match="nothing to agree to"):
        flags.agree(flag=flag_of(code), by=sam, now=now + 2 * HOUR)


def test_agreeing_twice_keeps_the_first(answered, flag_of, set_aside, ana, sam, oona, now):
    answered(MEDICINE)
    set_aside(flag_of("E1"), by=ana)
    flags.agree(flag=flag_of("E1"), by=sam, now=now + 2 * HOUR)

    assert flags.agree(flag=flag_of("E1"), by=oona, now=now + 3 * HOUR).agreed_by == sam


def test_the_second_person_may_confirm_instead_and_the_review_is_called_off(
    answered, flag_of, set_aside, ana, sam, now
):
    answered(MEDICINE)
    set_aside(flag_of("E1"), by=ana)

    flag = flags.confirm(flag=flag_of("E1"), by=sam, now=now + 2 * HOUR)

    assert (flag.is_standing, flag.set_aside_at, flag.set_aside_why) == (True, None, "")
    assert [due for _, due in notices(flag) if due > now + 2 * HOUR] == []


def test_looking_again_takes_a_second_person_again(answered, flag_of, set_aside, ana, sam, now):
    answered(MEDICINE)
    set_aside(flag_of("E1"), by=ana, at=now)
    flags.agree(flag=flag_of("E1"), by=sam, now=now)

    flag = set_aside(flag_of("E1"), by=sam, at=now + DAY)

    assert (flag.is_standing, flag.agreed_by) == (True, None)


# --- Back again, and gone ----------------------------------------------------------------------


def test_a_new_fact_brings_it_back_with_the_reason(answered, flag_of, set_aside, ana, now):
    answered(ONLINE)
    set_aside(flag_of("S1"), by=ana)

    answered("sign.branding", at=now + 2 * HOUR)

    flag = flag_of("S1")
    assert (flag.is_standing, flag.raised_at) == (True, now + 2 * HOUR)
    assert (flag.set_aside_at, flag.review_at, flag.set_aside_why) == (None, None, "")
    step = flag.steps.order_by("id").last()
    assert step.kind == FlagStepKind.BACK
    assert step.words.startswith("Back because the youth")
    assert "tattoo" in step.words or "brand" in step.words


def test_the_same_yes_given_again_after_the_setting_aside_is_a_new_fact(
    answered, flag_of, set_aside, ana, now
):
    answered(WEATHER)
    set_aside(flag_of("E10"), by=ana)

    answered(WEATHER, at=now + 2 * HOUR)

    assert flag_of("E10").is_standing


def test_what_has_nothing_to_do_with_it_does_not_bring_it_back(
    answered, flag_of, set_aside, ana, now
):
    answered(WEATHER)
    set_aside(flag_of("E10"), by=ana)

    answered("danger.pregnancy", at=now + 2 * HOUR)

    assert not flag_of("E10").is_standing


def test_coming_back_is_told_and_the_old_review_is_called_off(
    answered, flag_of, set_aside, ana, sam, now
):
    answered(WEATHER)
    set_aside(flag_of("E10"), by=ana)
    sweep.address_due(now=now + HOUR)

    answered(WEATHER, at=now + 2 * HOUR)

    assert notices(flag_of("E10")) == [("owner", now + 2 * HOUR), ("supervisor", now + 2 * HOUR)]


def test_the_rules_never_take_a_flag_away(answered, flag_of, now):
    answered(WEATHER)

    answered(WEATHER, said=Said.NO, at=now + HOUR)

    flag = flag_of("E10")
    assert (flag.is_standing, flag.ceased_at) == (True, now + HOUR)
    assert steps_of(flag) == [FlagStepKind.RAISED, FlagStepKind.CEASED]


def test_what_ceased_and_is_found_again_is_back_and_was_never_set_aside(
    answered, flag_of, ana, now
):
    answered(WEATHER)
    flags.confirm(flag=flag_of("E10"), by=ana, now=now)
    answered(WEATHER, said=Said.NO, at=now + HOUR)

    answered(WEATHER, at=now + 2 * HOUR)

    flag = flag_of("E10")
    assert (flag.ceased_at, flag.confirmed_at) == (None, now)
    assert flag.raised_at == now
    assert steps_of(flag)[-1] is FlagStepKind.BACK


def test_a_persons_flag_stays_whatever_the_rules_say(episode, answered, ana, now):
    flag = flags.raise_by_hand(
        episode=episode, by=ana, now=now, mark=FlagMark.ENDANGERED, why="No coat"
    )

    answered(WEATHER, at=now + HOUR)
    answered(WEATHER, said=Said.NO, at=now + 2 * HOUR)

    flag.refresh_from_db()
    assert (flag.is_standing, flag.ceased_at) == (True, None)


def test_another_reason_for_a_standing_flag_is_kept_without_a_further_notice(
    answered, flag_of, now
):
    answered(ONLINE)
    told = Reminder.objects.filter(flag__isnull=False).count()

    answered("sign.branding", at=now + HOUR)

    assert set(flag_of("S1").because) == {ONLINE, "sign.branding"}
    assert Reminder.objects.filter(flag=flag_of("S1")).count() == 0
    assert Reminder.objects.filter(flag__isnull=False).count() == told


# --- What follows ------------------------------------------------------------------------------


def test_a_confirmed_flag_counts_in_the_next_episode(answered, flag_of, episode, jordan, ana, now):
    answered("sign.exploited")
    flags.confirm(flag=flag_of("T1"), by=ana, now=now)
    bring_back(episode, by=ana, now=now + HOUR)

    again = log(jordan, by=ana, now=now + DAY)

    (because,) = again.flags.get(code="T4").because
    assert because.startswith("fact.confirmed_exploitation_before: ")


@pytest.mark.parametrize("decide", ["nobody", "set aside"])
def test_a_flag_that_nobody_confirmed_is_no_fact_of_the_next_episode(
    answered, flag_of, set_aside, episode, jordan, ana, now, decide
):
    answered(EXPLOITER)
    if decide == "set aside":
        set_aside(flag_of("T2"), by=ana)
    bring_back(episode, by=ana, now=now + 2 * HOUR)

    again = log(jordan, by=ana, now=now + DAY)

    assert not again.flags.filter(code="T4").exists()


def test_an_episode_opened_in_error_makes_no_fact(answered, flag_of, episode, jordan, ana, now):
    answered(EXPLOITER)
    flags.confirm(flag=flag_of("T2"), by=ana, now=now)
    returns.end_otherwise(
        episode=Episode.objects.get(pk=episode.pk),
        by=ana,
        now=now,
        ended=exactly(now),
        reason=EndReason.OPENED_IN_ERROR,
        why="Two youth were mixed up",
    )

    again = log(jordan, by=ana, now=now + DAY)

    assert not again.flags.exists()


def test_every_flag_can_be_explained_by_the_assessment_that_was_stored(answered, episode):
    answered(MEDICINE, ONLINE)

    record = episode.assessments.order_by("-made_at", "-id").first()

    raised = {flag.code for flag in episode.flags.all()}
    found = {one.code for one in assessing.run_again(record).findings if one.raises is not None}
    assert raised == found


def test_without_a_supervisor_the_line_on_call_hears(answered, sam, oona, flag_of, now, unit):
    type(sam).objects.filter(pk=sam.pk).update(role=Role.CASEWORKER)
    UserFactory(role=Role.SUPERVISOR)

    answered(MEDICINE)
    sweep.address_due(now=now)

    told = Delivery.objects.filter(reminder__flag=flag_of("E1"), channel=Channel.INBOX)
    assert oona in {delivery.recipient for delivery in told}
