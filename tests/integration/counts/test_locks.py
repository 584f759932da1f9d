"""A locked month stays as it was; what changed since is said, with the reason."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction

from casework.access.counts import CountedIds, CountScope, count_since
from casework.exports.count_tables import internal_tables
from casework.models import AuditEvent, CountedMonth, EndReason
from casework.operations import counts
from casework.operations.counts import Change
from casework.policies.count_definitions import VERSION
from casework.policies.count_periods import Month
from casework.presenters.counts import page_of
from tests.factories import DutyFactory, UnitFactory, UserFactory
from tests.integration.counts.past import at, was_missing
from tests.integration.models.rows import a_transfer

pytestmark = pytest.mark.django_db
FEBRUARY = Month(2026, 2)
LOCKED, LATER = at(3, 2, 9), at(3, 10, 9)


@pytest.fixture
def scope(unit):
    return CountScope(unit=unit, units=[unit])


@pytest.fixture
def locked(scope, sam):
    """A function that locks February."""

    def lock(**more):
        return counts.lock(scope=scope, month=FEBRUARY, by=sam, now=LOCKED, **more)

    return lock


def revised(counted: CountedMonth, scope: CountScope):
    return counts.revision_of(counted, *count_since(counted, scope))


def counts_page(counted: CountedMonth, scope: CountScope):
    found, _ = count_since(counted, scope)
    how = {"now": LATER, "may_lock": True, "earlier": [], "revision": None}
    return page_of(found, scope, lock=counted, **how)


def test_a_lock_keeps_the_figures_with_who_and_when(locked, unit, sam):
    episode = was_missing(unit, at(2, 3), 5)

    counted = locked(children_in_care=240)

    assert counted.figures["all"]["started"] == 1
    assert (counted.version, counted.definitions_version) == (1, VERSION)
    assert (counted.locked_by, counted.locked_at) == (sam, LOCKED)
    assert (counted.started_ids, counted.children_in_care) == ([episode.pk], 240)
    event = AuditEvent.objects.get(event="counts.locked")
    assert event.detail == {"month": "2026-02", "version": 1}


def test_a_month_that_is_not_over_is_not_locked(scope, sam):
    with pytest.raises(counts.Refused, match="Mar 2026 is not over"):
        counts.lock(scope=scope, month=Month(2026, 3), by=sam, now=LOCKED)


def test_a_month_is_not_over_before_it_is_in_the_westernmost_unit(unit, sam):
    scope = CountScope(
        unit=unit, units=[unit, UnitFactory(parent=unit, time_zone="Pacific/Honolulu")]
    )
    with pytest.raises(counts.Refused, match="not over"):
        counts.lock(scope=scope, month=FEBRUARY, by=sam, now=at(3, 1, 9))
    counts.lock(scope=scope, month=FEBRUARY, by=sam, now=at(3, 1, 10))


def test_a_month_is_locked_once_for_each_unit_and_for_the_agency(locked, scope, sam):
    locked()
    with pytest.raises(counts.Refused, match="locked already"):
        counts.lock(scope=scope, month=FEBRUARY, by=sam, now=LATER)

    agency = CountScope(unit=None, units=scope.units)
    counts.lock(scope=agency, month=FEBRUARY, by=sam, now=LOCKED)
    with pytest.raises(counts.Refused, match="locked already"):
        counts.lock(scope=agency, month=FEBRUARY, by=sam, now=LATER)


def test_a_double_click_gets_the_lock_of_the_first_click(locked, scope, sam):
    counted = locked(children_in_care=240)

    again = counts.lock(
        scope=scope,
        month=FEBRUARY,
        by=sam,
        now=LOCKED + timedelta(seconds=2),
        children_in_care=240,
    )

    assert again == counted
    assert CountedMonth.objects.count() == 1
    assert AuditEvent.objects.filter(event="counts.locked").count() == 1


def test_of_two_clicks_at_one_moment_the_second_gets_the_lock_of_the_first(locked, monkeypatch):
    counted, answers = locked(), [None]  # as it stood when both looked, and then as it stands
    monkeypatch.setattr(counts, "lock_of", lambda *_: answers.pop() if answers else counted)

    assert locked() == counted


def test_somebody_else_another_number_and_a_later_press_are_no_double_click(locked, scope, sam):
    locked()
    soon = LOCKED + timedelta(seconds=2)
    for by, now, children in (
        (UserFactory(unit=scope.unit), soon, None),
        (sam, soon, 240),
        (sam, LOCKED + timedelta(minutes=2), None),
    ):
        with pytest.raises(counts.Refused, match="locked already"):
            counts.lock(scope=scope, month=FEBRUARY, by=by, now=now, children_in_care=children)


def test_figures_and_episodes_of_different_moments_are_not_locked(locked, unit, monkeypatch):
    was_missing(unit, at(2, 3), 5)
    monkeypatch.setattr("casework.access.counts.counted_ids", lambda *_, **__: CountedIds())

    with pytest.raises(counts.Refused, match="Press Lock again"):
        locked()

    assert not CountedMonth.objects.exists()


def test_of_two_people_who_lock_at_one_moment_the_second_is_told(locked, monkeypatch):
    locked()
    monkeypatch.setattr(counts, "lock_of", lambda *_: None)  # as it stood when both looked

    with pytest.raises(counts.Refused, match="locked already"):
        locked()

    assert CountedMonth.objects.count() == 1


def test_nothing_is_revised_while_nothing_changed(locked, scope, unit):
    was_missing(unit, at(2, 3), 5)
    was_missing(unit, at(3, 4), 5)

    assert revised(locked(), scope) is None


def test_an_episode_recorded_late_is_revised_plus_one(locked, scope, unit):
    was_missing(unit, at(2, 3), 5)
    counted = locked()
    was_missing(unit, at(2, 20), 5, recorded_at=at(3, 5))

    revision = revised(counted, scope)

    assert revision.every["started"] == revision.every["ended"] == 1
    assert "at_end" not in revision.every
    assert revision.changes == {Change.RECORDED_LATE: 1}


def test_each_other_reason_is_named(locked, scope, unit):
    wrong = was_missing(unit, at(2, 3))
    back = was_missing(unit, at(2, 4))
    moved = was_missing(unit, at(2, 5), 5)
    corrected = was_missing(unit, at(2, 6), 5)
    counted = locked()

    def change(episode, **fields):
        type(episode).objects.filter(pk=episode.pk).update(**fields)

    by, elsewhere = wrong.recorded_by, UnitFactory()
    end = {"ended_by": by, "ended_recorded_at": at(3, 5)}
    change(wrong, ended_at=at(2, 3), end_reason=EndReason.OPENED_IN_ERROR, **end)
    change(back, ended_at=at(2, 9), end_reason=EndReason.FOUND_ELSEWHERE, **end)
    change(moved, unit=elsewhere)
    a_transfer(
        episode=moved,
        from_unit=unit,
        to_unit=elsewhere,
        to_person=UserFactory(unit=elsewhere),
        at=at(3, 4),
        accepted_at=at(3, 5),
        accepted_by=by,
    )
    change(corrected, told_at=at(1, 31), ended_at=at(1, 31, 18))

    revision = revised(counted, scope)

    assert revision.every["started"] == -3
    assert revision.changes == {
        Change.OPENED_IN_ERROR: 1,
        Change.END_RECORDED_LATE: 1,
        Change.MOVED: 1,
        Change.CORRECTED: 1,
    }


def test_figures_that_differ_for_another_reason_say_so(locked, scope, unit):
    episode = was_missing(unit, at(2, 3), 5)
    counted = locked()
    episode.youth.sex = "female"
    episode.youth.save(update_fields=["sex"])

    revision = revised(counted, scope)

    assert revision.every == {"sex.female": 1, "sex.not_known": -1}
    assert revision.changes == {Change.DETAILS: 0}


def test_what_was_counted_otherwise_at_an_older_lock_revises_nothing(
    locked, scope, unit, monkeypatch
):
    """Before 2026.3 race and NCMEC's types were not recorded: to learn them is no revision."""
    episode = was_missing(unit, at(2, 3), 5)
    monkeypatch.setattr(counts, "VERSION", "2026.2")
    counted = locked()
    assert counted.figures["all"]["race.not_recorded"] == 1
    assert revised(counted, scope) is None

    episode.youth.races = ["asian"]
    episode.youth.save(update_fields=["races"])
    type(episode).objects.filter(pk=episode.pk).update(ncmec_type="endangered")
    assert revised(counted, scope) is None
    page = counts_page(counted, scope)
    assert {cell.revised for block in page.parts for row in block.rows for cell in row.cells} == {
        ""
    }

    tables = internal_tables(
        SimpleNamespace(lock=counted, scope=scope), count_since(counted, scope)[0]
    )
    assert tables.now == (tables.every, tables.two_days)  # the file says what the page says

    was_missing(unit, at(2, 20), 5, recorded_at=at(3, 5))
    revision = revised(counted, scope)
    assert (revision.every["started"], revision.changes) == (1, {Change.RECORDED_LATE: 1})
    assert not [key for key in revision.every if key.startswith(("race", "type"))]


def test_what_is_learned_of_race_and_type_after_a_lock_revises_it(locked, scope, unit):
    episode = was_missing(unit, at(2, 3), 5)
    counted = locked()
    episode.youth.is_hispanic = "yes"
    episode.youth.save(update_fields=["is_hispanic"])

    assert revised(counted, scope).every == {"race.hispanic": 1, "race.not_recorded": -1}


def test_a_lock_is_taken_off_with_a_reason_and_the_next_is_another_version(locked, sam):
    counted = locked()
    with pytest.raises(counts.Refused, match="why"):
        counts.unlock(counted=counted, by=sam, now=LATER, why=" ")

    counts.unlock(counted=counted, by=sam, now=LATER, why="Late entries of one office")

    with pytest.raises(counts.Refused, match="already"):
        counts.unlock(counted=counted, by=sam, now=LATER, why="Again")
    assert AuditEvent.objects.filter(event="counts.unlocked").count() == 1
    assert locked().version == 2


def test_the_database_refuses_to_change_or_delete_what_was_locked(locked, sam):
    counted = locked()
    for change in ({"figures": {}}, {"started_ids": [1]}, {"locked_at": LATER}):
        with pytest.raises(DatabaseError), transaction.atomic():
            CountedMonth.objects.filter(pk=counted.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        counted.delete()
    counts.unlock(counted=counted, by=sam, now=LATER, why="One of them was closed too early")
    with pytest.raises(DatabaseError), transaction.atomic():
        CountedMonth.objects.filter(pk=counted.pk).update(
            unlocked_at=None, unlocked_by=None, unlocked_why=""
        )


def test_no_length_of_a_locked_month_grows_with_the_clock(locked, scope, unit):
    """A youth still missing passes 48 hours after the lock: nobody recorded anything."""
    was_missing(unit, at(2, 28, 22))
    counted = locked()
    assert counted.figures["two_days"].get("started", 0) == 0

    assert revised(counted, scope) is None


def test_a_duty_whose_time_runs_out_after_the_lock_revises_nothing(locked, scope, unit):
    episode = was_missing(unit, at(2, 28, 22))
    DutyFactory(
        episode=episode,
        code="report_to_ncmec",
        counted_from_at=episode.told_at,
        due_at=LOCKED + timedelta(hours=1),
    )
    counted = locked()

    assert revised(counted, scope) is None


def test_a_duty_recorded_as_done_after_the_lock_revises_the_month(locked, scope, unit, ana):
    episode = was_missing(unit, at(2, 28, 22))
    duty = DutyFactory(
        episode=episode,
        code="report_to_ncmec",
        counted_from_at=episode.told_at,
        due_at=LOCKED + timedelta(hours=1),
    )
    counted = locked()
    type(duty).objects.filter(pk=duty.pk).update(done_at=LOCKED, done_by=ana)

    assert revised(counted, scope).every["ncmec.on_time"] == 1


def test_an_end_recorded_after_the_lock_gives_the_episode_its_length(locked, scope, unit):
    episode = was_missing(unit, at(2, 28, 22))
    counted = locked()
    type(episode).objects.filter(pk=episode.pk).update(
        ended_at=at(3, 4),
        ended_recorded_at=at(3, 4),
        ended_by=episode.recorded_by,
        end_reason=EndReason.FOUND_ELSEWHERE,
    )

    revision = revised(counted, scope)

    assert revision.every == {}
    assert revision.two_days["started"] == 1
    assert revision.changes == {Change.DETAILS: 0}
