"""From moments to due times: which duties an episode has, and when each is due."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import islice, zip_longest

from casework.policies.anchors import IN_ORDER, Anchor, Anchors
from casework.policies.calendars import Calendar, calendar_called
from casework.policies.conditions import NOTHING_KNOWN, Facts, Truth
from casework.policies.counting import end_of
from casework.policies.repeats import Repeat
from casework.policies.rules import DutyRule, Protocol

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where days are counted: the zone of the episode and the holidays that count there."""

    zone: tzinfo
    calendar: Calendar


@dataclass(frozen=True, kw_only=True)
class Due:
    """When a duty is due and what its clock counted from; moments are aware datetimes in UTC.

    `due_at` is None for a duty without a set time. `target_at` is what to aim for: the start of
    the clock where the rule says "immediately". `set_by` is the rule whose clock this is: the wider
    jurisdiction's where that one is due earlier. `open_questions` are what is not known yet and
    could move the due time, in sentences.
    """

    due_at: datetime | None
    target_at: datetime | None
    counted_from: Anchor
    counted_from_at: datetime
    set_by: DutyRule
    open_questions: tuple[str, ...] = ()

    @property
    def provisional(self) -> bool:
        """Whether something is not known yet on which the clock rests."""
        return bool(self.open_questions)

    def due_times(self, zone: tzinfo) -> Iterator[datetime | None]:
        """When it is due by this rule, round after round; one round where it does not come back."""
        repeat = self.set_by.repeats
        if repeat is None or self.due_at is None:
            return iter([self.due_at])
        return repeat.due_times(self.due_at, counted_from=self.counted_from_at, zone=zone)


@dataclass(frozen=True, kw_only=True)
class PlannedDuty:
    """A duty that an episode now has.

    `rule` gives its words: of the nearest jurisdiction's rules the one due first. `due` is the
    earliest of all the rules that hold or may hold, each of which is in `considered`.
    """

    rule: DutyRule
    due: Due
    considered: tuple[Due, ...]

    def due_in_round(self, number: int, zone: tzinfo) -> datetime | None:
        """When it is due in this round, counted from 1; None after its last round.

        A duty that does not come back has one round.
        """
        return next(islice(self.due_times(zone), number - 1, None), None)

    def round_after(self, number: int, handled_at: datetime, zone: tzinfo) -> int | None:
        """The next round that is not over when a round was done (or set aside) at `handled_at`.

        Rounds that went by without a word are left out, so that their numbers tell of the gap: an
        effort not made cannot be made up for. None when no round is left.
        """
        for following, due_at in enumerate(self.due_times(zone), start=1):
            if following > number and due_at is not None and due_at > handled_at:
                return following
        return None

    @property
    def repeats(self) -> Repeat | None:
        """How it comes back: by the first of its rules that says so, the earliest due first."""
        in_order = sorted(self.considered, key=_urgency)
        return next((due.set_by.repeats for due in in_order if due.set_by.repeats), None)

    def due_times(self, zone: tzinfo) -> Iterator[datetime | None]:
        """When it is due, round after round: each time the earliest of all its rules."""
        for times in zip_longest(*(due.due_times(zone) for due in self.considered)):
            yield min((at for at in times if at is not None), default=None)


def plan_duties(
    protocol: Protocol,
    *,
    anchors: Anchors,
    zone: tzinfo,
    facts: Facts = NOTHING_KNOWN,
    calendar: Calendar | None = None,
    already: Collection[str] = (),
) -> list[PlannedDuty]:
    """The duties whose event has happened, in calling order, without the codes in `already`.

    Each is judged by the rules in force on the local day, in `zone`, on which its event happened:
    a rule that changed since does not reach back. Business days are those of `calendar`; without
    one, of the protocol's own.
    """
    place = Place(zone=zone, calendar=calendar or calendar_called(protocol.calendar))
    planned: list[PlannedDuty] = []
    for event in Anchor:
        happened_at = anchors.at(event)
        if happened_at is None:
            continue
        for code, rules in protocol.duties_on(happened_at.astimezone(zone).date()).items():
            if rules[0].appears_on is event and code not in already:
                planned.extend(_planned(rules, anchors=anchors, facts=facts, place=place))
    return sorted(planned, key=lambda duty: (duty.rule.order, duty.rule.code))


def due_of(rule: DutyRule, *, anchors: Anchors, place: Place, facts: Facts = NOTHING_KNOWN) -> Due:
    """When a duty is due by this rule alone.

    An unknown anchor is stood in for by the event that made the duty appear (for most duties the
    moment the agency was told), and the result is provisional. So it is where a condition of the
    rule is not known.
    """
    counted_from, start = _start(rule, anchors)
    due_at = target_at = _end(rule, start, place)
    if rule.within is not None and rule.within.immediately:
        target_at = start
    return Due(
        due_at=due_at,
        target_at=target_at,
        counted_from=counted_from,
        counted_from_at=start,
        set_by=rule,
        open_questions=tuple(_open_questions(rule, counted_from, anchors, facts)),
    )


def _planned(
    rules: Sequence[DutyRule], *, anchors: Anchors, facts: Facts, place: Place
) -> Iterator[PlannedDuty]:
    """The duty that rules of one code make together; none where no condition holds or may hold."""
    considered = [
        due_of(rule, anchors=anchors, facts=facts, place=place)
        for rule in rules
        if rule.applies(facts) is not Truth.NO
    ]
    if not considered:
        return
    nearest = considered[0].set_by.jurisdiction
    earliest = min(considered, key=_urgency)
    questions = [
        question
        for due in considered
        if not _cannot_move(due, earliest)
        for question in due.open_questions
    ]
    yield PlannedDuty(
        rule=min(
            (due for due in considered if due.set_by.jurisdiction == nearest), key=_urgency
        ).set_by,
        due=replace(earliest, open_questions=tuple(dict.fromkeys(questions))),
        considered=tuple(considered),
    )


def _cannot_move(due: Due, earliest: Due) -> bool:
    """Whether nothing that is still open about one rule could make it due before a certain one.

    Where both are due at one time, what is not known is still said: the rule speaks of it.
    """
    if earliest.open_questions or _urgency(due)[0] <= _urgency(earliest)[0]:
        return False
    own = due.set_by.anchor
    return due.counted_from is own or (due.counted_from, own) in IN_ORDER


def _urgency(due: Due) -> tuple[datetime, datetime]:
    """The earlier due time wins, and of two at once the one to be aimed at first."""
    return due.due_at or _NEVER, due.target_at or _NEVER


def _start(rule: DutyRule, anchors: Anchors) -> tuple[Anchor, datetime]:
    """The moment the clock counts from, or the one that stands in for it."""
    for anchor in (rule.anchor, rule.appears_on):
        if (at := anchors.at(anchor)) is not None:
            return anchor, at.astimezone(UTC)
    return Anchor.TOLD, anchors.told.astimezone(UTC)


def _end(rule: DutyRule, start: datetime, place: Place) -> datetime | None:
    if rule.within is not None and rule.within.number is not None:
        return end_of(
            rule.within.number,
            rule.within.unit,
            start=start,
            zone=place.zone,
            calendar=place.calendar,
        )
    return rule.repeats.first(start, place.zone) if rule.repeats else None


def _open_questions(
    rule: DutyRule, counted_from: Anchor, anchors: Anchors, facts: Facts
) -> Iterator[str]:
    if rule.has_clock and counted_from is not rule.anchor:
        yield (
            f"When {rule.anchor.words} is not known yet: counted from when {counted_from.words}."
        )
    if rule.has_clock and anchors.is_day_only(counted_from):
        yield f"Only the day is known on which {counted_from.words}: counted from its start."
    for clause in rule.only_if:
        if clause.truth(facts) is Truth.UNKNOWN:
            yield f"It is not known yet {clause.question}: the stricter reading holds."
