"""Places for services of a test's own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from casework.local.state import State


@contextmanager
def new_place() -> Iterator[Path]:
    """An empty folder that PostgreSQL's user may enter, as pytest's own would not be for root."""
    folder = Path(tempfile.mkdtemp(prefix="porchlight-place-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def place() -> Iterator[Path]:
    """A new place for this test."""
    with new_place() as folder:
        yield folder


@pytest.fixture
def state(place: Path) -> Iterator[State]:
    """A state to start services in."""
    state = State("test", place / "state", outside=place)
    state.make()
    yield state
    state.remove()


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another")
