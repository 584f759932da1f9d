"""Reminders: what is planned, what was told to whom, and the pulse of what must keep running.

The database is the queue: a reminder is a row written with the duty. The sweep turns a due
reminder into one delivery a person and channel: in the inbox at once, by mail as part of a message.
"""

from enum import StrEnum

from django.db import models
from django.db.models import Q

from casework.models.duty import Duty
from casework.models.episode import Episode
from casework.models.fields import choices_of, public_id
from casework.models.flag import Flag
from casework.models.people import User
from casework.policies.ladder import Audience, ReminderKind


class Topic(StrEnum):
    """What a reminder is about, as people choose how they want to hear of it."""

    DUTY = "duty"  # has a time limit: always told, each time
    UNTIMED = "untimed"  # a duty without a set time
    FLAG = "flag"
    CASE = "case"  # given, taken over, handed on
    VIEW = "view"  # a youth entered a saved view


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Which reminders."""

    def waiting(self) -> "ReminderQuerySet":
        """Reminders that are neither addressed nor cancelled."""
        return self.filter(addressed_at__isnull=True, cancelled_at__isnull=True)


class Reminder(models.Model):
    """One step of a duty's ladder, or a notice: planned for an audience, told when due."""

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
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    topic = models.CharField(max_length=10, choices=choices_of(Topic), default=Topic.DUTY.value)
    says = models.CharField(
        max_length=200,
        blank=True,
        help_text="The line in the inbox, where neither duty nor flag is",
    )
    due_at = models.DateTimeField()
    paused_until = models.DateTimeField(
        null=True, blank=True, help_text="Somebody is on it until then"
    )
    hurried_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was brought forward, because a mail failed"
    )
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
            models.CheckConstraint(
                condition=Q(audience=Audience.PERSON.value, person__isnull=False)
                | (~Q(audience=Audience.PERSON.value) & Q(person__isnull=True)),
                name="reminder_names_its_person",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at", "id"),
                condition=Q(addressed_at__isnull=True, cancelled_at__isnull=True),
                name="reminder_waiting",
            ),
            # The light asks for these every few seconds; there are hardly ever any.
            models.Index(
                fields=("due_at",),
                condition=Q(addressed_at__isnull=True, cancelled_at__isnull=True)
                & ~Q(last_error=""),
                name="reminder_unreached",
            ),
            models.Index(
                fields=("paused_until",),
                condition=Q(
                    addressed_at__isnull=True, cancelled_at__isnull=True, paused_until__isnull=False
                ),
                name="reminder_paused",
            ),
            models.Index(
                fields=("addressed_at",),
                condition=Q(kind=ReminderKind.NOT_REACHED.value, audience=Audience.ADMIN.value),
                name="reminder_told_admins",
            ),
        )

    def __str__(self) -> str:
        return f"Reminder {self.public_id}"


class Channel(models.TextChoices):
    """How a message reaches a person."""

    INBOX = "inbox", "Inbox"
    EMAIL = "email", "Email"


class MessageKind(StrEnum):
    """What a message carries."""

    REMINDERS = "reminders"
    DIGEST = "digest"  # once a day, counts only
    EXPORT = "export"  # that a scheduled export has been made, or could not be


class MessageQuerySet(models.QuerySet["Message"]):
    """Which messages."""

    def waiting(self) -> "MessageQuerySet":
        """Messages that are neither sent, given up nor called off."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True, cancelled_at__isnull=True)


def ends_one_way(name: str) -> models.CheckConstraint:
    """At most one of sent, failed and cancelled."""
    return models.CheckConstraint(
        condition=Q(sent_at__isnull=True, failed_at__isnull=True)
        | Q(sent_at__isnull=True, cancelled_at__isnull=True)
        | Q(failed_at__isnull=True, cancelled_at__isnull=True),
        name=name,
    )


class Message(models.Model):
    """What leaves the house: all that fell due for one person in one sweep, in one mail.

    It goes to a person, or to the agency-wide on-call address.
    """

    public_id = public_id()
    kind = models.CharField(
        max_length=10, choices=choices_of(MessageKind), default=MessageKind.REMINDERS.value
    )
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    recipient = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    address = models.EmailField(blank=True, help_text="Where it goes when it is to no person")
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_until = models.DateTimeField(
        null=True, blank=True, help_text="Whoever claimed it has until then"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Given up")
    cancelled_at = models.DateTimeField(
        null=True, blank=True, help_text="Called off: nothing in it was left to tell"
    )
    last_error = models.CharField(max_length=300, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            ends_one_way("message_ends_one_way"),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, address="")
                | (Q(recipient__isnull=True) & ~Q(address="")),
                name="message_goes_somewhere",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_attempt_at", "id"),
                condition=Q(
                    sent_at__isnull=True, failed_at__isnull=True, cancelled_at__isnull=True
                ),
                name="message_waiting",
            ),
            models.Index(
                fields=("failed_at",),
                condition=Q(failed_at__isnull=False),
                name="message_given_up",
            ),
        )

    def __str__(self) -> str:
        return f"Message {self.public_id}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Which deliveries."""

    def waiting(self) -> "DeliveryQuerySet":
        """Deliveries that are neither sent, given up nor called off."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True, cancelled_at__isnull=True)

    def inbox_of(self, user: User) -> "DeliveryQuerySet":
        """What is in this person's inbox."""
        return self.filter(recipient=user, channel=Channel.INBOX, sent_at__isnull=False)


class Delivery(models.Model):
    """One reminder told to one person through one channel, and what became of it.

    In the inbox it is told by being written. By mail it is part of a message; one that waits
    without a message waits for the person's daily digest. Without a recipient it went to the
    agency-wide on-call address.
    """

    public_id = public_id()
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="deliveries")
    recipient = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    why = models.CharField(max_length=250, help_text="Why this person: said in the message")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Given up")
    cancelled_at = models.DateTimeField(
        null=True, blank=True, help_text="Called off: the duty was settled before it went out"
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name_plural = "deliveries"
        constraints = (
            # However often it is addressed, each person is told once through each channel.
            models.UniqueConstraint(
                fields=("reminder", "recipient", "channel"),
                nulls_distinct=False,
                name="delivery_once",
            ),
            ends_one_way("delivery_ends_one_way"),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True) | Q(sent_at__isnull=False),
                name="delivery_sent_before_seen",
            ),
            models.CheckConstraint(
                condition=~Q(channel=Channel.INBOX)
                | Q(message__isnull=True, sent_at__isnull=False, recipient__isnull=False),
                name="delivery_inbox_is_written",
            ),
        )
        indexes = (
            models.Index(
                fields=("recipient", "-created_at"),
                condition=Q(channel=Channel.INBOX),
                name="delivery_inbox",
            ),
            models.Index(
                fields=("recipient",),
                condition=Q(
                    sent_at__isnull=True,
                    failed_at__isnull=True,
                    cancelled_at__isnull=True,
                    message__isnull=True,
                ),
                name="delivery_for_digest",
            ),
        )

    def __str__(self) -> str:
        return f"Delivery {self.public_id}"


class Pulse(models.Model):
    """When something that must keep running last did: one row a name."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    detail = models.CharField(
        max_length=300, blank=True, help_text="What went wrong then; empty when all went well"
    )

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"
