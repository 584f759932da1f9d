"""Running one command that has the terminal to itself: pytest, or manage.py with a prompt."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from types import FrameType

from casework.local.paths import ROOT
from casework.local.processes import ends_with_us


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run it to its end in this checkout's folder and give its exit code.

    Ctrl-C reaches the command by itself, as it shares our terminal: we only wait. A signal that
    was sent to us alone is passed on.
    """
    child = subprocess.Popen(
        list(command),
        cwd=ROOT,
        env=dict(environment),
        preexec_fn=ends_with_us(signal.SIGTERM),
    )

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    former = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        signal.SIGTERM: signal.signal(signal.SIGTERM, pass_on),
        signal.SIGHUP: signal.signal(signal.SIGHUP, pass_on),
    }
    try:
        code = child.wait()
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
    return 128 - code if code < 0 else code  # as a shell says "ended by a signal"
