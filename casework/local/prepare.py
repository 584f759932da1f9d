"""What comes before the servers: the database's tables, the static files, the demo data."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from casework.local import stamps
from casework.local.locks import locked
from casework.local.paths import ROOT, VAR
from casework.local.postgres import Postgres
from casework.local.processes import Program
from casework.local.state import State
from casework.local.supervisor import Supervisor

# Third-party packages bring migrations and static files of their own.
LOCK = ROOT / "requirements.lock"


def manage(*arguments: str, environment: Mapping[str, str]) -> Program:
    """A command of manage.py."""
    return Program(
        name=arguments[0].replace("make_demo_agency", "demo data"),
        command=[sys.executable, ROOT / "manage.py", *arguments],
        folder=ROOT,
        environment=environment,
    )


def migrate(supervisor: Supervisor, state: State, environment: Mapping[str, str]) -> None:
    """Bring the tables up to date; skipped when no migration changed since the last time.

    A database that someone else runs is asked every time: our stamp knows nothing of it.
    """
    mark = stamps.fingerprint([ROOT / "casework" / "migrations", LOCK])
    is_ours = environment["DATABASE_URL"] == Postgres(state).url
    if is_ours and stamps.is_current(state.folder, "migrate", mark):
        return
    supervisor.run(manage("migrate", "--verbosity", "0", environment=environment))
    if is_ours:
        stamps.set_stamp(state.folder, "migrate", mark)


def collect_static(supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    """Gather the static files; skipped when none changed since the last time.

    Every kind of running shares them, so only one gathers at a time.
    """
    settings = ROOT / "casework" / "config" / "settings.py"
    target = Path(environment["STATIC_ROOT"])
    mark = stamps.fingerprint([ROOT / "static", settings, LOCK]) + str(target)
    with locked(VAR / "static.lock"):
        if target.exists() and stamps.is_current(VAR, "collectstatic", mark):
            return
        supervisor.run(
            manage("collectstatic", "--no-input", "--verbosity", "0", environment=environment)
        )
        stamps.set_stamp(VAR, "collectstatic", mark)


def make_demo_data(supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    """Make the demo agency, or bring its open episodes near to the present again."""
    supervisor.run(manage("make_demo_agency", environment=environment))
