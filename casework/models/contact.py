"""Phone numbers, e-mail addresses and accounts at which a youth may be reached, or heard of."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Right

from casework.models.fields import both_or_neither, public_id
from casework.models.people import User
from casework.models.youth import Youth
from casework.policies.contact_keys import LOCAL_DIGITS


class ContactKind(models.TextChoices):
    """What kind of contact it is."""

    PHONE = "phone", "Phone number"
    EMAIL = "email", "Email address"
    ACCOUNT = "account", "Account (Instagram, Snapchat …)"


class YouthContactQuerySet(models.QuerySet["YouthContact"]):
    """Which contacts."""

    def in_use(self) -> "YouthContactQuerySet":
        """Contacts that nobody has set down as no longer in use."""
        return self.filter(ended_at__isnull=True)


class YouthContact(models.Model):
    """One number, address or account. It is added, and set down as no longer in use; it stays.

    `casework.policies.contact_keys` makes the key.
    """

    public_id = public_id()
    youth = models.ForeignKey(Youth, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=10, choices=ContactKind.choices)
    label = models.CharField(max_length=60, blank=True, help_text="Whose, or where")
    value = models.CharField(max_length=120, help_text="As it was typed")
    key = models.CharField(max_length=120, help_text="As a search finds it")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submission_key = models.UUIDField(unique=True)

    objects = YouthContactQuerySet.as_manager()

    class Meta:
        ordering = ("recorded_at", "id")
        constraints = (
            models.CheckConstraint(condition=~Q(key=""), name="contact_has_key"),
            models.CheckConstraint(
                condition=Q(kind__in=ContactKind.values), name="contact_kind_known"
            ),
            models.CheckConstraint(
                condition=both_or_neither("ended_at", "ended_by"), name="contact_ended_pair"
            ),
        )
        indexes = (
            # An account by its beginning; people remember "jordan", not "jordan_x_09".
            models.Index(
                fields=("key",), name="contact_prefix", opclasses=("varchar_pattern_ops",)
            ),
            # A number by its last digits, because the area code is often not known.
            models.Index(
                Right("key", LOCAL_DIGITS),
                condition=Q(kind=ContactKind.PHONE),
                name="contact_last_digits",
            ),
        )
        triggers = (pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"Contact {self.public_id}"
