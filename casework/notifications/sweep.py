"""The sweep: everything that is due goes out, batch by batch. The database is the queue.

Any number of sweeps may run side by side, twice or late: by a worker at each tick of the clock, or
by `manage.py send_due_reminders` where no worker runs.
"""

import time
from collections.abc import Callable
from datetime import datetime

from casework.notifications.addressing import address_due
from casework.notifications.digest import make_digests
from casework.notifications.pulses import DIGEST, SWEEP, beat
from casework.notifications.sending import send_due


def sweep(*, clock: Callable[[], datetime], seconds: float, pulse: str = SWEEP) -> int:
    """Address and send what is due; begin no new batch after so many `seconds`.

    First all that reaches an inbox, then what leaves the house, so that one message a person holds
    all that fell due. `clock` is read before each batch. Returns how many reminders and messages were
    taken up; 0 when nothing was due. `pulse` names whoever sweeps.
    """
    began = time.monotonic()
    done = 0
    beat(pulse, now=clock())
    for step in (address_due, make_digests, send_due):
        while time.monotonic() - began < seconds:
            taken = step(now=clock())
            if not taken:
                break
            done += taken
            if step is make_digests:
                beat(DIGEST, now=clock())
    return done
