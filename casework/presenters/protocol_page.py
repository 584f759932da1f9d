"""One protocol in words: what each duty says, where it comes from, and who has confirmed it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import count, groupby
from zoneinfo import ZoneInfo

from casework.models import ConfirmationKind, DutyConfirmation
from casework.operations.confirmations import Confirmed, Standing
from casework.policies.fingerprint import rules_by_duty
from casework.policies.rules import DutyRule, Phase, Protocol, Verified
from casework.policies.time_phrases import moment
from casework.presenters.protocols import day_and_year, full_day, standing_words
from casework.presenters.timeline import Entry

PHASES = {
    Phase.MISSING: "While the youth is missing",
    Phase.RETURN: "Once the youth is located or back",
}


class Show(StrEnum):
    """Which duties of a protocol the page shows."""

    ALL = "all"
    UNCONFIRMED = "unconfirmed"
    UNVERIFIED = "unverified"

    @property
    def words(self) -> str:
        """The choice on the page."""
        return {
            Show.ALL: "All duties",
            Show.UNCONFIRMED: "Not confirmed",
            Show.UNVERIFIED: "Not verified",
        }[self]

    @property
    def nothing_words(self) -> str:
        """What stands there when there is no such duty."""
        return {
            Show.ALL: "This protocol has no duties.",
            Show.UNCONFIRMED: "The agency has confirmed every duty here.",
            Show.UNVERIFIED: "Whoever wrote these rules has seen the source of each.",
        }[self]


@dataclass(frozen=True, kw_only=True)
class RuleText:
    """One rule of a duty, or several that differ only in the moment they count from."""

    clock: str
    stands: str
    basis: str
    source: str
    verified: str
    is_verified: bool
    dates: str
    is_in_force: bool


@dataclass(frozen=True, kw_only=True)
class DutyText:
    """One duty of a protocol. `is_over`: none of its rules is in force any more."""

    code: str
    title: str
    phase: Phase
    order: int
    rules: list[RuleText]
    confirmed: Confirmed
    confirmed_words: str
    is_over: bool
    is_verified: bool
    makes: str
    asks: str
    phone: str
    help: str
    if_refused: str

    @property
    def state(self) -> str:
        """How its tag is drawn."""
        return {
            Confirmed.YES: "neutral",
            Confirmed.CHANGED_SINCE: "due_soon",
            Confirmed.NO: "unknown",
        }[self.confirmed]

    def is_shown(self, show: Show) -> bool:
        """Whether it is among the duties that somebody wants to see."""
        if show is Show.UNCONFIRMED:
            return self.confirmed is not Confirmed.YES and not self.is_over
        return show is Show.ALL or not self.is_verified


@dataclass(frozen=True, kw_only=True)
class Box:
    """What ticks a duty on the page."""

    id: str
    value: str
    is_ticked: bool


@dataclass(frozen=True, kw_only=True)
class Part:
    """The duties of one phase, each with its box; None where there is nothing to confirm."""

    heading: str
    duties: list[tuple[DutyText, Box | None]]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One of the choices which duties to see."""

    words: str
    url: str
    is_current: bool
    count: int


def filters_of(duties: Sequence[DutyText], show: Show, *, page: str) -> list[Filter]:
    """The choices which duties to see, each with how many these are."""
    return [
        Filter(
            words=choice.words,
            url=f"{page}?show={choice}",
            is_current=choice is show,
            count=sum(duty.is_shown(choice) for duty in duties),
        )
        for choice in Show
    ]


def parts_of(
    duties: Sequence[DutyText],
    show: Show,
    *,
    boxes: Mapping[str, str],
    ticked: Collection[str],
) -> list[Part]:
    """The duties to show, phase by phase; one that is ticked is never hidden.

    `boxes` is what the box of each duty sends. The ids go on from 0, as links of errors expect.
    """
    numbers = count()
    parts: dict[Phase, list[tuple[DutyText, Box | None]]] = {phase: [] for phase in PHASES}
    for duty in sorted(duties, key=lambda duty: list(PHASES).index(duty.phase)):
        value = boxes[duty.code]
        if not duty.is_shown(show) and value not in ticked:
            continue
        box = None
        if not duty.is_over:
            id_ = f"id_duties_{next(numbers)}"
            box = Box(id=id_, value=value, is_ticked=value in ticked)
        parts[duty.phase].append((duty, box))
    return [Part(heading=PHASES[phase], duties=here) for phase, here in parts.items() if here]


def duties_of(protocol: Protocol, stands: Mapping[str, Standing], *, today: date) -> list[DutyText]:
    """Every duty of a protocol, also those of the past and of the time to come, in calling order."""
    duties = [
        _duty(protocol, rules, stands[code], today)
        for code, rules in rules_by_duty(protocol).items()
    ]
    return sorted(duties, key=lambda duty: (duty.is_over, duty.order, duty.code))


def _duty(protocol: Protocol, rules: Sequence[DutyRule], here: Standing, today: date) -> DutyText:
    words = next((rule for rule in rules if rule.is_in_force(today)), rules[0])
    alike = groupby(rules, key=lambda rule: (rule.jurisdiction, rule.source, _dates(rule, today)))
    return DutyText(
        code=words.code,
        title=words.title,
        phase=words.phase,
        order=words.order,
        rules=[_text(protocol, list(cases), rules, today) for _, cases in alike],
        confirmed=here.confirmed,
        confirmed_words=standing_words(here, today=today),
        is_over=all(rule.effective_until and rule.effective_until < today for rule in rules),
        is_verified=all(rule.verified is Verified.SOURCE_SEEN for rule in rules),
        makes=" and ".join(made.words for made in words.makes),
        asks=", ".join(field.replace("_", " ") for field in words.evidence),
        phone=words.phone,
        help=words.help,
        if_refused=words.if_refused,
    )


def _text(
    protocol: Protocol, cases: Sequence[DutyRule], rules: Sequence[DutyRule], today: date
) -> RuleText:
    rule = cases[0]
    clocks = "; or ".join(case.clock_words for case in cases)
    if not rule.has_clock:
        clocks = f"{clocks}. It appears once {rule.appears_on.words}"
    return RuleText(
        clock=f"{clocks[0].upper()}{clocks[1:]}.",
        stands=_stands(protocol, rule, rules),
        basis=f"{rule.basis.words[0].upper()}{rule.basis.words[1:]}",
        source=rule.source,
        verified=f"{rule.verified.words[0].upper()}{rule.verified.words[1:]}",
        is_verified=rule.verified is Verified.SOURCE_SEEN,
        dates=_dates(rule, today),
        is_in_force=rule.is_in_force(today),
    )


def _stands(protocol: Protocol, rule: DutyRule, rules: Sequence[DutyRule]) -> str:
    """How a rule stands to those of the protocols extended, or which of these it comes from."""
    if rule.jurisdiction != protocol.code:
        own = any(other.jurisdiction == protocol.code for other in rules)
        return f"{_name(protocol, rule.jurisdiction)}{', holds here too' if own else ''}"
    wider = [other for other in rules if other.jurisdiction != rule.jurisdiction]
    if not wider:
        return protocol.name
    is_stricter = any(
        rule.within and other.within and other.within.is_looser_than(rule.within) for other in wider
    )
    beside = _name(protocol, wider[0].jurisdiction)
    return f"{protocol.name}, {'stricter than' if is_stricter else 'beside'} {beside}"


def _name(protocol: Protocol, code: str) -> str:
    here: Protocol | None = protocol
    while here is not None:
        if here.code == code:
            return here.name
        here = here.base
    return code


def _dates(rule: DutyRule, today: date) -> str:
    since, until = rule.effective_from, rule.effective_until
    if until and until < today:
        return f"Not in force any more: ended {full_day(until)}"
    if since and since > today:
        end = f" until {full_day(until)}" if until else ""
        return f"Not in force yet: from {full_day(since)}{end}"
    parts = [
        f"since {full_day(since)}" if since else "",
        f"until {full_day(until)}" if until else "",
    ]
    return f"In force {' '.join(filter(None, parts))}" if any(parts) else ""


def history_of(
    entries: Iterable[DutyConfirmation], protocol: Protocol, *, now: datetime
) -> list[Entry]:
    """What was confirmed and withdrawn, newest first: one entry a form that was sent."""
    titles = {code: rules[0].title for code, rules in rules_by_duty(protocol).items()}
    forms: dict[object, list[DutyConfirmation]] = {}
    for entry in entries:
        forms.setdefault(entry.submission_key, []).append(entry)
    return [_past(form, titles, ZoneInfo(protocol.time_zone), now) for form in forms.values()]


def _past(
    form: Sequence[DutyConfirmation], titles: Mapping[str, str], zone: ZoneInfo, now: datetime
) -> Entry:
    first, number = form[0], len(form)
    duties = f"{number} duties" if number > 1 else "1 duty"
    title = f"{first.confirmed_by} confirmed {duties}"
    on = ""
    if first.kind == ConfirmationKind.WITHDRAWN:
        title = f"Confirmation of {duties} withdrawn"
    elif first.confirmed_on is not None:
        on = f"Confirmed on {day_and_year(first.confirmed_on, now.astimezone(zone).date())}. "
    named = sorted(titles.get(entry.code, entry.code) for entry in form)
    return Entry(
        title=title,
        at=first.recorded_at,
        when=moment(first.recorded_at, zone, now=now),
        by=f"recorded by {first.recorded_by.name}",
        detail="\n".join(
            filter(
                None,
                (f"{on}Version {first.protocol_version}.", "; ".join(named), first.note),
            )
        ),
        sort_at=first.recorded_at,
    )
