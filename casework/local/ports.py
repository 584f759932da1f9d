"""TCP ports of this machine."""

from __future__ import annotations

import errno
import socket

from casework.local.problem import Problem

LOOPBACK = "127.0.0.1"
PORTS_TO_TRY = 50


def refuse_taken_port(command: str, host: str, port: int) -> None:
    """Raise Problem, naming the fix, unless host:port can be listened on now."""
    try:
        listen(host, port).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Problem(
                f"Port {port} on {host} is taken by another program. "
                f"Choose another one: ./run {command} --port {next_free_port(host, port)}"
            ) from None
        if error.errno == errno.EACCES:
            raise Problem(
                f"Only root may listen on port {port}. "
                f"Choose a higher one: ./run {command} --port 8000"
            ) from None
        raise Problem(
            f"This machine cannot listen on {host} ({error.strerror}). "
            f"Leave --host out, or name an address of this machine."
        ) from None


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to host:port. Raises OSError when that is not possible."""
    line = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind((host, port))
    except OSError:
        line.close()
        raise
    return line


def next_free_port(host: str, port: int) -> int:
    """The first free port after `port`, or any free one."""
    for candidate in range(port + 1, min(port + PORTS_TO_TRY, 65536)):
        try:
            listen(host, candidate).close()
        except OSError:
            continue
        return candidate
    return free_port()


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with listen(LOOPBACK, 0) as line:
        return int(line.getsockname()[1])
