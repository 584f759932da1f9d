"""Small numbers that may not be shown, and none of which can be worked out from the others.

The rule of the Centers for Medicare & Medicaid Services for figures about people: a count of 1 to
10 is neither shown nor derivable; zero may be shown. Pure: no Django, no clock.

Whoever knows the total can subtract, so a small number never stays hidden alone. Larger cells are
hidden beside it, taken in the order of the table and never by their size, until each hidden small
number could be any other. A test goes through every small table there is and holds that up, even
against a reader who knows this rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FLOOR = 11  # the least number that is shown; under 4, what is hidden could be worked out
ENOUGH_FOR_SHARES = 20  # under so many cases a share says more than is known


@dataclass(frozen=True)
class Shown:
    """A number on its way to a page: as it is, or hidden."""

    number: int | None
    """None where it is hidden."""
    is_small: bool = False
    """Hidden because it is small; otherwise to protect another."""

    def words(self, *, floor: int = FLOOR) -> str:
        """What stands in its place: "31", "1 to 10", "hidden"."""
        if self.number is not None:
            return f"{self.number:,}"
        return f"1 to {floor - 1}" if self.is_small else "hidden"


def as_they_are(cells: Sequence[int]) -> list[Shown]:
    """Every number, for people who may see small ones."""
    return [Shown(cell) for cell in cells]


def hide_small(cells: Sequence[int], *, floor: int = FLOOR) -> list[Shown] | None:
    """The cells of a table whose total is known, with what must be hidden; None: show none of them.

    The cells add up to that total, in an order that has nothing to do with their size.
    """
    small = {at for at, cell in enumerate(cells) if 0 < cell < floor}
    if not small:
        return as_they_are(cells)
    hidden = set(small)
    for at, cell in enumerate(cells):
        if cell < floor:
            continue
        hidden.add(at)
        if _could_be_anything(cells, small, hidden, floor):
            return [
                Shown(None, is_small=at in small) if at in hidden else Shown(cell)
                for at, cell in enumerate(cells)
            ]
    return None


def share_words(part: int, of: int) -> str:
    """ "14 of 31 (45%)"; without the share under 20 cases, where it says more than is known."""
    if of < ENOUGH_FOR_SHARES:
        return f"{part:,} of {of:,}"
    return f"{part:,} of {of:,} ({round(100 * part / of)}%)"


def _could_be_anything(cells: Sequence[int], small: set[int], hidden: set[int], floor: int) -> bool:
    """Whether the hidden ones add up to so much that all small ones could be the largest such."""
    total = sum(cells[at] for at in hidden)
    return total >= (floor - 1) * len(small) + floor * (len(hidden) - len(small))
