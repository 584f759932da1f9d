"""`./run test`, `./run check` and `./run bench`: on services of their own, which are gone afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence

from casework.local import browser, environment, prepare
from casework.local.console import say
from casework.local.foreground import run_in_foreground
from casework.local.paths import ENV, ROOT
from casework.local.processes import birth, ends_with_us
from casework.local.services import start_services
from casework.local.state import state_for_tests, states_of_tests
from casework.local.supervisor import Supervisor

# Named, not ".": outside a git checkout the tools would walk through var/ as well.
JOURNEYS = "tests/journeys"
SIGNALED = 128  # an exit code above it tells of a signal, as a shell says it
CODE = "casework risk tests docker benchmarks manage.py run"
CHECKS = {
    "lint": f"ruff check {CODE}",
    "format": f"ruff format --check {CODE}",
    "types": "mypy",
    "imports": "lint-imports --no-logo",
    "templates": "djlint templates --lint --quiet",
    "format of templates": "djade --check --target-version 5.2 templates/**/*.html",
    "Django's own checks": "python manage.py check",
    "migrations": "python manage.py makemigrations --check --dry-run",
    "generated pages": "python manage.py write_docs --check",
}


def test(pytest_arguments: Sequence[str]) -> int:
    """Run pytest and give its exit code.

    Everything is two runs side by side, as a journey mostly waits for its browser. Without a
    browser the journeys cannot run: said at the end, and a failure where CI=true.
    """
    has_browser = True
    if browser.journeys_are_asked_for(pytest_arguments):
        if not browser.find_chromium():
            browser.install_chromium()
        has_browser = browser.find_chromium() is not None
    is_everything = not pytest_arguments and has_browser
    code = _everything() if is_everything else _pytest(pytest_arguments)
    if not has_browser:
        print(
            "\nThe browser journeys did NOT run: there is no Chromium on this machine.\n"
            f"Install one, and run the tests again: {browser.HOW_TO_INSTALL}"
        )
        if os.environ.get("CI") == "true":
            return code or 1
    return code


def _pytest(arguments: Sequence[str]) -> int:
    """Run pytest on services of its own and give its exit code."""
    with services_for_tests() as variables:
        return run_in_foreground([sys.executable, "-m", "pytest", *arguments], variables)


def _everything() -> int:
    """Run the journeys beside the rest. What they print comes when the rest is done."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # as an exception it ends both
        signal.signal(number, lambda *_: sys.exit(SIGNALED + signal.SIGTERM))
    journeys = [sys.executable, "-m", "casework.local", "test", JOURNEYS]
    with tempfile.TemporaryFile("w+") as heard:
        beside = subprocess.Popen(
            journeys,
            cwd=ROOT,
            stdout=heard,
            stderr=subprocess.STDOUT,
            preexec_fn=ends_with_us(signal.SIGTERM),
        )
        try:
            say("test", f"{JOURNEYS} runs beside the rest; what it prints follows.")
            code = _pytest([f"--ignore={JOURNEYS}"])
            if code < SIGNALED:  # nobody asked us to stop
                beside.wait()
        finally:
            beside.terminate()
            code_beside = beside.wait()
            heard.seek(0)
            sys.stdout.write(heard.read())
            sys.stdout.flush()
    return code or code_beside


def check() -> int:
    """Run every check, also after one failed. Gives 1 when any failed."""
    failed = []
    with services_for_tests() as variables:
        for what, command in CHECKS.items():
            say("check", what)
            program, *words = command.split()
            words = [path for word in words for path in files_of(word)]
            if run_in_foreground([str(ENV / "bin" / program), *words], variables) != 0:
                failed.append(what)
    for what in failed:
        say("check", f"Failed: {what}: {CHECKS[what]}")
    if not failed:
        say("check", "All is well.")
    return 1 if failed else 0


def files_of(word: str) -> list[str]:
    """What a word of a command stands for: with a star all files that fit, else itself."""
    if "*" not in word:
        return [word]
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(word))


def bench(arguments: Sequence[str]) -> int:
    """Run benchmarks and give their exit code. Commits wait for the disk, as they do in use."""
    with services_for_tests(throwaway=False) as variables:
        return run_in_foreground([sys.executable, "-m", "benchmarks", *arguments], variables)


@contextlib.contextmanager
def services_for_tests(*, throwaway: bool = True) -> Iterator[dict[str, str]]:
    """The environment variables of fresh services, which are stopped and deleted afterwards.

    `throwaway`: PostgreSQL is told that its data need not survive, which is faster.
    """
    for left in states_of_tests():
        if is_abandoned(left.folder.name) and left.holder() is None:
            with Supervisor(left.processes):  # which ends its processes
                left.remove()
    state = state_for_tests()
    try:
        with state.held(), Supervisor(state.processes) as supervisor:
            variables = environment.for_tests(state, os.environ)
            start_services(state, supervisor, os.environ, throwaway=throwaway)
            if (ROOT / "manage.py").exists():
                prepare.collect_static(supervisor, variables)
            yield variables
    finally:
        state.remove()


def is_abandoned(process_number: str) -> bool:
    """Whether the run whose state is named after its process is over."""
    return birth(int(process_number)) is None
