"""Where one kind of running keeps its things: demo, up and test never share data."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casework.local.paths import VAR
from casework.local.problem import Problem

# A Unix socket's path may have 108 bytes on Linux and 104 on macOS, the final zero included.
LONGEST_SOCKET_PATH = 100
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432.lock"


class AlreadyRunning(Problem):
    """Another process holds this state. `.pid` and `.address` tell which, as far as known."""

    def __init__(self, name: str, pid: int | None, address: str | None) -> None:
        self.pid, self.address = pid, address
        where = f" at {address}" if address else ""
        super().__init__(
            f"Porchlight ({name}) already runs{where}, as process {pid or 'unknown'}. "
            f"Use that one, or stop it first (Ctrl-C in its terminal, or: kill {pid or '<pid>'})."
        )


@dataclass(frozen=True)
class State:
    """One folder of data and what is kept where in it."""

    name: str
    folder: Path
    outside: Path = Path("/var/lib")  # for PostgreSQL's data, when its user may not enter `folder`

    @property
    def digest(self) -> str:
        """A short name of this folder and user, for places that are shared with others."""
        return hashlib.sha256(f"{os.getuid()}:{self.folder}".encode()).hexdigest()[:12]

    @property
    def server_home(self) -> Path:
        """The folder of PostgreSQL's data: `folder`, unless its user may not come that far.

        PostgreSQL refuses to run as root, so root runs it as another user; a folder inside
        root's own home is closed to that user, and opening up a home is not ours to do.
        """
        if server_user() is None or others_may_enter(self.folder):
            return self.folder
        return self.outside / f"porchlight-{self.digest}"

    @property
    def sockets(self) -> Path:
        """The folder of the services' sockets. A short plain path, whatever the checkout's is."""
        near = self.server_home / "sockets"
        plain = re.fullmatch(r"[\w/.+-]+", str(near), re.ASCII)
        if plain and len(os.fsencode(near)) + len(LONGEST_SOCKET_NAME) <= LONGEST_SOCKET_PATH:
            return near
        return Path("/tmp") / f"porchlight-{self.digest}" / "sockets"  # noqa: S108 (made private)

    @property
    def mail(self) -> Path:
        """The Maildir folder of the mail catcher."""
        return self.folder / "mail"

    @property
    def logs(self) -> Path:
        """The folder of the services' own logs."""
        return self.folder / "logs"

    @property
    def processes(self) -> Path:
        """The folder of the records of started processes."""
        return self.folder / "processes"

    def make(self) -> None:
        """Make the folders. Raises Problem when another user got hold of a shared name."""
        if server_user() is None:
            make_private(self.folder)
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o711)  # PostgreSQL's user passes through, and lists nothing
        for folder in (self.logs, self.processes):
            make_private(folder)
        for shared in {self.server_home, self.sockets.parent} - {self.folder}:
            make_private(shared)
            if server_user():
                shared.chmod(0o711)
        make_private(self.sockets, owner=server_user())

    def remove(self) -> None:
        """Delete everything of this state, wherever it is."""
        for folder in {self.folder, self.server_home, self.sockets.parent}:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def held(self, address: str | None = None) -> Iterator[None]:
        """Hold this state until the block ends. Raises AlreadyRunning when someone else does."""
        self.make()
        with (self.folder / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(self.name, *self._holder()) from None
            file.truncate(0)
            json.dump({"pid": os.getpid(), "address": address}, file)
            file.flush()
            yield
            file.truncate(0)

    def holder(self) -> AlreadyRunning | None:
        """Who holds this state now, or None."""
        try:
            file = (self.folder / "lock").open()
        except FileNotFoundError:
            return None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return AlreadyRunning(self.name, *self._holder())
        return None

    def _holder(self) -> tuple[int | None, str | None]:
        try:
            told = json.loads((self.folder / "lock").read_text())
        except (OSError, ValueError):  # it is just being written
            return None, None
        return told.get("pid"), told.get("address")


DEMO = State("demo", VAR / "demo")
UP = State("up", VAR / "up")


def state_for_tests() -> State:
    """A state of this process alone, so that two test runs can go side by side."""
    return State("test", VAR / "test" / str(os.getpid()), outside=Path("/tmp"))  # noqa: S108


def states_of_tests() -> list[State]:
    """Every test state on disk: of runs that go on, and of runs that were killed."""
    folders = sorted((VAR / "test").glob("*/"))
    return [State("test", folder, outside=Path("/tmp")) for folder in folders]  # noqa: S108


def server_user() -> str | None:
    """The user that PostgreSQL runs as, when it may not be the one who asked: root's stand-in."""
    return "nobody" if os.geteuid() == 0 else None


def others_may_enter(folder: Path) -> bool:
    """Whether a user with no rights of its own may pass into `folder` (or its nearest parent)."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return all(path.stat().st_mode & stat.S_IXOTH for path in (existing, *existing.parents))


def make_private(folder: Path, owner: str | None = None) -> None:
    """Make `folder` for its owner alone. Raises Problem when it is there and someone else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owners = {os.getuid()} | ({pwd.getpwnam(owner).pw_uid} if owner else set())
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise Problem(f"{folder} belongs to another user. Remove it, and start again.")
    if owner:
        shutil.chown(folder, owner)
    folder.chmod(0o700)
