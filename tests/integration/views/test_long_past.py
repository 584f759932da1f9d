"""What is open is found by indexes of its own: no page reads the past, however long it is."""

import json
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from casework.models import Delivery, Duty, Episode, Reminder, Role, User
from casework.notifications import sweep
from tests.conftest import NOW
from tests.factories import (
    DutyFactory,
    EpisodeFactory,
    ReminderFactory,
    UnitFactory,
    UserFactory,
    YouthFactory,
)
from tests.integration.models.copies import copies_of
from tests.integration.models.rows import a_delivery
from tests.integration.scenes import log

EPISODES = 10_000 * 4
DUTIES = 2  # of each of them, with a reminder each
LONG = {model._meta.db_table for model in (Episode, Duty, Reminder, Delivery)}


@pytest.fixture(scope="module")
def open_now(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A long past, a few episodes that are open, and the statistics that PostgreSQL keeps.

    Made once for all tests here, which only read.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        unit = UnitFactory()
        ana = UserFactory(name="Ana", role=Role.CASEWORKER, unit=unit)
        UserFactory(name="Sam", role=Role.SUPERVISOR, unit=unit)
        UserFactory(name="Oona", role=Role.ON_CALL, unit=None)
        make_long_past(ana)
        for _ in range(3):
            log(YouthFactory(unit=unit), by=ana, now=NOW)
        while sweep.address_due(now=NOW):
            pass
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield
        transaction.set_rollback(True)


def make_long_past(ana: User) -> None:
    """Thousands of ended episodes of Ana's, all done, every reminder in her inbox."""
    youth = YouthFactory(unit=ana.unit)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no history of the copies
    ended = EpisodeFactory(youth=youth, recorded_by=ana, returned=True)
    duty = DutyFactory(episode=ended, done_at=NOW, done_by=ana)
    reminder = ReminderFactory(duty=duty, addressed_at=NOW)
    delivery = a_delivery(reminder=reminder, recipient=ana, channel="inbox", sent_at=NOW)
    days = "- n * interval '1 day'"
    first = copies_of(
        ended,
        EPISODES,
        reference="'P' || n",
        submission_key="gen_random_uuid()",
        told_at=f"told_at {days}",
        returned_at=f"returned_at {days}",
        ended_at=f"ended_at {days}",
    )
    first = copies_of(
        duty, EPISODES * DUTIES, episode_id=f"{first} + (n - 1) / {DUTIES}", code="'c' || n"
    )
    first = copies_of(
        reminder, EPISODES * DUTIES, duty_id=f"{first} + n - 1", dedupe_key="'past' || n"
    )
    copies_of(
        delivery,
        EPISODES * DUTIES,
        reminder_id=f"{first} + n - 1",
        created_at=f"created_at {days}",
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


@pytest.fixture
def people(db: None, open_now: None) -> dict[str, User]:
    """Ana, her supervisor Sam and Oona on call, by name."""
    return {name: User.objects.get(name=name) for name in ("Ana", "Sam", "Oona")}


def read_whole(plan: dict) -> Iterator[str]:
    """The long tables that this plan reads from beginning to end."""
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in LONG:
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from read_whole(part)


def read_whole_by(sql: str) -> set[str]:
    """The long tables that PostgreSQL would read from beginning to end for this query."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}".replace("%", "%%"), [])
        (plan,) = cursor.fetchone()
    return set(read_whole((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


@pytest.mark.parametrize("address", ["/", "/reminders"])
def test_no_page_that_is_open_all_day_reads_the_past(people, as_person, address):
    for person in people.values():
        browser = as_person(person)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        # The history puts who is asking before what it does not take for a question.
        sqls = [q["sql"].rpartition(", true);")[2].strip() for q in asked]
        reads = [sql for sql in sqls if sql.startswith(("SELECT", "WITH", "("))]

        assert any('"casework_duty"' in sql for sql in reads)
        assert {sql: tables for sql in reads if (tables := read_whole_by(sql))} == {}


def test_no_list_fetches_password_hashes_or_what_it_does_not_show(people, as_person):
    browser = as_person(people["Ana"])
    browser.get("/")
    for address in ("/", "/reminders"):
        with CaptureQueriesContext(connection) as asked:
            browser.get(address)
        others = [q["sql"] for q in asked if '"casework_episode"' in q["sql"]]

        assert others
        for column in ("password", "description_at_start", "if_refused"):
            assert not [sql for sql in others if f'"{column}"' in sql], column
