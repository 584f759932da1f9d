"""Saved views: a filter under a name, who stands in it, and what was told of it."""

import uuid

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0013_standing"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=60)),
                (
                    "query",
                    models.CharField(
                        blank=True,
                        help_text="The filter as it stands in an address: ids and codes",
                        max_length=400,
                    ),
                ),
                (
                    "told_since_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Who enters from then on is told; empty: nobody is told",
                        null=True,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": (django.db.models.functions.text.Lower("name"), "id"),
            },
        ),
        migrations.CreateModel(
            name="SavedViewMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.episode",
                    ),
                ),
                (
                    "view",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="casework.savedview",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SavedViewNotice",
            fields=[
                (
                    "reminder",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="of_view",
                        serialize=False,
                        to="casework.reminder",
                    ),
                ),
                ("entered", models.PositiveIntegerField()),
                (
                    "view",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="casework.savedview",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="savedview",
            index=models.Index(
                condition=models.Q(("told_since_at__isnull", False)),
                fields=["id"],
                name="saved_view_that_tells",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                models.F("owner"),
                django.db.models.functions.text.Lower("name"),
                name="saved_view_name_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="saved_view_has_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedviewmember",
            constraint=models.UniqueConstraint(
                fields=("view", "episode"), name="saved_view_member_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedviewnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("entered__gte", 1)), name="saved_view_notice_of_some"
            ),
        ),
    ]
