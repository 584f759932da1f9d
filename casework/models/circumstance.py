"""What the clocks of some jurisdictions depend on besides moments, as people answered it."""

import pgtrigger
from django.db import models

from casework.models.episode import Episode
from casework.models.fields import Known, choices_of, public_id
from casework.models.people import User
from casework.policies.conditions import Condition


class Circumstance(models.Model):
    """One answer to whether a condition holds. Answers are added; the latest one counts."""

    public_id = public_id()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="circumstances")
    condition = models.CharField(max_length=40, choices=choices_of(Condition))
    holds = models.CharField(max_length=10, choices=Known.choices)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-recorded_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(condition__in=[one.value for one in Condition]),
                name="circumstance_condition_known",
            ),
            models.CheckConstraint(
                condition=models.Q(holds__in=Known.values), name="circumstance_answer_known"
            ),
        )
        indexes = (
            models.Index(
                fields=("episode", "condition", "-recorded_at", "-id"), name="circumstance_latest"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"Circumstance {self.public_id}"
