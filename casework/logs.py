"""Log lines carry ids, never people.

PostgreSQL quotes values in its errors, on the first line as well as below it: `invalid input syntax
for type date: "…"`, `Key (case_number)=(…) already exists`. So of a database error we print what kind
it is, its code and its constraint, and never its words.
"""

import copy
import logging
import traceback
from collections.abc import Iterator
from types import TracebackType

import django.db
import psycopg2  # type: ignore[import-untyped]

DATABASE_ERRORS = (django.db.Error, psycopg2.Error)
LEFT_OUT = "(values left out of the log)"

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def describe(error: BaseException) -> str:
    """A database error without its words; SQLSTATE and constraint where PostgreSQL gave them."""
    source = error if isinstance(error, psycopg2.Error) else error.__cause__
    code = getattr(source, "pgcode", None)
    constraint = getattr(getattr(source, "diag", None), "constraint_name", None)
    facts = [f"SQLSTATE {code}"] if code else []
    facts += [f"constraint {constraint}"] if constraint else []
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{kind}: {', '.join([*facts, LEFT_OUT])}"


class PrivateFormatter(logging.Formatter):
    """Format a record without what a database error quotes; refused requests take one line."""

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)  # other handlers have their own way with it
        record.exc_text = None  # kept there by a formatter that is less careful
        _hide_database_words(record)
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None  # Django's: the page said no, and nothing is broken
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 (the standard library's name)
        return "".join(_traceback(ei[1])).rstrip("\n") if ei[1] else ""


def _traceback(error: BaseException) -> Iterator[str]:
    """What Python would print of `error` and of those that led to it, the first one first."""
    for link in reversed(list(_chain(error))):
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(link.__traceback__)
        if isinstance(link, DATABASE_ERRORS):
            yield f"{describe(link)}\n"
        else:
            yield from traceback.format_exception_only(link)
        if link is not error:
            yield "\nwhich led to:\n\n"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """`error`, what it came from, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _hide_database_words(record: logging.LogRecord) -> None:
    """Replace database errors in the message, and texts that repeat the one being logged."""
    raised = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    errors = [error for error in _chain(raised) if isinstance(error, DATABASE_ERRORS)]

    def hidden(value: object) -> object:
        if isinstance(value, DATABASE_ERRORS):
            return describe(value)
        if isinstance(value, str):  # Celery puts the repr() of what a task raised into its line
            for error in errors:
                if _repeats(value, error):
                    return describe(error)
        return value

    record.msg = hidden(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(map(hidden, record.args))
    elif record.args:
        record.args = {key: hidden(value) for key, value in record.args.items()}


def _repeats(text: str, error: BaseException) -> bool:
    """Whether `text` holds the first line of what the database said, quoted or not."""
    first_line = str(error).partition("\n")[0].replace("\\", "").strip()
    return bool(first_line) and first_line in text.replace("\\", "")
