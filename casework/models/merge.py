"""Two records that may be of one youth, and what became of that: joined, or said not to be."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from casework.models.fields import both_or_neither, public_id
from casework.models.people import User
from casework.models.youth import Youth


class PossibleDuplicateQuerySet(models.QuerySet["PossibleDuplicate"]):
    """Which pairs."""

    def undecided(self) -> "PossibleDuplicateQuerySet":
        """Pairs about which nobody has decided; a merge that was undone is no decision."""
        return self.filter(
            not_same_at__isnull=True,
            youth_a__merged_into__isnull=True,
            youth_b__merged_into__isnull=True,
        )


class PossibleDuplicate(models.Model):
    """Two records of youth that may be of one, found by the rules of likeness or by a person.

    That they are not the same is remembered, so that nobody is asked again.
    """

    public_id = public_id()
    youth_a = models.ForeignKey(Youth, on_delete=models.PROTECT, related_name="+")
    youth_b = models.ForeignKey(Youth, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list, help_text="Codes of what is alike")
    found_at = models.DateTimeField()
    compared_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who put the two beside each other; empty when the rules found them",
    )
    not_same_at = models.DateTimeField(null=True, blank=True)
    not_same_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    not_same_why = models.CharField(max_length=300, blank=True)

    objects = PossibleDuplicateQuerySet.as_manager()

    class Meta:
        ordering = ("-found_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("youth_a", "youth_b"), name="duplicate_once_a_pair"),
            # In one order only, or the same pair could stand twice.
            models.CheckConstraint(
                condition=Q(youth_a__lt=F("youth_b")), name="duplicate_pair_in_order"
            ),
            models.CheckConstraint(
                condition=both_or_neither("not_same_at", "not_same_by"),
                name="duplicate_not_same_pair",
            ),
            models.CheckConstraint(
                condition=Q(not_same_at__isnull=True, not_same_why="")
                | Q(not_same_at__isnull=False, not_same_why__regex=r"\S"),
                name="duplicate_not_same_says_why",
            ),
        )
        indexes = (
            models.Index(
                fields=("-found_at", "-id"),
                condition=Q(not_same_at__isnull=True),
                name="duplicate_undecided",
            ),
        )

    def __str__(self) -> str:
        return f"Possible duplicate {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("duplicate", args=[self.public_id])


class MergeQuerySet(models.QuerySet["Merge"]):
    """Which merges."""

    def standing(self) -> "MergeQuerySet":
        """Merges that nobody has undone."""
        return self.filter(undone_at__isnull=True)


class Merge(models.Model):
    """One youth's second record joined to the one that was kept, with all that undoing it needs."""

    public_id = public_id()
    kept = models.ForeignKey(Youth, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Youth, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(help_text="By relation, the ids of rows that came to the kept youth")
    parked = models.JSONField(
        default=list, help_text="Ids of the kept youth's placements that gave way to the other's"
    )
    before = models.JSONField(
        encoder=DjangoJSONEncoder, help_text="The facts of both as they stood, by field"
    )
    after = models.JSONField(
        encoder=DjangoJSONEncoder, help_text="The facts of both as the merge left them"
    )
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ("-merged_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=~Q(kept=F("other")), name="merge_of_two_different_records"
            ),
            models.UniqueConstraint(
                fields=("other",),
                condition=Q(undone_at__isnull=True),
                name="merge_into_one_record_only",
            ),
            models.CheckConstraint(
                condition=both_or_neither("undone_at", "undone_by"), name="merge_undone_pair"
            ),
        )
        indexes = (models.Index(fields=("kept", "-merged_at", "-id"), name="merge_by_kept"),)

    def __str__(self) -> str:
        return f"Merge {self.public_id}"
