"""What was done about a duty is added as evidence, and the duty says what the latest entry says."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from casework.models import AuditEvent, Delivery, DutyEvidence, Known, Outcome, Reminder, WorkState
from casework.notifications import sweep
from casework.operations import clocks, duties, returns
from casework.operations.duties import DutyAlreadyRecorded, Evidence, NoLongerNeeded
from casework.operations.protocols import protocol_for
from casework.operations.submissions import KeyReused
from casework.policies.anchors import Anchors
from casework.policies.due import plan_duties
from casework.policies.time_words import Moment, Precision
from casework.presenters.due import anchor_words, due_of, timeliness
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import bring_back, exactly, log, record


def test_done_keeps_who_was_told_and_when_it_happened(police, ana, now):
    at = now - timedelta(minutes=5)

    entry = duties.record(
        duty=police,
        by=ana,
        now=now,
        evidence=Evidence(
            outcome=Outcome.DONE,
            happened=Moment(at=at, precision=Precision.ABOUT),
            method="Telephone",
            contact_name="Front desk",
            agency="St. Louis Police",
            officer="M. Okafor",
            badge="2291",
            reference_number="26-0311",
            ncic_entry=Known.YES,
            note="Said they enter it tonight.",
        ),
        submission_key=uuid.uuid4(),
        based_on=None,
    )

    police.refresh_from_db()
    assert police.work_state == WorkState.DONE
    assert (police.done_at, police.done_by) == (at, ana)
    entry.refresh_from_db()
    assert (entry.happened_at, entry.happened_precision) == (at, Precision.ABOUT)
    assert (entry.recorded_at, entry.recorded_by) == (now, ana)
    assert (entry.officer, entry.badge, entry.reference_number) == (
        "M. Okafor",
        "2291",
        "26-0311",
    )
    assert (entry.agency, entry.contact_name, entry.method) == (
        "St. Louis Police",
        "Front desk",
        "Telephone",
    )
    assert (entry.ncic_entry, entry.note) == (Known.YES, "Said they enter it tonight.")
    assert not entry.is_correction


@pytest.mark.parametrize(
    ("outcome", "said", "state"),
    [
        (Outcome.DONE, {}, WorkState.DONE),
        (Outcome.TRIED, {}, WorkState.TRIED),
        (Outcome.NOT_NEEDED, {"note": "Nothing points to trafficking."}, WorkState.NOT_NEEDED),
    ],
)
def test_each_outcome_sets_the_duty_and_the_audit_trail(police, ana, now, outcome, said, state):
    entry = record(police, outcome, by=ana, now=now, **said)

    police.refresh_from_db()
    assert police.work_state == state
    event = AuditEvent.objects.get(event=f"duty.{outcome}")
    assert (event.subject_id, event.by, event.at) == (police.public_id, ana.public_id, now)
    assert event.detail == {"entry": str(entry.public_id)}


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.NOT_NEEDED])
def test_a_settled_duty_sends_nothing_more(police, ana, now, outcome):
    sweep.address_due(now=now)
    waiting_mail = Delivery.objects.waiting().filter(reminder__duty=police)
    assert waiting_mail.exists()

    record(police, outcome, by=ana, now=now, note="See the log.")

    assert not police.reminders.waiting().exists()
    assert not waiting_mail.exists()


def test_an_attempt_lets_the_reminders_run_on(police, ana, now):
    before = police.reminders.waiting().count()

    record(police, Outcome.TRIED, by=ana, now=now, note="Line busy.")

    assert police.reminders.waiting().count() == before > 0


def test_the_second_person_is_told_about_the_first(police, ana, sam, now):
    first = record(police, Outcome.DONE, by=sam, now=now)

    with pytest.raises(DutyAlreadyRecorded) as refusal:
        record(police, Outcome.DONE, by=ana, now=now + timedelta(minutes=2))

    assert refusal.value.latest == first
    assert police.evidence.count() == 1
    assert AuditEvent.objects.filter(event="duty.done").count() == 1


def test_someone_who_saw_an_older_entry_is_told_about_the_correction(police, ana, sam, now):
    done = record(police, Outcome.DONE, by=ana, now=now)
    corrected = record(police, Outcome.DONE, by=sam, now=now, based_on=done.public_id)

    with pytest.raises(DutyAlreadyRecorded) as refusal:
        record(police, Outcome.DONE, by=ana, now=now, based_on=done.public_id)

    assert refusal.value.latest == corrected


def test_two_attempts_at_an_open_duty_are_both_kept(police, ana, sam, now):
    record(police, Outcome.TRIED, by=ana, now=now)
    record(police, Outcome.TRIED, by=sam, now=now)

    assert police.evidence.count() == 2


def test_the_same_form_twice_is_one_entry(police, ana, now):
    key = uuid.uuid4()
    said = Evidence(outcome=Outcome.DONE, happened=exactly(now))
    entries = {
        duties.record(
            duty=police, by=ana, now=now, evidence=said, submission_key=key, based_on=None
        )
        for _ in range(3)
    }

    assert len(entries) == DutyEvidence.objects.count() == 1


def test_a_correction_adds_and_nothing_disappears(police, ana, now):
    first = record(police, Outcome.DONE, by=ana, now=now, reference_number="26-0311")

    second = record(
        police,
        Outcome.DONE,
        by=ana,
        now=now + timedelta(minutes=9),
        at=now - timedelta(minutes=3),
        based_on=first.public_id,
        reference_number="26-0312",
    )

    police.refresh_from_db()
    assert second.is_correction
    assert police.done_at == now - timedelta(minutes=3)
    assert list(police.evidence.values_list("reference_number", flat=True)) == [
        "26-0312",
        "26-0311",
    ]


def test_a_correction_that_reopens_the_duty_plans_its_reminders_anew(police, ana, now):
    done = record(police, Outcome.DONE, by=ana, now=now)
    assert not police.reminders.waiting().exists()
    later = now + timedelta(minutes=30)

    record(police, Outcome.TRIED, by=ana, now=later, at=now, based_on=done.public_id)

    police.refresh_from_db()
    assert police.is_open
    assert police.work_state == WorkState.TRIED
    waiting = police.reminders.waiting()
    assert waiting.filter(due_at=police.due_at, kind="overdue", audience="owner").count() == 1
    assert waiting.filter(due_at__lte=later).count() == 1
    keys = Reminder.objects.filter(duty=police).values_list("dedupe_key", flat=True)
    assert len(keys) == len(set(keys))


def test_a_correction_between_two_settled_states_wakes_nobody(police, ana, now):
    done = record(police, Outcome.DONE, by=ana, now=now)

    record(
        police, Outcome.NOT_NEEDED, by=ana, now=now, based_on=done.public_id, note="It was another"
    )

    police.refresh_from_db()
    assert police.work_state == WorkState.NOT_NEEDED
    assert police.done_at is None
    assert not police.reminders.waiting().exists()


def test_a_duty_of_an_undone_return_takes_no_evidence(episode, ana, now):
    bring_back(episode, by=ana, now=now)
    asked = episode.duties.get(code="ask_about_medical_care")
    returns.undo_return(episode=episode, by=ana, now=now, reason="Another youth came back.")

    with pytest.raises(NoLongerNeeded):
        record(asked, Outcome.DONE, by=ana, now=now)

    assert not asked.evidence.exists()


def test_a_failure_on_the_way_leaves_the_duty_open(police, ana, now, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("casework.operations.duties.audit.record", fail)
    waiting = police.reminders.waiting().count()

    with pytest.raises(RuntimeError):
        record(police, Outcome.DONE, by=ana, now=now)

    police.refresh_from_db()
    assert police.is_open
    assert not police.evidence.exists()
    assert police.reminders.waiting().count() == waiting


@pytest.mark.parametrize(
    ("typed_day", "says"),
    [
        (0, "time not recorded, so not provable"),
        (-1, "on time"),
        (1, "late, time not recorded"),
    ],
    ids=["the due day", "the day before", "the day after"],
)
def test_a_day_without_a_time_proves_only_what_it_can(jordan, ana, now, typed_day, says):
    episode = log(jordan, by=ana, now=now)
    police = episode.duties.get(code="report_to_police")
    midnight = datetime(2026, 3, 3, 6, 0, tzinfo=UTC) + timedelta(days=typed_day)
    later = now + timedelta(days=3)

    duties.record(
        duty=police,
        by=ana,
        now=later,
        evidence=Evidence(outcome=Outcome.DONE, happened=Moment(midnight, Precision.DATE_ONLY)),
        submission_key=uuid.uuid4(),
        based_on=None,
    )

    police.refresh_from_db()
    assert timeliness(police) == says


def test_nothing_was_done_about_an_absence_before_it_began(jordan, ana, now):
    episode = log(jordan, by=ana, now=now, last_seen=exactly(now - timedelta(hours=2)))
    police = episode.duties.get(code="report_to_police")

    with pytest.raises(duties.TooEarly):
        record(police, Outcome.DONE, by=ana, now=now, at=now - timedelta(hours=3))

    assert not DutyEvidence.objects.exists()


@pytest.mark.parametrize(("before", "is_kept"), [(29, True), (31, False), (3000, False)])
def test_nothing_was_done_long_before_the_agency_was_told(police, ana, now, before, is_kept):
    at = police.episode.told_at - timedelta(days=before)

    if is_kept:
        record(police, Outcome.DONE, by=ana, now=now, at=at)
    else:
        with pytest.raises(duties.TooEarly, match="long before the agency was told. Check the day"):
            record(police, Outcome.DONE, by=ana, now=now, at=at)

    assert police.evidence.exists() == is_kept


def test_what_is_to_be_done_at_once_without_a_limit_is_told_once_and_is_never_late(ana, now):
    episode = log(YouthFactory(unit=UnitFactory(jurisdiction="us-id")), by=ana, now=now)

    parents = episode.duties.get(code="tell_parents")

    assert (parents.target_at, parents.due_at) == (episode.told_at, None)
    notice = parents.reminders.get()
    assert (notice.kind, notice.audience, notice.due_at) == ("notice", "owner", now)
    later = now + timedelta(days=9)
    assert parents not in episode.duties.overdue_at(later)
    assert due_of(parents, now=later).state_words == "At once"
    assert anchor_words(parents, now=later) == "At once; no limit is given."


def test_a_correction_after_the_return_wakes_nobody(episode, police, ana, now):
    done = record(police, Outcome.DONE, by=ana, now=now)
    bring_back(episode, by=ana, now=now)

    record(police, Outcome.TRIED, by=ana, now=now, based_on=done.public_id)

    assert not police.reminders.waiting().exists()


def test_a_key_that_belongs_to_another_duty_is_not_taken_for_done(episode, police, ana, now):
    ncmec = episode.duties.get(code="report_to_ncmec")
    key = uuid.uuid4()
    said = Evidence(outcome=Outcome.DONE, happened=exactly(now))
    duties.record(duty=police, by=ana, now=now, evidence=said, submission_key=key, based_on=None)

    with pytest.raises(KeyReused):
        duties.record(duty=ncmec, by=ana, now=now, evidence=said, submission_key=key, based_on=None)

    ncmec.refresh_from_db()
    assert ncmec.is_open


def test_a_duty_names_the_rule_whose_clock_it_follows(jordan, ana, now):
    episode = log(jordan, by=ana, now=now)
    decided_late = Anchors(told=now, determined_missing=now + timedelta(hours=30))
    planned = plan_duties(protocol_for("us-mo"), anchors=decided_late, zone=episode.zone)
    police = next(one for one in planned if one.rule.code == "report_to_police")

    duty = clocks.duty_from(police, episode, now=now)

    assert duty.due_at == now + timedelta(hours=24)
    assert duty.basis == "law"
    assert "671(a)(35)" in duty.source
    assert "told" in duty.rule
