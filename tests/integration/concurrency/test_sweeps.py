"""Sweeps side by side: each reminder is addressed once, each message leaves once."""

from collections import Counter
from datetime import timedelta
from threading import Event

import pytest
from django.core import mail
from django.db import transaction

from casework.models import Channel, Delivery, Message, Reminder
from casework.notifications import addressing, sending
from casework.notifications.addressing import address_due
from casework.notifications.sending import send_due
from tests.factories import TOLD, DutyFactory, EpisodeFactory, ReminderFactory, UserFactory

NUMBER = 40


@pytest.fixture
def reminders(ana):
    duty = DutyFactory(
        episode=EpisodeFactory(youth__unit=ana.unit, assigned_to=ana, recorded_by=ana)
    )
    return [ReminderFactory(duty=duty, due_at=TOLD) for _ in range(NUMBER)]


@pytest.fixture
def messages(unit):
    """A message each for NUMBER supervisors."""
    for _ in range(NUMBER):
        UserFactory(role="supervisor", unit=unit)
    duty = DutyFactory(episode=EpisodeFactory(youth__unit=unit))
    ReminderFactory(duty=duty, audience="supervisor", due_at=TOLD)
    address_due(now=TOLD)
    return list(Message.objects.order_by("id"))


def test_four_sweeps_send_everything_once(at_once, reminders, ana, monkeypatch):
    monkeypatch.setattr(addressing, "BATCH", 7)

    def run() -> int:
        addressed = sum(iter(lambda: address_due(now=TOLD), 0))
        sum(iter(lambda: send_due(now=TOLD), 0))
        return addressed

    addressed = at_once([run] * 4)
    run()  # what a sweep addressed after the others had stopped sending

    assert sum(addressed) == NUMBER
    assert Reminder.objects.filter(addressed_at=TOLD).count() == NUMBER
    assert Delivery.objects.inbox_of(ana).count() == NUMBER
    assert Delivery.objects.filter(channel=Channel.EMAIL, sent_at=TOLD).count() == NUMBER
    ids = Counter(message.message()["Message-ID"] for message in mail.outbox)
    assert 1 <= len(ids) == Message.objects.count() <= NUMBER
    assert set(ids.values()) == {1}
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}


def test_a_sweep_passes_over_reminders_that_another_holds(at_once, reminders):
    holding, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            list(Reminder.objects.filter(pk__lte=reminders[9].pk).select_for_update())
            holding.set()
            assert done.wait(20), "the other sweep waited for the lock"

    def sweep_beside() -> int:
        assert holding.wait(20)
        try:
            return address_due(now=TOLD)
        finally:
            done.set()

    _, addressed = at_once([hold, sweep_beside])

    assert addressed == NUMBER - 10
    assert address_due(now=TOLD) == 10


def test_four_sweeps_send_each_message_once(at_once, messages, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 7)

    at_once([lambda: sum(iter(lambda: send_due(now=TOLD), 0))] * 4)

    ids = Counter(message.message()["Message-ID"] for message in mail.outbox)
    assert len(ids) == NUMBER
    assert set(ids.values()) == {1}
    assert set(Message.objects.values_list("attempts", "sent_at")) == {(1, TOLD)}


def test_a_sweep_passes_over_messages_that_another_is_claiming(at_once, messages):
    held = messages[:10]
    holding, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            list(Message.objects.filter(pk__in=[one.pk for one in held]).select_for_update())
            holding.set()
            assert done.wait(20), "the other sweep waited for the lock"

    def sweep_beside() -> int:
        assert holding.wait(20)
        try:
            return send_due(now=TOLD)
        finally:
            done.set()

    _, sent = at_once([hold, sweep_beside])

    assert sent == NUMBER - 10
    assert len(mail.outbox) == NUMBER - 10
    assert send_due(now=TOLD) == 10


def test_a_claim_keeps_other_sweeps_away_until_its_lease_ends(at_once, messages):
    claimed = at_once([lambda: sending._claim(TOLD)])[0]
    assert len(claimed) == NUMBER

    assert at_once([lambda: send_due(now=TOLD + timedelta(seconds=5))]) == [0]

    after = TOLD + sending.LEASE + timedelta(seconds=1)
    assert send_due(now=after) == NUMBER
