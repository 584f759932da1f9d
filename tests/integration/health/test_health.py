"""Whether Porchlight can be trusted right now: for machines as JSON, for people as a light."""

import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.config.celery import app
from casework.health import QUEUE, UNSENT_FOR, Readiness
from casework.models import Channel, Delivery, Message, Reminder, User
from casework.notifications.addressing import address_due
from casework.notifications.pulses import CRON, PING, SWEEP, beat
from casework.policies.ladder import Audience, ReminderKind
from casework.presenters.health import light_of
from tests.factories import TOLD, ReminderFactory, UserFactory
from tests.integration.scenes import bring_back, postgresql_away

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


WELL = {
    "ready": True,
    "stopped": None,
    "database": True,
    "broker": True,
    "queue_length": 0,
    "seconds_since_tick": 0,
    "by_cron_alone": False,
    "oldest_unsent_seconds": None,
    "retrying": 0,
    "given_up_last_day": 0,
    "unreached": 0,
    "seconds_since_ping": None,
}


@pytest.fixture
def ready(client, clock_stands, now, rings) -> Callable[[], tuple[int, dict]]:
    """Ask as a monitor does, on an installation that has just ticked."""
    beat(SWEEP, now=now)

    def ask() -> tuple[int, dict]:
        response = client.get(reverse("ready"))
        return response.status_code, response.json()

    return ask


@pytest.fixture
def rings(settings) -> Iterator[Callable[[int], None]]:
    """Let so many rings of the clock wait in the broker; none at first."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(QUEUE)

        def wait(number: int) -> None:
            client.rpush(QUEUE, *["{}"] * number)

        yield wait
        client.delete(QUEUE)


def a_message(to: User | None = None, **fields: Any) -> Message:
    """A mail that waits for its first attempt unless a test says otherwise."""
    fields = {"created_at": TOLD, "next_attempt_at": TOLD, **fields}
    return Message.objects.create(recipient=to or UserFactory(), **fields)


def test_all_is_well(ready):
    assert ready() == (200, WELL)


def test_the_clock_has_never_ticked(client, clock_stands):
    response = client.get(reverse("ready"))

    assert response.status_code == 503
    assert response.json()["seconds_since_tick"] is None


@pytest.mark.parametrize(("silence", "status"), [(30, 200), (31, 503)])
def test_the_clock_has_stopped(ready, set_clock, now, silence, status):
    set_clock(now + silence * SECOND)

    code, found = ready()

    assert (code, found["ready"], found["seconds_since_tick"]) == (status, status == 200, silence)


def test_nothing_waits_in_the_broker_so_it_is_beat_that_has_stopped(ready, set_clock, now):
    set_clock(now + MINUTE)

    assert ready()[1]["stopped"] == "beat"


def test_rings_wait_in_the_broker_so_it_is_the_worker_that_has_stopped(
    ready, set_clock, now, rings
):
    rings(7)
    set_clock(now + MINUTE)

    _, found = ready()

    assert (found["stopped"], found["queue_length"]) == ("worker", 7)


@pytest.mark.filterwarnings("ignore::celery.exceptions.AlwaysEagerIgnored")
def test_what_beat_rings_for_waits_where_it_is_looked_for(ready):
    app.send_task("casework.tasks.send_due_reminders")

    assert ready()[1]["queue_length"] == 1


def test_rings_that_wait_while_the_clock_ticks_are_no_fault(ready, rings):
    rings(2)

    assert ready() == (200, {**WELL, "queue_length": 2})


@pytest.mark.parametrize(("since", "status"), [(150, 200), (151, 503)])
def test_cron_alone_keeps_reminders_going_and_is_told(
    ready, set_clock, now, settings, tmp_path, since, status
):
    beat(CRON, now=now)
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock?db=0"
    set_clock(now + since * SECOND)

    code, found = ready()

    assert (code, found["by_cron_alone"], found["stopped"]) == (status, status == 200, "broker")


def test_a_sign_of_life_that_arrived_is_a_figure_and_one_that_failed_is_none(ready, set_clock, now):
    beat(PING, now=now - 40 * SECOND)
    assert ready()[1]["seconds_since_ping"] == 40

    beat(PING, now=now, detail="The address answered 404.")
    assert ready()[1]["seconds_since_ping"] is None


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
    a_message(next_attempt_at=now - waited)

    code, found = ready()

    assert code == status
    assert found["oldest_unsent_seconds"] == waited.total_seconds()


def refused(*, next_attempt_at: datetime) -> Message:
    """A message that the mail server has refused for a while."""
    return a_message(next_attempt_at=next_attempt_at, attempts=6, last_error="451 Try later")


def test_one_message_that_is_refused_is_a_figure_and_not_an_outage(ready, now):
    refused(next_attempt_at=now + MINUTE)

    code, found = ready()

    assert code == 200
    assert (found["oldest_unsent_seconds"], found["retrying"]) == (None, 1)


@pytest.mark.parametrize(("late", "status"), [(UNSENT_FOR, 200), (UNSENT_FOR + SECOND, 503)])
def test_a_next_attempt_that_nobody_makes_is_an_outage(ready, now, late, status):
    refused(next_attempt_at=now - late)

    code, found = ready()

    assert code == status
    assert found["oldest_unsent_seconds"] == late.total_seconds()


def test_a_reminder_that_nobody_can_be_given_turns_the_light_at_once(ready, now, ana, episode):
    User.objects.update(is_active=False, deactivated_at=now, deactivated_by=ana)

    address_due(now=now)
    code, found = ready()

    waiting = Reminder.objects.waiting().filter(due_at__lte=now).count()
    assert waiting
    assert (code, found["unreached"], found["oldest_unsent_seconds"]) == (503, waiting, 0)


def test_once_it_can_be_given_to_somebody_the_light_turns_back(ready, now, ana, oona, episode):
    User.objects.update(is_active=False, deactivated_at=now, deactivated_by=ana)
    address_due(now=now)

    User.objects.filter(pk=oona.pk).update(is_active=True, deactivated_at=None, deactivated_by=None)
    address_due(now=now + MINUTE)

    assert ready() == (200, WELL)


@pytest.fixture
def admins_told(police, adam, now) -> Delivery:
    """The on-call person's mail about the police report failed; the admins have it in the inbox."""
    reminder = ReminderFactory(
        duty=police,
        kind=ReminderKind.NOT_REACHED,
        audience=Audience.ADMIN,
        due_at=now,
        addressed_at=now,
    )
    return Delivery.objects.create(
        reminder=reminder, recipient=adam, channel=Channel.INBOX, created_at=now, sent_at=now
    )


def test_what_reaches_the_admins_alone_is_red_until_one_of_them_opens_it(
    ready, admins_told, as_person, adam, now
):
    Reminder.objects.waiting().update(cancelled_at=now)
    assert (ready()[0], ready()[1]["unreached"]) == (503, 1)

    as_person(adam).get(reverse("reminder", args=[admins_told.public_id]))

    assert ready() == (200, WELL)


def test_what_reaches_the_admins_alone_is_over_when_the_duty_is(
    ready, admins_told, episode, ana, now
):
    bring_back(episode, by=ana, now=now)
    Reminder.objects.waiting().update(cancelled_at=now)

    assert ready()[1]["unreached"] == 0


def test_somebody_being_on_it_is_no_outage_until_the_pause_is_long_over(ready, now, set_clock):
    ReminderFactory(due_at=now - timedelta(hours=1), paused_until=now + MINUTE)
    assert ready() == (200, WELL)

    set_clock(now + MINUTE + UNSENT_FOR + SECOND)
    beat(SWEEP, now=now + MINUTE + UNSENT_FOR)
    code, found = ready()

    assert (code, found["oldest_unsent_seconds"]) == (503, 301)


def test_what_is_not_due_yet_or_is_settled_does_not_wait(ready, now):
    long_ago = now - timedelta(days=1)
    ReminderFactory(due_at=now + MINUTE)
    ReminderFactory(due_at=long_ago, cancelled_at=long_ago)
    ReminderFactory(due_at=long_ago, addressed_at=long_ago)
    a_message(created_at=long_ago, next_attempt_at=long_ago, sent_at=long_ago)

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
        **WELL,
        "ready": False,
        "stopped": "database",
        "database": False,
        "seconds_since_tick": None,
        "retrying": None,
        "given_up_last_day": None,
        "unreached": None,
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
            "unreached": 0,
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
        (
            found(is_ticking=False, seconds_since_tick=60, queue_length=0),
            "no tick for 1 min: the clock that wakes the worker has stopped",
        ),
        (
            found(is_ticking=False, seconds_since_tick=60, queue_length=9),
            "no tick for 1 min: the worker takes no work",
        ),
        (found(broker=False), "the message broker does not answer"),
        (
            found(is_sending=False, oldest_unsent_seconds=900),
            "the oldest unsent message waits for 15 min",
        ),
        (
            found(is_ticking=False, seconds_since_tick=60, broker=False, is_sending=False),
            "no tick for 1 min: the message broker does not answer",
        ),
        (found(database=False, broker=None), "the database does not answer"),
    ],
)
def test_the_light_says_what_is_wrong_and_what_to_do(readiness, detail, now, unit):
    light = light_of(readiness, now=now, zone=unit.zone)

    assert not light.is_on
    assert light.words == "Reminders are not running"
    assert light.detail == (
        f"{detail}. Watch due times by hand and tell your admin. Checked 2:04 a.m. CST"
    )


@pytest.mark.parametrize(("number", "says"), [(1, "1 reminder"), (3, "3 reminders")])
def test_the_light_says_that_reminders_reach_nobody(number, says, now, unit):
    light = light_of(found(unreached=number), now=now, zone=unit.zone)

    assert (light.is_on, light.words) == (False, "Reminders do not reach everybody")
    assert light.detail.startswith(f"{says} reached nobody who could act. Watch due times by hand")


def test_the_light_is_on_and_says_so_when_cron_alone_sends(now, unit):
    by_cron = found(
        is_ticking=False, seconds_since_tick=900, seconds_since_cron=20, queue_length=180
    )

    light = light_of(by_cron, now=now, zone=unit.zone)

    assert light.is_on
    assert light.detail == (
        "Cron alone sends them, once a minute: the worker takes no work. checked 2:04 a.m. CST"
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
        a_message(failed_at=now - timedelta(hours=hours))

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


# --- Cheap, however much there is ------------------------------------------------------------------

BIG = ("casework_reminder", "casework_message", "casework_delivery")


def test_no_figure_reads_through_a_big_table(ready, police, adam, now):
    planned = [
        Reminder(
            duty=police,
            episode_id=police.episode_id,
            kind=ReminderKind.OVERDUE,
            audience=Audience.OWNER,
            due_at=now + timedelta(minutes=number - 500),
            addressed_at=now if number < 500 else None,
            dedupe_key=f"many:{number}",
            planned_at=now,
        )
        for number in range(20_000)
    ]
    Reminder.objects.bulk_create(planned)
    sent = now - timedelta(days=2)
    Message.objects.bulk_create(
        Message(recipient=adam, created_at=sent, next_attempt_at=sent, sent_at=sent)
        for _ in range(5_000)
    )
    Delivery.objects.bulk_create(
        Delivery(
            reminder=reminder,
            recipient=adam,
            channel=Channel.INBOX,
            created_at=sent,
            sent_at=sent,
            seen_at=sent,
        )
        for reminder in Reminder.objects.order_by("id")[:5_000]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    with CaptureQueriesContext(connection) as asked:
        ready()
    plans = []
    with connection.cursor() as cursor:
        for query in asked:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))

    assert len(plans) == 8
    for plan in plans:
        assert not [table for table in BIG if f"Seq Scan on {table}" in plan], plan
