"""What a trial of a protocol answers: each duty in words, and what differs in another trial."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from casework.operations.protocols import FEDERAL_BASE
from casework.policies.anchors import Anchor
from casework.policies.calendars import FEDERAL, calendar_called
from casework.policies.difference import Stated, differences
from casework.policies.due import Due, PlannedDuty
from casework.policies.explain import rounds_shown
from casework.policies.rules import Phase, Protocol, Verified
from casework.policies.time_phrases import moment, moment_as_known
from casework.policies.time_words import Precision
from casework.policies.trial import ASKED_IN_ORDER, Trial, typed_words
from casework.policies.trial_examples import Example, clock_changes, holiday_weekend, night_call
from casework.presenters.try_phone import Phone, phone_of

HEADINGS = {Phase.MISSING: "While the youth is missing", Phase.RETURN: "Once located or back"}
# Each kind of example, and the protocol that shows it best.
EXAMPLES = ((night_call, "us-ky"), (clock_changes, "us-tx"), (holiday_weekend, "us-wa"))


@dataclass(frozen=True, kw_only=True)
class Row:
    """One duty of the answer. `due_at` is an aware datetime, or None for no set time."""

    code: str
    title: str
    due_at: datetime | None
    due: str
    is_provisional: bool
    rule: str
    of_wider: str
    counted_from: str
    open_questions: tuple[str, ...]
    repeats: str
    ends: bool
    rounds: list[str]
    also: list[str]
    basis: str
    verified: str
    is_verified: bool
    source: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What differs in the second trial, in sentences; empty where nothing does."""

    heading: str
    sentences: list[str]
    same_count: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Everything that the page says about a trial."""

    sentence: str
    place: str
    moments: list[dict[str, str]]
    phases: list[tuple[str, list[Row]]]
    phone: Phone
    comparison: Comparison | None


@dataclass(frozen=True, kw_only=True)
class Link:
    """An example to click."""

    words: str
    detail: str
    url: str


def answer_of(trial: Trial, *, other: Trial | None, now: datetime) -> Answer:
    """The answer to a trial, compared with another one where that is asked."""
    planned = trial.duties()
    phases = [
        (heading, [row_of(one, trial, now=now) for one in planned if one.rule.phase is phase])
        for phase, heading in HEADINGS.items()
    ]
    return Answer(
        sentence=_sentence(trial.protocol, planned),
        place=_place_words(trial),
        moments=_moments(trial, now=now),
        phases=[(heading, rows) for heading, rows in phases if rows],
        phone=phone_of(trial, planned),
        comparison=_comparison(trial, planned, other, now=now) if other else None,
    )


def row_of(planned: PlannedDuty, trial: Trial, *, now: datetime) -> Row:
    """One duty: when, by which rule and source, and what is not known yet."""
    due, rule, zone = planned.due, planned.due.set_by, trial.zone
    repeats = rule.repeats
    return Row(
        code=planned.rule.code,
        title=planned.rule.title,
        due_at=due.due_at,
        due=_due_words(due, zone, now),
        is_provisional=due.provisional,
        rule=rule.clock_words,
        of_wider=_of_wider(planned, trial),
        counted_from=_counted_from(due, zone, now),
        open_questions=due.open_questions,
        repeats=repeats.words if repeats else "",
        ends=repeats is not None and repeats.for_days is not None,
        rounds=[moment(at, zone, now=now) for at in rounds_shown(due, zone=zone)[1:]],
        also=list(_also(planned, trial, now)),
        basis=rule.basis.words,
        verified=rule.verified.words,
        is_verified=rule.verified is Verified.SOURCE_SEEN,
        source=rule.source,
    )


def _sentence(protocol: Protocol, planned: Sequence[PlannedDuty]) -> str:
    timed = sum(one.due.due_at is not None for one in planned)
    provisional = sum(one.due.provisional for one in planned)
    duties = "1 duty" if len(planned) == 1 else f"{len(planned)} duties"
    return (
        f"{protocol.name}, version {protocol.version}: {duties}, {timed} with a due time, "
        f"{provisional} provisional."
    )


def _place_words(trial: Trial) -> str:
    code = trial.calendar.code
    holidays = "the federal holidays" if code == FEDERAL else f"the holidays of {code}"
    return f"Counted in {trial.zone.key}; business days leave out {holidays}."


def _moments(trial: Trial, *, now: datetime) -> list[dict[str, str]]:
    """What was understood of each moment, so that a slip in reading it is seen."""
    return [
        {"label": anchor.label, "value": _moment_words(anchor, trial, now)}
        for anchor in ASKED_IN_ORDER
        if getattr(trial.anchors, anchor.value) is not None
    ]


def _moment_words(anchor: Anchor, trial: Trial, now: datetime) -> str:
    is_day = anchor in trial.anchors.day_only
    precision = Precision.DATE_ONLY if is_day else Precision.EXACT
    at: datetime = getattr(trial.anchors, anchor.value)
    return moment_as_known(at, precision, trial.zone, now=now)


def _due_words(due: Due, zone: ZoneInfo, now: datetime) -> str:
    if due.due_at is not None:
        return moment(due.due_at, zone, now=now)
    return "At once; no limit is given" if due.target_at else "No set time"


def _counted_from(due: Due, zone: ZoneInfo, now: datetime) -> str:
    if due.due_at is None:
        return ""
    at = moment(due.counted_from_at, zone, now=now)
    return f"Counted from {at}, when {due.counted_from.words}."


def _of_wider(planned: PlannedDuty, trial: Trial) -> str:
    """Says so where the rule that sets the time is not the jurisdiction's own."""
    code = planned.due.set_by.jurisdiction
    if code == planned.rule.jurisdiction:
        return ""
    return f"The rule of {_name_of(code, trial)}: it is due first."


def _also(planned: PlannedDuty, trial: Trial, now: datetime) -> Iterator[str]:
    """The rules that hold as well, and end no earlier."""
    for due in planned.considered:
        if due.set_by is not planned.due.set_by:
            words = _due_words(due, trial.zone, now)
            said = f"due {words}" if due.due_at else words[0].lower() + words[1:]
            yield f"{_name_of(due.set_by.jurisdiction, trial)}: {due.set_by.clock_words} ({said})."


def _name_of(code: str, trial: Trial) -> str:
    """The name of the protocol, or of one that it extends."""
    protocol: Protocol | None = trial.protocol
    while protocol is not None and protocol.code != code:
        protocol = protocol.base
    return protocol.name if protocol else code


def _comparison(
    trial: Trial, planned: Iterable[PlannedDuty], other: Trial, *, now: datetime
) -> Comparison:
    there = [Stated.of(one) for one in other.duties()]
    differing = differences([Stated.of(one) for one in planned], there)
    differ = {one.code for one in differing}
    return Comparison(
        heading=_instead(trial, other, now),
        sentences=[one.words(trial.zone, now=now) for one in differing],
        same_count=sum(one.code not in differ for one in there),
    )


def _instead(trial: Trial, other: Trial, now: datetime) -> str:
    """How the second trial is another: "In Kansas instead of Missouri, told Sun Mar 8, …"."""
    told = ""
    if other.anchors.told != trial.anchors.told:
        told = f"told {_moment_words(Anchor.TOLD, other, now)}"
    if other.protocol.code == trial.protocol.code:
        return f"In {trial.protocol.name}, {told or 'told at the same time'}"
    return f"In {other.protocol.name} instead of {trial.protocol.name}{told and f', {told}'}"


def examples_of(
    chosen: Protocol | None, protocols: Mapping[str, Protocol], *, now: datetime
) -> list[Link]:
    """What is worth a try: under the protocol chosen, else each under one that it says much of."""
    links = []
    for find, code in EXAMPLES:
        protocol = chosen or protocols.get(code) or protocols[FEDERAL_BASE]
        zone = ZoneInfo(protocol.time_zone)
        today = now.astimezone(zone).date()
        for example in find(zone, calendar_called(protocol.calendar), today):
            links.append(_link(example, protocol, zone, now))
    return links


def _link(example: Example, protocol: Protocol, zone: ZoneInfo, now: datetime) -> Link:
    asked = {"jurisdiction": protocol.code, "told": typed_words(example.told, zone)}
    if example.last_seen:
        asked["last_seen"] = typed_words(example.last_seen, zone)
    return Link(
        words=example.words,
        detail=f"{protocol.name}, told {moment(example.told, zone, now=now)}",
        url=f"{reverse('try_protocol')}?{urlencode(asked)}#answer",
    )
