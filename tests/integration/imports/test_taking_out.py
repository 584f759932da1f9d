"""An import is taken out again: exactly what it made, unless somebody has worked on it since."""

import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.urls import reverse

from casework.access.counts import count_period, count_since, scopes_of
from casework.local.paths import ROOT
from casework.models import (
    AuditEvent,
    Duty,
    DutyEvidence,
    EndReason,
    Episode,
    ImportState,
    Note,
    Outcome,
    Placement,
    PossibleDuplicate,
    Reminder,
    Youth,
    YouthName,
)
from casework.operations import counts as counting
from casework.operations import duties, import_undo, import_writing, imports, returns
from casework.operations.counts import Change
from casework.operations.duplicates import put_side_by_side, say_not_the_same
from casework.operations.duties import Evidence
from casework.policies.count_periods import Month, month_period
from casework.policies.time_words import Moment, Precision
from tests.factories import EpisodeFactory
from tests.integration.imports.files import bring, row
from tests.integration.scenes import log

pytestmark = pytest.mark.django_db
ROWS = [
    row(police_at="2024-01-31 23:00", told_by="A neighbor", placement_kind="Shelter"),
    row(case_number="EX-2"),
]


def test_everything_the_import_made_is_gone_and_nothing_else(unit, adam, episode, now):
    before = _numbers()
    batch = bring(ROWS, by=adam, now=now)

    undone = import_undo.undo(batch=batch, by=adam, now=now)

    assert _numbers() == before
    assert undone.state == ImportState.UNDONE
    [event] = AuditEvent.objects.filter(event="import.undone")
    assert event.detail == {"episodes": 2, "youth": 2}


def _numbers() -> dict[str, int]:
    """How many rows there are of everything that an import makes, with their history."""
    kinds = [Youth, YouthName, Placement, Episode, Duty, DutyEvidence, Note]
    events = ["YouthEvent", "PlacementEvent", "EpisodeEvent", "DutyEvent"]
    kinds += [apps.get_model("casework", name) for name in events]
    return {kind.__name__: kind._default_manager.count() for kind in kinds}


def test_the_same_file_can_be_brought_in_again_afterwards(unit, adam, now):
    import_undo.undo(batch=bring(ROWS, by=adam, now=now), by=adam, now=now)

    assert bring(ROWS, by=adam, now=now).episode_count == 2


def test_a_youth_who_was_on_file_before_stays(unit, adam, jordan, now):
    Youth.objects.filter(pk=jordan.pk).update(case_number="EX-1")
    batch = bring([row(first_name="Jordan", last_name="", born_on="")], by=adam, now=now)

    import_undo.undo(batch=batch, by=adam, now=now)

    assert Youth.objects.get() == jordan
    assert not jordan.episodes.exists()


def test_work_since_then_keeps_it_in_whole(unit, adam, ana, now):
    batch = bring(ROWS, by=adam, now=now)
    log(Youth.objects.get(case_number="EX-2"), by=ana, now=now)

    with pytest.raises(import_undo.Refused, match="people have worked on these records"):
        import_undo.undo(batch=batch, by=adam, now=now)

    assert Episode.objects.count() == 3


def test_a_correction_since_then_keeps_it_in_whole(unit, adam, now):
    batch = bring(ROWS, by=adam, now=now)
    Youth.objects.filter(case_number="EX-1").update(eye_color="brown")

    with pytest.raises(import_undo.Refused, match="in 1 place"):
        import_undo.undo(batch=batch, by=adam, now=now)


def test_a_second_press_does_nothing_more(unit, adam, now):
    batch = bring(ROWS, by=adam, now=now)
    for _ in range(2):
        import_undo.undo(batch=batch, by=adam, now=now)

    assert AuditEvent.objects.filter(event="import.undone").count() == 1


def test_a_locked_month_says_that_records_were_brought_along_and_taken_out(unit, adam, now):
    [scope] = scopes_of(adam)
    january = Month(2024, 1)
    lock = counting.lock(scope=scope, month=january, by=adam, now=now)
    batch = bring(ROWS, by=adam, now=now + timedelta(hours=1))

    revision = counting.revision_of(lock, *count_since(lock, scope))
    assert revision is not None
    assert revision.changes == {Change.BROUGHT_ALONG: 2}
    assert revision.every["started"] == 2

    counting.unlock(counted=lock, by=adam, now=now + timedelta(hours=2), why="History")
    lock = counting.lock(scope=scope, month=january, by=adam, now=now + timedelta(hours=3))
    import_undo.undo(batch=batch, by=adam, now=now + timedelta(hours=4))

    revision = counting.revision_of(lock, *count_since(lock, scope))
    assert revision is not None
    assert revision.changes == {Change.TAKEN_OUT: 2}
    assert count_period(scope, month_period(january), now=now).every.get("started", 0) == 0


def test_triggers_rest_nowhere_but_where_an_import_is_written_and_taken_out():
    resting = {
        path.name
        for path in (ROOT / "casework").rglob("*.py")
        if "pgtrigger.ignore" in path.read_text()
    }

    assert resting == {"import_undo.py", "import_writing.py"}
    assert import_writing.NOTHING_TO_DO == ("casework.Duty:standing_insert",)


def test_a_decision_about_two_records_keeps_it_in_whole(unit, adam, ana, jordan, now):
    batch = bring(ROWS, by=adam, now=now)
    pair = put_side_by_side(
        one=jordan, other=Youth.objects.get(case_number="EX-1"), by=ana, now=now
    )
    say_not_the_same(pair=pair, by=ana, now=now, why="Two cousins.")

    with pytest.raises(import_undo.Refused, match="in 1 place"):
        import_undo.undo(batch=batch, by=adam, now=now)

    pair.refresh_from_db()
    assert pair.not_same_why == "Two cousins."


def test_a_pair_that_only_the_rules_found_goes_along(unit, adam, jordan, now):
    batch = bring(ROWS, by=adam, now=now)
    one, other = sorted((jordan, Youth.objects.get(case_number="EX-1")), key=lambda one: one.pk)
    PossibleDuplicate.objects.create(youth_a=one, youth_b=other, found_at=now)

    import_undo.undo(batch=batch, by=adam, now=now)

    assert not PossibleDuplicate.objects.exists()


def test_an_import_that_began_before_a_lock_and_ended_after_it_was_brought_along(unit, adam, now):
    [scope] = scopes_of(adam)
    lock = counting.lock(scope=scope, month=Month(2024, 1), by=adam, now=now)
    bring(ROWS, by=adam, now=now - timedelta(minutes=5))

    revision = counting.revision_of(lock, *count_since(lock, scope))

    assert revision is not None
    assert revision.changes == {Change.BROUGHT_ALONG: 2}


def test_a_return_that_was_brought_along_is_not_undone_into_a_youth_without_clocks(
    unit, adam, ana, now, client, clock_stands
):
    bring([row()], by=adam, now=now)
    episode = Episode.objects.get()

    with pytest.raises(returns.CannotUndo, match="log the youth as missing instead"):
        returns.undo_return(episode=episode, by=ana, now=now, reason="The wrong youth")

    client.force_login(ana)
    page = client.get(episode.get_absolute_url()).content.decode()
    assert "Marlo" in page
    assert "Undo the return" not in page


def test_a_wrong_record_is_struck_and_leaves_the_counts_and_keeps_its_story(
    unit, adam, ana, now, client, clock_stands
):
    bring([row()], by=adam, now=now)
    episode = Episode.objects.get()
    [scope] = scopes_of(adam)
    lock = counting.lock(scope=scope, month=Month.of(episode.told_at, unit.zone), by=adam, now=now)
    client.force_login(ana)
    address = reverse("wrong_record", args=[episode.public_id])
    assert address in client.get(episode.get_absolute_url()).content.decode()
    undo = client.get(reverse("undo_return", args=[episode.public_id]))
    assert undo.url == address

    assert "Enter what happened" in client.post(address, {"reason": " "}).content.decode()
    page = client.post(address, {"reason": "It was her cousin."}, follow=True).content.decode()

    episode.refresh_from_db()
    assert (episode.end_reason, episode.returned_at) == (EndReason.OPENED_IN_ERROR, None)
    assert "It was her cousin." in page
    assert "Recorded had been: " in page
    assert address not in page
    revision = counting.revision_of(lock, *count_since(lock, scope))
    assert revision is not None
    assert revision.changes == {Change.OPENED_IN_ERROR: 1}
    again = client.post(address, {"reason": "It was her cousin."}, follow=True).content.decode()
    assert "struck already" in again
    assert episode.notes.filter(text__contains="earlier record is wrong").count() == 1


def test_a_struck_record_leaves_nothing_to_do_and_keeps_its_file_in(unit, adam, ana, now):
    batch = bring([row(screening_at="2024-02-02 09:00")], by=adam, now=now)
    duty = Duty.objects.get(code="screen_for_trafficking")
    tried = Evidence(outcome=Outcome.TRIED, happened=Moment(at=now, precision=Precision.EXACT))
    duties.record(
        duty=duty,
        by=ana,
        now=now,
        submission_key=uuid.uuid4(),
        evidence=tried,
        based_on=duty.evidence.get().public_id,
    )
    assert Duty.objects.open().exists()
    assert Reminder.objects.waiting().exists()

    returns.end_wrong_record(episode=duty.episode, by=ana, now=now, why="Another youth.")

    assert not Duty.objects.open().exists()
    assert not Reminder.objects.waiting().exists()
    with pytest.raises(imports.Refused, match="Strike a record that is wrong"):
        import_undo.undo(batch=batch, by=adam, now=now)


def test_what_was_logged_here_is_not_struck(unit, ana, now, client, clock_stands):
    episode = EpisodeFactory(unit=unit, told_at=now - timedelta(days=1))
    client.force_login(ana)

    response = client.post(reverse("wrong_record", args=[episode.public_id]), {"reason": "No."})

    assert response.status_code == 404
    with pytest.raises(returns.Refused, match="was logged here"):
        returns.end_wrong_record(episode=episode, by=ana, now=now, why="No.")


@pytest.mark.parametrize("number", ["", "the last one"])
def test_the_command_says_that_there_is_no_such_import(adam, number):
    with pytest.raises(CommandError, match="there is no import"):
        call_command("import_episodes", undo=number, by=adam.email)
