"""Pages are read at a moment that stands still."""

import pytest


@pytest.fixture(autouse=True)
def _the_clock_stands(clock_stands: None) -> None:
    """Views read the test's `now`."""
