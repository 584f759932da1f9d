""" "I'm on it": the climb stops for a while, everyone sees who holds it, and it comes back."""

from datetime import UTC, datetime, timedelta

import pytest

from casework.models import Acknowledgement, AuditEvent, Channel, Delivery, Outcome, Reminder
from casework.notifications import sweep
from casework.operations.acknowledgements import (
    HeldBySomebody,
    NothingToHold,
    acknowledge,
    hand_back,
)
from casework.operations.people import deactivate
from casework.policies.anchors import Anchor
from casework.policies.ladder import Audience, ReminderKind
from tests.factories import YouthFactory
from tests.integration.scenes import bring_back, log, record, set_time

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def sweep_until(end, *, start):
    """Sweep once a minute from `start` until `end`, both included."""
    at = start
    while at <= end:
        while sweep.address_due(now=at):
            pass
        at += MINUTE


def told(duty, person, *, after):
    """At which moments after this one the person found something about the duty in the inbox."""
    messages = Delivery.objects.inbox_of(person).filter(reminder__duty=duty, created_at__gt=after)
    return sorted(set(messages.values_list("created_at", flat=True)))


def kinds_told(duty, person):
    return list(
        Delivery.objects.inbox_of(person)
        .filter(reminder__duty=duty)
        .order_by("created_at", "id")
        .values_list("reminder__kind", flat=True)
    )


# --- The pause -----------------------------------------------------------------------------


def test_while_somebody_is_on_it_it_does_not_climb_and_then_it_does(police, ana, sam, oona, now):
    start = police.due_at - 31 * MINUTE  # one minute before the supervisor would hear
    held = acknowledge(duty=police, by=ana, now=start)

    sweep_until(held.until - MINUTE, start=start)
    assert told(police, sam, after=start) == []
    assert told(police, oona, after=start) == []

    sweep_until(held.until, start=held.until)
    assert told(police, sam, after=start) == [held.until]
    assert told(police, oona, after=start) == [held.until]


@pytest.mark.parametrize(("hours", "pause"), [(2, 30 * MINUTE), (12, 2 * HOUR), (24, 2 * HOUR)])
def test_short_duties_pause_for_half_an_hour_and_long_ones_for_two_hours(
    episode, police, ana, now, hours, pause
):
    police.due_at = police.counted_from_at + hours * HOUR
    police.save()

    held = acknowledge(duty=police, by=ana, now=now)

    assert held.until == now + pause


def test_the_clock_does_not_stop_and_the_owner_goes_on_hearing(police, ana, now):
    due = police.due_at
    start = due - 20 * MINUTE
    sweep_until(start, start=start)
    acknowledge(duty=police, by=ana, now=start)

    sweep_until(due, start=start)

    police.refresh_from_db()
    assert police.due_at == due
    assert told(police, ana, after=start) == [due]


def test_whoever_said_so_is_told_when_the_time_is_over(police, sam, now):
    held = acknowledge(duty=police, by=sam, now=now)
    sweep_until(held.until, start=held.until)

    assert ReminderKind.TAKEN_UP in kinds_told(police, sam)


def test_said_twice_it_changes_nothing(police, ana, now):
    first = acknowledge(duty=police, by=ana, now=now)
    second = acknowledge(duty=police, by=ana, now=now + 5 * MINUTE)

    assert second == first
    assert Acknowledgement.objects.count() == 1
    assert Reminder.objects.filter(kind=ReminderKind.TAKEN_UP).count() == 1


# --- Nobody puts it off for good --------------------------------------------------------------


def test_however_often_it_is_said_the_supervisor_hears_in_between(police, ana, sam, now):
    start = police.due_at - 31 * MINUTE
    at = start
    while at < start + 100 * MINUTE:  # again in the very minute in which it ends, before any sweep
        held = acknowledge(duty=police, by=ana, now=at)
        sweep_until(held.until - MINUTE, start=at)
        at = held.until

    heard = told(police, sam, after=start)
    assert heard
    assert heard[0] <= start + 61 * MINUTE
    gaps = [later - earlier for earlier, later in zip(heard, heard[1:], strict=False)]
    assert max(gaps) <= HOUR + MINUTE


def test_handing_back_and_taking_again_does_not_hide_a_step_that_waited(police, ana, sam, now):
    start = police.due_at - 31 * MINUTE
    acknowledge(duty=police, by=ana, now=start)
    later = start + 29 * MINUTE

    hand_back(duty=police, by=ana, now=later)
    acknowledge(duty=police, by=ana, now=later)
    sweep_until(later, start=later)

    assert told(police, sam, after=start) == [later]


# --- Who holds it --------------------------------------------------------------------------------


def test_while_one_person_is_on_it_another_learns_who(police, ana, sam, now):
    held = acknowledge(duty=police, by=ana, now=now)

    with pytest.raises(HeldBySomebody) as refused:
        acknowledge(duty=police, by=sam, now=now + MINUTE)

    assert refused.value.held == held
    assert Acknowledgement.objects.count() == 1


def test_when_the_time_is_over_another_may_take_it(police, ana, sam, now):
    first = acknowledge(duty=police, by=ana, now=now)

    second = acknowledge(duty=police, by=sam, now=first.until)

    assert second.by == sam
    first.refresh_from_db()
    assert first.ended_at == first.until


def test_handed_back_it_climbs_on_at_once_and_nobody_is_told_that_they_were_on_it(
    police, ana, sam, now
):
    start = police.due_at - 31 * MINUTE
    acknowledge(duty=police, by=ana, now=start)
    back = start + 10 * MINUTE
    hand_back(duty=police, by=ana, now=back)

    sweep_until(back, start=back)

    assert told(police, sam, after=start) == [back]
    taken_up = Reminder.objects.get(kind=ReminderKind.TAKEN_UP)
    assert taken_up.cancelled_at == back


def test_nobody_hands_back_for_another(police, ana, sam, now):
    acknowledge(duty=police, by=ana, now=now)

    hand_back(duty=police, by=sam, now=now + MINUTE)

    assert Acknowledgement.objects.held_at(now + MINUTE).get().by == ana
    assert not AuditEvent.objects.filter(event="duty.handed_back").exists()


def test_both_leave_a_line_on_the_audit_trail(police, ana, now):
    acknowledge(duty=police, by=ana, now=now)
    hand_back(duty=police, by=ana, now=now + MINUTE)

    events = AuditEvent.objects.filter(subject_id=police.public_id).order_by("id")
    assert [event.event for event in events] == ["duty.acknowledged", "duty.handed_back"]


# --- What it rests on -------------------------------------------------------------------------


def test_done_ends_it_at_once(police, ana, sam, now):
    acknowledge(duty=police, by=ana, now=now)
    record(police, Outcome.DONE, by=ana, now=now + MINUTE)

    assert not Acknowledgement.objects.held_at(now + MINUTE).exists()
    sweep_until(now + 40 * MINUTE, start=now + 40 * MINUTE)
    assert ReminderKind.TAKEN_UP not in kinds_told(police, ana)
    assert told(police, sam, after=now) == []


def test_when_the_due_time_moves_the_pause_stays_and_whoever_is_on_it_is_told_at_its_end(
    episode, police, ana, sam, now
):
    held = acknowledge(duty=police, by=ana, now=now)
    set_time(episode, Anchor.TOLD, episode.told_at - HOUR, by=ana, now=now)
    police.refresh_from_db()
    assert police.due_at < now + HOUR

    sweep_until(held.until - MINUTE, start=now)
    assert told(police, sam, after=now) == []

    sweep_until(held.until, start=held.until)
    assert told(police, sam, after=now) == [held.until]
    assert kinds_told(police, ana)[-1] == ReminderKind.TAKEN_UP
    assert Reminder.objects.filter(kind=ReminderKind.TAKEN_UP, cancelled_at=None).count() == 1


def test_a_settled_duty_cannot_be_held(police, ana, now):
    record(police, Outcome.DONE, by=ana, now=now)

    with pytest.raises(NothingToHold, match="settled"):
        acknowledge(duty=police, by=ana, now=now + MINUTE)


def test_a_duty_of_the_missing_time_cannot_be_held_once_the_youth_is_back(
    episode, police, ana, now
):
    bring_back(episode, by=ana, now=now)

    with pytest.raises(NothingToHold):
        acknowledge(duty=police, by=ana, now=now + MINUTE)


def test_a_duty_without_a_set_time_cannot_be_held(episode, ana, now):
    duty = episode.duties.filter(due_at=None).first()

    with pytest.raises(NothingToHold, match="no set time"):
        acknowledge(duty=duty, by=ana, now=now)


def test_that_a_mail_failed_is_told_although_somebody_is_on_it(police, ana, sam, now):
    Reminder.objects.create(
        episode=police.episode,
        duty=police,
        kind=ReminderKind.NOT_REACHED,
        audience=Audience.SUPERVISOR,
        says="Mail to Ana could not be delivered. Tell them yourself.",
        due_at=now,
        dedupe_key="not-reached",
        planned_at=now,
    )
    acknowledge(duty=police, by=ana, now=now)

    sweep_until(now, start=now)

    assert told(police, sam, after=now - MINUTE) == [now]


# --- The two nights on which clocks change --------------------------------------------------------


@pytest.mark.parametrize(
    "told_at",
    [
        datetime(2026, 3, 8, 7, 30, tzinfo=UTC),  # 1:30 a.m. CST; at 2 a.m. it becomes 3 a.m. CDT
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),  # 1:30 a.m. CDT; at 2 a.m. it is 1 a.m. CST again
    ],
    ids=["an hour is skipped", "an hour comes twice"],
)
def test_a_pause_is_as_long_when_clocks_change(unit, ana, sam, told_at):
    episode = log(YouthFactory(unit=unit), by=ana, now=told_at, told_at=told_at)
    police = episode.duties.get(code="report_to_police")
    assert police.due_at == told_at + 2 * HOUR
    start = police.due_at - 31 * MINUTE

    held = acknowledge(duty=police, by=ana, now=start)
    sweep_until(held.until, start=start)

    assert held.until - held.at == 30 * MINUTE
    assert told(police, sam, after=start) == [held.until]
    assert Delivery.objects.filter(channel=Channel.INBOX, recipient=sam).exists()


def test_at_the_due_time_it_comes_back_at_the_latest(police, ana, sam, now):
    start = police.due_at - 18 * MINUTE
    sweep_until(start, start=start)

    held = acknowledge(duty=police, by=ana, now=start)

    assert held.until == police.due_at
    sweep_until(held.until, start=start + MINUTE)
    assert told(police, sam, after=start) == [police.due_at]


def test_handing_back_and_correcting_a_time_again_and_again_silences_nobody(
    police, ana, sam, oona, now
):
    """Each correction plans the steps anew: those that are past are told, whoever is on it."""
    at, end = now, police.due_at + HOUR
    while at < end:
        hand_back(duty=police, by=ana, now=at)
        acknowledge(duty=police, by=ana, now=at)
        set_time(police.episode, Anchor.TOLD, police.episode.told_at + MINUTE, by=ana, now=at)
        police.refresh_from_db()
        sweep_until(at + 29 * MINUTE, start=at)
        at += 29 * MINUTE

    assert told(police, sam, after=now) != []
    assert told(police, oona, after=now) != []


def test_what_somebody_was_on_climbs_on_when_their_account_is_closed(police, ana, sam, adam, now):
    acknowledge(duty=police, by=sam, now=now)

    deactivate(person=sam, by=adam, now=now, hand_over={})

    assert not police.acknowledgements.held_at(now).exists()
    assert not police.reminders.waiting().filter(paused_until__gt=now).exists()
