"""The records: one module a noun."""

from casework.models.absence import Absence
from casework.models.acknowledgement import Acknowledgement
from casework.models.assignment import Assignment, Transfer
from casework.models.audit import AuditEvent
from casework.models.checklist import AssessmentRecord, ChecklistAnswer, Informant, Said
from casework.models.circumstance import Circumstance
from casework.models.confirmation import ConfirmationKind, DutyConfirmation
from casework.models.contact import ContactKind, YouthContact
from casework.models.counted_month import CountedMonth
from casework.models.duty import (
    Duty,
    DutyEvidence,
    InRecords,
    Outcome,
    ScreeningResult,
    WorkState,
)
from casework.models.episode import (
    EndReason,
    Episode,
    EpisodeStatus,
    LeftFrom,
    NcmecType,
    Note,
    NoteKind,
    ReturnedTo,
)
from casework.models.export import (
    Export,
    ExportKind,
    ExportPart,
    ExportPurpose,
    ExportState,
    ScheduledExport,
)
from casework.models.fields import Known
from casework.models.flag import Flag, FlagMark, FlagStep, FlagStepKind, SetAsideReason
from casework.models.import_batch import ImportBatch, ImportChunk, ImportState
from casework.models.merge import Merge, PossibleDuplicate
from casework.models.month_tally import MonthTally
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
from casework.models.saved_view import SavedView, SavedViewMember, SavedViewNotice
from casework.models.standing import Lane, Standing
from casework.models.youth import Placement, PlacementKind, Race, Sex, Youth, YouthName

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
    "ContactKind",
    "CountedMonth",
    "Delivery",
    "Duty",
    "DutyConfirmation",
    "DutyEvidence",
    "EndReason",
    "Episode",
    "EpisodeStatus",
    "FirstReminder",
    "Export",
    "ExportKind",
    "ExportPart",
    "ExportPurpose",
    "ExportState",
    "Flag",
    "FlagMark",
    "FlagStep",
    "FlagStepKind",
    "ImportBatch",
    "ImportChunk",
    "ImportState",
    "InRecords",
    "Informant",
    "Known",
    "Lane",
    "LeftFrom",
    "Merge",
    "Message",
    "MonthTally",
    "MessageKind",
    "NcmecType",
    "Note",
    "NoteKind",
    "Outcome",
    "Placement",
    "PlacementKind",
    "PossibleDuplicate",
    "Pulse",
    "Race",
    "Reminder",
    "ReminderPreferences",
    "ReturnedTo",
    "Role",
    "Said",
    "SavedView",
    "SavedViewMember",
    "SavedViewNotice",
    "ScreeningResult",
    "SetAsideReason",
    "ScheduledExport",
    "Sex",
    "Standing",
    "Topic",
    "Transfer",
    "Unit",
    "User",
    "WorkState",
    "Youth",
    "YouthContact",
    "YouthName",
]
