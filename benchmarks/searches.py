"""Match as you type: what is typed, and the one SQL statement that would do for each."""

from dataclasses import dataclass

from django.db import connection

from casework.models import User


@dataclass(frozen=True)
class Search:
    """Something typed. `wanted` are the conditions that find it, one for each word."""

    what: str
    typed: str
    wanted: tuple[str, ...]


SEARCHES = (
    Search("three letters", "jor", ("folded LIKE 'jor%'",)),
    Search("three letters that begin many names", "mar", ("folded LIKE 'mar%'",)),
    Search("a whole name, common", "jordan", ("folded = 'jordan'",)),
    Search("the commonest name", "maria", ("folded = 'maria'",)),
    Search(
        "two words, one not finished", "jordan smi", ("folded LIKE 'jordan%'", "folded LIKE 'smi%'")
    ),
    Search("two words, both common", "maria smith", ("folded = 'maria'", "folded = 'smith'")),
    Search("a word and a letter", "maria s", ("folded LIKE 'maria%'", "folded LIKE 's%'")),
    Search("misspelt: by sound", "jordin", ("sound = 'JRTN'",)),
    Search("letters swapped", "jodran", ("letters = 'adjnor'",)),
    Search("misspelt, two words", "jordin smyth", ("sound = 'JRTN'", "sound = 'SM0'")),
    Search("a case number", "SYN-0012000", ()),
    Search("nothing found", "vbnwqz", ("folded LIKE 'vbnwqz%'",)),
)

DETAILS = """
    SELECT y.*, u.*, p.*, e.*
    FROM ({found}) AS found
    JOIN casework_youth y ON y.id = found.id
    JOIN casework_unit u ON u.id = y.unit_id
    LEFT JOIN casework_placement p ON p.youth_id = y.id
    LEFT JOIN casework_episode e ON e.youth_id = y.id AND e.ended_at IS NULL
    ORDER BY y.family_name, y.given_name, y.id
"""
BY_NAME = """
    SELECT youth_id AS id FROM casework_youthname WHERE {conditions}
    GROUP BY youth_id ORDER BY youth_id DESC LIMIT 5
"""
WITH_WORD = "SELECT youth_id FROM casework_youthname WHERE {word}"
OF_UNIT = "SELECT id FROM casework_youth WHERE unit_id = {unit}"
BY_NUMBER = "SELECT id FROM casework_youth WHERE upper(case_number) = upper('{typed}')"


def floor(search: Search, user: User) -> int:
    """Ask for the same matches with one statement that knows beforehand how they will be found.

    Gives their number. `find_youth` has to try the nearer ways first.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement(search, unit=user.unit_id))
        return len(cursor.fetchall())


def statement(search: Search, *, unit: int | None) -> str:
    """The SQL of the floor; everything in it is written in this file."""
    if not search.wanted:
        found = BY_NUMBER.format(typed=search.typed)
        return DETAILS.format(found=found if unit is None else f"{found} AND unit_id = {unit}")
    first, *others = search.wanted
    conditions = [first, *(f"youth_id IN ({WITH_WORD.format(word=other)})" for other in others)]
    if unit is not None:
        conditions.append(f"youth_id IN ({OF_UNIT.format(unit=unit)})")
    return DETAILS.format(found=BY_NAME.format(conditions=" AND ".join(conditions)))
