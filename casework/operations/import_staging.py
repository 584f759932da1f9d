"""The rows of a file of earlier records, read into a table of their own, and held against the records.

The table is temporary: it goes with the transaction. So a file of any length takes little memory, and
a check leaves nothing behind.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from casework.models import ImportBatch, Unit, User
from casework.operations.copying import Row, copy_rows
from casework.policies.import_columns import COLUMN_OF, MOMENTS
from casework.policies.import_dates import DateOrder, order_shown_by
from casework.policies.import_rows import Reader, RowProblem, RowRead, UnitKnown, file_problems
from casework.policies.import_text import FileProblem, Opened, Shape, rows_of
from casework.policies.name_keys import name_keys

MOST_PROBLEMS = 500  # that are named; of the rest the number
OFTEN = 1_000  # rows between two words about how far it is

Tell = Callable[[str, int], None]
"""Told now and then which step it is and how many rows are done; may raise to stop the work."""

TABLE = "import_row"
TEXTS = (
    *("first_name", "last_name", "sex", "is_hispanic", "placement_kind"),
    *("end_reason", "returned_to", "ncmec_type"),
    *("police_number", "police_said", "ncmec_number", "ncmec_said"),
    *("screening_said", "conversation_said", "told_by", "case_number"),
)
COLUMNS = (
    "row youth_key unit_id worker_id born_on races "
    + " ".join(TEXTS)
    + " "
    + " ".join(f"{key} {key.removesuffix('_at')}_precision" for key in MOMENTS)
)
_CREATE = f"""
    DROP TABLE IF EXISTS pg_temp.{TABLE};
    CREATE TEMP TABLE {TABLE} (
        row integer PRIMARY KEY, youth_key text NOT NULL, unit_id bigint NOT NULL,
        worker_id bigint, born_on date, races varchar[] NOT NULL,
        {", ".join(f"{name} text NOT NULL" for name in TEXTS)},
        {", ".join(f"{key} timestamptz, {key.removesuffix('_at')}_precision text" for key in MOMENTS)},
        starts_at timestamptz GENERATED ALWAYS AS (LEAST(told_at, ended_at)) STORED,
        youth_id bigint, is_new boolean, episode_id bigint, placement_id bigint, reference text
    ) ON COMMIT DROP
"""


class Refused(Exception):
    """Why nothing was done with a file; the sentence says what to do."""


@dataclass
class Problems:
    """What is wrong: the first of it in words, and how much in all."""

    named: list[RowProblem] = field(default_factory=list)
    count: int = 0

    def add(self, *problems: RowProblem) -> None:
        """Take these in; beyond `MOST_PROBLEMS` they are only counted."""
        self.count += len(problems)
        self.named.extend(problems[: max(0, MOST_PROBLEMS - len(self.named))])


def stage(batch: ImportBatch, opened: Opened, *, now: datetime, tell: Tell) -> tuple[int, Problems]:
    """Read every row into the table; gives how many there are and what is wrong with them.

    In the caller's transaction. Rows with a problem are not in the table.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
    problems = Problems()
    problems.add(*file_problems(batch.columns))
    if problems.count:
        return 0, problems
    shape = Shape(encoding=batch.encoding, delimiter=batch.delimiter, headers=tuple(batch.headers))
    order = DateOrder(batch.date_order) if batch.date_order else None
    try:
        if order is None:
            order, is_open = _order_shown_by(opened, shape, batch.columns)
            if is_open:
                says = (
                    "Dates like 3/4/2024 can be read two ways. Choose which comes first: the month "
                    "or the day"
                )
                problems.add(RowProblem(None, "", says))
                return 0, problems
        reader = _reader(batch, len(shape.headers), order, now)
        number = _stage_rows(rows_of(opened, shape), reader, problems, tell)
        if not number:
            problems.add(RowProblem(None, "", "There is no row below the names of the columns"))
    except FileProblem as error:
        problems.add(RowProblem(error.row, "", str(error)))
        return 0, problems
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX ON {TABLE} (youth_key, starts_at); ANALYZE {TABLE}")
    return number, problems


def _stage_rows(
    rows: Iterable[tuple[int, list[str]]], reader: Reader, problems: Problems, tell: Tell
) -> int:
    """Put the rows that are whole into the table, some at a time; gives how many were read."""
    number, whole = 0, []
    for row_number, cells in rows:
        number += 1
        row = reader.read(row_number, cells)
        if row.problems:
            problems.add(*row.problems)
        else:
            whole.append(_as_row(row))
        if number % OFTEN == 0:
            # Not one COPY for all: the file may come from the same connection.
            copy_rows(TABLE, COLUMNS, whole)
            whole.clear()
            tell("Reading rows", number)
    copy_rows(TABLE, COLUMNS, whole)
    return number


def _order_shown_by(
    opened: Opened, shape: Shape, columns: Mapping[str, int]
) -> tuple[DateOrder | None, bool]:
    places = [at for key, at in columns.items() if key in MOMENTS or key == "born_on"]
    cells = (
        row[at] for _, row in rows_of(opened, shape) for at in places if at < len(row) and row[at]
    )
    return order_shown_by(cells)


def _reader(batch: ImportBatch, width: int, order: DateOrder | None, now: datetime) -> Reader:
    units = {
        " ".join(unit.name.casefold().split()): UnitKnown(id=unit.pk, zone=ZoneInfo(unit.time_zone))
        for unit in Unit.objects.all()
    }
    workers = User.objects.values_list("email", "pk")
    unit = batch.unit
    return Reader(
        columns=batch.columns,
        width=width,
        units=units,
        workers={email.casefold(): pk for email, pk in workers},
        now=now,
        unit=UnitKnown(id=unit.pk, zone=unit.zone) if unit else None,
        order=order,
        since_1904=batch.since_1904,
    )


def _as_row(row: RowRead) -> Row:
    texts = (row.texts.get(name, "") for name in TEXTS)
    moments: list[object] = []
    for key in MOMENTS:
        moment = row.moments.get(key)
        moments += (moment.at, moment.precision) if moment else (None, None)
    races = f"{{{','.join(row.races)}}}"  # as PostgreSQL reads an array
    facts = (row.unit_id, row.worker_id, row.born_on, races)
    return (row.number, row.youth_key, *facts, *texts, *moments)


# Whose a row is: of youth on file that were merged, two case numbers are one youth's.
_WHOSE = "youth_id, CASE WHEN youth_id IS NULL THEN youth_key END"
# Each gives a row, a key and words that may hold {}, and what to put there.
_ANOTHER_FACT = """
    SELECT row, '{key}', 'Row {{}} has another {words} for this youth', first_row
    FROM (
        SELECT row, {value} AS said,
               first_value({value}) OVER same AS first_said, first_value(row) OVER same AS first_row
        FROM import_row WHERE {is_said}
        WINDOW same AS (PARTITION BY {whose} ORDER BY row)
    ) AS rows WHERE said <> first_said
"""
# What may stand on file of a youth, and where it is known; of rows and of records the same words.
_DESCRIBED = (
    ("sex", "sex", "{}.sex IN ('male', 'female')"),
    ("races", "race", "{}.races <> '{{}}'"),
    ("is_hispanic", "answer to Hispanic or Latino", "{}.is_hispanic IN ('yes', 'no')"),
)
# The youth that are on file: their records are left as they are, so the two must agree.
_OTHERWISE_ON_FILE = """
    SELECT row, '{key}', 'The youth on file with this case number has another {words}', NULL
    FROM import_row JOIN casework_youth AS youth ON youth.id = youth_id
    WHERE {row_says} AND {file_says} AND youth.{key} <> import_row.{key}
"""
_CHECKS = (
    _ANOTHER_FACT.format(
        key="born_on",
        words="date of birth",
        value="born_on",
        is_said="born_on IS NOT NULL",
        whose=_WHOSE,
    ),
    _ANOTHER_FACT.format(
        key="sex", words="sex", value="sex", is_said="sex IN ('male', 'female')", whose=_WHOSE
    ),
    _ANOTHER_FACT.format(
        key="races", words="race", value="races", is_said="races <> '{}'", whose=_WHOSE
    ),
    _ANOTHER_FACT.format(
        key="is_hispanic",
        words="answer to Hispanic or Latino",
        value="is_hispanic",
        is_said="is_hispanic IN ('yes', 'no')",
        whose=_WHOSE,
    ),
    _ANOTHER_FACT.format(
        key="last_name",
        words="name",
        value="lower(first_name || ' ' || last_name)",
        is_said="first_name || last_name <> ''",
        whose="youth_key",  # a youth who was merged may have had two names
    ),
    _OTHERWISE_ON_FILE.format(
        key="born_on",
        words="date of birth",
        row_says="import_row.born_on IS NOT NULL",
        file_says="youth.born_on IS NOT NULL",
    ),
    *(
        _OTHERWISE_ON_FILE.format(
            key=key,
            words=words,
            row_says=is_said.format("import_row"),
            file_says=is_said.format("youth"),
        )
        for key, words, is_said in _DESCRIBED
    ),
    f"""
    SELECT row, 'told_at', 'The same episode stands in row {{}}', same_row
    FROM (
        SELECT row, first_value(row) OVER (PARTITION BY {_WHOSE}, told_at ORDER BY row) AS same_row
        FROM import_row
    ) AS rows WHERE row <> same_row
    """,  # noqa: S608 (a constant)
    f"""
    SELECT row, 'told_at', 'This episode overlaps the one in row {{}}', before
    FROM (
        SELECT row, told_at, starts_at,
               lag(told_at) OVER by_start AS told_before, lag(row) OVER by_start AS before,
               max(ended_at) OVER (
                   PARTITION BY {_WHOSE} ORDER BY starts_at, row
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
               ) AS ended_before
        FROM import_row WINDOW by_start AS (PARTITION BY {_WHOSE} ORDER BY starts_at, row)
    ) AS rows WHERE starts_at < ended_before AND told_at <> told_before
    """,  # noqa: S608 (a constant)
    """
    SELECT row, 'told_at',
           CASE WHEN abs(extract(epoch FROM episode.told_at - import_row.told_at)) <= 86400
               THEN 'This episode is on file already: {}'
               ELSE 'An episode on file overlaps this one: {}' END,
           episode.reference
    FROM import_row JOIN casework_episode AS episode ON episode.youth_id = import_row.youth_id
    WHERE episode.end_reason <> 'opened_in_error' AND (
        episode.told_at = import_row.told_at
        OR import_row.starts_at < COALESCE(episode.ended_at, 'infinity')
           AND LEAST(episode.told_at, episode.ended_at) < import_row.ended_at
    )
    """,
)
# The file would say what the record does not: it is not written there, so somebody must hear of it.
_LEFT_AS_IT_WAS = """
    SELECT count(DISTINCT youth_id)
    FROM import_row JOIN casework_youth AS youth ON youth.id = youth_id
    WHERE """ + " OR ".join(  # noqa: S608 (constants)
    f"({is_said.format('import_row')} AND NOT ({is_said.format('youth')}))"
    for _, _, is_said in _DESCRIBED
)
_FIND_YOUTH = """
    UPDATE import_row SET youth_id = COALESCE(youth.merged_into_id, youth.id)
    FROM casework_youth AS youth WHERE upper(youth.case_number) = youth_key
"""
_NAMES_ON_FILE = """
    SELECT min(row), first_name, last_name, array_agg(DISTINCT word.folded)
    FROM import_row JOIN casework_youthname AS word ON word.youth_id = import_row.youth_id
    WHERE first_name || last_name <> ''
    GROUP BY youth_key, first_name, last_name ORDER BY 1
"""
# Logged here by hand, before anybody knew a case number.
_WITHOUT_A_NUMBER = """
    SELECT row, first_name, last_name, episode.reference, ARRAY(
        SELECT word.folded FROM casework_youthname AS word WHERE word.youth_id = youth.id
    )
    FROM import_row
    JOIN casework_youth AS youth ON youth.born_on = import_row.born_on AND youth.case_number IS NULL
    JOIN casework_episode AS episode ON episode.youth_id = youth.id
    WHERE import_row.youth_id IS NULL AND episode.end_reason <> 'opened_in_error' AND (
        abs(extract(epoch FROM episode.told_at - import_row.told_at)) <= 86400
        OR import_row.starts_at < COALESCE(episode.ended_at, 'infinity')
           AND LEAST(episode.told_at, episode.ended_at) < import_row.ended_at
    ) ORDER BY row
"""


def compare(problems: Problems) -> None:
    """Hold the rows against one another and against what is on file, and mark the youth on file."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_YOUTH)
        for question in _CHECKS:
            cursor.execute(f"{question} ORDER BY row")
            while rows := cursor.fetchmany(OFTEN):
                problems.add(
                    *(RowProblem(row, key, says.format(what)) for row, key, says, what in rows)
                )
        cursor.execute(_NAMES_ON_FILE)
        for row, first, last, folded in cursor.fetchall():
            if not {keys.folded for keys in name_keys([first, last])} & set(folded):
                says = "The youth on file with this case number has another name"
                problems.add(RowProblem(row, "last_name", says))
        cursor.execute(_WITHOUT_A_NUMBER)
        for row, first, last, reference, folded in cursor.fetchall():
            names = {keys.folded for keys in name_keys([first, last])}
            if names and names <= set(folded):
                says = (
                    f"This episode is on file already: {reference}, of a youth without a case "
                    "number. Write the number there, or leave this row out"
                )
                problems.add(RowProblem(row, "told_at", says))
    problems.named.sort(key=lambda one: one.row or 0)


def summary() -> dict[str, object]:
    """Figures of what the rows would bring; no name and no number of a youth among them."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*), count(DISTINCT youth_key) FILTER (WHERE youth_id IS NULL),
                   count(DISTINCT youth_key) FILTER (WHERE youth_id IS NOT NULL),
                   min((told_at AT TIME ZONE unit.time_zone)::date),
                   max((told_at AT TIME ZONE unit.time_zone)::date),
                   count(police_at), count(ncmec_at), count(screening_at), count(conversation_at)
            FROM import_row JOIN casework_unit AS unit ON unit.id = unit_id
        """)
        episodes, new, known, first, last, *duties = cursor.fetchone()
        cursor.execute("""
            SELECT unit.name, count(*) FROM import_row JOIN casework_unit AS unit ON unit.id = unit_id
            GROUP BY unit.name ORDER BY 2 DESC, 1 LIMIT 50
        """)
        units = [[name, number] for name, number in cursor.fetchall()]
        cursor.execute(_LEFT_AS_IT_WAS)
        [left_as_it_was] = cursor.fetchone()
    return {
        "episodes": episodes,
        "new_youth": new,
        "known_youth": known,
        "left_as_it_was": left_as_it_was,
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
        "duties": dict(zip(("police", "ncmec", "screening", "conversation"), duties, strict=True)),
        "units": units,
    }


def label_of(key: str) -> str:
    """The name of a column in words; empty where the problem is the whole row's."""
    return COLUMN_OF[key].label if key in COLUMN_OF else ""
