"""Many open episodes with their duties and reminders: a few made in earnest, then copied in SQL."""

import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Model

from casework.models import Duty, Episode, Outcome, Reminder, Role, Unit, User, Youth
from casework.operations import duties, episodes, returns
from casework.policies.time_words import Moment, Precision

PATTERNS = 100  # episodes made through the operations: told at other times, gone on otherwise
LOCATED_ONE_IN = 4
LONGEST_AGO = timedelta(days=6)
STRIDE = 1_000_000  # between the id of a row and that of its next copy
PHONE = "555-0123"

# Columns in which a copy differs from its pattern; every other one is taken over.
_ID = f"id + n.copy * {STRIDE}"
_COPIED: dict[type[Model], dict[str, str]] = {
    Youth: {"id": _ID, "public_id": "gen_random_uuid()"},
    Episode: {
        "id": _ID,
        "public_id": "gen_random_uuid()",
        "reference": f"to_hex({_ID})",
        "youth_id": f"youth_id + n.copy * {STRIDE}",
        "submission_key": "gen_random_uuid()",
    },
    Duty: {
        "id": _ID,
        "public_id": "gen_random_uuid()",
        "episode_id": f"episode_id + n.copy * {STRIDE}",
    },
    Reminder: {
        "id": _ID,
        "public_id": "gen_random_uuid()",
        "episode_id": f"episode_id + n.copy * {STRIDE}",
        "duty_id": f"duty_id + n.copy * {STRIDE}",
        "dedupe_key": f"'copy:' || ({_ID})",
    },
}


def make_open_episodes(number: int, *, now: datetime) -> User:
    """Fill an empty database with `number` open episodes of Missouri; returns a caseworker.

    In each the police report is recorded and the report to NCMEC is not; in every fourth the youth
    is located and not back yet. `number` is a multiple of PATTERNS. Triggers rest while copies are
    made, so those have no field history yet; constraints are kept.
    """
    if number % PATTERNS:
        raise SystemExit(f"--number: write a multiple of {PATTERNS}.")
    unit = Unit.objects.create(
        name="Synthetic unit", jurisdiction="us-mo", time_zone="America/Chicago"
    )
    worker = User.objects.create_user(
        "caseworker@porchlight.test", name="Worker", role=Role.CASEWORKER, unit=unit
    )
    for pattern in range(PATTERNS):
        _make(pattern, by=worker, now=now)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in _COPIED:
            table = model._meta.db_table
            cursor.execute(f"CREATE TEMP TABLE pattern_{table} AS TABLE {table}")
        for copy in range(1, number // PATTERNS):
            for model, differing in _COPIED.items():
                cursor.execute(_copy(model, differing), [copy])
        for model in _COPIED:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return worker


def _make(pattern: int, *, by: User, now: datetime) -> None:
    told_at = now - LONGEST_AGO * (pattern + 1) / PATTERNS
    told = Moment(at=told_at, precision=Precision.EXACT)
    episode = episodes.log_missing(
        by=by,
        now=now,
        submission_key=uuid.uuid4(),
        telling=episodes.Telling(told=told),
        new_name=f"Synthetic Youth {pattern}",
    )
    reported = Moment(at=min(told_at + timedelta(minutes=40), now), precision=Precision.EXACT)
    duties.record(
        duty=episode.duties.get(code="report_to_police"),
        by=by,
        now=now,
        evidence=duties.Evidence(outcome=Outcome.DONE, happened=reported),
        submission_key=uuid.uuid4(),
        based_on=None,
    )
    if pattern % LOCATED_ONE_IN == 0:
        located = Moment(at=now, precision=Precision.EXACT)
        returns.record_located(episode=episode, by=by, now=now, located=located)


def _copy(model: type[Model], differing: dict[str, str]) -> str:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(differing.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} "  # noqa: S608
        f"FROM pattern_{table}, (SELECT %s AS copy) AS n ORDER BY id"
    )
