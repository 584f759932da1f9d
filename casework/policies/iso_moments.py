"""Reading a moment written for a machine: "2026-03-07T13:52", with or without its offset."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from casework.policies.time_problem import ProblemCode, TimeProblem
from casework.policies.typed_days import FIRST_YEAR, LAST_YEAR


def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment in UTC; a text without an offset is local time in `zone`.

    Raises TimeProblem: unreadable, or an hour that the clocks there skip or repeat.
    """
    try:
        moment = datetime.fromisoformat(text)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        both = [moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    except ValueError:
        raise TimeProblem(
            ProblemCode.UNREADABLE,
            f'"{text}" is not a time: write it like 2026-03-07T13:52 or 2026-03-07T13:52-06:00',
        ) from None
    if both[0] == both[1]:
        return both[0]
    offsets = " or ".join(f"{text}{at.astimezone(zone).isoformat()[-6:]}" for at in sorted(both))
    if both[0].astimezone(zone).replace(tzinfo=None) != moment:
        raise TimeProblem(
            ProblemCode.MISSING_HOUR,
            f"{text} does not exist in {zone.key}: the clocks were put forward then. Write the "
            f"time that the clock showed, or give the offset, like {text}+00:00",
        )
    raise TimeProblem(
        ProblemCode.REPEATED_HOUR,
        f"{text} happened twice in {zone.key}: give the offset too, {offsets}",
        tuple(sorted(both)),
    )
