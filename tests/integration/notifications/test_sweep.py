"""Due reminders reach people: not before they are due, not twice, and never in silence."""

from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import Channel, Delivery, Message, Outcome, Pulse, Reminder, User
from casework.notifications import addressing, sending
from casework.notifications.addressing import address_due
from casework.notifications.recipients import Place
from casework.notifications.sending import send_due
from casework.notifications.sweep import beat
from tests.factories import TOLD, DutyFactory, EpisodeFactory, ReminderFactory, UserFactory
from tests.integration.scenes import record

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def reminder(ana):
    """One reminder to Ana, due at 2 hours after she was told."""
    duty = DutyFactory(episode=EpisodeFactory(youth__unit=ana.unit, assigned_to=ana))
    return ReminderFactory(duty=duty, due_at=TOLD + 2 * HOUR)


@pytest.fixture
def due(reminder):
    return reminder.due_at


def sweep_once(now):
    """Address and send, as one tick does."""
    return address_due(now=now), send_due(now=now)


def by_email(reminder) -> Delivery:
    return reminder.deliveries.get(channel=Channel.EMAIL)


def mail_of(reminder) -> Message:
    """The message in which it leaves the house."""
    return by_email(reminder).message


# --- When ----------------------------------------------------------------------------------


def test_nothing_is_sent_before_it_is_due(reminder, due):
    assert sweep_once(due - timedelta(seconds=1)) == (0, 0)

    assert not Delivery.objects.exists()
    assert mail.outbox == []


def test_a_due_reminder_reaches_inbox_and_mailbox(reminder, due, ana):
    assert sweep_once(due) == (1, 1)

    reminder.refresh_from_db()
    assert reminder.addressed_at == due
    assert Delivery.objects.inbox_of(ana).get().sent_at == due
    assert [message.to for message in mail.outbox] == [[ana.email]]
    assert by_email(reminder).sent_at == mail_of(reminder).sent_at == due
    assert mail_of(reminder).attempts == 1


def test_a_second_tick_sends_nothing_again(reminder, due, ana):
    sweep_once(due)

    assert sweep_once(due + MINUTE) == (0, 0)

    assert len(mail.outbox) == 1
    assert Delivery.objects.inbox_of(ana).count() == 1


def test_a_late_tick_sends_what_fell_due_meanwhile(reminder, due):
    assert sweep_once(due + timedelta(days=2)) == (1, 1)

    assert len(mail.outbox) == 1


def test_a_cancelled_reminder_is_not_sent(reminder, due):
    Reminder.objects.update(cancelled_at=TOLD)

    assert sweep_once(due) == (0, 0)


def test_the_earliest_due_goes_first_and_nothing_is_left_over(ana, monkeypatch):
    monkeypatch.setattr(addressing, "BATCH", 4)
    duty = DutyFactory(episode=EpisodeFactory(youth__unit=ana.unit, assigned_to=ana))
    planned = [ReminderFactory(duty=duty, due_at=TOLD - timedelta(minutes=9 - n)) for n in range(9)]

    assert address_due(now=TOLD) == 4
    assert set(Reminder.objects.waiting()) == set(planned[4:])
    assert [address_due(now=TOLD) for _ in range(3)] == [4, 1, 0]
    assert [send_due(now=TOLD) for _ in range(2)] == [1, 0]
    # Count in = count out: each is in the inbox, and in the one message that tells of them all.
    assert Delivery.objects.filter(channel=Channel.INBOX).count() == len(planned)
    assert Delivery.objects.filter(sent_at__isnull=False).count() == 2 * len(planned)
    assert len(mail.outbox) == 1


def test_what_is_due_at_once_for_one_person_goes_out_in_one_message(ana, unit):
    due = TOLD + 2 * HOUR
    for _ in range(3):
        episode = EpisodeFactory(youth__unit=unit, assigned_to=ana, recorded_by=ana)
        ReminderFactory(duty=DutyFactory(episode=episode, due_at=due), due_at=TOLD)

    sweep_once(TOLD)

    assert [message.subject for message in mail.outbox] == [
        "3 actions due, the first by Tue Mar 3, 3:52 a.m. CST"
    ]
    assert mail.outbox[0].body.count("/r/") == 3


def test_what_falls_due_after_a_message_went_out_goes_into_another(reminder, due, ana):
    sweep_once(due)
    ReminderFactory(duty__episode=reminder.episode, due_at=due + MINUTE)

    sweep_once(due + MINUTE)

    assert len(mail.outbox) == 2
    assert len({message.message()["Message-ID"] for message in mail.outbox}) == 2


def test_after_the_mail_server_was_away_each_person_gets_one_message(ana, unit, mail_server):
    episode = EpisodeFactory(youth__unit=unit, assigned_to=ana, recorded_by=ana)
    mail_server.is_down = True
    told = []
    for minute in range(0, 90, 10):
        now = TOLD + minute * MINUTE
        told.append(ReminderFactory(duty=DutyFactory(episode=episode), due_at=now))
        sweep_once(now)
    tried = set(Message.objects.values_list("public_id", flat=True))
    mail_server.is_down = False

    later = TOLD + 3 * HOUR
    sweep_once(later)

    [message] = mail.outbox
    assert message.body.count("/r/") == len(told)
    assert {by_email(reminder).sent_at for reminder in told} == {later}
    whole = Message.objects.get(sent_at=later)
    assert whole.attempts > 1
    assert Message.objects.filter(public_id__in=tried - {whole.public_id}).exclude(
        cancelled_at=None
    ).count() == len(tried - {whole.public_id})
    assert sweep_once(later + 2 * HOUR) == (0, 0)


def test_a_reminder_that_reaches_nobody_for_weeks_stops_no_sweep(reminder, due):
    User.objects.update(is_active=False, deactivated_at=TOLD, deactivated_by=User.objects.first())
    Reminder.objects.update(attempts=32_767)

    assert address_due(now=due) == 1

    reminder.refresh_from_db()
    assert reminder in Reminder.objects.waiting()


def test_a_message_that_is_being_sent_is_not_added_to(reminder, due):
    address_due(now=due)
    sending._claim(due)
    later = ReminderFactory(duty__episode=reminder.episode, due_at=due)

    address_due(now=due)

    assert mail_of(later) != mail_of(reminder)


# --- When the mail server fails ----------------------------------------------------------------


def test_a_failure_is_kept_in_words_and_tried_again_later(reminder, due, mail_server):
    mail_server.is_down = True
    sweep_once(due)

    waiting = mail_of(reminder)
    assert waiting.sent_at is None
    assert waiting.last_error == "SMTPServerDisconnected: Connection unexpectedly closed"
    assert waiting.claimed_until is None
    assert waiting.next_attempt_at > due
    assert send_due(now=waiting.next_attempt_at - timedelta(seconds=1)) == 0

    mail_server.is_down = False
    send_due(now=waiting.next_attempt_at)

    sent = mail_of(reminder)
    assert sent.sent_at == waiting.next_attempt_at
    assert sent.last_error == ""
    assert len(mail.outbox) == 1


def test_the_pauses_grow_and_the_last_failure_is_final(reminder, due, mail_server):
    mail_server.is_down = True
    address_due(now=due)
    now, pauses = due, []

    while send_due(now=now):
        message = mail_of(reminder)
        pauses.append(message.next_attempt_at - now)
        now = message.next_attempt_at

    assert len(pauses) == mail_server.asked == sending.ATTEMPTS
    assert pauses == sorted(pauses)
    assert pauses[0] >= MINUTE
    assert pauses[-1] == HOUR
    given_up = mail_of(reminder)
    assert given_up.failed_at == by_email(reminder).failed_at is not None
    assert given_up.last_error.startswith("SMTPServerDisconnected")
    assert send_due(now=now + timedelta(days=30)) == 0


def test_when_a_mail_is_given_up_the_supervisor_hears_of_it(reminder, due, ana, sam, mail_server):
    mail_server.is_down = True
    address_due(now=due)
    now = due
    while send_due(now=now):
        given_up_at, now = now, mail_of(reminder).next_attempt_at

    address_due(now=given_up_at)

    told = Delivery.objects.inbox_of(sam).get().reminder
    assert (told.duty, told.kind) == (reminder.duty, "not_reached")
    assert told.says == "Mail to Ana could not be delivered. Tell them yourself."


def test_a_refused_address_is_given_up_at_once_and_kept_with_the_account(
    reminder, due, ana, sam, mail_server
):
    mail_server.refuses = {ana.email}
    sweep_once(due)

    assert mail_of(reminder).failed_at == due
    ana.refresh_from_db()
    assert (ana.email_refused_at, ana.email_refused_why) == (due, "550 No such user")
    address_due(now=due)
    assert Delivery.objects.inbox_of(sam).get().reminder.kind == "not_reached"


def test_mail_to_somebody_who_left_meanwhile_does_not_go_out_and_their_supervisor_hears(
    reminder, due, ana, sam
):
    address_due(now=due)
    User.objects.filter(pk=ana.pk).update(is_active=False, deactivated_at=due, deactivated_by=sam)

    send_due(now=due)
    address_due(now=due)

    assert mail.outbox == []
    assert mail_of(reminder).last_error == "The account was closed before it went out."
    assert Delivery.objects.inbox_of(sam).get().reminder.kind == "not_reached"


def test_a_step_to_a_back_up_that_there_is_not_is_passed_over(reminder, due):
    ReminderFactory(duty=reminder.duty, audience="backup", due_at=due)

    sweep_once(due)

    assert not Reminder.objects.waiting().exists()
    assert Delivery.objects.filter(channel=Channel.INBOX).count() == 1


def test_mail_that_arrives_again_clears_the_account(reminder, due, ana, mail_server):
    mail_server.refuses = {ana.email}
    sweep_once(due)
    mail_server.refuses = set()
    ReminderFactory(duty__episode=reminder.episode, due_at=due + MINUTE)

    sweep_once(due + MINUTE)

    ana.refresh_from_db()
    assert (ana.email_refused_at, ana.email_refused_why) == (None, "")


def test_after_a_refused_mail_the_next_step_of_the_ladder_goes_at_once(
    reminder, due, ana, sam, oona, mail_server
):
    later = {
        audience: ReminderFactory(
            duty=reminder.duty, kind="escalation", audience=audience, due_at=due + after
        )
        for audience, after in (("on_call", 2 * HOUR), ("supervisor", HOUR))
    }
    mail_server.refuses = {ana.email}

    sweep_once(due)

    step = later["supervisor"]
    step.refresh_from_db()
    assert (step.due_at, step.hurried_at) == (due, due)
    later["on_call"].refresh_from_db()
    assert later["on_call"].due_at == due + 2 * HOUR
    sweep_once(due)
    assert step.deliveries.filter(recipient=sam, sent_at=due).count() == 2


def test_when_nobody_up_the_ladder_can_be_mailed_each_is_told_of_the_other_once(
    reminder, due, ana, sam, oona, adam, mail_server
):
    mail_server.refuses = {person.email for person in (ana, sam, oona, adam)}
    for _ in range(10):
        sweep_once(due)

    about = Reminder.objects.filter(kind="not_reached").order_by("id")
    assert list(about.values_list("audience", flat=True)) == ["supervisor", "on_call", "admin"]
    assert sweep_once(due + HOUR) == (0, 0)


def test_the_inbox_needs_no_mail_server(reminder, due, ana, mail_server):
    mail_server.is_down = True

    sweep_once(due)

    assert Delivery.objects.inbox_of(ana).count() == 1


def test_one_bad_address_does_not_stop_the_others(unit, now, mail_server):
    supervisors = [UserFactory(role="supervisor", unit=unit) for _ in range(3)]
    duty = DutyFactory(episode=EpisodeFactory(youth__unit=unit))
    reminder = ReminderFactory(duty=duty, audience="supervisor", due_at=now)
    bad = supervisors[1]
    mail_server.refuses = {bad.email}

    sweep_once(now)

    good = {person.email for person in supervisors} - {bad.email}
    assert {address for message in mail.outbox for address in message.to} == good
    left = Message.objects.get(failed_at__isnull=False)
    assert (left.recipient, left.deliveries.get().reminder) == (bad, reminder)
    assert "550" in left.last_error


def test_one_reminder_that_cannot_be_addressed_does_not_stop_the_others(
    reminder, due, monkeypatch, caplog
):
    other = ReminderFactory(duty__episode__youth__unit=reminder.episode.unit, due_at=due)
    resolve = addressing.recipients_of

    def fails_for_one(place, *args, **kwargs):
        if place == Place.of(reminder.episode):
            raise RuntimeError("a broken record")
        return resolve(place, *args, **kwargs)

    monkeypatch.setattr(addressing, "recipients_of", fails_for_one)

    address_due(now=due)

    reminder.refresh_from_db()
    other.refresh_from_db()
    assert other.addressed_at == due
    assert reminder.addressed_at is None
    assert (reminder.attempts, reminder.last_error) == (1, "RuntimeError: a broken record")
    assert reminder.retry_at == due + MINUTE
    assert f"Reminder {reminder.pk} could not be addressed" in caplog.text
    monkeypatch.setattr(addressing, "recipients_of", resolve)
    assert address_due(now=due + timedelta(seconds=30)) == 0
    assert address_due(now=due + MINUTE) == 1


def test_a_batch_that_runs_out_of_time_hands_back_what_it_did_not_try(reminder, due, monkeypatch):
    monkeypatch.setattr(sending, "BUDGET", -1)
    sweep_once(due)

    assert mail.outbox == []
    back = mail_of(reminder)
    assert (back.attempts, back.claimed_until) == (0, None)
    monkeypatch.undo()
    send_due(now=due)
    assert len(mail.outbox) == 1


# --- After a crash -------------------------------------------------------------------------------


def test_a_message_claimed_by_a_sweep_that_died_is_sent_after_its_lease(reminder, due):
    address_due(now=due)
    sending._claim(due)  # and then the machine goes

    assert send_due(now=due + sending.LEASE) == 0
    assert send_due(now=due + sending.LEASE + timedelta(seconds=1)) == 1

    assert len(mail.outbox) == 1
    assert mail_of(reminder).attempts == 2


def test_the_end_of_the_time_of_the_task_ends_the_sweep_and_its_lease_heals_it(
    reminder, due, mail_server
):
    def times_up():
        raise SoftTimeLimitExceeded

    address_due(now=due)
    mail_server.meanwhile = times_up

    with pytest.raises(SoftTimeLimitExceeded):
        send_due(now=due)

    cut_short = mail_of(reminder)
    assert (cut_short.attempts, cut_short.last_error) == (1, "")
    assert cut_short.claimed_until >= due + sending.LEASE
    mail_server.meanwhile = lambda: None
    assert send_due(now=cut_short.claimed_until) == 0
    assert send_due(now=cut_short.claimed_until + timedelta(seconds=1)) == 1
    assert by_email(reminder).sent_at is not None


def test_addressing_ends_with_the_time_of_the_task_too(reminder, due, monkeypatch):
    def times_up(*_, **__):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(addressing, "recipients_of", times_up)

    with pytest.raises(SoftTimeLimitExceeded):
        address_due(now=due)

    reminder.refresh_from_db()
    assert (reminder.attempts, reminder.last_error) == (0, "")


def test_the_lease_is_longer_than_the_slowest_send(settings):
    """Hello, encryption, hello, two of signing in, sender, recipient, data, its end: and connecting."""
    assert sending.LEASE.total_seconds() > 10 * settings.EMAIL_TIMEOUT


def test_every_attempt_carries_the_same_message_id(reminder, due, mail_server, monkeypatch):
    """A crash after the sending sends again; a mail server can drop the copy by its id."""
    sweep_once(due)
    Delivery.objects.filter(channel=Channel.EMAIL).update(sent_at=None)
    Message.objects.update(sent_at=None)
    send_due(now=due + HOUR)

    first, second = (message.message()["Message-ID"] for message in mail.outbox)
    assert first == second == f"<{mail_of(reminder).public_id}@127.0.0.1>"
    assert {message.message()["Auto-Submitted"] for message in mail.outbox} == {"auto-generated"}


# --- When the duty is settled meanwhile --------------------------------------------------------


def test_a_settled_duty_calls_its_waiting_mail_off(reminder, due, ana, mail_server):
    mail_server.is_down = True
    sweep_once(due)
    record(reminder.duty, Outcome.DONE, by=ana, now=due + MINUTE, at=due)
    mail_server.is_down = False

    send_due(now=due + HOUR)

    assert mail.outbox == []
    assert by_email(reminder).cancelled_at == due + MINUTE
    assert by_email(reminder).sent_at is None
    assert mail_of(reminder).cancelled_at == due + HOUR


def test_of_a_message_only_what_is_still_open_is_told(reminder, due, ana):
    other = ReminderFactory(duty__episode=reminder.episode, due_at=due)
    address_due(now=due)
    record(reminder.duty, Outcome.DONE, by=ana, now=due, at=due)

    send_due(now=due)

    assert len(mail.outbox) == 1
    assert f"/r/{by_email(other).public_id}" in mail.outbox[0].body
    assert f"/r/{by_email(reminder).public_id}" not in mail.outbox[0].body
    assert by_email(other).sent_at == due
    assert (by_email(reminder).sent_at, by_email(reminder).cancelled_at) == (None, due)


def test_mail_claimed_while_the_duty_was_being_settled_is_not_sent(reminder, due, ana):
    """Settled between the planning of the mail and its sending, past the cancellation."""
    address_due(now=due)
    duty = reminder.duty
    duty.done_at, duty.done_by = due, ana
    duty.save(update_fields=["done_at", "done_by"])

    send_due(now=due)

    assert mail.outbox == []
    assert by_email(reminder).cancelled_at == due


@pytest.fixture
def second(reminder, due, unit, mail_server):
    """The second e-mail of a batch: a test says what befalls it while the first one is sent."""
    eva = UserFactory(unit=unit)
    episode = EpisodeFactory(youth__unit=unit, assigned_to=eva, recorded_by=eva)
    second = ReminderFactory(duty=DutyFactory(episode=episode), due_at=due)
    address_due(now=due)
    return second


def test_mail_called_off_while_an_earlier_one_is_sent_does_not_leave(second, due, mail_server, ana):
    mail_server.meanwhile = lambda: record(
        second.duty, Outcome.DONE, by=ana, now=due + MINUTE, at=due
    )

    send_due(now=due)

    assert len(mail.outbox) == 1
    assert (by_email(second).sent_at, by_email(second).cancelled_at) == (None, due + MINUTE)


def test_mail_that_another_sweep_took_over_meanwhile_is_left_to_it(second, due, mail_server):
    theirs = due + HOUR
    mail_server.meanwhile = lambda: Message.objects.filter(pk=mail_of(second).pk).update(
        claimed_until=theirs
    )

    send_due(now=due)

    assert len(mail.outbox) == 1
    left = mail_of(second)
    assert (left.sent_at, left.claimed_until) == (None, theirs)


def test_a_failure_that_comes_after_another_sweep_took_over_changes_nothing(
    reminder, due, mail_server
):
    theirs = due + HOUR
    address_due(now=due)

    def another_takes_it():
        Message.objects.update(claimed_until=theirs)
        raise TimeoutError

    mail_server.meanwhile = another_takes_it
    send_due(now=due)

    left = mail_of(reminder)
    assert (left.claimed_until, left.last_error, left.next_attempt_at) == (theirs, "", due)


def test_what_was_sent_stays_on_record_after_the_duty_is_done(reminder, due, ana):
    sweep_once(due)

    record(reminder.duty, Outcome.DONE, by=ana, now=due + MINUTE)

    assert Delivery.objects.inbox_of(ana).get().cancelled_at is None
    assert by_email(reminder).sent_at == due


# --- Many at once --------------------------------------------------------------------------------


def plan_many(number, ana, due):
    duty = DutyFactory(episode=EpisodeFactory(youth__unit=ana.unit, assigned_to=ana))
    return [ReminderFactory(duty=duty, due_at=due) for _ in range(number)]


def test_a_batch_goes_out_over_one_connection(unit, mail_server):
    for _ in range(5):
        UserFactory(role="supervisor", unit=unit)
    duty = DutyFactory(episode=EpisodeFactory(youth__unit=unit))
    ReminderFactory(duty=duty, audience="supervisor", due_at=TOLD)

    sweep_once(TOLD)

    assert (len(mail.outbox), mail_server.connections) == (5, 1)


def test_after_an_error_the_rest_goes_over_a_new_connection(unit, mail_server):
    people = [UserFactory(role="supervisor", unit=unit) for _ in range(4)]
    duty = DutyFactory(episode=EpisodeFactory(youth__unit=unit))
    ReminderFactory(duty=duty, audience="supervisor", due_at=TOLD)
    mail_server.refuses = {people[1].email}

    sweep_once(TOLD)

    assert (len(mail.outbox), mail_server.connections) == (3, 2)


def test_without_mail_nobody_is_called(reminder, due, mail_server):
    assert sweep_once(due - HOUR) == (0, 0)

    assert mail_server.connections == 0


def test_addressing_asks_the_database_as_often_for_many_as_for_few(ana):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            address_due(now=TOLD)
        send_due(now=TOLD)
        return len(queries)

    plan_many(2, ana, TOLD)
    with_two = asked()
    plan_many(50, ana, TOLD)

    assert asked() == with_two
    assert not Reminder.objects.waiting().exists()
    assert Delivery.objects.inbox_of(ana).count() == 52


def test_in_one_batch_each_reaches_their_own(ana, unit, other_unit):
    eva, omar = UserFactory(unit=unit), UserFactory(unit=other_unit)
    sam = UserFactory(role="supervisor", unit=unit)
    vera = UserFactory(role="supervisor", unit=other_unit)
    expected = set()
    for worker, boss in ((ana, sam), (eva, sam), (omar, vera)):
        duty = DutyFactory(episode=EpisodeFactory(youth__unit=worker.unit, assigned_to=worker))
        for audience, person in (("owner", worker), ("supervisor", boss)):
            expected.add((ReminderFactory(duty=duty, audience=audience, due_at=TOLD).pk, person.pk))

    assert address_due(now=TOLD) == len(expected) == 6

    inbox = Delivery.objects.filter(channel=Channel.INBOX)
    assert set(inbox.values_list("reminder_id", "recipient_id")) == expected


# --- The pulse -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_tick_leaves_its_time(now):
    for minutes in (0, 1):
        beat("sweep", now=now + minutes * MINUTE)

    assert Pulse.objects.get().at == now + MINUTE


def test_nobody_at_all_is_tried_again_and_said(reminder, due, ana, caplog):
    User.objects.update(is_active=False, deactivated_at=TOLD, deactivated_by=ana)

    address_due(now=due)

    reminder.refresh_from_db()
    assert reminder.last_error.startswith("Nobody to tell: no supervisor")
    assert reminder in Reminder.objects.waiting()
    UserFactory(role="admin", unit=None)
    assert address_due(now=due + HOUR) == 1
