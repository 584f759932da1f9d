"""Reading the times that people type: "10:30 pm", "1030p", "about 11", "Mar 2 at noon".

`parse_time` reads the words, `resolve` finds the moment they mean on a day, and
`resolve_day_and_time` does both for a text that may name its day. Whatever is typed, the only
exception is TimeProblem, whose message says what to type instead.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from casework.policies.clock_words import clock_words, day_words, face_words
from casework.policies.time_problem import ProblemCode, TimeProblem
from casework.policies.typed_days import FIRST_YEAR, LAST_YEAR, parse_day, tidy

__all__ = [
    "Moment",
    "Precision",
    "ProblemCode",
    "TimeProblem",
    "TimeWords",
    "parse_day",
    "parse_time",
    "resolve",
    "resolve_day_and_time",
]

_NOON, _DAY = 12 * 60, 24 * 60
_TIME_LIKE_THIS = "Enter a time like 10:30 pm"

_TIME = re.compile(
    r"(?:at |@ ?)?"
    r"(?P<about>(?:about|around|approx(?:imately)?\.?|roughly|circa|ca?\.|maybe) ?|[~≈] ?)?"
    r"(?:at )?"
    r"(?:(?:12 ?)?(?P<word>noon|midnight)"
    r"|(?P<hour>[0-9]{1,2})(?:(?: ?[:.] ?| )(?P<minute>[0-9]{2})(?::[0-9]{2})?)?(?: o'?clock)?"
    r"|(?P<run>[0-9]{3,4}))"
    r"(?P<ish> ?-?ish|\?)?"
    r"(?: ?(?P<half>[ap])(?:\.? ?m)?\.?)?"
    r"(?P<ish2> ?-?ish|\?)?"
    r"(?: (?P<zone>[a-z]{3,5}))?",
    re.ASCII,
)


class Precision(StrEnum):
    """How exactly a moment is known."""

    EXACT = "exact"
    ABOUT = "about"
    DATE_ONLY = "date_only"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class TimeWords:
    """A time of day as typed: the minutes after the day's midnight that it can mean.

    Two where "11" leaves the half of the day open. "Midnight" means 0 or 1440, the start or the
    end of the day. `zone` is an abbreviation such as "cst", or empty.
    """

    minutes: tuple[int, ...]
    about: bool = False
    zone: str = ""


@dataclass(frozen=True)
class Moment:
    """A moment in UTC and how exactly it is known. For DATE_ONLY it is the start of the day."""

    at: datetime
    precision: Precision


def parse_time(text: str) -> TimeWords:
    """The time of day in a text. Raises TimeProblem (unreadable)."""
    found = _TIME.fullmatch(tidy(text))
    if found is None:
        raise TimeProblem(ProblemCode.UNREADABLE, _TIME_LIKE_THIS)
    about = any(found[name] for name in ("about", "ish", "ish2"))
    return TimeWords(minutes=_minutes(found), about=about, zone=found["zone"] or "")


def resolve(
    text: str,
    *,
    day: date,
    zone: ZoneInfo,
    not_after: datetime,
    fold: int | None = None,
    guess_later: bool = False,
) -> Moment:
    """The moment that a typed time means on a local day; an empty text is DATE_ONLY.

    Where the half of the day is left open, the one that is not after `not_after` (normally now)
    is meant; where both could be, `guess_later` takes the later and calls it ABOUT. `fold` picks
    the first (0) or second (1) of an hour that the clocks repeat. Raises TimeProblem.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise TimeProblem(ProblemCode.UNREADABLE, "Enter a day like Mar 2")
    if not tidy(text):
        start = datetime.combine(day, time(), zone).astimezone(UTC)
        if start > not_after:
            raise TimeProblem(ProblemCode.FUTURE, "The day must be today or earlier")
        return Moment(start, Precision.DATE_ONLY)
    words = parse_time(text)
    meant = {minutes: _instants(day, minutes, zone) for minutes in words.minutes}
    if words.zone:
        meant = _only_in_zone_called(words.zone, meant, zone)
    readings = {}
    for minutes, instants in meant.items():
        if len(instants) == 2 and fold is not None:
            instants = [instants[1 if fold else 0]]
        if past := [at for at in instants if at <= not_after]:
            readings[minutes] = past
    if not readings:
        for minutes, instants in meant.items():
            if not instants:
                raise _clocks_skipped(day, minutes, zone)
        raise TimeProblem(ProblemCode.FUTURE, "The time must be now or earlier")
    if len(readings) > 1 and not guess_later:
        raise _which_half(day, readings)
    guessed = len(readings) > 1
    instants = readings[max(readings)]
    if len(instants) == 2:
        raise _happened_twice(instants, zone)
    precision = Precision.ABOUT if words.about or guessed else Precision.EXACT
    return Moment(instants[0], precision)


def resolve_day_and_time(
    text: str,
    *,
    today: date,
    zone: ZoneInfo,
    not_after: datetime,
    fold: int | None = None,
    guess_later: bool = False,
) -> Moment:
    """The moment in a text that may name its day: "Mar 2 about 11 pm"; without a day, today.

    Raises TimeProblem; day_needed when the time is still to come today, so another day was meant.
    """
    day, rest = parse_day(text, today=today)
    if day is None and not rest:
        raise TimeProblem(ProblemCode.UNREADABLE, _TIME_LIKE_THIS)
    try:
        return resolve(
            rest,
            day=day or today,
            zone=zone,
            not_after=not_after,
            fold=fold,
            guess_later=guess_later,
        )
    except TimeProblem as problem:
        if day is None and problem.code is ProblemCode.FUTURE:
            raise TimeProblem(
                ProblemCode.DAY_NEEDED,
                "That time is still to come today. Enter the day too: yesterday 10:30 pm",
            ) from None
        raise


def _minutes(found: re.Match[str]) -> tuple[int, ...]:
    """The minutes after midnight that the words can mean."""
    if found["word"]:
        return (_NOON,) if found["word"] == "noon" else (0, _DAY)
    run = found["run"]
    hour_typed = run[:-2] if run else found["hour"]
    hour, minute = int(hour_typed), int((run[-2:] if run else found["minute"]) or 0)
    # "22:30 pm" is clear all the same; "22:30 am" and "0:30 pm" are not.
    contradicts = (hour > 12 and found["half"] == "a") or (hour == 0 and found["half"] == "p")
    if hour > 23 or minute > 59 or contradicts:
        raise TimeProblem(ProblemCode.UNREADABLE, _TIME_LIKE_THIS)
    as_typed = hour * 60 + minute
    if hour > 12 or hour == 0:
        return (as_typed,)
    before_noon = hour % 12 * 60 + minute
    if found["half"]:
        return (before_noon,) if found["half"] == "a" else (before_noon + _NOON,)
    if hour_typed.startswith("0"):  # "09:30" is the 24-hour clock
        return (as_typed,)
    return (before_noon, before_noon + _NOON)


def _instants(day: date, minutes: int, zone: ZoneInfo) -> list[datetime]:
    """The moments in UTC at which a local clock shows this: one, two, or none at a clock change."""
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    both = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(at for at in both if at.astimezone(zone).replace(tzinfo=None) == local)


def _only_in_zone_called(
    name: str, meant: dict[int, list[datetime]], zone: ZoneInfo
) -> dict[int, list[datetime]]:
    """Those moments at which the zone goes by this name; so "1:30 a.m. CST" is never ambiguous."""
    names = {
        at: at.astimezone(zone).tzname() or "" for instants in meant.values() for at in instants
    }
    if names and name not in (called.lower() for called in names.values()):
        here = " or ".join(sorted(set(names.values())))
        raise TimeProblem(
            ProblemCode.UNREADABLE, f"Enter the time without {name.upper()}: it is kept in {here}"
        )
    return {
        minutes: [at for at in instants if names[at].lower() == name]
        for minutes, instants in meant.items()
        if not instants or any(names[at].lower() == name for at in instants)
    }


def _which_half(day: date, readings: dict[int, list[datetime]]) -> TimeProblem:
    first = min(readings)
    if max(readings) == _DAY:
        message = (
            f"Enter 12:01 am for the midnight that {day_words(day)} began with, "
            "or 11:59 pm for the one that it ended with"
        )
    else:
        face = face_words(time(first // 60, first % 60)).removesuffix(":00")
        message = f"Enter {face} am or {face} pm"
    candidates = sorted(at for instants in readings.values() for at in instants)
    return TimeProblem(ProblemCode.WHICH_HALF_OF_DAY, message, tuple(candidates))


def _happened_twice(instants: list[datetime], zone: ZoneInfo) -> TimeProblem:
    local = instants[0].astimezone(zone)
    return TimeProblem(
        ProblemCode.REPEATED_HOUR,
        f"{clock_words(local.time())} happened twice on {day_words(local.date())}. "
        "Select before or after the clocks changed",
        tuple(instants),
    )


def _clocks_skipped(day: date, minutes: int, zone: ZoneInfo) -> TimeProblem:
    """The error for a time that the clocks passed over, naming from where to where they went."""
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    # In a gap fold 1 is read with the offset after the change, which puts it before the change.
    last_before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    offset_after = local.replace(tzinfo=zone, fold=1).utcoffset()
    change = last_before
    while change.astimezone(zone).utcoffset() != offset_after:
        change += timedelta(minutes=1)
    after = change.astimezone(zone)
    before = (change - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None)
    before += timedelta(minutes=1)
    return TimeProblem(
        ProblemCode.MISSING_HOUR,
        f"{clock_words(local.time())} did not happen on {day_words(local.date())}: the clocks went "
        f"from {face_words(before.time())} to {clock_words(after.time())} Enter the time again",
    )
