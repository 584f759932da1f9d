"""What leaves the house becomes a message of its own: one mail a person for all that falls due."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A delivery by mail becomes a message with the same id, so that an attempt after this one is still
# recognised as the same mail. Notes in inboxes that a mail had failed stood beside the reminder they
# were about; the failed message tells that now.
MOVE = """
    SET CONSTRAINTS ALL IMMEDIATE;
    INSERT INTO casework_message (public_id, kind, channel, recipient_id, address, created_at, attempts,
        next_attempt_at, claimed_until, sent_at, failed_at, cancelled_at, last_error)
    SELECT public_id, 'reminders', channel, recipient_id, '', created_at, attempts, next_attempt_at,
        claimed_until, sent_at, failed_at, cancelled_at, last_error
    FROM casework_delivery WHERE channel = 'email';
    UPDATE casework_delivery SET message_id = m.id
    FROM casework_message m WHERE m.public_id = casework_delivery.public_id;
    DELETE FROM casework_delivery later USING casework_delivery first
    WHERE later.reminder_id = first.reminder_id AND later.recipient_id = first.recipient_id
        AND later.channel = first.channel AND later.id > first.id;
    UPDATE casework_reminder SET topic = 'flag' WHERE flag_id IS NOT NULL;
    UPDATE casework_reminder r SET topic = 'untimed'
    FROM casework_duty d WHERE d.id = r.duty_id AND d.due_at IS NULL;
    SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0008_flags_keep_their_start"),
    ]

    operations = [
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Handed back, taken over, or the duty was settled",
                        null=True,
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                        choices=[("reminders", "reminders"), ("digest", "digest")],
                        default="reminders",
                        max_length=10,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("inbox", "Inbox"), ("email", "Email")],
                        default="email",
                        max_length=10,
                    ),
                ),
                (
                    "address",
                    models.EmailField(
                        blank=True,
                        help_text="Where it goes when it is to no person",
                        max_length=254,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                (
                    "claimed_until",
                    models.DateTimeField(
                        blank=True, help_text="Whoever claimed it has until then", null=True
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, help_text="Given up", null=True)),
                (
                    "cancelled_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Called off: nothing in it was left to tell",
                        null=True,
                    ),
                ),
                ("last_error", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ("-created_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="ReminderPreferences",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="reminder_preferences",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first_reminder",
                    models.CharField(
                        choices=[
                            ("nudge", "When half of the time is left"),
                            ("late_nudge", "When a quarter of the time is left"),
                        ],
                        default="nudge",
                        max_length=12,
                    ),
                ),
                (
                    "untimed",
                    models.CharField(
                        choices=[
                            ("each", "Each time"),
                            ("digest", "Once a day, in a digest"),
                            ("off", "No email"),
                        ],
                        default="each",
                        max_length=10,
                    ),
                ),
                (
                    "flags",
                    models.CharField(
                        choices=[
                            ("each", "Each time"),
                            ("digest", "Once a day, in a digest"),
                            ("off", "No email"),
                        ],
                        default="each",
                        max_length=10,
                    ),
                ),
                (
                    "cases",
                    models.CharField(
                        choices=[
                            ("each", "Each time"),
                            ("digest", "Once a day, in a digest"),
                            ("off", "No email"),
                        ],
                        default="each",
                        max_length=10,
                    ),
                ),
                (
                    "views",
                    models.CharField(
                        choices=[
                            ("each", "Each time"),
                            ("digest", "Once a day, in a digest"),
                            ("off", "No email"),
                        ],
                        default="digest",
                        max_length=10,
                    ),
                ),
                (
                    "digest_hour",
                    models.PositiveSmallIntegerField(
                        default=8, help_text="Of the day in the person's zone, 0 to 23"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "reminder preferences",
            },
        ),
        migrations.AddField(
            model_name="reminder",
            name="hurried_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When it was brought forward, because a mail failed",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="paused_until",
            field=models.DateTimeField(
                blank=True, help_text="Somebody is on it until then", null=True
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="says",
            field=models.CharField(
                blank=True,
                help_text="The line in the inbox, where neither duty nor flag is",
                max_length=200,
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="topic",
            field=models.CharField(
                choices=[
                    ("duty", "duty"),
                    ("untimed", "untimed"),
                    ("flag", "flag"),
                    ("case", "case"),
                    ("view", "view"),
                ],
                default="duty",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="recipient",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="audience",
            field=models.CharField(
                choices=[
                    ("owner", "owner"),
                    ("backup", "backup"),
                    ("supervisor", "supervisor"),
                    ("on_call", "on_call"),
                    ("agency", "agency"),
                    ("admin", "admin"),
                    ("person", "person"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="kind",
            field=models.CharField(
                choices=[
                    ("notice", "notice"),
                    ("nudge", "nudge"),
                    ("late_nudge", "late_nudge"),
                    ("due_soon", "due_soon"),
                    ("overdue", "overdue"),
                    ("escalation", "escalation"),
                    ("repeat", "repeat"),
                    ("taken_up", "taken_up"),
                    ("not_reached", "not_reached"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="duty",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acknowledgements",
                to="casework.duty",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="recipient",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="message",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="casework.message",
            ),
        ),
        migrations.RunSQL(MOVE, elidable=True),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_waiting",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_given_up",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="attempts",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="claimed_until",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="dedupe_key",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="last_error",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="next_attempt_at",
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("audience", "person"), ("person__isnull", False)),
                    models.Q(
                        models.Q(("audience", "person"), _negated=True), ("person__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="reminder_names_its_person",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at__isnull", True),
                    ("failed_at__isnull", True),
                    ("message__isnull", True),
                    ("sent_at__isnull", True),
                ),
                fields=["recipient"],
                name="delivery_for_digest",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("reminder", "recipient", "channel"),
                name="delivery_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", "inbox"), _negated=True),
                    models.Q(
                        ("message__isnull", True),
                        ("recipient__isnull", False),
                        ("sent_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="delivery_inbox_is_written",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpreferences",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest_hour__lte", 23)), name="preferences_digest_hour_of_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("at"))), name="acknowledgement_lasts"
            ),
        ),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("ended_at__gte", models.F("at")), _connector="OR"
                ),
                name="acknowledgement_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("duty",),
                name="acknowledgement_one_a_duty",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at__isnull", True),
                    ("failed_at__isnull", True),
                    ("sent_at__isnull", True),
                ),
                fields=["next_attempt_at", "id"],
                name="message_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", False)),
                fields=["failed_at"],
                name="message_given_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("failed_at__isnull", True), ("sent_at__isnull", True)),
                    models.Q(("cancelled_at__isnull", True), ("sent_at__isnull", True)),
                    models.Q(("cancelled_at__isnull", True), ("failed_at__isnull", True)),
                    _connector="OR",
                ),
                name="message_ends_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address", ""), ("recipient__isnull", False)),
                    models.Q(("recipient__isnull", True), models.Q(("address", ""), _negated=True)),
                    _connector="OR",
                ),
                name="message_goes_somewhere",
            ),
        ),
    ]
