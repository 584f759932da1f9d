"""Small pieces that several models share."""

import uuid
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import Q


def public_id() -> "models.UUIDField[Any, Any]":
    """The id that may stand in an address or a log: random, so that it says nothing."""
    return models.UUIDField(default=uuid.uuid4, unique=True, editable=False)


def both_or_neither(*names: str) -> Q:
    """A condition for a constraint: either all the named columns are filled, or none."""
    return Q(**{f"{name}__isnull": True for name in names}) | Q(
        **{f"{name}__isnull": False for name in names}
    )


def in_order(earlier: str, later: str) -> Q:
    """A condition for a constraint: `later`, when it is known, is not before `earlier`."""
    return (
        Q(**{f"{later}__isnull": True})
        | Q(**{f"{earlier}__isnull": True})
        | Q(**{f"{later}__gte": models.F(earlier)})
    )


class Known(models.TextChoices):
    """An answer of three values: unknown is never No."""

    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_KNOWN = "not_known", "Not known yet"


def choices_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """A pure module's enum as the choices of a column."""
    return [(word.value, word.value) for word in words]
