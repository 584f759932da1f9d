"""The youth is located, returns, or a return is taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from casework.models import (
    AuditEvent,
    EndReason,
    EpisodeStatus,
    Known,
    Outcome,
    Reminder,
    ReturnedTo,
)
from casework.operations import returns
from casework.operations.episodes import AlreadyMissing
from casework.operations.returns import AlreadyRecorded, CannotUndo, OutOfOrder
from casework.policies.time_words import Moment, Precision
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import bring_back, exactly, log, record

DAY = timedelta(days=1)
RETURN_DUTIES = {
    "tell_police_of_return",
    "tell_ncmec_of_return",
    "ask_about_medical_care",
    "screen_for_trafficking",
    "offer_conversation",
}
LOCATED_DUTIES = {"tell_police_of_return", "tell_ncmec_of_return"}


def codes_in_force(episode, **filters):
    return set(episode.duties.in_force().filter(**filters).values_list("code", flat=True))


def locate(episode, *, by, now, at=None):
    return returns.record_located(episode=episode, by=by, now=now, located=exactly(at or now))


def undo(episode, *, by, now):
    return returns.undo_return(
        episode=episode, by=by, now=now, reason="Another youth had come back."
    )


def waiting_keys(episode):
    return set(
        Reminder.objects.waiting().filter(episode=episode).values_list("dedupe_key", flat=True)
    )


def test_a_return_ends_the_missing_time_and_starts_the_return_duties(episode, ana, now):
    at = now - timedelta(minutes=5)

    bring_back(episode, by=ana, now=now, at=at)

    episode.refresh_from_db()
    assert (episode.returned_at, episode.returned_by) == (at, ana)
    assert (episode.ended_at, episode.end_reason) == (at, EndReason.RETURNED)
    assert episode.returned_to == ReturnedTo.PLACEMENT
    assert codes_in_force(episode, phase="return") == RETURN_DUTIES
    screening = episode.duties.get(code="screen_for_trafficking")
    assert screening.due_at == at + timedelta(hours=24)
    assert screening.reminders.waiting().exists()
    assert AuditEvent.objects.get(event="episode.returned").subject_id == episode.public_id


def test_after_the_return_nobody_is_reminded_of_the_missing_time(episode, police, ana, now):
    bring_back(episode, by=ana, now=now)

    police.refresh_from_db()
    assert police.is_open
    assert not police.reminders.waiting().exists()
    assert episode.duties.get(code="tell_police_of_return").reminders.waiting().exists()


def test_a_duty_that_was_open_at_the_return_stands_still(episode, police, ana, now):
    bring_back(episode, by=ana, now=now)

    assert police not in episode.duties.overdue_at(now + timedelta(days=9))


def test_a_duty_that_was_late_at_the_return_stays_late(episode, police, ana, now):
    bring_back(episode, by=ana, now=police.due_at + timedelta(hours=1))

    assert police in episode.duties.overdue_at(now + timedelta(days=9))


def test_two_people_record_the_return_once(episode, ana, sam, now):
    bring_back(episode, by=ana, now=now)

    with pytest.raises(AlreadyRecorded):
        bring_back(episode, by=sam, now=now)

    assert episode.duties.filter(phase="return").count() == len(RETURN_DUTIES)


def test_located_starts_telling_and_the_missing_time_goes_on(episode, police, ana, now):
    locate(episode, by=ana, now=now)

    episode.refresh_from_db()
    assert (episode.located_at, episode.located_by) == (now, ana)
    assert episode.is_open
    assert episode.status(has_open_duties=True) == EpisodeStatus.LOCATED
    assert codes_in_force(episode, phase="return") == LOCATED_DUTIES
    assert police.reminders.waiting().exists()
    assert AuditEvent.objects.filter(event="episode.located", by=ana.public_id).exists()


def test_located_then_returned_adds_the_rest_and_doubles_nothing(episode, ana, now):
    locate(episode, by=ana, now=now)
    back = now + timedelta(hours=3)

    bring_back(episode, by=ana, now=back)

    assert codes_in_force(episode, phase="return") == RETURN_DUTIES
    assert episode.duties.filter(phase="return").count() == len(RETURN_DUTIES)
    told = episode.duties.get(code="tell_police_of_return")
    assert told.due_at == now + timedelta(hours=24)
    asked = episode.duties.get(code="ask_about_medical_care")
    assert asked.due_at == back + timedelta(hours=24)


def test_located_twice_is_refused(episode, ana, sam, now):
    locate(episode, by=ana, now=now)

    with pytest.raises(AlreadyRecorded):
        locate(episode, by=sam, now=now)


def test_located_after_the_return_is_refused(episode, ana, now):
    bring_back(episode, by=ana, now=now)

    with pytest.raises(AlreadyRecorded):
        locate(episode, by=ana, now=now)


def test_nobody_returns_before_they_were_last_seen(jordan, ana, now):
    episode = log(jordan, by=ana, now=now, last_seen=exactly(now - timedelta(hours=1)))

    for refused in (locate, bring_back):
        with pytest.raises(OutOfOrder, match="last seen"):
            refused(episode, by=ana, now=now, at=now - timedelta(hours=2))

    episode.refresh_from_db()
    assert episode.is_open
    assert episode.located_at is None


def test_nobody_returns_before_they_were_located(episode, ana, now):
    locate(episode, by=ana, now=now)

    with pytest.raises(OutOfOrder, match="located"):
        bring_back(episode, by=ana, now=now, at=now - timedelta(minutes=1))


def test_undoing_a_return_lets_the_clocks_run_on(episode, police, ana, now):
    bring_back(episode, by=ana, now=now)
    later = now + timedelta(minutes=20)

    undo(episode, by=ana, now=later)

    episode.refresh_from_db()
    assert episode.is_open
    assert (episode.returned_at, episode.returned_to, episode.end_reason) == (None, "", "")
    assert episode.medical_care_needed == Known.NOT_KNOWN
    assert codes_in_force(episode, phase="return") == set()
    assert police.reminders.waiting().filter(due_at=police.due_at).count() == 2
    withdrawn = episode.duties.filter(phase="return")
    assert set(withdrawn.values_list("withdrawn_at", flat=True)) == {later}
    assert not Reminder.objects.waiting().filter(duty__in=withdrawn).exists()


def test_undoing_a_return_stays_on_the_timeline_and_in_the_trail(episode, ana, now):
    bring_back(episode, by=ana, now=now)

    undo(episode, by=ana, now=now)

    note = episode.notes.get()
    assert note.kind == "correction"
    assert "Another youth had come back." in note.text
    assert AuditEvent.objects.get(event="episode.return_undone").by == ana.public_id


def test_undoing_a_return_leaves_settled_duties_settled(episode, police, ana, now):
    record(police, Outcome.DONE, by=ana, now=now)
    bring_back(episode, by=ana, now=now)

    undo(episode, by=ana, now=now)

    police.refresh_from_db()
    assert not police.is_open
    assert not police.reminders.waiting().exists()


def test_undoing_a_return_leaves_what_the_locating_started(episode, ana, now):
    locate(episode, by=ana, now=now)
    told = episode.duties.get(code="tell_police_of_return")
    record(told, Outcome.TRIED, by=ana, now=now)
    reminders = set(told.reminders.waiting().values_list("dedupe_key", flat=True))
    bring_back(episode, by=ana, now=now + timedelta(hours=1))

    undo(episode, by=ana, now=now + timedelta(hours=2))

    episode.refresh_from_db()
    assert episode.located_at == now
    assert codes_in_force(episode, phase="return") == LOCATED_DUTIES
    assert set(told.reminders.waiting().values_list("dedupe_key", flat=True)) == reminders


def test_a_second_return_starts_the_return_duties_anew(episode, ana, now):
    bring_back(episode, by=ana, now=now)
    undo(episode, by=ana, now=now)
    back = now + timedelta(hours=6)

    bring_back(episode, by=ana, now=back)

    assert codes_in_force(episode, phase="return") == RETURN_DUTIES
    in_force = episode.duties.in_force().get(code="screen_for_trafficking")
    assert in_force.due_at == back + timedelta(hours=24)


def test_there_is_nothing_to_undo_before_a_return(episode, ana, now):
    with pytest.raises(CannotUndo, match="No return is recorded"):
        undo(episode, by=ana, now=now)


def test_a_return_cannot_be_undone_once_someone_worked_on_it(episode, ana, now):
    bring_back(episode, by=ana, now=now)
    record(episode.duties.get(code="offer_conversation"), Outcome.TRIED, by=ana, now=now)

    with pytest.raises(CannotUndo, match="already worked on"):
        undo(episode, by=ana, now=now)

    episode.refresh_from_db()
    assert episode.returned_at == now


def test_a_return_cannot_be_undone_once_the_youth_is_missing_again(episode, jordan, ana, now):
    bring_back(episode, by=ana, now=now)
    log(jordan, by=ana, now=now + timedelta(hours=5))

    with pytest.raises(CannotUndo, match="missing again"):
        undo(episode, by=ana, now=now + timedelta(hours=6))


@pytest.mark.parametrize("act", [locate, bring_back])
def test_a_failure_on_the_way_changes_nothing(episode, ana, now, monkeypatch, act):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("casework.operations.returns.audit.record", fail)
    before = waiting_keys(episode), codes_in_force(episode)

    with pytest.raises(RuntimeError):
        act(episode, by=ana, now=now)

    episode.refresh_from_db()
    assert episode.is_open
    assert episode.located_at is None
    assert (waiting_keys(episode), codes_in_force(episode)) == before


def test_a_failed_undo_leaves_the_return(episode, ana, now, monkeypatch):
    bring_back(episode, by=ana, now=now)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("casework.operations.returns.audit.record", fail)
    before = waiting_keys(episode), codes_in_force(episode)

    with pytest.raises(RuntimeError):
        undo(episode, by=ana, now=now)

    episode.refresh_from_db()
    assert episode.returned_at == now
    assert (waiting_keys(episode), codes_in_force(episode)) == before


def test_a_return_is_not_undone_across_a_later_absence(episode, jordan, ana, now):
    bring_back(episode, by=ana, now=now)
    again = log(jordan, by=ana, now=now + timedelta(hours=3), told_at=now + timedelta(hours=2))
    bring_back(again, by=ana, now=now + timedelta(hours=4))

    with pytest.raises(CannotUndo):
        undo(episode, by=ana, now=now + timedelta(hours=5))


def test_what_was_taken_back_stays_on_the_timeline(episode, ana, now):
    bring_back(episode, by=ana, now=now)

    undo(episode, by=ana, now=now + timedelta(minutes=5))

    text = episode.notes.get().text
    assert "Back at placement, Tue Mar 3, 2:04 a.m. CST, by Ana." in text


def test_a_telling_within_an_ended_episode_belongs_to_that_one(episode, jordan, ana, now):
    bring_back(episode, by=ana, now=now + timedelta(hours=3))

    with pytest.raises(AlreadyMissing) as refusal:
        log(jordan, by=ana, now=now + timedelta(hours=4), told_at=now + timedelta(hours=1))

    assert refusal.value.episode == episode


def test_the_youths_own_caseworker_holds_the_duties(jordan, ana, oona, now):
    jordan.caseworker = ana
    jordan.save(update_fields=["caseworker"])

    assert log(jordan, by=oona, now=now).assigned_to == ana


def test_whoever_logs_holds_them_when_the_caseworker_has_left(jordan, ana, oona, adam, now):
    ana.is_active, ana.deactivated_at, ana.deactivated_by = False, now, adam
    ana.save()
    jordan.caseworker = ana
    jordan.save(update_fields=["caseworker"])

    assert log(jordan, by=oona, now=now).assigned_to == oona


def test_what_a_return_moves_stands_on_the_timeline(add_file, ana, now):
    add_file(
        "us-mo-home",
        """
        [[duty]]
        code = "see_the_youth"
        title = "See the youth"
        phase = "return"
        appears_on = "located"
        anchor = "returned"
        within = "24 hours"
        basis = "policy"
        source = "Board decision"
        verified = "source_seen"
        order = 200
        """,
    )
    episode = log(YouthFactory(unit=UnitFactory(jurisdiction="us-mo-home")), by=ana, now=now)
    locate(episode, by=ana, now=now)
    assert not episode.notes.exists()

    bring_back(episode, by=ana, now=now + DAY)

    lead, *moved = episode.notes.get().text.split("\n")
    assert lead == "The youth's return moved these."
    assert [one.split(",")[0] for one in moved] == ["See the youth: 24 h later"]


def test_a_return_that_only_starts_duties_leaves_no_note(episode, ana, now):
    bring_back(episode, by=ana, now=now)

    assert not episode.notes.exists()


def test_a_day_of_return_makes_the_notices_provisional_too(episode, ana, now):
    """Located when they returned: only the day of both is known."""
    returned = Moment(at=datetime(2026, 3, 4, 6, tzinfo=UTC), precision=Precision.DATE_ONLY)

    returns.record_returned(
        episode=episode,
        by=ana,
        now=now + 2 * DAY,
        returned=returned,
        returned_to=ReturnedTo.PLACEMENT,
        medical_care_needed=Known.NOT_KNOWN,
    )

    notice = episode.duties.get(code="tell_ncmec_of_return")
    assert notice.is_provisional
    assert notice.open_questions == [
        "Only the day is known on which the youth was located: counted from its start."
    ]
