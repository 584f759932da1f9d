"""What the counts ask of the database. `casework.access.counts` asks it and reads the answers.

An episode starts when the agency was told, or when it ended if that is earlier: the same as the
constraint `episode_one_at_a_time` says. So nothing ends before it starts, and whatever is missing
at the end of a period was missing at its start or started in it.
"""

from casework.access.duty_outcomes import COUNTED_SQL, asked_of, outcome_sql

DUTIES_OF_THE_MISSING_TIME = {"report_to_police": "police", "report_to_ncmec": "ncmec"}
DUTIES_AFTER_THE_RETURN = {
    "screen_for_trafficking": "screening",
    "offer_conversation": "conversation",
}
DUTY_OF_CODE = DUTIES_OF_THE_MISSING_TIME | DUTIES_AFTER_THE_RETURN

_COLUMNS = """
    id, youth_id, placement_id, ncmec_type, told_at, returned_at, end_reason, unit_id, ended_at,
    LEAST(told_at, ended_at) AS started_at,
    COALESCE(ended_at, %(now)s) - CASE
        WHEN last_seen_precision IN ('exact', 'about') THEN last_seen_at
        ELSE LEAST(told_at, ended_at)
    END AS lasted
"""
_IN_SCOPE = "(%(is_whole)s OR unit_id = ANY(%(units)s))"
# What had started before the end of the time in question, and not ended before its beginning. Three
# parts, each with an index: it ended within the time, after it, or not yet.
_NOT_ENDED_BEFORE = f"""
    SELECT {_COLUMNS} FROM casework_episode
    WHERE ended_at >= %(first)s AND ended_at < %(end)s
      AND end_reason <> 'opened_in_error' AND {_IN_SCOPE}
    UNION ALL
    SELECT {_COLUMNS} FROM casework_episode
    WHERE ended_at >= %(end)s AND told_at < %(end)s
      AND end_reason <> 'opened_in_error' AND {_IN_SCOPE}
    UNION ALL
    SELECT {_COLUMNS} FROM casework_episode
    WHERE ended_at IS NULL AND told_at < %(end)s AND {_IN_SCOPE}
"""  # noqa: S608 (texts of this module)

# Each unit's months on its own calendar: the first one is 1, everything before it is 0.
_TALLIED = f"""
    WITH zone AS MATERIALIZED (
        SELECT asked.name, asked.bounds::timestamptz[] AS bounds
        FROM unnest(%(zones)s::text[], %(bounds)s::text[]) AS asked (name, bounds)
    ), tallied AS (
        SELECT unit_id, width_bucket(begins_on, %(months)s::date[]) AS at,
               started, ended, started_long, ended_long
        FROM casework_monthtally
        WHERE {_IN_SCOPE} AND begins_on < %(after)s
        UNION ALL
        SELECT unit_id, at, count(*), 0, count(*) FILTER (WHERE is_long), 0 FROM (
            SELECT unit_id, width_bucket(told_at, zone.bounds) AS at,
                   %(now)s - CASE
                       WHEN last_seen_precision IN ('exact', 'about') THEN last_seen_at
                       ELSE told_at
                   END >= %(long)s AS is_long
            FROM casework_episode AS episode
            JOIN casework_unit AS unit ON unit.id = unit_id
            JOIN zone ON zone.name = unit.time_zone
            WHERE ended_at IS NULL AND {_IN_SCOPE}
              AND told_at < zone.bounds[cardinality(zone.bounds)]
        ) AS still GROUP BY 1, 2
    )
"""  # noqa: S608 (as above)
_SUMS = (
    "sum(started)::int, sum(ended)::int, sum(started_long)::int, sum(ended_long)::int FROM tallied"
)
MONTHS = f"{_TALLIED} SELECT at, {_SUMS} GROUP BY at"
UNITS = f"{_TALLIED} SELECT unit_id, at, {_SUMS} GROUP BY unit_id, at"

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
        FROM ({_NOT_ENDED_BEFORE}) AS episode
        JOIN unit ON unit.id = episode.unit_id
        WHERE started_at < unit.ends AND (ended_at IS NULL OR ended_at >= unit.starts)
    )
"""  # noqa: S608 (as above)


def of_the_counted(question: str) -> str:
    """A question about `counted`: each episode that was open at some time in the period."""
    return f"{_COUNTED} {question}"


IDS = of_the_counted("SELECT id, starts_in, ends_in FROM counted")

# Who is Hispanic or Latino counts as that alone, whatever the race: the parts add up.
RACE = """CASE
    WHEN youth.is_hispanic = 'yes' THEN 'hispanic'
    WHEN cardinality(youth.races) > 1 THEN 'several'
    WHEN cardinality(youth.races) = 1 THEN youth.races[1]
    ELSE 'not_recorded'
END"""


def type_sql(is_adult: str) -> str:
    """The type that NCMEC lists it as; where that is not recorded, what the age alone tells."""
    return f"""CASE
        WHEN counted.ncmec_type <> 'not_recorded' THEN counted.ncmec_type
        WHEN {is_adult} THEN 'young_adult'
        ELSE 'not_recorded'
    END"""


# One row a part of a figure: the figure, the part, how many, how many of 2 days or more.
PARTS = of_the_counted(
    f"""
    , told AS (
        SELECT counted.is_long,
               age.band AS age,
               youth.sex,
               {RACE} AS race,
               {type_sql("age.band = cardinality(%(age_cuts)s::int[])")} AS type,
               COALESCE(placement.kind, 'none') AS placement,
               COALESCE(flag.trafficking, FALSE) AS trafficking,
               COALESCE(flag.signs, FALSE) AS signs,
               COALESCE(flag.endangered, FALSE) AS endangered,
               flag.episode_id IS NOT NULL AS is_flagged,
               COALESCE(assessment.is_assessed, FALSE) AS is_assessed
        FROM counted
        JOIN casework_youth AS youth ON youth.id = counted.youth_id
        CROSS JOIN LATERAL (
            SELECT width_bucket(
                extract(year FROM age(
                    (counted.told_at AT TIME ZONE counted.zone)::date, youth.born_on))::int,
                %(age_cuts)s::int[]) AS band
        ) AS age
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
                    WHEN grouping(sex) = 0 THEN 'sex'
                    WHEN grouping(race) = 0 THEN 'race'
                    WHEN grouping(type) = 0 THEN 'type' ELSE 'placement' END AS figure,
               CASE WHEN grouping(age) = 0 THEN COALESCE(age::text, 'not_recorded')
                    WHEN grouping(sex) = 0 THEN sex
                    WHEN grouping(race) = 0 THEN race
                    WHEN grouping(type) = 0 THEN type ELSE placement END AS part,
               count(*) AS number, count(*) FILTER (WHERE is_long) AS long
        FROM told GROUP BY GROUPING SETS ((age), (sex), (race), (type), (placement))
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
"""  # noqa: S608 (texts of this module)
)

# All, then those of 2 days or more: different youth, and how many were missing several times.
YOUTH = of_the_counted(
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
LENGTHS = of_the_counted(
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

# The duties that a period asks about, each the first time it is asked for: those of the missing
# time with the episodes that started in it, those of the return with the youth who were back in it.
DUTIES_OF_THE_PERIOD = f"""
    counted
    JOIN casework_duty AS duty ON duty.episode_id = counted.id
        AND duty.round = 1 AND {asked_of("duty")}
        AND (counted.starts_in AND (
                duty.code = ANY(%(missing_codes)s)
                OR duty.phase = 'missing' AND duty.code <> ALL(%(return_codes)s))
            OR counted.ends_in AND counted.returned_at IS NOT NULL AND (
                duty.code = ANY(%(return_codes)s)
                OR duty.phase = 'return' AND duty.code <> ALL(%(missing_codes)s)))
"""
OUTCOME = outcome_sql(duty="duty", episode="counted", zone="counted.zone")
COUNTED_DUTIES = f"""
    {DUTIES_OF_THE_PERIOD}
        AND (duty.code = ANY(%(missing_codes)s) OR duty.code = ANY(%(return_codes)s))
        AND {OUTCOME} IN ({COUNTED_SQL})
"""
DUTIES = of_the_counted(
    f"""
    , of_duties AS (
        SELECT duty.code, youth.sex, counted.is_long, {OUTCOME} AS outcome
        FROM {COUNTED_DUTIES}
        JOIN casework_youth AS youth ON youth.id = counted.youth_id
    )
    SELECT code, sex, outcome, count(*), count(*) FILTER (WHERE is_long)
    FROM of_duties GROUP BY code, sex, outcome
"""  # noqa: S608 (texts of this module)
)
