"""The daily digest: one person whose digest cannot be made is told of, and stops nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import (
    Cadence,
    Delivery,
    Message,
    MessageKind,
    Reminder,
    ReminderPreferences,
    Topic,
    User,
)
from casework.notifications import digest
from casework.notifications.addressing import address_due
from casework.notifications.digest import make_digests
from casework.notifications.pulses import digests_that_failed
from casework.policies.ladder import Audience, ReminderKind
from tests.factories import DutyFactory, EpisodeFactory, ReminderFactory, UserFactory

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def ben(unit):
    return UserFactory(name="Ben", unit=unit)


@pytest.fixture(autouse=True)
def _waits(ana, ben, adam, now):
    """Something waits for Ana's digest and for Ben's, since yesterday."""
    for person in (ana, ben):
        ReminderPreferences.objects.create(user=person, untimed=Cadence.DIGEST)
        episode = EpisodeFactory(youth__unit=person.unit, assigned_to=person, recorded_by=person)
        duty = DutyFactory(episode=episode, due_at=None, target_at=now - DAY)
        ReminderFactory(duty=duty, kind=ReminderKind.NOTICE, topic=Topic.UNTIMED, due_at=now - DAY)
    address_due(now=now - DAY)


@pytest.fixture
def break_for(monkeypatch):
    """Let the digest of this person fail."""
    make = digest._digest_for

    def fail_for(person: User) -> None:
        def fail(user, *, now):
            if user == person:
                raise RuntimeError("no answer")
            return make(user, now=now)

        monkeypatch.setattr(digest, "_digest_for", fail)

    return fail_for


def digests():
    return sorted(
        message.recipient.name for message in Message.objects.filter(kind=MessageKind.DIGEST)
    )


def test_one_that_fails_stops_nobody_else_and_the_admins_are_told_once_a_day(break_for, ana, now):
    break_for(ana)

    written = [make_digests(now=now + hours * HOUR) for hours in range(3)]

    assert (written, digests()) == ([1, 0, 0], ["Ben"])
    [notice] = Reminder.objects.filter(kind=ReminderKind.NOT_REACHED)
    assert notice.audience == Audience.ADMIN
    assert notice.says == (
        "The daily digest of Ana could not be made. Tell them to look at their inbox."
    )
    assert digests_that_failed()[ana.pk].detail == "RuntimeError"


def test_it_is_tried_again_an_hour_later_and_not_at_each_tick(break_for, monkeypatch, ana, now):
    break_for(ana)
    make_digests(now=now)
    monkeypatch.undo()

    assert make_digests(now=now + HOUR / 2) == 0
    assert make_digests(now=now + HOUR) == 1

    assert digests() == ["Ana", "Ben"]
    assert digests_that_failed() == {}


def test_before_the_hour_nothing_is_locked(now):
    Delivery.objects.waiting().update(created_at=now)

    with CaptureQueriesContext(connection) as asked:
        assert make_digests(now=now) == 0

    assert not [query for query in asked if "FOR UPDATE" in query["sql"]]
    assert len(asked) <= 3


def test_when_what_waited_is_settled_the_failure_is_no_more(break_for, ana, now):
    break_for(ana)
    make_digests(now=now)
    Delivery.objects.waiting().filter(recipient=ana).update(cancelled_at=now)

    make_digests(now=now + HOUR)

    assert digests_that_failed() == {}
