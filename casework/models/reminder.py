"""Reminders: what is planned, what was sent to whom, and the pulse of the sweep that sends them.

The database is the queue: a reminder is a row written with the duty. The sweep turns a due
reminder into one delivery a person and channel; a delivery is the record of one message.
"""

from django.db import models
from django.db.models import Q

from casework.models.duty import Duty
from casework.models.episode import Episode
from casework.models.fields import choices_of, public_id
from casework.models.flag import Flag
from casework.models.people import User
from casework.policies.ladder import Audience, ReminderKind


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Which reminders."""

    def waiting(self) -> "ReminderQuerySet":
        """Reminders that are neither addressed nor cancelled."""
        return self.filter(addressed_at__isnull=True, cancelled_at__isnull=True)


class Reminder(models.Model):
    """One step of a duty's ladder: planned for an audience, turned into deliveries when due."""

    public_id = public_id()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="reminders")
    duty = models.ForeignKey(
        Duty, null=True, blank=True, on_delete=models.PROTECT, related_name="reminders"
    )
    flag = models.ForeignKey(
        Flag, null=True, blank=True, on_delete=models.PROTECT, related_name="reminders"
    )
    kind = models.CharField(max_length=12, choices=choices_of(ReminderKind))
    audience = models.CharField(max_length=12, choices=choices_of(Audience))
    due_at = models.DateTimeField()
    dedupe_key = models.CharField(max_length=120, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True, help_text="After a failed attempt")
    last_error = models.CharField(max_length=300, blank=True)
    addressed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it became deliveries"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    planned_at = models.DateTimeField()

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(addressed_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="reminder_addressed_or_cancelled",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at", "id"),
                condition=Q(addressed_at__isnull=True, cancelled_at__isnull=True),
                name="reminder_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"Reminder {self.public_id}"


class Channel(models.TextChoices):
    """How a message reaches a person."""

    INBOX = "inbox", "Inbox"
    EMAIL = "email", "Email"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Which deliveries."""

    def waiting(self) -> "DeliveryQuerySet":
        """Deliveries that are neither sent, given up nor called off."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True, cancelled_at__isnull=True)

    def inbox_of(self, user: User) -> "DeliveryQuerySet":
        """Messages in this person's inbox."""
        return self.filter(recipient=user, channel=Channel.INBOX, sent_at__isnull=False)


class Delivery(models.Model):
    """One message to one person through one channel, and everything that became of it."""

    public_id = public_id()
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="deliveries")
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deliveries")
    why = models.CharField(max_length=250, help_text="Why this person: said in the message")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    dedupe_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_until = models.DateTimeField(
        null=True, blank=True, help_text="Whoever claimed it has until then"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Given up")
    cancelled_at = models.DateTimeField(
        null=True, blank=True, help_text="Called off: the duty was settled before it went out"
    )
    last_error = models.CharField(max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name_plural = "deliveries"
        constraints = (
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, failed_at__isnull=True)
                | Q(sent_at__isnull=True, cancelled_at__isnull=True)
                | Q(failed_at__isnull=True, cancelled_at__isnull=True),
                name="delivery_ends_one_way",
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True) | Q(sent_at__isnull=False),
                name="delivery_sent_before_seen",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_attempt_at", "id"),
                condition=Q(
                    sent_at__isnull=True, failed_at__isnull=True, cancelled_at__isnull=True
                ),
                name="delivery_waiting",
            ),
            models.Index(
                fields=("recipient", "-created_at"),
                condition=Q(channel=Channel.INBOX),
                name="delivery_inbox",
            ),
            models.Index(
                fields=("failed_at",),
                condition=Q(failed_at__isnull=False),
                name="delivery_given_up",
            ),
        )

    def __str__(self) -> str:
        return f"Delivery {self.public_id}"


class Pulse(models.Model):
    """When something that must keep running last did: one row a name."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"
