"""The page of patterns as a whole: whose episodes, what is shown of them, and block after block."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from casework.access.patterns import below
from casework.models import Unit
from casework.presenters.pattern_blocks import (
    kind_block,
    length_block,
    month_block,
    part_of_day_block,
    place_block,
    repeat_block,
    unit_block,
    weekday_block,
)
from casework.presenters.pattern_factors import (
    PULL,
    PUSH,
    factor_block,
    together_block,
)
from casework.presenters.pattern_parts import Block, Reading, episodes_words


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """The page. Without blocks there is nothing to show, and `sentence` says why."""

    whose: str
    period: str
    zone: str
    sentence: str
    who_sees: str
    """Whether small numbers are hidden, and why."""
    blocks: Sequence[Block]


def patterns_of(reading: Reading, *, units: Sequence[Unit], chosen: Unit | None) -> Patterns:
    """The page for these units; `chosen` is the one on top, None the whole agency."""
    period, kind = reading.span.period, reading.span.kind
    whose = _whose(units, chosen)
    if kind is not None:
        whose = f"{whose}, youth in placements of one kind ({kind.label.lower()})"
    shows = reading.total >= (reading.floor or 1)
    return Patterns(
        whose=whose,
        period=period.words,
        zone=str(period.zone).rsplit("/", 1)[-1].replace("_", " "),
        sentence=_sentence(reading),
        who_sees=_who_sees(reading),
        blocks=_blocks(reading, units, chosen) if shows else [],
    )


def _whose(units: Sequence[Unit], chosen: Unit | None) -> str:
    if chosen is None:
        return "the whole agency"
    has_units_below = any(unit.parent_id == chosen.pk for unit in units)
    return f"{chosen.name} and the units below it" if has_units_below else chosen.name


def _sentence(reading: Reading) -> str:
    if reading.total == 0:
        return "No youth was missing in this time."
    if reading.floor and reading.total < reading.floor:
        return f"Fewer than {reading.floor} episodes started: too few to show anything of them."
    started = f"{episodes_words(reading.total)} started"
    youth = reading.counts.youth
    if reading.floor and 0 < reading.total - youth < reading.floor or youth < (reading.floor or 0):
        return f"{started}."  # the difference would tell how few were missing more than once
    return f"{started}, involving {youth:,} youth."


def _who_sees(reading: Reading) -> str:
    if reading.floor is None:
        return (
            "You see every number, small ones too, because you see these youth anyway. "
            "Keep this page inside the unit: small numbers can point at a youth."
        )
    return (
        f"Numbers from 1 to {reading.floor - 1} are hidden, and with them whatever would lead back "
        "to them. Nothing here names a youth, a worker or a place."
    )


def _blocks(reading: Reading, units: Sequence[Unit], chosen: Unit | None) -> list[Block]:
    blocks = [
        factor_block(reading, PUSH),
        factor_block(reading, PULL),
        together_block(reading),
        kind_block(reading),
    ]
    if not reading.hides_small:
        blocks.append(place_block(reading))
    blocks.append(month_block(reading))
    parts = _unit_parts(reading, units, chosen)
    if len(parts) > 1:
        blocks.append(unit_block(reading, parts))
    return [
        *blocks,
        repeat_block(reading),
        length_block(reading),
        part_of_day_block(reading),
        weekday_block(reading),
    ]


def _unit_parts(
    reading: Reading, units: Sequence[Unit], chosen: Unit | None
) -> list[tuple[str, Sequence[Unit], str]]:
    """The units under the chosen one, each with all below it, and the chosen one by itself."""
    tops = [unit for unit in units if unit.parent_id is None]
    head = chosen or (tops[0] if len(tops) == 1 else None)
    children = [unit for unit in units if unit.parent_id == head.pk] if head else tops
    parts: list[tuple[str, Sequence[Unit], str]] = [
        (unit.name, below(units, unit), "" if reading.hides_small else _address(reading, unit))
        for unit in children
    ]
    if head is not None and children:
        parts.append((f"{head.name}, no unit below", [head], ""))
    return parts


def _address(reading: Reading, unit: Unit) -> str:
    asked = {"period": reading.span.period.code, "unit": str(unit.public_id)}
    if reading.span.kind:
        asked["kind"] = reading.span.kind.value
    return f"{reverse('patterns')}?{urlencode(asked)}"
