"""A night, minute by minute: nobody acts, somebody is on it, it is done, and the ledger shows it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from casework.models import Channel, Delivery, Duty, Outcome, User
from casework.notifications.addressing import address_due
from casework.notifications.digest import make_digests
from casework.notifications.sending import send_due
from casework.operations.acknowledgements import acknowledge
from casework.policies.ladder import ReminderKind
from tests.factories import YouthFactory
from tests.integration.scenes import log, record

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ORDINARY = datetime(2026, 3, 3, 7, 52, tzinfo=UTC)  # Tue Mar 3, 1:52 a.m. CST
SKIPPED = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # Sun Mar 8, 1:30 a.m. CST; 2 a.m. becomes 3 a.m.
TWICE = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)  # Sun Nov 1, 12:45 a.m. CDT; 1 a.m. comes twice
NIGHTS = pytest.mark.parametrize(
    "told_at", [ORDINARY, SKIPPED, TWICE], ids=["ordinary", "an hour skipped", "an hour twice"]
)


@dataclass
class Night:
    """A youth of Ana's unit is missing from care, and a sweep runs every `step`."""

    police: Duty
    at: datetime
    step: timedelta = MINUTE

    def until(self, end: datetime) -> None:
        """Let time pass."""
        while self.at < end:
            self.at += self.step
            self.sweep()

    def sweep(self) -> None:
        while address_due(now=self.at):
            pass
        make_digests(now=self.at)
        send_due(now=self.at)

    def heard(self, person: User, duty: Duty | None = None) -> list[datetime]:
        """When this person found something about the duty in the inbox."""
        messages = Delivery.objects.inbox_of(person).filter(reminder__duty=duty or self.police)
        return sorted(set(messages.values_list("created_at", flat=True)))


@pytest.fixture
def night(unit, ana, sam, oona, told_at):
    episode = log(YouthFactory(unit=unit), by=ana, now=told_at, told_at=told_at)
    night = Night(episode.duties.get(code="report_to_police"), told_at)
    night.sweep()
    return night


@NIGHTS
def test_nobody_acts_and_supervisor_and_on_call_manager_hear_while_it_can_still_be_done(
    night, told_at, ana, sam, oona
):
    ncmec = night.police.episode.duties.get(code="report_to_ncmec")
    assert night.police.due_at == ncmec.due_at == told_at + 2 * HOUR  # elapsed hours

    night.until(told_at + 3 * HOUR)

    for duty in (night.police, ncmec):
        due = duty.due_at
        assert night.heard(ana, duty)[0] == told_at
        assert night.heard(sam, duty)[:2] == [due - 30 * MINUTE, due]
        assert night.heard(oona, duty)[:2] == [due - 15 * MINUTE, due + 30 * MINUTE]
        assert due + 30 * MINUTE in night.heard(ana, duty)
        assert due + HOUR in night.heard(oona, duty)


@NIGHTS
def test_acknowledged_it_pauses_for_half_an_hour_and_comes_back(night, told_at, ana, sam, oona):
    night.until(told_at + 80 * MINUTE)
    before = night.heard(sam)

    acknowledge(duty=night.police, by=ana, now=night.at)
    night.until(told_at + 109 * MINUTE)
    assert night.heard(sam) == before
    assert night.heard(oona) == []

    night.until(told_at + 110 * MINUTE)
    assert night.heard(sam)[-1] == night.heard(oona)[-1] == told_at + 110 * MINUTE
    assert night.heard(oona)[-1] < night.police.due_at
    taken_up = Delivery.objects.inbox_of(ana).get(reminder__kind=ReminderKind.TAKEN_UP)
    assert taken_up.created_at == told_at + 110 * MINUTE


@NIGHTS
def test_done_it_is_quiet_at_once(night, told_at, ana, sam, oona):
    night.until(told_at + 80 * MINUTE)
    before = {person: night.heard(person) for person in (ana, sam, oona)}

    record(night.police, Outcome.DONE, by=ana, now=night.at)
    night.until(told_at + 4 * HOUR)

    assert {person: night.heard(person) for person in (ana, sam, oona)} == before
    assert not night.police.reminders.waiting().exists()


@NIGHTS
def test_the_ledger_shows_every_step(night, told_at, as_person, set_clock, ana, sam, oona):
    night.until(told_at + 80 * MINUTE)
    acknowledge(duty=night.police, by=ana, now=night.at)
    night.until(told_at + 3 * HOUR)
    record(night.police, Outcome.DONE, by=ana, now=night.at)
    set_clock(night.at)

    address = reverse("ledger", args=[night.police.episode.public_id])
    page = as_person(sam).get(address, {"duty": night.police.public_id})
    rows = page.context["past"]

    assert len(rows) == night.police.reminders.count()
    told = [told for row in rows for told in row.told]
    # One line says both of the inbox and of mail, where the same became of them.
    deliveries = Delivery.objects.filter(reminder__duty=night.police)
    assert sum(one.channel.count(" and ") + 1 for one in told) == deliveries.count()
    assert {one.who for one in told} == {"Ana", "Sam", "Oona"}
    assert {one.channel for one in told} == {"Inbox and email"}
    sent = [one for one in told if any(fact.startswith("sent ") for fact in one.facts)]
    assert len(sent) == len(told)
    called_off = [row for row in rows if row.state_words == "Called off"]
    assert called_off
    assert all(row.notes[0].endswith("the duty was done.") for row in called_off)
    assert [row.words.startswith("Ana was on it from ") for row in page.context["held"]] == [True]
    assert page.context["ahead"] == []


@NIGHTS
@pytest.mark.parametrize(
    ("hours", "supervisor", "on_call"), [(12, 4, 2), (24, 4, 2)], ids=["12 hours", "24 hours"]
)
def test_long_duties_reach_them_hours_before(
    unit, ana, sam, oona, told_at, hours, supervisor, on_call
):
    state = {12: "us-nd", 24: "us-ky"}[hours]
    unit.jurisdiction = state
    unit.save()
    episode = log(YouthFactory(unit=unit), by=ana, now=told_at, told_at=told_at)
    duty = next(
        duty
        for duty in episode.duties.exclude(due_at=None)
        if duty.due_at - duty.counted_from_at == hours * HOUR
    )
    night = Night(duty, told_at, step=15 * MINUTE)
    night.sweep()

    night.until(duty.due_at + HOUR)

    assert duty.due_at - supervisor * HOUR in night.heard(sam)
    assert night.heard(oona)[0] == duty.due_at - on_call * HOUR
    mails = Delivery.objects.filter(recipient=oona, channel=Channel.EMAIL, reminder__duty=duty)
    assert mails.order_by("sent_at").first().sent_at == duty.due_at - on_call * HOUR
