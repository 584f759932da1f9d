"""The records: one module a noun."""

from casework.models.absence import Absence
from casework.models.acknowledgement import Acknowledgement
from casework.models.assignment import Assignment, Transfer
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
from casework.models.preference import Cadence, FirstReminder, ReminderPreferences
from casework.models.reminder import (
    Channel,
    Delivery,
    Message,
    MessageKind,
    Pulse,
    Reminder,
    Topic,
)
from casework.models.youth import Placement, PlacementKind, Sex, Youth, YouthName

__all__ = [
    "Absence",
    "Acknowledgement",
    "AssessmentRecord",
    "Assignment",
    "AuditEvent",
    "Cadence",
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
    "FirstReminder",
    "Flag",
    "FlagMark",
    "FlagStep",
    "FlagStepKind",
    "Informant",
    "Known",
    "LeftFrom",
    "Message",
    "MessageKind",
    "Note",
    "NoteKind",
    "Outcome",
    "Placement",
    "PlacementKind",
    "Pulse",
    "Reminder",
    "ReminderPreferences",
    "ReturnedTo",
    "Role",
    "Said",
    "ScreeningResult",
    "SetAsideReason",
    "Sex",
    "Topic",
    "Transfer",
    "Unit",
    "User",
    "WorkState",
    "Youth",
    "YouthName",
]
