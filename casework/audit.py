"""The audit trail: `record` adds one line; nothing can change or remove it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models

from casework.models import AuditEvent, User


def record(
    event: str,
    *,
    subject: models.Model | None,
    by: User | None,
    at: datetime,
    **detail: Any,
) -> AuditEvent:
    """Add one line to the audit trail and return it.

    `event` is a noun and a verb, like `duty.done`; `by` is None when the system acts. `detail`
    holds ids and codes, never names or what somebody typed.
    """
    line = _line(event, subject, detail, by=by, at=at)
    line.save(force_insert=True)
    return line


def record_each(
    event: str,
    subjects: Iterable[tuple[models.Model, Mapping[str, Any]]],
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Add one line for each subject, with its detail, in one statement."""
    AuditEvent.objects.bulk_create(
        _line(event, subject, detail, by=by, at=at) for subject, detail in subjects
    )


def _line(
    event: str,
    subject: models.Model | None,
    detail: Mapping[str, Any],
    *,
    by: User | None,
    at: datetime,
) -> AuditEvent:
    return AuditEvent(
        event=event,
        at=at,
        by=by.public_id if by else None,
        by_role=by.role if by else "",
        subject=type(subject).__name__ if subject else "",
        subject_id=getattr(subject, "public_id", None),
        detail=dict(detail),
    )
