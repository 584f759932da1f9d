"""A duty: something the agency must do because of an episode, and the evidence of it."""

from datetime import datetime
from enum import StrEnum

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper
from django.urls import reverse

from casework.models.episode import Episode, NcmecType
from casework.models.fields import Known, both_or_neither, choices_of, public_id
from casework.models.people import User
from casework.models.standing_triggers import KEPT_BY_DUTY
from casework.policies.anchors import Anchor
from casework.policies.number_keys import SEPARATORS
from casework.policies.rules import Basis, Phase, Verified
from casework.policies.time_state import TimeState, time_state
from casework.policies.time_words import Precision


class WorkState(StrEnum):
    """What has been done about a duty; the time state is a separate fact."""

    NOT_STARTED = "Not started"
    TRIED = "Tried"
    DONE = "Done"
    NOT_NEEDED = "Not needed"


class InRecords(models.TextChoices):
    """What earlier records say of a duty for which they name no time."""

    NOT_DONE = "not_done", "Not done"
    NOT_RECORDED = "not_recorded", "Not recorded"


class DutyQuerySet(models.QuerySet["Duty"]):
    """Which duties."""

    def in_force(self) -> "DutyQuerySet":
        """Duties that are asked for; withdrawn ones are kept, but count no more."""
        return self.filter(withdrawn_at__isnull=True)

    def open(self) -> "DutyQuerySet":
        """Duties in force that are neither done nor set down as not needed."""
        return self.in_force().filter(done_at__isnull=True, not_needed_at__isnull=True)

    def overdue_at(self, now: datetime) -> "DutyQuerySet":
        """Open duties whose due time has passed.

        The clock of a duty of the missing time stands still once the episode has ended.
        """
        return self.open().filter(
            Q(episode__ended_at__isnull=True, due_at__lt=now)
            | Q(phase=Phase.RETURN, due_at__lt=now)
            | Q(due_at__lt=F("episode__ended_at"))
        )


@pghistory.track()
class Duty(models.Model):
    """A rule of a protocol applied to one episode; it keeps the rule's words as they were."""

    public_id = public_id()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="duties")
    code = models.SlugField(max_length=60)
    protocol_version = models.CharField(
        max_length=120, help_text="The edition of the files that it came from"
    )
    title = models.CharField(max_length=120)
    phase = models.CharField(max_length=10, choices=choices_of(Phase))
    round = models.PositiveSmallIntegerField(
        default=1, help_text="Of a duty that comes back: which time this is"
    )
    repeats = models.CharField(
        max_length=60, blank=True, help_text='How it comes back, in words: "weekly"'
    )
    makes = models.JSONField(
        default=list, help_text="The moments that doing it makes: police_report_made"
    )
    order = models.PositiveSmallIntegerField()
    anchor = models.CharField(max_length=30, choices=choices_of(Anchor))
    counted_from_at = models.DateTimeField()
    is_provisional = models.BooleanField(
        help_text="Something that its clock rests on is not known yet"
    )
    open_questions = models.JSONField(
        default=list, help_text="What is not known yet and could move the due time, in sentences"
    )
    due_at = models.DateTimeField(null=True, blank=True, help_text="Empty: no set time")
    target_at = models.DateTimeField(
        null=True, blank=True, help_text="When to do it where the rule says at once, limit or not"
    )
    rule = models.CharField(max_length=200, help_text="The rule in words")
    basis = models.CharField(max_length=10, choices=choices_of(Basis))
    source = models.TextField()
    verified = models.CharField(max_length=20, choices=choices_of(Verified))
    evidence_fields = models.JSONField(default=list, help_text="What a record of it can hold")
    phone = models.CharField(max_length=40, blank=True)
    help = models.TextField(blank=True)
    if_refused = models.TextField(blank=True)
    planned_at = models.DateTimeField()
    # What the latest evidence says, kept here so that the database can find open duties.
    done_at = models.DateTimeField(null=True, blank=True, help_text="When it happened")
    done_precision = models.CharField(
        max_length=10, choices=choices_of(Precision), default=Precision.EXACT
    )
    done_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    not_needed_at = models.DateTimeField(null=True, blank=True)
    not_needed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="When what it rested on was undone"
    )
    tried_at = models.DateTimeField(null=True, blank=True, help_text="The latest attempt")
    # Nobody is asked to do today what earlier records leave out: the duty is withdrawn as it comes.
    # The counts still say so, or what was brought along would look better kept than it was.
    in_records = models.CharField(
        max_length=12,
        choices=InRecords.choices,
        blank=True,
        help_text="Of an imported episode: what its records say where they name no time",
    )

    objects = DutyQuerySet.as_manager()

    class Meta:
        ordering = (F("due_at").asc(nulls_last=True), "order", "id")
        verbose_name_plural = "duties"
        constraints = (
            models.UniqueConstraint(
                fields=("episode", "code", "round"),
                condition=Q(withdrawn_at__isnull=True),
                name="duty_once_a_round",
            ),
            models.CheckConstraint(condition=Q(round__gte=1), name="duty_round_from_one"),
            models.CheckConstraint(
                condition=both_or_neither("done_at", "done_by"), name="duty_done_pair"
            ),
            models.CheckConstraint(
                condition=both_or_neither("not_needed_at", "not_needed_by"),
                name="duty_not_needed_pair",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(not_needed_at__isnull=True),
                name="duty_done_or_not_needed",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(due_at__gte=F("counted_from_at")),
                name="duty_due_after_anchor",
            ),
            models.CheckConstraint(
                condition=Q(in_records="")
                | Q(withdrawn_at__isnull=False, done_at__isnull=True, not_needed_at__isnull=True),
                name="duty_in_records_asks_nobody",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at", "id"),
                condition=Q(
                    done_at__isnull=True, not_needed_at__isnull=True, withdrawn_at__isnull=True
                ),
                name="duty_open_by_due",
            ),
            models.Index(
                fields=("episode",),
                condition=Q(
                    done_at__isnull=True, not_needed_at__isnull=True, withdrawn_at__isnull=True
                ),
                name="duty_open_by_episode",
            ),
        )
        triggers = KEPT_BY_DUTY

    def __str__(self) -> str:
        return f"Duty {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("duty", args=[self.public_id])

    @property
    def name(self) -> str:
        """The title, with the round of a duty that comes back: "Search for the youth, round 2"."""
        return f"{self.title}, round {self.round}" if self.round > 1 else self.title

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.not_needed_at is None and self.withdrawn_at is None

    @property
    def work_state(self) -> WorkState:
        if self.done_at is not None:
            return WorkState.DONE
        if self.not_needed_at is not None:
            return WorkState.NOT_NEEDED
        return WorkState.NOT_STARTED if self.tried_at is None else WorkState.TRIED

    def time_state(self, now: datetime) -> TimeState:
        """How the clock stands at `now`."""
        return time_state(
            due_at=self.due_at,
            counted_from_at=self.counted_from_at,
            now=self.clock_at(now),
        )

    def clock_at(self, now: datetime) -> datetime:
        """What the duty's clock reads: `now`, or the end of the missing time if that is earlier."""
        ended_at = self.episode.ended_at
        if self.phase == Phase.MISSING and ended_at is not None:
            return min(now, ended_at)
        return now


class Outcome(models.TextChoices):
    """What happened when someone worked on a duty."""

    DONE = "done", "Done"
    TRIED = "tried", "Tried, not done"
    NOT_NEEDED = "not_needed", "Not needed"


class ScreeningResult(models.TextChoices):
    """What a screening for trafficking came to. None of these settles the question."""

    SIGNS = "signs", "Signs found"
    NO_SIGNS = "no_signs", "No signs found"
    UNCLEAR = "unclear", "Could not tell"
    DECLINED = "declined", "Youth chose not to say"


def number_key_of(column: str) -> Func:
    """The key of a report number in SQL: the same as `casework.policies.number_keys` makes."""
    return Func(Upper(column), Value(SEPARATORS), Value(""), function="translate")


class DutyEvidence(models.Model):
    """One entry of what was done about a duty. Entries are added, never changed."""

    public_id = public_id()
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="evidence")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    happened_at = models.DateTimeField()
    happened_precision = models.CharField(
        max_length=10, choices=choices_of(Precision), default=Precision.EXACT
    )
    method = models.CharField(max_length=20, blank=True)
    contact_name = models.CharField(max_length=120, blank=True)
    agency = models.CharField(max_length=120, blank=True)
    officer = models.CharField(max_length=120, blank=True)
    badge = models.CharField(max_length=40, blank=True)
    reference_number = models.CharField(max_length=60, blank=True)
    ncic_entry = models.CharField(max_length=10, choices=Known.choices, blank=True)
    # What the latest entry says of it stands on the episode, which is what is counted.
    ncmec_type = models.CharField(max_length=20, choices=NcmecType.choices, blank=True)
    screening_tool = models.CharField(max_length=120, blank=True, help_text="Its name alone")
    screening_version = models.CharField(max_length=60, blank=True)
    screener = models.CharField(max_length=120, blank=True, help_text="Who screened")
    screening_result = models.CharField(max_length=10, choices=ScreeningResult.choices, blank=True)
    note = models.TextField(max_length=10_000, blank=True)
    is_correction = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submission_key = models.UUIDField(unique=True)

    class Meta:
        ordering = ("-recorded_at", "-id")
        verbose_name_plural = "duty evidence"
        constraints = (
            models.CheckConstraint(
                condition=Q(happened_at__lte=F("recorded_at")),
                name="evidence_happened_before_recorded",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.NOT_NEEDED) | ~Q(note=""),
                name="evidence_not_needed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(screening_result__in=["", *ScreeningResult.values]),
                name="evidence_screening_result_known",
            ),
            models.CheckConstraint(
                condition=Q(ncmec_type__in=["", *NcmecType.values]),
                name="evidence_ncmec_type_known",
            ),
        )
        # Not partial: PostgreSQL uses what it knows of an expression only with an index over all rows.
        indexes = (models.Index(number_key_of("reference_number"), name="evidence_by_number"),)
        triggers = (
            pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"Evidence {self.public_id}"
