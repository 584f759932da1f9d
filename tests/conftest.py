"""What every test may lean on: the personas, a fixed clock, and no network but this machine."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from casework.models import Role, Unit, User
from tests.factories import UnitFactory, UserFactory

NOW = datetime(2026, 3, 3, 8, 4, tzinfo=UTC)  # Tue Mar 3, 2:04 a.m. in Missouri


def pytest_collection_finish() -> None:
    """Look for garbage more rarely, and never among the code and the tests, which all stay."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def fast_settings(settings: Any) -> None:
    """Fast passwords, mail into a list, plain static files, and pages that are a demonstration's."""
    # Or each new browser of a test would list the folder of static files.
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CELERY_TASK_ALWAYS_EAGER = True
    settings.DEMO = True


@pytest.fixture(autouse=True, scope="session")
def tests_may_empty_tables() -> Iterator[None]:
    """Between tests that commit, tables are emptied; the triggers that refuse it sleep meanwhile."""
    emptying = TransactionTestCase._fixture_teardown

    def without_triggers(self: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        emptying(self)
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = DEFAULT")

    TransactionTestCase._fixture_teardown = without_triggers  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = emptying  # type: ignore[method-assign]


@pytest.fixture
def now() -> datetime:
    """The moment at which a test takes place."""
    return NOW


@pytest.fixture
def unit(db: None) -> Unit:
    """A unit in Missouri."""
    return UnitFactory(name="St. Louis Unit 4")


@pytest.fixture
def other_unit(db: None) -> Unit:
    """A unit beside it."""
    return UnitFactory(name="Springfield Unit 2")


@pytest.fixture
def ana(unit: Unit) -> User:
    """A caseworker."""
    return UserFactory(name="Ana", role=Role.CASEWORKER, unit=unit)


@pytest.fixture
def sam(unit: Unit) -> User:
    """Her supervisor."""
    return UserFactory(name="Sam", role=Role.SUPERVISOR, unit=unit)


@pytest.fixture
def omar(other_unit: Unit) -> User:
    """A caseworker of another unit, who must have no access."""
    return UserFactory(name="Omar", role=Role.CASEWORKER, unit=other_unit)


@pytest.fixture
def oona(db: None) -> User:
    """On call for the agency."""
    return UserFactory(name="Oona", role=Role.ON_CALL, unit=None)


@pytest.fixture
def adam(db: None) -> User:
    """An admin."""
    return UserFactory(name="Adam", role=Role.ADMIN, unit=None)


@pytest.fixture
def ruth(db: None) -> User:
    """An auditor."""
    return UserFactory(name="Ruth", role=Role.AUDITOR, unit=None)
