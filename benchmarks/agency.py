"""The synthetic agencies in which is measured, and two people who log."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.test import override_settings
from django.utils import timezone

from benchmarks.database import empty_database
from casework.management.synthetic import make
from casework.management.synthetic.people import account
from casework.models import User

UNITS = 40
EPISODES_A_YOUTH = 1 / 4


# With more, past episodes have no duties, flags and answers: no list reads them, and 10,000,000 with
# all of them fill 70 GB of disk.
WITH_PAST_WORK = 2_000_000


@contextmanager
def agency_with(episodes: int) -> Iterator[None]:
    """A database of an agency with so many episodes, and a youth for every four of them."""
    with empty_database(), override_settings(DEMO=True):
        make.make_agency(
            youth=episodes // 4,
            episodes=episodes,
            now=timezone.now(),
            has_past_work=episodes <= WITH_PAST_WORK,
        )
        make.tidy()
        yield


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
