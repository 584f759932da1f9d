"""Rows that no factory makes, as plainly as the database takes them."""

import uuid
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from casework.models import (
    Absence,
    Acknowledgement,
    AssessmentRecord,
    Assignment,
    Channel,
    ChecklistAnswer,
    Circumstance,
    ConfirmationKind,
    ContactKind,
    CountedMonth,
    Delivery,
    DutyConfirmation,
    DutyEvidence,
    Export,
    ExportKind,
    ExportPart,
    ExportPurpose,
    Flag,
    FlagMark,
    FlagStep,
    FlagStepKind,
    ImportBatch,
    Known,
    Merge,
    Message,
    MonthTally,
    Note,
    NoteKind,
    Outcome,
    PossibleDuplicate,
    Said,
    SavedView,
    SavedViewMember,
    SavedViewNotice,
    ScheduledExport,
    SetAsideReason,
    Transfer,
    User,
    YouthContact,
)
from casework.policies.conditions import Condition
from casework.policies.file_formats import FileFormat
from tests.factories import (
    TOLD,
    DutyFactory,
    EpisodeFactory,
    ReminderFactory,
    UnitFactory,
    UserFactory,
    YouthFactory,
)


def a_note(**fields: Any) -> Note:
    episode = fields.pop("episode", None) or EpisodeFactory()
    return Note.objects.create(
        **{
            "episode": episode,
            "kind": NoteKind.CALL,
            "text": "A friend called.",
            "happened_at": TOLD,
            "recorded_at": TOLD,
            "recorded_by": episode.recorded_by,
            "submission_key": uuid.uuid4(),
            **fields,
        }
    )


def an_entry(**fields: Any) -> DutyEvidence:
    duty = fields.pop("duty", None) or DutyFactory()
    return DutyEvidence.objects.create(
        **{
            "duty": duty,
            "outcome": Outcome.DONE,
            "happened_at": TOLD,
            "recorded_at": TOLD,
            "recorded_by": duty.episode.recorded_by,
            "submission_key": uuid.uuid4(),
            **fields,
        }
    )


def a_delivery(**fields: Any) -> Delivery:
    reminder = fields.pop("reminder", None) or ReminderFactory()
    return Delivery.objects.create(
        **{
            "reminder": reminder,
            "recipient": reminder.episode.recorded_by,
            "channel": Channel.EMAIL,
            "created_at": TOLD,
            **fields,
        }
    )


def a_message(**fields: Any) -> Message:
    return Message.objects.create(
        **{
            "recipient": fields.pop("recipient", None) or UserFactory(),
            "created_at": TOLD,
            "next_attempt_at": TOLD,
            **fields,
        }
    )


def an_acknowledgement(**fields: Any) -> Acknowledgement:
    duty = fields.pop("duty", None) or DutyFactory()
    return Acknowledgement.objects.create(
        **{
            "duty": duty,
            "by": duty.episode.recorded_by,
            "at": TOLD,
            "until": TOLD + timedelta(minutes=30),
            **fields,
        }
    )


def a_confirmation(**fields: Any) -> DutyConfirmation:
    return DutyConfirmation.objects.create(
        **{
            "jurisdiction": "us-mo",
            "code": "report_to_police",
            "kind": ConfirmationKind.CONFIRMED,
            "fingerprint": "0" * 64,
            "protocol_version": "2026.1",
            "confirmed_by": "J. Ortiz, counsel",
            "confirmed_on": TOLD.date(),
            "recorded_at": TOLD,
            "recorded_by": fields.pop("recorded_by", None) or UserFactory(),
            "submission_key": uuid.uuid4(),
            **fields,
        }
    )


def a_circumstance(**fields: Any) -> Circumstance:
    episode = fields.pop("episode", None) or EpisodeFactory()
    return Circumstance.objects.create(
        **{
            "episode": episode,
            "condition": Condition.EXIGENT,
            "holds": Known.YES,
            "recorded_at": TOLD,
            "recorded_by": episode.recorded_by,
            **fields,
        }
    )


def a_contact(**fields: Any) -> YouthContact:
    youth = fields.pop("youth", None) or YouthFactory()
    return YouthContact.objects.create(
        **{
            "youth": youth,
            "kind": ContactKind.PHONE,
            "value": "314-555-0144",
            "key": "3145550144",
            "recorded_at": TOLD,
            "recorded_by": youth.recorded_by,
            "submission_key": uuid.uuid4(),
            **fields,
        }
    )


def an_answer(**fields: Any) -> ChecklistAnswer:
    episode = fields.pop("episode", None) or EpisodeFactory()
    return ChecklistAnswer.objects.create(
        **{
            "episode": episode,
            "key": "danger.weather",
            "answer": Said.YES,
            "recorded_at": TOLD,
            "recorded_by": episode.recorded_by,
            "submission_key": uuid.uuid4(),
            **fields,
        }
    )


def an_assessment(**fields: Any) -> AssessmentRecord:
    return AssessmentRecord.objects.create(
        **{
            "episode": fields.pop("episode", None) or EpisodeFactory(),
            "version": "2026.1",
            "digest": "0" * 16,
            "answers": {},
            "facts": {},
            "findings": [],
            "marks": [],
            "is_assessed": False,
            "made_at": TOLD,
            "because_of": "logged",
            **fields,
        }
    )


def a_flag(**fields: Any) -> Flag:
    return Flag.objects.create(
        **{
            "episode": fields.pop("episode", None) or EpisodeFactory(),
            "code": "E10",
            "mark": FlagMark.ENDANGERED,
            "says": "The weather is dangerous for a youth outside.",
            "because": ["danger.weather"],
            "version": "2026.1",
            "raised_at": TOLD,
            "first_raised_at": TOLD,
            "submission_key": uuid.uuid4(),
            **fields,
        }
    )


def a_pair(**fields: Any) -> PossibleDuplicate:
    first, second = sorted((YouthFactory(), YouthFactory()), key=lambda youth: youth.pk)
    return PossibleDuplicate.objects.create(
        **{"youth_a": first, "youth_b": second, "found_at": TOLD, **fields}
    )


def a_merge(**fields: Any) -> Merge:
    kept = fields.pop("kept", None) or YouthFactory()
    return Merge.objects.create(
        **{
            "kept": kept,
            "other": fields.pop("other", None) or YouthFactory(),
            "moved": {},
            "before": {},
            "after": {},
            "merged_at": TOLD,
            "merged_by": kept.recorded_by,
            **fields,
        }
    )


def a_counted_month(**fields: Any) -> CountedMonth:
    return CountedMonth.objects.create(
        **{
            "unit": fields.pop("unit", None),
            "year": 2026,
            "month": 2,
            "version": 1,
            "figures": {"all": {"started": 1}, "two_days": {}},
            "definitions_version": "2026.1",
            "locked_at": TOLD,
            "locked_by": fields.pop("locked_by", None) or UserFactory(),
            **fields,
        }
    )


def a_month_tally(**fields: Any) -> MonthTally:
    return MonthTally.objects.create(
        **{
            "unit": fields.pop("unit", None) or UnitFactory(),
            "begins_on": date(2026, 2, 1),
            "started": 1,
            "ended": 1,
            "started_long": 0,
            "ended_long": 0,
            **fields,
        }
    )


def an_import_batch(**fields: Any) -> ImportBatch:
    return ImportBatch.objects.create(
        **{
            "received_at": TOLD,
            "received_by": fields.pop("received_by", None) or UserFactory(),
            "sha256": "0" * 64,
            "size": 10,
            **fields,
        }
    )


def a_view(**fields: Any) -> SavedView:
    return SavedView.objects.create(
        **{
            "owner": fields.pop("owner", None) or UserFactory(),
            "name": "Tonight",
            "query": "flag=endangered",
            "made_at": TOLD,
            **fields,
        }
    )


def a_member(**fields: Any) -> SavedViewMember:
    return SavedViewMember.objects.create(
        **{
            "view": fields.pop("view", None) or a_view(),
            "episode": fields.pop("episode", None) or EpisodeFactory(),
            **fields,
        }
    )


def an_entry_notice(**fields: Any) -> SavedViewNotice:
    return SavedViewNotice.objects.create(
        **{"reminder": ReminderFactory(), "view": a_view(), "entered": 1, **fields}
    )


def set_aside_by(person: User, **fields: Any) -> dict[str, Any]:
    """That a flag was set aside, with all that belongs to it."""
    return {
        "set_aside_at": TOLD,
        "set_aside_by": person,
        "set_aside_reason": SetAsideReason.HANDLED,
        "set_aside_why": "The youth wore a warm coat.",
        "review_at": TOLD + timedelta(days=1),
        **fields,
    }


def a_flag_step(**fields: Any) -> FlagStep:
    return FlagStep.objects.create(
        **{
            "flag": fields.pop("flag", None) or a_flag(),
            "kind": FlagStepKind.RAISED,
            "at": TOLD,
            "words": "it snows",
            **fields,
        }
    )


def an_absence(**fields: Any) -> Absence:
    person = fields.pop("person", None) or UserFactory()
    return Absence.objects.create(
        **{
            "person": person,
            "stand_in": UserFactory(unit=person.unit),
            "starts_at": TOLD,
            "ends_at": TOLD + timedelta(days=3),
            "recorded_at": TOLD,
            "recorded_by": person,
            **fields,
        }
    )


def an_assignment(**fields: Any) -> Assignment:
    episode = fields.pop("episode", None) or EpisodeFactory()
    return Assignment.objects.create(
        **{
            "episode": episode,
            "from_person": episode.assigned_to,
            "to_person": None,
            "at": TOLD,
            "by": episode.recorded_by,
            "batch": uuid.uuid4(),
            **fields,
        }
    )


def a_transfer(**fields: Any) -> Transfer:
    episode = fields.pop("episode", None) or EpisodeFactory()
    return Transfer.objects.create(
        **{
            "episode": episode,
            "from_unit": episode.unit,
            "to_unit": fields.pop("to_unit", None) or UnitFactory(),
            "note": "Placed there since Monday.",
            "at": TOLD,
            "by": episode.recorded_by,
            **fields,
        }
    )


def an_export(**fields: Any) -> Export:
    """A file that is asked for."""
    return Export.objects.create(
        **{
            "kind": ExportKind.COUNTS,
            "file_format": FileFormat.XLSX,
            "period": "2026-02",
            "purpose": ExportPurpose.OWN_WORK,
            "asked_by": fields.get("asked_by") or UserFactory(role="admin", unit=None),
            "asked_at": TOLD,
            "next_attempt_at": TOLD,
            "submission_key": uuid.uuid4(),
            **fields,
        }
    )


def a_made_export(content: bytes = b"bytes", **fields: Any) -> Export:
    """A file that is there to be downloaded, for a long time."""
    export = an_export(
        **{
            "done_at": TOLD,
            "size": len(content),
            "sha256": sha256(content).hexdigest(),
            "expires_at": TOLD + timedelta(days=7),
            "is_of_whole_period": True,
            **fields,
        }
    )
    ExportPart.objects.create(export=export, number=0, content=content)
    return export


def a_schedule(**fields: Any) -> ScheduledExport:
    """A file that is made every month."""
    return ScheduledExport.objects.create(
        **{
            "kind": ExportKind.COUNTS,
            "file_format": FileFormat.XLSX,
            "purpose": ExportPurpose.STATE_REPORT,
            "owner": fields.get("owner") or UserFactory(role="admin", unit=None),
            "day": 5,
            "made_at": TOLD,
            **fields,
        }
    )
