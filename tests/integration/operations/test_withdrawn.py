"""What was withdrawn because nobody asked for it any more comes back when it is asked for again."""

from datetime import timedelta

import pytest

from casework.models import Duty, Episode, Known, Outcome, WorkState
from casework.operations import rules
from casework.operations.rules import Place
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import answer, bring_back, log, record

DAY = timedelta(days=1)
FLORIDA = Place(jurisdiction="us-fl", time_zone="America/New_York")
KENTUCKY = Place(jurisdiction="us-ky", time_zone="America/New_York")


@pytest.fixture
def texas(ana, now):
    """Somebody is missing in Texas, where parents are told unless they have no rights any more."""
    return log(YouthFactory(unit=UnitFactory(jurisdiction="us-tx")), by=ana, now=now)


@pytest.fixture
def florida(ana, now):
    """Somebody is missing in Florida, where they are searched for weekly."""
    unit = UnitFactory(jurisdiction="us-fl", time_zone="America/New_York")
    return log(YouthFactory(unit=unit), by=ana, now=now)


def move(episode, to, seen, *, by, now):
    rules.move(episode=episode, by=by, now=now, to=to, seen=seen, why="Placed there.")


def left_undone(episode, at) -> set[str]:
    """What was due and open at the end of the missing time, as an auditor counts it."""
    return set(Duty.objects.filter(episode=episode).overdue_at(at).values_list("code", flat=True))


# --- While the youth is missing ------------------------------------------------------------------


def test_a_duty_that_was_begun_is_taken_up_again_with_its_evidence(florida, ana, sam, now):
    search = florida.duties.get(code="search_weekly")
    record(search, Outcome.TRIED, by=ana, now=now, note="Nobody at the park.")
    move(florida, KENTUCKY, FLORIDA, by=sam, now=now)

    move(florida, FLORIDA, KENTUCKY, by=sam, now=now)

    again = florida.duties.in_force().get(code="search_weekly")
    assert again == search
    assert (again.work_state, again.withdrawn_at) == (WorkState.TRIED, None)
    assert again.evidence.get().note == "Nobody at the park."


def test_taken_up_again_it_reminds_by_one_ladder(florida, ana, sam, now):
    search = florida.duties.get(code="search_weekly")
    record(search, Outcome.TRIED, by=ana, now=now)
    before = set(search.reminders.waiting().values_list("kind", "audience", "due_at"))
    move(florida, KENTUCKY, FLORIDA, by=sam, now=now)

    move(florida, FLORIDA, KENTUCKY, by=sam, now=now)

    waiting = list(search.reminders.waiting().values_list("kind", "audience", "due_at"))
    assert len(waiting) == len(set(waiting))
    assert set(waiting) >= before


def test_taken_up_again_it_counts_by_what_is_known_by_then(texas, ana, now):
    parents = texas.duties.get(code="tell_parents")
    record(parents, Outcome.TRIED, by=ana, now=now, note="No answer.")
    answer(texas, by=ana, now=now, parental_rights_ended=Known.YES)

    answer(texas, by=ana, now=now, parental_rights_ended=Known.NO)

    parents.refresh_from_db()
    assert parents.withdrawn_at is None
    assert parents.evidence.get().note == "No answer."
    assert not any("parental rights" in one for one in parents.open_questions)


def test_a_duty_that_nobody_had_begun_is_planned_afresh(florida, sam, now):
    untouched = florida.duties.get(code="search_weekly")
    move(florida, KENTUCKY, FLORIDA, by=sam, now=now)

    move(florida, FLORIDA, KENTUCKY, by=sam, now=now + DAY)

    again = florida.duties.in_force().get(code="search_weekly")
    assert again != untouched
    assert again.planned_at == now + DAY


# --- Once the missing time is over ---------------------------------------------------------------


def test_a_missed_duty_does_not_disappear_by_an_answer_and_its_correction(texas, ana, now):
    late = now + 3 * DAY
    bring_back(texas, by=ana, now=late)
    before = left_undone(texas, late)
    assert "tell_parents" in before

    answer(texas, by=ana, now=late, parental_rights_ended=Known.YES)
    assert "tell_parents" not in left_undone(texas, late)
    answer(texas, by=ana, now=late, parental_rights_ended=Known.NO)

    assert left_undone(texas, late) == before
    assert not texas.duties.get(code="tell_parents").reminders.waiting().exists()


def test_what_a_report_started_does_not_disappear_by_a_correction_and_its_correction(
    episode, police, ana, now
):
    first = record(police, Outcome.DONE, by=ana, now=now)
    late = now + DAY
    bring_back(episode, by=ana, now=late)
    before = left_undone(episode, late)
    assert "ncic_entry_due" in before

    second = record(police, Outcome.TRIED, by=ana, now=late, at=now, based_on=first.public_id)
    assert "ncic_entry_due" not in left_undone(episode, late)
    record(police, Outcome.DONE, by=ana, now=late, at=now, based_on=second.public_id)

    assert left_undone(episode, late) == before


def test_a_duty_that_was_never_asked_for_while_the_youth_was_missing_is_not_added(
    episode, police, ana, now
):
    late = now + DAY
    bring_back(episode, by=ana, now=late)

    record(police, Outcome.DONE, by=ana, now=late, at=now)

    assert not Episode.objects.get().duties.filter(code="ncic_entry_due").exists()
