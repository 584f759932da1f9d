"""A moment learned later, or put right: the clocks that rest on it move with it, or nothing does."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.models import (
    AuditEvent,
    Delivery,
    Duty,
    EndReason,
    Episode,
    NoteKind,
    Outcome,
    Reminder,
    WorkState,
)
from casework.notifications import sweep
from casework.operations import clocks, returns
from casework.operations.moments import Refused
from casework.policies.anchors import Anchor
from casework.policies.difference import Change
from casework.policies.time_words import Moment, Precision
from casework.presenters.due import timeliness
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import (
    bring_back,
    exactly,
    log,
    reads_as_planned_afresh,
    record,
    set_time,
)

CHICAGO = ZoneInfo("America/Chicago")
DECIDED = Anchor.DETERMINED_MISSING.label
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def log_in(jurisdiction, *, by, now, **told):
    unit = UnitFactory(jurisdiction=jurisdiction)
    return log(YouthFactory(unit=unit), by=by, now=now, **told)


def day_of(at: datetime) -> Moment:
    """Only the local day of this moment is known."""
    start = at.astimezone(CHICAGO).replace(hour=0, minute=0, second=0, microsecond=0)
    return Moment(at=start.astimezone(UTC), precision=Precision.DATE_ONLY)


# --- What moves ----------------------------------------------------------------------------------


def test_the_decision_learned_later_moves_the_clocks_that_count_from_it(episode, police, ana, now):
    decided = episode.told_at + 8 * MINUTE
    assert police.is_provisional

    said = set_time(episode, Anchor.DETERMINED_MISSING, decided, by=ana, now=now)

    police.refresh_from_db()
    assert (police.due_at, police.counted_from_at) == (decided + 2 * HOUR, decided)
    assert (police.is_provisional, police.open_questions) == (False, [])
    moved = {one.title: one.change for one in said}
    assert moved["Report to police"] is moved["Report to NCMEC"] is Change.LATER
    assert reads_as_planned_afresh(episode)


EACH_ANCHOR = [
    # jurisdiction, duty, the moment, minutes from told, then due so long after the moment
    ("us", "report_to_ncmec", Anchor.TOLD, -50, timedelta(hours=24)),
    ("us-mo", "report_to_ncmec", Anchor.DETERMINED_MISSING, 5, timedelta(hours=2)),
    ("us-ky", "report_to_police", Anchor.DETERMINED_MISSING, 5, timedelta(hours=12)),
    ("us-fl", "report_to_police", Anchor.FIRST_SUSPECTED, -50, timedelta(hours=4)),
    ("us-dc", "report_to_police", Anchor.LAST_SEEN, -50, timedelta(hours=1)),
    ("us-ak", "tell_parents", Anchor.NOTIFIED, 5, timedelta(hours=12)),
]


@pytest.mark.parametrize(("jurisdiction", "code", "anchor", "minutes", "within"), EACH_ANCHOR)
def test_each_moment_moves_the_clocks_that_count_from_it(
    ana, now, jurisdiction, code, anchor, minutes, within
):
    episode = log_in(jurisdiction, by=ana, now=now)
    if jurisdiction == "us-ak":  # counts from whichever of two is first: the other one is known
        set_time(episode, Anchor.LAST_SEEN, episode.told_at, by=ana, now=now)
    at = episode.told_at + minutes * MINUTE

    set_time(episode, anchor, at, by=ana, now=now)

    duty = episode.duties.get(code=code)
    expected = min(at, episode.told_at) if jurisdiction == "us-ak" else at
    assert duty.due_at == expected + within
    assert reads_as_planned_afresh(episode)


def test_a_caseworker_notified_late_never_moves_the_federal_clock(ana, now):
    episode = log_in("us-il", by=ana, now=now)
    police = episode.duties.get(code="report_to_police")
    assert police.is_provisional

    said = set_time(episode, Anchor.NOTIFIED, now, by=ana, now=now)

    police.refresh_from_db()
    assert police.due_at == episode.told_at + timedelta(hours=24)
    assert not police.is_provisional
    assert "Report to police" not in {one.title for one in said}


def test_a_moment_that_is_not_known_after_all_makes_its_clocks_provisional_again(
    episode, police, ana, now
):
    before = police.due_at
    set_time(episode, Anchor.DETERMINED_MISSING, now, by=ana, now=now)

    set_time(episode, Anchor.DETERMINED_MISSING, None, by=ana, now=now)

    police.refresh_from_db()
    assert (police.due_at, police.is_provisional) == (before, True)
    assert "counted from when the agency was told" in police.open_questions[0]


@pytest.mark.parametrize("anchor", [Anchor.LAST_SEEN, Anchor.FIRST_SUSPECTED, Anchor.NOTIFIED])
def test_what_is_not_known_after_all_stands_empty(episode, ana, now, anchor):
    at = now if anchor is Anchor.NOTIFIED else episode.told_at
    set_time(episode, anchor, at, by=ana, now=now)

    set_time(episode, anchor, None, by=ana, now=now)

    episode.refresh_from_db()
    assert getattr(episode, f"{anchor}_at") is None


def test_a_day_alone_counts_from_its_start_and_is_provisional(ana, now):
    episode = log_in("us-fl", by=ana, now=now)
    yesterday = day_of(now - timedelta(days=1))

    set_time(episode, Anchor.FIRST_SUSPECTED, yesterday, by=ana, now=now)

    police = episode.duties.get(code="report_to_police")
    assert police.due_at == yesterday.at + 4 * HOUR
    assert police.is_provisional
    assert "Only the day is known" in police.open_questions[0]
    assert police in episode.duties.overdue_at(now)


def test_the_time_of_a_day_that_was_known_makes_it_certain(ana, now):
    episode = log_in("us-dc", by=ana, now=now)
    set_time(episode, Anchor.LAST_SEEN, day_of(now), by=ana, now=now)

    set_time(episode, Anchor.LAST_SEEN, episode.told_at - HOUR, by=ana, now=now)

    police = episode.duties.get(code="report_to_police")
    assert (police.due_at, police.is_provisional) == (episode.told_at, False)


def test_only_how_exactly_it_is_known_may_change(episode, police, ana, now):
    at = episode.told_at + 8 * MINUTE
    set_time(episode, Anchor.DETERMINED_MISSING, Moment(at, Precision.ABOUT), by=ana, now=now)

    said = set_time(episode, Anchor.DETERMINED_MISSING, at, by=ana, now=now)

    episode.refresh_from_db()
    assert said == []
    assert episode.determined_missing_precision == Precision.EXACT
    note = episode.notes.order_by("-id").first()
    assert "It said before: about Tue Mar 3, 2:00 a.m. CST." in note.text
    assert note.text.endswith("No due time moved.")


@pytest.mark.parametrize(
    ("decided", "due"),
    [
        (datetime(2026, 3, 8, 1, 30, tzinfo=CHICAGO), "Sun 04:30 CDT"),
        (datetime(2026, 11, 1, 1, 30, tzinfo=CHICAGO), "Sun 02:30 CST"),
        (datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=CHICAGO), "Sun 03:30 CST"),
    ],
    ids=["spring", "autumn, first 1:30", "autumn, second 1:30"],
)
def test_two_hours_are_two_hours_in_the_nights_of_the_clock_change(jordan, ana, decided, due):
    decided = decided.astimezone(UTC)
    told = decided - HOUR
    episode = log(jordan, by=ana, now=decided + HOUR, told_at=told)

    set_time(episode, Anchor.DETERMINED_MISSING, decided, by=ana, now=decided + HOUR)

    at = episode.duties.get(code="report_to_police").due_at
    assert at == decided + 2 * HOUR
    assert f"{at.astimezone(CHICAGO):%a %H:%M %Z}" == due


def test_the_same_moment_again_changes_and_says_nothing(episode, ana, now):
    set_time(episode, Anchor.DETERMINED_MISSING, now, by=ana, now=now)
    reminders = Reminder.objects.count()

    assert set_time(episode, Anchor.DETERMINED_MISSING, now, by=ana, now=now) == []

    assert episode.notes.count() == 1
    assert Reminder.objects.count() == reminders


# --- Reminders -----------------------------------------------------------------------------------


def test_a_time_that_makes_a_duty_overdue_says_so_and_reminds_everybody_once(ana, oona, now):
    episode = log_in("us", by=ana, now=now)
    police = episode.duties.get(code="report_to_police")
    sweep.address_due(now=now)
    old_mail = Delivery.objects.waiting().filter(reminder__duty=police)
    assert old_mail.exists()

    said = set_time(episode, Anchor.TOLD, now - timedelta(hours=25), by=ana, now=now)

    police.refresh_from_db()
    assert police in episode.duties.overdue_at(now)
    (moved,) = [one for one in said if one.title == "Report to police"]
    assert moved.after.due_at == now - HOUR
    assert not old_mail.exists()
    told = police.reminders.waiting().exclude(kind="repeat")
    at_once = Counter(told.values_list("audience", flat=True))
    assert at_once == {"owner": 1, "backup": 1, "supervisor": 1, "on_call": 1, "agency": 1}
    assert set(told.values_list("due_at", flat=True)) == {now}


def test_reminders_of_the_old_time_are_cancelled_and_those_of_the_new_one_planned(
    episode, police, ana, now
):
    old = set(police.reminders.waiting().values_list("pk", flat=True))
    decided = now - 2 * MINUTE

    set_time(episode, Anchor.DETERMINED_MISSING, decided, by=ana, now=now)

    waiting = police.reminders.waiting()
    assert not old & set(waiting.values_list("pk", flat=True))
    due = decided + 2 * HOUR
    assert set(waiting.filter(kind="overdue").values_list("audience", "due_at")) == {
        ("owner", due),
        ("supervisor", due),
    }
    assert waiting.get(audience="on_call", kind="escalation").due_at == due - 15 * MINUTE
    assert waiting.filter(due_at__lte=now).count() == 1


def test_a_duty_that_did_not_move_keeps_its_reminders(ana, now):
    episode = log_in("us-fl", by=ana, now=now)
    ncmec = episode.duties.get(code="report_to_ncmec")
    before = set(ncmec.reminders.waiting().values_list("pk", flat=True))

    set_time(episode, Anchor.FIRST_SUSPECTED, episode.told_at - HOUR, by=ana, now=now)

    assert set(ncmec.reminders.waiting().values_list("pk", flat=True)) == before != set()


def test_a_time_put_right_again_and_again_leaves_one_ladder(episode, police, ana, now):
    for minute in range(5):
        set_time(episode, Anchor.DETERMINED_MISSING, now - minute * MINUTE, by=ana, now=now)

    waiting = police.reminders.waiting().values_list("kind", "audience")
    assert len(waiting) == len(set(waiting))
    assert waiting.filter(kind="overdue", audience="owner").count() == 1


WITHOUT_RETURN = [reason for reason in EndReason if reason != EndReason.RETURNED]


def test_after_the_return_nobody_is_reminded_of_the_missing_time(episode, ana, now):
    bring_back(episode, by=ana, now=now)

    set_time(episode, Anchor.TOLD, episode.told_at - 30 * HOUR, by=ana, now=now)

    assert not episode.reminders.waiting().filter(duty__phase="missing").exists()
    assert reads_as_planned_afresh(episode)


@pytest.mark.parametrize("reason", WITHOUT_RETURN)
def test_nobody_is_reminded_of_the_missing_time_of_a_closed_episode(episode, ana, now, reason):
    returns.end_otherwise(
        episode=episode, by=ana, now=now, ended=exactly(now), reason=reason, why="So it was."
    )

    set_time(episode, Anchor.TOLD, episode.told_at - HOUR, by=ana, now=now)

    assert not episode.reminders.waiting().filter(duty__phase="missing").exists()


@pytest.mark.parametrize("reason", [EndReason.OPENED_IN_ERROR, EndReason.DECEASED])
def test_a_correction_wakes_nobody_after_an_error_or_a_death(episode, ana, now, reason):
    returns.record_located(episode=episode, by=ana, now=now, located=exactly(now))
    returns.end_otherwise(
        episode=episode, by=ana, now=now, ended=exactly(now), reason=reason, why="So it was."
    )
    duties = set(episode.duties.in_force())

    set_time(episode, Anchor.LOCATED, now - MINUTE, by=ana, now=now)
    set_time(episode, Anchor.TOLD, episode.told_at - HOUR, by=ana, now=now)

    assert not episode.reminders.waiting().exists()
    assert set(episode.duties.in_force()) == duties


# --- What is done, and what stays ----------------------------------------------------------------


def test_a_done_duty_stays_done_and_its_timeliness_follows_when_the_agency_was_told(
    episode, police, ana, now
):
    record(police, Outcome.DONE, by=ana, now=now)

    said = set_time(episode, Anchor.TOLD, now - timedelta(hours=3), by=ana, now=now)

    police.refresh_from_db()
    assert police.work_state == WorkState.DONE
    assert police.due_at == now - HOUR
    assert timeliness(police) == "1 h late"
    assert "Report to police (done)" in {one.title for one in said}
    assert not police.reminders.waiting().exists()


def test_a_duty_settled_under_another_version_of_the_file_keeps_its_clock(
    episode, police, ana, now
):
    record(police, Outcome.DONE, by=ana, now=now)
    Duty.objects.filter(pk=police.pk).update(protocol_version="2020.1")
    before = police.due_at

    said = set_time(episode, Anchor.TOLD, now - timedelta(hours=3), by=ana, now=now)

    police.refresh_from_db()
    assert police.due_at == before
    assert not any(one.title.startswith("Report to police") for one in said)


def test_the_timeline_says_what_stood_what_stands_and_what_moved(episode, ana, now):
    set_time(episode, Anchor.DETERMINED_MISSING, now, by=ana, now=now)

    set_time(
        episode,
        Anchor.DETERMINED_MISSING,
        now - 4 * MINUTE,
        by=ana,
        now=now,
        why="Sam looked it up.",
    )

    note = episode.notes.order_by("-id").first()
    assert (note.kind, note.recorded_by, note.recorded_at) == (NoteKind.CLOCKS, ana, now)
    lead, *moved = note.text.split("\n")
    assert lead == (
        f"{DECIDED}: Tue Mar 3, 2:00 a.m. CST. It said before: Tue Mar 3, 2:04 a.m. CST. "
        "Sam looked it up."
    )
    assert moved[0].startswith(
        "Report to police: 4 min earlier, due Tue Mar 3, 4:00 a.m. CST instead of "
    )


def test_the_first_time_it_says_that_it_was_not_known(episode, ana, now):
    set_time(episode, Anchor.LAST_SEEN, episode.told_at - HOUR, by=ana, now=now)

    assert "It said before: not known yet." in episode.notes.get().text


def test_the_audit_trail_says_who_set_which_moment(episode, ana, now):
    set_time(episode, Anchor.DETERMINED_MISSING, now, by=ana, now=now)

    event = AuditEvent.objects.get(event="episode.moment_set")
    assert (event.subject_id, event.by, event.at) == (episode.public_id, ana.public_id, now)
    assert event.detail == {"moment": "determined_missing"}


@pytest.mark.parametrize("model", ["Episode", "Duty"])
def test_history_keeps_what_stood_before(episode, police, ana, now, model):
    history = apps.get_model("casework", f"{model}Event").objects
    row, field, old = {
        "Episode": (episode, "determined_missing_at", None),
        "Duty": (police, "due_at", police.due_at),
    }[model]

    set_time(episode, Anchor.DETERMINED_MISSING, now, by=ana, now=now)

    row.refresh_from_db()
    kept = history.filter(pgh_obj_id=row.pk).order_by("pgh_id").values_list(field, flat=True)
    assert list(kept) == [old, getattr(row, field)]


@pytest.mark.parametrize("broken", ["audit.record", "note_recount", "follow_facts"])
def test_a_failure_on_the_way_leaves_everything_as_it_was(
    episode, police, ana, now, monkeypatch, broken
):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(f"casework.operations.moments.{broken}", fail)
    waiting = set(episode.reminders.waiting().values_list("pk", flat=True))
    due_at = police.due_at

    with pytest.raises(RuntimeError):
        set_time(episode, Anchor.DETERMINED_MISSING, now, by=ana, now=now)

    episode.refresh_from_db()
    police.refresh_from_db()
    assert (episode.determined_missing_at, police.due_at) == (None, due_at)
    assert set(episode.reminders.waiting().values_list("pk", flat=True)) == waiting
    assert not episode.notes.exists()


# --- The return, put right -----------------------------------------------------------------------


def test_a_corrected_return_moves_its_duties_and_the_end_of_the_missing_time(episode, ana, now):
    bring_back(episode, by=ana, now=now)
    right = now - 5 * MINUTE

    said = set_time(episode, Anchor.RETURNED, right, by=ana, now=now)

    episode.refresh_from_db()
    assert (episode.returned_at, episode.ended_at) == (right, right)
    screening = episode.duties.get(code="screen_for_trafficking")
    assert screening.due_at == right + timedelta(hours=24)
    assert screening.reminders.waiting().get(kind="overdue", audience="owner").due_at == (
        screening.due_at
    )
    assert {one.change for one in said} == {Change.EARLIER}
    assert reads_as_planned_afresh(episode)


def test_a_corrected_locating_moves_the_notices_and_leaves_the_rest(episode, ana, now):
    returns.record_located(episode=episode, by=ana, now=now, located=exactly(now))
    bring_back(episode, by=ana, now=now + HOUR)
    right = now - 5 * MINUTE

    said = set_time(episode, Anchor.LOCATED, right, by=ana, now=now + HOUR)

    assert {one.title for one in said} == {
        "Tell police the youth is found",
        "Tell NCMEC the youth is found",
    }
    assert episode.duties.get(code="tell_police_of_return").due_at == right + 24 * HOUR


# --- Whatever the order --------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                Anchor.TOLD,
                Anchor.LAST_SEEN,
                Anchor.FIRST_SUSPECTED,
                Anchor.NOTIFIED,
                Anchor.DETERMINED_MISSING,
            ]
        ),
        st.none() | st.integers(-3000, 0),
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(jurisdiction=st.sampled_from(["us-mo", "us-fl", "us-il", "us-mi", "us-tn"]), steps=STEPS)
def test_what_stands_depends_on_what_is_known_and_not_on_how_it_was_learned(
    ana, now, jurisdiction, steps
):
    """And reading it once more changes nothing."""
    with transaction.atomic():
        episode = log_in(jurisdiction, by=ana, now=now)
        for anchor, minutes in steps:
            try:
                at = None if minutes is None else now + minutes * MINUTE
                set_time(episode, anchor, at, by=ana, now=now)
            except Refused:
                continue
        assert reads_as_planned_afresh(episode)
        stands = list(Duty.objects.order_by("pk").values())
        waiting = set(Reminder.objects.waiting().values_list("pk", flat=True))

        assert clocks.follow_facts(Episode.objects.get(pk=episode.pk), now=now) == []

        assert list(Duty.objects.order_by("pk").values()) == stands
        assert set(Reminder.objects.waiting().values_list("pk", flat=True)) == waiting
        per_duty = Counter(Reminder.objects.waiting().values_list("duty", "kind", "audience"))
        assert set(per_duty.values()) <= {1}
        transaction.set_rollback(True)
