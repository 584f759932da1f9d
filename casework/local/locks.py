"""A lock between processes. The system lets go of it when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from casework.local.console import say


@contextlib.contextmanager
def locked(path: Path, waiting_for: str = "") -> Iterator[None]:
    """Hold the lock `path` for the block; wait for another holder, saying what for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting_for:
                say("run", f"Waiting for another ./run: {waiting_for} …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
