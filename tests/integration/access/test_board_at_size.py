"""The board asks a fixed number of questions, and reads a page's worth of rows of many."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from casework.access.board import (
    BoardFilter,
    Scope,
    fingerprint,
    last_30_days,
    page_of,
    rows_for,
    tiles,
    workload,
)
from casework.models import Episode, User
from tests.conftest import NOW
from tests.factories import UnitFactory, UserFactory
from tests.integration.access.test_board import make_agency
from tests.integration.models.copies import copies_of

pytestmark = pytest.mark.django_db
OPEN = 20_000
LONG = {"casework_episode", "casework_youth", "casework_standing"}


@pytest.fixture(scope="module")
def many(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A small agency, and beside it thousands of open episodes: copies of one of Sam's."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_agency(NOW)
        unit = User.objects.get(name="Sam").unit
        _copy(Episode.objects.filter(unit=unit, ended_at__isnull=True).earliest("id"))
        yield
        transaction.set_rollback(True)


def _copy(pattern: Episode) -> None:
    beside = UnitFactory()
    other = UserFactory(unit=beside)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no history of the copies
    first = copies_of(pattern.youth, OPEN, case_number="NULL", unit_id=str(beside.pk))
    copies_of(
        pattern,
        OPEN,
        reference="'P' || n",
        submission_key="gen_random_uuid()",
        youth_id=f"{first} + n - 1",
        unit_id=str(beside.pk),
        assigned_to_id=str(other.pk),
        told_at="told_at - n * interval '1 minute'",
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")  # what the next statement does is planned for so many rows
        cursor.execute("SELECT casework_refresh_standing(ARRAY(SELECT id FROM casework_episode))")
        cursor.execute("ANALYZE")


@pytest.fixture
def sam(db: None, many: None) -> User:
    """The supervisor of the small agency."""
    return User.objects.get(name="Sam")


@pytest.fixture
def oona(db: None, many: None) -> User:
    """On call for all of it."""
    return User.objects.get(name="Oona")


def plans(ask: Callable[[], object]) -> Iterator[dict[str, Any]]:
    """How PostgreSQL answered each query: every step of it, with the rows that it read."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    for query in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}".replace("%", "%%"), [])
            (plan,) = cursor.fetchone()
        yield from steps((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from steps(part)


def test_a_supervisor_s_board_reads_no_long_table_from_end_to_end(sam, now):
    def whole_board() -> None:
        page = page_of(sam, BoardFilter(), now=now, size=10)
        rows_for(page.ids, sam, now=now)
        page_of(sam, BoardFilter(), now=now, after=page.next, size=10)
        tiles(sam, Scope.BELOW, now=now)
        workload(sam, Scope.BELOW, now=now)
        last_30_days(sam, Scope.BELOW, now=now)

    read = [one for one in plans(whole_board) if one["Node Type"] == "Seq Scan"]

    assert {one["Relation Name"] for one in read} & LONG == set()


def test_a_page_of_the_whole_agency_reads_a_page_s_worth_of_rows(oona, now):
    first = page_of(oona, BoardFilter(), now=now)

    def two_pages() -> None:
        page_of(oona, BoardFilter(), now=now)
        page_of(oona, BoardFilter(), now=now, after=first.next)
        rows_for(first.ids, oona, now=now)

    scans = [one for one in plans(two_pages) if one.get("Relation Name") in LONG]

    assert scans
    assert {one["Node Type"] for one in scans} & {"Seq Scan"} == set()
    rows = [one["Actual Rows"] * one["Actual Loops"] for one in scans]
    assert max(rows) < 300  # of 20,000; those told of in the last four hours are all looked at


def test_few_or_many_the_board_asks_as_often(sam, oona, now):
    page = page_of(oona, BoardFilter(), now=now, size=50)

    def asks(what: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as asked:
            what()
        return len(asked)

    # One more for the next page's beginning, and for a supervisor one for the units in scope.
    assert asks(lambda: page_of(oona, BoardFilter(), now=now, size=500)) == 2
    assert asks(lambda: page_of(oona, BoardFilter(), now=now, size=50, after=page.next)) == 3
    assert asks(lambda: page_of(sam, BoardFilter(), now=now, size=500)) == 2
    assert asks(lambda: rows_for(page.ids, oona, now=now)) == 4
    assert asks(lambda: rows_for(page.ids[:1], oona, now=now)) == 4
    assert asks(lambda: tiles(oona, Scope.BELOW, now=now)) == 1
    assert asks(lambda: workload(oona, Scope.BELOW, now=now)) == 2
    assert asks(lambda: last_30_days(oona, Scope.BELOW, now=now)) == 2
    assert asks(lambda: fingerprint(oona, BoardFilter(), now=now)) <= 3
