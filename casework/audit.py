"""The audit trail: `record` adds one line; nothing can change or remove it."""

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
    return AuditEvent.objects.create(
        event=event,
        at=at,
        by=by.public_id if by else None,
        by_role=by.role if by else "",
        subject=type(subject).__name__ if subject else "",
        subject_id=getattr(subject, "public_id", None),
        detail=detail,
    )
