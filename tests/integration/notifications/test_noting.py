"""A mail that was sent is noted, also when the database goes away in the very moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core import mail
from django.db import DataError, OperationalError, connection

from casework.models import Delivery, Message
from casework.notifications import noting
from casework.notifications.addressing import address_due
from casework.notifications.sending import LEASE, send_due
from tests.factories import ReminderFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_left_over() -> Iterator[None]:
    """What one test leaves is not noted again in the next one."""
    yield
    noting._not_on_disk.clear()


@pytest.fixture
def mails(episode, unit, now) -> list[Message]:
    """To three people and whoever holds the episode, in the order in which they are sent."""
    for number in range(3):
        person = UserFactory(unit=unit, email=f"reader{number}@agency.test")
        ReminderFactory(episode=episode, audience="person", person=person, due_at=now)
    address_due(now=now)
    return list(Message.objects.order_by("next_attempt_at", "id"))


@contextmanager
def note_fails(times: int, error: type[Exception], *, after: int = 0) -> Iterator[None]:
    """So many notes fail, once `after` of them went well."""
    seen = 0

    def execute(ask: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        nonlocal seen
        if sql == noting._NOTE:
            seen += 1
            if after < seen <= after + times:
                raise error("server closed the connection unexpectedly")
        return ask(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


def recipients() -> list[tuple[str, ...]]:
    return [tuple(one.to) for one in mail.outbox]


def test_a_mail_whose_note_failed_with_the_database_is_not_sent_again(mails, now):
    with note_fails(1, OperationalError), pytest.raises(OperationalError):
        send_due(now=now)
    assert len(mail.outbox) == 1
    assert mails[0].sent_at is None

    send_due(now=now + LEASE * 2)

    assert sorted(recipients()) == sorted((one.recipient.email,) for one in mails)
    assert Message.objects.filter(sent_at__isnull=True).count() == 0


def test_notes_that_the_database_lost_as_it_fell_are_made_again(mails, now):
    with note_fails(1, OperationalError, after=1), pytest.raises(OperationalError):
        send_due(now=now)
    assert len(mail.outbox) == 2
    # What PostgreSQL finds after it was killed: the claims, and no note.
    Message.objects.update(sent_at=None, claimed_until=now)
    Delivery.objects.filter(channel="email").update(sent_at=None)

    send_due(now=now + LEASE * 2)

    assert sorted(recipients()) == sorted((one.recipient.email,) for one in mails)
    assert Message.objects.filter(sent_at__isnull=True).count() == 0
    assert Delivery.objects.filter(channel="email", sent_at__isnull=True).count() == 0


def test_while_the_database_stays_away_nothing_more_leaves(mails, now):
    with note_fails(3, OperationalError):
        for _ in range(3):
            with pytest.raises(OperationalError):
                send_due(now=now + LEASE * 2)

    assert len(mail.outbox) == 1


def test_a_note_that_the_database_refuses_does_not_stop_the_rest(mails, now, caplog):
    with note_fails(2, DataError), pytest.raises(DataError):
        send_due(now=now)
    with note_fails(1, DataError):
        send_due(now=now + LEASE * 2)

    assert len(recipients()) == len(mails) + 1  # the one that could not be noted went out twice
    assert Message.objects.filter(sent_at__isnull=True).count() == 0
    assert "Cannot note message" in caplog.text


def test_a_mail_whose_note_is_refused_stays_claimed_until_its_claim_runs_out(mails, now):
    with note_fails(2, DataError), pytest.raises(DataError):
        send_due(now=now)

    with note_fails(1, DataError):
        noting.note_again()

    mails[0].refresh_from_db()
    assert mails[0].sent_at is None
    assert mails[0].claimed_until is not None


def test_after_a_batch_every_note_is_on_the_disk(mails, now):
    send_due(now=now)

    assert len(mail.outbox) == len(mails)
    assert noting._not_on_disk == []
