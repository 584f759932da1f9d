"""What Porchlight refuses to start with. Each start is a real one, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from casework import checks
from risk import RiskFileError
from tests.factories import UserFactory

ROOT = Path(__file__).resolve().parents[2]
GOOD_KEY = "kV3x-9mQz7LrT2wYpB8dNfH4sJcG6aXuE1iZoR5tKqW0vM"
PRODUCTION = {
    "DEMO": "false",
    "DEBUG": "false",
    "SECRET_KEY": GOOD_KEY + GOOD_KEY[::-1],
    "BASE_URL": "https://cases.agency.example",
    "ALLOWED_HOSTS": "cases.agency.example",
}


def an_empty_database() -> dict[str, str]:
    """PostgreSQL's own, beside ours: in ours the journeys may have made a demonstration."""
    return {"DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + "/postgres"}


def start(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | an_empty_database() | PRODUCTION | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def web_server(**variables: str) -> subprocess.CompletedProcess[str]:
    return start("-c", "import casework.config.wsgi", **variables)


def test_a_good_environment_starts():
    started = web_server()

    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"DEBUG": "true"}, "DEBUG is on"),
        ({"SECRET_KEY": "change-me-" * 8}, "SECRET_KEY is short, repetitive or taken from"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is short"),
        ({"BASE_URL": "http://cases.agency.example"}, "BASE_URL is not https"),
        ({"SCREENING_TOOLS": f"HTST,{'t' * 121}"}, "SCREENING_TOOLS has a name of 121"),
    ],
    ids=["debug", "example key", "short key", "no tls", "long name of a tool"],
)
def test_an_unsafe_environment_does_not_start(variables, says):
    refused = web_server(**variables)

    assert refused.returncode != 0
    assert says in refused.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"])
def test_a_missing_variable_is_named(name):
    environment = {key: value for key, value in (os.environ | PRODUCTION).items() if key != name}

    refused = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode != 0
    assert name in refused.stderr


def test_a_broken_protocol_file_stops_the_start_with_file_and_line(tmp_path):
    broken = tmp_path / "us-xx.toml"
    broken.write_text(
        'code = "us-xx"\nname = "Nowhere"\nversion = "1"\nsource = "made up"\nextends = "us"\n'
        '[[duty]]\ncode = "report_to_police"\nanchor = "told"\nwithin = "soon"\n'
        'basis = "law"\nsource = "made up"\nverified = "unverified"\n'
    )

    refused = web_server(PROTOCOL_DIRS=str(tmp_path))

    assert refused.returncode != 0
    assert f"{broken}, line 9" in refused.stderr


@pytest.mark.django_db
def test_a_database_with_demonstration_accounts_does_not_serve_real_people(settings):
    UserFactory(email="caseworker@porchlight.test")

    settings.DEMO = False
    errors = checks.refuse_demo_accounts(databases=["default"])

    assert [error.id for error in errors] == ["casework.E004"]


@pytest.mark.parametrize("loads", ["risk.ruleset", "risk.language.load_words"])
def test_a_broken_checklist_stops_the_start_and_names_its_line(monkeypatch, loads):
    def broken() -> None:
        raise RiskFileError(Path("checklists/signs.toml"), 12, '"sign.exploited" stands twice')

    monkeypatch.setattr(loads, broken)

    with pytest.raises(ImproperlyConfigured, match=r"signs\.toml, line 12: .*stands twice"):
        apps.get_app_config("casework").ready()
