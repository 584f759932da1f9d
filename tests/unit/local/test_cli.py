"""The command line: what is meant, and clear words when it cannot be done."""

import os
import socket
import subprocess
import sys

import pytest

from casework.local import cli
from casework.local.bootstrap import Needs
from casework.local.paths import ROOT
from casework.local.ports import refuse_taken_port
from casework.local.problem import Problem
from casework.local.state import UP


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "run"), *arguments], capture_output=True, text=True, check=False
    )


def test_an_unknown_command_is_an_error_that_names_the_known_ones():
    done = run("dmeo")

    assert done.returncode == 2
    assert "invalid choice: 'dmeo'" in done.stderr
    assert "demo" in done.stderr
    assert "test" in done.stderr


def test_help_names_every_command_without_preparing_anything():
    done = run("--help")

    assert done.returncode == 0
    for command in ("demo", "up", "test", "check", "bench", "manage", "lock", "clean"):
        assert f"\n    {command} " in done.stdout


def test_everything_after_test_is_for_pytest():
    options = cli.parse(["test", "--help", "-k", "due", "tests/unit"])

    assert options.rest == ["--help", "-k", "due", "tests/unit"]
    assert options.needs is Needs.DEVELOPMENT


def test_everything_after_bench_is_for_the_benchmarks():
    options = cli.parse(["bench", "intake", "--youth", "1000"])

    assert options.rest == ["intake", "--youth", "1000"]


def test_everything_after_manage_is_for_manage_but_the_choice_of_data():
    options = cli.parse(["manage", "--up", "migrate", "--plan"])

    assert options.rest == ["migrate", "--plan"]
    assert options.state is UP


def test_a_port_that_cannot_be_is_refused(capsys):
    with pytest.raises(SystemExit):
        cli.parse(["demo", "--port", "70000"])

    assert "a port is a number from 1 to 65535" in capsys.readouterr().err


def test_a_taken_port_is_an_error_that_names_the_fix():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(Problem) as raised:
            refuse_taken_port("demo", "127.0.0.1", port)

    said = str(raised.value)
    assert f"Port {port} on 127.0.0.1 is taken" in said
    assert "./run demo --port " in said
    suggested = int(said.rpartition(" ")[2])
    refuse_taken_port("demo", "127.0.0.1", suggested)


def test_a_taken_port_is_found_before_anything_slow_is_done(monkeypatch, capsys):
    def too_late(_: Needs) -> None:
        raise AssertionError("the environment was prepared first")

    monkeypatch.setattr(cli, "ensure_environment", too_late)
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    with socket.create_server(("127.0.0.1", 0)) as other:
        code = cli.launch(["up", "--port", str(other.getsockname()[1])])

    assert code == 1
    assert "is taken by another program" in capsys.readouterr().err


def test_an_address_of_another_machine_is_refused_with_words():
    with pytest.raises(Problem, match="cannot listen on 203.0.113.1"):
        refuse_taken_port("demo", "203.0.113.1", 8000)


def test_an_old_python_is_told_what_to_install(tmp_path):
    code = (
        f"import sys; sys.version_info = (3, 9, 2); sys.argv = ['run'];"
        f"exec(compile(open({str(ROOT / 'run')!r}).read(), 'run', 'exec'))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this is Python 3.9" in done.stderr
