"""What the counts ask of the database. `casework.access.counts` asks it and reads the answers.

An episode starts when the agency was told, or when it ended if that is earlier: the same as the
constraint `episode_one_at_a_time` says. So nothing ends before it starts, and whatever is missing
at the end of a period was missing at its start or started in it.
"""

DUTIES_OF_THE_MISSING_TIME = {"report_to_police": "police", "report_to_ncmec": "ncmec"}
DUTIES_AFTER_THE_RETURN = {
    "screen_for_trafficking": "screening",
    "offer_conversation": "conversation",
}
DUTY_OF_CODE = DUTIES_OF_THE_MISSING_TIME | DUTIES_AFTER_THE_RETURN

_TIMES = """
    unit_id, ended_at, LEAST(told_at, ended_at) AS started_at,
    COALESCE(ended_at, %(now)s) - CASE
        WHEN last_seen_precision IN ('exact', 'about') THEN last_seen_at
        ELSE LEAST(told_at, ended_at)
    END AS lasted
"""
_EVERYTHING = f"id, youth_id, placement_id, told_at, returned_at, end_reason, {_TIMES}"


def _not_ended_before(columns: str) -> str:
    """What had started before the end of the time in question, and not ended before its beginning.

    Three parts, each with an index: it ended within the time, after it, or not yet.
    """
    return f"""
        SELECT {columns} FROM casework_episode
        WHERE ended_at >= %(first)s AND ended_at < %(end)s
          AND end_reason <> 'opened_in_error' AND unit_id = ANY(%(units)s)
        UNION ALL
        SELECT {columns} FROM casework_episode
        WHERE ended_at >= %(end)s AND told_at < %(end)s
          AND end_reason <> 'opened_in_error' AND unit_id = ANY(%(units)s)
        UNION ALL
        SELECT {columns} FROM casework_episode
        WHERE ended_at IS NULL AND unit_id = ANY(%(units)s) AND told_at < %(end)s
    """  # noqa: S608 (texts of this module)


# Each unit's months on its own calendar: the first month is 1, before it is 0.
MONTHS = f"""
    WITH unit AS MATERIALIZED (
        SELECT asked.id, asked.bounds::timestamptz[] AS bounds
        FROM unnest(%(units)s::bigint[], %(bounds)s::text[]) AS asked (id, bounds)
    )
    SELECT unit.id, width_bucket(episode.started_at, unit.bounds),
           width_bucket(episode.ended_at, unit.bounds), episode.lasted >= %(long)s, count(*)
    FROM ({_not_ended_before(_TIMES)}) AS episode
    JOIN unit ON unit.id = episode.unit_id
    GROUP BY 1, 2, 3, 4
"""  # noqa: S608 (as above)

# Each episode that was open at some time in the period.
_COUNTED = f"""
    WITH unit AS MATERIALIZED (
        SELECT * FROM unnest(
            %(units)s::bigint[], %(zones)s::text[], %(starts)s::timestamptz[],
            %(ends)s::timestamptz[]
        ) AS asked (id, zone, starts, ends)
    ), counted AS MATERIALIZED (
        SELECT episode.*, unit.zone, lasted >= %(long)s AS is_long,
               started_at >= unit.starts AS starts_in,
               COALESCE(ended_at < unit.ends, FALSE) AS ends_in
        FROM ({_not_ended_before(_EVERYTHING)}) AS episode
        JOIN unit ON unit.id = episode.unit_id
        WHERE started_at < unit.ends AND (ended_at IS NULL OR ended_at >= unit.starts)
    )
"""  # noqa: S608 (as above)


def _of_the_counted(question: str) -> str:
    return f"{_COUNTED} {question}"


IDS = _of_the_counted("SELECT id, starts_in, ends_in FROM counted")

# One row a part of a figure: the figure, the part, how many, how many of 2 days or more.
PARTS = _of_the_counted(
    """
    , told AS (
        SELECT counted.is_long,
               width_bucket(
                   extract(year FROM age(
                       (counted.told_at AT TIME ZONE counted.zone)::date, youth.born_on))::int,
                   %(age_cuts)s::int[]) AS age,
               youth.sex,
               COALESCE(placement.kind, 'none') AS placement,
               COALESCE(flag.trafficking, FALSE) AS trafficking,
               COALESCE(flag.signs, FALSE) AS signs,
               COALESCE(flag.endangered, FALSE) AS endangered,
               flag.episode_id IS NOT NULL AS is_flagged,
               COALESCE(assessment.is_assessed, FALSE) AS is_assessed
        FROM counted
        JOIN casework_youth AS youth ON youth.id = counted.youth_id
        LEFT JOIN casework_placement AS placement ON placement.id = counted.placement_id
        LEFT JOIN LATERAL (
            SELECT episode_id,
                   bool_or(mark = 'likely_trafficking') AS trafficking,
                   bool_or(mark = 'signs_present') AS signs,
                   bool_or(mark = 'endangered') AS endangered
            FROM casework_flag
            WHERE episode_id = counted.id
              AND (set_aside_at IS NULL OR needs_second_person AND agreed_at IS NULL)
            GROUP BY episode_id
        ) AS flag ON TRUE
        LEFT JOIN LATERAL (
            SELECT is_assessed FROM casework_assessmentrecord
            WHERE episode_id = counted.id ORDER BY made_at DESC, id DESC LIMIT 1
        ) AS assessment ON TRUE
        WHERE counted.starts_in
    ), parts AS (
        SELECT CASE WHEN grouping(age) = 0 THEN 'age'
                    WHEN grouping(sex) = 0 THEN 'sex' ELSE 'placement' END AS figure,
               CASE WHEN grouping(age) = 0 THEN COALESCE(age::text, 'not_recorded')
                    WHEN grouping(sex) = 0 THEN sex ELSE placement END AS part,
               count(*) AS number, count(*) FILTER (WHERE is_long) AS long
        FROM told GROUP BY GROUPING SETS ((age), (sex), (placement))
        UNION ALL
        SELECT 'type',
               CASE WHEN age = cardinality(%(age_cuts)s::int[]) THEN 'young_adult'
                    ELSE 'not_recorded' END,
               count(*), count(*) FILTER (WHERE is_long)
        FROM told GROUP BY 2
        UNION ALL
        SELECT 'race', 'not_recorded', count(*), count(*) FILTER (WHERE is_long) FROM told
        UNION ALL
        SELECT 'flag', stands.flag, count(*), count(*) FILTER (WHERE is_long)
        FROM told CROSS JOIN LATERAL (VALUES
            ('likely_trafficking', trafficking), ('signs_present', signs),
            ('endangered', endangered), ('none', NOT is_flagged AND is_assessed),
            ('not_assessed', NOT is_flagged AND NOT is_assessed)
        ) AS stands (flag, stands) WHERE stands.stands GROUP BY stands.flag
        UNION ALL
        SELECT 'length',
               width_bucket(extract(epoch FROM lasted)::float8, %(length_cuts)s::float8[])::text,
               count(*), count(*) FILTER (WHERE is_long)
        FROM counted WHERE ends_in GROUP BY 2
        UNION ALL
        SELECT 'end_reason', end_reason, count(*), count(*) FILTER (WHERE is_long)
        FROM counted WHERE ends_in GROUP BY end_reason
    )
    SELECT figure, part, number, long FROM parts
"""
)

# All, then those of 2 days or more: different youth, and how many were missing several times.
YOUTH = _of_the_counted(
    """
    , times AS (
        SELECT COALESCE(youth.merged_into_id, youth.id) AS youth,
               count(*) AS often, count(*) FILTER (WHERE is_long) AS often_long
        FROM counted JOIN casework_youth AS youth ON youth.id = counted.youth_id
        GROUP BY 1
    )
    SELECT FALSE, count(*), count(*) FILTER (WHERE often >= 2), count(*) FILTER (WHERE often >= 3)
    FROM times
    UNION ALL
    SELECT TRUE, count(*) FILTER (WHERE often_long >= 1), count(*) FILTER (WHERE often_long >= 2),
           count(*) FILTER (WHERE often_long >= 3)
    FROM times
"""
)

# Seconds: median, mean and longest.
LENGTHS = _of_the_counted(
    """
    , lengths AS (
        SELECT is_long, extract(epoch FROM lasted)::float8 AS seconds FROM counted WHERE ends_in
    )
    SELECT FALSE, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), avg(seconds), max(seconds)
    FROM lengths
    UNION ALL
    SELECT TRUE, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), avg(seconds), max(seconds)
    FROM lengths WHERE is_long
"""
)

# By duty, sex and outcome. The rule of what is in time is that of the dashboard (board/figures.py).
DUTIES = _of_the_counted(
    """
    , of_duties AS (
        SELECT duty.code, youth.sex, counted.is_long,
               CASE
                   WHEN duty.in_records = 'not_recorded' THEN 'not_provable'
                   WHEN duty.done_at IS NULL THEN 'not_done'
                   WHEN duty.done_at > duty.due_at THEN 'late'
                   WHEN duty.done_precision = 'date_only'
                        AND duty.due_at < duty.done_at + interval '1 day' THEN 'not_provable'
                   ELSE 'on_time'
               END AS outcome
        FROM counted
        JOIN casework_youth AS youth ON youth.id = counted.youth_id
        JOIN casework_duty AS duty ON duty.episode_id = counted.id
            AND duty.round = 1 AND duty.due_at IS NOT NULL
            AND (duty.withdrawn_at IS NULL OR duty.in_records <> '') AND duty.not_needed_at IS NULL
            AND (counted.starts_in AND duty.code = ANY(%(missing_codes)s)
                 OR counted.ends_in AND counted.returned_at IS NOT NULL
                    AND duty.code = ANY(%(return_codes)s))
        WHERE duty.done_at IS NOT NULL
           OR duty.due_at < CASE
                WHEN duty.phase = 'return' THEN %(now)s
                ELSE LEAST(%(now)s, counted.ended_at)
              END
    )
    SELECT code, sex, outcome, count(*), count(*) FILTER (WHERE is_long)
    FROM of_duties GROUP BY code, sex, outcome
"""
)
