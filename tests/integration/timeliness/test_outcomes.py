"""What became of a duty, and that every page says the same of it."""

from datetime import timedelta

import pytest

from casework.access.board import Scope, last_30_days
from casework.access.counts import CountScope
from casework.access.duty_outcomes import COUNTED, DutyOutcome
from casework.access.timeliness import proof_of_episode, proofs_of, totals_of
from casework.models import EndReason, Known
from casework.policies.count_periods import read_period
from casework.policies.rules import EvidenceField
from casework.policies.time_words import Precision
from tests.integration.counts.past import at, counts_of, was_missing
from tests.integration.timeliness.scene import a_duty, an_entry

pytestmark = pytest.mark.django_db
FEBRUARY = read_period("2026-02", starts=10)
NOW = at(3, 2, 9)


@pytest.fixture
def scope(unit):
    return CountScope(unit=unit, units=[unit])


@pytest.fixture
def still_missing(unit):
    return was_missing(unit, at(2, 20))


@pytest.fixture
def back_after_3h(unit):
    return was_missing(unit, at(2, 10), 3, why=EndReason.RETURNED)


def outcome_of(duty, *, now=NOW) -> str:
    proofs = proof_of_episode(duty.episode, now=now)
    return next(proof.outcome for proof in proofs if proof.duty_id == duty.public_id)


def test_it_is_on_time_by_when_it_happened_not_by_when_it_was_written_down(still_missing):
    duty = a_duty(still_missing, due=24, done=24, recorded=100)
    assert outcome_of(duty) == DutyOutcome.ON_TIME


def test_late_is_told_to_the_second(still_missing):
    a_duty(still_missing, due=24, done=24 + 37 / 60)

    (proof,) = proof_of_episode(still_missing, now=NOW)

    assert proof.outcome == DutyOutcome.LATE
    assert proof.late_by == timedelta(minutes=37)


def test_done_on_the_due_day_at_a_time_nobody_wrote_down_is_not_provable(still_missing):
    duty = a_duty(still_missing, due=24, done=12, precision=Precision.DATE_ONLY)
    assert outcome_of(duty) == DutyOutcome.NOT_PROVABLE


@pytest.mark.parametrize(
    ("day", "length", "becomes"),
    [
        (at(11, 2, 5, year=2025), 25, DutyOutcome.NOT_PROVABLE),
        (at(3, 9, 6, year=2025), 23, DutyOutcome.ON_TIME),
    ],
    ids=["a day of 25 hours", "a day of 23 hours"],
)
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(unit, day, length, becomes):
    """Due in the hour that makes the difference, or right when the day is over."""
    episode = was_missing(unit, day - timedelta(hours=30))
    due = 30 + min(length, 24.5)
    duty = a_duty(episode, due=due, done=30, precision=Precision.DATE_ONLY)

    assert outcome_of(duty, now=day + timedelta(days=3)) == becomes


def test_done_on_a_later_day_is_late_by_nobody_knows_how_much(still_missing):
    a_duty(still_missing, due=24, done=36, precision=Precision.DATE_ONLY)

    (proof,) = proof_of_episode(still_missing, now=NOW)

    assert (proof.outcome, proof.late_by) == (DutyOutcome.LATE, None)


def test_what_is_open_is_not_done_only_when_its_time_is_up(still_missing):
    duty = a_duty(still_missing, due=24)

    assert outcome_of(duty, now=still_missing.told_at + timedelta(hours=24)) == DutyOutcome.RUNNING
    assert outcome_of(duty, now=still_missing.told_at + timedelta(hours=25)) == DutyOutcome.NOT_DONE


@pytest.mark.parametrize("done", [None, 5, 30], ids=["never", "within its time", "after it"])
def test_the_clock_stops_with_a_return_and_what_is_done_later_is_neither_on_time_nor_late(
    back_after_3h, done
):
    duty = a_duty(back_after_3h, due=24, done=done)
    assert outcome_of(duty) == DutyOutcome.STOPPED


def test_what_was_done_before_the_return_counts(back_after_3h):
    assert outcome_of(a_duty(back_after_3h, due=24, done=2)) == DutyOutcome.ON_TIME


def test_what_was_due_before_the_return_stays_late_or_not_done(back_after_3h):
    late = a_duty(back_after_3h, "report_to_police", due=2, done=5)
    not_done = a_duty(back_after_3h, "report_to_ncmec", due=2)

    assert outcome_of(late) == DutyOutcome.LATE
    assert outcome_of(not_done) == DutyOutcome.NOT_DONE


def test_a_return_does_not_stop_what_it_started(back_after_3h):
    duty = a_duty(back_after_3h, "screen_for_trafficking", due=24)
    assert outcome_of(duty) == DutyOutcome.NOT_DONE


def test_not_needed_and_no_set_time_are_told_apart(still_missing):
    by = still_missing.recorded_by
    not_needed = a_duty(still_missing, "one", not_needed_at=NOW, not_needed_by=by)
    no_limit = a_duty(still_missing, "two", due_at=None)

    assert outcome_of(not_needed) == DutyOutcome.NOT_NEEDED
    assert outcome_of(no_limit) == DutyOutcome.NO_SET_TIME


def test_a_correction_takes_the_place_of_what_it_corrects_and_both_are_told(still_missing):
    fields = [EvidenceField.REFERENCE_NUMBER, EvidenceField.NCIC_ENTRY]
    duty = a_duty(still_missing, due=24, done=30, recorded=31, evidence_fields=fields)
    an_entry(
        duty,
        hours=20,
        recorded=50,
        is_correction=True,
        reference_number="26-104",
        ncic_entry=Known.NOT_KNOWN,
    )
    duty.done_at = duty.counted_from_at + timedelta(hours=20)
    duty.save()

    (proof,) = proof_of_episode(still_missing, now=NOW)

    assert proof.outcome == DutyOutcome.ON_TIME
    assert proof.is_correction
    assert proof.recorded_at - duty.counted_from_at == timedelta(hours=50)
    assert proof.first_recorded_at - duty.counted_from_at == timedelta(hours=31)
    assert proof.recorded_by_role == "caseworker"
    assert (proof.has_number, proof.ncic_confirmed) == (True, False)


@pytest.fixture
def february(unit, still_missing, back_after_3h):
    """Every outcome of the four duties of the counts, and a duty that they do not name."""
    long = was_missing(unit, at(2, 3), 72, why=EndReason.RETURNED)
    boundary = was_missing(unit, at(1, 30), 72, why=EndReason.RETURNED)
    for code in ("report_to_police", "report_to_ncmec", "tell_the_court"):
        a_duty(still_missing, code, done=30)
        a_duty(back_after_3h, code, done=30)
        a_duty(long, code, done=12, precision=Precision.DATE_ONLY)
        a_duty(boundary, code, done=1)
    for code in ("screen_for_trafficking", "offer_conversation"):
        a_duty(back_after_3h, code)
        a_duty(long, code, done=2)
        a_duty(boundary, code, done=40)
    return {"long": long}


def test_totals_and_rows_of_a_month_say_what_the_counts_say(unit, scope, february):
    counts = counts_of("2026-02", unit, now=NOW)

    totals = {total.figure or total.code: total for total in totals_of(scope, FEBRUARY, now=NOW)}
    rows = list(proofs_of(scope, FEBRUARY, now=NOW))

    assert list(totals) == ["police", "ncmec", "screening", "conversation", "tell_the_court"]
    for figure in ("police", "ncmec", "screening", "conversation"):
        for outcome in COUNTED:
            key = f"{figure}.{outcome}"
            assert totals[figure].outcomes.get(outcome, 0) == counts.every.get(key, 0), key
            assert totals[figure].two_days.get(outcome, 0) == counts.two_days.get(key, 0), key
    assert totals["police"].outcomes == {
        DutyOutcome.LATE: 1,
        DutyOutcome.STOPPED: 1,
        DutyOutcome.NOT_PROVABLE: 1,
    }
    for total in totals.values():
        for outcome in DutyOutcome:
            alike = [row for row in rows if (row.code, row.outcome) == (total.code, outcome)]
            assert len(alike) == total.outcomes.get(outcome, 0)
            assert sum(row.is_long for row in alike) == total.two_days.get(outcome, 0)
    assert len(rows) == sum(total.number for total in totals.values())


def test_rows_can_be_narrowed_and_read_page_by_page(scope, february):
    late = list(proofs_of(scope, FEBRUARY, now=NOW, outcome=DutyOutcome.LATE))
    police = list(proofs_of(scope, FEBRUARY, now=NOW, code="report_to_police"))
    every = [row.duty_id for row in proofs_of(scope, FEBRUARY, now=NOW)]
    pages = [
        row.duty_id
        for skip in range(0, len(every), 4)
        for row in proofs_of(scope, FEBRUARY, now=NOW, skip=skip, most=4)
    ]

    assert {row.outcome for row in late} == {DutyOutcome.LATE}
    assert [row.code for row in police] == ["report_to_police"] * 3
    assert pages == every


def test_the_dashboard_goes_by_the_same_rule(sam, back_after_3h, still_missing):
    a_duty(back_after_3h, done=30)
    a_duty(still_missing, done=30)

    police = last_30_days(sam, Scope.BELOW, now=NOW)[0]

    assert (police.what, police.on_time, police.of) == ("police", 0, 1)


def test_only_the_first_round_belongs_to_a_month(scope, still_missing):
    a_duty(still_missing, "search", done=1)
    a_duty(still_missing, "search", round=2, done=1)

    assert [total.number for total in totals_of(scope, FEBRUARY, now=NOW)] == [1]
    assert len(proof_of_episode(still_missing, now=NOW)) == 2
