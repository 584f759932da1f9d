"""Reminders as rows: the ladder of a duty, written when it is planned and grown while it repeats."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from django.conf import settings

from casework.models import Duty, Reminder, Topic
from casework.policies.ladder import Ladder, LadderStep, choose, climb, repeats_from, told_once
from casework.policies.ladder_files import load_ladders


@cache
def ladders_in_use() -> tuple[Ladder, ...]:
    """Every ladder of `PROTOCOL_DIRS`, an agency's own first. Raises `ProtocolError`."""
    return load_ladders(settings.PROTOCOL_DIRS)


def ladder_of(duty: Duty) -> Ladder | None:
    """The ladder that the duty climbs; None for one without a due time."""
    if duty.due_at is None:
        return None
    return choose(
        ladders_in_use(),
        duty.due_at - duty.counted_from_at,
        duty=duty.code,
        jurisdiction=duty.episode.jurisdiction,
    )


def steps_of(duty: Duty, *, now: datetime) -> tuple[LadderStep, ...]:
    """The steps to plan at `now`; for what is to be done at once, without a limit, one notice."""
    ladder = ladder_of(duty)
    if ladder is not None and duty.due_at is not None:
        return climb(
            ladder, counted_from_at=duty.counted_from_at, due_at=duty.due_at, planned_at=now
        )
    return told_once(now) if duty.target_at is not None else ()


def first_steps(duty: Duty, *, generation: int, now: datetime) -> list[Reminder]:
    """The reminders of a duty that is new, or open again for the n-th time; not saved yet."""
    return _rows(duty, steps_of(duty, now=now), generation=generation, now=now)


def next_repeats(sent: Iterable[Reminder], *, now: datetime) -> list[Reminder]:
    """For each repeat that goes out now, its successor to the same audience; not saved yet."""
    rows = []
    for reminder in sent:
        duty = reminder.duty
        ladder = ladder_of(duty) if duty else None
        if duty is None or duty.due_at is None or ladder is None:
            continue
        generation = int(reminder.dedupe_key.rpartition(":")[2])
        steps = repeats_from(ladder.repeating, due_at=duty.due_at, after=now)
        rows += _rows(
            duty,
            [step for step in steps if step.audience == reminder.audience],
            generation=generation,
            now=now,
        )
    return rows


def _rows(
    duty: Duty, steps: Iterable[LadderStep], *, generation: int, now: datetime
) -> list[Reminder]:
    topic = Topic.DUTY if duty.due_at else Topic.UNTIMED
    return [
        Reminder(
            episode_id=duty.episode_id,
            duty=duty,
            kind=step.kind,
            audience=step.audience,
            topic=topic,
            due_at=step.at,
            dedupe_key=f"{duty.public_id}:{step.code}:{generation}",
            planned_at=now,
        )
        for step in steps
    ]
