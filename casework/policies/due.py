"""From moments to due times. Hours are elapsed hours, so all arithmetic is on UTC instants."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from casework.policies.anchors import Anchor, Anchors
from casework.policies.rules import DutyRule, Protocol


@dataclass(frozen=True, kw_only=True)
class Due:
    """When a duty is due and what its clock counted from; moments are aware datetimes in UTC.

    `due_at` is None for a duty without a set time. `provisional` means that the rule's own anchor
    is not known yet, and that the due time counts from `counted_from` until it is. `set_by` is the
    rule whose clock this is: the wider jurisdiction's where that one is due earlier.
    """

    due_at: datetime | None
    counted_from: Anchor
    counted_from_at: datetime
    provisional: bool
    set_by: DutyRule


@dataclass(frozen=True, kw_only=True)
class PlannedDuty:
    """A rule that now applies to an episode, with its due time."""

    rule: DutyRule
    due: Due


def due_at(rule: DutyRule, *, anchors: Anchors) -> Due:
    """When this duty is due.

    An unknown anchor is stood in for by the event that made the duty appear (for most duties the
    moment the agency was told), and the result is provisional. Where the rule stands in for one
    of a wider jurisdiction, both hold and the earlier time wins: a state's 2 hours counted from
    "decided that the youth is missing" never runs past the federal 24 hours from "told".
    """
    own = _due_by_itself(rule, anchors)
    if rule.tightens is None:
        return own
    wider = due_at(rule.tightens, anchors=anchors)
    if wider.due_at is None or (own.due_at is not None and own.due_at <= wider.due_at):
        return own
    return wider


def plan_duties(
    protocol: Protocol, *, anchors: Anchors, zone: tzinfo, already: Collection[str] = ()
) -> list[PlannedDuty]:
    """The duties whose event has happened, in calling order, without the codes in `already`.

    Each is judged by the rules in force on the local day, in `zone`, on which its event happened:
    a rule that changed since does not reach back.
    """
    planned = []
    for event in Anchor:
        happened_at = anchors.at(event)
        if happened_at is None:
            continue
        for rule in protocol.rules_on(happened_at.astimezone(zone).date()):
            if rule.appears_on is event and rule.code not in already:
                planned.append(PlannedDuty(rule=rule, due=due_at(rule, anchors=anchors)))
    return sorted(planned, key=lambda duty: (duty.rule.order, duty.rule.code))


def _due_by_itself(rule: DutyRule, anchors: Anchors) -> Due:
    counted_from, moment = rule.anchor, anchors.at(rule.anchor)
    provisional = moment is None and rule.within is not None
    if moment is None:
        counted_from, moment = rule.appears_on, anchors.at(rule.appears_on)
    if moment is None:
        counted_from, moment = Anchor.TOLD, anchors.told
    moment = moment.astimezone(UTC)
    return Due(
        due_at=moment + rule.within.cap if rule.within else None,
        counted_from=counted_from,
        counted_from_at=moment,
        provisional=provisional,
        set_by=rule,
    )
