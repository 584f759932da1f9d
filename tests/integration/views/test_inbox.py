"""The inbox: whatever needs action is there, once, however much else has come in since."""

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.models import Channel, Outcome
from tests.factories import DutyFactory, EpisodeFactory, ReminderFactory, UnitFactory, YouthFactory
from tests.integration.models.rows import a_delivery
from tests.integration.scenes import record

HOUR = timedelta(hours=1)


@pytest.fixture
def inbox_of(as_person):
    """The rows of a person's inbox: what needs action, and what is for information."""

    def read(person):
        context = as_person(person).get(reverse("inbox")).context
        return context["needs_action"], context["for_information"]

    return read


@pytest.fixture
def badge_of(as_person):
    """The figure beside "Reminders" in a person's menu."""

    def read(person):
        menu = as_person(person).get(reverse("home")).context["nav"]
        return next(item.count for item in menu if item.label == "Reminders")

    return read


def tell(person, duty, *, at, **fields):
    reminder = ReminderFactory(duty=duty, due_at=at, addressed_at=at)
    return a_delivery(
        reminder=reminder,
        recipient=person,
        channel=Channel.INBOX,
        created_at=at,
        sent_at=at,
        **fields,
    )


@pytest.fixture
def open_duty(ana, unit):
    episode = EpisodeFactory(youth=YouthFactory(unit=unit), assigned_to=ana, recorded_by=ana)
    return DutyFactory(episode=episode, title="Call the school")


@pytest.fixture
def done_duty(open_duty, ana, now):
    return DutyFactory(episode=open_duty.episode, title="Long done", done_at=now, done_by=ana)


def test_an_old_message_that_needs_action_is_not_pushed_out_by_newer_ones(
    inbox_of, badge_of, ana, open_duty, done_duty, now
):
    tell(ana, open_duty, at=now - 9 * HOUR)
    for minute in range(120):
        tell(ana, done_duty, at=now - timedelta(minutes=minute))

    needs_action, information = inbox_of(ana)

    assert [row.title for row in needs_action] == ["Call the school"]
    assert len(information) == 50
    assert badge_of(ana) == 1


def test_a_duty_stands_once_with_its_latest_message(inbox_of, badge_of, ana, open_duty, now):
    for hours in (3, 1, 2):
        tell(ana, open_duty, at=now - hours * HOUR, why=f"{hours} hours ago")

    needs_action, information = inbox_of(ana)

    assert [row.why for row in needs_action] == ["1 hours ago"]
    assert information == []
    assert badge_of(ana) == 1


def test_the_soonest_due_leads(inbox_of, ana, open_duty, now):
    episode = open_duty.episode
    DutyFactory(episode=episode, title="Nobody was told of this one")
    duties = [
        open_duty,
        DutyFactory(episode=episode, title="No set time", due_at=None),
        DutyFactory(episode=episode, title="First", due_at=open_duty.due_at - HOUR),
    ]
    for duty in duties:
        tell(ana, duty, at=now - HOUR)

    needs_action, _ = inbox_of(ana)

    assert [row.title for row in needs_action] == ["First", "Call the school", "No set time"]


def test_what_moved_out_of_sight_is_information_and_the_badge_does_not_count_it(
    inbox_of, badge_of, ana, open_duty, now
):
    tell(ana, open_duty, at=now - HOUR)
    episode = open_duty.episode
    episode.unit = UnitFactory()
    episode.save()

    needs_action, information = inbox_of(ana)

    assert needs_action == []
    assert [(row.title, row.about) for row in information] == [
        ("An item that is not yours now", "")
    ]
    assert badge_of(ana) == 0


def test_what_is_done_moves_to_information_and_the_badge_goes_down(
    inbox_of, badge_of, ana, open_duty, now
):
    tell(ana, open_duty, at=now - HOUR)
    record(open_duty, Outcome.DONE, by=ana, now=now)

    needs_action, information = inbox_of(ana)

    assert needs_action == []
    assert [row.title for row in information] == ["Call the school"]
    assert badge_of(ana) == 0


def test_messages_to_others_are_theirs(inbox_of, badge_of, ana, sam, open_duty, now):
    tell(ana, open_duty, at=now - HOUR)

    assert inbox_of(sam) == ([], [])
    assert badge_of(sam) == 0
