"""The Python environment in var/env, made from a lock file with hashes. Standard library only."""

from __future__ import annotations

import enum
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from casework.local.console import say
from casework.local.locks import locked
from casework.local.paths import ENV, ROOT, VAR
from casework.local.problem import Problem

PRODUCTION = ROOT / "requirements.lock"
LOCAL = ROOT / "requirements-local.lock"  # production, and PostgreSQL, Redis, the mail catcher
DEVELOPMENT = ROOT / "requirements-dev.lock"  # local, and the tests and checks
UV_LOCK = Path(__file__).with_name("boot.lock")
UV_FOLDER = VAR / "boot"
STAMP = ENV / "porchlight.json"
# The Python that is there whatever becomes of var/env, should that be the one running now.
BASE_PYTHON = getattr(sys, "_base_executable", None) or sys.executable


class Needs(enum.Enum):
    """What a command needs around it, smallest first."""

    NOTHING = 0
    LOCAL = 1
    DEVELOPMENT = 2


def ensure_environment(needs: Needs) -> Path:
    """The Python of an environment that has what `needs` says. Made or brought up to date.

    An environment for development serves everything, and is never made smaller. Raises Problem
    with the installer's own words when it fails.
    """
    python = ENV / "bin" / "python"
    if is_current(needs):
        return python
    with locked(VAR / "env.lock", waiting_for="it prepares the Python environment"):
        if is_current(needs):
            return python
        lock = DEVELOPMENT if DEVELOPMENT.name in (installed(), wanted(needs).name) else LOCAL
        say("run", f"Installing {lock.name} into var/env (the first time about 200 MB) …")
        make_environment()
        STAMP.unlink(missing_ok=True)  # until it is whole again
        install(lock, python)
        STAMP.write_text(json.dumps(stamp(lock)))
    return python


def wanted(needs: Needs) -> Path:
    """The lock file of what is needed."""
    return DEVELOPMENT if needs is Needs.DEVELOPMENT else LOCAL


def stamp(lock: Path) -> dict[str, str]:
    """What tells that an environment is that of this lock file and this folder."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return {"lock": lock.name, "digest": digest, "root": str(ROOT)}


def installed() -> str | None:
    """The name of the lock file that var/env was made from."""
    try:
        return str(json.loads(STAMP.read_text())["lock"])
    except (OSError, ValueError, KeyError):
        return None


def is_current(needs: Needs) -> bool:
    """Whether var/env has what is needed, at the versions of today's lock file."""
    if not (ENV / "bin" / "python").exists():  # also when the Python it points to is gone
        return False
    enough = {wanted(needs), DEVELOPMENT}
    return any(lock.name == installed() and read_stamp() == stamp(lock) for lock in enough)


def read_stamp() -> object:
    """The stamp of var/env, or None."""
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return None


def make_environment() -> None:
    """Make an empty environment, unless a usable one is there. One of a moved folder is not."""
    old = read_stamp()
    moved = isinstance(old, dict) and old.get("root") != str(ROOT)
    if (ENV / "bin" / "python").exists() and not moved:
        return
    shutil.rmtree(ENV, ignore_errors=True)
    run([BASE_PYTHON, "-m", "venv", "--without-pip", str(ENV)])


def install(lock: Path, python: Path) -> None:
    """Install exactly what `lock` holds: with uv, or with pip where uv cannot be had."""
    if uv := get_uv():
        # A cache beside the environment: files are linked, not copied, and `clean` finds them.
        cache = {"UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(VAR / "cache"))}
        words = ["pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(lock)]
        done = subprocess.run([str(uv), *words], env=os.environ | cache, check=False)
        if done.returncode == 0:
            return
        say("run", "uv could not install it; trying pip, which is slower …")
    words = ["install", "--quiet", "--require-hashes", "--requirement", str(lock)]
    run([*pip(), "--python", str(python), *words])


def get_uv() -> Path | None:
    """The pinned uv, installed into var/boot. None when it cannot be had."""
    uv = UV_FOLDER / "bin" / "uv"
    mark = UV_FOLDER / "uv.stamp"
    digest = hashlib.sha256(UV_LOCK.read_bytes()).hexdigest()
    if uv.exists() and mark.exists() and mark.read_text() == digest:
        return uv
    shutil.rmtree(UV_FOLDER, ignore_errors=True)
    words = ["--quiet", "--only-binary=:all:", "--require-hashes", "--requirement", str(UV_LOCK)]
    try:
        run([*pip(), "install", "--target", str(UV_FOLDER), *words])
    except Problem as problem:
        say("run", f"uv could not be installed: {problem}")
        return None
    mark.write_text(digest)
    return uv


def pip() -> list[str]:
    """A pip to install with: this Python's, else one in a small environment of its own.

    It only ever writes into var/, so a system whose Python is "externally managed" is left alone.
    """
    own = [BASE_PYTHON, "-m", "pip"]
    if subprocess.run([*own, "--version"], capture_output=True, check=False).returncode == 0:
        return own
    folder = VAR / "pip"
    if not (folder / "bin" / "pip").exists():
        shutil.rmtree(folder, ignore_errors=True)
        try:
            run([BASE_PYTHON, "-m", "venv", str(folder)])
        except Problem:
            version = sysconfig.get_python_version()
            raise Problem(
                f"This Python ({BASE_PYTHON}) can neither run pip nor make an environment. "
                f"On Debian and Ubuntu: apt-get install python{version}-venv"
            ) from None
    return [str(folder / "bin" / "python"), "-m", "pip"]


def run(command: Sequence[str]) -> None:
    """Run a command quietly. Raises Problem with its own words when it fails."""
    ours = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_REQUIRE_VIRTUALENV": "0"}
    done = subprocess.run(
        command, env=os.environ | ours, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-1500:]
        raise Problem(f"this did not work: {' '.join(command)}\n{said}")
