"""Who at the agency confirmed which duty of a protocol; entries are only added."""

import datetime
import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0002_cache_table"),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "jurisdiction",
                    models.SlugField(help_text="Of the protocol confirmed", max_length=40),
                ),
                ("code", models.SlugField(help_text="Of the duty", max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("confirmed", "Confirmed"),
                            ("withdrawn", "Confirmation withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(help_text="Of all that the duty's rules said", max_length=64),
                ),
                ("protocol_version", models.CharField(max_length=40)),
                (
                    "confirmed_by",
                    models.CharField(
                        blank=True,
                        help_text="Who stands for it, like the agency's counsel",
                        max_length=120,
                    ),
                ),
                ("confirmed_on", models.DateField(blank=True, null=True)),
                (
                    "note",
                    models.TextField(
                        blank=True, help_text="For a withdrawal, the reason", max_length=2000
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("submission_key", models.UUIDField()),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.AddField(
            model_name="dutyconfirmation",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="dutyconfirmation",
            index=models.Index(fields=["jurisdiction", "code", "-id"], name="confirmation_latest"),
        ),
        migrations.AddConstraint(
            model_name="dutyconfirmation",
            constraint=models.UniqueConstraint(
                fields=("submission_key", "code"), name="confirmation_once_a_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyconfirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["confirmed", "withdrawn"])),
                name="confirmation_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyconfirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "withdrawn"),
                    models.Q(("confirmed_by__regex", "\\S"), ("confirmed_on__isnull", False)),
                    _connector="OR",
                ),
                name="confirmation_says_who_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyconfirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "withdrawn"), _negated=True),
                    ("note__regex", "\\S"),
                    _connector="OR",
                ),
                name="confirmation_withdrawal_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyconfirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "confirmed_on__lte",
                        django.db.models.functions.datetime.TruncDate(
                            django.db.models.expressions.CombinedExpression(
                                models.F("recorded_at"),
                                "+",
                                models.Value(datetime.timedelta(seconds=50400)),
                            )
                        ),
                    )
                ),
                name="confirmation_not_in_future",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dutyconfirmation",
            trigger=pgtrigger.compiler.Trigger(
                name="only_added",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9a8c295c9e5968779387490ca0fa44e684785891",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_only_added_5d48f",
                    table="casework_dutyconfirmation",
                    when="BEFORE",
                ),
            ),
        ),
    ]
