"""A filter of the board as it stands in an address: ids and code words, nothing about anybody.

An address that says nothing about the status means youth who are missing: that is what the page is
called. All else that is not said is not limited.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from casework.access.board import (
    AgeBand,
    BoardFilter,
    DutyState,
    FlagIs,
    LengthBand,
    Scope,
    Status,
)
from casework.models import PlacementKind

Word = TypeVar("Word", bound=StrEnum)

ANY = "any"  # of the status: everybody with something left to do, whoever is back too
NOBODY = "nobody"  # of the worker
FACTOR = re.compile(r"(push|pull)\.[a-z][a-z0-9_]{0,50}")


def read_filter(said: Mapping[str, str]) -> BoardFilter:
    """The filter that an address asks for. What it does not know, it leaves out."""
    worker = said.get("worker", "")
    placement, factor = said.get("placement"), said.get("factor", "")
    return BoardFilter(
        scope=_word(Scope, said.get("scope")) or Scope.BELOW,
        unit=_id(said.get("unit")),
        worker=_id(worker),
        is_unassigned=worker == NOBODY,
        flag=_word(FlagIs, said.get("flag")),
        duty=_word(DutyState, said.get("duty")),
        age=_word(AgeBand, said.get("age")),
        placement=placement if placement in PlacementKind.values else None,
        length=_word(LengthBand, said.get("length")),
        factor=factor if FACTOR.fullmatch(factor) else None,
        status=None if said.get("status") == ANY else _status(said.get("status")),
    )


def read_query(query: str) -> BoardFilter:
    """The filter that was kept as text by `query_of`."""
    return read_filter(dict(parse_qsl(query)))


def said_by(wanted: BoardFilter) -> dict[str, str]:
    """What an address says to ask for this filter."""
    status = {None: ANY, Status.MISSING: ""}.get(wanted.status, wanted.status)
    said = {
        "scope": "" if wanted.scope is Scope.BELOW else wanted.scope,
        "unit": wanted.unit,
        "worker": NOBODY if wanted.is_unassigned else wanted.worker,
        "flag": wanted.flag,
        "duty": wanted.duty,
        "age": wanted.age,
        "placement": wanted.placement,
        "length": wanted.length,
        "factor": wanted.factor,
        "status": status,
    }
    return {name: str(value) for name, value in said.items() if value}


def query_of(wanted: BoardFilter, **more: str) -> str:
    """The filter as the query of an address, with what else it should say: "flag=endangered"."""
    return urlencode({**said_by(wanted), **more})


def _status(word: str | None) -> Status:
    return _word(Status, word) or Status.MISSING


def _word(words: type[Word], said: str | None) -> Word | None:
    return words(said) if said in set(words) else None


def _id(said: str | None) -> UUID | None:
    try:
        return UUID(said or "")
    except ValueError:
        return None
