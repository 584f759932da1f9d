"""Rows that no factory makes, as plainly as the database takes them."""

import uuid
from typing import Any

from casework.models import Channel, Delivery, DutyEvidence, Note, NoteKind, Outcome
from tests.factories import TOLD, DutyFactory, EpisodeFactory, ReminderFactory


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
