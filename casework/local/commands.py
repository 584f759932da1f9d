"""The commands of the long-running parts, the same here and in docker-compose.yml.

`python` stands for the environment's own Python. `python -m` and not the scripts beside it: their
first line holds a path, which may be too long, have spaces, or be of a folder that was moved.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

WEB = [
    "python",
    "-m",
    "gunicorn",
    "casework.config.wsgi:application",
    "--worker-class",
    "gthread",
    "--workers",
    "2",
    "--threads",
    "4",
    "--graceful-timeout",
    "3",
    "--log-level",
    "warning",
    "--no-control-socket",
]
WORKER = [
    "python",
    "-m",
    "celery",
    "--quiet",
    "-A",
    "casework.config.celery",
    "worker",
    "--concurrency",
    "2",
    "--without-gossip",
    "--without-mingle",
    "--loglevel",
    "WARNING",
]
# One beat and no more: the sweep is safe with two, but each tick would be sent twice.
BEAT = [
    "python",
    "-m",
    "celery",
    "--quiet",
    "-A",
    "casework.config.celery",
    "beat",
    "--loglevel",
    "WARNING",
    "--pidfile=",
]
MAIL_CATCHER = ["python", "-m", "casework.local.mailcatcher"]


def web(bind: str) -> list[str]:
    """gunicorn, listening on `bind` (host:port)."""
    return [*WEB, "--bind", bind]


def worker() -> list[str]:
    """Celery's worker, which sends what is due."""
    return list(WORKER)


def beat(schedule: str) -> list[str]:
    """Celery's clock; it keeps its place in the file `schedule`."""
    return [*BEAT, "--schedule", schedule]


def mail_catcher(host: str, port: int, folder: str) -> list[str]:
    """A mail server that keeps every message in the Maildir `folder` and sends none on."""
    return [*MAIL_CATCHER, "--host", host, "--port", str(port), "--folder", folder]


def with_this_python(command: Sequence[str]) -> list[str]:
    """The command as it is started here."""
    return [sys.executable if word == "python" else word for word in command]
