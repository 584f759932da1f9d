"""The Chromium that the browser journeys are driven with."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from casework.local.console import say

VARIABLE = "PORCHLIGHT_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PATHS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
HOW_TO_INSTALL = "apt-get install chromium   (macOS: brew install --cask chromium)"


def find_chromium() -> Path | None:
    """The browser's program: the one that PORCHLIGHT_CHROMIUM names, else one found here."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else next((p for p in MAC_PATHS if p.exists()), None)


def journeys_are_asked_for(pytest_arguments: Sequence[str]) -> bool:
    """Whether these arguments of pytest may select a test in tests/journeys."""
    paths = [word for word in pytest_arguments if word.startswith("tests")]
    return not paths or any(
        path.rstrip("/") == "tests" or path.startswith("tests/journeys") for path in paths
    )


def install_chromium() -> None:
    """Install Debian's chromium where that is ours to do: Debian itself, as root."""
    if os.geteuid() != 0 or not is_debian() or not shutil.which("apt-get"):
        return
    say("run", "Installing Debian's chromium for the browser journeys …")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    for words in ("update", "install --yes --no-install-recommends chromium"):
        done = subprocess.run(
            ["apt-get", "-qq", *words.split()],
            env=os.environ | quiet,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            say("run", f"apt-get {words} failed: {done.stderr.strip()[-300:]}")
            return


def is_debian() -> bool:
    """Whether this is Debian: elsewhere a package of that name may be something else."""
    release = Path("/etc/os-release")
    return release.exists() and "\nID=debian\n" in f"\n{release.read_text()}\n"
