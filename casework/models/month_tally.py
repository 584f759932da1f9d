"""How many episodes of a unit started and ended in each month, so that a trend reads no episode.

The database keeps the rows itself (`month_tally_triggers.py`), so that no writer can forget to.
Every change adds a row, also one that takes away: nobody waits for another to count, and their sum
is right at any time. Once an hour the rows of a month become one.
"""

from django.db import models
from django.db.models import Q

from casework.models.people import Unit


class MonthTally(models.Model):
    """What a change adds to one month of a unit, on the unit's own calendar.

    Only episodes that have ended are in here, without those opened in error: one that has not is
    counted where it stands, as its length depends on the clock.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    begins_on = models.DateField(help_text="The first day of the month")
    started = models.IntegerField()
    ended = models.IntegerField()
    started_long = models.IntegerField(help_text="Those of 2 days or more")
    ended_long = models.IntegerField(help_text="Those of 2 days or more")

    class Meta:
        ordering = ("unit", "begins_on", "id")
        constraints = (
            models.CheckConstraint(condition=Q(begins_on__day=1), name="month_tally_of_a_month"),
        )
        indexes = (
            models.Index(
                fields=("unit", "begins_on"),
                include=("started", "ended", "started_long", "ended_long"),
                name="month_tally_by_unit",
            ),
        )

    def __str__(self) -> str:
        return f"{self.begins_on}: {self.started} started, {self.ended} ended"
