"""What months hold, kept by the database: episodes of each unit that started and ended."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# Counts these units anew from their episodes. It waits for whoever counts in them, who hold the zone
# of their units (`month_tally_triggers.py`), and for whoever makes one row of several.
COUNT_ANEW = """
    CREATE FUNCTION casework_count_months_anew(units bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF coalesce(cardinality(units), 0) = 0 THEN
            RETURN;
        END IF;
        PERFORM FROM casework_unit WHERE id = ANY(units) ORDER BY id FOR NO KEY UPDATE;
        LOCK TABLE casework_monthtally IN SHARE UPDATE EXCLUSIVE MODE;
        DELETE FROM casework_monthtally WHERE unit_id = ANY(units);
        INSERT INTO casework_monthtally
            (unit_id, begins_on, started, ended, started_long, ended_long)
        SELECT unit.id, date_trunc('month', side.at AT TIME ZONE unit.time_zone)::date,
               sum(side.started), sum(side.ended),
               sum(side.started * length.is_long), sum(side.ended * length.is_long)
        FROM casework_episode AS e
        JOIN casework_unit AS unit ON unit.id = e.unit_id
        CROSS JOIN LATERAL (
            SELECT (e.ended_at - CASE
                WHEN e.last_seen_precision IN ('exact', 'about') THEN e.last_seen_at
                ELSE LEAST(e.told_at, e.ended_at)
            END >= interval '48 hours')::int
        ) AS length (is_long)
        CROSS JOIN LATERAL (
            VALUES (LEAST(e.told_at, e.ended_at), 1, 0), (e.ended_at, 0, 1)
        ) AS side (at, started, ended)
        WHERE e.unit_id = ANY(units)
          AND e.ended_at IS NOT NULL AND e.end_reason <> 'opened_in_error'
        GROUP BY 1, 2;
    END
    $$;
"""
# Reads every episode: about a minute for ten million, when a page may take half of one. Meanwhile
# nobody ends an episode uncounted: who reads goes on, who writes waits until the triggers are there.
FILL = """
    SET LOCAL statement_timeout = 0;
    LOCK TABLE casework_episode, casework_unit IN SHARE ROW EXCLUSIVE MODE;
    SELECT casework_count_months_anew(ARRAY(SELECT id FROM casework_unit));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0018_counted_months"),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins_on", models.DateField(help_text="The first day of the month")),
                ("started", models.IntegerField()),
                ("ended", models.IntegerField()),
                ("started_long", models.IntegerField(help_text="Those of 2 days or more")),
                ("ended_long", models.IntegerField(help_text="Those of 2 days or more")),
            ],
            options={
                "ordering": ("unit", "begins_on", "id"),
            },
        ),
        migrations.AddField(
            model_name="monthtally",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="casework.unit",
            ),
        ),
        migrations.AddIndex(
            model_name="monthtally",
            index=models.Index(
                fields=["unit", "begins_on"],
                include=("started", "ended", "started_long", "ended_long"),
                name="month_tally_by_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthtally",
            constraint=models.CheckConstraint(
                condition=models.Q(("begins_on__day", 1)), name="month_tally_of_a_month"
            ),
        ),
        migrations.RunSQL(COUNT_ANEW, "DROP FUNCTION casework_count_months_anew(bigint[])"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name="episode",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM FROM casework_unit WHERE id IN (SELECT unit_id FROM new_rows WHERE ended_at IS NOT NULL) ORDER BY id FOR SHARE;\n    IF FOUND THEN \n    INSERT INTO casework_monthtally\n        (unit_id, begins_on, started, ended, started_long, ended_long)\n    SELECT * FROM (\n        SELECT unit.id, date_trunc('month', side.at AT TIME ZONE unit.time_zone)::date,\n               sum(e.sign * side.started) AS started,\n               sum(e.sign * side.ended) AS ended,\n               sum(e.sign * side.started * length.is_long) AS started_long,\n               sum(e.sign * side.ended * length.is_long) AS ended_long\n        FROM (SELECT 1 AS sign, new_rows.* FROM new_rows) AS e\n        JOIN casework_unit AS unit ON unit.id = e.unit_id\n        CROSS JOIN LATERAL (\n            SELECT (e.ended_at - CASE\n                WHEN e.last_seen_precision IN ('exact', 'about') THEN e.last_seen_at\n                ELSE LEAST(e.told_at, e.ended_at)\n            END >= interval '48 hours')::int\n        ) AS length (is_long)\n        CROSS JOIN LATERAL (\n            VALUES (LEAST(e.told_at, e.ended_at), 1, 0), (e.ended_at, 0, 1)\n        ) AS side (at, started, ended)\n        WHERE e.ended_at IS NOT NULL AND e.end_reason <> 'opened_in_error'\n        GROUP BY 1, 2\n    ) AS change WHERE (started, ended, started_long, ended_long) <> (0, 0, 0, 0);\n     END IF;\n     RETURN NULL;",
                    hash="d8a8564ce650a82fad72963e6df69b0197e1717d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_tally_insert_b71e0",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="casework_episode",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="episode",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM FROM casework_unit WHERE id IN (SELECT unnest(ARRAY[o.unit_id, n.unit_id]) FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE (o.unit_id, o.told_at, o.ended_at, o.end_reason, o.last_seen_at, o.last_seen_precision) IS DISTINCT FROM (n.unit_id, n.told_at, n.ended_at, n.end_reason, n.last_seen_at, n.last_seen_precision) AND (o.ended_at IS NOT NULL OR n.ended_at IS NOT NULL)) ORDER BY id FOR SHARE;\n    IF FOUND THEN \n    INSERT INTO casework_monthtally\n        (unit_id, begins_on, started, ended, started_long, ended_long)\n    SELECT * FROM (\n        SELECT unit.id, date_trunc('month', side.at AT TIME ZONE unit.time_zone)::date,\n               sum(e.sign * side.started) AS started,\n               sum(e.sign * side.ended) AS ended,\n               sum(e.sign * side.started * length.is_long) AS started_long,\n               sum(e.sign * side.ended * length.is_long) AS ended_long\n        FROM (SELECT -1 AS sign, o.* FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE (o.unit_id, o.told_at, o.ended_at, o.end_reason, o.last_seen_at, o.last_seen_precision) IS DISTINCT FROM (n.unit_id, n.told_at, n.ended_at, n.end_reason, n.last_seen_at, n.last_seen_precision) UNION ALL SELECT 1, n.* FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE (o.unit_id, o.told_at, o.ended_at, o.end_reason, o.last_seen_at, o.last_seen_precision) IS DISTINCT FROM (n.unit_id, n.told_at, n.ended_at, n.end_reason, n.last_seen_at, n.last_seen_precision)) AS e\n        JOIN casework_unit AS unit ON unit.id = e.unit_id\n        CROSS JOIN LATERAL (\n            SELECT (e.ended_at - CASE\n                WHEN e.last_seen_precision IN ('exact', 'about') THEN e.last_seen_at\n                ELSE LEAST(e.told_at, e.ended_at)\n            END >= interval '48 hours')::int\n        ) AS length (is_long)\n        CROSS JOIN LATERAL (\n            VALUES (LEAST(e.told_at, e.ended_at), 1, 0), (e.ended_at, 0, 1)\n        ) AS side (at, started, ended)\n        WHERE e.ended_at IS NOT NULL AND e.end_reason <> 'opened_in_error'\n        GROUP BY 1, 2\n    ) AS change WHERE (started, ended, started_long, ended_long) <> (0, 0, 0, 0);\n     END IF;\n     RETURN NULL;",
                    hash="0f4dd2eea8b0ec3b3a6052a50f236cdfa3091ac6",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_tally_update_9dccd",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="casework_episode",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="episode",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM FROM casework_unit WHERE id IN (SELECT unit_id FROM old_rows WHERE ended_at IS NOT NULL) ORDER BY id FOR SHARE;\n    IF FOUND THEN \n    INSERT INTO casework_monthtally\n        (unit_id, begins_on, started, ended, started_long, ended_long)\n    SELECT * FROM (\n        SELECT unit.id, date_trunc('month', side.at AT TIME ZONE unit.time_zone)::date,\n               sum(e.sign * side.started) AS started,\n               sum(e.sign * side.ended) AS ended,\n               sum(e.sign * side.started * length.is_long) AS started_long,\n               sum(e.sign * side.ended * length.is_long) AS ended_long\n        FROM (SELECT -1 AS sign, old_rows.* FROM old_rows) AS e\n        JOIN casework_unit AS unit ON unit.id = e.unit_id\n        CROSS JOIN LATERAL (\n            SELECT (e.ended_at - CASE\n                WHEN e.last_seen_precision IN ('exact', 'about') THEN e.last_seen_at\n                ELSE LEAST(e.told_at, e.ended_at)\n            END >= interval '48 hours')::int\n        ) AS length (is_long)\n        CROSS JOIN LATERAL (\n            VALUES (LEAST(e.told_at, e.ended_at), 1, 0), (e.ended_at, 0, 1)\n        ) AS side (at, started, ended)\n        WHERE e.ended_at IS NOT NULL AND e.end_reason <> 'opened_in_error'\n        GROUP BY 1, 2\n    ) AS change WHERE (started, ended, started_long, ended_long) <> (0, 0, 0, 0);\n     END IF;\n     RETURN NULL;",
                    hash="4bdc66d52b20a8a3945e18484dd3969df62ad07f",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_tally_delete_0e22a",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="casework_episode",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="unit",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM casework_count_months_anew(ARRAY(SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE o.time_zone <> n.time_zone)); RETURN NULL;",
                    hash="63f1b6af3e560ddc0864556e39cd073436dff59c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_tally_update_6fdd1",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="casework_unit",
                    when="AFTER",
                ),
            ),
        ),
    ]
