"""The endangerment flag: raised by a rule or a person; confirmed or set aside by people only."""

from datetime import datetime

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Prefetch, Q

from casework.models.episode import Episode
from casework.models.fields import both_or_neither, public_id
from casework.models.people import User
from casework.models.standing_triggers import KEPT_BY_FLAG

RAISED_BY_PERSON = "person"


class FlagMark(models.TextChoices):
    """What a flag says; the values are those of `risk.Mark`."""

    ENDANGERED = "endangered", "Endangered"
    LIKELY_TRAFFICKING = "likely_trafficking", "Likely trafficking"
    SIGNS_PRESENT = "signs_present", "Signs present"


class SetAsideReason(models.TextChoices):
    """Why a person set a flag aside."""

    FACTS_WRONG = "facts_wrong", "The facts are wrong"
    FACTS_OLD = "facts_old", "The facts are old"
    HANDLED = "handled", "Already handled"
    DOES_NOT_APPLY = "does_not_apply", "Does not apply to this youth"
    OTHER = "other", "Other"


class FlagQuerySet(models.QuerySet["Flag"]):
    """Which flags."""

    def standing(self) -> "FlagQuerySet":
        """Flags that count: raised, and not set aside by as many people as it takes."""
        return self.exclude(
            Q(set_aside_at__isnull=False)
            & (Q(needs_second_person=False) | Q(agreed_at__isnull=False))
        )

    def undecided(self, now: datetime) -> "FlagQuerySet":
        """Flags of open episodes that somebody should look at: neither confirmed nor set aside by
        as many people as it takes, or set aside until a moment that has come.
        """
        waits = Q(set_aside_at__isnull=False, needs_second_person=True, agreed_at__isnull=True)
        undecided = Q(confirmed_at__isnull=True, set_aside_at__isnull=True)
        return self.filter(episode__ended_at__isnull=True).filter(
            undecided | waits | Q(review_at__lte=now)
        )

    def with_story(self) -> "FlagQuerySet":
        """Flags with the people who decided, and with their steps, newest first."""
        return self.select_related(
            "raised_by", "confirmed_by", "set_aside_by", "agreed_by"
        ).prefetch_related(Prefetch("steps", FlagStep.objects.select_related("by")))

    def of_trafficking(self) -> "FlagQuerySet":
        """Flags that speak of trafficking: likely, or signs of it."""
        return self.filter(mark__in=[FlagMark.LIKELY_TRAFFICKING, FlagMark.SIGNS_PRESENT])


@pghistory.track()
class Flag(models.Model):
    """One rule's flag on one episode, or a person's. It is never removed, only set aside."""

    public_id = public_id()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="flags")
    code = models.CharField(max_length=12, help_text='The rule, like T3; "person" for a person')
    mark = models.CharField(max_length=20, choices=FlagMark.choices)
    says = models.CharField(max_length=300, help_text="The rule, or the person's reason, in words")
    because = models.JSONField(default=list, help_text="Keys of the answers and facts behind it")
    version = models.CharField(max_length=40, blank=True, help_text="Of the ruleset")
    needs_second_person = models.BooleanField(default=False)
    raised_at = models.DateTimeField(help_text="The last time it was raised")
    first_raised_at = models.DateTimeField(
        null=True, help_text="From which clocks count: no opinion moves it"
    )
    submission_key = models.UUIDField(
        null=True, blank=True, unique=True, help_text="Of the form, where a person raised it"
    )
    raised_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: the rule did",
    )
    ceased_at = models.DateTimeField(
        null=True, blank=True, help_text="When the facts stopped saying so; it stands all the same"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_aside_reason = models.CharField(max_length=20, choices=SetAsideReason.choices, blank=True)
    set_aside_why = models.CharField(max_length=300, blank=True)
    review_at = models.DateTimeField(null=True, blank=True)
    set_aside_knowing = models.BigIntegerField(
        null=True, blank=True, help_text="The last answer that stood when it was set aside"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = FlagQuerySet.as_manager()

    class Meta:
        ordering = ("raised_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("episode", "code"),
                condition=~Q(code=RAISED_BY_PERSON),
                name="flag_once_a_rule",
            ),
            models.CheckConstraint(condition=Q(mark__in=FlagMark.values), name="flag_mark_known"),
            models.CheckConstraint(
                condition=~Q(code=RAISED_BY_PERSON) | Q(raised_by__isnull=False),
                name="flag_of_a_person_says_who",
            ),
            models.CheckConstraint(
                condition=both_or_neither("confirmed_at", "confirmed_by"),
                name="flag_confirmed_pair",
            ),
            models.CheckConstraint(
                condition=Q(
                    set_aside_at__isnull=True,
                    set_aside_by__isnull=True,
                    set_aside_reason="",
                    set_aside_why="",
                    review_at__isnull=True,
                )
                | (
                    Q(
                        set_aside_at__isnull=False,
                        set_aside_by__isnull=False,
                        review_at__isnull=False,
                    )
                    & ~Q(set_aside_reason="")
                    & ~Q(set_aside_why="")
                ),
                name="flag_set_aside_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(set_aside_at__isnull=True) | Q(confirmed_at__isnull=True),
                name="flag_confirmed_or_set_aside",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True, agreed_by__isnull=True)
                | Q(agreed_at__isnull=False, agreed_by__isnull=False, set_aside_at__isnull=False)
                & ~Q(agreed_by=models.F("set_aside_by")),
                name="flag_second_person_is_another",
            ),
        )
        indexes = (models.Index(fields=("episode", "mark"), name="flag_by_episode"),)
        triggers = (
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            *KEPT_BY_FLAG,
        )

    def __str__(self) -> str:
        return f"Flag {self.public_id}"

    @property
    def is_standing(self) -> bool:
        """Whether it counts: set aside only takes it away once as many people agree as it takes."""
        return self.set_aside_at is None or self.waits_for_second_person

    @property
    def waits_for_second_person(self) -> bool:
        """Whether one person has set it aside and another must agree; it counts until then."""
        is_set_aside = self.set_aside_at is not None
        return is_set_aside and self.needs_second_person and self.agreed_at is None

    def is_review_due(self, now: datetime) -> bool:
        """Whether it was set aside until a moment that has come."""
        return self.review_at is not None and self.review_at <= now


class FlagStepKind(models.TextChoices):
    """What happened to a flag."""

    RAISED = "raised", "Raised"
    BACK = "back", "Back"
    CEASED = "ceased", "No longer found"
    CONFIRMED = "confirmed", "Confirmed"
    SET_ASIDE = "set_aside", "Set aside"
    LOOKED_AGAIN = "looked_again", "Looked at again, still set aside"
    AGREED = "agreed", "Setting aside agreed"


class FlagStep(models.Model):
    """One thing that happened to a flag, for the timeline and for looking back. Added, never changed."""

    public_id = public_id()
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=FlagStepKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: a rule",
    )
    words = models.CharField(max_length=600, help_text="Because of what, or why, in a sentence")
    reason = models.CharField(max_length=20, choices=SetAsideReason.choices, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("kind", "at"), name="flag_step_by_kind"),)
        triggers = (
            pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"Flag step {self.public_id}"
