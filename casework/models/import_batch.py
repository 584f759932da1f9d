"""A file of earlier records on its way in: what became of it, and its bytes while they are needed."""

from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from casework.models.fields import both_or_neither, public_id
from casework.models.people import Unit, User

KEPT_FOR = timedelta(hours=24)  # how long a file waits here that nobody brings in


class ImportState(models.TextChoices):
    """How far a file has come."""

    RECEIVED = "received", "Waiting for its columns"
    TO_CHECK = "to_check", "Being checked"
    CHECKED = "checked", "Checked"
    TO_IMPORT = "to_import", "Being brought in"
    IMPORTED = "imported", "Brought in"
    TO_UNDO = "to_undo", "Being taken out again"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Stopped by a fault"
    EXPIRED = "expired", "Not brought in within a day"
    UNDONE = "undone", "Taken out again"


AT_WORK = (ImportState.TO_CHECK, ImportState.TO_IMPORT, ImportState.TO_UNDO)
STANDING = (ImportState.IMPORTED, ImportState.TO_UNDO)  # its records are here
WAITING_FOR_PEOPLE = (ImportState.RECEIVED, ImportState.CHECKED)


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Which imports."""

    def waiting(self, now: datetime) -> "ImportBatchQuerySet":
        """Those with work to do that nobody has claimed."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        return self.filter(free, state__in=AT_WORK).order_by("asked_at", "id")


class ImportBatch(models.Model):
    """One file of earlier records. The file itself is kept until it is brought in, a day at most."""

    public_id = public_id()
    state = models.CharField(
        max_length=12, choices=ImportState.choices, default=ImportState.RECEIVED
    )
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, help_text="By which the same file is known again")
    size = models.BigIntegerField(help_text="Bytes")
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    headers = models.JSONField(default=list, help_text="The names in its first row")
    # How it is read.
    columns = models.JSONField(default=dict, help_text="Where each of our columns stands in a row")
    unit = models.ForeignKey(
        Unit,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Of the rows that name none",
    )
    date_order = models.CharField(max_length=12, blank=True)
    since_1904 = models.BooleanField(default=False)
    # Work on it.
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=60, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    failed_why = models.CharField(max_length=300, blank=True)
    # What the check found.
    checked_at = models.DateTimeField(null=True, blank=True)
    problems = models.JSONField(default=list, help_text="The first of them: row, column, words")
    problem_count = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict, help_text="Figures of what it would bring")
    # What became of it.
    imported_at = models.DateTimeField(null=True, blank=True)
    imported_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    episode_count = models.PositiveIntegerField(default=0)
    youth_count = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-id")
        verbose_name_plural = "import batches"
        constraints = (
            models.UniqueConstraint(
                fields=("sha256",),
                condition=Q(state__in=["imported", "to_undo"]),
                name="import_the_same_file_once",
            ),
            models.CheckConstraint(
                condition=both_or_neither("imported_at", "imported_by"), name="import_imported_pair"
            ),
            models.CheckConstraint(
                condition=both_or_neither("asked_at", "asked_by"), name="import_asked_pair"
            ),
            models.CheckConstraint(
                condition=both_or_neither("undone_at", "undone_by"), name="import_undone_pair"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=F("imported_at")),
                name="import_undone_after_imported",
            ),
        )
        triggers = (pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"Import {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.public_id])

    @property
    def is_at_work(self) -> bool:
        """Whether it is being checked or brought in, or waits for that."""
        return self.state in AT_WORK

    @property
    def can_import(self) -> bool:
        """Whether it was checked and nothing stands in its way."""
        return self.state == ImportState.CHECKED and not self.problem_count


class ImportChunk(models.Model):
    """Some of a file's bytes. Personal data: gone as soon as the file is brought in or given up."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ("batch", "number")
        constraints = (
            models.UniqueConstraint(fields=("batch", "number"), name="import_chunk_once"),
        )

    def __str__(self) -> str:
        return f"Chunk {self.number} of import {self.batch_id}"


def imported_in(related_name: str) -> "models.ForeignKey[Any, Any]":
    """The import that a record came with; empty for what was recorded here."""
    return models.ForeignKey(
        ImportBatch,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        on_delete=models.PROTECT,
        related_name=related_name,
    )


def of_an_import(name: str) -> models.Index:
    """An index that holds only what was imported: nearly all rows of an agency are not."""
    return models.Index(fields=("imported_in",), condition=Q(imported_in__isnull=False), name=name)
