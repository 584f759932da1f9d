"""How the launcher speaks: one line a thought, with the speaker's name before it."""

from __future__ import annotations

import contextlib
import os
import sys

NAME_WIDTH = 10
COLORS = {"web": 36, "worker": 32, "beat": 35, "mail": 34, "postgres": 33, "redis": 31}


def say(speaker: str, words: str) -> None:
    """Print `words` as said by `speaker`. Colored when a person looks on and NO_COLOR is unset."""
    name = f"{speaker:<{NAME_WIDTH}}|"
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        name = f"\033[{COLORS.get(speaker, 1)}m{name}\033[0m"
    with contextlib.suppress(OSError):  # the terminal may be gone, and we must still stop in order
        print(name, words, flush=True)
