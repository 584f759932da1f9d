"""The rows of a page: each episode with what a list shows of it, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from casework.access.board.filters import Scope
from casework.access.board.reach import reach_of
from casework.models import Duty, EndReason, Episode, Flag, Lane, Standing, Unit, User
from casework.policies.urgency import NEVER, Band, Case, band_of

LATELY = timedelta(days=90)
# What a list shows, and no more: fifty whole records take three times as long to read and to make.
# A column that is missing here costs a query a row, which the tests of the pages would say.
_SHOWN = (
    *(
        "lane",
        "told_at",
        "missing_since_at",
        "ended_at",
        "is_assessed",
        "next_due_at",
        "open_duties",
    ),
    *("unit_id", "youth_id"),
    *(
        f"episode__{name}"
        for name in (
            *("public_id", "reference", "time_zone", "left_from", "police_called"),
            *("told_at", "last_seen_at", "last_seen_precision", "located_at", "returned_at"),
            *("ended_at", "end_reason", "youth_id", "unit_id", "placement_id", "assigned_to_id"),
        )
    ),
    *(
        f"episode__youth__{name}"
        for name in ("public_id", "given_name", "family_name", "nickname", "aliases", "born_on")
    ),
    *(f"episode__placement__{name}" for name in ("name", "kind")),
    *(
        f"next_duty__{name}"
        for name in (
            *("public_id", "episode_id", "code", "title", "round", "phase", "is_provisional"),
            *("due_at", "target_at", "counted_from_at", "rule"),
            *("done_at", "not_needed_at", "withdrawn_at", "tried_at"),
        )
    ),
)
_OF_FLAG = (
    *("episode_id", "public_id", "code", "mark", "says", "raised_at", "needs_second_person"),
    *("set_aside_at", "agreed_at", "confirmed_at", "review_at"),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One episode in a list."""

    episode: Episode
    """With its youth, unit, placement and worker."""
    band: Band
    next_duty: Duty | None
    """The one that is due first; where none has a due time the first of the others."""
    open_duties: int
    flags: Sequence[Flag]
    """All of the episode, also those set aside; the first raised leads."""
    is_assessed: bool | None
    """None: there was no assessment yet."""
    missing_since: datetime
    episodes_in_90_days: int
    """Of the youth, in the 90 days before `now`, those opened in error left out."""


def rows_for(ids: Sequence[int], user: User, *, now: datetime) -> list[Row]:
    """These episodes in this order. Left out: what is out of scope, or has no work left by now."""
    reach = reach_of(user, Scope.BELOW)
    if reach.is_nothing or not ids:
        return []
    found = {one.pk: one for one in _standings(ids, now=now) if reach.holds(one.unit_id)}
    _add_units_and_workers([one.episode for one in found.values()])
    flags: dict[int, list[Flag]] = {}
    for flag in (
        Flag.objects.filter(episode__in=list(found)).only(*_OF_FLAG).order_by("raised_at", "id")
    ):
        flags.setdefault(flag.episode_id, []).append(flag)
    return [_row(found[pk], flags.get(pk, []), now=now) for pk in ids if pk in found]


def _standings(ids: Sequence[int], *, now: datetime) -> list[Standing]:
    lately = (
        Episode.objects.filter(
            youth=OuterRef("youth_id"), told_at__gt=now - LATELY, told_at__lte=now
        )
        .exclude(end_reason=EndReason.OPENED_IN_ERROR)
        .order_by()
        .values("youth")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return list(
        Standing.objects.filter(pk__in=list(ids))
        .select_related(
            "episode__youth",
            "episode__placement",
            "next_duty",
        )
        .only(*_SHOWN)
        .annotate(episodes_lately=Coalesce(Subquery(lately), 0))
        .order_by()
    )


def _add_units_and_workers(episodes: Sequence[Episode]) -> None:
    """Few units and people stand behind many rows: each is read and made once."""
    units = Unit.objects.only("name").in_bulk({one.unit_id for one in episodes})
    people = User.objects.only("name").in_bulk({one.assigned_to_id for one in episodes} - {None})
    for episode in episodes:
        episode.unit = units[episode.unit_id]
        if episode.assigned_to_id is not None:
            episode.assigned_to = people[episode.assigned_to_id]


def _row(standing: Standing, flags: Sequence[Flag], *, now: datetime) -> Row:
    episode, duty = standing.episode, standing.next_duty
    if duty is not None:
        duty.episode = episode
    return Row(
        episode=episode,
        band=band_of(case_of(standing), now=now),
        next_duty=duty,
        open_duties=standing.open_duties,
        flags=flags,
        is_assessed=standing.is_assessed,
        missing_since=standing.missing_since_at,
        episodes_in_90_days=standing.episodes_lately,  # type: ignore[attr-defined]
    )


def case_of(standing: Standing) -> Case:
    """What the order of this row depends on; the birth date only as far as the order needs it."""
    has_due_time = standing.next_due_at != NEVER
    return Case(
        # The lane says so of a youth who is missing; of one who is back no flag moves the place.
        is_endangered=standing.lane == Lane.ENDANGERED,
        is_assessed=bool(standing.is_assessed),
        is_open=standing.ended_at is None,
        told_at=standing.told_at,
        missing_since=standing.missing_since_at,
        next_due_at=standing.next_due_at if has_due_time else None,
        born_on=None,
        id=standing.pk,
    )
