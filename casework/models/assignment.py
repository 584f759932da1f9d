"""Who held an episode when, and episodes on their way from one unit to another."""

from datetime import datetime

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from casework.models.episode import Episode
from casework.models.fields import both_or_neither, public_id
from casework.models.people import Unit, User


class Assignment(models.Model):
    """One change of who holds an episode. Rows are added; only the undoing is noted on them.

    Those that were made together share a `batch`. Without a `to_person` nobody holds it.
    """

    public_id = public_id()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="assignments")
    from_person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    batch = models.UUIDField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("batch", "episode"), name="assignment_once_a_batch"),
            models.CheckConstraint(
                condition=(Q(from_person__isnull=False) | Q(to_person__isnull=False))
                & (
                    Q(from_person__isnull=True)
                    | Q(to_person__isnull=True)
                    | ~Q(from_person=F("to_person"))
                ),
                name="assignment_changes_something",
            ),
            models.CheckConstraint(
                condition=both_or_neither("undone_at", "undone_by"), name="assignment_undone_pair"
            ),
        )
        indexes = (models.Index(fields=("episode", "-at", "-id"), name="assignment_of_episode"),)
        triggers = (
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_undone_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.undone_at IS NOT NULL OR (to_jsonb(OLD.*) - 'undone_at' - 'undone_by_id')"
                    " IS DISTINCT FROM (to_jsonb(NEW.*) - 'undone_at' - 'undone_by_id')"
                ),
            ),
        )

    def __str__(self) -> str:
        return f"Assignment {self.public_id}"


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Which transfers."""

    def waiting(self) -> "TransferQuerySet":
        """Transfers that are neither accepted, declined nor taken back."""
        return self.filter(
            accepted_at__isnull=True, declined_at__isnull=True, cancelled_at__isnull=True
        )

    def waiting_since(self, moment: datetime) -> "TransferQuerySet":
        """Transfers that were offered at this moment or earlier and still wait."""
        return self.waiting().filter(at__lte=moment)


@pghistory.track()
class Transfer(models.Model):
    """An episode offered by one unit to another. Until it is accepted, the old unit holds it."""

    public_id = public_id()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="transfers")
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="transfers_in")
    to_person = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who would hold it; whoever accepts may choose another",
    )
    note = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    declined_why = models.CharField(max_length=300, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=~Q(from_unit=F("to_unit")), name="transfer_between_units"
            ),
            models.CheckConstraint(condition=~Q(note=""), name="transfer_says_why"),
            models.UniqueConstraint(
                fields=("episode",),
                condition=Q(
                    accepted_at__isnull=True, declined_at__isnull=True, cancelled_at__isnull=True
                ),
                name="transfer_one_waiting",
            ),
            models.CheckConstraint(
                condition=both_or_neither("accepted_at", "accepted_by"),
                name="transfer_accepted_pair",
            ),
            models.CheckConstraint(
                condition=both_or_neither("declined_at", "declined_by"),
                name="transfer_declined_pair",
            ),
            models.CheckConstraint(
                condition=Q(declined_at__isnull=True, declined_why="")
                | (Q(declined_at__isnull=False) & ~Q(declined_why="")),
                name="transfer_declined_says_why",
            ),
            models.CheckConstraint(
                condition=both_or_neither("cancelled_at", "cancelled_by"),
                name="transfer_cancelled_pair",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, declined_at__isnull=True)
                | Q(accepted_at__isnull=True, cancelled_at__isnull=True)
                | Q(declined_at__isnull=True, cancelled_at__isnull=True),
                name="transfer_ends_one_way",
            ),
        )
        indexes = (
            models.Index(
                fields=("to_unit", "at"),
                condition=Q(
                    accepted_at__isnull=True, declined_at__isnull=True, cancelled_at__isnull=True
                ),
                name="transfer_waiting_in",
            ),
        )

    def __str__(self) -> str:
        return f"Transfer {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("transfer", args=[self.public_id])

    @property
    def is_waiting(self) -> bool:
        return not (self.accepted_at or self.declined_at or self.cancelled_at)
