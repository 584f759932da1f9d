"""The environment that Django is given."""

import stat
from pathlib import Path

import pytest

from casework.local import environment
from casework.local.state import State

HERE = "http://127.0.0.1:8000"


@pytest.fixture
def demo(tmp_path: Path) -> State:
    return State("demo", tmp_path)


@pytest.fixture
def up(tmp_path: Path) -> State:
    return State("up", tmp_path)


def variables(state: State, **given: str) -> dict[str, str]:
    return environment.for_server(state, given, address=HERE, mail_port=2525)


def test_only_the_demo_is_a_demo(demo, up):
    assert variables(demo)["DEMO"] == "true"
    assert variables(up, DEMO="true", MAIL_CATCHER_DIR="/x")["DEMO"] == "false"
    assert "MAIL_CATCHER_DIR" not in variables(up, MAIL_CATCHER_DIR="/x")
    assert "DEMO" not in environment.for_tests(up, {"DEMO": "true"})


def test_a_debug_left_in_the_shell_does_not_reach_the_server(up):
    assert "DEBUG" not in variables(up, DEBUG="true")


def test_services_that_the_person_names_win(up):
    theirs = {
        "DATABASE_URL": "postgres://db/x",
        "REDIS_URL": "redis://r/0",
        "EMAIL_URL": "smtp://m:25",
    }

    assert {name: variables(up, **theirs)[name] for name in theirs} == theirs


def test_mail_goes_to_the_catcher_unless_told_otherwise(demo):
    assert variables(demo)["EMAIL_URL"] == "smtp://127.0.0.1:2525"


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(demo):
    first = Path(variables(demo)["SECRET_KEY_FILE"])
    key = first.read_text()

    assert Path(variables(demo)["SECRET_KEY_FILE"]).read_text() == key
    assert len(key) >= 50
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_a_secret_key_that_the_person_sets_is_used(demo):
    assert "SECRET_KEY_FILE" not in variables(demo, SECRET_KEY="theirs")


def test_an_address_on_all_interfaces_does_not_open_the_host_check(demo):
    given = environment.for_server(demo, {}, address="http://127.0.0.1:8000", mail_port=None)

    assert "*" not in given["ALLOWED_HOSTS"]
    assert {"127.0.0.1", "localhost"} <= set(given["ALLOWED_HOSTS"].split(","))
