"""Files that people ask for, what became of each, and those that are made every month."""

from datetime import datetime
from enum import StrEnum

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from casework.models.counted_month import CountedMonth
from casework.models.fields import both_or_neither, choices_of, public_id
from casework.models.people import Unit, User
from casework.policies.file_formats import FileFormat


class ExportKind(models.TextChoices):
    """What stands in a file."""

    COUNTS = "counts", "Counts, every number (stays inside the agency)"
    ROWS = "rows", "Episodes row by row, without names (stays inside the agency)"
    SHARED = "shared", "Counts to share, small numbers hidden"
    TIMELINESS = "timeliness", "Proof of timeliness"


class ExportPurpose(models.TextChoices):
    """What a file is for; the audit trail keeps it."""

    FEDERAL_REPORT = "federal_report", "A federal report or audit"
    STATE_REPORT = "state_report", "A state report or audit"
    LEGISLATURE = "legislature", "A legislature or a court"
    OWN_WORK = "own_work", "Our own planning and supervision"
    RESEARCH = "research", "Approved research"
    RECORDS_REQUEST = "records_request", "A request for public records"
    OTHER = "other", "Something else"


class ExportState(StrEnum):
    """What the facts add up to; never stored."""

    WAITING = "Waiting"
    RUNNING = "Being made"
    DONE = "Ready"
    FAILED = "Could not be made"
    CANCELLED = "Canceled"
    EXPIRED = "Expired"


class Asked(models.Model):
    """What is asked for, once or every month."""

    kind = models.CharField(max_length=12, choices=ExportKind.choices)
    file_format = models.CharField(max_length=4, choices=choices_of(FileFormat))
    unit = models.ForeignKey(
        Unit,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="With the units below it; empty for the whole agency",
    )
    with_levels = models.BooleanField(
        default=False,
        help_text="Of a file to share: say how many were missing at the start and at the end",
    )
    purpose = models.CharField(max_length=20, choices=ExportPurpose.choices)
    purpose_words = models.CharField(
        max_length=300, blank=True, help_text="What it is for, in the person's words, without names"
    )

    class Meta:
        abstract = True


class ScheduledExport(Asked):
    """A file that is made every month, once the month before is over. Its owner may delete it."""

    public_id = public_id()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="scheduled_exports")
    day = models.PositiveSmallIntegerField(help_text="Of the month after, from which on it is made")
    made_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("made_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(day__gte=1, day__lte=28), name="scheduled_export_day_of_every_month"
            ),
        )

    def __str__(self) -> str:
        return f"Scheduled export {self.public_id}"


class ExportQuerySet(models.QuerySet["Export"]):
    """Which exports."""

    def unfinished(self) -> "ExportQuerySet":
        """Exports that are neither made, given up nor cancelled."""
        return self.filter(done_at__isnull=True, failed_at__isnull=True, cancelled_at__isnull=True)

    def shared(self) -> "ExportQuerySet":
        """Files to share that were made: what they said rules what later ones may say."""
        return self.filter(kind=ExportKind.SHARED, done_at__isnull=False)

    def claimed_at(self, now: datetime) -> "ExportQuerySet":
        """Exports that somebody is making at this moment, or has not yet seen to be cancelled."""
        return self.filter(claimed_until__gt=now)


class Export(Asked):
    """One file: who asked for it, for what, and what became of it. Never deleted; its bytes are.

    The database is the queue: a row that is neither made, given up nor cancelled waits to be made.
    """

    public_id = public_id()
    period = models.CharField(max_length=7, help_text="Like 2026-03, 2026 or fy2026")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    asked_at = models.DateTimeField()
    # One key a form: however often it is submitted, one export.
    submission_key = models.UUIDField(unique=True)
    schedule = models.ForeignKey(
        ScheduledExport, null=True, blank=True, on_delete=models.SET_NULL, related_name="exports"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_until = models.DateTimeField(
        null=True, blank=True, help_text="Whoever makes it has until then"
    )
    progress = models.PositiveIntegerField(default=0, help_text="Rows written so far")
    progress_of = models.PositiveIntegerField(null=True, blank=True, help_text="All its rows")
    lock = models.ForeignKey(
        CountedMonth,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The locked month that it rests on",
    )
    is_of_whole_period = models.BooleanField(
        null=True, blank=True, help_text="No: made while the period was not over"
    )
    shared_figures = models.JSONField(
        null=True, blank=True, help_text="All that a file to share said, kept for good"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True, help_text="In bytes")
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(
        null=True, blank=True, help_text="When its bytes were deleted"
    )
    first_downloaded_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Given up")
    failed_words = models.CharField(max_length=300, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, failed_at__isnull=True)
                | Q(done_at__isnull=True, cancelled_at__isnull=True)
                | Q(failed_at__isnull=True, cancelled_at__isnull=True),
                name="export_ends_one_way",
            ),
            models.CheckConstraint(
                condition=Q(sha256="", done_at__isnull=True)
                | Q(sha256__regex=r"^[0-9a-f]{64}$", done_at__isnull=False),
                name="export_done_has_sum",
            ),
            models.CheckConstraint(
                condition=both_or_neither("done_at", "size", "expires_at", "is_of_whole_period"),
                name="export_done_whole",
            ),
            models.CheckConstraint(
                condition=Q(shared_figures__isnull=True)
                | Q(shared_figures__isnull=False, kind=ExportKind.SHARED, done_at__isnull=False),
                name="export_shared_figures_of_shared",
            ),
            models.CheckConstraint(
                condition=Q(failed_at__isnull=True, failed_words="")
                | Q(failed_at__isnull=False, failed_words__regex=r"\S"),
                name="export_failed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(first_downloaded_at__isnull=True) | Q(done_at__isnull=False),
                name="export_downloaded_when_done",
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | Q(done_at__isnull=False),
                name="export_cleared_when_done",
            ),
            models.UniqueConstraint(fields=("schedule", "period"), name="export_scheduled_once"),
        )
        indexes = (
            models.Index(fields=("asked_by", "-asked_at"), name="export_of_person"),
            models.Index(
                fields=("next_attempt_at", "id"),
                condition=Q(
                    done_at__isnull=True, failed_at__isnull=True, cancelled_at__isnull=True
                ),
                name="export_waiting",
            ),
            models.Index(
                fields=("expires_at",),
                condition=Q(done_at__isnull=False, cleared_at__isnull=True),
                name="export_to_clear",
            ),
        )
        triggers = (pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"Export {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("exports")

    def state(self, now: datetime) -> ExportState:
        """What the stored moments add up to."""
        if self.cancelled_at is not None:
            return ExportState.CANCELLED
        if self.failed_at is not None:
            return ExportState.FAILED
        if self.done_at is not None and self.expires_at is not None:
            has_bytes = self.cleared_at is None and now < self.expires_at
            return ExportState.DONE if has_bytes else ExportState.EXPIRED
        is_running = self.claimed_until is not None and now < self.claimed_until
        return ExportState.RUNNING if is_running else ExportState.WAITING


class ExportPart(models.Model):
    """A megabyte of a file. In the database, so that any web server can send what any worker made."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("export", "number"), name="export_part_once"),
        )

    def __str__(self) -> str:
        return f"Part {self.number} of export {self.export_id}"
