"""What a jurisdiction's clocks depend on besides moments: Yes, No, and never a guess."""

from datetime import date, timedelta

import pytest

from casework.models import AuditEvent, Circumstance, Duty, Known, NoteKind, Outcome, WorkState
from casework.operations import circumstances
from casework.operations.circumstances import AnsweredMeanwhile
from casework.operations.readings import read
from casework.policies.conditions import Condition, Truth
from casework.policies.difference import Change
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import answer, log, reads_as_planned_afresh, record

YES, NO, NOT_KNOWN = Known.YES, Known.NO, Known.NOT_KNOWN


@pytest.fixture
def florida(ana, now):
    """Somebody of 15 is missing in Florida, where a clock depends on exigent criteria."""
    unit = UnitFactory(jurisdiction="us-fl", time_zone="America/New_York")
    return log(YouthFactory(unit=unit), by=ana, now=now)


@pytest.fixture
def texas(ana, now):
    """Somebody is missing in Texas, where parents are told unless they have no rights any more."""
    return log(YouthFactory(unit=UnitFactory(jurisdiction="us-tx")), by=ana, now=now)


def police_of(episode) -> Duty:
    return episode.duties.get(code="report_to_police")


def parents_of(episode) -> Duty | None:
    return episode.duties.in_force().filter(code="tell_parents").first()


def test_nobody_has_said_so_the_stricter_reading_holds_and_says_what_is_not_known(florida):
    police = police_of(florida)

    assert police.is_provisional
    assert police.rule.startswith("immediately, never later than 4 hours")
    assert any("whether an exigent criterion applies" in one for one in police.open_questions)


@pytest.mark.parametrize(
    ("holds", "rule"),
    [(YES, "if an exigent criterion applies"), (NO, "if no exigent criterion applies")],
)
def test_an_answer_picks_the_rule_and_its_question_is_gone(florida, ana, now, holds, rule):
    answer(florida, by=ana, now=now, exigent=holds)

    police = police_of(florida)
    assert police.rule.endswith(rule)
    assert not any("exigent" in one for one in police.open_questions)
    assert reads_as_planned_afresh(florida)


def test_taken_back_the_stricter_reading_holds_again(florida, ana, now):
    answer(florida, by=ana, now=now, exigent=NO)

    answer(florida, by=ana, now=now, exigent=NOT_KNOWN)

    police = police_of(florida)
    assert police.rule.startswith("immediately")
    assert any("exigent" in one for one in police.open_questions)
    assert florida.circumstances.count() == 2


def test_one_criterion_is_enough_to_make_an_absence_exigent(florida, ana, now):
    answer(florida, by=ana, now=now, out_of_pattern=YES)

    assert read(florida).facts.truth(Condition.EXIGENT) is Truth.YES
    assert police_of(florida).rule.endswith("if an exigent criterion applies")


def test_a_youth_under_13_is_exigent_without_any_answer(ana, now):
    youth = YouthFactory(unit=UnitFactory(jurisdiction="us-fl"), born_on=date(2014, 6, 1))

    episode = log(youth, by=ana, now=now)

    assert police_of(episode).rule.endswith("if an exigent criterion applies")


@pytest.mark.parametrize("answers", [{}, {Condition.EXIGENT: NOT_KNOWN}])
def test_what_is_not_known_is_never_read_as_no(florida, ana, now, answers):
    if answers:
        answer(florida, by=ana, now=now, exigent=NO)
        answer(florida, by=ana, now=now, exigent=NOT_KNOWN)

    facts = read(florida).facts

    assert facts.no == frozenset()
    assert all(facts.truth(condition) is Truth.UNKNOWN for condition in Condition)


def test_parents_without_rights_are_not_told_and_the_open_duty_goes(texas, ana, now):
    duty = parents_of(texas)
    assert duty.is_provisional

    said = answer(texas, by=ana, now=now, parental_rights_ended=YES)

    assert [(one.title, one.change) for one in said] == [("Tell the parents", Change.GONE)]
    assert parents_of(texas) is None
    duty.refresh_from_db()
    assert duty.withdrawn_at == now
    assert not duty.reminders.waiting().exists()


def test_not_known_after_all_brings_the_duty_back_with_its_reminders(texas, ana, now):
    due_at = parents_of(texas).due_at
    answer(texas, by=ana, now=now, parental_rights_ended=YES)

    said = answer(texas, by=ana, now=now, parental_rights_ended=NOT_KNOWN)

    again = parents_of(texas)
    assert [one.change for one in said] == [Change.ADDED]
    assert (again.due_at, again.is_provisional, again.is_open) == (due_at, True, True)
    assert again.reminders.waiting().exists()


def test_parents_who_were_told_already_stay_told(texas, ana, now):
    record(parents_of(texas), Outcome.DONE, by=ana, now=now)

    said = answer(texas, by=ana, now=now, parental_rights_ended=YES)

    assert said == []
    assert parents_of(texas).work_state == WorkState.DONE


def test_a_duty_that_goes_keeps_what_was_tried(texas, ana, now):
    duty = parents_of(texas)
    record(duty, Outcome.TRIED, by=ana, now=now, note="No answer.")

    answer(texas, by=ana, now=now, parental_rights_ended=YES)

    assert duty.evidence.get().note == "No answer."


def test_each_answer_is_kept_with_who_gave_it_and_the_latest_counts(florida, ana, sam, now):
    later = now + timedelta(minutes=5)
    answer(florida, by=ana, now=now, exigent=YES)
    answer(florida, by=sam, now=later, exigent=NO)

    kept = florida.circumstances.order_by("recorded_at").values_list(
        "holds", "recorded_by", "recorded_at"
    )
    assert list(kept) == [(YES, ana.pk, now), (NO, sam.pk, later)]
    assert read(florida).answers == {Condition.EXIGENT: NO}


def test_only_what_is_new_is_kept(florida, ana, now):
    answer(florida, by=ana, now=now, exigent=YES, out_of_pattern=NOT_KNOWN)

    assert answer(florida, by=ana, now=now, exigent=YES, out_of_pattern=NOT_KNOWN) == []

    assert list(florida.circumstances.values_list("condition", flat=True)) == ["exigent"]
    assert florida.notes.count() == 1


def test_the_timeline_and_the_audit_trail_say_what_was_answered(texas, ana, now):
    answer(texas, by=ana, now=now, parental_rights_ended=YES)

    note = texas.notes.get()
    assert (note.kind, note.recorded_by) == (NoteKind.CLOCKS, ana)
    lead, moved = note.text.split("\n")
    assert lead == "Are parental rights ended or given up? Yes."
    assert moved.startswith("Tell the parents: no longer asked for; it was due ")
    event = AuditEvent.objects.get(event="episode.circumstances_answered")
    assert (event.subject_id, event.by, event.at) == (texas.public_id, ana.public_id, now)


def test_whoever_saw_an_older_answer_is_told_about_the_latest(florida, ana, sam, now):
    answer(florida, by=sam, now=now, exigent=YES)

    with pytest.raises(AnsweredMeanwhile) as refusal:
        circumstances.answer(
            episode=florida, by=ana, now=now, answers={Condition.EXIGENT: NO}, seen=None
        )

    assert refusal.value.latest.recorded_by == sam
    assert Circumstance.objects.get().holds == YES
    assert police_of(florida).rule.endswith("if an exigent criterion applies")


def test_a_failure_on_the_way_keeps_no_answer(texas, ana, now, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("casework.operations.circumstances.audit.record", fail)

    with pytest.raises(RuntimeError):
        answer(texas, by=ana, now=now, parental_rights_ended=YES)

    assert not Circumstance.objects.exists()
    assert parents_of(texas).reminders.waiting().exists()
    assert not texas.notes.exists()
