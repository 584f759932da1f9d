"""A filter under a name, and telling its owner, once, when a youth enters it."""

from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from casework.access.board import BoardFilter, DutyState, FlagIs, Status
from casework.access.board_address import read_query
from casework.models import (
    AuditEvent,
    FlagMark,
    Outcome,
    Reminder,
    SavedView,
    SavedViewMember,
    SavedViewNotice,
    User,
)
from casework.operations import saved_views
from casework.operations.flags import raise_by_hand
from casework.operations.people import deactivate, reactivate
from casework.policies.ladder import ReminderKind
from tests.factories import EpisodeFactory, YouthFactory
from tests.integration.scenes import bring_back, log, record

MINUTE = timedelta(minutes=1)
ENDANGERED = BoardFilter(flag=FlagIs.ENDANGERED, status=Status.MISSING)
EVERYBODY = BoardFilter(status=Status.MISSING)
OVERDUE = BoardFilter(duty=DutyState.OVERDUE)


def save(by, now, *, name="Tonight", wanted=ENDANGERED, tell=True) -> SavedView:
    return saved_views.save(by=by, now=now, name=name, wanted=wanted, tell=tell)


def flag(episode, *, by, now):
    raise_by_hand(
        episode=episode, by=by, now=now, mark=FlagMark.ENDANGERED, why="No coat, and it snows"
    )


def told() -> list[tuple[int, int]]:
    """Of which episode was told, and of how many youth with it, oldest first."""
    return list(
        SavedViewNotice.objects.order_by("pk").values_list("reminder__episode_id", "entered")
    )


# --- A name for a filter -------------------------------------------------------------------


def test_a_filter_is_kept_as_it_stands(sam, now):
    view = save(sam, now, wanted=OVERDUE, tell=False)

    assert read_query(view.query) == OVERDUE
    assert view.owner == sam
    assert not view.is_telling
    assert AuditEvent.objects.filter(event="saved_view.made", subject_id=view.public_id).exists()


def test_the_same_form_twice_is_one_view(sam, now):
    save(sam, now)
    save(sam, now + MINUTE)

    assert SavedView.objects.count() == 1


def test_one_name_for_two_filters_is_refused(sam, now):
    save(sam, now)

    with pytest.raises(saved_views.Refused, match="You have a view of this name"):
        save(sam, now, name="TONIGHT", wanted=OVERDUE)


def test_two_people_may_use_the_same_name(sam, ana, now):
    save(sam, now)
    save(ana, now)

    assert SavedView.objects.count() == 2


def test_a_view_is_renamed(sam, now):
    view = save(sam, now)
    save(sam, now, name="Late", wanted=OVERDUE)

    saved_views.change(view=view, by=sam, now=now, name="This evening", tell=True)

    view.refresh_from_db()
    assert view.name == "This evening"
    with pytest.raises(saved_views.Refused):
        saved_views.change(view=view, by=sam, now=now, name="late", tell=True)


def test_there_is_an_end_to_the_number_of_views(sam, now):
    for number in range(saved_views.MOST_VIEWS):
        save(sam, now, name=f"View {number}", tell=False)

    with pytest.raises(saved_views.Refused, match="Delete one first"):
        save(sam, now, name="One more")


def test_a_deleted_view_tells_nobody_any_more(sam, ana, episode, now):
    view = save(sam, now)
    flag(episode, by=ana, now=now)
    saved_views.notice_entries(now=now + MINUTE)

    saved_views.delete(view=view, by=sam, now=now + MINUTE)

    assert not SavedView.objects.exists()
    assert not SavedViewMember.objects.exists()
    reminder = Reminder.objects.get(dedupe_key__startswith="view:")
    assert reminder.cancelled_at == now + MINUTE


# --- Who enters ----------------------------------------------------------------------------


def test_who_enters_a_view_is_told_once(sam, ana, episode, now):
    save(sam, now)
    flag(episode, by=ana, now=now)

    written = [saved_views.notice_entries(now=now + number * MINUTE) for number in (1, 2, 3)]

    assert written == [1, 0, 0]
    assert told() == [(episode.pk, 1)]
    reminder = SavedViewNotice.objects.get().reminder
    assert reminder.kind == ReminderKind.NOTICE
    assert reminder.due_at == now + MINUTE
    assert reminder.addressed_at is None


def test_who_is_in_a_view_already_has_not_entered_it(sam, ana, episode, now):
    flag(episode, by=ana, now=now)
    save(sam, now)

    assert saved_views.notice_entries(now=now + MINUTE) == 0


def test_who_left_and_comes_again_has_entered_again(sam, ana, episode, police, now):
    late = now + timedelta(hours=3)
    save(sam, now, wanted=OVERDUE)
    saved_views.notice_entries(now=late)
    for duty in episode.duties.filter(due_at__lt=late):
        record(duty, Outcome.DONE, by=ana, now=late)
    saved_views.notice_entries(now=late + MINUTE)
    later = now + timedelta(days=2)

    saved_views.notice_entries(now=later)

    assert told() == [(episode.pk, 1), (episode.pk, 1)]


def test_time_alone_can_bring_a_youth_into_a_view(sam, episode, now):
    save(sam, now, wanted=OVERDUE)

    assert saved_views.notice_entries(now=now + MINUTE) == 0
    assert saved_views.notice_entries(now=now + timedelta(hours=2)) == 1


def test_a_view_that_does_not_tell_writes_nothing(sam, ana, episode, now):
    view = save(sam, now, tell=False)
    flag(episode, by=ana, now=now)

    assert saved_views.notice_entries(now=now + MINUTE) == 0

    saved_views.change(view=view, by=sam, now=now + MINUTE, name=view.name, tell=True)
    assert saved_views.notice_entries(now=now + 2 * MINUTE) == 0


def test_nobody_is_told_of_a_youth_they_may_not_see(omar, ana, episode, now):
    save(omar, now)
    flag(episode, by=ana, now=now)

    assert saved_views.notice_entries(now=now + MINUTE) == 0


def test_who_lost_their_account_is_told_nothing(sam, ana, adam, episode, now):
    save(sam, now)
    User.objects.filter(pk=sam.pk).update(is_active=False, deactivated_at=now, deactivated_by=adam)
    flag(episode, by=ana, now=now)

    assert saved_views.notice_entries(now=now + MINUTE) == 0


def test_whose_account_is_open_again_is_told_only_of_who_enters_from_then_on(
    sam, adam, ana, unit, now
):
    save(sam, now, wanted=EVERYBODY)
    deactivate(person=sam, by=adam, now=now, hand_over={})
    log(YouthFactory(unit=unit), by=ana, now=now)
    saved_views.notice_entries(now=now + MINUTE)

    reactivate(person=sam, by=adam, now=now + 2 * MINUTE)
    assert saved_views.notice_entries(now=now + 3 * MINUTE) == 0

    later = log(YouthFactory(unit=unit), by=ana, now=now + 4 * MINUTE)
    assert saved_views.notice_entries(now=now + 5 * MINUTE) == 1
    assert told() == [(later.pk, 1)]


def test_a_look_that_is_cut_off_goes_on_behind_the_view_that_it_had_reached(sam, now, monkeypatch):
    views = [save(sam, now, name=f"View {number}").pk for number in range(3)]
    looked_at = []

    def cut_off_at_the_second(view, *, now):
        looked_at.append(view.pk)
        if len(looked_at) == 2:
            raise SoftTimeLimitExceeded
        return []

    monkeypatch.setattr(saved_views, "_now_in", cut_off_at_the_second)

    with pytest.raises(SoftTimeLimitExceeded):
        saved_views.notice_entries(now=now + MINUTE)
    saved_views.notice_entries(now=now + 2 * MINUTE)

    assert looked_at == [views[0], views[1], views[2], views[0], views[1]]


def test_of_many_at_once_one_notice_tells(sam, unit, ana, now):
    save(sam, now, wanted=EVERYBODY)
    for _ in range(saved_views.MOST_AT_ONCE + 1):
        EpisodeFactory(youth=YouthFactory(unit=unit), assigned_to=ana)

    assert saved_views.notice_entries(now=now + MINUTE) == 1

    [(_, entered)] = told()
    assert entered == 21


def test_a_view_of_more_than_one_question_is_looked_through_whole(sam, unit, ana, now, monkeypatch):
    monkeypatch.setattr(saved_views, "LOOKED_THROUGH", 2)
    save(sam, now, wanted=EVERYBODY)
    for _ in range(5):
        EpisodeFactory(youth=YouthFactory(unit=unit), assigned_to=ana)

    assert saved_views.notice_entries(now=now + MINUTE) == 5
    assert saved_views.notice_entries(now=now + 2 * MINUTE) == 0


def test_one_view_that_fails_does_not_stop_the_rest(sam, ana, episode, now, monkeypatch, caplog):
    broken = save(sam, now, name="Broken")
    save(ana, now)
    flag(episode, by=ana, now=now)
    look = saved_views._now_in

    def fail_for_one(view, *, now):
        if view.pk == broken.pk:
            raise RuntimeError("no answer")
        return look(view, now=now)

    monkeypatch.setattr(saved_views, "_now_in", fail_for_one)

    assert saved_views.notice_entries(now=now + MINUTE) == 1
    assert str(broken.public_id) in caplog.text
    assert "Tonight" not in caplog.text


def test_a_youth_who_is_back_leaves_the_view(sam, ana, episode, now):
    save(sam, now, wanted=EVERYBODY)
    assert SavedViewMember.objects.count() == 1

    bring_back(episode, by=ana, now=now)
    saved_views.notice_entries(now=now + MINUTE)

    assert SavedViewMember.objects.count() == 0
    assert told() == []


def test_a_new_youth_is_told_of_within_a_minute(sam, ana, unit, now):
    save(sam, now, wanted=EVERYBODY)
    episode = log(YouthFactory(unit=unit), by=ana, now=now)

    saved_views.notice_entries(now=now + MINUTE)

    assert told() == [(episode.pk, 1)]
