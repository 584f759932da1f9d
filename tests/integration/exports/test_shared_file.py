"""The file to share: small numbers hidden, the same however often it is made, refused with a word."""

from datetime import timedelta

import pytest

from casework.access.counts import scopes_of
from casework.access.exports import kept_of, shared_period_of, shared_so_far
from casework.exports import about, share, shared_file
from casework.exports.making import make_next
from casework.models import EndReason, Export, ExportKind, ExportState
from casework.operations import counts, exports
from casework.policies.count_definitions import UNKNOWN
from casework.policies.count_periods import Month, read_period
from casework.policies.file_formats import FileFormat
from casework.policies.shared_periods import SharedPeriod
from tests.integration.counts.past import at, was_missing
from tests.integration.exports.making import NOW, asked, content, made, read_json, stands

pytestmark = pytest.mark.django_db


@pytest.fixture
def february(unit, adam):
    """Of 27 episodes that ended, three ended elsewhere; the month is locked for the agency."""
    for hour in range(27):
        why = EndReason.FOUND_ELSEWHERE if hour < 3 else EndReason.RETURNED
        was_missing(unit, at(2, 2) + timedelta(hours=hour), 30, why=why)
    return counts.lock(scope=scopes_of(adam)[0], month=Month(2026, 2), by=adam, now=NOW)


def shared(adam, **fields) -> Export:
    return made(adam, kind=ExportKind.SHARED, **fields)


def test_small_numbers_are_hidden_and_the_file_says_so(february, adam):
    export = shared(adam)

    read = read_json(export)
    rows = {row["key"]: row for row in read["figures"]}
    assert rows["started"]["all"] == 27
    assert rows["end_reason.found_elsewhere"]["all"] == "hidden"
    assert rows["end_reason.returned"]["all"] == "hidden"
    assert rows["median"] == rows["median"] | {"counted": "hours", "all": 30.0}
    assert not [row for row in rows.values() if row["all"] in range(1, 11)]
    assert set(read) == {"title", "about", "definitions", "figures"}
    assert "two_days" not in rows["started"]
    assert read["about"]["note_1"].startswith("Hidden: 1 to 10")
    assert read["about"]["lock"].startswith("Version 1")
    assert export.lock == february


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_it_comes_as_every_kind_of_file(file_format, february, adam):
    assert content(shared(adam, file_format=file_format))


def test_made_again_after_a_revision_it_says_the_same(february, adam, unit):
    first = shared(adam)
    was_missing(unit, at(2, 9), 5, recorded_at=NOW + timedelta(hours=1))
    counts.unlock(counted=february, by=adam, now=NOW, why="Late entries")

    again = shared(adam)

    assert read_json(again)["figures"] == read_json(first)["figures"]
    assert read_json(again)["about"]["lock"].startswith("As first shared")


def test_what_was_shared_is_kept_when_its_file_has_expired(february, adam):
    export = shared(adam)
    exports.clear_expired(now=export.expires_at)

    [kept] = shared_so_far()

    assert kept.period == read_period("2026-02", starts=10)
    assert kept.figures["started"] == 27


def test_what_is_kept_is_read_again_as_it_was():
    period = SharedPeriod(
        period=read_period("fy2026", starts=7),
        figures={"started": 12, "ended": None},
        versions=frozenset({"2026.2", "2026.3"}),
    )

    assert shared_period_of(kept_of(period)) == period


def test_a_file_names_the_definitions_that_its_figures_were_counted_by_also_when_made_again(
    february, adam, monkeypatch
):
    first = shared(adam)
    assert read_json(first)["about"]["definitions_version"] == february.definitions_version
    by_later = "2031.1"
    for place in (about, counts, share):
        monkeypatch.setattr(place, "VERSION", by_later)

    again = shared(adam)

    assert read_json(again)["about"]["definitions_version"] == february.definitions_version


def test_what_was_kept_without_a_version_has_that_of_its_lock_or_none(february, adam):
    export = shared(adam)
    kept = {key: said for key, said in export.shared_figures.items() if key != "definitions"}
    Export.objects.filter(pk=export.pk).update(shared_figures=kept)

    [of_lock] = shared_so_far()
    assert of_lock.versions == {february.definitions_version}

    Export.objects.filter(pk=export.pk).update(lock=None)
    [unnamed] = shared_so_far()
    assert unnamed.versions == {UNKNOWN}
    read = read_json(shared(adam))
    assert read["about"]["definitions_version"] == "an earlier version"
    assert not [row for row in read["figures"] if row["key"].startswith(("race.", "type."))]


def test_a_month_that_is_not_locked_is_not_shared(unit, adam):
    export = asked(adam, kind=ExportKind.SHARED)

    make_next(clock=stands())

    export.refresh_from_db()
    assert export.state(NOW) is ExportState.FAILED
    assert export.failed_words == "Feb 2026 is not locked. Lock it, then share it."


def test_two_at_once_are_not_both_the_first(february, adam, monkeypatch):
    """While one file is worked out another is shared: it is worked out again, beside that one."""
    shared(adam)
    overtaken = asked(adam, kind=ExportKind.SHARED)
    with monkeypatch.context() as before_the_other:
        before_the_other.setattr(shared_file, "shared_so_far", list)
        make_next(clock=stands())
    overtaken.refresh_from_db()
    assert (overtaken.done_at, overtaken.parts.count()) == (None, 0)

    make_next(clock=stands(NOW + timedelta(minutes=2)))

    overtaken.refresh_from_db()
    assert overtaken.done_at is not None


def test_a_supervisor_shares_nothing(sam):
    with pytest.raises(exports.Refused, match="Ask an admin"):
        asked(sam, kind=ExportKind.SHARED)


def test_how_many_were_missing_stands_only_where_it_was_asked_for(february, adam):
    without = {row["key"] for row in read_json(shared(adam))["figures"]}
    export = asked(adam, kind=ExportKind.COUNTS, with_levels=True)

    assert "at_end" not in without
    assert not export.with_levels  # of a file that stays inside it says nothing
