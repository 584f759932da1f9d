"""Keeps programs running, shows what they say, and leaves none behind."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from casework.local import processes
from casework.local.console import say
from casework.local.problem import Problem
from casework.local.processes import Program

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_STOP = 4.0  # per wave; two waves, then what is left is killed: well within 10 seconds
STEADY_AFTER = 30.0  # seconds after which a crash counts as the first one again
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a crashed program is started again
CRASHES_BEFORE_READY = 3  # so many in a row while we wait for it: it will not come up


class StopRequested(KeyboardInterrupt):
    """Someone pressed Ctrl-C or sent a signal. Not an error, and not to be caught as one."""


@dataclass
class Child:
    """A program and its process, if it has one now."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    crashes: int = 0
    start_again_at: float = 0.0
    unfinished_line: bytes = b""


@dataclass
class Supervisor:
    """Use as a context: inside it signals are turned into StopRequested, after it all is stopped.

    One thread and no more: a process that has threads cannot safely prepare its children.
    Every wait is a series of `step`s, which is where output is shown and crashes are seen.
    """

    records: Path
    waves: list[list[Child]] = field(default_factory=list)
    stop_asked: bool = False

    def __post_init__(self) -> None:
        self._outputs = selectors.DefaultSelector()

    def __enter__(self) -> Supervisor:
        """Listen to signals, and end what a killed supervisor left."""
        self._former = {number: signal.signal(number, self._ask_stop) for number in STOP_SIGNALS}
        if left := processes.end_leftovers(self.records):
            say("run", f"Ended what an interrupted run left behind: {', '.join(left)}.")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything, the latest wave first."""
        try:
            self.stop()
        finally:
            for number, handler in self._former.items():
                signal.signal(number, handler)
            self._outputs.close()

    def _ask_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_asked = True

    @property
    def children(self) -> list[Child]:
        """All of them, in the order of their start."""
        return [child for wave in self.waves for child in wave]

    def start(self, *programs: Program) -> None:
        """Start programs that belong together. They are stopped together, before earlier ones."""
        self.waves.append(wave := [])
        for program in programs:
            wave.append(child := Child(program))
            self._start(child)

    def run(self, program: Program) -> None:
        """Run a program once, to its end. Raises Problem when it fails."""
        with self.apart(program) as child:
            assert child.process  # noqa: S101 (told to mypy: it was just started)
            while child.process.poll() is None:
                self.step()
            self._read_rest(child)
            if child.process.returncode != 0:
                raise Problem(f"{program.name} did not finish; what it said is above.")

    @contextlib.contextmanager
    def apart(self, program: Program) -> Iterator[Child]:
        """A started program that is allowed to end by itself, and is ended with the block."""
        child = Child(program)
        try:
            self._start(child)
            yield child
        finally:
            self._end([child])

    def wait_until(self, ready: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Wait until `ready()`. Raises Problem after `seconds`, or when a program keeps dying."""
        give_up_at = time.monotonic() + seconds
        while not ready():
            self.step()
            if hopeless := [c for c in self.children if c.crashes >= CRASHES_BEFORE_READY]:
                raise Problem(f"{what} did not start: {last_words(hopeless[0].program)}")
            if time.monotonic() > give_up_at:
                raise Problem(f"{what} did not start within {seconds:.0f} seconds.")

    def run_forever(self) -> None:
        """Watch until someone asks to stop, which raises StopRequested."""
        while True:
            self.step(seconds=0.25)

    def step(self, seconds: float = 0.05) -> None:
        """Show what was said, start again what ended. Raises StopRequested when asked to stop."""
        if self.stop_asked:
            raise StopRequested
        if self._outputs.get_map():
            for key, _ in self._outputs.select(seconds):
                self._read(key.data)
        else:
            time.sleep(seconds)
        for child in self.children:
            if child.process is None:
                if time.monotonic() >= child.start_again_at:
                    self._start(child)
            elif child.process.poll() is not None:
                self._bury(child)

    def stop(self) -> None:
        """Ask every program to end, kill those that do not, and leave no process."""
        self.stop_asked = True
        while self.waves:
            self._end(self.waves[-1])
            self.waves.pop()

    def _start(self, child: Child) -> None:
        program = child.program
        child.started_at = time.monotonic()
        if program.log:
            with program.log.open("ab") as log:
                child.process = processes.start(program, self.records, log)
            return
        child.process = processes.start(program, self.records, subprocess.PIPE)
        assert child.process.stdout  # noqa: S101 (told to mypy: it is a pipe)
        os.set_blocking(child.process.stdout.fileno(), False)
        self._outputs.register(child.process.stdout, selectors.EVENT_READ, child)

    def _bury(self, child: Child) -> None:
        """Say that a program ended by itself, and when it is started again."""
        assert child.process  # noqa: S101 (told to mypy: only called for one that ended)
        code = child.process.returncode
        self._end([child])
        lived = time.monotonic() - child.started_at
        child.crashes = 1 if lived > STEADY_AFTER else child.crashes + 1
        pause = min(FIRST_PAUSE * 2 ** (child.crashes - 1), LONGEST_PAUSE)
        child.start_again_at = time.monotonic() + pause
        say(child.program.name, f"ended {ending(code)}; starting it again in {pause:g} s.")

    def _end(self, children: list[Child]) -> None:
        living = [(child, child.process) for child in children if child.process]
        for child, process in living:
            if process.poll() is None:
                processes.ask_to_end(process.pid, child.program.stop_signal)
        give_up_at = time.monotonic() + SECONDS_TO_STOP
        while any(process.poll() is None for _, process in living):
            for child, _ in living:
                self._read(child)  # one that cannot write cannot end
            if time.monotonic() > give_up_at:
                break
            time.sleep(0.02)
        for child, process in living:
            processes.end_group(process.pid)
            process.wait()
            self._read_rest(child)
            (self.records / child.program.name).unlink(missing_ok=True)
            child.process = None

    def _read(self, child: Child) -> None:
        if child.process is None or child.process.stdout is None or child.process.stdout.closed:
            return
        try:
            chunk = os.read(child.process.stdout.fileno(), 65536)
        except BlockingIOError:
            return
        if not chunk:  # it closed its output: it ends, or goes on in silence
            self._outputs.unregister(child.process.stdout)
            child.process.stdout.close()
        *lines, child.unfinished_line = (child.unfinished_line + chunk).split(b"\n")
        for line in lines:
            say(child.program.name, line.decode(errors="replace").rstrip())

    def _read_rest(self, child: Child) -> None:
        """Show what is still in the pipe, and close it."""
        output = child.process.stdout if child.process else None
        if output and not output.closed:
            self._read(child)
        if output and not output.closed:
            self._outputs.unregister(output)
            output.close()
        if child.unfinished_line:
            say(child.program.name, child.unfinished_line.decode(errors="replace"))
            child.unfinished_line = b""


def ending(code: int) -> str:
    """The way a process ended, in words."""
    if code < 0:
        return f"by signal {signal.Signals(-code).name}"
    return "by itself" if code == 0 else f"with code {code}"


def last_words(program: Program) -> str:
    """Where its words are, and the end of them."""
    if program.log is None:
        return f"what {program.name} said is above."
    tail = program.log.read_text(errors="replace").splitlines()[-8:]
    return "\n  ".join([f"the end of {program.log}:", *tail])
