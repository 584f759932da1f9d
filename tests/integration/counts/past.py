"""Episodes of the past, as short as a test can say them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from casework.access.counts import Counts, CountScope, count_period
from casework.models import EndReason, Episode, ReturnedTo, Unit
from casework.policies.count_periods import read_period
from tests.factories import EpisodeFactory, YouthFactory


def at(month: int, day: int, hour: int = 12, *, year: int = 2026) -> datetime:
    """A moment in UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def was_missing(
    unit: Unit,
    told_at: datetime,
    hours: float | None = None,
    *,
    ended_at: datetime | None = None,
    why: EndReason = EndReason.FOUND_ELSEWHERE,
    **fields: Any,
) -> Episode:
    """An episode; without hours or an end the youth is still missing."""
    if hours is not None:
        ended_at = told_at + timedelta(hours=hours)
    youth = fields.pop("youth", None) or YouthFactory(unit=unit)
    by = youth.recorded_by
    if ended_at is not None:
        fields = {
            "ended_at": ended_at,
            "ended_recorded_at": max(ended_at, told_at),
            "ended_by": by,
            "end_reason": why,
            **fields,
        }
        if why is EndReason.RETURNED:
            fields = {
                "returned_at": ended_at,
                "returned_recorded_at": ended_at,
                "returned_by": by,
                "returned_to": ReturnedTo.PLACEMENT,
                **fields,
            }
    return EpisodeFactory(
        **{
            "youth": youth,
            "unit": unit,
            "assigned_to": None,
            "recorded_by": by,
            "told_at": told_at,
            "recorded_at": told_at,
            "time_zone": unit.time_zone,
            **fields,
        }
    )


def counts_of(period: str, *units: Unit, now: datetime) -> Counts:
    """The counts of these units; the first one is on top."""
    scope = CountScope(unit=units[0] if units else None, units=units)
    return count_period(scope, read_period(period, starts=10), now=now)
