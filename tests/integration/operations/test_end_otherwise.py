"""An episode can end without a return: the youth aged out, or it was opened in error."""

from datetime import timedelta

import pytest

from casework.models import AuditEvent, EndReason, Episode, EpisodeStatus, NoteKind, Outcome
from casework.operations import returns
from casework.operations.returns import AlreadyRecorded, CannotUndo, OutOfOrder
from tests.integration.scenes import bring_back, exactly, log, record

WITHOUT_RETURN = [reason for reason in EndReason if reason != EndReason.RETURNED]


def end(episode, reason, *, by, now, at=None):
    return returns.end_otherwise(
        episode=episode,
        by=by,
        now=now,
        ended=exactly(at or now),
        reason=reason,
        why="The court said so.",
    )


@pytest.mark.parametrize("reason", WITHOUT_RETURN)
def test_the_end_its_reason_and_its_words_are_kept(episode, ana, now, reason):
    at = now - timedelta(minutes=5)

    end(episode, reason, by=ana, now=now, at=at)

    episode.refresh_from_db()
    assert (episode.ended_at, episode.end_reason, episode.returned_at) == (at, reason, None)
    assert episode.status(has_open_duties=True) == EpisodeStatus.CLOSED
    note = episode.notes.get()
    assert note.text == f"{reason.label}. The court said so."
    assert (note.kind, note.happened_at) == (NoteKind.CLOSED, at)
    event = AuditEvent.objects.get(event="episode.ended")
    assert (event.subject_id, event.by) == (episode.public_id, ana.public_id)
    assert event.detail == {"reason": reason.value}


@pytest.mark.parametrize("reason", WITHOUT_RETURN)
def test_nobody_is_reminded_any_more_of_the_missing_time(episode, ana, now, reason):
    end(episode, reason, by=ana, now=now)

    assert not episode.reminders.waiting().filter(duty__phase="missing").exists()


@pytest.mark.parametrize("reason", WITHOUT_RETURN)
def test_only_a_youth_who_was_found_starts_duties_of_the_return(episode, ana, now, reason):
    end(episode, reason, by=ana, now=now)

    started = episode.duties.open().filter(phase="return")
    assert started.exists() == (reason == EndReason.FOUND_ELSEWHERE)
    assert episode.reminders.waiting().filter(duty__in=started).exists() == started.exists()


def test_duties_that_the_locating_started_keep_reminding(episode, ana, now):
    returns.record_located(episode=episode, by=ana, now=now, located=exactly(now))

    end(episode, EndReason.AGED_OUT, by=ana, now=now + timedelta(minutes=5))

    assert episode.reminders.waiting().filter(duty__phase="return").exists()


def test_what_was_missed_does_not_disappear_with_the_end(episode, police, ana, now):
    end(episode, EndReason.AGED_OUT, by=ana, now=police.due_at + timedelta(hours=1))

    assert police in episode.duties.overdue_at(now + timedelta(days=9))


def test_the_open_duties_of_an_error_are_withdrawn_and_what_was_done_stays(
    episode, police, ana, now
):
    record(police, Outcome.DONE, by=ana, now=now)

    end(episode, EndReason.OPENED_IN_ERROR, by=ana, now=now)

    assert list(episode.duties.in_force()) == [police]
    assert not Episode.objects.with_work_left().exists()
    assert episode.notes.filter(kind=NoteKind.CLOSED).count() == 1


def test_a_youth_whose_episode_was_closed_can_be_logged_again(episode, jordan, ana, now):
    end(episode, EndReason.OPENED_IN_ERROR, by=ana, now=now)

    assert log(jordan, by=ana, now=now).is_open


def test_a_return_is_not_recorded_this_way(episode, ana, now):
    with pytest.raises(ValueError, match="record_returned"):
        end(episode, EndReason.RETURNED, by=ana, now=now)


def test_an_end_is_recorded_once(episode, ana, sam, now):
    bring_back(episode, by=ana, now=now)

    with pytest.raises(AlreadyRecorded):
        end(episode, EndReason.AGED_OUT, by=sam, now=now)

    episode.refresh_from_db()
    assert episode.end_reason == EndReason.RETURNED


def test_nothing_ends_before_the_youth_was_last_seen(jordan, ana, now):
    episode = log(jordan, by=ana, now=now, last_seen=exactly(now - timedelta(hours=1)))

    with pytest.raises(OutOfOrder):
        end(episode, EndReason.AGED_OUT, by=ana, now=now, at=now - timedelta(hours=2))


def test_an_end_without_a_return_is_not_undone_as_one(episode, ana, now):
    end(episode, EndReason.AGED_OUT, by=ana, now=now)

    with pytest.raises(CannotUndo):
        returns.undo_return(episode=episode, by=ana, now=now, reason="Mistaken.")


def test_a_failure_on_the_way_changes_nothing(episode, ana, now, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("casework.operations.returns.audit.record", fail)
    waiting = episode.reminders.waiting().count()

    with pytest.raises(RuntimeError):
        end(episode, EndReason.OPENED_IN_ERROR, by=ana, now=now)

    episode.refresh_from_db()
    assert episode.is_open
    assert episode.reminders.waiting().count() == waiting
    assert not episode.duties.filter(withdrawn_at__isnull=False).exists()
