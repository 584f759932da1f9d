"""What the board should say, worked out plainly from the records, one by one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from casework.access.board import BoardFilter, Cursor, page_of
from casework.models import Duty, Episode, Flag, Lane, Standing, User
from casework.policies.rules import Phase
from casework.policies.time_state import due_soon_lead
from casework.policies.urgency import NEVER, Case, sort_key, youngest_first
from casework.presenters.episodes import missing_for
from casework.presenters.flags import urgency

KEPT = [field.attname for field in Standing._meta.concrete_fields]
ENDANGERING = {"endangered", "likely_trafficking"}


def as_they_are() -> dict[int, dict[str, Any]]:
    """Every row of the board, by episode."""
    return {row["episode_id"]: row for row in Standing.objects.order_by().values(*KEPT)}


def as_they_should_be(now: datetime) -> dict[int, dict[str, Any]]:
    """The same from the records: no SQL of the board's has a part in it."""
    episodes = Episode.objects.select_related("youth", "placement").prefetch_related(
        Prefetch("duties", Duty.objects.order_by("id")), "flags", "assessments"
    )
    return {
        episode.pk: _row(episode, now)
        for episode in episodes.order_by("id")
        if episode.is_open or any(duty.is_open for duty in episode.duties.all())
    }


def live_cases(now: datetime) -> list[Case]:
    """What the printed order depends on, from the records."""
    births = dict(Episode.objects.values_list("pk", "youth__born_on"))
    return [
        Case(
            is_endangered=row["mark"] in ENDANGERING,
            is_assessed=bool(row["is_assessed"]),
            is_open=row["ended_at"] is None,
            told_at=row["told_at"],
            missing_since=row["missing_since_at"],
            next_due_at=None if row["next_due_at"] == NEVER else row["next_due_at"],
            born_on=births[pk],
            id=pk,
        )
        for pk, row in as_they_should_be(now).items()
    ]


def _row(episode: Episode, now: datetime) -> dict[str, Any]:
    duties = [duty for duty in episode.duties.all() if duty.is_open]
    for duty in duties:
        duty.episode = episode
    counted = [duty for duty in duties if duty.due_at and _counts(duty, episode)]
    first = (
        min(counted, key=lambda duty: (duty.due_at, not duty.target_at, duty.order, duty.pk))
        if counted
        else _first_without_time(duties, episode)
    )
    flag = _leading(episode)
    assessments = sorted(episode.assessments.all(), key=lambda one: (one.made_at, one.pk))
    is_assessed = assessments[-1].is_assessed if assessments else None
    due_at = first.due_at if first and counted else None
    lead = due_soon_lead(due_at - first.counted_from_at) if first and due_at else None
    return {
        "episode_id": episode.pk,
        "unit_id": episode.unit_id,
        "youth_id": episode.youth_id,
        "assigned_to_id": episode.assigned_to_id,
        "told_at": episode.told_at,
        "missing_since_at": missing_for(episode, now)[1],
        "located_at": episode.located_at,
        "ended_at": episode.ended_at,
        "mark": flag.mark if flag else "",
        "leading_flag_id": flag.pk if flag else None,
        "is_assessed": is_assessed,
        "lane": _lane(episode, flag, is_assessed),
        "next_due_at": due_at or NEVER,
        "soon_at": due_at - lead if due_at and lead else NEVER,
        "next_duty_id": first.pk if first else None,
        "open_duties": len(duties),
        "placement_kind": episode.placement.kind if episode.placement else "",
        "youngest_first": youngest_first(episode.youth.born_on),
    }


def _counts(duty: Duty, episode: Episode) -> bool:
    """Whether the duty's clock runs, or stands still past its due time."""
    if episode.ended_at is None or duty.phase == Phase.RETURN:
        return True
    return duty.due_at is not None and duty.due_at < episode.ended_at


def _first_without_time(duties: list[Duty], episode: Episode) -> Duty | None:
    return min(
        duties,
        key=lambda duty: (
            not _counts(duty, episode),
            duty.due_at or NEVER,
            not duty.target_at,
            duty.order,
            duty.pk,
        ),
        default=None,
    )


def _leading(episode: Episode) -> Flag | None:
    standing = [flag for flag in episode.flags.all() if flag.is_standing]
    return min(standing, key=urgency, default=None)


def _lane(episode: Episode, flag: Flag | None, is_assessed: bool | None) -> Lane:
    if episode.is_open and flag is not None and flag.mark in ENDANGERING:
        return Lane.ENDANGERED
    return Lane.ORDINARY if is_assessed or not episode.is_open else Lane.NOT_ASSESSED


def all_of(user: User, only: BoardFilter, *, now: datetime, size: int = 50) -> list[int]:
    """Every row of a list, page after page."""
    ids: list[int] = []
    page = page_of(user, only, now=now, size=size)
    ids += page.ids
    while page.next is not None:
        page = page_of(user, only, now=now, after=Cursor.read(str(page.next)), size=size)
        ids += page.ids
    return ids


def in_printed_order(cases: Sequence[Case], *, now: datetime) -> list[int]:
    """The ids of these cases as `casework.policies.urgency` sorts them."""
    return [case.id for case in sorted(cases, key=lambda case: sort_key(case, now=now))]
