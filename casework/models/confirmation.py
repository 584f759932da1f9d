"""Who at the agency has confirmed a duty of a protocol, and when."""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncDate

from casework.models.fields import public_id
from casework.models.people import User


class ConfirmationKind(models.TextChoices):
    """What an entry says about a duty."""

    CONFIRMED = "confirmed", "Confirmed"
    WITHDRAWN = "withdrawn", "Confirmation withdrawn"


class DutyConfirmation(models.Model):
    """One entry about one duty of one protocol: confirmed, or a confirmation withdrawn.

    Entries are added, never changed; the latest about a duty counts, as long as the duty's rules
    still say what its `fingerprint` was taken of.
    """

    public_id = public_id()
    jurisdiction = models.SlugField(max_length=40, help_text="Of the protocol confirmed")
    code = models.SlugField(max_length=60, help_text="Of the duty")
    kind = models.CharField(max_length=10, choices=ConfirmationKind.choices)
    fingerprint = models.CharField(max_length=64, help_text="Of all that the duty's rules said")
    protocol_version = models.CharField(max_length=40)
    confirmed_by = models.CharField(
        max_length=120, blank=True, help_text="Who stands for it, like the agency's counsel"
    )
    confirmed_on = models.DateField(null=True, blank=True)
    note = models.TextField(max_length=2_000, blank=True, help_text="For a withdrawal, the reason")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submission_key = models.UUIDField()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("jurisdiction", "code", "-id"), name="confirmation_latest"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("submission_key", "code"), name="confirmation_once_a_form"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ConfirmationKind.values), name="confirmation_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=ConfirmationKind.WITHDRAWN)
                | Q(confirmed_by__regex=r"\S", confirmed_on__isnull=False),
                name="confirmation_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ConfirmationKind.WITHDRAWN) | Q(note__regex=r"\S"),
                name="confirmation_withdrawal_says_why",
            ),
            # The day, in UTC, of the zone farthest ahead: only the form knows the person's own zone.
            models.CheckConstraint(
                condition=Q(confirmed_on__lte=TruncDate(F("recorded_at") + timedelta(hours=14))),
                name="confirmation_not_in_future",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"Confirmation {self.public_id}"
