"""`./run demo` to its first page: from an empty folder and an empty home, and once more."""

import contextlib
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.table import machine, show
from casework.local.postgres import LOCALE_ARGUMENTS, find_installation
from casework.local.processes import primary_group
from casework.local.state import server_user

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 300.0  # seconds; a first start downloads about 200 MB
PAUSE = 0.05
# The installer's own settings: an index or proxy that a machine needs stays in force.
KEPT = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
KEPT_STARTS = ("PIP_", "UV_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http", "no_proxy")


def run(*, rounds: int) -> None:
    """Start what HEAD holds `rounds` times in each way, and print the medians."""
    taken: dict[str, list[float]] = {}
    for number in range(1, rounds + 1):
        print(f"Round {number} of {rounds} …", flush=True)
        with tempfile.TemporaryDirectory(prefix="porchlight-start-") as folder:
            for way, seconds in one_round(Path(folder)).items():
                taken.setdefault(way, []).append(seconds)
    floor = statistics.median(taken[FLOOR])
    print(f"Start. {machine()}")
    show(
        f"./run demo to the first page (median of {rounds}), in seconds",
        ("what", "median", "slowest", "beside the floor"),
        [
            (way, f"{statistics.median(all_of):.1f}", f"{max(all_of):.1f}",
             f"{statistics.median(all_of) / floor:.1f} x")
            for way, all_of in taken.items()
        ],
    )  # fmt: skip


FLOOR = "floor: python -m venv, and a bare initdb"
COLD = "first start, nothing downloaded yet"
CACHED = "first start in a new folder, downloads kept"
AGAIN = "second start"


def one_round(folder: Path) -> dict[str, float]:
    """Each way once, in seconds."""
    folder.chmod(0o755)  # PostgreSQL's own user must come through
    environment = _as_a_newcomer(folder)
    taken = {FLOOR: _floor(folder)}
    first, second = folder / "first", folder / "second"
    for copy in (first, second):
        _copy_of_head(copy)
    taken[COLD] = _first_page(first, environment)
    taken[AGAIN] = _first_page(first, environment)
    taken[CACHED] = _first_page(second, environment)
    return taken


def _as_a_newcomer(folder: Path) -> Mapping[str, str]:
    """An empty home, and a download cache that is empty too."""
    home = folder / "home"
    home.mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or name.startswith(KEPT_STARTS)
    }
    return kept | {"HOME": str(home), "UV_CACHE_DIR": str(folder / "cache")}


def _copy_of_head(target: Path) -> None:
    """What a checkout of the latest commit holds, and nothing else."""
    target.mkdir()
    archive = subprocess.run(
        ["git", "-C", str(ROOT), "archive", "HEAD"], check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", str(target)], input=archive.stdout, check=True)


def _floor(folder: Path) -> float:
    """An environment with pip, and an empty PostgreSQL cluster: the least that a start needs."""
    began = time.monotonic()
    subprocess.run([_plain_python(), "-m", "venv", str(folder / "env")], check=True)
    data, user = folder / "pg", server_user()
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
    subprocess.run(
        [find_installation() / "bin" / "initdb", "-D", data, "--auth=trust", *LOCALE_ARGUMENTS],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=user,
        group=primary_group(user),
        extra_groups=[] if user else None,
    )
    return time.monotonic() - began


def _plain_python() -> str:
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _first_page(checkout: Path, environment: Mapping[str, str]) -> float:
    """Seconds until the sign-in page is there. Stops everything again before it returns."""
    port = _free_port()
    began = time.monotonic()
    with _running(checkout, port, environment) as demo:
        while not _is_answered(port):
            if demo.poll() is not None or time.monotonic() - began > LONGEST:
                log = (checkout / "demo.log").read_text()[-2000:]
                raise SystemExit(f"./run demo gave no page. The end of what it said:\n{log}")
            time.sleep(PAUSE)
        return time.monotonic() - began


@contextlib.contextmanager
def _running(
    checkout: Path, port: int, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (checkout / "demo.log").open("wb") as log:
        demo = subprocess.Popen(
            [_plain_python(), str(checkout / "run"), "demo", "--port", str(port)],
            env=dict(environment),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield demo
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(timeout=30)


def _is_answered(port: int) -> bool:
    """Whether the first page is there: the sign-in page, to which the address leads."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
