"""`./run lock`: the exact versions of everything, with hashes, from pyproject.toml."""

from __future__ import annotations

import subprocess

from casework.local.bootstrap import DEVELOPMENT, LOCAL, PRODUCTION, get_uv
from casework.local.console import say
from casework.local.paths import ROOT
from casework.local.problem import Problem

COMMON = [
    "pip",
    "compile",
    "--universal",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-annotate",
    "--python-version",
    "3.11",
    "--quiet",
]


def write_lock_files() -> int:
    """Write the three lock files, each holding the smaller one's versions."""
    uv = get_uv()
    if uv is None:
        raise Problem("uv could not be installed, and only uv writes the lock files. Try later.")
    for target, words in {
        PRODUCTION: [],
        LOCAL: ["-c", PRODUCTION.name, "--group", "local"],
        DEVELOPMENT: ["-c", LOCAL.name, "--group", "local", "--group", "dev"],
    }.items():
        say("lock", target.name)
        command = [str(uv), *COMMON, "pyproject.toml", *words, "-o", target.name]
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            raise Problem(f"{target.name} could not be written; what uv said is above.")
    return 0
