"""Work that need not be done again: a stamp says of which files it was done last."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from casework.local.state import State


def fingerprint(paths: Iterable[Path]) -> str:
    """One name for the contents of all these files, and of all files in these folders."""
    together = hashlib.sha256()
    for path in sorted(paths):
        inside = path.rglob("*") if path.is_dir() else [path]
        for file in sorted(f for f in inside if f.is_file() and f.suffix != ".pyc"):
            contents = hashlib.sha256(file.read_bytes()).hexdigest()
            together.update(f"{file}\0{contents}\n".encode())
    return together.hexdigest()


def is_current(folder: Path, work: str, mark: str) -> bool:
    """Whether `work` was last done with this `mark`."""
    stamp = folder / f"{work}.stamp"
    return stamp.exists() and stamp.read_text() == mark


def set_stamp(folder: Path, work: str, mark: str) -> None:
    """Remember that `work` is done."""
    (folder / f"{work}.stamp").write_text(mark)


def forget(state: State) -> None:
    """Forget everything that was done: the database is new."""
    for stamp in state.folder.glob("*.stamp"):
        stamp.unlink()
