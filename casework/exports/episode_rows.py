"""The export of episodes, row by row: read by COPY, written without holding it in memory."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any

from django.db import connection, transaction

from casework.access.count_questions import (
    COUNTED_DUTIES,
    DUTY_OF_CODE,
    OUTCOME,
    of_the_counted,
)
from casework.access.counts import values_of
from casework.exports.about import document_of
from casework.exports.csv_bundle import CsvBundle
from casework.exports.document import Cell, Sheet
from casework.exports.episode_columns import EPISODE_COLUMNS
from casework.exports.work import Made, Work, allow_long_questions
from casework.exports.writers import write
from casework.policies.file_formats import FileFormat

NOTED_EVERY = 5_000  # rows
KEY, TITLE = "episodes", "Episodes"

_OF_A_DUTY = ", ".join(
    f"max({expression}) FILTER (WHERE duty.code = '{code}') AS {name}_{column}"
    for code, name in DUTY_OF_CODE.items()
    for column, expression in (
        ("outcome", OUTCOME),
        ("due_at", "duty.due_at"),
        ("done_at", "duty.done_at"),
    )
)


def rows_sql(*, is_csv: bool) -> str:
    """The question for every row, with the placeholders of `values_of`.

    For CSV, text that looks like a formula is made harmless. One duty of a kind in its first round
    is the most that an episode can have, so that max() takes the only one.
    """
    columns = ", ".join(column.csv_sql() if is_csv else column.sql for column in EPISODE_COLUMNS)
    return of_the_counted(
        f"""
        , duties AS (
            SELECT duty.episode_id, {_OF_A_DUTY} FROM {COUNTED_DUTIES} GROUP BY duty.episode_id
        )
        SELECT {columns}
        FROM counted
        JOIN casework_episode AS episode ON episode.id = counted.id
        JOIN casework_unit AS unit_row ON unit_row.id = counted.unit_id
        JOIN casework_youth AS youth ON youth.id = counted.youth_id
        LEFT JOIN casework_placement AS placement ON placement.id = counted.placement_id
        LEFT JOIN duties ON duties.episode_id = counted.id
        CROSS JOIN LATERAL (
            SELECT extract(year FROM age(
                (counted.told_at AT TIME ZONE counted.zone)::date, youth.born_on))::int AS years
        ) AS age
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
        ORDER BY counted.id
        """  # noqa: S608 (texts of this package)
    )


def write_rows(work: Work, to: IO[bytes]) -> Made:
    """Write the file. Raises what the writers raise."""
    if work.file_format is FileFormat.CSV:
        return Made(rows=_write_csv(work, to), lock=work.lock)
    with tempfile.TemporaryFile() as copied:
        total = copy(work, copied, is_csv=False)
        work.note(0, total)
        copied.seek(0)
        sheet = Sheet(
            key=KEY,
            title=TITLE,
            columns=EPISODE_COLUMNS,
            rows=_rows(copied, lambda done: work.note(done, total)),
        )
        write(document_of(work, sheets=[sheet]), work.file_format, to)
    return Made(rows=total, lock=work.lock)


def _write_csv(work: Work, to: IO[bytes]) -> int:
    bundle = CsvBundle(to)
    with bundle.file(KEY, EPISODE_COLUMNS) as entry:
        total = copy(work, entry, is_csv=True)
    empty = Sheet(key=KEY, title=TITLE, columns=EPISODE_COLUMNS, rows=())
    for sheet in document_of(work, sheets=[empty]).every_sheet()[1:]:
        bundle.add(sheet)
    bundle.close()
    return total


def copy(work: Work, to: IO[bytes], *, is_csv: bool) -> int:
    """Let the database write every row to an open file; how many there were."""
    values = values_of(work.scope, work.period, now=work.now)
    with transaction.atomic(), connection.cursor() as cursor:
        allow_long_questions()
        cursor.execute("SET LOCAL timezone = %s", [str(work.scope.zone)])
        question = cursor.mogrify(rows_sql(is_csv=is_csv), values).decode()
        cursor.copy_expert(f"COPY ({question}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')", to)
        total: int = cursor.rowcount
        cursor.execute("SET LOCAL timezone = 'UTC'")  # where the transaction is an outer one's
    return total


def _rows(copied: IO[bytes], note: Callable[[int], None]) -> Iterator[list[Cell]]:
    numbers = [column.is_number for column in EPISODE_COLUMNS]
    text = io.TextIOWrapper(copied, encoding="utf-8", newline="")
    for number, row in enumerate(csv.reader(text)):
        if number % NOTED_EVERY == 0:
            note(number)
        yield [
            _number(cell) if is_number else cell or None
            for cell, is_number in zip(row, numbers, strict=True)
        ]
    text.detach()


def _number(cell: str) -> Any:
    if not cell:
        return None
    return float(cell) if "." in cell else int(cell)
