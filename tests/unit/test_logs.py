"""A log line says what broke, and nothing of what a database error quotes."""

import logging
import uuid

import psycopg2
import pytest
from celery import Celery
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError

from casework.logs import PrivateFormatter

SECRET = "Quix" + "well"  # in two parts: a traceback quotes the lines of this file
FIRST_LINE = f'invalid input syntax for type date: "{SECRET}"\nLINE 1: … {SECRET}'
SPREAD = f"duplicate key\nDETAIL:  Key (name)=({SECRET}\n{SECRET}) already exists."


def line(message: object, *args: object, error: BaseException | None = None, **extra: object):
    """The text that comes out for a record with these."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, message, args, exc_info)
    vars(record).update(extra)
    return PrivateFormatter("{levelname} {message}", style="{").format(record)


def raised(error: BaseException, *, led_to: BaseException | None = None) -> BaseException:
    try:
        try:
            raise error
        except Exception as first:
            if led_to is None:
                raise
            raise led_to from first
    except Exception as last:  # noqa: BLE001 (any error is what is asked for)
        return last


@pytest.mark.parametrize("words", [FIRST_LINE, SPREAD])
@pytest.mark.parametrize("kind", [DataError, IntegrityError, psycopg2.Error])
def test_a_database_error_in_a_traceback_says_its_kind_only(words, kind):
    told = line("It broke", error=raised(kind(words)))

    assert SECRET not in told
    assert f"{kind.__name__}: (values left out of the log)" in told
    assert "test_logs.py" in told


def test_errors_before_and_after_a_database_error_are_told_without_its_words():
    told = line("It broke", error=raised(DataError(FIRST_LINE), led_to=ValueError("no such day")))

    assert SECRET not in told
    assert told.index("DataError") < told.index("which led to") < told.index("no such day")


def test_an_error_during_the_handling_of_a_database_error_is_told_without_its_words():
    later = KeyError("next")
    later.__context__ = raised(IntegrityError(SPREAD))

    told = line("It broke", error=raised(later))

    assert SECRET not in told
    assert "IntegrityError" in told


@pytest.mark.parametrize("error", [DataError(FIRST_LINE), psycopg2.Error(SPREAD)])
@pytest.mark.parametrize("template", ["Failed: %s", "Failed: %r"])
def test_a_database_error_as_an_argument_says_its_kind_only(template, error):
    told = line(template, error)

    assert SECRET not in told
    assert type(error).__name__ in told


def test_a_database_error_as_the_message_itself_says_its_kind_only():
    assert SECRET not in line(DataError(FIRST_LINE))


def test_named_arguments_are_hidden_too():
    assert SECRET not in line("%(what)s", {"what": DataError(FIRST_LINE)})


def test_what_another_formatter_has_kept_is_not_reused():
    error = raised(DataError(FIRST_LINE))

    assert SECRET not in line("It broke", error=error, exc_text=f"DataError: {FIRST_LINE}")


def test_other_errors_keep_their_words():
    assert "ValueError: not a number" in line("It broke", error=raised(ValueError("not a number")))


def test_a_refused_page_takes_one_line():
    refused = raised(PermissionDenied())

    assert line("Forbidden: %s", "/audit", error=refused, status_code=403).count("\n") == 0
    assert "Traceback" in line("Broke: %s", "/audit", error=refused, status_code=500)


@pytest.mark.parametrize("words", [FIRST_LINE, SPREAD, f"""'it's' "{SECRET}" \\ and more"""])
def test_a_task_that_fails_in_celery_says_nothing_either(words, caplog):
    @Celery(set_as_current=False).task(name=f"fails-{uuid.uuid4()}")
    def fails() -> None:
        raise IntegrityError(words)

    fails.apply()

    records = [record for record in caplog.records if record.name == "celery.app.trace"]
    assert records
    for record in records:
        told = PrivateFormatter().format(record)
        assert SECRET not in told
        assert "IntegrityError" in told
