"""The delivery ledger: every reminder of an episode, to whom and why, and what became of it."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse

from casework.models import (
    Channel,
    Delivery,
    Message,
    Outcome,
    Reminder,
    ReminderPreferences,
    Topic,
    User,
)
from casework.notifications import sweep
from casework.operations import reminders
from casework.operations.acknowledgements import acknowledge, hand_back
from casework.policies.anchors import Anchor
from casework.policies.ladder import Audience, ReminderKind
from tests.factories import DutyFactory, ReminderFactory
from tests.integration.scenes import bring_back, record, set_time

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock(clock_stands):
    """Views read `now`."""


@pytest.fixture
def ledger_of(as_person, episode):
    """The ledger of the episode, as a person sees it."""

    def read(person, **query):
        return as_person(person).get(reverse("ledger", args=[episode.public_id]), query)

    return read


def sweep_at(moment):
    while sweep.address_due(now=moment):
        pass
    sweep.send_due(now=moment)


def rows_about(page, duty, part="past"):
    return [row for row in page.context[part] if row.title == duty.name]


def told_in(row):
    return [(one.channel, one.who, one.why, one.facts) for one in row.told]


def test_a_reminder_with_whom_it_reached_why_and_when(ledger_of, episode, police, ana, now):
    sweep_at(now)
    inbox = Delivery.objects.inbox_of(ana).get(reminder__duty=police)
    reminders.mark_seen(inbox, by=ana, now=now + MINUTE)
    acknowledge(duty=police, by=ana, now=now + 2 * MINUTE)

    [row] = rows_about(ledger_of(ana), police)

    assert (row.kind, row.state_words) == ("News, to whoever holds it", "Sent")
    facts = [
        "sent Tue Mar 3, 2:04 a.m. CST",
        "seen 2:05 a.m.",
        "“I’m on it” 2:06 a.m.",
    ]
    assert told_in(row) == [("Inbox and email", "Ana", "It is assigned to you.", facts)]
    assert row.planned == ""  # as it was sent


def test_what_the_mail_server_said(ledger_of, police, ana, sam, now, monkeypatch):
    def refuse(_backend, messages):
        raise SMTPRecipientsRefused(dict.fromkeys(messages[0].to, (550, b"No such user")))

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    sweep_at(now)

    page = ledger_of(ana)

    row = rows_about(page, police)[-1]
    assert row.state_words == "Not delivered"
    assert [one.failure for one in row.told] == ["", "550 No such user"]
    assert row.told[1].facts == ["given up Tue Mar 3, 2:04 a.m. CST"]
    seen = page.content.decode()
    assert "Mail server: 550 No such user" in seen
    assert "Brought forward" in seen
    assert "Mail to Ana could not be delivered" in seen


def test_attempts_that_failed_so_far(ledger_of, police, ana, now, monkeypatch):
    def drop(_backend, _messages):
        raise ConnectionError("gone")

    monkeypatch.setattr(EmailBackend, "send_messages", drop)
    sweep_at(now)
    Message.objects.update(attempts=3)

    row = rows_about(ledger_of(ana), police)[-1]

    assert row.state_words == "On its way"
    assert row.told[1].facts == [
        "3 attempts",
        "not sent yet, tried again Tue Mar 3, 2:05 a.m. CST",
    ]
    assert row.told[1].failure == "gone"


def test_another_day_is_said_and_so_is_what_was_told_late(ledger_of, police, ana, now):
    late = now + 26 * HOUR
    sweep_at(now)
    inbox = Delivery.objects.inbox_of(ana).get(reminder__duty=police)
    reminders.mark_seen(inbox, by=ana, now=late)
    sweep_at(late)

    *later, first = rows_about(ledger_of(ana, duty=police.public_id), police)

    assert first.told[0].facts[:2] == [
        "sent Tue Mar 3, 2:04 a.m. CST",
        "seen Wed Mar 4, 4:04 a.m. CST",
    ]
    assert "Tue Mar 3, 3:52 a.m. CST" in [row.planned for row in later]


def test_what_waits_for_the_digest(ledger_of, episode, ana, now):
    ReminderPreferences.objects.create(user=ana, untimed="digest")
    duty = DutyFactory(episode=episode, title="Call the coach", due_at=None, target_at=now)
    ReminderFactory(duty=duty, kind=ReminderKind.NOTICE, topic=Topic.UNTIMED, due_at=now)
    sweep_at(now)

    row = rows_about(ledger_of(ana), duty)[-1]

    assert row.state_words == "Waits for the digest"
    assert row.told[1].facts == ["waits for the daily digest"]


def test_what_is_still_to_come_and_whom_it_would_reach(ledger_of, police, ana, sam, oona, now):
    sweep_at(now)
    acknowledge(duty=police, by=ana, now=police.due_at - 31 * MINUTE)

    ahead = rows_about(ledger_of(ana, duty=police.public_id), police, "ahead")

    by_kind = {row.kind: row for row in ahead}
    escalation = by_kind["Escalated, to supervisor"]
    assert escalation.state_words == "Paused"
    assert [one.who for one in escalation.told] == ["Sam"]
    assert by_kind["It is due, to whoever holds it"].state_words == "Not due yet"


def test_a_reminder_that_reaches_nobody_is_red_and_says_what_to_do(ledger_of, police, ana, now):
    User.objects.exclude(pk=ana.pk).update(is_active=False)
    at = police.due_at - 15 * MINUTE
    sweep_at(at)

    words = [(row.state_words, row.notes) for row in ledger_of(ana).context["ahead"]]

    assert any("Not delivered" in state or "Reaches nobody" in notes for state, notes in words)


@pytest.mark.parametrize(
    ("settle", "why"),
    [
        ("done", "the duty was done."),
        ("not_needed", "the duty was not needed."),
        ("back", "the youth was back, or the episode was closed."),
        ("moved", "the due time moved. It is planned anew."),
    ],
)
def test_why_it_was_called_off(ledger_of, episode, police, ana, now, settle, why):
    sweep_at(now)
    match settle:
        case "done":
            record(police, Outcome.DONE, by=ana, now=now)
        case "not_needed":
            record(police, Outcome.NOT_NEEDED, by=ana, now=now, note="The police were first.")
        case "back":
            bring_back(episode, by=ana, now=now)
        case "moved":
            set_time(episode, Anchor.TOLD, episode.told_at - MINUTE, by=ana, now=now)

    called_off = [
        row
        for row in rows_about(ledger_of(ana, duty=police.public_id), police)
        if row.state_words == "Called off"
    ]

    assert called_off
    assert {row.notes[0].partition(": ")[2] for row in called_off} == {why}


def test_handing_back_is_told(ledger_of, police, ana, now):
    acknowledge(duty=police, by=ana, now=now)
    hand_back(duty=police, by=ana, now=now)

    page = ledger_of(ana)

    [row] = rows_about(page, police)
    assert row.notes[0].endswith("they are not on it any more.")
    assert "ended Tue Mar 3, 2:04 a.m. CST" in page.context["held"][0].words


def test_one_duty_alone(ledger_of, episode, police, ana, now):
    sweep_at(now)

    page = ledger_of(ana, duty=police.public_id)

    assert {row.title for row in page.context["past"]} == {police.name}
    assert page.context["chosen"] == police


@pytest.mark.parametrize("wanted", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_duty_that_is_not_of_this_episode_filters_nothing(ledger_of, ana, now, wanted):
    sweep_at(now)

    page = ledger_of(ana, duty=wanted, before=wanted)

    assert page.context["chosen"] is None
    assert page.context["past"]


def test_every_row_stands_on_one_page_newest_first(ledger_of, police, ana, now):
    Reminder.objects.all().update(cancelled_at=now)
    for number in range(250):
        at = now - (number // 3) * MINUTE
        ReminderFactory(duty=police, due_at=at, addressed_at=at, kind=ReminderKind.REPEAT)
    told = Reminder.objects.filter(duty=police, addressed_at__isnull=False)
    expected = told.order_by("-addressed_at", "-pk").values_list("due_at", flat=True)

    page, seen, pages = ledger_of(ana, duty=police.public_id), [], 1
    seen += page.context["past"]
    while older := page.context["older"]:
        page, pages = ledger_of(ana, duty=police.public_id, before=str(older)), pages + 1
        seen += page.context["past"]

    called_off = police.reminders.filter(cancelled_at__isnull=False).count()
    assert pages == 3
    assert len(seen) == 250 + called_off
    planned = [row.planned for row in seen if row.state_words != "Called off"]
    assert len(planned) == len(expected) == 250
    assert sorted(planned, key=planned.index) == planned
    assert not ledger_of(ana, before=str(told.last().public_id)).context["is_first_page"]


def test_to_the_agency_address(ledger_of, police, ana, now, settings):
    settings.ON_CALL_EMAIL = "on-call@agency.example"
    ReminderFactory(duty=police, kind=ReminderKind.ESCALATION, audience=Audience.AGENCY, due_at=now)
    sweep_at(now)

    rows = rows_about(ledger_of(ana), police)

    assert ("Email", "The on-call address on-call@agency.example") in [
        (one.channel, one.who) for row in rows for one in row.told
    ]


def test_it_is_found_from_the_episode_and_from_the_duty(as_person, episode, police, ana):
    address = reverse("ledger", args=[episode.public_id])

    assert address in as_person(ana).get(episode.get_absolute_url()).content.decode()
    assert (
        f"{address}?duty={police.public_id}"
        in as_person(ana).get(police.get_absolute_url()).content.decode()
    )


def test_empty_it_says_so(ledger_of, ana):
    seen = ledger_of(ana).content.decode()

    assert "Nobody has been told anything yet." in seen
    assert Channel.EMAIL not in [one.channel for one in Delivery.objects.all()]
