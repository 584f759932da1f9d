"""The protocol files change, or are gone, while episodes are open."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from casework.models import AuditEvent, Duty, Episode, NoteKind, Outcome, Reminder
from casework.operations import rules
from casework.operations.protocols import protocol_for
from casework.policies.anchors import Anchor
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
EDITION = protocol_for("us-mo").edition
NEWER = EDITION.replace(EDITION.split(",")[0], "us-mo 2026.9")


def duties_as_rows() -> list[dict]:
    return list(Duty.objects.order_by("pk").values())


@pytest.fixture
def florida(ana, now):
    """A youth is missing by the rules of Florida."""
    unit = UnitFactory(jurisdiction="us-fl", time_zone="America/New_York")
    return log(YouthFactory(unit=unit), by=ana, now=now)


@pytest.fixture
def one_hour_in_missouri(change_file):
    """Missouri's 2 hours have become 1, in a new version of its file."""

    def act() -> None:
        change_file("us-mo", 'within = "2 hours"', 'within = "1 hour"', version="2026.9")

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
    assert (police.protocol_version, episode.protocol_version) == (NEWER, NEWER)
    overdue = police.reminders.waiting().get(kind="overdue", audience="owner")
    assert overdue.due_at == police.due_at
    assert reads_as_planned_afresh(episode)


def test_each_episode_says_on_its_timeline_what_changed(clock, episode, adam, one_hour_in_missouri):
    one_hour_in_missouri()
    recompute("--by", adam.email)

    note = episode.notes.get()
    lead, *moved = note.text.split("\n")
    assert note.recorded_by == adam
    assert lead == f"Rules: Missouri ({NEWER}). Before: {EDITION}."
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
    assert Episode.objects.get().protocol_version == EDITION
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
    assert police.protocol_version == EDITION


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


def test_words_that_change_are_taken_over_and_the_timeline_says_so(
    clock, episode, adam, change_file
):
    change_file("us-mo", "Contact family, friends and others", "Call family, friends and others")

    assert recompute("--dry-run") == "1 open episode was read; 1 would change."
    assert recompute("--by", adam.email) == "1 open episode was read; 1 changed."

    duty = episode.duties.get(code="contact_family_and_friends")
    assert duty.title == "Call family, friends and others who may know"
    assert episode.notes.get().text.endswith("\nNo due time moved.")


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
    moved = Duty.objects.filter(code="report_to_police", protocol_version=NEWER)
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


# --- A moment is set after the file changed ------------------------------------------------------


def test_the_first_moment_set_after_a_change_brings_the_open_duties_along_and_says_so(
    episode, police, ana, now, one_hour_in_missouri
):
    one_hour_in_missouri()

    set_time(episode, Anchor.LAST_SEEN, episode.told_at - HOUR, by=ana, now=now)

    police.refresh_from_db()
    episode.refresh_from_db()
    assert police.due_at == episode.told_at + HOUR
    assert (police.protocol_version, episode.protocol_version) == (NEWER, NEWER)
    about_rules, about_moment = episode.notes.order_by("id")
    lead, *moved = about_rules.text.split("\n")
    assert (about_rules.kind, about_rules.recorded_by) == (NoteKind.CLOCKS, ana)
    assert lead == f"The rules have changed: {NEWER}. Before: {EDITION}."
    assert any(one.startswith("Report to police: 1 h earlier") for one in moved)
    assert about_moment.text.startswith("Last seen: ")


def test_the_change_of_the_rules_is_said_once(episode, ana, now, one_hour_in_missouri):
    one_hour_in_missouri()
    set_time(episode, Anchor.LAST_SEEN, episode.told_at - HOUR, by=ana, now=now)

    set_time(episode, Anchor.LAST_SEEN, episode.told_at - 2 * HOUR, by=ana, now=now)

    assert episode.notes.filter(text__startswith="The rules have changed").count() == 1


def test_a_settled_duty_follows_a_newer_file_that_still_says_the_same(
    episode, police, ana, now, change_file
):
    record(police, Outcome.DONE, by=ana, now=now)
    change_file("us-mo", "order = 45", "order = 46", version="2026.9")

    set_time(episode, Anchor.TOLD, now - 5 * HOUR, by=ana, now=now)

    police.refresh_from_db()
    assert police.due_at == now - 3 * HOUR
    assert timeliness(police) == "3 h late"
    assert police.protocol_version == EDITION


def test_a_settled_duty_keeps_its_clock_under_a_newer_file_that_says_something_else(
    episode, police, ana, now, one_hour_in_missouri
):
    record(police, Outcome.DONE, by=ana, now=now)
    police.refresh_from_db()
    before = (police.due_at, police.rule, police.protocol_version)
    one_hour_in_missouri()

    set_time(episode, Anchor.TOLD, now - 5 * HOUR, by=ana, now=now)

    police.refresh_from_db()
    assert (police.due_at, police.rule, police.protocol_version) == before


# --- The file is gone ----------------------------------------------------------------------------


def test_without_its_file_an_episode_keeps_its_clocks_when_a_moment_is_set(
    episode, ana, now, remove_file
):
    record(episode.duties.get(code="report_to_police"), Outcome.DONE, by=ana, now=now)
    before = duties_as_rows()
    remove_file("us-mo")

    set_time(episode, Anchor.TOLD, episode.told_at - HOUR, by=ana, now=now)

    assert duties_as_rows() == before
    episode.refresh_from_db()
    assert episode.protocol_version == EDITION


def test_without_its_file_an_episode_still_gets_the_federal_return_duties(
    episode, ana, now, remove_file
):
    remove_file("us-mo")

    bring_back(episode, by=ana, now=now)

    assert episode.duties.in_force().filter(code="tell_ncmec_of_return").exists()


def test_nothing_is_recomputed_where_a_file_is_missing(
    clock, episode, florida, adam, remove_file, change_file
):
    change_file("us-fl", "Search for the youth", "Look for the youth")
    remove_file("us-mo")
    before = duties_as_rows()

    with pytest.raises(CommandError, match="no file has: us-mo. Set PROTOCOL_DIRS as for the"):
        recompute("--by", adam.email)
    with pytest.raises(CommandError, match="Nothing was changed"):
        recompute("--dry-run")

    assert duties_as_rows() == before


def test_a_jurisdiction_whose_file_is_there_can_be_recomputed_alone(
    clock, episode, florida, adam, remove_file
):
    remove_file("us-mo")

    said = recompute("--by", adam.email, "--jurisdiction", "us-fl")

    assert said == "1 open episode was read; 0 changed."


def test_a_file_that_goes_while_the_command_runs_takes_no_rule_away(
    episode, adam, now, remove_file
):
    before = duties_as_rows()
    remove_file("us-mo")

    assert list(rules.would_change([episode.pk], now=now)) == [(0, 0)]
    assert list(rules.recompute_open(by=adam, now=now, ids=[episode.pk])) == [(0, 0)]

    assert duties_as_rows() == before
    assert Episode.objects.get().protocol_version == EDITION
    assert not episode.notes.exists()
