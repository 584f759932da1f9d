"""What the tests against PostgreSQL share: a clock that stands, and an episode on it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from casework.models import Duty, Episode, Unit, User, Youth
from tests.factories import YouthFactory
from tests.integration.scenes import log


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock that views, tasks and sessions read."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return set_to


@pytest.fixture
def clock_stands(set_clock: Callable[[datetime], None], now: datetime) -> None:
    """Views read `now` from the clock."""
    set_clock(now)


@pytest.fixture
def jordan(unit: Unit, ana: User) -> Youth:
    """A youth of Ana's unit."""
    return YouthFactory(given_name="Jordan", family_name="Quillfeather", unit=unit, recorded_by=ana)


@pytest.fixture
def episode(jordan: Youth, ana: User, now: datetime) -> Episode:
    """Jordan is missing: Ana was told 12 minutes ago and has just logged it."""
    return log(jordan, by=ana, now=now)


@pytest.fixture
def police(episode: Episode) -> Duty:
    """The duty to report to police, due 2 hours after Ana was told."""
    return episode.duties.get(code="report_to_police")


@pytest.fixture
def as_person() -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def sign_in(person: User, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(person)
        return client

    return sign_in
