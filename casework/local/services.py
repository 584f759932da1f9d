"""PostgreSQL and the broker, started where nobody named others."""

from __future__ import annotations

from collections.abc import Mapping

from casework.local import stamps
from casework.local.broker import Broker
from casework.local.postgres import Postgres
from casework.local.state import State
from casework.local.supervisor import Supervisor

SECONDS_TO_START = 120.0  # after a power cut PostgreSQL reads its whole journal first


def addresses(state: State, given: Mapping[str, str]) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL: as `given` where they are, else of this state's services."""
    return {
        "DATABASE_URL": given.get("DATABASE_URL") or Postgres(state).url,
        "REDIS_URL": given.get("REDIS_URL") or Broker(state).url,
    }


def start_services(
    state: State, supervisor: Supervisor, given: Mapping[str, str], *, throwaway: bool = False
) -> None:
    """Start what `given` does not name, and come back when it answers.

    Raises Problem, with the end of the server's own log, when it does not come up.
    """
    postgres, broker = Postgres(state, throwaway=throwaway), Broker(state)
    own: list[Postgres | Broker] = []
    if not given.get("DATABASE_URL"):
        if postgres.prepare():
            stamps.forget(state)
        own.append(postgres)
    if not given.get("REDIS_URL"):
        broker.prepare()
        own.append(broker)
    supervisor.start(*(service.program() for service in own))
    for service in own:
        what = service.program().name
        supervisor.wait_until(service.is_ready, seconds=SECONDS_TO_START, what=what)
