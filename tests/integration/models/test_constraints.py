"""The database keeps the promises: each constraint is broken here once, and refuses.

A case is named after its constraint, so that one without a case, or a case that breaks another
constraint than it says, fails.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from casework.models import (
    AuditEvent,
    EndReason,
    ExportPart,
    ImportBatch,
    ImportChunk,
    Known,
    Outcome,
    ReminderPreferences,
    Role,
    Youth,
    YouthName,
)
from casework.models.flag import RAISED_BY_PERSON
from casework.policies.time_words import Precision
from tests.factories import (
    TOLD,
    DutyFactory,
    EpisodeFactory,
    PlacementFactory,
    ReminderFactory,
    UnitFactory,
    UserFactory,
    YouthFactory,
)
from tests.integration.models.rows import (
    a_circumstance,
    a_confirmation,
    a_contact,
    a_counted_month,
    a_delivery,
    a_flag,
    a_flag_step,
    a_made_export,
    a_member,
    a_merge,
    a_message,
    a_month_tally,
    a_note,
    a_pair,
    a_schedule,
    a_transfer,
    a_view,
    an_absence,
    an_acknowledgement,
    an_answer,
    an_assessment,
    an_assignment,
    an_entry,
    an_entry_notice,
    an_export,
    an_import_batch,
    set_aside_by,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def two_open_episodes() -> None:
    youth = YouthFactory()
    EpisodeFactory(youth=youth)
    EpisodeFactory(youth=youth)


def two_episodes_at_one_time() -> None:
    youth = YouthFactory()
    EpisodeFactory(youth=youth, returned=True)
    EpisodeFactory(youth=youth, returned=True, told_at=TOLD + HOUR, recorded_at=TOLD + 2 * HOUR)


def one_month_made_twice() -> None:
    schedule = a_schedule()
    an_export(schedule=schedule)
    an_export(schedule=schedule)


def one_part_twice() -> None:
    ExportPart.objects.create(export=a_made_export(), number=0, content=b"another")


def one_reminder_told_twice() -> None:
    """Also at the agency's address, which is no person."""
    first = a_delivery(recipient=None)
    a_delivery(reminder=first.reminder, recipient=None)


def two_on_one_duty() -> None:
    first = an_acknowledgement()
    an_acknowledgement(duty=first.duty, by=UserFactory())


def one_name_twice_for_views() -> None:
    owner = UserFactory()
    a_view(owner=owner, name="Tonight")
    a_view(owner=owner, name="TONIGHT")


def one_member_twice() -> None:
    member = a_member()
    a_member(view=member.view, episode=member.episode)


def located(at: datetime) -> dict[str, object]:
    """That the youth was located, with who recorded it and when."""
    return {"located_at": at, "located_recorded_at": at, "located_by": UserFactory()}


def ended(at: datetime, reason: str) -> dict[str, object]:
    """That the episode ended, with who recorded it and when."""
    return {
        "ended_at": at,
        "ended_recorded_at": at,
        "ended_by": UserFactory(),
        "end_reason": reason,
    }


def two_placements_at_once(*, gap: timedelta) -> None:
    youth = YouthFactory()
    PlacementFactory(youth=youth, started_at=TOLD, ended_at=TOLD + HOUR)
    PlacementFactory(youth=youth, started_at=TOLD + gap, ended_at=None)


def one_name_word_twice() -> None:
    youth = YouthFactory(given_name="Jordan", family_name="")
    YouthName.objects.create(youth=youth, folded="jordan", sound="JRTN", letters="adjnor")


def one_duty_twice() -> None:
    duty = DutyFactory()
    DutyFactory(episode=duty.episode, code=duty.code)


def one_confirmation_twice() -> None:
    first = a_confirmation()
    a_confirmation(submission_key=first.submission_key)


def two_absences_at_once(*, gap: timedelta) -> None:
    first = an_absence(starts_at=TOLD, ends_at=TOLD + HOUR)
    an_absence(person=first.person, starts_at=TOLD + gap, ends_at=TOLD + 2 * HOUR)


def one_episode_twice_in_a_batch() -> None:
    first = an_assignment()
    an_assignment(episode=first.episode, batch=first.batch)


def two_offers_of_one_episode() -> None:
    first = a_transfer()
    a_transfer(episode=first.episode)


def a_transfer_within_a_unit() -> None:
    episode = EpisodeFactory()
    a_transfer(episode=episode, to_unit=episode.unit)


def handed_to_whoever_had_it() -> None:
    episode = EpisodeFactory()
    an_assignment(episode=episode, to_person=episode.assigned_to)


def ones_own_backup() -> None:
    person = UserFactory()
    person.backup = person
    person.save()


def ones_own_stand_in() -> None:
    person = UserFactory()
    an_absence(person=person, stand_in=person)


def one_flag_twice() -> None:
    flag = a_flag()
    a_flag(episode=flag.episode)


def agreed_by_oneself() -> None:
    person = UserFactory()
    a_flag(agreed_at=TOLD, agreed_by=person, **set_aside_by(person))


def merged_into_itself() -> None:
    youth = YouthFactory()
    Youth.objects.filter(pk=youth.pk).update(merged_into=youth)


def one_pair_twice() -> None:
    pair = a_pair()
    a_pair(youth_a=pair.youth_a, youth_b=pair.youth_b)


def one_pair_turned_around() -> None:
    pair = a_pair()
    a_pair(youth_a=pair.youth_b, youth_b=pair.youth_a)


def merged_with_itself() -> None:
    youth = YouthFactory()
    a_merge(kept=youth, other=youth)


def merged_into_two() -> None:
    a_merge(other=a_merge().other)


BREAKS: dict[str, Callable[[], object]] = {
    # Units and people
    "unit_has_time_zone": lambda: UnitFactory(time_zone=""),
    "unit_has_jurisdiction": lambda: UnitFactory(jurisdiction=""),
    "user_email_any_case": lambda: [
        UserFactory(email=e) for e in ("ana@x.example", "ANA@x.example")
    ],
    "user_role_known": lambda: UserFactory(role="superuser"),
    "user_deactivated_pair": lambda: UserFactory(is_active=False, deactivated_at=TOLD),
    "user_inactive_says_when": lambda: UserFactory(is_active=False),
    "user_caseworker_has_unit": lambda: UserFactory(role=Role.CASEWORKER, unit=None),
    "user_backup_is_another": ones_own_backup,
    "user_refusal_says_when": lambda: UserFactory(email_refused_why="550 no such user"),
    # Absences, who holds what, and transfers
    "absence_ends_after_start": lambda: an_absence(ends_at=TOLD),
    "absence_stand_in_is_another": ones_own_stand_in,
    "absence_cancelled_pair": lambda: an_absence(cancelled_at=TOLD),
    "absence_one_at_a_time": lambda: two_absences_at_once(gap=HOUR / 2),
    "assignment_once_a_batch": one_episode_twice_in_a_batch,
    "assignment_changes_something": handed_to_whoever_had_it,
    "assignment_undone_pair": lambda: an_assignment(undone_at=TOLD),
    "transfer_between_units": a_transfer_within_a_unit,
    "transfer_says_why": lambda: a_transfer(note=""),
    "transfer_one_waiting": two_offers_of_one_episode,
    "transfer_accepted_pair": lambda: a_transfer(accepted_at=TOLD),
    "transfer_declined_pair": lambda: a_transfer(declined_at=TOLD, declined_why="Full"),
    "transfer_declined_says_why": lambda: a_transfer(declined_at=TOLD, declined_by=UserFactory()),
    "transfer_cancelled_pair": lambda: a_transfer(cancelled_at=TOLD),
    "transfer_ends_one_way": lambda: a_transfer(
        accepted_at=TOLD, accepted_by=UserFactory(), cancelled_at=TOLD, cancelled_by=UserFactory()
    ),
    # Youth and placements
    "youth_has_some_name": lambda: YouthFactory(given_name="", family_name=""),
    "youth_case_number_not_empty": lambda: YouthFactory(case_number=""),
    "youth_races_known_and_once": lambda: YouthFactory(races=["white", "white"]),
    "youth_is_hispanic_known": lambda: YouthFactory(is_hispanic=""),
    "youth_name_once": one_name_word_twice,
    "placement_ends_after_start": lambda: PlacementFactory(started_at=TOLD, ended_at=TOLD - HOUR),
    "placement_one_at_a_time": lambda: two_placements_at_once(gap=HOUR / 2),
    "contact_has_key": lambda: a_contact(key=""),
    "contact_kind_known": lambda: a_contact(kind="fax"),
    "contact_ended_pair": lambda: a_contact(ended_at=TOLD),
    "youth_not_merged_into_itself": merged_into_itself,
    # Youth on file twice
    "duplicate_once_a_pair": one_pair_twice,
    "duplicate_pair_in_order": one_pair_turned_around,
    "duplicate_not_same_pair": lambda: a_pair(not_same_at=TOLD, not_same_why="Cousins"),
    "duplicate_not_same_says_why": lambda: a_pair(
        not_same_at=TOLD, not_same_by=UserFactory(), not_same_why=" "
    ),
    "merge_of_two_different_records": merged_with_itself,
    "merge_into_one_record_only": merged_into_two,
    "merge_undone_pair": lambda: a_merge(undone_at=TOLD),
    # Episodes
    "episode_told_before_recorded": lambda: EpisodeFactory(recorded_at=TOLD - HOUR),
    "episode_last_seen_before_told": lambda: EpisodeFactory(
        last_seen_at=TOLD + HOUR, last_seen_precision=Precision.EXACT
    ),
    "episode_last_seen_says_how_exactly": lambda: EpisodeFactory(
        last_seen_at=TOLD - HOUR, last_seen_precision=Precision.UNKNOWN
    ),
    "episode_told_is_known": lambda: EpisodeFactory(told_precision=Precision.UNKNOWN),
    "episode_located_after_seen": lambda: EpisodeFactory(
        last_seen_at=TOLD - HOUR,
        last_seen_precision=Precision.EXACT,
        **located(TOLD - 2 * HOUR),
    ),
    "episode_located_pair": lambda: EpisodeFactory(located_at=TOLD + HOUR),
    "episode_returned_pair": lambda: EpisodeFactory(returned=True, returned_by=None),
    "episode_returned_says_where": lambda: EpisodeFactory(returned=True, returned_to=""),
    "episode_returned_after_located": lambda: EpisodeFactory(
        returned=True, **located(TOLD + 6 * HOUR)
    ),
    "episode_ends_after_seen": lambda: EpisodeFactory(
        last_seen_at=TOLD - HOUR,
        last_seen_precision=Precision.EXACT,
        **ended(TOLD - 2 * HOUR, EndReason.AGED_OUT),
    ),
    "episode_ended_pair": lambda: EpisodeFactory(
        ended_at=TOLD + HOUR, end_reason=EndReason.AGED_OUT
    ),
    "episode_suspected_after_seen": lambda: EpisodeFactory(
        last_seen_at=TOLD - HOUR,
        last_seen_precision=Precision.EXACT,
        first_suspected_at=TOLD - 2 * HOUR,
    ),
    "episode_suspected_before_told": lambda: EpisodeFactory(first_suspected_at=TOLD + HOUR),
    "episode_notified_after_told": lambda: EpisodeFactory(notified_at=TOLD - HOUR),
    "episode_determined_after_told": lambda: EpisodeFactory(determined_missing_at=TOLD - HOUR),
    "circumstance_condition_known": lambda: a_circumstance(condition="left handed"),
    "circumstance_answer_known": lambda: a_circumstance(holds="perhaps"),
    "episode_end_says_why": lambda: EpisodeFactory(**ended(TOLD + HOUR, "")),
    "episode_ncmec_type_known": lambda: EpisodeFactory(ncmec_type=""),
    "episode_return_ends_it": lambda: EpisodeFactory(returned=True, ended_at=TOLD + 6 * HOUR),
    "episode_one_at_a_time": two_episodes_at_one_time,
    # Notes
    "note_says_something": lambda: a_note(text=""),
    "note_happened_before_recorded": lambda: a_note(happened_at=TOLD + HOUR),
    # What the agency confirmed
    "confirmation_once_a_form": one_confirmation_twice,
    "confirmation_kind_known": lambda: a_confirmation(kind="perhaps"),
    "confirmation_says_who_and_when": lambda: a_confirmation(confirmed_by=" "),
    "confirmation_withdrawal_says_why": lambda: a_confirmation(kind="withdrawn", note=" "),
    "confirmation_not_in_future": lambda: a_confirmation(
        confirmed_on=TOLD.date() + timedelta(days=1)
    ),
    # Checklists and flags
    "checklist_answer_known": lambda: an_answer(answer="perhaps"),
    "checklist_true_before_recorded": lambda: an_answer(
        true_at=TOLD + HOUR, true_precision=Precision.EXACT
    ),
    "checklist_true_says_how_exactly": lambda: an_answer(true_at=TOLD),
    "flag_once_a_rule": one_flag_twice,
    "flag_mark_known": lambda: a_flag(mark="low"),
    "flag_of_a_person_says_who": lambda: a_flag(code=RAISED_BY_PERSON),
    "flag_confirmed_pair": lambda: a_flag(confirmed_at=TOLD),
    "flag_set_aside_is_whole": lambda: a_flag(**set_aside_by(UserFactory(), set_aside_why="")),
    "flag_confirmed_or_set_aside": lambda: a_flag(
        confirmed_at=TOLD, confirmed_by=UserFactory(), **set_aside_by(UserFactory())
    ),
    "flag_second_person_is_another": agreed_by_oneself,
    # Duties and their evidence
    "duty_once_a_round": one_duty_twice,
    "duty_round_from_one": lambda: DutyFactory(round=0),
    "duty_done_pair": lambda: DutyFactory(done_at=TOLD),
    "duty_not_needed_pair": lambda: DutyFactory(not_needed_by=UserFactory()),
    "duty_done_or_not_needed": lambda: DutyFactory(
        done_at=TOLD, done_by=UserFactory(), not_needed_at=TOLD, not_needed_by=UserFactory()
    ),
    "duty_due_after_anchor": lambda: DutyFactory(due_at=TOLD - HOUR),
    "evidence_happened_before_recorded": lambda: an_entry(happened_at=TOLD + HOUR),
    "evidence_not_needed_says_why": lambda: an_entry(outcome=Outcome.NOT_NEEDED),
    "evidence_screening_result_known": lambda: an_entry(screening_result="fine"),
    "evidence_ncmec_type_known": lambda: an_entry(ncmec_type="lost"),
    # Saved views
    "saved_view_name_once": one_name_twice_for_views,
    "saved_view_has_name": lambda: a_view(name=""),
    "saved_view_member_once": one_member_twice,
    "saved_view_notice_of_some": lambda: an_entry_notice(entered=0),
    # Months whose counts were locked
    "import_the_same_file_once": lambda: [
        an_import_batch(state="imported", imported_at=TOLD, imported_by=UserFactory())
        for _ in range(2)
    ],
    "import_imported_pair": lambda: an_import_batch(imported_at=TOLD),
    "import_asked_pair": lambda: an_import_batch(asked_at=TOLD),
    "import_undone_pair": lambda: an_import_batch(undone_at=TOLD),
    "import_undone_after_imported": lambda: an_import_batch(
        imported_at=TOLD,
        imported_by=UserFactory(),
        undone_at=TOLD - timedelta(hours=1),
        undone_by=UserFactory(),
    ),
    "import_chunk_once": lambda: [
        ImportChunk.objects.create(batch=ImportBatch.objects.first() or an_import_batch(), number=0)
        for _ in range(2)
    ],
    "duty_in_records_asks_nobody": lambda: DutyFactory(in_records="not_done"),
    "counted_month_locked_once": lambda: [a_counted_month(version=one) for one in (1, 2)],
    "counted_month_version_once": lambda: [
        a_counted_month(unlocked_at=TOLD, unlocked_by=UserFactory(), unlocked_why="Late entries")
        for _ in (1, 2)
    ],
    "counted_month_of_a_year": lambda: a_counted_month(month=13),
    "counted_month_version_from_one": lambda: a_counted_month(version=0),
    "counted_month_unlocked_pair": lambda: a_counted_month(
        unlocked_at=TOLD, unlocked_why="Late entries"
    ),
    "counted_month_unlocked_says_why": lambda: a_counted_month(
        unlocked_at=TOLD, unlocked_by=UserFactory(), unlocked_why=" "
    ),
    "month_tally_of_a_month": lambda: a_month_tally(begins_on=date(2026, 2, 2)),
    # Files that people ask for
    "export_ends_one_way": lambda: a_made_export(cancelled_at=TOLD),
    "export_done_has_sum": lambda: a_made_export(sha256="short"),
    "export_done_whole": lambda: a_made_export(expires_at=None),
    "export_shared_figures_of_shared": lambda: an_export(shared_figures={}),
    "export_failed_says_why": lambda: an_export(failed_at=TOLD, failed_words=" "),
    "export_downloaded_when_done": lambda: an_export(first_downloaded_at=TOLD),
    "export_cleared_when_done": lambda: an_export(cleared_at=TOLD),
    "export_scheduled_once": one_month_made_twice,
    "export_part_once": one_part_twice,
    "scheduled_export_day_of_every_month": lambda: a_schedule(day=29),
    # Reminders and deliveries
    "reminder_addressed_or_cancelled": lambda: ReminderFactory(
        addressed_at=TOLD, cancelled_at=TOLD
    ),
    "reminder_names_its_person": lambda: ReminderFactory(audience="person"),
    "delivery_once": one_reminder_told_twice,
    "delivery_inbox_is_written": lambda: a_delivery(channel="inbox"),
    "message_ends_one_way": lambda: a_message(sent_at=TOLD, cancelled_at=TOLD),
    "message_goes_somewhere": lambda: a_message(address="duty@agency.test"),
    "acknowledgement_lasts": lambda: an_acknowledgement(until=TOLD),
    "acknowledgement_ends_after_start": lambda: an_acknowledgement(ended_at=TOLD - HOUR),
    "acknowledgement_one_a_duty": two_on_one_duty,
    "preferences_digest_hour_of_day": lambda: ReminderPreferences.objects.create(
        user=UserFactory(), digest_hour=24
    ),
    "delivery_ends_one_way": lambda: a_delivery(sent_at=TOLD, failed_at=TOLD),
    "delivery_sent_before_seen": lambda: a_delivery(seen_at=TOLD),
}

OURS = [model for model in apps.get_app_config("casework").get_models() if model._meta.managed]


def names_in_the_models() -> set[str]:
    return {constraint.name for model in OURS for constraint in model._meta.constraints}


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(name):
    with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic():
        BREAKS[name]()


def test_a_youth_has_at_most_one_open_episode():
    with pytest.raises(IntegrityError, match="episode_one_at_a_time"), transaction.atomic():
        two_open_episodes()


def test_every_constraint_is_broken_here():
    assert set(BREAKS) == names_in_the_models()


@pytest.mark.parametrize(
    "ends",
    [
        {"sent_at": TOLD, "cancelled_at": TOLD},
        {"failed_at": TOLD, "cancelled_at": TOLD},
        {"sent_at": TOLD, "failed_at": TOLD, "cancelled_at": TOLD},
    ],
    ids=lambda ends: "+".join(ends),
)
def test_a_delivery_ends_one_way_only(ends):
    with pytest.raises(IntegrityError, match="delivery_ends_one_way"), transaction.atomic():
        a_delivery(**ends)


def test_what_the_constraints_allow():
    """The rows next to the refused ones, so that no constraint refuses too much."""
    youth = YouthFactory()
    PlacementFactory(youth=youth, started_at=TOLD, ended_at=TOLD + HOUR)
    PlacementFactory(youth=youth, started_at=TOLD + HOUR)
    PlacementFactory(started_at=TOLD)
    EpisodeFactory(youth=youth, returned=True)
    again = TOLD + 5 * HOUR  # the moment of that return
    EpisodeFactory(youth=youth, **ended(again, EndReason.OPENED_IN_ERROR))
    EpisodeFactory(
        youth=youth,
        told_at=again,
        recorded_at=again,
        last_seen_at=again,
        last_seen_precision=Precision.ABOUT,
    )
    duty = DutyFactory(due_at=TOLD, withdrawn_at=TOLD)
    DutyFactory(episode=duty.episode, code=duty.code)
    YouthFactory(case_number=None)
    YouthFactory(given_name="", family_name="", nickname="Jay", case_number=None)
    UserFactory(role=Role.ADMIN, unit=None)
    UserFactory(is_active=False, deactivated_at=TOLD, deactivated_by=UserFactory())
    two_absences_at_once(gap=HOUR)
    away = an_absence(cancelled_at=TOLD, cancelled_by=UserFactory())
    an_absence(person=away.person)
    UserFactory(email_refused_at=TOLD, backup=UserFactory())
    declined = a_transfer(declined_at=TOLD, declined_by=UserFactory(), declined_why="Full")
    a_transfer(episode=declined.episode)
    an_assignment(to_person=UserFactory())
    a_delivery(sent_at=TOLD, seen_at=TOLD)
    an_answer(true_at=TOLD, true_precision=Precision.DATE_ONLY)
    by_hand = a_flag(code=RAISED_BY_PERSON, raised_by=UserFactory())
    a_flag(code=RAISED_BY_PERSON, raised_by=UserFactory(), episode=by_hand.episode)
    a_flag(agreed_at=TOLD, agreed_by=UserFactory(), **set_aside_by(UserFactory()))
    key = a_confirmation().submission_key
    a_confirmation(code="report_to_ncmec", submission_key=key)
    a_confirmation(kind="withdrawn", note="A wrong file", confirmed_by="", confirmed_on=None)
    undone = a_merge(undone_at=TOLD, undone_by=UserFactory())
    a_merge(kept=undone.kept, other=undone.other)
    a_made_export(first_downloaded_at=TOLD, cleared_at=TOLD)
    an_export(schedule=an_export(schedule=a_schedule()).schedule, period="2026-03")
    a_pair(not_same_at=TOLD, not_same_by=UserFactory(), not_same_why="Cousins")


@pytest.mark.parametrize(
    "lacks", ["set_aside_by", "set_aside_reason", "set_aside_why", "review_at", "set_aside_at"]
)
def test_a_flag_is_set_aside_whole_or_not_at_all(lacks):
    nothing = "" if lacks in {"set_aside_reason", "set_aside_why"} else None
    with pytest.raises(IntegrityError, match="flag_set_aside_is_whole"), transaction.atomic():
        a_flag(**set_aside_by(UserFactory(), **{lacks: nothing}))


@pytest.mark.parametrize(
    "agreed",
    [
        lambda: {"agreed_at": TOLD, **set_aside_by(UserFactory())},
        lambda: {"agreed_at": TOLD, "agreed_by": UserFactory()},
    ],
    ids=["by nobody", "to nothing"],
)
def test_the_second_person_agrees_to_something_and_has_a_name(agreed):
    with pytest.raises(IntegrityError, match="flag_second_person"), transaction.atomic():
        a_flag(**agreed())


MAKE: dict[str, Callable[..., models.Model]] = {
    "Unit": UnitFactory,
    "User": UserFactory,
    "Youth": lambda **fields: YouthFactory(**{"case_number": "MO-1"} | fields),
    "Placement": PlacementFactory,
    "Episode": EpisodeFactory,
    "Note": a_note,
    "PossibleDuplicate": a_pair,
    "Merge": a_merge,
    "Duty": DutyFactory,
    "DutyEvidence": an_entry,
    "Reminder": ReminderFactory,
    "SavedView": a_view,
    "CountedMonth": a_counted_month,
    "Export": an_export,
    "ScheduledExport": a_schedule,
    "ImportBatch": an_import_batch,
    "ImportChunk": lambda: ImportChunk.objects.create(batch=an_import_batch(), number=0),
    "Delivery": a_delivery,
    "DutyConfirmation": a_confirmation,
    "Circumstance": a_circumstance,
    "YouthContact": a_contact,
    "ChecklistAnswer": an_answer,
    "AssessmentRecord": an_assessment,
    "Flag": a_flag,
    "FlagStep": a_flag_step,
    "Absence": an_absence,
    "Acknowledgement": an_acknowledgement,
    "Message": a_message,
    "Assignment": an_assignment,
    "Transfer": a_transfer,
    "AuditEvent": lambda **fields: AuditEvent.objects.create(event="x", at=TOLD, **fields),
}

UNIQUE = [
    field
    for model in OURS
    for field in model._meta.concrete_fields
    if field.unique and not field.primary_key and not field.is_relation
]


@pytest.mark.parametrize("field", UNIQUE, ids=lambda field: f"{field.model.__name__}.{field.name}")
def test_the_database_refuses_a_second_of_what_is_unique(field):
    make = MAKE[field.model.__name__]
    first = make()

    with pytest.raises(IntegrityError, match=field.name), transaction.atomic():
        make(**{field.name: getattr(first, field.name)})


def test_an_answer_of_three_values_never_defaults_to_no():
    episode = EpisodeFactory()

    assert {episode.in_danger, episode.police_called, episode.medical_care_needed} == {
        Known.NOT_KNOWN
    }
