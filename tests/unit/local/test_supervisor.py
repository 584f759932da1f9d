"""The supervisor: what crashes is started again, and stopping leaves no process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.local import processes, supervisor
from casework.local.paths import ROOT
from casework.local.problem import Problem
from casework.local.processes import Program
from casework.local.supervisor import StopRequested, Supervisor

SLEEP = "import time; print('awake', flush=True); time.sleep(60)"
IGNORE_TERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEP
# A program whose own child outlives it unless the whole group is ended.
WITH_GRANDCHILD = f"""
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {IGNORE_TERM!r}])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(60)
"""
# A supervisor of its own, to be killed from outside.
SUPERVISE = f"""
import sys
from pathlib import Path
from casework.local import processes
from casework.local.console import say
from casework.local.processes import Program
from casework.local.supervisor import Supervisor, StopRequested
folder = Path(sys.argv[1])
if sys.argv[2] == "without-parent-signal":
    processes.ends_with_us = lambda _: None
with Supervisor(folder) as supervisor:
    supervisor.start(Program("sleeper", [sys.executable, "-c", {SLEEP!r}], folder, {{}}))
    print("started", supervisor.children[0].process.pid, flush=True)
    try:
        supervisor.run_forever()
    except StopRequested:
        say("run", "stopping")
"""


@pytest.fixture
def records(tmp_path: Path) -> Path:
    folder = tmp_path / "processes"
    folder.mkdir()
    return folder


@pytest.fixture
def outer(records: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes to be ended after the test, whatever became of it."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
    processes.end_leftovers(records)


def python(name: str, code: str, *arguments: str, folder: Path) -> Program:
    return Program(name, [sys.executable, "-c", code, *arguments], folder, {"PATH": os.defpath})


def is_alive(pid: int) -> bool:
    return processes.birth(pid) is not None


def wait_until_gone(pid: int, seconds: float = 5) -> bool:
    give_up_at = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < give_up_at:
        time.sleep(0.02)
    return not is_alive(pid)


def test_a_program_that_crashes_is_started_again_and_that_is_said(records, capsys):
    with Supervisor(records) as watching:
        watching.start(python("sleeper", SLEEP, folder=records))
        first = watching.children[0].process.pid
        os.kill(first, signal.SIGKILL)
        watching.wait_until(
            lambda: bool((p := watching.children[0].process) and p.pid != first),
            seconds=5,
            what="sleeper",
        )

        assert is_alive(watching.children[0].process.pid)
    said = capsys.readouterr().out
    assert "ended by signal SIGKILL; starting it again in 0.5 s." in said


def test_a_program_that_keeps_crashing_is_started_less_and_less_often(records, capsys, monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)

    with Supervisor(records) as watching:
        watching.start(python("broken", "raise SystemExit(3)", folder=records))
        with pytest.raises(Problem, match="The web server did not start"):
            watching.wait_until(lambda: False, seconds=10, what="The web server")

    said = capsys.readouterr().out
    pauses = [line.rpartition(" in ")[2] for line in said.splitlines() if "with code 3" in line]
    assert pauses == ["0.01 s.", "0.02 s.", "0.04 s."]


def test_what_a_program_says_is_shown_with_its_name(records, capsys):
    with Supervisor(records) as watching:
        watching.run(python("speaker", "print('hello'); print('world', end='')", folder=records))

    assert capsys.readouterr().out == "speaker   | hello\nspeaker   | world\n"


def test_a_step_that_fails_stops_the_start(records):
    with (
        Supervisor(records) as watching,
        pytest.raises(Problem, match="migrate did not finish; what it said is above"),
    ):
        watching.run(python("migrate", "raise SystemExit(1)", folder=records))


def test_stopping_leaves_no_process_not_even_a_stubborn_grandchild(records, tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "SECONDS_TO_STOP", 0.3)
    note = tmp_path / "grandchild"

    with Supervisor(records) as watching:
        watching.start(python("stubborn", IGNORE_TERM, folder=records))
        watching.start(python("parent", WITH_GRANDCHILD, str(note), folder=records))
        watching.wait_until(lambda: note.exists() and bool(note.read_text()), seconds=5, what="it")
        pids = [child.process.pid for child in watching.children] + [int(note.read_text())]

    assert [pid for pid in pids if not wait_until_gone(pid)] == []
    assert list(records.iterdir()) == []


def test_later_programs_are_stopped_before_the_ones_they_lean_on(records, tmp_path):
    order = tmp_path / "order"
    on_term = (
        "import signal, sys, time, pathlib;"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit("
        "open(sys.argv[1], 'a').write(sys.argv[2] + '\\n') * 0));"
        "pathlib.Path(sys.argv[1] + sys.argv[2]).touch(); time.sleep(60)"
    )

    with Supervisor(records) as watching:
        watching.start(python("database", on_term, str(order), "database", folder=records))
        watching.start(python("web", on_term, str(order), "web", folder=records))
        marks = [Path(f"{order}{name}") for name in ("database", "web")]
        watching.wait_until(lambda: all(m.exists() for m in marks), seconds=5, what="they")

    assert order.read_text().split() == ["web", "database"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(records, outer, number):
    outer.append(start_supervisor(records))
    pid = started_pid(outer[0])

    outer[0].send_signal(number)
    said, _ = outer[0].communicate(timeout=10)

    assert "stopping" in said
    assert outer[0].returncode == 0
    assert not is_alive(pid)


def test_a_terminal_that_was_closed_does_not_keep_it_from_stopping(records, outer):
    outer.append(start_supervisor(records, "without-parent-signal"))
    pid = started_pid(outer[0])

    outer[0].stdout.close()
    outer[0].send_signal(signal.SIGHUP)

    assert wait_until_gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_supervisor_takes_its_programs_with_it(records, outer):
    outer.append(start_supervisor(records))
    pid = started_pid(outer[0])

    outer[0].kill()

    assert wait_until_gone(pid)


def test_what_a_killed_supervisor_left_is_ended_at_the_next_start(records, outer, capsys):
    outer.append(start_supervisor(records, "without-parent-signal"))
    pid = started_pid(outer[0])
    outer[0].kill()
    outer[0].wait()
    assert is_alive(pid)

    with Supervisor(records):
        assert wait_until_gone(pid)

    assert "left behind: sleeper" in capsys.readouterr().out


def test_a_process_that_only_has_the_number_of_an_old_one_is_left_alone(records):
    stranger = subprocess.Popen([sys.executable, "-c", SLEEP], stdout=subprocess.DEVNULL)
    record = {"pid": stranger.pid, "birth": "long ago", "signal": int(signal.SIGKILL)}
    (records / "sleeper").write_text(json.dumps(record))

    try:
        assert processes.end_leftovers(records) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_written_record_does_not_stop_the_next_start(records):
    (records / "sleeper").write_text('{"pid": 12')

    assert processes.end_leftovers(records) == []
    assert list(records.iterdir()) == []


def test_asking_to_stop_interrupts_a_long_step(records):
    with Supervisor(records) as watching:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(StopRequested):
            watching.run(python("long", SLEEP, folder=records))


def start_supervisor(records: Path, how: str = "as-usual") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, str(records), how],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def started_pid(process: subprocess.Popen[str]) -> int:
    """The number of the program it started, once that is running."""
    for line in process.stdout:
        if line.startswith("started"):
            pid = int(line.split()[1])
        if "awake" in line:
            return pid
    raise AssertionError("the supervisor ended before its program ran")
