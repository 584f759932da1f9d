"""The board's rows, kept by the database: where each episode with work left stands."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# The smaller the younger; days from the birth to the end of the calendar.
YOUNGEST_FIRST = """
    CREATE FUNCTION casework_youngest_first(born_on date) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(date '9999-12-31' - born_on, 2147483647);
"""
COPIED = (
    *("unit_id", "youth_id", "assigned_to_id", "told_at", "missing_since_at", "located_at"),
    *("ended_at", "mark", "leading_flag_id", "is_assessed", "lane", "next_due_at", "soon_at"),
    *("next_duty_id", "open_duties", "placement_kind", "youngest_first"),
)
NAMES = ", ".join(COPIED)
IS = ", ".join(f"s.{name}" for name in COPIED)
BECOMES = ", ".join(f"excluded.{name}" for name in COPIED)

# Gives the number of rows that it wrote or removed. A row that is there is held before anything is
# read, so that of two writers the second sees what the first did. Which duties count for the next
# due time, and when one is due soon, is what `Duty.overdue_at` and `due_soon_lead` say; which flag
# leads, and whether it stands, what `presenters.flags.urgency` and `Flag.is_standing` say.
# Always planned as look-ups by key: right after many rows were written PostgreSQL knows nothing of
# them, and would read whole tables once for each episode. Planned once a connection: the plan takes
# longer than one episode does.
REFRESH = f"""
    CREATE FUNCTION casework_refresh_standing(touched bigint[]) RETURNS bigint
    LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
    SET plan_cache_mode = force_generic_plan
    AS $$
    DECLARE
        written bigint;
        removed bigint;
    BEGIN
        IF coalesce(cardinality(touched), 0) = 0 THEN
            RETURN 0;
        END IF;
        PERFORM 1 FROM casework_standing
        WHERE episode_id = ANY(touched) ORDER BY episode_id FOR UPDATE;

        INSERT INTO casework_standing AS s (episode_id, {NAMES})
        SELECT
            e.id, e.unit_id, e.youth_id, e.assigned_to_id, e.told_at,
            CASE WHEN e.last_seen_precision <> 'date_only'
                THEN coalesce(e.last_seen_at, e.told_at) ELSE e.told_at END,
            e.located_at, e.ended_at, coalesce(flag.mark, ''), flag.id, assessment.is_assessed,
            CASE
                WHEN e.ended_at IS NULL AND flag.mark IN ('endangered', 'likely_trafficking')
                    THEN 0
                WHEN e.ended_at IS NOT NULL OR assessment.is_assessed THEN 1
                ELSE 2
            END,
            coalesce(duty.counted_due_at, '9999-12-31 00:00:00+00'),
            coalesce(duty.counted_due_at - duty.lead, '9999-12-31 00:00:00+00'),
            duty.id, coalesce(duty.number, 0), coalesce(place.kind, ''),
            casework_youngest_first(youth.born_on)
        FROM unnest(touched) AS t (id)
        JOIN casework_episode e ON e.id = t.id
        JOIN casework_youth youth ON youth.id = e.youth_id
        LEFT JOIN casework_placement place ON place.id = e.placement_id
        LEFT JOIN LATERAL (
            SELECT
                d.id,
                count(*) OVER () AS number,
                CASE WHEN c.counts THEN d.due_at END AS counted_due_at,
                CASE
                    WHEN d.due_at - d.counted_from_at <= interval '2 hours'
                        THEN interval '30 minutes'
                    WHEN d.due_at - d.counted_from_at <= interval '24 hours'
                        THEN interval '4 hours'
                    ELSE interval '24 hours'
                END AS lead
            FROM casework_duty d
            CROSS JOIN LATERAL (
                SELECT e.ended_at IS NULL OR d.phase = 'return'
                    OR coalesce(d.due_at < e.ended_at, false) AS counts
            ) AS c
            WHERE d.episode_id = e.id AND d.done_at IS NULL AND d.not_needed_at IS NULL
                AND d.withdrawn_at IS NULL
            ORDER BY c.counts DESC, d.due_at, d.target_at IS NULL, d."order", d.id
            LIMIT 1
        ) AS duty ON true
        LEFT JOIN LATERAL (
            SELECT f.id, f.mark FROM casework_flag f
            WHERE f.episode_id = e.id AND NOT (
                f.set_aside_at IS NOT NULL
                AND (NOT f.needs_second_person OR f.agreed_at IS NOT NULL)
            )
            ORDER BY
                CASE f.mark WHEN 'likely_trafficking' THEN 0 WHEN 'endangered' THEN 1 ELSE 2 END,
                f.raised_at, f.id
            LIMIT 1
        ) AS flag ON true
        LEFT JOIN LATERAL (
            SELECT a.is_assessed FROM casework_assessmentrecord a
            WHERE a.episode_id = e.id ORDER BY a.made_at DESC, a.id DESC LIMIT 1
        ) AS assessment ON true
        WHERE e.ended_at IS NULL OR duty.id IS NOT NULL
        ON CONFLICT (episode_id) DO UPDATE SET ({NAMES}) = ROW({BECOMES})
        WHERE ({IS}) IS DISTINCT FROM ({BECOMES});
        GET DIAGNOSTICS written = ROW_COUNT;

        DELETE FROM casework_standing s
        WHERE s.episode_id = ANY(touched) AND NOT EXISTS (
            SELECT 1 FROM casework_episode e
            WHERE e.id = s.episode_id AND (
                e.ended_at IS NULL OR EXISTS (
                    SELECT 1 FROM casework_duty d
                    WHERE d.episode_id = e.id AND d.done_at IS NULL
                        AND d.not_needed_at IS NULL AND d.withdrawn_at IS NULL
                )
            )
        );
        GET DIAGNOSTICS removed = ROW_COUNT;
        RETURN written + removed;
    END
    $$;
"""  # noqa: S608 (names from this file)
FILL = """
    SELECT casework_refresh_standing(ARRAY(
        SELECT id FROM casework_episode WHERE ended_at IS NULL
        UNION
        SELECT episode_id FROM casework_duty
        WHERE done_at IS NULL AND not_needed_at IS NULL AND withdrawn_at IS NULL
    ));
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0012_pulse_detail")]

    operations = [
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "episode",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="casework.episode",
                    ),
                ),
                ("told_at", models.DateTimeField()),
                (
                    "missing_since_at",
                    models.DateTimeField(
                        help_text="Last seen, where that is known to the hour; else told"
                    ),
                ),
                ("located_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "mark",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("endangered", "Endangered"),
                            ("likely_trafficking", "Likely trafficking"),
                            ("signs_present", "Signs present"),
                        ],
                        help_text="Of the leading flag",
                        max_length=20,
                    ),
                ),
                (
                    "is_assessed",
                    models.BooleanField(
                        help_text="What the latest assessment says; empty: there was none",
                        null=True,
                    ),
                ),
                (
                    "lane",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Missing, and a flag of endangerment stands"),
                            (1, "Assessed, or back"),
                            (2, "Missing, and not assessed"),
                        ]
                    ),
                ),
                (
                    "next_due_at",
                    models.DateTimeField(
                        help_text="The earliest among open duties whose clock counts; of an ended episode "
                        "also those of the missing time that were overdue when it ended"
                    ),
                ),
                ("soon_at", models.DateTimeField(help_text="From when that duty is due soon")),
                ("open_duties", models.PositiveSmallIntegerField()),
                (
                    "placement_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("foster_home", "Foster home"),
                            ("kinship", "Relative's home"),
                            ("group_home", "Group home"),
                            ("residential", "Residential treatment"),
                            ("shelter", "Shelter care"),
                            ("independent", "Supervised independent living"),
                        ],
                        max_length=20,
                    ),
                ),
                ("youngest_first", models.IntegerField(help_text="Smaller is younger")),
            ],
            options={
                "ordering": (
                    "lane",
                    "next_due_at",
                    "missing_since_at",
                    "youngest_first",
                    "episode",
                ),
            },
        ),
        migrations.AddField(
            model_name="standing",
            name="assigned_to",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="leading_flag",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="casework.flag",
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="next_duty",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="casework.duty",
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="casework.unit",
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="youth",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="casework.youth",
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                fields=["lane", "next_due_at", "missing_since_at", "youngest_first", "episode"],
                include=("ended_at", "assigned_to"),
                name="standing_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                fields=[
                    "unit",
                    "lane",
                    "next_due_at",
                    "missing_since_at",
                    "youngest_first",
                    "episode",
                ],
                include=("ended_at", "assigned_to"),
                name="standing_of_unit",
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                fields=[
                    "assigned_to",
                    "lane",
                    "next_due_at",
                    "missing_since_at",
                    "youngest_first",
                    "episode",
                ],
                name="standing_of_worker",
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                condition=models.Q(("lane", 2)), fields=["told_at"], name="standing_to_assess"
            ),
        ),
        migrations.AddIndex(
            model_name="episode",
            index=models.Index(
                condition=models.Q(("returned_at__isnull", False)),
                fields=["unit", "returned_at"],
                name="episode_back_by_unit",
            ),
        ),
        migrations.RunSQL(YOUNGEST_FIRST, "DROP FUNCTION casework_youngest_first(date)"),
        migrations.RunSQL(REFRESH, "DROP FUNCTION casework_refresh_standing(bigint[])"),
        pgtrigger.migrations.AddTrigger(
            model_name="assessmentrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="standing_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM casework_refresh_standing(ARRAY(SELECT DISTINCT episode_id FROM new_rows)); RETURN NULL;",
                    hash="2522ecd2aa70aeb0a468fb6511828ffe58ffb3d9",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_standing_insert_fdbdf",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="casework_assessmentrecord",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="duty",
            trigger=pgtrigger.compiler.Trigger(
                name="standing_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM casework_refresh_standing(ARRAY(SELECT DISTINCT episode_id FROM new_rows)); RETURN NULL;",
                    hash="7a2100722efa2e6820b26444bc305019d5934029",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_standing_insert_210e5",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="casework_duty",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="duty",
            trigger=pgtrigger.compiler.Trigger(
                name="standing_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='PERFORM casework_refresh_standing(ARRAY(SELECT DISTINCT unnest(ARRAY[o.episode_id, n.episode_id]) FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE (o."episode_id", o."phase", o."order", o."due_at", o."target_at", o."counted_from_at", o."done_at", o."not_needed_at", o."withdrawn_at") IS DISTINCT FROM (n."episode_id", n."phase", n."order", n."due_at", n."target_at", n."counted_from_at", n."done_at", n."not_needed_at", n."withdrawn_at"))); RETURN NULL;',
                    hash="2152d806572b9cf3ce8e2e45ac988429ab046d19",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_standing_update_810d6",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="casework_duty",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="duty",
            trigger=pgtrigger.compiler.Trigger(
                name="standing_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM casework_refresh_standing(ARRAY(SELECT DISTINCT episode_id FROM old_rows)); RETURN NULL;",
                    hash="4fa0940832e4a3ef5d6c96817c016f785d6c96b0",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_standing_delete_bb627",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="casework_duty",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="episode",
            trigger=pgtrigger.compiler.Trigger(
                name="standing_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM casework_refresh_standing(ARRAY(SELECT id FROM new_rows)); RETURN NULL;",
                    hash="f7596fe444e3458b77b37dbbd8049f47529baf21",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_standing_insert_734f2",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="casework_episode",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="episode",
            trigger=pgtrigger.compiler.Trigger(
                name="standing_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='PERFORM casework_refresh_standing(ARRAY(SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE (o."unit_id", o."youth_id", o."assigned_to_id", o."placement_id", o."told_at", o."last_seen_at", o."last_seen_precision", o."located_at", o."ended_at") IS DISTINCT FROM (n."unit_id", n."youth_id", n."assigned_to_id", n."placement_id", n."told_at", n."last_seen_at", n."last_seen_precision", n."located_at", n."ended_at"))); RETURN NULL;',
                    hash="a004379412b192fa658ddde5387283176835f4be",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_standing_update_6840e",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="casework_episode",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="flag",
            trigger=pgtrigger.compiler.Trigger(
                name="standing_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM casework_refresh_standing(ARRAY(SELECT DISTINCT episode_id FROM new_rows)); RETURN NULL;",
                    hash="1a6eb158243fb5e48bd4b69b02423947ed9681fa",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_standing_insert_e7c9f",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="casework_flag",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="flag",
            trigger=pgtrigger.compiler.Trigger(
                name="standing_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='PERFORM casework_refresh_standing(ARRAY(SELECT DISTINCT unnest(ARRAY[o.episode_id, n.episode_id]) FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE (o."episode_id", o."mark", o."raised_at", o."needs_second_person", o."set_aside_at", o."agreed_at") IS DISTINCT FROM (n."episode_id", n."mark", n."raised_at", n."needs_second_person", n."set_aside_at", n."agreed_at"))); RETURN NULL;',
                    hash="fa88da6c9b87d384420a713802bc4676577e25ed",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_standing_update_5952a",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="casework_flag",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="placement",
            trigger=pgtrigger.compiler.Trigger(
                name="standing_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='\n        UPDATE casework_standing s SET placement_kind = n.kind\n        FROM new_rows n JOIN old_rows o ON o.id = n.id JOIN casework_episode e ON e.placement_id = n.id\n        WHERE s.episode_id = e.id AND (o."kind") IS DISTINCT FROM (n."kind");\n         RETURN NULL;',
                    hash="a81535b88d05992040aa093030263b1e8a37c987",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_standing_update_ceb5e",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="casework_placement",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="youth",
            trigger=pgtrigger.compiler.Trigger(
                name="standing_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='\n        UPDATE casework_standing s SET youngest_first = casework_youngest_first(n.born_on)\n        FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE s.youth_id = n.id AND (o."born_on") IS DISTINCT FROM (n."born_on");\n         RETURN NULL;',
                    hash="2bf81692afa239f1bdd564322883cf1f62fdb852",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_standing_update_9f9fc",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="casework_youth",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
