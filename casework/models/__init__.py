"""The records: one module a noun."""

from casework.models.audit import AuditEvent
from casework.models.checklist import AssessmentRecord, ChecklistAnswer, Informant, Said
from casework.models.circumstance import Circumstance
from casework.models.confirmation import ConfirmationKind, DutyConfirmation
from casework.models.duty import Duty, DutyEvidence, Outcome, ScreeningResult, WorkState
from casework.models.episode import (
    EndReason,
    Episode,
    EpisodeStatus,
    LeftFrom,
    Note,
    NoteKind,
    ReturnedTo,
)
from casework.models.fields import Known
from casework.models.flag import Flag, FlagMark, FlagStep, FlagStepKind, SetAsideReason
from casework.models.people import Role, Unit, User
from casework.models.reminder import Channel, Delivery, Pulse, Reminder
from casework.models.youth import Placement, PlacementKind, Sex, Youth, YouthName

__all__ = [
    "AssessmentRecord",
    "AuditEvent",
    "Channel",
    "ChecklistAnswer",
    "Circumstance",
    "ConfirmationKind",
    "Delivery",
    "Duty",
    "DutyConfirmation",
    "DutyEvidence",
    "EndReason",
    "Episode",
    "EpisodeStatus",
    "Flag",
    "FlagStep",
    "FlagStepKind",
    "FlagMark",
    "Informant",
    "Known",
    "LeftFrom",
    "Note",
    "NoteKind",
    "Outcome",
    "Placement",
    "PlacementKind",
    "Pulse",
    "Reminder",
    "ReturnedTo",
    "Role",
    "Said",
    "ScreeningResult",
    "SetAsideReason",
    "Sex",
    "Unit",
    "User",
    "WorkState",
    "Youth",
    "YouthName",
]
