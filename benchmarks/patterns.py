"""The page of patterns over a long past, beside the least that any counting of the same rows costs."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.database import empty_database, versions
from benchmarks.intake import signed_in
from benchmarks.rounds import in_turns
from benchmarks.table import machine, ms, show
from casework.access.patterns import Span, count_patterns
from casework.models import Role, Unit, User
from casework.policies.periods import Period, recent, years

UNITS, YEARS, ROUNDS = 40, 5, 7
SIZES = (100_000, 1_000_000)

# Everything in here is made up: youth without a name of their own, one episode after the other.
# Every second seven episodes have answers, to eleven questions each, a tenth of them corrected later.
_YOUTH = """
    INSERT INTO casework_youth (id, public_id, given_name, family_name, nickname, aliases, sex,
        races, is_hispanic, unit_id, eye_color, hair_color, marks, medical_needs, recorded_at, recorded_by_id)
    SELECT n, ('1' || lpad(to_hex(n), 31, '0'))::uuid, 'Synthetic', '', '', '[]', 'not_known',
        '{}', 'not_known', %(first_unit)s + n %% %(units)s, '', '', '', '', %(now)s, %(by)s
    FROM generate_series(1, %(youth)s) AS n
"""
_PLACEMENTS = """
    INSERT INTO casework_placement (id, public_id, youth_id, name, kind, phone, started_at)
    SELECT n, ('2' || lpad(to_hex(n), 31, '0'))::uuid, n, 'Synthetic house ' || n %% 3000,
        (ARRAY['foster_home', 'kinship', 'group_home', 'residential', 'shelter'])[1 + n %% 5], '',
        %(now)s - interval '6 years'
    FROM generate_series(1, %(youth)s) AS n
"""
_EPISODES = """
    INSERT INTO casework_episode (id, public_id, reference, youth_id, unit_id, assigned_to_id,
        jurisdiction, protocol_version, time_zone, told_at, told_precision, last_seen_precision,
        first_suspected_precision, notified_precision, determined_missing_precision,
        identified_precision, located_precision, returned_precision, returned_to,
        medical_care_needed, ended_at, ended_by_id, ended_recorded_at, ended_precision, end_reason,
        left_from, placement_id, in_danger, police_called, ncmec_type, description_at_start, recorded_at,
        recorded_by_id, submission_key)
    SELECT n, ('3' || lpad(to_hex(n), 31, '0'))::uuid, lpad(to_hex(n), 8, '0'), youth,
        %(first_unit)s + youth %% %(units)s, %(by)s, 'us-mo', 'synthetic', 'America/Chicago', told,
        'exact', 'unknown', 'exact', 'exact', 'exact', 'exact', 'exact', 'exact', '', 'not_known',
        told + lasted, %(by)s, told + lasted, 'exact', 'found_elsewhere', 'placement', youth,
        'not_known', 'not_known', 'not_recorded', '{{}}', told, %(by)s,
        ('4' || lpad(to_hex(n), 31, '0'))::uuid
    FROM (
        SELECT n, 1 + n %% %(youth)s AS youth,
            %(now)s - interval '40 days'
                - ((n / %(youth)s) * interval '{apart} days') - (n::bigint * 7919 %% 1700) * interval '1 hour'
                AS told,
            (1 + n::bigint * 104729 %% 700) * interval '1 hour' AS lasted
        FROM generate_series(0, %(episodes)s - 1) AS n
    ) AS told
"""
_ANSWERS = """
    INSERT INTO casework_checklistanswer (public_id, episode_id, key, answer, evidence, informant,
        true_precision, recorded_at, recorded_by_id, submission_key)
    SELECT ('5' || lpad(to_hex(n), 31, '0'))::uuid, episode, key,
        (ARRAY['yes', 'no', 'no', 'dont_know'])[1 + (episode::bigint * 31 + number * 7 + again) %% 4], '', '',
        'unknown', %(now)s + again * interval '1 second', %(by)s,
        ('6' || lpad(to_hex(n), 31, '0'))::uuid
    FROM (
        SELECT episode, key, number, again, row_number() OVER () AS n
        FROM generate_series(0, %(episodes)s - 1) AS episode,
             unnest(%(keys)s) WITH ORDINALITY AS asked (key, number),
             generate_series(0, 1) AS again
        WHERE (episode / 7) %% 2 = 0 AND (again = 0 OR (episode + number) %% 10 = 0)
    ) AS given
"""
KEYS = (
    *("push.abuse_neglect", "push.unsafe_here", "push.family_conflict", "push.isolation"),
    *("push.mental_health", "push.placement_disruption", "pull.online_contact", "pull.belonging"),
    *("pull.older_person", "pull.perceived_safety", "pull.risky_peers"),
)
_FLOOR = """
    SELECT (SELECT count(*) FROM casework_episode AS episode WHERE {where}),
           (SELECT count(*) FROM casework_checklistanswer AS answer
            JOIN casework_episode AS episode ON episode.id = answer.episode_id WHERE {where})
"""


def run() -> None:
    """Count in one agency after the other, and print the table of each."""
    for episodes in SIZES:
        with empty_database():
            now = timezone.now()
            head = Unit.objects.create(
                name="Synthetic agency", jurisdiction="us-mo", time_zone="America/Chicago"
            )
            units = [
                Unit.objects.create(
                    name=f"Synthetic unit {number}",
                    jurisdiction="us-mo",
                    time_zone="America/Chicago",
                    parent=head,
                )
                for number in range(UNITS)
            ]
            sam = User.objects.create_user(
                "supervisor@porchlight.test", name="S", role=Role.SUPERVISOR, unit=units[0]
            )
            adam = User.objects.create_user("admin@porchlight.test", name="A", role=Role.ADMIN)
            fill_past(episodes, by=sam, first_unit=units[0].pk, now=now)
            print(f"Patterns. {machine(**versions())}")
            _measure(episodes, sam, adam, units[0], now)


def fill_past(
    episodes: int, *, by: User, first_unit: int, now: datetime, with_answers: bool = True
) -> None:
    """Write so many made-up episodes. Triggers rest meanwhile; constraints are kept."""
    values: dict[str, Any] = {
        "youth": episodes // (4 * YEARS),  # as many times is each youth missing in these years
        "episodes": episodes,
        "first_unit": first_unit,
        "units": UNITS,
        "by": by.pk,
        "now": now,
        "keys": list(KEYS),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET statement_timeout = 0")
        # The n-th time lies a quarter of a year before the time after it, so that none overlap.
        for command in (_YOUTH, _PLACEMENTS, _EPISODES.format(apart=91)):
            cursor.execute(command, values)
        if with_answers:
            cursor.execute(_ANSWERS, values)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")


def _measure(episodes: int, sam: User, adam: User, unit: Unit, now: datetime) -> None:
    year = recent(now, unit.zone)[2]
    whole = years(now, unit.zone)[1]
    rows: list[tuple[object, ...]] = []
    for who, period, units, browser, address in (
        ("one unit of 40, 12 months", year, [unit.pk], signed_in(sam), "/patterns?period=12"),
        ("whole agency, a year", whole, None, signed_in(adam), f"/patterns?period={whole.code}"),
    ):
        rows += _rows(who, period, units, browser, address)
    show(
        f"Patterns over {episodes:,} episodes of {YEARS} years, with {len(KEYS)} answers to every "
        f"second one ({ROUNDS} times each), server time in ms",
        ("what", "episodes counted", "SQL queries", "p50", "p95", "beside the floor"),
        rows,
    )


def _rows(
    who: str, period: Period, units: list[int] | None, browser: Client, address: str
) -> list[tuple[object, ...]]:
    along = period if units is None else period.over_a_long_line()
    span = Span(period=period, along=along, units=units)
    ways: dict[str, Callable[[], object]] = {
        "floor: its rows counted once": partial(_floor, period, units),
        "every count": partial(count_patterns, span, with_places=units is not None),
        "page": partial(browser.get, address),
    }
    counted = f"{_floor(period, units):,}"
    queries = {name: _queries(way) for name, way in ways.items()}
    timings = in_turns({name: partial(partial, way) for name, way in ways.items()}, rounds=ROUNDS)
    least = next(iter(timings.values()))
    return [
        (
            f"{who}: {name}",
            counted,
            queries[name],
            ms(timing.p50),
            ms(timing.p95),
            timing.beside(least),
        )
        for name, timing in timings.items()
    ]


def _floor(period: Period, units: list[int] | None) -> int:
    """Count the period's episodes and their answers: less than this no figure can do."""
    where = "episode.told_at >= %(start)s AND episode.told_at < %(end)s"
    if units is not None:
        where += " AND episode.unit_id = ANY(%(units)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            _FLOOR.format(where=where),
            {"start": period.start, "end": period.end, "units": units},
        )
        return int(cursor.fetchone()[0])


def _queries(way: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        way()
    return len(asked)
