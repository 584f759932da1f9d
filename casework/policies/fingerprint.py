"""What a duty's rules say, as one short word: when anything of it changes, so does the word.

An agency confirms what it has read. The fingerprint kept with a confirmation shows later whether
the rules still say the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from casework.policies.length import Unit
from casework.policies.rules import DutyRule, Protocol

_EMPTY: tuple[Any, ...] = (None, "", ())
_BY_CALENDAR = (Unit.BUSINESS_DAYS, Unit.BUSINESS_HOURS, Unit.OPEN_CALENDAR_DAYS)


def rules_by_duty(protocol: Protocol) -> Mapping[str, tuple[DutyRule, ...]]:
    """By its code, every rule about a duty, past and to come too: a state's own, then its base's."""
    rules: dict[str, tuple[DutyRule, ...]] = {}
    here: Protocol | None = protocol
    while here is not None:
        for rule in here.rules:
            rules[rule.code] = (*rules.get(rule.code, ()), rule)
        here = here.base
    return rules


def fingerprints(protocol: Protocol) -> Mapping[str, str]:
    """By the code of each duty, the SHA-256 in hex of all that the protocol says about it.

    The rules of the protocols that it extends are part of it, because they hold too; so is the
    holiday calendar, where a clock runs by it. The version is not: a new version of a file lapses
    only what it changes.
    """
    return {
        code: fingerprint(rules, calendar=protocol.calendar)
        for code, rules in rules_by_duty(protocol).items()
    }


def fingerprint(rules: Sequence[DutyRule], *, calendar: str) -> str:
    """The SHA-256 in hex of all that these rules say; their order does not count."""
    said = sorted(json.dumps(_stated(rule), sort_keys=True, default=_plain) for rule in rules)
    if any(rule.within and rule.within.unit in _BY_CALENDAR for rule in rules):
        said.append(calendar)
    return sha256("\n".join(said).encode()).hexdigest()


def _stated(rule: DutyRule) -> dict[str, Any]:
    """What the rule states, by the name of the field.

    What it leaves empty is left out, so that a field added to the language does not lapse every
    confirmation of every agency.
    """
    stated = {field.name: getattr(rule, field.name) for field in fields(rule)}
    return {name: value for name, value in stated.items() if value not in _EMPTY}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a rule")
