"""What is open is found by indexes of its own: no page reads the past, however long it is."""

import json
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import Delivery, Duty, Episode, Reminder
from casework.notifications import sweep
from tests.factories import DutyFactory, EpisodeFactory, ReminderFactory, YouthFactory
from tests.integration.models.copies import copies_of
from tests.integration.models.rows import a_delivery
from tests.integration.scenes import log

EPISODES = 10_000 * 4
DUTIES = 2  # of each of them, with a reminder each
LONG = {model._meta.db_table for model in (Episode, Duty, Reminder, Delivery)}


@pytest.fixture
def long_past(ana, unit, now):
    """Thousands of ended episodes of Ana's, all done, every reminder in her inbox."""
    youth = YouthFactory(unit=unit)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no history of the copies
    ended = EpisodeFactory(youth=youth, recorded_by=ana, returned=True)
    duty = DutyFactory(episode=ended, done_at=now, done_by=ana)
    reminder = ReminderFactory(duty=duty, addressed_at=now)
    delivery = a_delivery(reminder=reminder, recipient=ana, channel="inbox", sent_at=now)
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
def open_now(long_past, ana, unit, now):
    """A few episodes that are open, and the statistics that PostgreSQL keeps by itself."""
    for _ in range(3):
        log(YouthFactory(unit=unit), by=ana, now=now)
    while sweep.address_due(now=now):
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


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
def test_no_page_that_is_open_all_day_reads_the_past(open_now, as_person, ana, sam, oona, address):
    for person in (ana, sam, oona):
        browser = as_person(person)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        # The history puts who is asking before what it does not take for a question.
        sqls = [q["sql"].rpartition(", true);")[2].strip() for q in asked]
        reads = [sql for sql in sqls if sql.startswith(("SELECT", "WITH", "("))]

        assert any('"casework_duty"' in sql for sql in reads)
        assert {sql: tables for sql in reads if (tables := read_whole_by(sql))} == {}


def test_no_list_fetches_password_hashes_or_what_it_does_not_show(open_now, as_person, ana):
    browser = as_person(ana)
    browser.get("/")
    for address in ("/", "/reminders"):
        with CaptureQueriesContext(connection) as asked:
            browser.get(address)
        others = [q["sql"] for q in asked if '"casework_episode"' in q["sql"]]

        assert others
        for column in ("password", "description_at_start", "if_refused"):
            assert not [sql for sql in others if f'"{column}"' in sql], column
