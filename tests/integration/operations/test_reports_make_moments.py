"""A report that is recorded makes a moment: other duties appear, or count from it."""

from datetime import timedelta

import pytest

from casework.models import NoteKind, Outcome, WorkState
from casework.operations import returns
from casework.operations.readings import read
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import bring_back, log, reads_as_planned_afresh, record

HOUR = timedelta(hours=1)
FROM_THE_REPORT = {"ncic_entry_due", "refresh_police_entry"}


def made_by_the_report(episode):
    return episode.duties.in_force().filter(anchor="police_report_made")


@pytest.fixture
def illinois(ana, now):
    """Missing in Illinois, where clocks count from the first report."""
    return log(YouthFactory(unit=UnitFactory(jurisdiction="us-il")), by=ana, now=now)


def test_the_police_report_brings_the_duties_about_ncic_with_their_due_times(
    episode, police, ana, now
):
    assert not made_by_the_report(episode).exists()
    reported = now - timedelta(minutes=4)

    record(police, Outcome.DONE, by=ana, now=now, at=reported)

    due = dict(made_by_the_report(episode).values_list("code", "due_at"))
    assert set(due) == FROM_THE_REPORT
    assert due["ncic_entry_due"] == reported + 2 * HOUR
    ncic = episode.duties.get(code="ncic_entry_due")
    assert ncic.reminders.waiting().get(kind="overdue", audience="owner").due_at == ncic.due_at


def test_the_timeline_says_what_the_report_started(episode, police, ana, now):
    record(police, Outcome.DONE, by=ana, now=now)

    note = episode.notes.get()
    assert note.kind == NoteKind.CLOCKS
    assert note.text.startswith("Report to police was recorded: other duties count from it.\n")
    assert "Confirm that police entered the youth in NCIC: new, due Tue Mar 3, 4:04 a.m." in (
        note.text
    )


def test_an_attempt_to_report_starts_nothing(episode, police, ana, now):
    record(police, Outcome.TRIED, by=ana, now=now)

    assert not made_by_the_report(episode).exists()
    assert not episode.notes.exists()


def test_a_report_that_was_only_tried_after_all_takes_them_back(episode, police, ana, now):
    done = record(police, Outcome.DONE, by=ana, now=now)
    ncic = episode.duties.get(code="ncic_entry_due")

    record(police, Outcome.TRIED, by=ana, now=now, based_on=done.public_id)

    ncic.refresh_from_db()
    assert ncic.withdrawn_at == now
    assert not ncic.reminders.waiting().exists()
    assert not made_by_the_report(episode).exists()


def test_what_was_confirmed_already_stays_when_the_report_is_taken_back(episode, police, ana, now):
    done = record(police, Outcome.DONE, by=ana, now=now)
    ncic = episode.duties.get(code="ncic_entry_due")
    record(ncic, Outcome.DONE, by=ana, now=now)

    record(police, Outcome.TRIED, by=ana, now=now, based_on=done.public_id)

    ncic.refresh_from_db()
    assert (ncic.work_state, ncic.withdrawn_at) == (WorkState.DONE, None)


def test_a_corrected_time_of_the_report_moves_them(episode, police, ana, now):
    done = record(police, Outcome.DONE, by=ana, now=now)
    right = now - timedelta(minutes=9)

    record(police, Outcome.DONE, by=ana, now=now, at=right, based_on=done.public_id)

    assert episode.duties.get(code="ncic_entry_due").due_at == right + 2 * HOUR
    assert reads_as_planned_afresh(episode)


def test_reported_again_they_appear_once(episode, police, ana, now):
    done = record(police, Outcome.DONE, by=ana, now=now)
    tried = record(police, Outcome.TRIED, by=ana, now=now, based_on=done.public_id)

    record(police, Outcome.DONE, by=ana, now=now, based_on=tried.public_id)

    codes = list(made_by_the_report(episode).values_list("code", flat=True))
    assert sorted(codes) == sorted(FROM_THE_REPORT)


def test_illinois_counts_from_whichever_report_came_first_and_is_then_certain(illinois, ana, now):
    court = illinois.duties.get(code="tell_court_and_attorneys")
    assert court.is_provisional
    assert court.due_at == illinois.told_at + 24 * HOUR

    record(illinois.duties.get(code="report_to_ncmec"), Outcome.DONE, by=ana, now=now)
    earlier = now - timedelta(minutes=6)
    record(illinois.duties.get(code="report_to_police"), Outcome.DONE, by=ana, now=now, at=earlier)

    court.refresh_from_db()
    assert read(illinois).anchors.first_report_made == earlier
    assert (court.due_at, court.is_provisional) == (earlier + 24 * HOUR, False)
    assert reads_as_planned_afresh(illinois)


def test_with_no_report_left_illinois_counts_from_told_again(illinois, ana, now):
    ncmec = illinois.duties.get(code="report_to_ncmec")
    done = record(ncmec, Outcome.DONE, by=ana, now=now)

    record(ncmec, Outcome.TRIED, by=ana, now=now, based_on=done.public_id)

    court = illinois.duties.get(code="tell_court_and_attorneys")
    assert (court.due_at, court.is_provisional) == (illinois.told_at + 24 * HOUR, True)


def test_reported_after_the_return_starts_nothing_of_the_missing_time(episode, police, ana, now):
    bring_back(episode, by=ana, now=now)

    record(police, Outcome.DONE, by=ana, now=now)

    assert not made_by_the_report(episode).exists()


def test_a_return_that_is_taken_back_brings_what_the_report_started(episode, police, ana, now):
    bring_back(episode, by=ana, now=now)
    record(police, Outcome.DONE, by=ana, now=now)

    returns.undo_return(episode=episode, by=ana, now=now, reason="It was another youth.")

    assert set(made_by_the_report(episode).values_list("code", flat=True)) == FROM_THE_REPORT
