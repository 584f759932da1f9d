"""Months whose counts were locked, and an index for counting what had not ended."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0017_patterns"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("year", models.PositiveSmallIntegerField()),
                ("month", models.PositiveSmallIntegerField()),
                (
                    "version",
                    models.PositiveSmallIntegerField(help_text="Of this month's locks: 1, 2, …"),
                ),
                (
                    "figures",
                    models.JSONField(
                        help_text='Figures by key: of "all" episodes, of "two_days" or more'
                    ),
                ),
                ("definitions_version", models.CharField(max_length=20)),
                (
                    "children_in_care",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="On the last day, as whoever locked it entered",
                        null=True,
                    ),
                ),
                (
                    "at_start_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "started_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "ended_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("locked_at", models.DateTimeField()),
                ("unlocked_at", models.DateTimeField(blank=True, null=True)),
                ("unlocked_why", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ("-year", "-month", "-version"),
            },
        ),
        migrations.AddIndex(
            model_name="episode",
            index=models.Index(
                condition=models.Q(("end_reason", "opened_in_error"), _negated=True),
                fields=["ended_at", "told_at"],
                include=("unit", "last_seen_at", "last_seen_precision"),
                name="episode_counted",
            ),
        ),
        migrations.AddField(
            model_name="countedmonth",
            name="locked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="countedmonth",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                help_text="With the units below it; empty for the whole agency",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="counted_months",
                to="casework.unit",
            ),
        ),
        migrations.AddField(
            model_name="countedmonth",
            name="unlocked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="countedmonth",
            constraint=models.UniqueConstraint(
                condition=models.Q(("unlocked_at__isnull", True)),
                fields=("unit", "year", "month"),
                name="counted_month_locked_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="countedmonth",
            constraint=models.UniqueConstraint(
                fields=("unit", "year", "month", "version"),
                name="counted_month_version_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="countedmonth",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__gte", 1), ("month__lte", 12)),
                name="counted_month_of_a_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="countedmonth",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="counted_month_version_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="countedmonth",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("unlocked_at__isnull", True), ("unlocked_by__isnull", True)),
                    models.Q(("unlocked_at__isnull", False), ("unlocked_by__isnull", False)),
                    _connector="OR",
                ),
                name="counted_month_unlocked_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="countedmonth",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("unlocked_at__isnull", True), ("unlocked_why", "")),
                    models.Q(("unlocked_at__isnull", False), ("unlocked_why__regex", "\\S")),
                    _connector="OR",
                ),
                name="counted_month_unlocked_says_why",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="countedmonth",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="abe2bf4a1e6eb6f673dcc7d4779e52729a15d194",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_3bc9e",
                    table="casework_countedmonth",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="countedmonth",
            trigger=pgtrigger.compiler.Trigger(
                name="only_unlocked_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.unlocked_at IS NOT NULL OR (to_jsonb(OLD.*) - 'unlocked_at' - 'unlocked_by_id' - 'unlocked_why') IS DISTINCT FROM (to_jsonb(NEW.*) - 'unlocked_at' - 'unlocked_by_id' - 'unlocked_why'))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="df0bbeea4e247544a420666b1663079e38a55ad8",
                    operation="UPDATE",
                    pgid="pgtrigger_only_unlocked_once_f522a",
                    table="casework_countedmonth",
                    when="BEFORE",
                ),
            ),
        ),
    ]
