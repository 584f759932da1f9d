"""The records: one module a noun."""

from casework.models.audit import AuditEvent
from casework.models.circumstance import Circumstance
from casework.models.confirmation import ConfirmationKind, DutyConfirmation
from casework.models.duty import Duty, DutyEvidence, Outcome, WorkState
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
from casework.models.people import Role, Unit, User
from casework.models.reminder import Channel, Delivery, Pulse, Reminder
from casework.models.youth import Placement, PlacementKind, Sex, Youth, YouthName

__all__ = [
    "AuditEvent",
    "Channel",
    "Circumstance",
    "ConfirmationKind",
    "Delivery",
    "Duty",
    "DutyConfirmation",
    "DutyEvidence",
    "EndReason",
    "Episode",
    "EpisodeStatus",
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
    "Sex",
    "Unit",
    "User",
    "WorkState",
    "Youth",
    "YouthName",
]
