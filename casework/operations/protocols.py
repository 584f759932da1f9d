"""The protocols in use: read once, when the server starts."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

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
