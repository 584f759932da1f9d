"""An agency tightens its state's protocol with a file of its own: the example of the how-to, whole."""

import html
import json
import os
import re
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from casework.operations.confirmations import unconfirmed_count
from casework.operations.protocols import protocols_in_use
from tests.factories import UnitFactory, UserFactory, YouthFactory
from tests.integration.scenes import log

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to" / "write-your-own-protocol.md"
TOLD = datetime(2026, 3, 3, 7, 52, tzinfo=UTC)  # Tue Mar 3, 1:52 a.m. in Missouri


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with the file that the how-to shows."""
    example = re.search(r"```toml\n(.*?)```", HOW_TO.read_text(), re.DOTALL)[1]
    (tmp_path / "us-mo-agency.toml").write_text(textwrap.dedent(example))
    return tmp_path


@pytest.fixture
def _in_use(folder, settings):
    """The server as if started with the folder in PROTOCOL_DIRS."""
    settings.PROTOCOL_DIRS = [django_settings.PROTOCOL_DIRS[0], folder]
    protocols_in_use.cache_clear()
    yield
    protocols_in_use.cache_clear()


@pytest.fixture
def episode(db, _in_use, clock_stands, now):
    """A youth of a unit that goes by the agency's own file is logged missing."""
    unit = UnitFactory(name="North Office", jurisdiction="us-mo-agency")
    worker = UserFactory(name="Ana", unit=unit)
    return log(YouthFactory(unit=unit), by=worker, now=now, told_at=TOLD)


def words_of(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_its_tighter_clock_wins_and_the_states_and_federal_duties_stay(episode):
    due = dict(episode.duties.values_list("code", "due_at"))

    assert due["report_to_police"] == datetime(2026, 3, 3, 8, 52, tzinfo=UTC)  # an hour
    assert due["report_to_ncmec"] == datetime(2026, 3, 3, 9, 52, tzinfo=UTC)  # Missouri's two
    assert due["call_back_up_caregiver"] == datetime(2026, 3, 3, 11, 52, tzinfo=UTC)
    assert "tell_guardian_ad_litem" in due
    assert "gather_documents" in due


def test_the_duty_keeps_the_agencys_words_and_the_states_help(episode):
    police = episode.duties.get(code="report_to_police")

    assert police.title == "Report to police"
    assert police.rule == "within 1 hour after the agency was told"
    assert police.source == "Example County procedure 12.4, step 2"
    assert "34 USC 41308" in police.if_refused


def test_its_page_shows_what_it_tightens_and_whose_file_it_is(episode, as_person, adam):
    listed = words_of(as_person(adam).get("/protocols"))
    page = words_of(as_person(adam).get("/protocols/us-mo-agency"))

    assert "Example County, Missouri us-mo-agency In use by North Office; 1 open episode" in listed
    assert "2026.1, the agency’s own" in listed
    assert "Within 1 hour after the agency was told." in page
    assert "Example County, Missouri, stricter than Missouri" in page
    assert "Missouri, holds here too" in page
    assert "the agency’s own file" in page


def test_it_is_confirmed_apart_from_the_states(episode):
    agency, state = (unconfirmed_count(code, TOLD.date()) for code in ("us-mo-agency", "us-mo"))

    assert agency.duties == state.duties + 1
    assert agency.unconfirmed == agency.duties


def test_the_command_finds_it_by_the_variable(folder):
    printed = subprocess.run(
        [sys.executable, "manage.py", "explain_protocol", "us-mo-agency"]
        + ["--told", "2026-03-03T01:52", "--format", "json"],
        cwd=ROOT,
        env=os.environ | {"PROTOCOL_DIRS": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    due = {duty["code"]: duty["due"] for duty in json.loads(printed)}
    assert due["report_to_police"] == "2026-03-03T02:52:00-06:00"
