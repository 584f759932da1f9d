"""The Celery task is a doorbell: safe twice and late, and it rings the whole sweep."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils.module_loading import import_string

from casework import tasks
from casework.config.celery import app
from casework.models import Delivery, Pulse, Reminder
from casework.notifications import addressing, pulses
from tests.integration.scenes import postgresql_away


def test_the_beat_names_tasks_that_exist():
    entries = settings.CELERY_BEAT_SCHEDULE.values()

    assert entries
    for entry in entries:
        assert entry["task"] in app.tasks
        assert app.tasks[entry["task"]].run == import_string(entry["task"]).run


def test_reminders_tick_as_often_as_the_setting_says():
    entry = settings.CELERY_BEAT_SCHEDULE["send due reminders"]

    assert entry["schedule"] == settings.REMINDER_TICK_SECONDS
    assert entry["options"]["expires"] >= settings.REMINDER_TICK_SECONDS


def test_sessions_that_are_over_are_cleared_with_what_waits_in_them(db):
    over = SessionStore()
    over["kept_answers"] = {"path": "/log"}
    over.set_expiry(-1)
    over.save()
    going_on = SessionStore()
    going_on.save()

    tasks.clear_what_has_run_out()

    assert list(Session.objects.values_list("pk", flat=True)) == [going_on.session_key]


def test_one_tick_reaches_the_inbox_and_the_mailbox(episode, ana, now, set_clock):
    set_clock(now)

    tasks.send_due_reminders()

    due = Reminder.objects.filter(due_at__lte=now)
    assert due.exists()
    assert not due.filter(addressed_at__isnull=True).exists()
    assert Delivery.objects.inbox_of(ana).count() == due.count()
    assert [message.to for message in mail.outbox] == [[ana.email]]
    assert Pulse.objects.get(name=pulses.SWEEP).at == now


def test_twice_is_once(episode, now, set_clock):
    set_clock(now)
    tasks.send_due_reminders()
    sent = len(mail.outbox), Delivery.objects.count()

    tasks.send_due_reminders()

    assert (len(mail.outbox), Delivery.objects.count()) == sent


def test_late_sends_everything_that_fell_due_meanwhile_once(
    episode, ana, sam, oona, now, set_clock
):
    set_clock(now + timedelta(days=1))

    tasks.send_due_reminders()
    tasks.send_due_reminders()

    assert not Reminder.objects.waiting().filter(due_at__lte=now + timedelta(days=1)).exists()
    # After an outage each person gets one message, however much it is.
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        person.email for person in (ana, sam, oona)
    )
    told = Delivery.objects.filter(channel="email")
    assert told.count() == Delivery.objects.filter(channel="inbox").count() > 3
    assert not told.filter(sent_at__isnull=True).exists()


def test_more_than_a_batch_goes_out_in_one_tick(episode, ana, now, set_clock, monkeypatch):
    monkeypatch.setattr(addressing, "BATCH", 1)
    set_clock(now)

    tasks.send_due_reminders()

    assert not Reminder.objects.waiting().filter(due_at__lte=now).exists()
    assert not Delivery.objects.waiting().exists()


def test_postgresql_away_is_a_line_in_the_log_and_the_next_tick_goes_on(
    episode, now, set_clock, caplog
):
    set_clock(now)
    with postgresql_away():
        tasks.send_due_reminders()
    assert "The database is away" in caplog.text
    assert mail.outbox == []

    tasks.send_due_reminders()

    assert mail.outbox


def test_a_run_that_takes_too_long_leaves_the_rest_to_the_next_tick(
    episode, now, set_clock, monkeypatch
):
    monkeypatch.setattr(tasks, "NEW_BATCH_UNTIL", -1)
    set_clock(now)

    tasks.send_due_reminders()

    assert mail.outbox == []
    assert Pulse.objects.exists()
    monkeypatch.undo()
    set_clock(now)
    tasks.send_due_reminders()
    assert mail.outbox
