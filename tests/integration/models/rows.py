"""Rows that no factory makes, as plainly as the database takes them."""

import uuid
from typing import Any

from casework.models import (
    Channel,
    Circumstance,
    ConfirmationKind,
    Delivery,
    DutyConfirmation,
    DutyEvidence,
    Known,
    Note,
    NoteKind,
    Outcome,
)
from casework.policies.conditions import Condition
from tests.factories import TOLD, DutyFactory, EpisodeFactory, ReminderFactory, UserFactory


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
            "dedupe_key": str(uuid.uuid4()),
            "created_at": TOLD,
            "next_attempt_at": TOLD,
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
