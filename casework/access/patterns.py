"""What many episodes have in common: counts, never a record, and where a person may count.

Each question is asked of the tables in one pass, and nothing is worked out beforehand. Episodes
that were opened in error count nowhere.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from casework.access.permissions import Permission
from casework.access.roles import may
from casework.access.scoping import units_of
from casework.models import EndReason, Said, Unit, User
from casework.models.youth import PlacementKind
from casework.policies.periods import Period

MOST_PLACES = 10
# From when on a length counts as long, as elapsed time; the cuts are those of published reports.
LENGTHS = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=30))
PARTS_OF_A_DAY = (6, 12, 18)  # the local hours at which one part ends and the next begins
STILL_MISSING = -1


@dataclass(frozen=True, kw_only=True)
class Span:
    """Which episodes are counted: by when the agency was told, where, and who lived where."""

    period: Period
    along: Period
    """What the months are counted over: the period, or a longer time that ends with it."""
    units: Sequence[int] | None
    """The ids of units; None counts the whole agency."""
    kind: PlacementKind | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """A placement that youth left, by its name."""

    name: str
    kind: PlacementKind
    episodes: int
    youth: int


@dataclass(kw_only=True)
class PatternCounts:
    """How many episodes, by everything that the page asks."""

    by_unit: Counter[int] = field(default_factory=Counter)
    by_month: Counter[date] = field(default_factory=Counter)
    """By the first day of the month, over the longer time."""
    by_kind: Counter[str] = field(default_factory=Counter)
    """By kind of placement; under "" those without one."""
    by_length: Counter[int] = field(default_factory=Counter)
    """By how many of LENGTHS it lasted or exceeds; STILL_MISSING for one that has not ended."""
    by_weekday: Counter[int] = field(default_factory=Counter)
    """Monday is 1."""
    by_part_of_day: Counter[int | None] = field(default_factory=Counter)
    """By how many of PARTS_OF_A_DAY had passed; None where only the day is known."""
    youth_by_times: Counter[int] = field(default_factory=Counter)
    """Youth by how often they were missing."""
    answers: Mapping[str, Counter[Said]] = field(default_factory=dict)
    """The last answer to each question of push and pull, by its key."""
    found: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    """Episodes in which something was asked, by whether a push and whether a pull was found."""
    places: Sequence[Place] = ()
    places_in_all: int = 0

    @property
    def episodes(self) -> int:
        """All episodes of the period."""
        return self.by_unit.total()

    @property
    def youth(self) -> int:
        """All youth of these episodes, each once."""
        return self.youth_by_times.total()


def units_to_count(user: User) -> QuerySet[Unit]:
    """The units whose episodes this person may count, which is more than may read them."""
    every: QuerySet[Unit] = Unit.objects.all()
    if not may(user, Permission.PATTERNS):
        return every.none()
    return every if counts_whole_agency(user) else units_of(user)


def counts_whole_agency(user: User) -> bool:
    """Whether this person counts youth whom they may not see: small numbers are not for them."""
    return not may(user, Permission.EPISODE_VIEW)


def below(units: Sequence[Unit], top: Unit) -> list[Unit]:
    """This unit and those of `units` that stand below it."""
    return [
        top,
        *(lower for unit in units if unit.parent_id == top.pk for lower in below(units, unit)),
    ]


def count_patterns(span: Span, *, with_places: bool) -> PatternCounts:
    """Every count of the page; four queries, and one more for the names of places."""
    counts = PatternCounts()
    _count_episodes(counts, span)
    _count_youth(counts, span)
    _count_answers(counts, span)
    if with_places:
        _count_places(counts, span)
    return counts


_EPISODES = """
    SELECT episode.*, placement.kind AS placement_kind, placement.name AS placement_name
    FROM casework_episode AS episode
    LEFT JOIN casework_placement AS placement ON placement.id = episode.placement_id
    WHERE episode.told_at >= %(start)s AND episode.told_at < %(end)s
      AND episode.end_reason <> %(in_error)s
      AND (%(units)s::bigint[] IS NULL OR episode.unit_id = ANY(%(units)s))
      AND (%(kind)s = '' OR placement.kind = %(kind)s)
"""

# Months are those of the page's zone. The day and the hour are those of the place.
_BY_EVERYTHING = f"""
    WITH counted AS (
        SELECT unit_id,
               told_at >= %(period_start)s AS in_period,
               date_trunc('month', told_at AT TIME ZONE %(zone)s)::date AS month,
               coalesce(placement_kind, '') AS kind,
               CASE WHEN ended_at IS NULL THEN %(still_missing)s
                    ELSE width_bucket(
                        extract(epoch FROM ended_at - CASE
                            WHEN last_seen_precision IN ('exact', 'about') THEN last_seen_at
                            ELSE told_at END)::float8,
                        %(lengths)s::float8[])
               END AS length,
               extract(isodow FROM told_at AT TIME ZONE time_zone)::int AS weekday,
               CASE WHEN told_precision IN ('exact', 'about')
                    THEN width_bucket(
                        extract(hour FROM told_at AT TIME ZONE time_zone)::int, %(parts)s::int[])
               END AS part_of_day
        FROM ({_EPISODES}) AS episodes
    )
    SELECT grouping(unit_id, month, kind, length, weekday, part_of_day),
           unit_id, month, kind, length, weekday, part_of_day,
           count(*), count(*) FILTER (WHERE in_period)
    FROM counted
    GROUP BY GROUPING SETS (unit_id, month, kind, length, weekday, part_of_day)
"""  # noqa: S608 (both are texts of this module)


def _count_episodes(counts: PatternCounts, span: Span) -> None:
    by_one: Sequence[Counter[Any]] = (
        counts.by_unit,
        counts.by_month,
        counts.by_kind,
        counts.by_length,
        counts.by_weekday,
        counts.by_part_of_day,
    )
    rows = _ask(
        _BY_EVERYTHING,
        span,
        start=span.along.start,
        period_start=span.period.start,
        zone=str(span.period.zone),
        still_missing=STILL_MISSING,
        lengths=[length.total_seconds() for length in LENGTHS],
        parts=list(PARTS_OF_A_DAY),
    )
    for left_out, *values, all_along, in_period in rows:
        # PostgreSQL sets a bit for each column that a row was not grouped by, the first one leftmost.
        which = next(at for at in range(len(by_one)) if not left_out >> len(by_one) - 1 - at & 1)
        number = all_along if by_one[which] is counts.by_month else in_period
        if number:
            by_one[which][values[which]] = number


_BY_TIMES = f"""
    SELECT times, count(*)
    FROM (SELECT count(*) AS times FROM ({_EPISODES}) AS episodes GROUP BY youth_id) AS youth
    GROUP BY times
"""  # noqa: S608 (as above)


def _count_youth(counts: PatternCounts, span: Span) -> None:
    counts.youth_by_times = Counter(dict(_ask(_BY_TIMES, span)))


# The index on episode, key and time gives the last answers in order.
_BY_ANSWER = f"""
    WITH latest AS (
        SELECT DISTINCT ON (answer.episode_id, answer.key)
               answer.episode_id, answer.key, answer.answer
        FROM casework_checklistanswer AS answer
        JOIN ({_EPISODES}) AS episodes ON episodes.id = answer.episode_id
        WHERE answer.key LIKE 'push.%%' OR answer.key LIKE 'pull.%%'
        ORDER BY answer.episode_id, answer.key, answer.recorded_at DESC, answer.id DESC
    ), found AS (
        SELECT bool_or(key LIKE 'push.%%' AND answer = 'yes') AS push,
               bool_or(key LIKE 'pull.%%' AND answer = 'yes') AS pull
        FROM latest WHERE answer <> 'not_asked' GROUP BY episode_id
    )
    SELECT key, answer, NULL, NULL, count(*) FROM latest GROUP BY key, answer
    UNION ALL
    SELECT NULL, NULL, push, pull, count(*) FROM found GROUP BY push, pull
"""  # noqa: S608 (as above)


def _count_answers(counts: PatternCounts, span: Span) -> None:
    answers: dict[str, Counter[Said]] = {}
    for key, answer, push, pull, number in _ask(_BY_ANSWER, span):
        if key is None:
            counts.found[push, pull] = number
        else:
            answers.setdefault(key, Counter())[Said(answer)] = number
    counts.answers = answers


_BY_PLACE = f"""
    SELECT placement_name, placement_kind, count(*), count(DISTINCT youth_id), count(*) OVER ()
    FROM ({_EPISODES}) AS episodes
    WHERE placement_name IS NOT NULL
    GROUP BY placement_name, placement_kind
    ORDER BY 3 DESC, 1, 2
    LIMIT %(most)s
"""  # noqa: S608 (as above)


def _count_places(counts: PatternCounts, span: Span) -> None:
    rows = _ask(_BY_PLACE, span, most=MOST_PLACES)
    counts.places = [
        Place(name=name, kind=PlacementKind(kind), episodes=episodes, youth=youth)
        for name, kind, episodes, youth, _ in rows
    ]
    counts.places_in_all = rows[0][-1] if rows else 0


def _ask(question: str, span: Span, **more: Any) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "start": span.period.start,
        "end": span.period.end,
        "in_error": EndReason.OPENED_IN_ERROR.value,
        "units": None if span.units is None else list(span.units),
        "kind": span.kind.value if span.kind else "",
    }
    with connection.cursor() as cursor:
        cursor.execute(question, values | more)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
