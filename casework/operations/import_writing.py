"""Earlier records become records: youth, placements, episodes and the four duties that are counted.

Everything in the caller's transaction, from the table that `import_staging` has filled. No reminder,
notice or mail is made for any of it, and nobody is asked to do what was left undone in the past.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import pgtrigger
from django.db import connection

from casework.access.count_questions import DUTY_OF_CODE
from casework.models import (
    Duty,
    DutyEvidence,
    Episode,
    ImportBatch,
    InRecords,
    Note,
    NoteKind,
    Outcome,
    PlacementKind,
    Unit,
    User,
    Youth,
    YouthName,
)
from casework.models.episode import REFERENCE_LENGTH, REFERENCE_LETTERS
from casework.operations.clocks import duty_from
from casework.operations.copying import copy_records, copy_rows, next_ids
from casework.operations.import_staging import Tell
from casework.operations.protocols import protocol_for
from casework.operations.readings import Reading
from casework.operations.youth import NAME_COLUMNS, name_rows
from casework.policies.due import PlannedDuty
from casework.policies.import_columns import COLUMN_OF
from casework.policies.rules import Protocol
from casework.policies.time_phrases import moment_as_known
from casework.policies.time_words import Moment, Precision

AT_ONCE = 1_000  # episodes whose duties are planned together
# What keeps the board's rows. Episodes that are over, with nothing left to do, have none: a quarter of
# the time of an import went into finding that out again and again.
NOTHING_TO_DO = ("casework.Duty:standing_insert",)

_YOUTH = """
    INSERT INTO casework_youth (
        public_id, given_name, family_name, nickname, aliases, born_on, sex, races, is_hispanic,
        case_number, unit_id,
        eye_color, hair_color, marks, medical_needs, recorded_at, recorded_by_id, imported_in_id
    )
    SELECT gen_random_uuid(), first_name, last_name,
           CASE WHEN first_name || last_name = '' THEN case_number ELSE '' END,
           '[]', born_on, COALESCE(sex, 'not_known'), COALESCE(races, '{}'), COALESCE(is_hispanic, 'not_known'),
           case_number, unit_id,
           '', '', '', '', %(now)s, %(by)s, %(batch)s
    FROM (
        SELECT COALESCE((array_agg(first_name ORDER BY row) FILTER (WHERE named))[1], '')
                   AS first_name,
               COALESCE((array_agg(last_name ORDER BY row) FILTER (WHERE named))[1], '')
                   AS last_name,
               min(born_on) AS born_on, max(sex) FILTER (WHERE sex IN ('male', 'female')) AS sex,
               min(races) FILTER (WHERE races <> '{}') AS races,
               max(is_hispanic) FILTER (WHERE is_hispanic IN ('yes', 'no')) AS is_hispanic,
               (array_agg(case_number ORDER BY row))[1] AS case_number,
               (array_agg(unit_id ORDER BY told_at DESC, row))[1] AS unit_id
        FROM (SELECT *, first_name || last_name <> '' AS named FROM import_row) AS rows
        WHERE youth_id IS NULL GROUP BY youth_key ORDER BY min(row)
    ) AS youth
"""
_FIND_NEW_YOUTH = """
    UPDATE import_row SET youth_id = youth.id FROM casework_youth AS youth
    WHERE youth.imported_in_id = %(batch)s AND upper(youth.case_number) = youth_key
"""
# A place on file at that time stands. Where there is none, the kind of place is one of its own.
_FIND_PLACEMENT = """
    UPDATE import_row SET placement_id = place.id FROM casework_placement AS place
    WHERE place.youth_id = import_row.youth_id AND place.started_at <= import_row.told_at
      AND (place.ended_at IS NULL OR place.ended_at > import_row.told_at)
"""
_NEW_PLACEMENT = """
    UPDATE import_row
    SET placement_id = nextval(pg_get_serial_sequence('casework_placement', 'id')), is_new = TRUE
    WHERE placement_id IS NULL AND placement_kind <> '' AND NOT EXISTS (
        SELECT FROM casework_placement AS place
        WHERE place.youth_id = import_row.youth_id
          AND tstzrange(place.started_at, place.ended_at)
              && tstzrange(import_row.starts_at, import_row.ended_at)
    )
"""
_PLACEMENTS = """
    INSERT INTO casework_placement (
        id, public_id, youth_id, name, kind, phone, started_at, ended_at, imported_in_id
    )
    SELECT placement_id, gen_random_uuid(), youth_id, %(labels)s::jsonb ->> placement_kind,
           placement_kind, '', starts_at, ended_at, %(batch)s
    FROM import_row WHERE is_new
"""
# The reference is drawn for each row: without something of the row in it, once for all of them.
_REFERENCES = f"""
    UPDATE import_row SET reference = (
        SELECT string_agg(
            substr('{REFERENCE_LETTERS}', 1 + floor(random() * {len(REFERENCE_LETTERS)})::int, 1), ''
        )
        FROM generate_series(1, {REFERENCE_LENGTH} + 0 * row)
    )
    WHERE reference IS NULL
       OR reference IN (SELECT reference FROM casework_episode)
       OR row IN (
            SELECT row FROM (
                SELECT row, row_number() OVER (PARTITION BY reference ORDER BY row) AS nth
                FROM import_row
            ) AS drawn WHERE nth > 1
       )
"""  # noqa: S608 (constants)
_EPISODES = """
    INSERT INTO casework_episode (
        id, public_id, reference, youth_id, unit_id, assigned_to_id, jurisdiction,
        protocol_version, time_zone, told_at, told_precision, last_seen_at, last_seen_precision,
        first_suspected_precision, notified_precision, determined_missing_precision,
        identified_precision, located_at, located_precision, located_recorded_at, located_by_id,
        returned_at, returned_precision, returned_recorded_at, returned_by_id, returned_to,
        medical_care_needed, ended_at, ended_by_id, ended_precision, ended_recorded_at, end_reason,
        left_from, placement_id, in_danger, police_called, ncmec_type, description_at_start,
        recorded_at,
        recorded_by_id, submission_key, imported_in_id
    )
    SELECT episode_id, gen_random_uuid(), reference, youth_id, unit_id, worker_id, u.jurisdiction,
           %(editions)s::jsonb ->> u.jurisdiction, u.time_zone, told_at, told_precision,
           last_seen_at, COALESCE(last_seen_precision, 'unknown'),
           'exact', 'exact', 'exact', 'exact',
           located_at, COALESCE(located_precision, 'exact'),
           CASE WHEN located_at IS NOT NULL THEN %(now)s::timestamptz END,
           CASE WHEN located_at IS NOT NULL THEN %(by)s::bigint END,
           returned_at, COALESCE(ended_precision, 'exact'),
           CASE WHEN returned_at IS NOT NULL THEN %(now)s::timestamptz END,
           CASE WHEN returned_at IS NOT NULL THEN %(by)s::bigint END, returned_to,
           'not_known', ended_at, %(by)s, ended_precision, %(now)s, end_reason,
           'not_known', placement_id, 'not_known', 'not_known', COALESCE(NULLIF(ncmec_type, ''), 'not_recorded'), '{}', %(now)s,
           %(by)s,
           gen_random_uuid(), %(batch)s
    FROM import_row JOIN casework_unit AS u ON u.id = unit_id
    WHERE row > %(after)s AND row <= %(last)s ORDER BY row
"""
_OF_DUTIES = " ".join(
    f"r.{name}_at, r.{name}_precision, r.{name}_said," for name in DUTY_OF_CODE.values()
)
_FOR_DUTIES = f"""
    SELECT r.row, r.episode_id, r.unit_id, r.told_at, r.told_precision, r.last_seen_at,
           r.last_seen_precision, r.located_at, r.located_precision, r.returned_at,
           r.ended_at, r.ended_precision, r.end_reason, youth.born_on,
           {_OF_DUTIES} r.police_number, r.ncmec_number, r.told_by
    FROM import_row AS r JOIN casework_youth AS youth ON youth.id = r.youth_id
    WHERE r.row > %s ORDER BY r.row LIMIT {AT_ONCE}
"""  # noqa: S608 (constants)


def write(batch: ImportBatch, *, by: User, now: datetime, tell: Tell) -> tuple[int, int]:
    """Make the records of every row; gives how many episodes and how many new youth."""
    values: dict[str, Any] = {
        "batch": batch.pk,
        "by": by.pk,
        "now": now,
        "labels": json.dumps(dict(PlacementKind.choices)),
        "editions": json.dumps(
            {
                unit.jurisdiction: protocol_for(unit.jurisdiction).edition
                for unit in Unit.objects.all()
            }
        ),
    }
    tell("Adding youth", 0)
    with connection.cursor() as cursor:
        cursor.execute(_YOUTH, values)
        youth = cursor.rowcount
        cursor.execute(_FIND_NEW_YOUTH, values)
        # Or what follows is planned for a table that may have been empty until now.
        cursor.execute("ANALYZE import_row; ANALYZE casework_youth")
    _write_names(batch)
    tell("Adding placements", 0)
    with connection.cursor() as cursor:
        for step in (_FIND_PLACEMENT, _NEW_PLACEMENT, _PLACEMENTS):
            cursor.execute(step, values)
        cursor.execute(_REFERENCES)
        while cursor.rowcount:
            cursor.execute(_REFERENCES)
        cursor.execute(
            "UPDATE import_row"
            " SET episode_id = nextval(pg_get_serial_sequence('casework_episode', 'id'))"
        )
        cursor.execute("ANALYZE import_row; ANALYZE casework_placement")
    done = 0
    for after, last, lines in _chunks():
        with connection.cursor() as cursor:
            cursor.execute(_EPISODES, values | {"after": after, "last": last})
        with pgtrigger.ignore(*NOTHING_TO_DO):
            _write_duties(lines, by=by, now=now)
        done += len(lines)
        tell("Adding episodes", done)
    return done, youth


def _write_names(batch: ImportBatch) -> None:
    """The keys under which the new youth are found, some youth at a time."""
    youth = Youth.objects.filter(imported_in=batch).order_by("pk")
    last = 0
    while some := list(
        youth.filter(pk__gt=last).values_list("pk", "given_name", "family_name", "nickname")[
            : AT_ONCE * 10
        ]
    ):
        last = some[-1][0]
        copy_rows(YouthName, NAME_COLUMNS, name_rows((pk, called) for pk, *called in some))


@dataclass(kw_only=True, slots=True)
class _Said:
    """What a row says of one duty."""

    moment: Moment | None
    said: str
    number: str = ""


@dataclass(kw_only=True, slots=True)
class _Line:
    """An episode as far as its duties rest on it, and what its row says of them."""

    episode: Episode
    said: dict[str, _Said]
    told_by: str = ""
    duties: list[Duty] = field(default_factory=list)


def _chunks() -> Iterator[tuple[int, int, list[_Line]]]:
    """The rows, some at a time: those after the first number up to the second one."""
    units = {unit.pk: unit for unit in Unit.objects.all()}
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_FOR_DUTIES, [last])
            rows = cursor.fetchall()
        if not rows:
            return
        after, last = last, rows[-1][0]
        yield after, last, [_line(row[1:], units) for row in rows]


def _line(row: tuple[Any, ...], units: dict[int, Unit]) -> _Line:
    facts, rest = row[:13], row[13:]
    (pk, unit_id, told_at, told_as, seen_at, seen_as, located_at, located_as, *end, born_on) = facts
    returned_at, ended_at, ended_as, reason = end
    unit = units[unit_id]
    episode = Episode(
        pk=pk,
        unit=unit,
        jurisdiction=unit.jurisdiction,
        time_zone=unit.time_zone,
        youth=Youth(born_on=born_on),
        told_at=told_at,
        told_precision=told_as,
        last_seen_at=seen_at,
        last_seen_precision=seen_as or Precision.UNKNOWN,
        located_at=located_at,
        located_precision=located_as or Precision.EXACT,
        returned_at=returned_at,
        returned_precision=ended_as,
        ended_at=ended_at,
        ended_precision=ended_as,
        end_reason=reason,
    )
    *of_duties, police_number, ncmec_number, told_by = rest
    said = {
        name: _Said(
            moment=Moment(at, Precision(precision)) if at else None,
            said=str(says),
            number=str({"police": police_number, "ncmec": ncmec_number}.get(name, "")),
        )
        for name, at, precision, says in zip(
            DUTY_OF_CODE.values(), of_duties[::3], of_duties[1::3], of_duties[2::3], strict=True
        )
    }
    return _Line(episode=episode, said=said, told_by=str(told_by))


def _write_duties(lines: list[_Line], *, by: User, now: datetime) -> None:
    for line in lines:
        line.duties = _duties_of(line, by=by, now=now)
    duties = [duty for line in lines for duty in line.duties]
    for duty, pk in zip(duties, next_ids(Duty, len(duties)), strict=True):
        duty.pk = pk
    entries = [entry for line in lines for entry in _evidence_of(line, by=by, now=now)]
    notes = [note for line in lines for note in _note_of(line, by=by, now=now)]
    for records, model in ((entries, DutyEvidence), (notes, Note)):
        for record, pk in zip(records, next_ids(model, len(records)), strict=True):
            record.pk = pk
    copy_records(duties)
    copy_records(entries)
    copy_records(notes)


def _duties_of(line: _Line, *, by: User, now: datetime) -> list[Duty]:
    """The counted duties by the episode's rules, as done, not done, or not recorded."""
    but = _not_counted(line.episode.jurisdiction)
    items = Reading(episode=line.episode).planned(but=but)
    duties = [_duty(item, line, by=by, now=now) for item in items]
    made = {name for duty in duties if duty.done_at for name in duty.makes}
    if made & {rule.set_by.anchor for item in items for rule in item.considered}:
        items = Reading(episode=line.episode, duties=duties).planned(but=but)
        duties = [_duty(item, line, by=by, now=now) for item in items]
    return duties


@cache
def _not_counted(jurisdiction: str) -> frozenset[str]:
    """The codes of all other duties: of the past only those that are counted are brought along."""
    protocol: Protocol | None = protocol_for(jurisdiction)
    codes: set[str] = set()
    while protocol is not None:
        codes |= {rule.code for rule in protocol.rules}
        protocol = protocol.base
    return frozenset(codes - DUTY_OF_CODE.keys())


def _duty(item: PlannedDuty, line: _Line, *, by: User, now: datetime) -> Duty:
    said = line.said[DUTY_OF_CODE[item.rule.code]]
    duty = duty_from(item, line.episode, now=now)
    if said.moment is not None:
        duty.done_at, duty.done_precision = said.moment.at, said.moment.precision
        duty.done_by = by
    else:
        no = said.said == "no"
        duty.in_records = InRecords.NOT_DONE if no else InRecords.NOT_RECORDED
        duty.withdrawn_at = now
    return duty


def _evidence_of(line: _Line, *, by: User, now: datetime) -> Iterator[DutyEvidence]:
    for duty in line.duties:
        said = line.said[DUTY_OF_CODE[duty.code]]
        if said.moment is not None:
            yield DutyEvidence(
                duty=duty,
                outcome=Outcome.DONE,
                happened_at=said.moment.at,
                happened_precision=said.moment.precision,
                reference_number=said.number,
                recorded_at=now,
                recorded_by=by,
                submission_key=uuid.uuid4(),
            )


def _note_of(line: _Line, *, by: User, now: datetime) -> Iterator[Note]:
    """What a row says that no field of an episode or of a duty holds; nothing is dropped."""
    episode = line.episode
    planned = {DUTY_OF_CODE[duty.code]: duty for duty in line.duties}
    said = []
    for name, one in line.said.items():
        label = COLUMN_OF[f"{name}_at"].label
        if one.moment is not None and name not in planned:
            when = moment_as_known(one.moment.at, one.moment.precision, episode.zone, now=now)
            said.append(f"{label}: {when}. The rules here ask for none.")
        if one.number and (one.moment is None or name not in planned):
            said.append(f"{COLUMN_OF[f'{name}_number'].label}: {one.number}.")
        if one.moment is None and one.said == "yes":
            said.append(f"{label}: made, the time is not recorded.")
    if line.told_by:
        said.append(f"Told by: {line.told_by}.")
    if said:
        yield Note(
            episode=episode,
            kind=NoteKind.INFORMATION,
            text="\n".join(["From the earlier records.", *said]),
            source="Earlier records",
            happened_at=episode.told_at,
            happened_precision=episode.told_precision,
            recorded_at=now,
            recorded_by=by,
            submission_key=uuid.uuid4(),
        )
