"""`./run clean`: stop what runs, and delete everything that running made."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time

from casework.local.console import say
from casework.local.paths import VAR
from casework.local.problem import Problem
from casework.local.processes import end_leftovers
from casework.local.state import DEMO, UP, State, states_of_tests

SECONDS_TO_STOP = 15.0


def clean(*, is_sure: bool) -> int:
    """Delete var/. Real data is only deleted after a yes. Raises Problem when nobody can be asked."""
    if UP.folder.exists() and not is_sure:
        ask_about_real_data()
    for state in (DEMO, UP, *states_of_tests()):
        stop(state)
        state.remove()
    say("clean", f"Deleting {VAR} (environment, databases, mail, static files).")
    shutil.rmtree(VAR, ignore_errors=True)
    if VAR.exists():
        raise Problem(f"Not all of {VAR} could be deleted: some files are another user's.")
    return 0


def ask_about_real_data() -> None:
    """Let the person say yes to losing what `./run up` keeps."""
    warning = f"{UP.folder} holds the data of ./run up: youth, episodes, accounts."
    if not sys.stdin.isatty():
        raise Problem(f"{warning} To delete it as well: ./run clean --yes")
    if input(f"{warning} Delete it for good? Type yes: ").strip().lower() != "yes":
        raise Problem("Nothing was deleted.")


def stop(state: State) -> None:
    """Stop a running state, and what an interrupted one left."""
    running = state.holder()
    if running and running.pid:
        say("clean", f"Stopping Porchlight ({state.name}), process {running.pid}.")
        os.kill(running.pid, signal.SIGTERM)
        give_up_at = time.monotonic() + SECONDS_TO_STOP
        while state.holder():
            if time.monotonic() > give_up_at:
                raise Problem(f"Process {running.pid} does not stop. End it, and try again.")
            time.sleep(0.1)
    end_leftovers(state.processes)
