"""Audit events: who read or did what, and when. Evidence, never application state."""

import pgtrigger
from django.db import models

from casework.models.fields import public_id


class AuditEvent(models.Model):
    """One line of the audit trail.

    It names people and records by id, without foreign keys, so that it outlives them; the
    database refuses to change or remove it.
    """

    public_id = public_id()
    event = models.CharField(max_length=60, help_text="Like duty.done")
    at = models.DateTimeField()
    by = models.UUIDField(null=True, blank=True, help_text="The person; empty for the system")
    by_role = models.CharField(max_length=20, blank=True)
    subject = models.CharField(max_length=40, blank=True, help_text="Like Episode")
    subject_id = models.UUIDField(null=True, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("subject_id", "-at"), name="audit_by_subject"),
            models.Index(fields=("by", "-at"), name="audit_by_person"),
            models.Index(fields=("-at", "-id"), name="audit_newest"),
        )
        triggers = (
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_emptied",
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'audit events are never removed';",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.public_id}"
