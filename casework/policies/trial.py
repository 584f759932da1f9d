"""A trial of a protocol: the duties of an imagined episode. Nothing of it is stored.

The command `explain_protocol` and the page "Try it" both ask through `trial_of`, so they cannot
give different answers. They differ in how moments are written: a command takes ISO 8601, the page
also what people type.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from casework.policies.anchors import Anchor, Anchors, out_of_order
from casework.policies.calendars import Calendar, UnknownCalendar, calendar_called
from casework.policies.clock_words import day_words, face_words
from casework.policies.conditions import Condition, Facts
from casework.policies.due import PlannedDuty, plan_duties
from casework.policies.iso_moments import parse_moment
from casework.policies.rules import Protocol
from casework.policies.time_phrases import clock, zone_words
from casework.policies.time_problem import ProblemCode, TimeProblem
from casework.policies.time_words import Moment, Precision, resolve_day_and_time

OLDEST = 26  # the highest age that a state may choose for these duties

# A trial may lie in the future: everything up to the end of time is allowed.
_ANY_TIME = datetime.max.replace(tzinfo=UTC)

# The order in which people are asked for the moments.
ASKED_IN_ORDER = (
    Anchor.TOLD,
    Anchor.LAST_SEEN,
    *(anchor for anchor in Anchor if anchor not in (Anchor.TOLD, Anchor.LAST_SEEN)),
)

_YEAR = re.compile(
    r"(?:/|[a-z.] ?[0-9]{1,2}(?:st|nd|rd|th)?,? )(20[0-9]{2})\b|\b(20[0-9]{2})-[0-9]",
    re.ASCII | re.IGNORECASE,
)

Reader = Callable[[str, ZoneInfo], Moment]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody wants to try, as they wrote it.

    An empty text is "not known"; an empty zone or calendar is the protocol's own. `conditions` are
    names of `Condition`, with "not" before those that do not hold.
    """

    jurisdiction: str
    moments: Mapping[Anchor, str]
    age: str = ""
    conditions: Sequence[str] = ()
    zone: str = ""
    calendar: str = ""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What cannot be used of what was asked, and what to write instead.

    `part` is the name of a field of `Asked`, or of an anchor. With `later_than`, the moment of
    `part` is later than that one: whoever asks knows what both are called there.
    """

    part: str
    message: str = ""
    later_than: Anchor | None = None


class NotUsable(Exception):
    """Something that was asked cannot be used; `problems` has at least one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} of what was asked cannot be used")
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """An imagined episode under a protocol."""

    protocol: Protocol
    anchors: Anchors
    zone: ZoneInfo
    calendar: Calendar
    facts: Facts = field(default_factory=Facts)

    def duties(self) -> list[PlannedDuty]:
        """The duties that such an episode has, in calling order."""
        return plan_duties(
            self.protocol,
            anchors=self.anchors,
            facts=self.facts,
            zone=self.zone,
            calendar=self.calendar,
        )


def read_iso(text: str, zone: ZoneInfo) -> Moment:
    """A moment as commands take it: "2026-03-07T13:52", or a day alone. Raises TimeProblem."""
    at = parse_moment(text, zone)
    return Moment(at, Precision.DATE_ONLY if _is_day(text) else Precision.EXACT)


def read_typed(now: datetime) -> Reader:
    """A reader of moments as people type them; without a day, today's. Also takes ISO 8601."""

    def read(text: str, zone: ZoneInfo) -> Moment:
        try:
            return read_iso(text, zone)
        except TimeProblem as problem:
            if problem.code is not ProblemCode.UNREADABLE:
                raise
        today = _seen_from_its_year(text, now.astimezone(zone).date())
        try:
            return resolve_day_and_time(text, today=today, zone=zone, not_after=_ANY_TIME)
        except TimeProblem as problem:
            raise _with_names_of_hours(problem, zone) from None

    return read


def typed_words(at: datetime, zone: ZoneInfo) -> str:
    """A moment as `read_typed` takes it back: "Mar 7 2026 1:52 pm"."""
    local = at.astimezone(zone)
    half = "am" if local.hour < 12 else "pm"
    return f"{day_words(local.date())} {local.year} {face_words(local.time())} {half}"


def trial_of(asked: Asked, *, protocols: Mapping[str, Protocol], read: Reader = read_iso) -> Trial:
    """The trial that was asked for. Raises NotUsable: what cannot be used, and what to write."""
    protocol = _protocol(asked.jurisdiction, protocols)
    zone = _zone(asked.zone or protocol.time_zone)
    problems: list[Problem] = []
    anchors = _anchors(asked.moments, zone, read, problems)
    facts = _facts(asked, problems)
    calendar = _calendar(asked.calendar or protocol.calendar, problems)
    if anchors is None or calendar is None or problems:
        raise NotUsable(problems)
    return Trial(protocol=protocol, anchors=anchors, zone=zone, calendar=calendar, facts=facts)


def conditions_of(protocol: Protocol) -> list[Condition]:
    """The conditions on which a duty of this protocol depends, those of its base among them."""
    asked: set[object] = set()
    of: Protocol | None = protocol
    while of is not None:
        asked |= {clause.about for rule in of.rules for clause in rule.only_if}
        of = of.base
    return [condition for condition in Condition if condition in asked]


def _protocol(code: str, protocols: Mapping[str, Protocol]) -> Protocol:
    if code not in protocols:
        known = ", ".join(sorted(protocols))
        message = f'There is no protocol "{code}". These are known: {known}'
        raise NotUsable([Problem(part="jurisdiction", message=message)])
    return protocols[code]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        message = f'There is no time zone "{name}": write one like America/Chicago'
        raise NotUsable([Problem(part="zone", message=message)]) from None


def _anchors(
    texts: Mapping[Anchor, str], zone: ZoneInfo, read: Reader, problems: list[Problem]
) -> Anchors | None:
    """The moments given; None where one cannot be read or their order is impossible."""
    moments: dict[Anchor, Moment] = {}
    unread = len(problems)
    for anchor in Anchor:
        text = texts.get(anchor, "")
        if not text:
            continue
        try:
            moments[anchor] = read(text, zone)
        except TimeProblem as problem:
            problems.append(Problem(part=anchor.value, message=problem.message))
    if not texts.get(Anchor.TOLD):
        problems.append(Problem(part=Anchor.TOLD, message="Enter when the agency was told"))
    if len(problems) > unread:
        return None
    anchors = Anchors(
        **{anchor.value: moment.at for anchor, moment in moments.items()},
        day_only=_day_only(moments),
    )
    if pair := out_of_order(anchors):
        problems.append(Problem(part=pair[0].value, later_than=pair[1]))
        return None
    return anchors


def _day_only(moments: Mapping[Anchor, Moment]) -> frozenset[Anchor]:
    return frozenset(
        anchor for anchor, moment in moments.items() if moment.precision is Precision.DATE_ONLY
    )


def _facts(asked: Asked, problems: list[Problem]) -> Facts:
    """What is known besides the moments, as far as it could be read."""
    try:
        age = _age(asked.age)
    except ValueError as error:
        problems.append(Problem(part="age", message=str(error)))
        age = None
    try:
        said = [_condition(text) for text in asked.conditions]
        return Facts(
            age=age,
            yes=frozenset(condition for condition, holds in said if holds),
            no=frozenset(condition for condition, holds in said if not holds),
        )
    except ValueError as error:
        problems.append(Problem(part="conditions", message=str(error)))
        return Facts(age=age)


def _age(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= OLDEST):
        raise ValueError(f"Write the age in years, from 0 to {OLDEST}")
    return int(text)


def _condition(text: str) -> tuple[Condition, bool]:
    """The condition named, and whether it holds: "exigent", "not-exigent"."""
    written = text.lower().lstrip(" -_")
    name = written.removeprefix("not").lstrip(" -_")
    try:
        return Condition.read(name), name == written
    except ValueError:
        known = ", ".join(condition.value.replace(" ", "-") for condition in Condition)
        raise ValueError(
            f'"{text}" is not one. These are known, each with or without "not-" before it: {known}'
        ) from None


def _calendar(code: str, problems: list[Problem]) -> Calendar | None:
    try:
        return calendar_called(code)
    except UnknownCalendar as error:
        problems.append(Problem(part="calendar", message=str(error)))
        return None


def _is_day(text: str) -> bool:
    """Whether the text is a day without a time, as ISO 8601 writes it."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _seen_from_its_year(text: str, today: date) -> date:
    """The day from which the words are read: today, or one near enough to a later year in them.

    Where only the past is asked for, four digits after a day are a time if they are no year of
    these days: "Mar 2 2030" is half past eight in the evening. Here they are a year.
    """
    found = _YEAR.search(text)
    year = int(found[1] or found[2]) if found else today.year
    return today if year <= today.year + 1 else date(year, 1, 1)


def _with_names_of_hours(problem: TimeProblem, zone: ZoneInfo) -> TimeProblem:
    """The problem, saying what to write for each of two hours where a form would let one choose."""
    if problem.code is not ProblemCode.REPEATED_HOUR:
        return problem
    first, second = (
        f"{typed_words(at, zone)} {zone_words(at, zone)}"
        if zone_words(at, zone).isalpha()
        else at.astimezone(zone).isoformat(timespec="minutes")
        for at in problem.candidates[:2]
    )
    at = problem.candidates[0]
    return TimeProblem(
        problem.code,
        f"{clock(at, zone)} happened twice on {day_words(at.astimezone(zone).date())}: "
        f'write "{first}" for the first or "{second}" for the second',
        problem.candidates,
    )
