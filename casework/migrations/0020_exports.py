"""Files that people ask for, what became of each, and those that are made every month."""

import uuid

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0019_month_tallies"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[("reminders", "reminders"), ("digest", "digest"), ("export", "export")],
                default="reminders",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ScheduledExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("counts", "Counts, every number (stays inside the agency)"),
                            (
                                "rows",
                                "Episodes row by row, without names (stays inside the agency)",
                            ),
                            ("shared", "Counts to share, small numbers hidden"),
                            ("timeliness", "Proof of timeliness"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "file_format",
                    models.CharField(
                        choices=[
                            ("csv", "csv"),
                            ("xlsx", "xlsx"),
                            ("json", "json"),
                            ("pdf", "pdf"),
                        ],
                        max_length=4,
                    ),
                ),
                (
                    "with_levels",
                    models.BooleanField(
                        default=False,
                        help_text="Of a file to share: say how many were missing at the start and at the end",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("federal_report", "A federal report or audit"),
                            ("state_report", "A state report or audit"),
                            ("legislature", "A legislature or a court"),
                            ("own_work", "Our own planning and supervision"),
                            ("research", "Approved research"),
                            ("records_request", "A request for public records"),
                            ("other", "Something else"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "purpose_words",
                    models.CharField(
                        blank=True,
                        help_text="What it is for, in the person's words, without names",
                        max_length=300,
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "day",
                    models.PositiveSmallIntegerField(
                        help_text="Of the month after, from which on it is made"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scheduled_exports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        help_text="With the units below it; empty for the whole agency",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.unit",
                    ),
                ),
            ],
            options={
                "ordering": ("made_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("counts", "Counts, every number (stays inside the agency)"),
                            (
                                "rows",
                                "Episodes row by row, without names (stays inside the agency)",
                            ),
                            ("shared", "Counts to share, small numbers hidden"),
                            ("timeliness", "Proof of timeliness"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "file_format",
                    models.CharField(
                        choices=[
                            ("csv", "csv"),
                            ("xlsx", "xlsx"),
                            ("json", "json"),
                            ("pdf", "pdf"),
                        ],
                        max_length=4,
                    ),
                ),
                (
                    "with_levels",
                    models.BooleanField(
                        default=False,
                        help_text="Of a file to share: say how many were missing at the start and at the end",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("federal_report", "A federal report or audit"),
                            ("state_report", "A state report or audit"),
                            ("legislature", "A legislature or a court"),
                            ("own_work", "Our own planning and supervision"),
                            ("research", "Approved research"),
                            ("records_request", "A request for public records"),
                            ("other", "Something else"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "purpose_words",
                    models.CharField(
                        blank=True,
                        help_text="What it is for, in the person's words, without names",
                        max_length=300,
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "period",
                    models.CharField(help_text="Like 2026-03, 2026 or fy2026", max_length=7),
                ),
                ("asked_at", models.DateTimeField()),
                ("submission_key", models.UUIDField(unique=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                (
                    "claimed_until",
                    models.DateTimeField(
                        blank=True, help_text="Whoever makes it has until then", null=True
                    ),
                ),
                (
                    "progress",
                    models.PositiveIntegerField(default=0, help_text="Rows written so far"),
                ),
                (
                    "progress_of",
                    models.PositiveIntegerField(blank=True, help_text="All its rows", null=True),
                ),
                (
                    "is_of_whole_period",
                    models.BooleanField(
                        blank=True, help_text="No: made while the period was not over", null=True
                    ),
                ),
                (
                    "shared_figures",
                    models.JSONField(
                        blank=True,
                        help_text="All that a file to share said, kept for good",
                        null=True,
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "size",
                    models.PositiveBigIntegerField(blank=True, help_text="In bytes", null=True),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cleared_at",
                    models.DateTimeField(
                        blank=True, help_text="When its bytes were deleted", null=True
                    ),
                ),
                ("first_downloaded_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, help_text="Given up", null=True)),
                ("failed_words", models.CharField(blank=True, max_length=300)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lock",
                    models.ForeignKey(
                        blank=True,
                        help_text="The locked month that it rests on",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.countedmonth",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        help_text="With the units below it; empty for the whole agency",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.unit",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="exports",
                        to="casework.scheduledexport",
                    ),
                ),
            ],
            options={
                "ordering": ("-asked_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="ExportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="casework.export",
                    ),
                ),
            ],
            options={
                "ordering": ("number",),
                "constraints": [
                    models.UniqueConstraint(fields=("export", "number"), name="export_part_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="scheduledexport",
            constraint=models.CheckConstraint(
                condition=models.Q(("day__gte", 1), ("day__lte", 28)),
                name="scheduled_export_day_of_every_month",
            ),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["asked_by", "-asked_at"], name="export_of_person"),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at__isnull", True),
                    ("done_at__isnull", True),
                    ("failed_at__isnull", True),
                ),
                fields=["next_attempt_at", "id"],
                name="export_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(
                condition=models.Q(("cleared_at__isnull", True), ("done_at__isnull", False)),
                fields=["expires_at"],
                name="export_to_clear",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("failed_at__isnull", True)),
                    models.Q(("cancelled_at__isnull", True), ("done_at__isnull", True)),
                    models.Q(("cancelled_at__isnull", True), ("failed_at__isnull", True)),
                    _connector="OR",
                ),
                name="export_ends_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("sha256", "")),
                    models.Q(("done_at__isnull", False), ("sha256__regex", "^[0-9a-f]{64}$")),
                    _connector="OR",
                ),
                name="export_done_has_sum",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("done_at__isnull", True),
                        ("expires_at__isnull", True),
                        ("is_of_whole_period__isnull", True),
                        ("size__isnull", True),
                    ),
                    models.Q(
                        ("done_at__isnull", False),
                        ("expires_at__isnull", False),
                        ("is_of_whole_period__isnull", False),
                        ("size__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="export_done_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shared_figures__isnull", True),
                    models.Q(
                        ("done_at__isnull", False),
                        ("kind", "shared"),
                        ("shared_figures__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="export_shared_figures_of_shared",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("failed_at__isnull", True), ("failed_words", "")),
                    models.Q(("failed_at__isnull", False), ("failed_words__regex", "\\S")),
                    _connector="OR",
                ),
                name="export_failed_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_downloaded_at__isnull", True),
                    ("done_at__isnull", False),
                    _connector="OR",
                ),
                name="export_downloaded_when_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cleared_at__isnull", True), ("done_at__isnull", False), _connector="OR"
                ),
                name="export_cleared_when_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.UniqueConstraint(
                fields=("schedule", "period"), name="export_scheduled_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="export",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="cfcc288377803570514a91fe740f3909dfa9ea99",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_b9bb0",
                    table="casework_export",
                    when="BEFORE",
                ),
            ),
        ),
    ]
