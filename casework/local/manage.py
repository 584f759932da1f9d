"""`./run manage …`: manage.py with everything set, on services that run or are started for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from casework.local import environment
from casework.local.foreground import run_in_foreground
from casework.local.paths import ROOT
from casework.local.problem import Problem
from casework.local.serve import address_of, mail_port_of
from casework.local.services import start_services
from casework.local.state import DEMO, UP, State
from casework.local.supervisor import Supervisor


def manage(arguments: Sequence[str], state: State | None = None) -> int:
    """Run manage.py and give its exit code. Services that were started for it are stopped after.

    Raises Problem when it is unclear which data is meant, or when the state is busy.
    """
    state = state or the_one_meant()
    running = state.holder()
    address = running.address if running else None
    if running and address is None:  # another ./run manage, which will stop its services
        raise running
    state.make()
    variables = environment.for_server(
        state,
        os.environ,
        address=address or address_of("127.0.0.1", 8000),
        mail_port=mail_port_of(state),
    )
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    if running:
        return run_in_foreground(command, variables)
    with state.held(), Supervisor(state.processes) as supervisor:
        start_services(state, supervisor, os.environ)
        return run_in_foreground(command, variables)


def the_one_meant() -> State:
    """The state that runs; else the only one there is; else the demo's, as nothing is there yet."""
    running = [state for state in (DEMO, UP) if state.holder()]
    present = [state for state in (DEMO, UP) if state.folder.exists()]
    candidates = running or present or [DEMO]
    if len(candidates) > 1:
        raise Problem(
            "There is demo data and real data here. Say which you mean: "
            "./run manage --demo … or ./run manage --up …"
        )
    return candidates[0]
