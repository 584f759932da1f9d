"""What is locked is of one moment; outside the transaction that other tests stand in."""

import pghistory
import pytest
from django.db import connection

from casework.access import counts
from casework.access.counts import CountScope
from casework.policies.count_periods import Month, month_period
from tests.integration.counts.past import at

pytestmark = pytest.mark.django_db(transaction=True)


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


def test_the_figures_and_the_episodes_behind_them_are_read_in_one_snapshot(monkeypatch):
    seen = []
    count_period, counted_ids = counts.count_period, counts.counted_ids

    def looked(question):
        def ask(*args, **more):
            seen.append((setting("transaction_isolation"), connection.in_atomic_block))
            return question(*args, **more)

        return ask

    monkeypatch.setattr(counts, "count_period", looked(count_period))
    monkeypatch.setattr(counts, "counted_ids", looked(counted_ids))
    february = month_period(Month(2026, 2))

    with pghistory.context():  # as the middleware does for a form
        counts.count_with_ids(CountScope(unit=None, units=[]), february, now=at(3, 2))
        after = setting("transaction_isolation")

    assert seen == [("repeatable read", True)] * 2
    assert after == "read committed"
