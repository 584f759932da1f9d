"""Duties of the past, as short as a test can say them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from casework.models import Duty, DutyEvidence, Episode
from casework.models.duty import Outcome
from casework.policies.rules import Phase
from casework.policies.time_words import Precision
from tests.factories import DutyFactory


def a_duty(
    episode: Episode,
    code: str = "report_to_police",
    *,
    due: float = 24,
    done: float | None = None,
    precision: Precision = Precision.EXACT,
    recorded: float | None = None,
    **fields: Any,
) -> Duty:
    """A duty due and done so many hours after it began to count, with the entry that says so."""
    is_of_return = code in ("screen_for_trafficking", "offer_conversation")
    begins = episode.returned_at if is_of_return else episode.told_at
    by = episode.recorded_by
    done_at = None if done is None else begins + timedelta(hours=done)
    duty = DutyFactory(
        **{
            "episode": episode,
            "code": code,
            "title": code.replace("_", " ").capitalize(),
            "phase": Phase.RETURN if is_of_return else Phase.MISSING,
            "counted_from_at": begins,
            "due_at": begins + timedelta(hours=due),
            "done_at": done_at,
            "done_by": by if done_at else None,
            "done_precision": precision,
            **fields,
        }
    )
    if done_at is not None:
        an_entry(duty, hours=done, precision=precision, recorded=recorded)
    return duty


def an_entry(
    duty: Duty,
    *,
    hours: float,
    recorded: float | None = None,
    precision: Precision = Precision.EXACT,
    **fields: Any,
) -> DutyEvidence:
    """What was written down about it, so many hours after it began to count."""
    begins = duty.counted_from_at
    late = 24 if precision is Precision.DATE_ONLY else 0
    return DutyEvidence.objects.create(
        **{
            "duty": duty,
            "outcome": Outcome.DONE,
            "happened_at": begins + timedelta(hours=hours),
            "happened_precision": precision,
            "recorded_at": begins + timedelta(hours=recorded or hours + late),
            "recorded_by": duty.episode.recorded_by,
            "submission_key": uuid4(),
            **fields,
        }
    )
