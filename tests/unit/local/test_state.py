"""Where data is kept: apart, private, and within what the system can name."""

import os
import stat
from pathlib import Path

import pytest

from casework.local import postgres
from casework.local import state as states
from casework.local.postgres import Postgres
from casework.local.problem import Problem
from casework.local.state import DEMO, UP, AlreadyRunning, State, state_for_tests


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def as_normal_user(monkeypatch):
    monkeypatch.setattr(states, "server_user", lambda: None)


def test_demo_up_and_test_data_are_kept_apart():
    folders = [DEMO.folder, UP.folder, state_for_tests().folder]

    for folder in folders:
        assert [other for other in folders if other.is_relative_to(folder)] == [folder]


@pytest.mark.parametrize("part", ["d" * 130, "with space", "ünïcode", "a%b"])
def test_sockets_have_a_short_plain_path_wherever_the_checkout_is(part, as_normal_user):
    state = State("demo", Path("/srv") / part / "var" / "demo")

    socket = state.sockets / ".s.PGSQL.5432"

    assert len(os.fsencode(socket)) < 104
    assert socket.parts[:2] == ("/", "tmp")
    assert "%2F" in Postgres(state).url
    assert " " not in Postgres(state).url


def test_two_checkouts_never_share_a_socket_folder(as_normal_user):
    deep = "d" * 130

    assert State("demo", Path(f"/{deep}/a")).sockets != State("demo", Path(f"/{deep}/b")).sockets


def test_a_short_path_keeps_its_sockets_in_the_checkout(as_normal_user):
    assert State("demo", Path("/srv/x/var/demo")).sockets == Path("/srv/x/var/demo/sockets")


def test_folders_are_for_their_owner_alone(tmp_path, as_normal_user):
    state = State("demo", tmp_path / "demo", outside=tmp_path)

    state.make()

    assert mode(state.folder) == 0o700
    assert mode(state.sockets) == 0o700
    state.remove()


def test_a_shared_name_that_is_someone_elses_is_refused(tmp_path):
    theirs = tmp_path / "porchlight-abc"
    theirs.symlink_to(tmp_path.parent)

    with pytest.raises(Problem, match="belongs to another user"):
        states.make_private(theirs)


def test_a_second_start_is_told_where_the_first_one_is(tmp_path, as_normal_user):
    state = State("demo", tmp_path / "demo", outside=tmp_path)

    with state.held("http://127.0.0.1:8000"):
        with pytest.raises(AlreadyRunning) as raised, state.held("http://127.0.0.1:8001"):
            pass
        assert state.holder() is not None

    assert f"already runs at http://127.0.0.1:8000, as process {os.getpid()}" in str(raised.value)
    assert state.holder() is None
    state.remove()


def test_a_user_without_a_name_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 54321)

    with pytest.raises(Problem, match=r"User id 54321 has no entry .* set DATABASE_URL"):
        postgres.refuse_nameless_user()


def test_root_keeps_postgres_data_outside_a_folder_that_is_closed_to_others(tmp_path, monkeypatch):
    monkeypatch.setattr(states, "server_user", lambda: "nobody")
    tmp_path.chmod(0o700)
    state = State("up", tmp_path / "var" / "up", outside=Path("/var/lib"))

    assert state.server_home == Path("/var/lib") / f"porchlight-{state.digest}"
