"""Whatever a file holds: each row becomes what it says, the counts agree, and all of it can go again."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.access.counts import count_trend, scopes_of
from casework.models import Duty, Episode, InRecords, Youth
from casework.operations import import_undo
from casework.policies.count_periods import Month
from tests.integration.imports.files import bring, row

pytestmark = pytest.mark.django_db
FIRST = datetime(2024, 1, 15, tzinfo=UTC)
NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
SAID = {"yes": InRecords.NOT_RECORDED, "no": InRecords.NOT_DONE, "": InRecords.NOT_RECORDED}

PASSED = st.integers(1, 60 * 24 * 40)  # minutes, up to forty days
REPORT = st.one_of(
    st.sampled_from(tuple(SAID)), st.integers(0, 60 * 48)
)  # minutes after being told
HISTORIES = st.lists(
    st.lists(st.tuples(PASSED, PASSED, REPORT, REPORT), min_size=1, max_size=4), max_size=5
)
"""Of each youth: how long until the next time, how long it was, the two reports."""


class _UndoIt(Exception):
    """Leaves the savepoint of one history."""


def test_any_history_is_brought_in_as_it_is_counted_and_taken_out(unit, adam):
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(HISTORIES.filter(bool))
    def holds(histories):
        try:
            with transaction.atomic():
                check(rows_of(histories), adam, unit.zone)
                raise _UndoIt
        except _UndoIt:
            pass

    holds()


def rows_of(histories) -> list[dict[str, object]]:
    """What the file says, row by row; the times of one youth follow one another."""
    rows = []
    for number, history in enumerate(histories):
        moment = FIRST + timedelta(days=number)
        for wait, length, police, ncmec in history:
            told = moment + timedelta(minutes=wait)
            moment = told + timedelta(minutes=length)
            rows.append(
                {
                    "case_number": f"EX-{number}",
                    "told_at": told,
                    "returned_at": moment,
                    **report_of("police", told, police),
                    **report_of("ncmec", told, ncmec),
                }
            )
    return rows


def report_of(name: str, told: datetime, report: str | int) -> dict[str, object]:
    if isinstance(report, str):
        return {f"{name}_said": report}
    return {f"{name}_at": told + timedelta(minutes=report)}


def check(rows, adam, zone) -> None:
    in_words = [
        row(
            **{
                key: one.isoformat() if isinstance(one, datetime) else one
                for key, one in cells.items()
            }
        )
        for cells in rows
    ]
    batch = bring(in_words, by=adam, now=NOW)

    episodes = list(Episode.objects.order_by("youth__case_number", "told_at"))
    assert [(one.told_at, one.returned_at) for one in episodes] == [
        (cells["told_at"], cells["returned_at"]) for cells in rows
    ]
    assert [one.youth.case_number for one in episodes] == [cells["case_number"] for cells in rows]
    assert Youth.objects.count() == len({cells["case_number"] for cells in rows})
    for episode, cells in zip(episodes, rows, strict=True):
        for name in ("police", "ncmec"):
            duty = Duty.objects.get(episode=episode, code=f"report_to_{name}")
            done_at = cells.get(f"{name}_at")
            assert duty.done_at == done_at
            assert [one.happened_at for one in duty.evidence.all()] == [done_at] * bool(done_at)
            assert duty.in_records == ("" if done_at else SAID[cells[f"{name}_said"]])

    [scope] = scopes_of(adam)
    months = [Month(2024, 1).later(later) for later in range(26)]
    lines = [count_trend(scope, months, now=NOW).line(month, month) for month in months]
    started = Counter(Month.of(cells["told_at"], zone) for cells in rows)
    ended = Counter(Month.of(cells["returned_at"], zone) for cells in rows)
    assert [(one.started, one.ended) for one in lines] == [
        (started[month], ended[month]) for month in months
    ]
    assert [one.at_end for one in lines] == [later.at_start for _, later in pairwise(lines)] + [0]

    import_undo.undo(batch=batch, by=adam, now=NOW)
    assert not Episode.objects.exists()
    assert not Youth.objects.exists()
