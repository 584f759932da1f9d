"""The protocols in use: read once, when the server starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db.models import Count

from casework.models import Episode, Unit
from casework.policies.protocols import Protocol, load_protocols

FEDERAL_BASE = "us"


@cache
def protocols_in_use() -> Mapping[str, Protocol]:
    """Every protocol of `PROTOCOL_DIRS`, by its code. Raises `ProtocolError` for a broken file."""
    return load_protocols(settings.PROTOCOL_DIRS)


def protocol_for(jurisdiction: str) -> Protocol:
    """The protocol of a jurisdiction; the federal base where we know no other."""
    protocols = protocols_in_use()
    return protocols.get(jurisdiction) or protocols[FEDERAL_BASE]


def is_agencys_own(code: str) -> bool:
    """Whether a protocol's file lies in a folder of the agency, not among Porchlight's own."""
    return not (settings.PROTOCOL_DIRS[0] / f"{code}.toml").is_file()


@dataclass(frozen=True, kw_only=True)
class Use:
    """Who goes by a protocol: units by name, and how many open episodes."""

    units: tuple[str, ...] = ()
    open_episodes: int = 0


def uses() -> Mapping[str, Use]:
    """Who goes by what, by jurisdiction; also jurisdictions of which there is no protocol."""
    units: dict[str, tuple[str, ...]] = {}
    for name, jurisdiction in Unit.objects.order_by("name").values_list("name", "jurisdiction"):
        units[jurisdiction] = (*units.get(jurisdiction, ()), name)
    open_episodes = dict(
        Episode.objects.open()
        .order_by("jurisdiction")
        .values_list("jurisdiction")
        .annotate(episodes=Count("pk"))
    )
    return {
        jurisdiction: Use(
            units=units.get(jurisdiction, ()), open_episodes=open_episodes.get(jurisdiction, 0)
        )
        for jurisdiction in sorted({*units, *open_episodes})
    }
