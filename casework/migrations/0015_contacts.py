"""Phones and accounts of youth, and the index by which a report number is found."""

import uuid

import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0014_saved_views")]

    operations = [
        migrations.CreateModel(
            name="YouthContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phone", "Phone number"),
                            ("email", "Email address"),
                            ("account", "Account (Instagram, Snapchat …)"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "label",
                    models.CharField(blank=True, help_text="Whose, or where", max_length=60),
                ),
                ("value", models.CharField(help_text="As it was typed", max_length=120)),
                ("key", models.CharField(help_text="As a search finds it", max_length=120)),
                ("recorded_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("submission_key", models.UUIDField(unique=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="casework.youth",
                    ),
                ),
            ],
            options={
                "ordering": ("recorded_at", "id"),
                "indexes": [
                    models.Index(
                        fields=["key"], name="contact_prefix", opclasses=("varchar_pattern_ops",)
                    ),
                    models.Index(
                        django.db.models.functions.text.Right("key", 7),
                        condition=models.Q(("kind", "phone")),
                        name="contact_last_digits",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("key", ""), _negated=True), name="contact_has_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["phone", "email", "account"])),
                        name="contact_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="contact_ended_pair",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="youthcontact",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="cc66dc2f0dad5b1dbbd6ee86fbd36cd9f3c6debb",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_7ab58",
                    table="casework_youthcontact",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="dutyevidence",
            index=models.Index(
                models.Func(
                    django.db.models.functions.text.Upper("reference_number"),
                    models.Value(" -–—./#:"),
                    models.Value(""),
                    function="translate",
                ),
                name="evidence_by_number",
            ),
        ),
    ]
