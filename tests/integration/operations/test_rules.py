"""Other rules for an open episode: those of another jurisdiction, or of a changed file."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from casework.models import AuditEvent, Duty, Episode, NoteKind, Outcome, Reminder, WorkState
from casework.operations import rules
from casework.operations.rules import NotMoved, Place
from casework.policies.anchors import Anchor
from casework.policies.difference import Change
from casework.policies.protocols import load_protocols
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import (
    bring_back,
    log,
    reads_as_planned_afresh,
    record,
    set_time,
)

HOUR = timedelta(hours=1)
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
    assert lead.startswith("Rules: Kentucky, version ")
    assert "America/New_York. Before: Missouri, version " in lead
    assert lead.endswith("America/Chicago. Placed there in February.")
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


# --- A changed file ------------------------------------------------------------------------------


@pytest.fixture
def change_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str, str], None]:
    """Put other words into a jurisdiction's file, as after an update and a new start."""
    for shipped in settings.PROTOCOL_DIRS[0].glob("*.toml"):
        (tmp_path / shipped.name).write_text(shipped.read_text())

    def change(code: str, old: str, new: str) -> None:
        file = tmp_path / f"{code}.toml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
        protocols = load_protocols([tmp_path])
        for module in (
            "operations.protocols",
            "operations.rules",
            "management.commands.recompute_duties",
        ):
            monkeypatch.setattr(f"casework.{module}.protocols_in_use", lambda: protocols)

    return change


@pytest.fixture
def one_hour_in_missouri(change_file):
    """Missouri's 2 hours have become 1, in a new version of its file."""

    def act() -> None:
        change_file("us-mo", 'version = "2026.2"', 'version = "2026.9"')
        change_file("us-mo", 'within = "2 hours"', 'within = "1 hours"')

    return act


@pytest.fixture
def clock(clock_stands):
    """The command reads the test's `now`."""


def recompute(*words: str) -> str:
    out = StringIO()
    call_command("recompute_duties", *words, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_open_duties_follow_the_changed_file(
    clock, episode, police, adam, now, one_hour_in_missouri
):
    one_hour_in_missouri()

    assert recompute("--by", adam.email) == "1 open episode was read; 1 changed."

    police.refresh_from_db()
    episode.refresh_from_db()
    assert police.due_at == episode.told_at + HOUR
    assert police.rule.startswith("within 1 hour")
    assert (police.protocol_version, episode.protocol_version) == ("2026.9", "2026.9")
    overdue = police.reminders.waiting().get(kind="overdue", audience="owner")
    assert overdue.due_at == police.due_at
    assert reads_as_planned_afresh(episode)


def test_each_episode_says_on_its_timeline_what_changed(clock, episode, adam, one_hour_in_missouri):
    one_hour_in_missouri()
    recompute("--by", adam.email)

    note = episode.notes.get()
    lead, *moved = note.text.split("\n")
    assert note.recorded_by == adam
    assert lead == "Rules: Missouri, version 2026.9. Before: version 2026.1."
    assert moved[0].startswith("Report to police: 1 h earlier, due Tue Mar 3, 2:52 a.m. CST")
    assert AuditEvent.objects.get(event="episode.rules_changed").by == adam.public_id


def test_the_second_time_nothing_changes(clock, episode, adam, one_hour_in_missouri):
    one_hour_in_missouri()
    recompute("--by", adam.email)
    duties, reminders = duties_as_rows(), list(Reminder.objects.order_by("pk").values())

    assert recompute("--by", adam.email) == "1 open episode was read; 0 changed."

    assert duties_as_rows() == duties
    assert list(Reminder.objects.order_by("pk").values()) == reminders
    assert episode.notes.count() == 1


def test_without_a_change_of_the_files_nothing_changes(clock, episode, adam):
    before = duties_as_rows()

    assert recompute("--by", adam.email) == "1 open episode was read; 0 changed."

    assert duties_as_rows() == before
    assert not episode.notes.exists()


def test_a_dry_run_counts_and_saves_nothing(clock, episode, one_hour_in_missouri):
    one_hour_in_missouri()
    before = duties_as_rows()

    assert recompute("--dry-run") == "1 open episode was read; 1 would change."

    assert duties_as_rows() == before
    assert Episode.objects.get().protocol_version == "2026.1"
    assert not episode.notes.exists()
    assert not AuditEvent.objects.filter(event="episode.rules_changed").exists()


def test_what_is_done_keeps_the_rule_that_it_was_done_under(
    clock, episode, police, ana, adam, now, one_hour_in_missouri
):
    record(police, Outcome.DONE, by=ana, now=now)
    one_hour_in_missouri()

    recompute("--by", adam.email)

    police.refresh_from_db()
    assert police.due_at == episode.told_at + 2 * HOUR
    assert police.protocol_version == "2026.1"


def test_ended_episodes_are_left_alone(clock, episode, ana, adam, now, one_hour_in_missouri):
    bring_back(episode, by=ana, now=now)
    one_hour_in_missouri()

    assert recompute("--by", adam.email) == "0 open episodes were read; 0 changed."


def test_only_the_episodes_of_one_jurisdiction_can_be_asked_for(
    clock, episode, florida, adam, one_hour_in_missouri
):
    one_hour_in_missouri()

    said = recompute("--by", adam.email, "--jurisdiction", "us-fl")

    assert said == "1 open episode was read; 0 changed."
    assert episode.duties.get(code="report_to_police").due_at == episode.told_at + 2 * HOUR


def test_words_that_change_are_taken_over_without_a_note(clock, episode, adam, change_file):
    change_file("us-mo", "Contact family, friends and others", "Call family, friends and others")

    assert recompute("--by", adam.email) == "1 open episode was read; 0 changed."

    duty = episode.duties.get(code="contact_family_and_friends")
    assert duty.title == "Call family, friends and others who may know"
    assert not episode.notes.exists()


def test_it_goes_on_chunk_by_chunk_and_tells_how_far_it_is(
    ana, adam, now, monkeypatch, one_hour_in_missouri
):
    unit = UnitFactory(jurisdiction="us-mo")
    for _ in range(5):
        log(YouthFactory(unit=unit), by=ana, now=now)
    one_hour_in_missouri()
    monkeypatch.setattr("casework.operations.rules.CHUNK", 2)
    ids = list(Episode.objects.order_by("pk").values_list("pk", flat=True))

    steps = rules.recompute_open(by=adam, now=now, ids=ids)

    assert next(steps) == (2, 2)
    moved = Duty.objects.filter(code="report_to_police", protocol_version="2026.9")
    assert moved.count() == 2  # stopped here, these two are whole
    assert list(steps) == [(2, 2), (1, 1)]
    assert moved.count() == 5


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "--by: give the e-mail address"),
        (["--by", "nobody@agency.example"], "--by: no active account has the address nobody@"),
        (["--dry-run", "--jurisdiction", "us-zz"], '--jurisdiction: there is no protocol "us-zz"'),
    ],
)
def test_what_the_command_cannot_use_it_says(db, words, says):
    with pytest.raises(CommandError, match=says):
        recompute(*words)


def test_an_account_that_was_deactivated_answers_for_nothing(clock, episode, adam, now):
    adam.is_active, adam.deactivated_at, adam.deactivated_by = False, now, adam
    adam.save()

    with pytest.raises(CommandError, match="no active account"):
        recompute("--by", adam.email)
