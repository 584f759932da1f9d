"""Real PostgreSQL and Redis: they come up everywhere, and come back after the worst."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest

from casework.local.broker import Broker
from casework.local.paths import ROOT
from casework.local.postgres import (
    LOCALE_ARGUMENTS,
    MAJOR_VERSION,
    Postgres,
    find_installation,
)
from casework.local.services import addresses, start_services
from casework.local.state import State
from casework.local.supervisor import Supervisor

from .conftest import needs_root, new_place

OWN: dict[str, str] = {}  # nobody named services, so they are our own


@contextmanager
def running(state: State, *, throwaway: bool = False) -> Iterator[Supervisor]:
    with state.held(), Supervisor(state.processes) as supervisor:
        start_services(state, supervisor, OWN, throwaway=throwaway)
        yield supervisor


@pytest.fixture(scope="module")
def steady() -> Iterator[State]:
    """Services that go on through all the tests that only ask them something."""
    with new_place() as place:
        state = State("test", place / "state", outside=place)
        with running(state, throwaway=True):
            yield state


def query(state: State, sql: str) -> list[tuple[object, ...]]:
    """Run one statement in a connection of its own, committed."""
    connection = psycopg2.connect(host=str(state.sockets), user="porchlight", dbname="porchlight")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def redis(state: State, words: str) -> str:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(Broker(state).socket))
        line.sendall(f"{words}\r\n".encode())
        return line.recv(200).decode()


def test_services_come_up_and_what_they_hold_is_there_after_a_restart(state):
    with running(state, throwaway=True):
        query(state, "CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)")
        redis(state, "SET kept 7")
    with running(state, throwaway=True):
        assert query(state, "SELECT x FROM kept") == [(7,)]
        assert "7" in redis(state, "GET kept")

    state.remove()

    assert not state.folder.exists()
    assert not state.sockets.exists()


def test_the_version_and_the_order_of_names_are_those_of_the_server_edition(steady):
    [(version,)] = query(steady, "SHOW server_version")
    [(names,)] = query(
        steady,
        "SELECT string_agg(n, ' ' ORDER BY n) FROM (VALUES ('b'),('A'),('a'),('B'),('é')) v(n)",
    )
    [(encoding, locale)] = query(
        steady,
        "SELECT pg_encoding_to_char(encoding), datlocale FROM pg_database "
        "WHERE datname='porchlight'",
    )

    assert str(version).startswith(f"{MAJOR_VERSION}.")
    assert (encoding, locale) == ("UTF8", "C.UTF-8")
    assert "--builtin-locale=C.UTF-8" in LOCALE_ARGUMENTS
    assert names == "A B a b é"


def test_only_the_owner_can_reach_the_sockets_and_nobody_the_network(steady):
    [(listening,)] = query(steady, "SHOW listen_addresses")

    assert listening == ""
    assert redis(steady, "CONFIG GET port").split()[-1] == "0"
    for path in (steady.sockets, steady.sockets / ".s.PGSQL.5432", Broker(steady).socket):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_an_error_in_the_log_shows_no_value_of_the_statement(steady):
    query(steady, "CREATE TABLE youth (name text PRIMARY KEY)")
    query(steady, "INSERT INTO youth VALUES ('Canary Name')")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        query(steady, "INSERT INTO youth VALUES ('Canary Name')")
    log = (steady.logs / "postgres.log").read_text()

    assert "duplicate key value" in log
    assert "Canary" not in log


def test_a_killed_server_is_started_again_with_every_committed_row(state, capsys):
    with running(state) as supervisor:
        query(state, "CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)")
        redis(state, "SET kept 7")
        redis(state, "CONFIG SET appendfsync always")
        for child in supervisor.children:
            os.kill(child.process.pid, signal.SIGKILL)
            child.process.wait()
        postgres, broker = Postgres(state), Broker(state)
        supervisor.wait_until(
            lambda: postgres.is_ready() and broker.is_ready(), seconds=20, what="The services"
        )

        assert query(state, "SELECT x FROM kept") == [(7,)]
        assert "7" in redis(state, "GET kept")
    said = capsys.readouterr().out
    assert "postgres  | ended by signal SIGKILL; starting it again" in said
    assert "redis     | ended by signal SIGKILL; starting it again" in said


def test_two_starts_at_the_same_moment_do_not_hurt_each_other(state):
    script = (
        "import sys, time; from pathlib import Path;"
        "from casework.local.state import State, AlreadyRunning;"
        "from casework.local.supervisor import Supervisor;"
        "from casework.local.services import start_services;"
        "state = State('test', Path(sys.argv[1]), outside=Path(sys.argv[2]))\n"
        "try:\n"
        "    with state.held(), Supervisor(state.processes) as s:\n"
        "        start_services(state, s, {}, throwaway=True); print('ran'); time.sleep(1)\n"
        "except AlreadyRunning: print('already running')\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(state.folder), str(state.outside)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    said = sorted(process.communicate(timeout=30)[0].strip() for process in both)

    assert said == ["already running", "ran"]
    assert [process.returncode for process in both] == [0, 0]


def test_an_interrupted_first_start_is_begun_again(state):
    half = state.server_home / "pg.init"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    with running(state, throwaway=True):
        assert query(state, "SELECT 1") == [(1,)]

    assert not half.exists()


def test_a_lock_file_that_names_an_unrelated_process_does_not_stop_the_start(state):
    with running(state, throwaway=True):
        pass
    lock = state.server_home / "pg" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{lock.parent}\n0\n5432\n{state.sockets}\n\n\n")

    with running(state, throwaway=True):
        assert query(state, "SELECT 1") == [(1,)]


@pytest.mark.parametrize("part", ["with spaces in it", "d" * 130])
def test_services_start_whatever_the_path_of_the_checkout(place, part):
    state = State("test", place / part / "state", outside=place)
    try:
        with running(state, throwaway=True):
            assert query(state, "SELECT 1") == [(1,)]
            assert "PONG" in redis(state, "PING")
    finally:
        state.remove()


@needs_root
def test_root_can_work_in_a_home_that_is_closed_to_everyone_else(place, monkeypatch):
    home, outside = place / "home", place / "outside"
    home.mkdir(mode=0o700)
    outside.mkdir()
    state = State("test", home / "state", outside=outside)
    installed = find_installation()
    package = installed.parent
    for part in (installed, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, home / "env" / part.relative_to(package.parent), symlinks=True)
    closed = home / "env" / package.name / installed.name
    monkeypatch.setattr("casework.local.postgres.find_installation", lambda: closed)
    try:
        with running(state, throwaway=True):
            assert query(state, "SELECT 1") == [(1,)]

        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert Postgres(state).data.is_relative_to(outside)
        assert Postgres(state).binaries().is_relative_to(outside)
    finally:
        state.remove()
    assert list(outside.iterdir()) == []


def test_services_that_the_person_named_are_not_started(state):
    given = {"DATABASE_URL": "postgres://db/x", "REDIS_URL": "redis://r/0"}

    with Supervisor(state.processes) as supervisor:
        start_services(state, supervisor, given)

        assert supervisor.children == []
    assert addresses(state, given) == given


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start does it")
def test_a_killed_launcher_leaves_no_server(state):
    script = (
        "import sys, time; from pathlib import Path;"
        "from casework.local.state import State;"
        "from casework.local.supervisor import Supervisor;"
        "from casework.local.services import start_services;"
        "state = State('test', Path(sys.argv[1]), outside=Path(sys.argv[2]))\n"
        "with state.held(), Supervisor(state.processes) as s:\n"
        "    start_services(state, s, {}, throwaway=True); print('ran', flush=True); s.run_forever()\n"
    )
    launcher = subprocess.Popen(
        [sys.executable, "-c", script, str(state.folder), str(state.outside)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert launcher.stdout
    assert launcher.stdout.readline() == "ran\n"

    launcher.kill()
    launcher.communicate()

    give_up_at = time.monotonic() + 10
    while Postgres(state).is_ready() or Broker(state).is_ready():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    with running(state, throwaway=True):
        assert query(state, "SELECT 1") == [(1,)]
