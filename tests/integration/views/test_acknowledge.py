"""The buttons "I'm on it" and "Not me any more", and the ladder in words beside them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.models import Acknowledgement, Delivery, Outcome, Reminder, Role, User
from casework.notifications import sweep
from casework.operations.acknowledgements import acknowledge
from casework.policies.ladder import Audience
from tests.factories import TOLD, UserFactory
from tests.integration.scenes import record

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _clock(clock_stands):
    """Views read `now`."""


def press(client, name, duty, **answers):
    return client.post(reverse(name, args=[duty.public_id]), answers, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def rungs(client, duty):
    ladder = client.get(duty.get_absolute_url()).context["ladder"]
    return [(rung.who, rung.when, rung.note, rung.names) for rung in ladder.rungs]


# --- The buttons -----------------------------------------------------------------------------


def test_i_am_on_it_says_until_when_and_that_the_clock_keeps_running(as_person, police, ana):
    page = press(as_person(ana), "acknowledge_duty", police)

    assert said(page) == [
        "You are on it until 2:34 a.m. CST. The clock keeps running. Record it when done."
    ]
    assert page.redirect_chain[-1][0] == police.get_absolute_url()
    assert "Not me any more" in page.content.decode()


def test_pressed_twice_it_holds_once(as_person, police, ana):
    client = as_person(ana)

    press(client, "acknowledge_duty", police)
    press(client, "acknowledge_duty", police)

    assert Acknowledgement.objects.count() == 1


def test_a_colleague_sees_who_is_on_it_and_is_offered_no_button(as_person, police, ana, sam):
    press(as_person(ana), "acknowledge_duty", police)

    duty = as_person(sam).get(police.get_absolute_url()).content.decode()
    episode = as_person(sam).get(police.episode.get_absolute_url()).content.decode()

    for page in (duty, episode):
        assert "Ana is on it until 2:34 a.m. CST." in page
        assert reverse("acknowledge_duty", args=[police.public_id]) not in page
        assert reverse("hand_back_duty", args=[police.public_id]) not in page


def test_whoever_presses_too_late_learns_who_was_first(as_person, police, ana, sam):
    press(as_person(ana), "acknowledge_duty", police)

    page = press(as_person(sam), "acknowledge_duty", police)

    assert said(page) == ["Ana is on it already, until 2:34 a.m. CST."]


def test_what_is_settled_meanwhile_says_so(as_person, police, ana, sam, now):
    record(police, Outcome.DONE, by=sam, now=now)

    page = press(as_person(ana), "acknowledge_duty", police)

    assert said(page) == ["This duty is settled. Nothing more is needed."]
    assert page.context["ladder"] is None


def test_not_me_any_more(as_person, police, ana):
    client = as_person(ana)
    press(client, "acknowledge_duty", police)

    page = press(client, "hand_back_duty", police)

    assert said(page) == ["You are not on it any more. Reminders go on."]
    assert "I’m on it" in page.content.decode()


@pytest.mark.parametrize("name", ["acknowledge_duty", "hand_back_duty"])
def test_one_goes_back_to_where_the_button_was(as_person, police, ana, name):
    page = press(as_person(ana), name, police, next=reverse("inbox"))

    assert page.redirect_chain[-1][0] == reverse("inbox")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_nobody_is_sent_to_another_site(as_person, police, ana, elsewhere):
    page = press(as_person(ana), "acknowledge_duty", police, next=elsewhere)

    assert page.redirect_chain[-1][0] == police.get_absolute_url()


def test_a_link_alone_changes_nothing(as_person, police, ana):
    as_person(ana).get(reverse("acknowledge_duty", args=[police.public_id]))

    assert not Acknowledgement.objects.exists()


def test_a_forged_button_is_refused(as_person, police, ana):
    client = as_person(ana, enforce_csrf_checks=True)

    assert client.post(reverse("acknowledge_duty", args=[police.public_id])).status_code == 403
    assert not Acknowledgement.objects.exists()


# --- The ladder in words ------------------------------------------------------------------------


def test_the_duty_says_who_hears_next_and_when(as_person, police, ana, sam, oona, settings):
    settings.ON_CALL_EMAIL = "on-call@agency.example"
    ana.backup = UserFactory(name="Eva", role=Role.CASEWORKER, unit=ana.unit)
    ana.save()

    page = as_person(ana).get(police.get_absolute_url())

    assert rungs(as_person(ana), police) == [
        ("you", "now", "", ""),
        ("back-up", "3:07 a.m. CST", "", "Eva"),
        ("supervisor", "3:22 a.m. CST", "", "Sam"),
        ("on-call manager", "3:37 a.m. CST", "", "Oona"),
        ("on-call address", "4:07 a.m. CST", "", ""),
    ]
    assert page.context["ladder"].then == (
        "Once it is overdue, every 30 minutes until it is done: "
        "whoever holds it, supervisor and on-call manager."
    )


def test_it_says_first_who_was_told_already_when_and_whether_it_was_seen(
    as_person, police, ana, sam, now, set_clock
):
    def told_at(moment):
        set_clock(moment)
        while sweep.address_due(now=moment):
            pass
        page = as_person(sam).get(police.get_absolute_url())
        seen = page.content.decode()
        assert seen.index("Who is told") < seen.index("Record it")
        return [(one.who, one.when, one.note) for one in page.context["ladder"].told]

    assert told_at(now) == [("Ana", "2:04 a.m. CST", "")]

    message = Delivery.objects.inbox_of(ana).get(reminder__duty=police)
    as_person(ana).get(reverse("reminder", args=[message.public_id]))
    assert told_at(now) == [("Ana", "2:04 a.m. CST", "seen")]

    assert told_at(police.due_at - 20 * MINUTE) == [
        ("Ana", "3:32 a.m. CST", ""),
        ("you", "3:32 a.m. CST", ""),
    ]


def test_nobody_told_yet_is_said(as_person, police, ana):
    page = as_person(ana).get(police.get_absolute_url())

    assert "Nobody has been told yet." in page.content.decode()


def test_paused_steps_say_so(as_person, police, ana, sam, oona, now, set_clock):
    later = police.due_at - 31 * MINUTE
    acknowledge(duty=police, by=ana, now=later)
    set_clock(later)

    assert rungs(as_person(sam), police)[:3] == [
        ("Ana", "is on it until 3:51 a.m. CST", "", ""),
        ("supervisor", "3:51 a.m. CST", "paused until then", "you"),
        ("on-call manager", "3:51 a.m. CST", "paused until then", "Oona"),
    ]


def test_a_step_that_reaches_nobody_warns(as_person, police, ana):
    page = as_person(ana).get(police.get_absolute_url())

    assert "Reaches nobody" in page.content.decode()


def test_a_refused_address_warns(as_person, police, ana, sam, oona, now):
    User.objects.filter(pk=sam.pk).update(email_refused_at=now, email_refused_why="550 No such")

    page = as_person(ana).get(police.get_absolute_url())

    assert "Mail to Sam is refused" in page.content.decode()


def test_somebody_without_the_case_reads_who_must_act(as_person, police, ana, sam, oona):
    assert rungs(as_person(sam), police)[0] == ("Ana", "now", "", "")


def test_what_has_been_told_is_not_said_to_come(as_person, police, ana, sam, oona, set_clock):
    at = police.due_at - 20 * MINUTE  # the supervisor has heard, the on-call manager has not
    while sweep.address_due(now=at):
        pass
    set_clock(at)

    who = [rung[0] for rung in rungs(as_person(ana), police)]
    waiting = Reminder.objects.waiting().filter(duty=police, audience=Audience.SUPERVISOR)
    assert who[:2] == ["you", "on-call manager"]
    assert min(waiting.values_list("due_at", flat=True)) >= police.due_at > TOLD
