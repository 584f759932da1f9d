"""When somebody is away, and who stands in for them."""

from datetime import datetime

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from casework.models.fields import both_or_neither, public_id
from casework.models.people import User


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Which absences."""

    def in_force(self) -> "AbsenceQuerySet":
        """Absences that nobody has called off."""
        return self.filter(cancelled_at__isnull=True)

    def at(self, now: datetime) -> "AbsenceQuerySet":
        """Absences that last at `now`: from their start up to their end."""
        return self.in_force().filter(starts_at__lte=now, ends_at__gt=now)

    def not_over(self, now: datetime) -> "AbsenceQuerySet":
        """Absences that last at `now` or are still to come."""
        return self.in_force().filter(ends_at__gt=now)


@pghistory.track()
class Absence(models.Model):
    """A time in which a person is away and `stand_in` gets what would reach them.

    Reminders look this up when they are sent. A person has one absence at a time.
    """

    public_id = public_id()
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    stand_in = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(stand_in=F("person")), name="absence_stand_in_is_another"
            ),
            models.CheckConstraint(
                condition=both_or_neither("cancelled_at", "cancelled_by"),
                name="absence_cancelled_pair",
            ),
            # Written with two ranges because the wheel's PostgreSQL carries no btree_gist.
            ExclusionConstraint(
                name="absence_one_at_a_time",
                condition=Q(cancelled_at__isnull=True),
                expressions=[
                    (
                        Func(F("person_id"), F("person_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            Value("[)"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"Absence {self.public_id}"
