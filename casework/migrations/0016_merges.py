"""Second records of a youth: pairs that may be of one, merges, and what undoing one needs."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.serializers.json
import django.db.models.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0015_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "moved",
                    models.JSONField(
                        help_text="By relation, the ids of rows that came to the kept youth"
                    ),
                ),
                (
                    "parked",
                    models.JSONField(
                        default=list,
                        help_text="Ids of the kept youth's placements that gave way to the other's",
                    ),
                ),
                (
                    "before",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="The facts of both as they stood, by field",
                    ),
                ),
                (
                    "after",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="The facts of both as the merge left them",
                    ),
                ),
                ("merged_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-merged_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="PossibleDuplicate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("reasons", models.JSONField(default=list, help_text="Codes of what is alike")),
                ("found_at", models.DateTimeField()),
                ("not_same_at", models.DateTimeField(blank=True, null=True)),
                ("not_same_why", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ("-found_at", "-id"),
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="youth",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="youth",
            name="update_update",
        ),
        migrations.RemoveConstraint(
            model_name="placement",
            name="placement_one_at_a_time",
        ),
        migrations.AddField(
            model_name="youth",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                help_text="The record that was kept; this one is a second one of the same youth",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_records",
                to="casework.youth",
            ),
        ),
        migrations.AddField(
            model_name="youthevent",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="The record that was kept; this one is a second one of the same youth",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="casework.youth",
            ),
        ),
        migrations.AddIndex(
            model_name="youth",
            index=models.Index(fields=["born_on", "id"], name="youth_by_birth_date"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="youth",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "casework_youthevent" ("aliases", "born_on", "case_number", "caseworker_id", "eye_color", "family_name", "given_name", "hair_color", "height_cm", "id", "marks", "medical_needs", "merged_into_id", "nickname", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "recorded_at", "recorded_by_id", "sex", "unit_id", "weight_grams") VALUES (NEW."aliases", NEW."born_on", NEW."case_number", NEW."caseworker_id", NEW."eye_color", NEW."family_name", NEW."given_name", NEW."hair_color", NEW."height_cm", NEW."id", NEW."marks", NEW."medical_needs", NEW."merged_into_id", NEW."nickname", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."recorded_at", NEW."recorded_by_id", NEW."sex", NEW."unit_id", NEW."weight_grams"); RETURN NULL;',
                    hash="0a6aa27821ee82cab62a364648724f0656dfbe61",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f6c19",
                    table="casework_youth",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="youth",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "casework_youthevent" ("aliases", "born_on", "case_number", "caseworker_id", "eye_color", "family_name", "given_name", "hair_color", "height_cm", "id", "marks", "medical_needs", "merged_into_id", "nickname", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "recorded_at", "recorded_by_id", "sex", "unit_id", "weight_grams") VALUES (NEW."aliases", NEW."born_on", NEW."case_number", NEW."caseworker_id", NEW."eye_color", NEW."family_name", NEW."given_name", NEW."hair_color", NEW."height_cm", NEW."id", NEW."marks", NEW."medical_needs", NEW."merged_into_id", NEW."nickname", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."recorded_at", NEW."recorded_by_id", NEW."sex", NEW."unit_id", NEW."weight_grams"); RETURN NULL;',
                    hash="cb712782258a8868d8daaf42ae6a891bfeacc379",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d0634",
                    table="casework_youth",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                expressions=[
                    (
                        models.Func(
                            models.F("youth_id"),
                            models.F("youth_id"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("started_at"),
                            models.F("ended_at"),
                            models.Value("[)"),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="placement_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="youth",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(("merged_into", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="youth_not_merged_into_itself",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="kept",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.youth"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="merged_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.youth"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="possibleduplicate",
            name="compared_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Who put the two beside each other; empty when the rules found them",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="possibleduplicate",
            name="not_same_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="possibleduplicate",
            name="youth_a",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.youth"
            ),
        ),
        migrations.AddField(
            model_name="possibleduplicate",
            name="youth_b",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.youth"
            ),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["kept", "-merged_at", "-id"], name="merge_by_kept"),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept", models.F("other")), _negated=True),
                name="merge_of_two_different_records",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("other",),
                name="merge_into_one_record_only",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at__isnull", True), ("undone_by__isnull", True)),
                    models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                    _connector="OR",
                ),
                name="merge_undone_pair",
            ),
        ),
        migrations.AddIndex(
            model_name="possibleduplicate",
            index=models.Index(
                condition=models.Q(("not_same_at__isnull", True)),
                fields=["-found_at", "-id"],
                name="duplicate_undecided",
            ),
        ),
        migrations.AddConstraint(
            model_name="possibleduplicate",
            constraint=models.UniqueConstraint(
                fields=("youth_a", "youth_b"), name="duplicate_once_a_pair"
            ),
        ),
        migrations.AddConstraint(
            model_name="possibleduplicate",
            constraint=models.CheckConstraint(
                condition=models.Q(("youth_a__lt", models.F("youth_b"))),
                name="duplicate_pair_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="possibleduplicate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("not_same_at__isnull", True), ("not_same_by__isnull", True)),
                    models.Q(("not_same_at__isnull", False), ("not_same_by__isnull", False)),
                    _connector="OR",
                ),
                name="duplicate_not_same_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="possibleduplicate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("not_same_at__isnull", True), ("not_same_why", "")),
                    models.Q(("not_same_at__isnull", False), ("not_same_why__regex", "\\S")),
                    _connector="OR",
                ),
                name="duplicate_not_same_says_why",
            ),
        ),
    ]
