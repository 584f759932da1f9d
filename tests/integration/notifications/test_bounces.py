"""A mail that came back after it was sent: its duties climb, its address shows as refused."""

import io
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command

from casework.models import (
    AuditEvent,
    Channel,
    Delivery,
    Message,
    Reminder,
)
from casework.notifications.addressing import address_due
from casework.notifications.sending import send_due
from casework.operations import reminders
from casework.policies.ladder import Audience, ReminderKind
from tests.factories import ReminderFactory
from tests.integration.scenes import postgresql_away
from tests.unit.test_bounces import postfix

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=3)


@pytest.fixture
def message(episode, sam, oona, now) -> Message:
    """The mail that told Ana of Jordan's duties; her mail server took it."""
    address_due(now=now)
    send_due(now=now)
    return Message.objects.get(recipient=episode.assigned_to)


@pytest.fixture
def come_back(monkeypatch, capsys, set_clock, now):
    """Pipe a mail to the command, as a mail server does; gives what it printed."""

    def pipe(raw: bytes) -> str:
        set_clock(now + LATER)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        call_command("read_bounce")
        return capsys.readouterr().err

    return pipe


def returned(message: Message, **said: str) -> bytes:
    raw = postfix(message_id=f"<{message.public_id}@cases.agency.example>", **said)
    return raw.replace(b"Worker@agency.example", message.recipient.email.encode())


def test_the_message_counts_as_given_up_with_the_servers_words(message, come_back, ana, now):
    words = come_back(returned(message))

    message.refresh_from_db()
    ana.refresh_from_db()
    assert (message.sent_at, message.failed_at) == (None, now + LATER)
    assert message.last_error.startswith("Came back: 550 5.1.1")
    assert ana.email_refused_at == now + LATER
    assert ana.email_refused_why.startswith("Came back: 550 5.1.1")
    assert not message.deliveries.filter(sent_at__isnull=False).exists()
    assert f"{message.public_id}: failed (5.1.1). Its duties climb now." in words


def test_the_next_step_of_each_duty_goes_at_once_and_the_supervisor_is_told(
    message, come_back, police, now
):
    come_back(returned(message))

    hurried = police.reminders.filter(hurried_at__isnull=False)
    assert {(step.due_at, step.audience) for step in hurried} == {
        (now + LATER, Audience.BACKUP),  # there may be none, so the one after it goes too
        (now + LATER, Audience.SUPERVISOR),
    }
    told = police.reminders.get(kind=ReminderKind.NOT_REACHED)
    assert (told.audience, told.due_at) == (Audience.SUPERVISOR, now + LATER)


def test_the_inbox_keeps_what_it_has(message, come_back, ana):
    before = Delivery.objects.inbox_of(ana).count()

    come_back(returned(message))

    assert before
    assert Delivery.objects.inbox_of(ana).count() == before


def test_twice_is_once(message, come_back):
    come_back(returned(message))
    before = Reminder.objects.count(), AuditEvent.objects.count()

    words = come_back(returned(message))

    assert "known already" in words
    assert (Reminder.objects.count(), AuditEvent.objects.count()) == before


def test_what_was_seen_by_mail_stays_seen(message, come_back, ana, now):
    first = message.deliveries.order_by("id").first()
    reminders.mark_seen(first, by=ana, now=now)

    come_back(returned(message))

    first.refresh_from_db()
    assert (first.sent_at, first.seen_at) == (now, now)


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.7"), ("delivered", "2.1.5")])
def test_a_delay_changes_nothing(message, come_back, ana, action, status):
    words = come_back(returned(message, action=action, status=status))

    message.refresh_from_db()
    ana.refresh_from_db()
    assert message.sent_at is not None
    assert ana.email_refused_at is None
    assert "not failed yet" in words


def test_a_server_that_gave_up_trying_makes_it_climb_and_refuses_nobody(message, come_back, ana):
    come_back(returned(message, status="4.4.1"))

    message.refresh_from_db()
    ana.refresh_from_db()
    assert message.failed_at is not None
    assert ana.email_refused_at is None


def test_an_address_that_was_corrected_meanwhile_is_not_refused(message, come_back, ana):
    raw = returned(message)
    ana.email = "ana.corrected@agency.example"
    ana.save(update_fields=["email"])

    come_back(raw)

    message.refresh_from_db()
    ana.refresh_from_db()
    assert message.failed_at is not None
    assert ana.email_refused_at is None


def test_the_agency_wide_address_may_be_refused_too(episode, come_back, adam, now):
    reminder = episode.reminders.filter(duty__isnull=False).first()
    message = Message.objects.create(
        address="oncall@agency.example", created_at=now, next_attempt_at=now, sent_at=now
    )
    Reminder.objects.filter(pk=reminder.pk).update(audience=Audience.AGENCY)
    Delivery.objects.create(
        reminder=reminder, channel=Channel.EMAIL, message=message, created_at=now, sent_at=now
    )

    come_back(
        postfix(message_id=f"<{message.public_id}@x.example>").replace(
            b"Worker@agency.example", b"oncall@agency.example"
        )
    )

    told = Reminder.objects.get(kind=ReminderKind.NOT_REACHED)
    assert told.audience == Audience.ADMIN


@pytest.mark.parametrize("raw", [b"", b"Subject: I am away\n\nUntil Monday", postfix()])
def test_other_mail_is_left_alone_and_nobody_is_named(message, come_back, raw):
    before = list(Message.objects.values())

    words = come_back(raw)

    assert list(Message.objects.values()) == before
    assert "left alone" in words or "not ours" in words
    assert "@" not in words


def test_what_is_printed_and_audited_names_nobody(message, come_back, ana):
    words = come_back(returned(message))

    event = AuditEvent.objects.get(event="message.bounced")
    assert (event.subject_id, event.detail) == (message.public_id, {"status": "5.1.1"})
    assert ana.email not in words
    assert ana.name not in words


def test_postgresql_away_asks_the_mail_server_to_come_again(message, come_back):
    raw = returned(message)

    with postgresql_away(), pytest.raises(SystemExit) as ended:
        come_back(raw)

    assert ended.value.code == 75


def test_mail_that_a_relay_takes_says_nothing_about_an_address_that_mail_came_back_from(
    message, come_back, ana, episode, now
):
    """A relay takes everything and sends it back later."""
    come_back(returned(message))
    later = now + 2 * LATER
    ReminderFactory(duty__episode=episode, due_at=later)

    address_due(now=later)
    send_due(now=later)

    assert Message.objects.filter(recipient=ana, sent_at=later).exists()
    ana.refresh_from_db()
    assert ana.email_refused_at == now + LATER
