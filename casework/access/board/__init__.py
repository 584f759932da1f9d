"""The board: the only road to the lists of episodes with work left, and to the figures above them.

Every list and figure starts from what the person may see (`reach.py`), is narrowed by one
`BoardFilter`, and is answered from the rows of `Standing` in the order of
`casework.policies.urgency`. Asked in SQL: a page is a handful of short index ranges one after the
other, which no query of Django's would say.
"""

from casework.access.board.changes import changes_since, fingerprint
from casework.access.board.figures import (
    OnTime,
    Tile,
    Tiles,
    Workload,
    last_30_days,
    tiles,
    workload,
)
from casework.access.board.filters import (
    AgeBand,
    BoardFilter,
    DutyState,
    FlagIs,
    LengthBand,
    Scope,
    Status,
)
from casework.access.board.pages import BoardPage, Cursor, page_of
from casework.access.board.rows import Row, rows_for

__all__ = [
    "AgeBand",
    "BoardFilter",
    "BoardPage",
    "Cursor",
    "DutyState",
    "FlagIs",
    "LengthBand",
    "OnTime",
    "Row",
    "Scope",
    "Status",
    "Tile",
    "Tiles",
    "Workload",
    "changes_since",
    "fingerprint",
    "last_30_days",
    "page_of",
    "rows_for",
    "tiles",
    "workload",
]
