"""What the proof of timeliness asks of the database; `casework.access.timeliness` asks it.

The duties of a period and what became of each are those of the counts, so that figures agree.
"""

from casework.access.count_questions import DUTIES_OF_THE_PERIOD, OUTCOME, of_the_counted
from casework.access.duty_outcomes import asked_of, outcome_sql

COLUMNS = (
    "reference",
    "episode_id",
    "zone",
    "is_long",
    "duty_id",
    "code",
    "title",
    "round",
    "phase",
    "outcome",
    "due_at",
    "counted_from_at",
    "anchor",
    "is_provisional",
    "rule",
    "basis",
    "source",
    "verified",
    "protocol_version",
    "happened_at",
    "precision",
    "is_done",
    "recorded_at",
    "recorded_by_role",
    "is_correction",
    "first_recorded_at",
    "evidence_fields",
    "has_number",
    "ncic_entry",
)
# The entry that a duty goes by is the latest one: a correction takes the place of what it corrects.
_READ = """
    duty.public_id AS duty_id, duty.code, duty.title, duty.round, duty.phase, duty.due_at,
    duty.counted_from_at, duty.anchor, duty.is_provisional, duty.rule, duty.basis, duty.source,
    duty.verified, duty.protocol_version, latest.happened_at, latest.happened_precision AS precision,
    duty.done_at IS NOT NULL AS is_done, latest.recorded_at, person.role AS recorded_by_role,
    COALESCE(latest.is_correction, FALSE) AS is_correction, first.recorded_at AS first_recorded_at,
    duty.evidence_fields, COALESCE(latest.reference_number, '') <> '' AS has_number,
    COALESCE(latest.ncic_entry, '') AS ncic_entry
"""
_EVIDENCE = """
    LEFT JOIN LATERAL (
        SELECT * FROM casework_dutyevidence
        WHERE duty_id = duty.id ORDER BY recorded_at DESC, id DESC LIMIT 1
    ) AS latest ON TRUE
    LEFT JOIN LATERAL (
        SELECT min(recorded_at) AS recorded_at FROM casework_dutyevidence WHERE duty_id = duty.id
    ) AS first ON TRUE
    LEFT JOIN casework_user AS person ON person.id = latest.recorded_by_id
"""
_ASKED = ", ".join(COLUMNS)

# By duty: its outcomes, of all episodes and of those of 2 days or more.
TOTALS = of_the_counted(
    f"""
    , of_duties AS (
        SELECT duty.code, duty.title, duty.phase, counted.is_long, {OUTCOME} AS outcome
        FROM {DUTIES_OF_THE_PERIOD}
    ), titles AS (
        SELECT code, mode() WITHIN GROUP (ORDER BY title) AS title, min(phase) AS phase
        FROM of_duties GROUP BY code
    )
    SELECT code, titles.title, titles.phase, outcome, count(*), count(*) FILTER (WHERE is_long)
    FROM of_duties JOIN titles USING (code)
    GROUP BY code, titles.title, titles.phase, outcome
"""  # noqa: S608 (texts of this package)
)
# Each duty of a period, in the order in which its episodes were logged.
ROWS = of_the_counted(
    f"""
    , of_duties AS (
        SELECT duty.id, counted.id AS episode, counted.is_long, counted.zone, {OUTCOME} AS outcome
        FROM {DUTIES_OF_THE_PERIOD}
        WHERE (%(code)s = '' OR duty.code = %(code)s)
    ), chosen AS (
        SELECT * FROM of_duties WHERE %(outcome)s = '' OR outcome = %(outcome)s
        ORDER BY episode, id LIMIT %(most)s OFFSET %(skip)s
    ), proof AS (
        SELECT episode.reference, episode.public_id AS episode_id, chosen.zone, chosen.is_long,
               chosen.outcome, chosen.episode, chosen.id, {_READ}
        FROM chosen
        JOIN casework_duty AS duty ON duty.id = chosen.id
        JOIN casework_episode AS episode ON episode.id = chosen.episode
        {_EVIDENCE}
    )
    SELECT {_ASKED} FROM proof ORDER BY episode, id
"""  # noqa: S608 (as above)
)
# Each duty of one episode, every round.
OF_EPISODE = f"""
    WITH proof AS (
        SELECT episode.reference, episode.public_id AS episode_id, episode.time_zone AS zone,
               FALSE AS is_long, {outcome_sql(duty="duty", episode="episode", zone="episode.time_zone")} AS outcome,
               duty."order" AS place, duty.id, {_READ}
        FROM casework_episode AS episode
        JOIN casework_duty AS duty ON duty.episode_id = episode.id AND {asked_of("duty")}
        {_EVIDENCE}
        WHERE episode.id = %(episode)s
    )
    SELECT {_ASKED} FROM proof ORDER BY phase, due_at NULLS LAST, place, id
"""  # noqa: S608 (as above)
