"""The synthetic agency in which intake is measured, and two people of it who log."""

from dataclasses import dataclass
from datetime import datetime

from casework.management.synthetic import make
from casework.management.synthetic.people import account
from casework.models import User

UNITS = 40
EPISODES_A_YOUTH = 1 / 4


@dataclass(frozen=True)
class Agency:
    """Two people who log, and how many youth are on file: the n-th has the case number SYN-n."""

    caseworker: User
    on_call: User
    youth: int


def make_agency(youth: int, *, now: datetime) -> Agency:
    """Fill an empty database with `youth` youth: names and their keys, placements, episodes."""
    make.make_agency(
        youth=youth, episodes=max(1, round(youth * EPISODES_A_YOUTH)), now=now, units=UNITS
    )
    make.tidy()
    return Agency(account("caseworker-1-1"), account("oncall"), youth)
