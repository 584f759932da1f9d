"""A planned duty in full, as data and as a table: what is due when, and by which rule.

The command `explain_protocol` and the page for admins both print what these functions give.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from casework.policies.due import Due, PlannedDuty
from casework.policies.time_phrases import moment

# Of a duty that comes back without an end, this many due times are shown.
SHOWN_ROUNDS = 4

Explained = dict[str, object]


def explain(planned: PlannedDuty, *, zone: ZoneInfo) -> Explained:
    """One duty as plain values, ready for JSON. Moments are ISO 8601 with the offset of `zone`.

    `anchor`, `rule`, `source` and `verified` are those of the rule that sets the due time;
    `considered` lists every rule that holds or may hold, the one that sets it among them.
    """
    rule, due = planned.rule, planned.due
    return {
        "code": rule.code,
        "title": rule.title,
        "phase": rule.phase.value,
        "anchor": due.set_by.anchor.value,
        "counted_from": due.counted_from.value,
        "counted_from_at": _iso(due.counted_from_at, zone),
        "target": _iso(due.target_at, zone),
        "due": _iso(due.due_at, zone),
        "rule": due.set_by.clock_words,
        "basis": due.set_by.basis.value,
        "source": due.set_by.source,
        "verified": due.set_by.verified.value,
        "jurisdiction": due.set_by.jurisdiction,
        "provisional": due.provisional,
        "open_questions": list(due.open_questions),
        "repeats": _repeats(due, zone),
        "evidence": [field.value for field in rule.evidence],
        "considered": [
            {
                "jurisdiction": other.set_by.jurisdiction,
                "rule": other.set_by.clock_words,
                "due": _iso(other.due_at, zone),
                "source": other.set_by.source,
                "verified": other.set_by.verified.value,
            }
            for other in planned.considered
        ],
    }


def explain_table(planned: Sequence[PlannedDuty], *, zone: ZoneInfo, now: datetime) -> str:
    """The duties for people: due time and title, and below each its rule, source and questions."""
    return "\n".join(line for duty in planned for line in _lines(duty, zone, now))


def rounds_shown(due: Due, *, zone: ZoneInfo) -> list[datetime]:
    """When a duty that comes back is due, from its first due time on; without an end, a few.

    Empty for a duty that is done once.
    """
    repeat = due.set_by.repeats
    if repeat is None or due.due_at is None:
        return []
    times = repeat.due_times(due.due_at, counted_from=due.counted_from_at, zone=zone)
    return list(times if repeat.for_days else islice(times, SHOWN_ROUNDS))


def _lines(planned: PlannedDuty, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    due = planned.due
    when = moment(due.due_at, zone, now=now) if due.due_at else _without_time(due)
    mark = "   PROVISIONAL" if due.provisional else ""
    yield f"{when:<36} {planned.rule.title} ({planned.rule.code}){mark}"
    yield f"    {due.set_by.clock_words[0].upper()}{due.set_by.clock_words[1:]}."
    if due.set_by.jurisdiction != planned.rule.jurisdiction:
        yield f"    By the rule of {due.set_by.jurisdiction}, which is due first."
    for question in due.open_questions:
        yield f"    {question}"
    source = due.set_by.source.rstrip(".")
    yield f"    {due.set_by.basis.words.capitalize()}, {due.set_by.verified.words}. {source}."
    yield ""


def _without_time(due: Due) -> str:
    return "At once; no limit is given" if due.target_at else "No set time"


def _repeats(due: Due, zone: ZoneInfo) -> Explained | None:
    repeat = due.set_by.repeats
    if repeat is None or due.due_at is None:
        return None
    return {
        "words": repeat.words,
        "ends": repeat.for_days is not None,
        "due": [_iso(at, zone) for at in rounds_shown(due, zone=zone)],
    }


def _iso(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat() if at else None
