"""How a person wants to hear of what has no time limit, and when of what has."""

from django.db import models
from django.db.models import Q

from casework.models.people import User
from casework.models.reminder import Topic
from casework.policies.ladder import ReminderKind


class Cadence(models.TextChoices):
    """How often mail about a topic goes out. The inbox has everything, always."""

    EACH = "each", "Each time"
    DIGEST = "digest", "Once a day, in a digest"
    OFF = "off", "No email"


class FirstReminder(models.TextChoices):
    """When a duty with a time limit is first remembered. It can be moved, never switched off."""

    HALF = ReminderKind.NUDGE.value, "When half of the time is left"
    QUARTER = ReminderKind.LATE_NUDGE.value, "When a quarter of the time is left"


class ReminderPreferences(models.Model):
    """What one person chose; somebody without a row has the defaults."""

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.PROTECT, related_name="reminder_preferences"
    )
    first_reminder = models.CharField(
        max_length=12, choices=FirstReminder.choices, default=FirstReminder.HALF
    )
    untimed = models.CharField(max_length=10, choices=Cadence.choices, default=Cadence.EACH)
    flags = models.CharField(max_length=10, choices=Cadence.choices, default=Cadence.EACH)
    cases = models.CharField(max_length=10, choices=Cadence.choices, default=Cadence.EACH)
    views = models.CharField(max_length=10, choices=Cadence.choices, default=Cadence.DIGEST)
    digest_hour = models.PositiveSmallIntegerField(
        default=8, help_text="Of the day in the person's zone, 0 to 23"
    )

    class Meta:
        verbose_name_plural = "reminder preferences"
        constraints = (
            models.CheckConstraint(
                condition=Q(digest_hour__lte=23), name="preferences_digest_hour_of_day"
            ),
        )

    def __str__(self) -> str:
        return f"Reminder preferences of user {self.user_id}"

    def cadence(self, topic: Topic) -> Cadence:
        """How often mail about this topic goes out to this person."""
        chosen = {
            Topic.UNTIMED: self.untimed,
            Topic.FLAG: self.flags,
            Topic.CASE: self.cases,
            Topic.VIEW: self.views,
        }
        return Cadence(chosen.get(topic, Cadence.EACH))
