"""A month whose counts were locked: the figures as they were, and of which episodes."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from casework.models.fields import both_or_neither, public_id
from casework.models.people import Unit, User
from casework.policies.count_periods import Month


class CountedMonthQuerySet(models.QuerySet["CountedMonth"]):
    """Which locked months."""

    def standing(self) -> "CountedMonthQuerySet":
        """Locks that nobody has taken off."""
        return self.filter(unlocked_at__isnull=True)

    def of(self, unit: Unit | None, month: Month) -> "CountedMonthQuerySet":
        """Every version of a month of one unit with those below it; None is the whole agency."""
        same = Q(unit__isnull=True) if unit is None else Q(unit=unit)
        return self.filter(same, year=month.year, month=month.month)


class CountedMonth(models.Model):
    """The counts of one month, of a unit with those below it or of the agency, as they were locked.

    What was locked never changes, and no lock is deleted. A lock can be taken off once, with a
    reason; the next one is another version.
    """

    public_id = public_id()
    unit = models.ForeignKey(
        Unit,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="counted_months",
        help_text="With the units below it; empty for the whole agency",
    )
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(help_text="Of this month's locks: 1, 2, …")
    figures = models.JSONField(help_text='Figures by key: of "all" episodes, of "two_days" or more')
    definitions_version = models.CharField(max_length=20)
    children_in_care = models.PositiveIntegerField(
        null=True, blank=True, help_text="On the last day, as whoever locked it entered"
    )
    # Which episodes were counted, so that a later difference can be explained. Numbers, no more.
    at_start_ids = ArrayField(models.BigIntegerField(), default=list)
    started_ids = ArrayField(models.BigIntegerField(), default=list)
    ended_ids = ArrayField(models.BigIntegerField(), default=list)
    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    unlocked_at = models.DateTimeField(null=True, blank=True)
    unlocked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unlocked_why = models.CharField(max_length=300, blank=True)

    objects = CountedMonthQuerySet.as_manager()

    class Meta:
        ordering = ("-year", "-month", "-version")
        constraints = (
            models.UniqueConstraint(
                fields=("unit", "year", "month"),
                condition=Q(unlocked_at__isnull=True),
                nulls_distinct=False,
                name="counted_month_locked_once",
            ),
            models.UniqueConstraint(
                fields=("unit", "year", "month", "version"),
                nulls_distinct=False,
                name="counted_month_version_once",
            ),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12), name="counted_month_of_a_year"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="counted_month_version_from_one"
            ),
            models.CheckConstraint(
                condition=both_or_neither("unlocked_at", "unlocked_by"),
                name="counted_month_unlocked_pair",
            ),
            models.CheckConstraint(
                condition=Q(unlocked_at__isnull=True, unlocked_why="")
                | Q(unlocked_at__isnull=False, unlocked_why__regex=r"\S"),
                name="counted_month_unlocked_says_why",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_unlocked_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.unlocked_at IS NOT NULL OR"
                    " (to_jsonb(OLD.*) - 'unlocked_at' - 'unlocked_by_id' - 'unlocked_why')"
                    " IS DISTINCT FROM"
                    " (to_jsonb(NEW.*) - 'unlocked_at' - 'unlocked_by_id' - 'unlocked_why')"
                ),
            ),
        )

    def __str__(self) -> str:
        return f"Counted month {self.public_id}"

    def get_absolute_url(self) -> str:
        unit = f"&unit={self.unit.public_id}" if self.unit else ""
        return f"{reverse('counts')}?period={self.counted.code}{unit}"

    @property
    def counted(self) -> Month:
        """The month that was counted."""
        return Month(self.year, self.month)
