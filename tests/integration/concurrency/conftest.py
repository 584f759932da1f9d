"""Many people at one moment, each on a connection of their own, with real commits."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

Result = TypeVar("Result")


@pytest.fixture(autouse=True)
def _real_commits(transactional_db: None) -> None:
    """What a test writes is committed, so that other connections see it."""


@pytest.fixture
def at_once() -> Callable[[Sequence[Callable[[], Result]]], list[Result]]:
    """Do all of these at the same moment, and return what each gave, in their order."""

    def run(acts: Sequence[Callable[[], Result]]) -> list[Result]:
        start = Barrier(len(acts), timeout=30)

        def act_when_all_are_ready(act: Callable[[], Result]) -> Result:
            try:
                start.wait()
                return act()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(acts)) as threads:
            waiting = [threads.submit(act_when_all_are_ready, act) for act in acts]
            return [act.result(timeout=60) for act in waiting]

    return run
