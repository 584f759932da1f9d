"""A synthetic agency in the database, written with COPY: quick, and the same for the same seed."""

import io
import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

from benchmarks.names import Names
from casework.models import Episode, Placement, Role, Unit, User, Youth, YouthName
from casework.policies.name_keys import NameKeys, name_keys

SEED = 2026
UNITS = 40
MISSING_ONE_IN = 250  # youth with an open episode
RETURNED_ONE_IN = 4  # youth with an episode in the past
Called = tuple[str, str, str]
Row = tuple[object, ...]


@dataclass(frozen=True)
class Agency:
    """Two people who log, and how many youth are on file: the n-th has the case number SYN-n."""

    caseworker: User
    on_call: User
    youth: int


def make_agency(youth: int, *, now: datetime) -> Agency:
    """Fill an empty database with `youth` youth: names and their keys, placements, episodes.

    Triggers rest meanwhile, so it writes no field history; constraints are kept.
    """
    units = [
        Unit.objects.create(
            name=f"Synthetic unit {number}", jurisdiction="us-mo", time_zone="America/Chicago"
        )
        for number in range(UNITS)
    ]
    caseworker = User.objects.create_user(
        "caseworker@porchlight.test", name="Worker", role=Role.CASEWORKER, unit=units[0]
    )
    on_call = User.objects.create_user("oncall@porchlight.test", name="Help", role=Role.ON_CALL)
    chance = random.Random(SEED)
    names = Names(chance)
    called = [(names.given(), names.family(), names.nickname()) for _ in range(youth)]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    unit_ids = [unit.pk for unit in units]
    _copy(Youth, YOUTH, _youth(called, chance, unit_ids, caseworker.pk, now))
    _copy(YouthName, "youth_id folded sound letters", _name_words(called))
    _copy(Placement, PLACEMENT, _placements(youth, chance, now))
    _copy(Episode, EPISODE, _episodes(youth, chance, unit_ids, caseworker.pk, now))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("SELECT setval('casework_youth_id_seq', %s)", [youth])
        cursor.execute("VACUUM ANALYZE")
    return Agency(caseworker, on_call, youth)


YOUTH = """public_id id given_name family_name nickname aliases born_on sex case_number unit_id
    eye_color hair_color marks medical_needs recorded_at recorded_by_id"""
PLACEMENT = "public_id youth_id name kind phone started_at"
EPISODE = """public_id reference youth_id unit_id assigned_to_id jurisdiction protocol_version
    time_zone told_at told_precision last_seen_precision first_suspected_precision
    notified_precision determined_missing_precision located_precision returned_at
    returned_precision returned_by_id returned_recorded_at returned_to medical_care_needed ended_at
    ended_precision ended_by_id ended_recorded_at end_reason left_from in_danger police_called description_at_start
    recorded_at recorded_by_id submission_key"""


def _unit_of(youth_id: int, units: list[int]) -> int:
    return units[youth_id % len(units)]


def _youth(
    called: list[Called], chance: random.Random, units: list[int], by: int, now: datetime
) -> Iterator[Row]:
    for key, (given, family, nickname) in enumerate(called, start=1):
        yield (
            _id(chance), key, given, family, nickname, "[]",
            date(2008, 1, 1) + timedelta(days=chance.randrange(3650)), "not_known",
            f"SYN-{key:07d}", _unit_of(key, units), "brown", "black", "", "", now, by,
        )  # fmt: skip


def _name_words(called: list[Called]) -> Iterator[Row]:
    known: dict[str, list[NameKeys]] = {}
    for key, names in enumerate(called, start=1):
        words: dict[str, NameKeys] = {}
        for name in filter(None, names):
            if name not in known:
                known[name] = name_keys([name])
            words |= {word.folded: word for word in known[name]}
        for word in words.values():
            yield key, word.folded, word.sound, word.letters


def _placements(youth: int, chance: random.Random, now: datetime) -> Iterator[Row]:
    for key in range(1, youth + 1):
        began = now - timedelta(days=chance.randrange(1, 900))
        yield _id(chance), key, f"Synthetic house {key % 5000}", "foster_home", "555-0123", began


def _episodes(
    youth: int, chance: random.Random, units: list[int], by: int, now: datetime
) -> Iterator[Row]:
    for key in range(1, youth + 1):
        is_missing = key % MISSING_ONE_IN == 0
        if not is_missing and key % RETURNED_ONE_IN != 0:
            continue
        told = now - timedelta(hours=chance.randrange(1, 72 if is_missing else 17_000))
        back = None if is_missing else min(told + timedelta(hours=20), now)
        yield (
            _id(chance), f"S{key:07d}", key, _unit_of(key, units), by, "us-mo", "synthetic",
            "America/Chicago", told, "exact", "unknown", "exact", "exact", "exact", "exact", back,
            "exact", by if back else None, back, "placement" if back else "", "not_known", back,
            "exact", by if back else None, back, "returned" if back else "",
            "not_known", "not_known", "not_known", "{}", told, by, _id(chance),
        )  # fmt: skip


def _id(chance: random.Random) -> uuid.UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)


def _copy(model: type[Model], columns: str, rows: Iterable[Row]) -> None:
    """Write rows with COPY, a few thousand lines at a time."""
    table = connection.ops.quote_name(model._meta.db_table)
    command = f"COPY {table} ({', '.join(columns.split())}) FROM STDIN"
    with connection.cursor() as cursor:
        cursor.copy_expert(command, _Lines(rows))


class _Lines(io.TextIOBase):
    """Rows as the file that COPY reads. No value holds a tab, a new line or a backslash."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._lines = ("\t".join(map(_text, row)) + "\n" for row in rows)
        self._rest = ""

    def read(self, size: int | None = -1, /) -> str:
        parts = [self._rest]
        length = len(self._rest)
        while size is None or size < 0 or length < size:
            line = next(self._lines, None)
            if line is None:
                break
            parts.append(line)
            length += len(line)
        text = "".join(parts)
        cut = len(text) if size is None or size < 0 else size
        self._rest = text[cut:]
        return text[:cut]


def _text(value: Any) -> str:
    return r"\N" if value is None else str(value)
