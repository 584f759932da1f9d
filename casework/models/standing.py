"""The board's rows: where each episode with work left stands, in the columns that lists sort by.

The database keeps them itself (`standing_triggers.py`), so that no writer can forget to, and one
index answers what is most urgent. Nothing is written here by hand; `rebuild_standing` writes every
row anew. What depends on the clock (overdue, assessed late) is asked when a list is read.
"""

from django.db import models

from casework.models.duty import Duty
from casework.models.episode import Episode
from casework.models.flag import Flag, FlagMark
from casework.models.people import Unit, User
from casework.models.youth import PlacementKind, Youth


class Lane(models.IntegerChoices):
    """The part of the order that no clock moves."""

    ENDANGERED = 0, "Missing, and a flag of endangerment stands"
    ORDINARY = 1, "Assessed, or back"
    NOT_ASSESSED = 2, "Missing, and not assessed"


class Standing(models.Model):
    """Where one episode stands. The row goes when the episode has ended and no duty is open.

    `next_due_at` and `soon_at` are `casework.policies.urgency.NEVER` where no open duty has a due
    time, `youngest_first` is its `NO_BIRTHDAY`: columns to sort by hold no NULL.
    """

    episode = models.OneToOneField(Episode, on_delete=models.CASCADE, primary_key=True)
    # Copies of what the episode's own row promises: no second constraint, no second check.
    unit = models.ForeignKey(
        Unit, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    youth = models.ForeignKey(Youth, models.DO_NOTHING, db_constraint=False, related_name="+")
    assigned_to = models.ForeignKey(
        User, models.DO_NOTHING, db_constraint=False, null=True, db_index=False, related_name="+"
    )
    told_at = models.DateTimeField()
    missing_since_at = models.DateTimeField(
        help_text="Last seen, where that is known to the hour; else told"
    )
    located_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    mark = models.CharField(
        max_length=20, blank=True, choices=FlagMark.choices, help_text="Of the leading flag"
    )
    leading_flag = models.ForeignKey(
        Flag, models.DO_NOTHING, db_constraint=False, null=True, db_index=False, related_name="+"
    )
    is_assessed = models.BooleanField(
        null=True, help_text="What the latest assessment says; empty: there was none"
    )
    lane = models.PositiveSmallIntegerField(choices=Lane.choices)
    next_due_at = models.DateTimeField(
        help_text="The earliest among open duties whose clock counts; of an ended episode also "
        "those of the missing time that were overdue when it ended"
    )
    soon_at = models.DateTimeField(help_text="From when that duty is due soon")
    next_duty = models.ForeignKey(
        Duty, models.DO_NOTHING, db_constraint=False, null=True, db_index=False, related_name="+"
    )
    open_duties = models.PositiveSmallIntegerField()
    placement_kind = models.CharField(max_length=20, blank=True, choices=PlacementKind.choices)
    youngest_first = models.IntegerField(help_text="Smaller is younger")

    class Meta:
        ordering = ("lane", "next_due_at", "missing_since_at", "youngest_first", "episode")
        indexes = (
            # The printed order, for the agency, a unit and a worker; what tiles count lies beside.
            models.Index(
                fields=("lane", "next_due_at", "missing_since_at", "youngest_first", "episode"),
                include=("ended_at", "assigned_to"),
                name="standing_in_order",
            ),
            models.Index(
                fields=(
                    "unit",
                    "lane",
                    "next_due_at",
                    "missing_since_at",
                    "youngest_first",
                    "episode",
                ),
                include=("ended_at", "assigned_to"),
                name="standing_of_unit",
            ),
            models.Index(
                fields=(
                    "assigned_to",
                    "lane",
                    "next_due_at",
                    "missing_since_at",
                    "youngest_first",
                    "episode",
                ),
                name="standing_of_worker",
            ),
            # Who was told of in the last hours: few, however many are not assessed.
            models.Index(
                fields=("told_at",),
                condition=models.Q(lane=Lane.NOT_ASSESSED),
                name="standing_to_assess",
            ),
        )

    def __str__(self) -> str:
        return f"Standing of episode {self.episode_id}"
