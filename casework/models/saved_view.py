"""A filter of the list of youth, kept under a name; and who has entered it, for those who asked."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from casework.models.episode import Episode
from casework.models.fields import public_id
from casework.models.people import User
from casework.models.reminder import Reminder


class SavedView(models.Model):
    """One person's filter under a name. It is theirs alone, and may be deleted."""

    public_id = public_id()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(
        max_length=400, blank=True, help_text="The filter as it stands in an address: ids and codes"
    )
    told_since_at = models.DateTimeField(
        null=True, blank=True, help_text="Who enters from then on is told; empty: nobody is told"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = (Lower("name"), "id")
        constraints = (
            models.UniqueConstraint("owner", Lower("name"), name="saved_view_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_name"),
        )
        indexes = (
            models.Index(
                fields=("id",),
                condition=Q(told_since_at__isnull=False),
                name="saved_view_that_tells",
            ),
        )

    def __str__(self) -> str:
        return f"Saved view {self.public_id}"

    @property
    def is_telling(self) -> bool:
        """Whether its owner is told who enters."""
        return self.told_since_at is not None


class SavedViewMember(models.Model):
    """An episode that stood in a view when it was last looked at: it enters once, not each minute."""

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="members")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("view", "episode"), name="saved_view_member_once"),
        )

    def __str__(self) -> str:
        return f"Member {self.pk} of a saved view"


class SavedViewNotice(models.Model):
    """Which reminder told of which view, and of how many youth."""

    reminder = models.OneToOneField(
        Reminder, on_delete=models.CASCADE, related_name="of_view", primary_key=True
    )
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="notices")
    entered = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(entered__gte=1), name="saved_view_notice_of_some"),
        )

    def __str__(self) -> str:
        return f"Notice {self.pk} of a saved view"
