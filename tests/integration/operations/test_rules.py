"""Other rules for an open episode: those of another jurisdiction."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casework.models import AuditEvent, Duty, Episode, NoteKind, Outcome, WorkState
from casework.operations import rules
from casework.operations.episodes import Telling, log_missing
from casework.operations.rules import NotMoved, Place
from casework.policies.anchors import Anchor
from casework.policies.difference import Change
from casework.policies.time_words import Moment, Precision
from casework.presenters.due import timeliness
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import (
    bring_back,
    log,
    reads_as_planned_afresh,
    record,
    set_time,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MISSOURI = Place(jurisdiction="us-mo", time_zone="America/Chicago")
FLORIDA = Place(jurisdiction="us-fl", time_zone="America/New_York")
KENTUCKY = Place(jurisdiction="us-ky", time_zone="America/New_York")


def move(episode, to, *, by, now, seen=MISSOURI, why="Placed there in February."):
    return rules.move(episode=episode, by=by, now=now, to=to, seen=seen, why=why)


def duties_as_rows() -> list[dict]:
    return list(Duty.objects.order_by("pk").values())


# --- Another jurisdiction ------------------------------------------------------------------------


@pytest.fixture
def florida(ana, now):
    """A youth is missing by the rules of Florida."""
    unit = UnitFactory(jurisdiction="us-fl", time_zone="America/New_York")
    return log(YouthFactory(unit=unit), by=ana, now=now)


def test_what_the_preview_says_is_exactly_what_then_happens(florida, sam, now):
    foreseen = rules.preview(florida, to=KENTUCKY, now=now)

    said = move(florida, KENTUCKY, by=sam, now=now, seen=FLORIDA)

    assert said == foreseen
    changes = {one.title: one.change for one in said}
    assert changes["Report to police"] is Change.LATER
    assert changes["Search for the youth"] is Change.GONE
    assert florida.duties.get(code="report_to_police").due_at == florida.told_at + 12 * HOUR
    assert not florida.duties.in_force().filter(code="search_weekly").exists()
    assert reads_as_planned_afresh(florida)


def test_the_preview_saves_nothing(florida, now):
    before = duties_as_rows()

    rules.preview(florida, to=KENTUCKY, now=now)

    assert duties_as_rows() == before
    assert Episode.objects.get().jurisdiction == florida.jurisdiction == "us-fl"
    assert not florida.notes.exists()


def test_a_preview_of_the_same_rules_says_nothing(florida, now):
    assert rules.preview(florida, to=FLORIDA, now=now) == []


def test_the_episode_then_goes_by_the_other_rules_in_the_other_zone(episode, sam, now):
    move(episode, KENTUCKY, by=sam, now=now)

    episode.refresh_from_db()
    assert (episode.jurisdiction, episode.time_zone) == ("us-ky", "America/New_York")
    assert episode.duties.get(code="report_to_police").source.startswith("Kentucky")


def test_duties_that_only_the_other_rules_ask_for_appear_with_reminders(episode, sam, now):
    move(episode, FLORIDA, by=sam, now=now)

    search = episode.duties.get(code="search_weekly")
    assert search.reminders.waiting().exists()
    assert episode.duties.get(code="record_in_fsfn").due_at == episode.told_at + 24 * HOUR


def test_what_is_done_stays_done_by_the_rule_that_it_was_done_under(episode, police, ana, sam, now):
    record(police, Outcome.DONE, by=ana, now=now)
    police.refresh_from_db()
    stood = (police.due_at, police.rule, police.source, police.protocol_version)

    said = move(episode, KENTUCKY, by=sam, now=now)

    police.refresh_from_db()
    assert police.work_state == WorkState.DONE
    assert (police.due_at, police.rule, police.source, police.protocol_version) == stood
    assert not any(one.title.startswith("Report to police") for one in said)


def test_a_duty_that_goes_keeps_its_evidence_and_reminds_nobody(florida, ana, sam, now):
    search = florida.duties.get(code="search_weekly")
    record(search, Outcome.TRIED, by=ana, now=now, note="Nobody at the park.")

    move(florida, KENTUCKY, by=sam, now=now, seen=FLORIDA)

    search.refresh_from_db()
    assert search.withdrawn_at == now
    assert search.evidence.get().note == "Nobody at the park."
    assert not search.reminders.waiting().exists()


def test_reminders_follow_the_other_rules(episode, police, sam, now):
    move(episode, KENTUCKY, by=sam, now=now)

    due = episode.told_at + 12 * HOUR
    overdue = police.reminders.waiting().filter(kind="overdue")
    assert set(overdue.values_list("audience", "due_at")) == {("owner", due), ("supervisor", due)}


def test_moments_that_are_known_count_by_the_other_rules_too(episode, sam, now):
    decided = episode.told_at + timedelta(minutes=5)
    set_time(episode, Anchor.DETERMINED_MISSING, decided, by=sam, now=now)

    move(episode, KENTUCKY, by=sam, now=now)

    assert episode.duties.get(code="report_to_police").due_at == decided + 12 * HOUR


def test_the_timeline_and_the_audit_trail_say_who_changed_the_rules_and_why(episode, sam, now):
    move(episode, KENTUCKY, by=sam, now=now)

    note = episode.notes.get()
    lead = note.text.split("\n")[0]
    assert (note.kind, note.recorded_by) == (NoteKind.CLOCKS, sam)
    assert lead.startswith("Rules: Kentucky (us-ky ")
    assert "), New York time. Before: Missouri (us-mo " in lead
    assert lead.endswith("), Chicago time. Placed there in February.")
    event = AuditEvent.objects.get(event="episode.rules_changed")
    assert (event.subject_id, event.by) == (episode.public_id, sam.public_id)
    assert event.detail == {"jurisdiction": "us-ky"}


def test_there_and_back_again_leaves_the_duties_as_they_were(episode, sam, now):
    def stand() -> set[tuple]:
        return set(episode.duties.in_force().values_list("code", "due_at", "rule"))

    before = stand()
    move(episode, FLORIDA, by=sam, now=now)

    move(episode, MISSOURI, by=sam, now=now, seen=FLORIDA)

    assert stand() == before


def test_an_ended_episode_keeps_the_rules_that_it_was_judged_by(episode, ana, sam, now):
    bring_back(episode, by=ana, now=now)

    with pytest.raises(NotMoved, match="The episode has ended"):
        move(episode, KENTUCKY, by=sam, now=now)

    episode.refresh_from_db()
    assert episode.jurisdiction == "us-mo"


def test_rules_that_are_not_known_here_are_refused(episode, sam, now):
    nowhere = Place(jurisdiction="us-zz", time_zone="America/Chicago")

    with pytest.raises(NotMoved, match="Select a jurisdiction from the list"):
        move(episode, nowhere, by=sam, now=now)


@pytest.mark.parametrize(
    "seen", [KENTUCKY, Place(jurisdiction="us-mo", time_zone="America/Denver")]
)
def test_whoever_saw_other_rules_looks_at_the_differences_again(episode, sam, now, seen):
    with pytest.raises(NotMoved, match="Look at the differences again"):
        move(episode, FLORIDA, by=sam, now=now, seen=seen)

    assert not episode.notes.exists()


def test_a_failure_on_the_way_leaves_the_old_rules(episode, sam, now, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("casework.operations.rules.audit.record", fail)
    before = duties_as_rows()

    with pytest.raises(RuntimeError):
        move(episode, KENTUCKY, by=sam, now=now)

    assert duties_as_rows() == before
    assert Episode.objects.get().jurisdiction == "us-mo"


# --- What is settled -----------------------------------------------------------------------------


def learn_of_the_decision(episode, *, by, now):
    set_time(episode, Anchor.DETERMINED_MISSING, now, by=by, now=now)


def come_back(episode, *, by, now):
    bring_back(Episode.objects.get(pk=episode.pk), by=by, now=now)


@pytest.mark.parametrize("event", [learn_of_the_decision, come_back])
def test_nothing_later_makes_a_late_report_timely_by_rules_it_was_not_made_under(
    episode, police, ana, sam, now, event
):
    later = now + 5 * HOUR
    record(police, Outcome.DONE, by=ana, now=later)
    move(episode, KENTUCKY, by=sam, now=later)

    event(episode, by=ana, now=later)

    police.refresh_from_db()
    assert timeliness(police) == "3 h 12 min late"
    assert (police.due_at, police.rule) == (
        episode.told_at + 2 * HOUR,
        "within 2 hours after the agency decided that the youth is missing",
    )
    assert not any("Report to police (done)" in note.text for note in episode.notes.all())


# --- Days without a time -------------------------------------------------------------------------


CALIFORNIA = Place(jurisdiction="us-ca", time_zone="America/Los_Angeles")
TENNESSEE = Place(jurisdiction="us-tn", time_zone="America/New_York")


def day(text: str, zone: str = "America/Chicago") -> Moment:
    start = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return Moment(at=start, precision=Precision.DATE_ONLY)


@pytest.mark.parametrize("to", [CALIFORNIA, TENNESSEE])
def test_a_day_stays_that_day_in_the_other_zone(episode, ana, sam, now, to):
    for anchor in (Anchor.FIRST_SUSPECTED, Anchor.LAST_SEEN):
        set_time(episode, anchor, day("2026-03-02"), by=ana, now=now)

    move(episode, to, by=sam, now=now)

    episode.refresh_from_db()
    there = day("2026-03-02", to.time_zone).at
    assert (episode.last_seen_at, episode.first_suspected_at) == (there, there)


def test_a_time_stays_that_moment_in_the_other_zone(episode, ana, sam, now):
    at = episode.told_at - HOUR
    set_time(episode, Anchor.LAST_SEEN, at, by=ana, now=now)

    move(episode, CALIFORNIA, by=sam, now=now)

    episode.refresh_from_db()
    assert episode.last_seen_at == at


def test_a_day_that_would_begin_there_after_the_agency_was_told_keeps_its_start(
    episode, ana, sam, now
):
    """Told at 11:52 p.m. of the day before, as they count in California."""
    set_time(episode, Anchor.LAST_SEEN, day("2026-03-03"), by=ana, now=now)

    move(episode, CALIFORNIA, by=sam, now=now)

    episode.refresh_from_db()
    assert episode.last_seen_at == day("2026-03-03").at
    assert reads_as_planned_afresh(episode)


def test_a_day_of_telling_that_would_begin_there_after_it_was_logged_keeps_its_start(ana, sam, now):
    early = now - 90 * MINUTE  # half past midnight in Missouri
    told = Telling(told=day("2026-03-03"))
    youth = YouthFactory(unit=UnitFactory(jurisdiction="us-mo"))
    episode = log_missing(by=ana, now=early, submission_key=uuid.uuid4(), telling=told, youth=youth)

    move(episode, CALIFORNIA, by=sam, now=now)

    episode.refresh_from_db()
    assert episode.told_at == day("2026-03-03").at


def test_the_preview_counts_days_of_the_other_zone_too(episode, ana, sam, now):
    set_time(episode, Anchor.LAST_SEEN, day("2026-03-02"), by=ana, now=now)
    foreseen = rules.preview(Episode.objects.get(), to=TENNESSEE, now=now)

    said = move(episode, TENNESSEE, by=sam, now=now)

    assert said == foreseen
    assert episode.duties.get(code="search_weekly").due_at == (
        day("2026-03-09", "America/New_York").at
    )
