"""What the clocks of an episode rest on, in words: its moments, what the rules ask, what moved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.urls import reverse

from casework.models import Duty, Episode
from casework.operations.moments import can_set
from casework.operations.readings import ENTERED, Reading
from casework.policies.anchors import Anchor
from casework.policies.conditions import EXIGENT_UNDER, Condition, Truth
from casework.policies.difference import Change, Difference
from casework.policies.due import Due
from casework.policies.rules import DutyRule
from casework.policies.time_phrases import duration, moment_as_known
from casework.policies.time_words import Precision

ALWAYS_SHOWN = (Anchor.TOLD, Anchor.LAST_SEEN)
LINES = 5  # so many differences are said on top of the page; all stand on the timeline


@dataclass(frozen=True, kw_only=True)
class Row:
    """A moment or an answer as a line of a description list."""

    label: str
    value: str
    was: str = ""
    unknown: str = "Not known yet"
    add_url: str = ""
    change_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Something that is not known yet and could move a due time; `url` is where to say it."""

    words: str
    url: str


def moments_of(reading: Reading, *, now: datetime) -> list[Row]:
    """The moments that this episode's rules count from, with the way to add or correct each."""
    episode, anchors = reading.episode, reading.anchors
    used = {rule.anchor for rule in _rules(reading) if rule.has_clock}
    rows = []
    for anchor in Anchor:
        at = getattr(anchors, anchor.value)
        if at is None and anchor not in ALWAYS_SHOWN and anchor not in used:
            continue
        if anchor in ENTERED:
            if not can_set(episode, anchor):
                continue
            url = set_time_url(episode, anchor)
            precision = Precision(getattr(episode, f"{anchor}_precision"))
            rows.append(
                Row(
                    label=anchor.label,
                    value=moment_as_known(at, precision, episode.zone, now=now) if at else "",
                    add_url=url,
                    change_url=url,
                )
            )
        elif at is not None:
            exact = Precision.DATE_ONLY if anchor in anchors.day_only else Precision.EXACT
            rows.append(
                Row(label=anchor.label, value=moment_as_known(at, exact, episode.zone, now=now))
            )
    return rows


def answers_of(reading: Reading) -> list[Row]:
    """What this episode's rules ask besides moments, with the answers."""
    url = reverse("circumstances", args=[reading.episode.public_id])
    return [
        Row(
            label=condition.question,
            value=answer_words(reading, condition),
            add_url=url,
            change_url=url,
        )
        for condition in asked_conditions(reading)
    ]


def asked_conditions(reading: Reading) -> list[Condition]:
    """The conditions that this episode's rules depend on, in their usual order."""
    used = {clause.about for rule in _rules(reading) for clause in rule.only_if}
    return [condition for condition in Condition if condition in used]


def answer_words(reading: Reading, condition: Condition) -> str:
    """The answer, or what follows from the youth's age; empty while it is not known."""
    truth = reading.facts.truth(condition)
    if truth is Truth.UNKNOWN:
        return ""
    words = "Yes" if truth is Truth.YES else "No"
    if reading.answers.get(condition) == words.lower():
        return words
    if condition is Condition.EXIGENT and reading.facts.is_under(EXIGENT_UNDER) is Truth.YES:
        return f"{words}, by the youth's age"
    return f"{words}, by the checklists or a flag"


def asks_of(reading: Reading, *, only: Duty | None = None) -> list[Ask]:
    """What would make provisional due times certain: of all open duties, or of one."""
    open_codes = {only.code} if only else {duty.code for duty in reading.duties if duty.is_open}
    asks: dict[str, Ask] = {}
    for item in reading.planned():
        if item.rule.code in open_codes:
            for due in item.considered:
                asks.update((ask.words, ask) for ask in _asks_of(due, reading))
    return list(asks.values())


def _asks_of(due: Due, reading: Reading) -> Iterator[Ask]:
    episode, rule = reading.episode, due.set_by
    unsure = due.counted_from is not rule.anchor or reading.anchors.is_day_only(rule.anchor)
    if rule.has_clock and unsure and can_set(episode, rule.anchor):
        yield Ask(words=f"when {rule.anchor.words}", url=set_time_url(episode, rule.anchor))
    for clause in rule.only_if:
        if clause.truth(reading.facts) is Truth.UNKNOWN:
            page = "circumstances" if isinstance(clause.about, Condition) else "describe"
            yield Ask(words=clause.question, url=reverse(page, args=[episode.public_id]))


def set_time_url(episode: Episode, anchor: Anchor) -> str:
    """Where this moment is added or corrected."""
    return reverse("set_time", args=[episode.public_id, anchor.value])


def moved_words(lead: str, said: Sequence[Difference], zone: tzinfo, *, now: datetime) -> str:
    """What was set, and line by line what moved because of it; what is overdue now leads."""
    if not said:
        return f"{lead} No due time moved."
    lines = [one.words(zone, now=now) + _late_words(one, now) for one in _by_urgency(said, now)]
    more = len(lines) - LINES
    rest = [f"{more} more changed: see the timeline."] if more > 0 else []
    return "\n".join([lead, *lines[:LINES], *rest])


def has_late(said: Sequence[Difference], *, now: datetime) -> bool:
    """Whether something is overdue because of what was set: the page then warns."""
    return any(_is_late(one, now) for one in said)


def _by_urgency(said: Sequence[Difference], now: datetime) -> list[Difference]:
    """Overdue, due earlier, newly timed, due later, gone, and what has no time or is settled."""

    def rank(one: Difference) -> tuple[bool, int]:
        is_live = one.after is None or (one.after.runs and one.after.due_at is not None)
        order = (Change.EARLIER, Change.TIMED, Change.ADDED, Change.LATER, Change.GONE)
        place = order.index(one.change) if one.change in order else len(order)
        return not _is_late(one, now), place if is_live else len(order) + 1

    return sorted(said, key=rank)


def _is_late(one: Difference, now: datetime) -> bool:
    after = one.after
    return after is not None and after.runs and after.due_at is not None and after.due_at < now


def _late_words(one: Difference, now: datetime) -> str:
    if not _is_late(one, now) or one.after is None or one.after.due_at is None:
        return ""
    return f" It is overdue by {duration(now - one.after.due_at)}."


def _rules(reading: Reading) -> Iterator[DutyRule]:
    """The rules about duties whose event has happened, whether their conditions hold or not."""
    day = reading.episode.told_at.astimezone(reading.episode.zone).date()
    for rules in reading.protocol.duties_on(day).values():
        if reading.anchors.at(rules[0].appears_on) is not None:
            yield from rules
