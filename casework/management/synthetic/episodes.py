"""The episodes of a synthetic agency, with their duties, flags, assessments and answers, in SQL.

Chance is a hash of the seed, the row's number and a word: the same for the same seed, in whatever
order and however quickly the rows are made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Model

from casework.management.synthetic.copying import fill
from casework.management.synthetic.patterns import RETURNED, TOLD
from casework.models import (
    AssessmentRecord,
    ChecklistAnswer,
    Duty,
    DutyEvidence,
    Episode,
    Flag,
)
from risk import ruleset

OPEN_ONE_IN = 100  # episodes
PAST = timedelta(days=3 * 365)
# A youth who is missing now came back from the time before longer ago than the longest is missing.
LONGEST_OPEN = timedelta(days=210)

FACTORS = tuple(key for key in sorted(ruleset().items) if key.startswith(("push.", "pull.")))
ANSWERS = 3  # of an episode that has any: half of them

CHANCE = """
    CREATE OR REPLACE FUNCTION pg_temp.chance(n bigint, word text) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (hashtextextended(word || n, {seed}) & 9007199254740991) / 9007199254740992.0
    $$
"""
KEY = """
    CREATE OR REPLACE FUNCTION pg_temp.key(n bigint, word text) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT md5('{seed}' || word || n)::uuid $$
"""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How many youth and episodes, and the moment at which the agency is as it is."""

    youth: int
    episodes: int
    seed: int
    now: datetime
    has_past_work: bool = True
    """Whether past episodes have duties, flags and answers. Without, ten times as many fit on a disk."""

    @property
    def open(self) -> int:
        """How many episodes are open; each is of another youth."""
        return min(self.youth, max(1, self.episodes // OPEN_ONE_IN))

    @property
    def stride(self) -> int:
        """Every so many-th youth is missing now."""
        return max(1, self.youth // self.open)

    @property
    def rounds(self) -> int:
        """The most episodes of one youth."""
        return -(-self.episodes // self.youth)

    @property
    def with_work(self) -> str:
        """Which episodes have flags and answers, as SQL."""
        return "true" if self.has_past_work else "e.ended_at IS NULL"

    def begin(self) -> None:
        """Define, for this connection, what chance is."""
        with connection.cursor() as cursor:
            for function in (CHANCE, KEY):
                cursor.execute(function.format(seed=self.seed))

    def at(self, moment: datetime) -> str:
        """A moment as SQL."""
        return f"timestamptz '{moment.isoformat()}'"

    @property
    def present(self) -> str:
        """The agency's present moment as SQL."""
        return self.at(self.now)


def make_episodes(plan: Plan, first: int, last: int) -> None:
    """Add the episodes with these ids, `last` included, and everything that hangs on them."""
    steps: tuple[tuple[type[Model], Callable[[], None]], ...] = (
        (Episode, lambda: _open_episodes(plan, first, last)),
        (Episode, lambda: _past_episodes(plan, first, last)),
        (Duty, lambda: _open_duties(plan, first, last)),
        *([(Duty, lambda: _past_duties(plan, first, last))] if plan.has_past_work else []),
        (DutyEvidence, lambda: _proofs(first, last)),
        (Flag, lambda: _flags(plan, first, last)),
        (AssessmentRecord, lambda: _assessments(first, last)),
        (ChecklistAnswer, lambda: _answers(plan, first, last)),
    )
    for model, step in steps:
        step()
        if first == 1:  # or the next step is planned for a table that was empty until now
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {model._meta.db_table}")


def _of(plan: Plan, first: int, last: int) -> str:
    """Each episode's number, its youth, which of the youth's it is, and whether it is open."""
    return f"""(
        SELECT n, 1 + (n - 1) % {plan.youth} AS youth_id, (n - 1) / {plan.youth} AS round,
            n <= {plan.youth} AND n % {plan.stride} = 0
                AND n / {plan.stride} <= {plan.open} AS is_open,
            (1 + (n - 1) % {plan.youth}) % {plan.stride} = 0
                AND (1 + (n - 1) % {plan.youth}) / {plan.stride} <= {plan.open} AS is_missing
        FROM generate_series({first}, {last}) n
    ) AS x
    JOIN casework_youth y ON y.id = x.youth_id
    JOIN casework_placement place ON place.youth_id = y.id"""  # noqa: S608


_SAME = {
    "id": "x.n",
    "public_id": "pg_temp.key(x.n, 'episode')",
    "reference": "'S' || lpad(upper(to_hex(x.n)), 7, '0')",
    "submission_key": "pg_temp.key(x.n, 'form')",
    "youth_id": "y.id",
    "unit_id": "y.unit_id",
    "recorded_by_id": "y.caseworker_id",
    "assigned_to_id": (
        "CASE WHEN pg_temp.chance(x.n, 'nobody') < 0.03 THEN NULL ELSE y.caseworker_id END"
    ),
    "placement_id": "place.id",
    "told_at": "t.told_at",
    "recorded_at": "t.told_at",
    "last_seen_at": "t.last_seen_at",
    "last_seen_precision": "CASE WHEN t.last_seen_at IS NULL THEN 'unknown' ELSE 'about' END",
    # Of most that NCMEC knows of, the type was written down; the shares are ours.
    "ncmec_type": """CASE
        WHEN pg_temp.chance(x.n, 'listed') < 0.3 THEN 'not_recorded'
        WHEN y.born_on + interval '18 years' <= t.told_at THEN 'critical_young_adult'
        WHEN pg_temp.chance(x.n, 'type') < 0.93 THEN 'endangered'
        WHEN pg_temp.chance(x.n, 'type') < 0.97 THEN 'family_abduction'
        WHEN pg_temp.chance(x.n, 'type') < 0.98 THEN 'nonfamily_abduction'
        ELSE 'lost_or_injured'
    END""",
}
_SEEN = """
    CASE WHEN pg_temp.chance(x.n, 'seen') < 0.6
        THEN told.at - pg_temp.chance(x.n, 'ago') * interval '12 hours' END
"""


def _open_episodes(plan: Plan, first: int, last: int) -> None:
    """Most are short, as everywhere; some last for months."""
    times = f"""
        CROSS JOIN LATERAL (
            SELECT {plan.present} - interval '1 second' * (60 + pg_temp.chance(x.n, 'length') * (
                CASE
                    WHEN pg_temp.chance(x.n, 'band') < 0.45 THEN 86400
                    WHEN pg_temp.chance(x.n, 'band') < 0.75 THEN 3 * 86400
                    WHEN pg_temp.chance(x.n, 'band') < 0.95 THEN 30 * 86400
                    ELSE {LONGEST_OPEN.total_seconds() - 86400 * 5}
                END
            )) AS at
        ) AS told
        CROSS JOIN LATERAL (SELECT told.at AS told_at, {_SEEN} AS last_seen_at) AS t
        WHERE x.is_open
    """  # noqa: S608
    located = "pg_temp.chance(x.n, 'located') < 0.08"
    found = f"CASE WHEN {located} THEN t.told_at + ({plan.present} - t.told_at) * 0.8 END"
    fill(
        Episode,
        "pattern_open",
        _of(plan, first, last) + times,
        {
            **_SAME,
            "located_at": found,
            "located_recorded_at": found,
            "located_by_id": f"CASE WHEN {located} THEN y.caseworker_id END",
        },
    )


def _past_episodes(plan: Plan, first: int, last: int) -> None:
    """Each youth's lie one after the other in the three years before now, and never touch."""
    slot = (PAST / plan.rounds).total_seconds()
    times = f"""
        CROSS JOIN LATERAL (
            SELECT {plan.present} - interval '1 second' * (
                60 + (x.round + 0.65 * pg_temp.chance(x.n, 'day')) * {slot}
                + CASE WHEN x.is_missing THEN {LONGEST_OPEN.total_seconds()} ELSE 0 END
            ) AS ended_at
        ) AS back
        CROSS JOIN LATERAL (
            SELECT back.ended_at - interval '1 second' * least(
                {slot * 0.3}, 3600 + 90 * 3600 * pg_temp.chance(x.n, 'length') ^ 2
            ) AS at
        ) AS told
        CROSS JOIN LATERAL (
            SELECT told.at AS told_at, back.ended_at, {_SEEN} AS last_seen_at
        ) AS t
        WHERE NOT x.is_open
    """  # noqa: S608
    ended = dict.fromkeys(
        ("returned_at", "returned_recorded_at", "ended_at", "ended_recorded_at"), "t.ended_at"
    )
    by = dict.fromkeys(("returned_by_id", "ended_by_id"), "y.caseworker_id")
    fill(Episode, "pattern_past", _of(plan, first, last) + times, {**_SAME, **ended, **by})


def _duties(kind: str, first: int, last: int, done: str) -> None:
    """Copies of the pattern's duties, at the same distance from told or from the return."""
    start, pattern_start = "e.told_at", f"timestamptz '{TOLD.isoformat()}'"
    if kind == "past":
        start = "CASE WHEN p.phase = 'return' THEN e.returned_at ELSE e.told_at END"
        pattern_start = (
            f"CASE WHEN p.phase = 'return' THEN timestamptz '{RETURNED.isoformat()}' "
            f"ELSE timestamptz '{TOLD.isoformat()}' END"
        )
    is_open = "e.ended_at IS NULL" if kind == "open" else "e.ended_at IS NOT NULL"
    source = f"""casework_episode e
        CROSS JOIN LATERAL (
            SELECT {start} + (p.due_at - ({pattern_start})) AS due_at,
                {start} + (p.counted_from_at - ({pattern_start})) AS counted_from_at,
                e.id * 100 + p.id % 100 AS n
        ) AS c
        CROSS JOIN LATERAL (
            SELECT coalesce(c.due_at, c.counted_from_at + interval '30 hours')
                - c.counted_from_at AS time_left
        ) AS w
        CROSS JOIN LATERAL (SELECT {done} AS done_at) AS d
        WHERE e.id BETWEEN {first} AND {last} AND {is_open}"""  # noqa: S608
    fill(
        Duty,
        f"duties_{kind}",
        source,
        {
            "public_id": "pg_temp.key(c.n, 'duty')",
            "episode_id": "e.id",
            "counted_from_at": "c.counted_from_at",
            "due_at": "c.due_at",
            "target_at": "CASE WHEN p.target_at IS NOT NULL THEN c.counted_from_at END",
            "planned_at": "e.recorded_at",
            "done_at": "d.done_at",
            "done_by_id": "CASE WHEN d.done_at IS NOT NULL THEN e.recorded_by_id END",
        },
    )


def _open_duties(plan: Plan, first: int, last: int) -> None:
    """Of those that were due most are done, nine in ten of them in time."""
    _duties(
        "open",
        first,
        last,
        f"""
        CASE
            WHEN pg_temp.chance(c.n, 'done') < 0.93 AND c.counted_from_at
                + w.time_left * 1.1 * pg_temp.chance(c.n, 'when') <= {plan.present}
            THEN c.counted_from_at + w.time_left * 1.1 * pg_temp.chance(c.n, 'when')
        END
        """,
    )


def _past_duties(plan: Plan, first: int, last: int) -> None:
    """All done, but for a few of those who came back in the last days."""
    _duties(
        "past",
        first,
        last,
        f"""
        CASE WHEN least(
            c.counted_from_at + w.time_left * 1.1 * pg_temp.chance(c.n, 'when'), {plan.present}
        ) < {plan.present} - interval '1 day' * pg_temp.chance(c.n, 'lag') * 2
        THEN c.counted_from_at + w.time_left * 1.1 * pg_temp.chance(c.n, 'when') END
        """,
    )


def _proofs(first: int, last: int) -> None:
    """The report number of each report to police that was made."""
    source = f"""casework_duty d JOIN casework_episode e ON e.id = d.episode_id
        WHERE d.episode_id BETWEEN {first} AND {last} AND d.code = 'report_to_police'
            AND d.done_at IS NOT NULL"""  # noqa: S608
    fill(
        DutyEvidence,
        "pattern_proof",
        source,
        {
            "public_id": "pg_temp.key(e.id, 'proof')",
            "duty_id": "d.id",
            "happened_at": "d.done_at",
            "recorded_at": "d.done_at",
            "recorded_by_id": "d.done_by_id",
            "reference_number": "'SL-' || lpad(e.id::text, 8, '0')",
            "submission_key": "pg_temp.key(e.id, 'proof form')",
        },
    )


_MARKS = """(VALUES
    ('E1', 'endangered', 'Needs medicine or medical care in the next 24 hours.', 0.18),
    ('T3', 'likely_trafficking', 'Was seen with a person who was known to exploit others.', 0.05),
    ('T9', 'signs_present', 'Has things that somebody else pays for.', 0.10)
) AS m (code, mark, says, share)"""


def _flags(plan: Plan, first: int, last: int) -> None:
    """On some episodes, of each mark; one in eight is set aside."""
    aside = "pg_temp.chance(e.id, m.code || 'aside') < 0.125"
    source = f"""casework_episode e CROSS JOIN {_MARKS}
        WHERE e.id BETWEEN {first} AND {last}
            AND pg_temp.chance(e.id, m.code) < m.share AND {plan.with_work}"""  # noqa: S608
    fill(
        Flag,
        "pattern_flag",
        source,
        {
            "public_id": "pg_temp.key(e.id, m.code)",
            "episode_id": "e.id",
            "code": "m.code",
            "mark": "m.mark",
            "says": "m.says",
            "raised_at": "e.recorded_at",
            "first_raised_at": "e.recorded_at",
            "set_aside_at": f"CASE WHEN {aside} THEN e.recorded_at END",
            "set_aside_by_id": f"CASE WHEN {aside} THEN e.recorded_by_id END",
            "set_aside_reason": f"CASE WHEN {aside} THEN 'handled' ELSE '' END",
            "set_aside_why": f"CASE WHEN {aside} THEN 'Synthetic.' ELSE '' END",
            "review_at": f"CASE WHEN {aside} THEN e.recorded_at + interval '1 day' END",
        },
    )


def _assessments(first: int, last: int) -> None:
    """One of each open episode; three in five have every answer for tonight."""
    source = f"""casework_episode e
        WHERE e.id BETWEEN {first} AND {last} AND e.ended_at IS NULL"""
    fill(
        AssessmentRecord,
        "pattern_assessment",
        source,
        {
            "public_id": "pg_temp.key(e.id, 'assessment')",
            "episode_id": "e.id",
            "is_assessed": "pg_temp.chance(e.id, 'assessed') < 0.6",
            "made_at": "e.recorded_at",
        },
    )


def _answers(plan: Plan, first: int, last: int) -> None:
    """To three of the push and pull factors, for half of the episodes; mostly Yes."""
    keys = ", ".join(f"'{key}'" for key in FACTORS)
    source = f"""casework_episode e CROSS JOIN generate_series(0, {ANSWERS - 1}) number
        WHERE e.id BETWEEN {first} AND {last}
            AND pg_temp.chance(e.id, 'answered') < 0.5 AND {plan.with_work}"""  # noqa: S608
    # Neighbors in the list, so that no question is answered twice.
    which = (
        f"1 + (floor(pg_temp.chance(e.id, 'factor') ^ 2 * {len(FACTORS)})::int + number * 5)"
        f" % {len(FACTORS)}"
    )
    fill(
        ChecklistAnswer,
        "pattern_answer",
        source,
        {
            "public_id": "pg_temp.key(e.id * 10 + number, 'answer')",
            "episode_id": "e.id",
            "key": f"(ARRAY[{keys}])[{which}]",
            "answer": (
                "CASE WHEN pg_temp.chance(e.id * 10 + number, 'said') < 0.7 "
                "THEN 'yes' ELSE 'no' END"
            ),
            "recorded_at": "e.recorded_at",
            "recorded_by_id": "e.recorded_by_id",
            "submission_key": "pg_temp.key(e.id * 10 + number, 'answer form')",
        },
    )
