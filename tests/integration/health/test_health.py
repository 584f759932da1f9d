"""Whether Porchlight can be trusted right now: for machines as JSON, for people as a light."""

import socket
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

from casework.health import UNSENT_FOR, Readiness
from casework.notifications import sweep
from casework.presenters.health import light_of
from tests.factories import ReminderFactory
from tests.integration.models.rows import a_delivery
from tests.integration.scenes import postgresql_away

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ready(client, clock_stands, now) -> Callable[[], tuple[int, dict]]:
    """Ask as a monitor does, on an installation that has just ticked."""
    sweep.beat(now=now)

    def ask() -> tuple[int, dict]:
        response = client.get(reverse("ready"))
        return response.status_code, response.json()

    return ask


def test_all_is_well(ready):
    assert ready() == (
        200,
        {
            "ready": True,
            "database": True,
            "broker": True,
            "seconds_since_tick": 0,
            "oldest_unsent_seconds": None,
            "retrying": 0,
            "given_up_last_day": 0,
        },
    )


def test_the_clock_has_never_ticked(client, clock_stands):
    response = client.get(reverse("ready"))

    assert response.status_code == 503
    assert response.json()["seconds_since_tick"] is None


@pytest.mark.parametrize(("silence", "status"), [(30, 200), (31, 503)])
def test_the_clock_has_stopped(ready, set_clock, now, silence, status):
    set_clock(now + silence * SECOND)

    assert ready() == (
        status,
        {
            "ready": status == 200,
            "database": True,
            "broker": True,
            "seconds_since_tick": silence,
            "oldest_unsent_seconds": None,
            "retrying": 0,
            "given_up_last_day": 0,
        },
    )


def test_a_slow_clock_is_given_longer(ready, set_clock, settings, now):
    settings.REMINDER_TICK_SECONDS = 60
    set_clock(now + 6 * MINUTE)

    assert ready()[0] == 200


@pytest.mark.parametrize(("waited", "status"), [(UNSENT_FOR, 200), (UNSENT_FOR + SECOND, 503)])
def test_a_reminder_that_nobody_addressed(ready, now, waited, status):
    ReminderFactory(due_at=now - waited)

    code, found = ready()

    assert code == status
    assert found["oldest_unsent_seconds"] == waited.total_seconds()


@pytest.mark.parametrize(("waited", "status"), [(UNSENT_FOR, 200), (UNSENT_FOR + SECOND, 503)])
def test_a_message_that_does_not_go_out(ready, now, waited, status):
    reminder = ReminderFactory(due_at=now - waited, addressed_at=now - waited)
    a_delivery(reminder=reminder, created_at=now - waited, next_attempt_at=now - waited)

    code, found = ready()

    assert code == status
    assert found["oldest_unsent_seconds"] == waited.total_seconds()


def refused(reminder, *, since, next_attempt_at):
    """A message that the mail server has refused for a while."""
    return a_delivery(
        reminder=reminder,
        created_at=since,
        next_attempt_at=next_attempt_at,
        attempts=6,
        last_error="SMTPRecipientsRefused: 550",
    )


def test_one_refused_address_is_a_figure_and_not_an_outage(ready, now):
    hours_ago = now - timedelta(hours=3)
    reminder = ReminderFactory(due_at=hours_ago, addressed_at=hours_ago)
    refused(reminder, since=hours_ago, next_attempt_at=now + MINUTE)

    code, found = ready()

    assert code == 200
    assert (found["oldest_unsent_seconds"], found["retrying"]) == (None, 1)


@pytest.mark.parametrize(("late", "status"), [(UNSENT_FOR, 200), (UNSENT_FOR + SECOND, 503)])
def test_a_next_attempt_that_nobody_makes_is_an_outage(ready, now, late, status):
    hours_ago = now - timedelta(hours=3)
    reminder = ReminderFactory(due_at=hours_ago, addressed_at=hours_ago)
    refused(reminder, since=hours_ago, next_attempt_at=now - late)

    code, found = ready()

    assert code == status
    assert found["oldest_unsent_seconds"] == late.total_seconds()


def test_a_reminder_that_reaches_nobody_at_all_is_an_outage_however_often_it_was_tried(ready, now):
    ReminderFactory(due_at=now - timedelta(hours=1), attempts=5, retry_at=now + MINUTE)

    assert ready()[0] == 503


def test_what_is_not_due_yet_or_is_settled_does_not_wait(ready, now):
    long_ago = now - timedelta(days=1)
    ReminderFactory(due_at=now + MINUTE)
    ReminderFactory(due_at=long_ago, cancelled_at=long_ago)
    sent = ReminderFactory(due_at=long_ago, addressed_at=long_ago)
    a_delivery(reminder=sent, created_at=long_ago, sent_at=long_ago)

    assert ready()[1]["oldest_unsent_seconds"] is None


def test_redis_is_away(ready, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock?db=0"

    code, found = ready()

    assert code == 503
    assert (found["database"], found["broker"]) == (True, False)


def test_a_redis_that_does_not_answer_keeps_nobody_waiting(ready, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()

        code, _ = ready()

        assert code == 503
        assert time.monotonic() - began < 1.5


def test_a_page_does_not_ask_the_broker(as_person, sam, ready, settings, tmp_path):
    """The tick, which came through it, proves it."""
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock?db=0"

    assert "Reminders are running" in as_person(sam).get(reverse("home")).content.decode()


def test_postgresql_is_away(ready):
    with postgresql_away():
        code, found = ready()

    assert code == 503
    assert found == {
        "ready": False,
        "database": False,
        "broker": True,
        "seconds_since_tick": None,
        "oldest_unsent_seconds": None,
        "retrying": None,
        "given_up_last_day": None,
    }


def test_alive_needs_nothing(client, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock?db=0"

    with postgresql_away():
        response = client.get(reverse("live"))

    assert (response.status_code, response.json()) == (200, {"alive": True})


def test_health_tells_nothing_about_anybody(ready, episode, jordan):
    found = str(ready()[1])

    assert jordan.family_name not in found
    assert episode.reference not in found


# --- The light -------------------------------------------------------------------------------------


def found(**changes: object) -> Readiness:
    return Readiness(
        **{
            "database": True,
            "broker": True,
            "seconds_since_tick": 3,
            "oldest_unsent_seconds": None,
            "retrying": 0,
            "given_up_last_day": 0,
            "is_ticking": True,
            "is_sending": True,
            **changes,
        }  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("readiness", "detail"),
    [
        (found(is_ticking=False, seconds_since_tick=None), "the clock has never ticked"),
        (found(is_ticking=False, seconds_since_tick=2520), "no tick for 42 min"),
        (found(broker=False), "the message broker does not answer"),
        (
            found(is_sending=False, oldest_unsent_seconds=900),
            "the oldest unsent message waits for 15 min",
        ),
        (
            found(is_ticking=False, seconds_since_tick=60, broker=False, is_sending=False),
            "no tick for 1 min",
        ),
    ],
)
def test_the_light_says_what_is_wrong_and_what_to_do(readiness, detail, now, unit):
    light = light_of(readiness, now=now, zone=unit.zone)

    assert not light.is_on
    assert light.words == "Reminders are not running"
    assert light.detail == (
        f"{detail}. Watch due times by hand and tell your admin. Checked 2:04 a.m. CST"
    )


def test_the_light_is_on(now, unit):
    light = light_of(found(), now=now, zone=unit.zone)

    assert light.is_on
    assert (light.words, light.detail) == ("Reminders are running", "checked 2:04 a.m. CST")


@pytest.mark.parametrize(
    ("number", "says"),
    [(1, "1 message could not be delivered"), (3, "3 messages could not be delivered")],
)
def test_the_light_names_messages_that_were_given_up(number, says, now, unit):
    light = light_of(found(given_up_last_day=number), now=now, zone=unit.zone)

    assert light.is_on
    assert light.detail.startswith(says)


@pytest.mark.parametrize(("number", "says"), [(1, "1 message failed"), (3, "3 messages failed")])
def test_the_light_names_messages_that_are_tried_again(number, says, now, unit):
    light = light_of(found(retrying=number), now=now, zone=unit.zone)

    assert light.is_on
    assert light.detail.startswith(f"{says} to go out by email and will be tried again. checked")


def test_messages_given_up_in_the_last_day_are_counted(ready, now):
    for hours in (1, 23, 25):
        failed_at = now - timedelta(hours=hours)
        reminder = ReminderFactory(due_at=failed_at, addressed_at=failed_at)
        a_delivery(reminder=reminder, created_at=failed_at, failed_at=failed_at)

    code, found = ready()

    # Ready all the same: a web server is not to be taken away because of one bad mailbox.
    assert (code, found["given_up_last_day"]) == (200, 2)


@pytest.mark.parametrize("person", ["sam", "oona", "adam"])
def test_those_who_answer_for_reminders_see_the_light(person, request, as_person, ready, now):
    page = as_person(request.getfixturevalue(person)).get(reverse("home"))
    assert "Reminders are running" in page.content.decode()

    ReminderFactory(due_at=now - timedelta(hours=1))
    page = as_person(request.getfixturevalue(person)).get(reverse("home"))
    assert "Reminders are not running" in page.content.decode()
