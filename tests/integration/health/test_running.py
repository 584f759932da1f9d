"""The page that says how reminders run: every state in words, people and never a youth."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Message, User
from casework.notifications.pulses import CRON, DIGEST, PING, SWEEP, beat, note_failed_digest
from tests.factories import ReminderFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def page(as_person, clock_stands, now):
    """The words on the page, as this person reads them; the clock has just ticked."""
    beat(SWEEP, now=now)

    def read(person: User) -> str:
        response = as_person(person).get(reverse("reminders_running"))
        text = re.sub(r"<[^>]+>", " ", response.content.decode())
        return " ".join(unescape(text).split())

    return read


def a_message(to: User | None, now, **fields) -> Message:
    address = "" if to else "oncall@agency.example"
    fields = {"created_at": now, "next_attempt_at": now, **fields}
    return Message.objects.create(recipient=to, address=address, **fields)


def test_when_all_is_well_each_part_says_so(page, adam, settings):
    settings.DEADMAN_URL = ""

    words = page(adam)

    for said in (
        "Reminders are running · checked 8:04 a.m. UTC",
        "Works Looks for what is due. Last Tue Mar 3, 8:04 a.m. UTC.",
        "Second path, by cron Not used",
        "Sign of life to the outside Not used",
        "Reached nobody None Every reminder was given to somebody.",
        "Nothing that is due waits.",
        "Every address takes mail.",
        "Nobody has had anything to put in one.",
        "Message broker Works Nothing waits in it.",
    ):
        assert said in words


def test_what_has_stopped_says_what_to_do(page, adam, set_clock, now):
    set_clock(now + 5 * MINUTE)
    beat(CRON, now=now)

    words = page(adam)

    assert "Reminders are not running" in words
    assert "Stopped No tick for 5 min: the clock that wakes the worker has stopped." in words
    assert "Watch due times by hand. An admin follows “Reminders have stopped”" in words
    assert "Second path, by cron Stopped Last Tue Mar 3, 8:04 a.m. UTC." in words


def test_redis_away_is_told(page, adam, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock?db=0"

    assert "Message broker Stopped Redis does not answer" in page(adam)


def test_reminders_that_reach_nobody_are_told(page, adam, now):
    ReminderFactory(due_at=now, last_error="Nobody to tell")

    words = page(adam)

    assert "Reached nobody 1 reminder" in words
    assert "call whoever should act" in words


@pytest.mark.parametrize(
    ("minutes", "detail", "says"),
    [
        (1, "", "Works Last arrived Tue Mar 3, 8:03 a.m. UTC."),
        (6, "", "Stopped Last arrived Tue Mar 3, 7:58 a.m. UTC."),
        (1, "The address answered 404.", "Fails The address answered 404. Last tried"),
    ],
)
def test_the_sign_of_life_is_told_without_its_address(
    page, adam, settings, now, minutes, detail, says
):
    settings.DEADMAN_URL = "https://watcher.example/secret-part"
    beat(PING, now=now - minutes * MINUTE, detail=detail)

    words = page(adam)

    assert says in words
    assert "secret-part" not in words


def test_a_digest_that_could_not_be_made_is_red(page, adam, ana, now):
    note_failed_digest(ana, "RuntimeError: no answer", now=now)

    words = page(adam)

    assert "Daily digests Not made for 1 person" in words
    assert "no answer" not in words


def test_the_last_digest_is_told(page, adam, now):
    beat(DIGEST, now=now - 30 * MINUTE)

    assert "Daily digests Works Last Tue Mar 3, 7:34 a.m. UTC." in page(adam)


def test_who_cannot_be_reached_is_told_with_the_servers_words(page, sam, ana, now):
    User.objects.filter(pk=ana.pk).update(
        email_refused_at=now - 60 * MINUTE, email_refused_why="550 5.1.1 No such user"
    )
    a_message(ana, now, failed_at=now - MINUTE, last_error="550 5.1.1 No such user", attempts=1)
    a_message(ana, now, next_attempt_at=now + 4 * MINUTE, last_error="451 Later", attempts=3)
    a_message(None, now, failed_at=now - MINUTE, last_error="550 Closed", attempts=10)

    words = page(sam)

    assert f"{ana.name} {ana.unit.name} Tue Mar 3, 1:04 a.m. CST 550 5.1.1 No such user" in words
    assert f"{ana.name} Tue Mar 3, 2:03 a.m. CST 1 attempt 550 5.1.1 No such user" in words
    assert f"{ana.name} Tue Mar 3, 2:08 a.m. CST 3 attempts 451 Later" in words
    assert "The agency’s on-call address Tue Mar 3, 2:03 a.m. CST 10 attempts 550 Closed" in words


@pytest.mark.parametrize(
    ("reader", "names", "leads"),
    [("adam", True, True), ("oona", True, False), ("sam", False, False)],
)
def test_each_reads_of_the_people_they_answer_for(
    reader, names, leads, request, page, as_person, omar, now
):
    User.objects.filter(pk=omar.pk).update(email_refused_at=now)
    a_message(omar, now, failed_at=now, last_error="550")
    person = request.getfixturevalue(reader)

    response = as_person(person).get(reverse("reminders_running"))

    assert (omar.name in page(person)) == names
    assert (reverse("person", args=[omar.public_id]) in response.content.decode()) == leads


def test_somebody_who_has_left_is_not_asked_to_be_reached(page, adam, omar, now):
    User.objects.filter(pk=omar.pk).update(
        email_refused_at=now, is_active=False, deactivated_at=now, deactivated_by=adam
    )

    assert omar.name not in page(adam)


def test_the_page_asks_as_much_however_many_cannot_be_reached(page, adam, ana, omar, sam, now):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(adam)
        return len(queries)

    def cannot_be_reached(person: User) -> None:
        User.objects.filter(pk=person.pk).update(email_refused_at=now)
        a_message(person, now, failed_at=now, last_error="550")
        a_message(person, now, next_attempt_at=now + MINUTE, last_error="451")

    cannot_be_reached(ana)
    for_one = asked()
    cannot_be_reached(omar)
    cannot_be_reached(sam)

    assert asked() == for_one


def test_the_light_leads_there(as_person, sam, now, clock_stands):
    home = as_person(sam).get(reverse("home")).content.decode()

    assert f'href="{reverse("reminders_running")}"' in home
