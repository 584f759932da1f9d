"""Somebody said "I'm on it" about a duty: it climbs no further for a while."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from casework.models.duty import Duty
from casework.models.fields import public_id
from casework.models.people import User


class AcknowledgementQuerySet(models.QuerySet["Acknowledgement"]):
    """Which acknowledgements."""

    def held_at(self, now: datetime) -> "AcknowledgementQuerySet":
        """Those that hold at `now`."""
        return self.filter(ended_at__isnull=True, until__gt=now)


class Acknowledgement(models.Model):
    """One person holds a duty until then: pauses escalation, never stops the clock."""

    public_id = public_id()
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="acknowledgements")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="Handed back, taken over, or the duty was settled"
    )

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="acknowledgement_lasts"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("at")),
                name="acknowledgement_ends_after_start",
            ),
            # Who holds it is always one person.
            models.UniqueConstraint(
                fields=("duty",),
                condition=Q(ended_at__isnull=True),
                name="acknowledgement_one_a_duty",
            ),
        )

    def __str__(self) -> str:
        return f"Acknowledgement {self.public_id}"

    def holds_at(self, now: datetime) -> bool:
        """Whether it still pauses the climb at `now`."""
        return self.ended_at is None and self.until > now
