"""Services and processes of our own, to be killed: PostgreSQL, Redis, worker, beat, web, catcher."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]

from casework.local import commands, environment
from casework.local.broker import Broker
from casework.local.paths import ROOT
from casework.local.ports import free_port
from casework.local.postgres import Postgres
from casework.local.processes import Program, end_group, start
from casework.local.state import State

SECONDS_TO_START = 60.0


class Stage:
    """All that runs, by name. Nothing is started again by itself: whoever kills also revives."""

    def __init__(self, folder: Path, *, tick: int = 1) -> None:
        self.state = State("storm", folder, outside=Path("/tmp"))  # noqa: S108
        self.postgres, self.broker = Postgres(self.state), Broker(self.state)
        self.mail = folder / "caught"
        self.mail_port, self.web_port = free_port(), free_port()
        own = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        self.environment = environment.for_tests(self.state, own) | {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "REMINDER_TICK_SECONDS": str(tick),
            "DJANGO_SETTINGS_MODULE": "casework.config.settings",
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start one part, and come back when it answers (worker and beat: at once)."""
        program, is_ready = self._programs()[name]
        log = (self.state.logs / f"{name}.log").open("ab")
        with log:
            self.running[name] = start(program, self.state.processes, log)
        until = time.monotonic() + SECONDS_TO_START
        while not is_ready():
            if time.monotonic() > until:
                raise SystemExit(f"{name} did not start: see {log.name}")
            time.sleep(0.05)

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a part, and to its children where it is SIGKILL; wait for its end."""
        process = self.running.pop(name)
        if how is signal.SIGKILL and name != "postgres":
            end_group(process.pid)
        else:
            process.send_signal(how)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            end_group(process.pid)
            process.wait()

    def kill_child(self) -> None:
        """Kill one of the worker's children; the worker makes another."""
        asked = subprocess.run(
            ["pgrep", "-P", str(self.running["worker"].pid)], capture_output=True, check=False
        )
        for child in asked.stdout.split()[-1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    def restart_postgres(self, how: signal.Signals) -> None:
        """Stop it (SIGQUIT: at once, without a word; SIGINT: in order), and start it again."""
        self.kill("postgres", how)
        self.start("postgres")

    def lose_redis(self, *, with_its_file: bool) -> None:
        """Kill it, and start it again, empty when it loses its file as well."""
        self.kill("redis")
        if with_its_file:
            shutil.rmtree(self.state.folder / "redis")
            self.broker.prepare()
        self.start("redis")

    def run(self, *words: str) -> None:
        """Run Python with these words in this environment, to its end."""
        subprocess.run([sys.executable, *words], cwd=ROOT, env=self.environment, check=True)

    def ask(self, question: str, **values: object) -> list[tuple[Any, ...]]:
        """Ask the database in SQL; again, where it goes away meanwhile."""
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                line = psycopg2.connect(self.environment["DATABASE_URL"])
                with contextlib.closing(line), line, line.cursor() as cursor:
                    cursor.execute(question, values)
                    return cursor.fetchall() if cursor.description else []
            except psycopg2.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def health(self) -> int:
        """The status that /health/ready answers with; 0 where nobody answers."""
        address = f"http://127.0.0.1:{self.web_port}/health/ready"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)
        except OSError:
            return 0

    def stop(self) -> None:
        """End all that runs, and delete what it left."""
        for name in reversed(list(self.running)):
            self.kill(name, signal.SIGINT if name == "postgres" else signal.SIGKILL)
        self.state.remove()

    def _programs(self) -> dict[str, tuple[Program, Callable[[], bool]]]:
        here = commands.with_this_python

        def ours(name: str, command: list[str]) -> Program:
            return Program(name, here(command), ROOT, self.environment)

        def at_once() -> bool:
            return True

        catcher = ["python", "-m", "benchmarks.storm.catcher", "--folder", str(self.mail)]
        folder = self.state.folder
        return {
            "postgres": (self.postgres.program(), self.postgres.is_ready),
            "redis": (self.broker.program(), self.broker.is_ready),
            "catcher": (ours("catcher", [*catcher, "--port", str(self.mail_port)]), at_once),
            "worker": (ours("worker", commands.worker()), at_once),
            "beat": (ours("beat", commands.beat(str(folder / "beat"))), at_once),
            "second beat": (ours("second-beat", commands.beat(str(folder / "beat-2"))), at_once),
            "web": (ours("web", commands.web(f"127.0.0.1:{self.web_port}")), at_once),
        }


@contextlib.contextmanager
def set_up(folder: Path, *, tick: int = 1) -> Iterator[Stage]:
    """A stage with empty tables, on which services and catcher run, and neither worker nor beat."""
    stage = Stage(folder, tick=tick)
    stage.state.make()
    stage.mail.mkdir()
    try:
        stage.postgres.prepare()
        stage.broker.prepare()
        for name in ("postgres", "redis", "catcher"):
            stage.start(name)
        stage.run("manage.py", "migrate", "--verbosity", "0")
        yield stage
    finally:
        stage.stop()
