"""Cron beside cron beside a worker: each reminder reaches each inbox once, each mail leaves once."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command

from casework import tasks
from casework.models import Channel, Delivery, Message, Reminder
from casework.notifications import addressing, sending
from tests.factories import TOLD, DutyFactory, EpisodeFactory, ReminderFactory, UserFactory

NUMBER = 60


@pytest.fixture
def people(ana):
    """Several caseworkers of Ana's unit, each with reminders that are due."""
    people = [ana, *(UserFactory(unit=ana.unit) for _ in range(5))]
    for number in range(NUMBER):
        owner = people[number % len(people)]
        duty = DutyFactory(episode=EpisodeFactory(youth__unit=ana.unit, assigned_to=owner))
        ReminderFactory(duty=duty, due_at=TOLD)
    return people


def test_two_runs_of_cron_and_a_worker_send_everything_once(
    at_once, people, monkeypatch, set_clock, capsys
):
    set_clock(TOLD + timedelta(seconds=30))
    monkeypatch.setattr(addressing, "BATCH", 7)
    monkeypatch.setattr(sending, "BATCH", 2)

    at_once([lambda: call_command("send_due_reminders")] * 2 + [tasks.send_due_reminders] * 2)
    call_command("send_due_reminders")  # what one addressed after the others had stopped sending

    assert Reminder.objects.filter(addressed_at__isnull=False).count() == NUMBER
    inbox = Delivery.objects.filter(channel=Channel.INBOX)
    assert Counter(inbox.values_list("recipient", flat=True)) == {
        person.pk: NUMBER // len(people) for person in people
    }
    ids = Counter(message.message()["Message-ID"] for message in mail.outbox)
    assert set(ids.values()) == {1}
    assert len(ids) == Message.objects.filter(sent_at__isnull=False).count()
    assert not Message.objects.waiting().exists()
    assert not Delivery.objects.waiting().exists()
