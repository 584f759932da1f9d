"""`manage.py send_due_reminders`: the second path, for cron, beside whatever else sweeps."""

import io
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from casework.models import Delivery, Pulse, Reminder, User
from casework.notifications.pulses import CRON, SWEEP
from tests.factories import ReminderFactory
from tests.integration.scenes import postgresql_away

pytestmark = pytest.mark.django_db


def by_cron(**options: float) -> str:
    out = io.StringIO()
    call_command("send_due_reminders", stdout=out, **options)
    return out.getvalue()


def test_what_is_due_reaches_inbox_and_mailbox_without_celery(episode, ana, clock_stands, now):
    words = by_cron()

    assert Delivery.objects.inbox_of(ana).exists()
    assert len(mail.outbox) == 1
    assert not Reminder.objects.waiting().filter(due_at__lte=now).exists()
    taken = Reminder.objects.filter(addressed_at=now).count() + 1
    assert f"Taken up: {taken}. Waiting for another attempt: 0." in words


def test_it_leaves_a_pulse_of_its_own(episode, clock_stands, now):
    by_cron()

    assert Pulse.objects.get(name=CRON).at == now
    assert not Pulse.objects.filter(name=SWEEP).exists()


def test_twice_is_once(episode, clock_stands):
    by_cron()

    assert "Taken up: 0." in by_cron()
    assert len(mail.outbox) == 1


def test_with_no_time_left_it_begins_nothing(episode, clock_stands):
    assert "Taken up: 0." in by_cron(seconds=0)
    assert mail.outbox == []


def test_a_reminder_that_reaches_nobody_is_a_failure(episode, ana, clock_stands, now):
    User.objects.update(is_active=False, deactivated_at=now, deactivated_by=ana)

    with pytest.raises(CommandError, match=r"reminders? reached nobody who could act"):
        by_cron()


def test_something_that_has_waited_too_long_is_a_failure(clock_stands, now):
    ReminderFactory(due_at=now - timedelta(minutes=6))

    with pytest.raises(CommandError, match="waits for 360 seconds"):
        by_cron(seconds=0)


def test_postgresql_away_is_a_failure_in_words(episode, clock_stands):
    with postgresql_away(), pytest.raises(CommandError, match=r"database is away \(Operational"):
        by_cron()
