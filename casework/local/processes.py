"""Starting one process so that it can always be ended, even after we were killed ourselves."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SECONDS_TO_END = 5.0
IS_LINUX = platform.system() == "Linux"
PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>; Linux only


@dataclass(frozen=True)
class Program:
    """A command that can be started, and started again when it ends by itself.

    `stop_signal` asks it to end in good order. With a `log` its words go to that file, else to
    the supervisor. With a `user` it runs as that one, which only root can ask for.
    """

    name: str
    command: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    log: Path | None = None
    user: str | None = None


def start(program: Program, records: Path, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Start `program` in a session of its own and leave a record of it in `records`.

    A session of its own: Ctrl-C in the terminal then reaches only us, and we stop our children
    in order. Raises FileNotFoundError or PermissionError when the command cannot be run.
    """
    process = subprocess.Popen(
        [str(word) for word in program.command],
        cwd=program.folder,
        env=dict(program.environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=program.user,
        group=primary_group(program.user),
        extra_groups=[] if program.user else None,
        preexec_fn=ends_with_us(program.stop_signal),
    )
    record = {"pid": process.pid, "birth": birth(process.pid), "signal": int(program.stop_signal)}
    (records / program.name).write_text(json.dumps(record))
    return process


def ends_with_us(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child does before it starts, so that Linux ends it should we be killed.

    Elsewhere there is no such promise, and `end_leftovers` does it at the next start.
    """
    if not IS_LINUX:
        return None
    prctl = ctypes.CDLL(None).prctl

    def before_exec() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop_signal))

    return before_exec


def primary_group(user: str | None) -> int | None:
    """The number of the group that `user` belongs to first."""
    if user is None:
        return None
    import pwd

    return pwd.getpwnam(user).pw_gid


def ask_to_end(pid: int, stop_signal: int) -> None:
    """Send the signal that asks for an end in good order."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, stop_signal)


def end_group(pid: int) -> None:
    """Kill whatever is left of the session that process `pid` led."""
    # macOS answers "not permitted" for a group in which only the dead are left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def end_leftovers(records: Path) -> list[str]:
    """End the processes that a killed supervisor left behind; give their names.

    A process is ours only if number and birth both match the record: numbers are used again.
    """
    ended = []
    for path in sorted(records.iterdir()) if records.exists() else []:
        try:
            record = json.loads(path.read_text())
            pid, born, stop_signal = record["pid"], record["birth"], record["signal"]
        except FileNotFoundError:  # another run clears up as well
            continue
        except (ValueError, KeyError, TypeError):  # killed while it was being written
            path.unlink(missing_ok=True)
            continue
        if born and birth(pid) == born:
            ended.append(path.name)
            ask_to_end(pid, stop_signal)
            give_up_at = time.monotonic() + SECONDS_TO_END
            while birth(pid) == born and time.monotonic() < give_up_at:
                time.sleep(0.02)
            if birth(pid) == born:
                end_group(pid)
        path.unlink(missing_ok=True)
    return ended


def birth(pid: int) -> str | None:
    """When process `pid` was started, in words of the system; None when there is none."""
    if IS_LINUX:
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        state, started = after_name[0], after_name[19]  # fields 3 and 22 of proc(5)
        return None if state in "ZX" else started
    asked = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or None
