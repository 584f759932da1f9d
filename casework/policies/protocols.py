"""Protocol files, joined and checked as a whole; a fault names its file and line.

The server starts with every file good or does not start: a clock that nobody can trust is worse
than none. What a file may say is listed in `_TOP_KEYS` and `_DUTY_KEYS`. A key that is not there
is refused, so that a rule this version cannot compute is never half understood.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from casework.policies.anchors import Anchor
from casework.policies.calendars import FEDERAL, UnknownCalendar, calendar_called
from casework.policies.conditions import Clause
from casework.policies.length import Length
from casework.policies.protocol_file import ProtocolError, ProtocolFile, Table, one_of
from casework.policies.repeats import Repeat
from casework.policies.rules import (
    USUAL_ZONE,
    Basis,
    DutyRule,
    EvidenceField,
    Phase,
    Protocol,
    Verified,
)

__all__ = [
    "Basis",
    "DutyRule",
    "EvidenceField",
    "Length",
    "Phase",
    "Protocol",
    "ProtocolError",
    "Verified",
    "load_protocols",
]

_TOP_KEYS = ("code", "name", "version", "source", "extends", "calendar", "time_zone")
_DUTY_KEYS = (
    *("code", "title", "phase", "appears_on", "anchor", "within", "repeats", "only_if", "basis"),
    *("source", "verified", "order", "makes", "evidence", "phone", "help", "if_refused"),
    *("effective_from", "effective_until"),
)
# What a duty's record in the database can hold.
_LONGEST = {"code": 60, "title": 120, "phone": 40}
_LONGEST_CLOCK_WORDS = 200
_PROTOCOL_CODE = re.compile(r"[a-z]{2}(-[a-z0-9]+)*", re.ASCII)
_DUTY_CODE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_MADE_BY_REPORTS = (Anchor.FIRST_REPORT_MADE, Anchor.POLICE_REPORT_MADE)
_RETURN_EVENTS = (Anchor.LOCATED, Anchor.RETURNED)


def load_protocols(folders: Sequence[Path]) -> Mapping[str, Protocol]:
    """Every protocol of these folders by its code, each joined to the one that it extends.

    Raises ProtocolError at the first fault; nothing is ever half loaded.
    """
    files: dict[str, ProtocolFile] = {}
    for path in _paths(folders):
        file = ProtocolFile.read(path)
        file.top.refuse_other_keys(_TOP_KEYS)
        code = file.top.code("code", _PROTOCOL_CODE, '"us" or "us-mo"')
        if code != path.stem:
            raise file.top.error(f'"code" must be "{path.stem}", the name of the file', "code")
        if code in files:
            first = files[code].top.path
            raise file.top.error(f'"{code}" is defined already, in {first}', "code")
        files[code] = file
    protocols: dict[str, Protocol] = {}
    for code in files:
        _join(code, files, protocols, extended_by=())
    return protocols


def _paths(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if not folder.is_dir():
            raise ProtocolError(folder, 1, "There is no such folder of protocols")
        paths = sorted(folder.glob("*.toml"))
        if not paths:
            raise ProtocolError(
                folder, 1, "No protocol in this folder: put one in it, like us-mo-home.toml"
            )
        yield from paths


def _join(
    code: str,
    files: Mapping[str, ProtocolFile],
    protocols: dict[str, Protocol],
    extended_by: tuple[str, ...],
) -> Protocol:
    """Build a protocol into `protocols`, after the one that it extends."""
    if code in protocols:
        return protocols[code]
    top, base = files[code].top, None
    if "extends" in top.values:
        parent = top.text("extends")
        if parent not in files:
            raise top.error(f'There is no protocol "{parent}": {one_of(files)}', "extends")
        if parent == code:
            raise top.error(f'"{code}" extends itself: name the jurisdiction it lies in', "extends")
        if parent in (*extended_by, code):
            raise top.error(f'"{code}" and "{parent}" extend each other in a circle', "extends")
        base = _join(parent, files, protocols, extended_by=(*extended_by, code))
    elif "-" in code:
        raise top.error(
            '"extends" is missing here: write extends = "us", or the state\'s code, so that the '
            "duties of the wider jurisdiction hold too"
        )
    rules: list[DutyRule] = []
    for table in files[code].duties:
        stated = _rules(table, code, base)
        for rule in stated:
            _refuse_doubles(rule, rules, table)
            _refuse_looser(rule, base, table)
        rules.extend(stated)
    protocols[code] = Protocol(
        code=code,
        name=top.text("name"),
        version=top.text("version"),
        source=top.text("source"),
        rules=tuple(rules),
        base=base,
        calendar=_calendar(top, base),
        time_zone=_time_zone(top, default=base.time_zone if base else USUAL_ZONE),
    )
    return protocols[code]


def _rules(table: Table, jurisdiction: str, base: Protocol | None) -> list[DutyRule]:
    """One duty: a rule for each moment that it may count from, of which the earliest due wins.

    What it leaves unsaid it takes from the duty that it stands in for, if any. Its clock, basis
    and source are never taken over: a state's number with federal law's source beside it would be
    a false citation.
    """
    table.refuse_other_keys(_DUTY_KEYS)
    code = table.code("code", _DUTY_CODE, '"report_to_police"')
    wider = next(_wider_rules(code, base), None)
    phase = table.choice("phase", Phase, default=wider.phase if wider else None)
    usual_event = Anchor.RETURNED if phase is Phase.RETURN else Anchor.TOLD
    appears_on = table.choice(
        "appears_on", Anchor, default=wider.appears_on if wider else usual_event
    )
    if (appears_on in _RETURN_EVENTS) != (phase is Phase.RETURN):
        raise table.error(
            'A duty of the phase "return" appears on located or returned, and only such a duty',
            "appears_on",
        )
    anchors = _anchors(table)
    rule = DutyRule(
        jurisdiction=jurisdiction,
        code=code,
        title=table.text("title", default=wider.title if wider else None),
        phase=phase,
        appears_on=appears_on,
        anchor=anchors[0],
        within=table.parsed("within", Length.parse),
        repeats=table.parsed("repeats", Repeat.parse),
        only_if=tuple(table.parsed_list("only_if", Clause.parse)),
        basis=table.choice("basis", Basis),
        source=table.text("source"),
        verified=table.choice("verified", Verified),
        order=table.number("order", default=wider.order if wider else None),
        makes=_makes(table, default=wider.makes if wider else ()),
        evidence=table.choices("evidence", EvidenceField, default=wider.evidence if wider else ()),
        phone=table.text("phone", default=wider.phone if wider else ""),
        help=table.paragraphs("help", default=wider.help if wider else ""),
        if_refused=table.text("if_refused", default=wider.if_refused if wider else ""),
        effective_from=table.day("effective_from"),
        effective_until=table.day("effective_until"),
    )
    if rule.effective_from and rule.effective_until and rule.effective_until < rule.effective_from:
        raise table.error('"effective_until" is before "effective_from"', "effective_until")
    for key, longest in _LONGEST.items():
        if len(getattr(rule, key)) > longest:
            raise table.error(f'"{key}" is too long: use at most {longest} characters', key)
    rules = [replace(rule, anchor=anchor) for anchor in anchors]
    if any(len(rule.clock_words) > _LONGEST_CLOCK_WORDS for rule in rules):
        raise table.error(
            "The rule in words is too long: use fewer conditions in one duty", "only_if"
        )
    return rules


def _anchors(table: Table) -> tuple[Anchor, ...]:
    """One moment, or a list of moments of which the one that is due earliest counts."""
    if isinstance(table.values.get("anchor"), list):
        anchors = table.choices("anchor", Anchor, default=())
        if not anchors or len(set(anchors)) < len(anchors):
            raise table.error('"anchor" must name at least one moment, and none twice', "anchor")
        return anchors
    return (table.choice("anchor", Anchor),)


def _makes(table: Table, default: tuple[Anchor, ...]) -> tuple[Anchor, ...]:
    """The moments that the duty makes once it is done: only those that a report makes."""
    makes = table.choices("makes", Anchor, default=default)
    if others := set(makes) - set(_MADE_BY_REPORTS):
        raise table.error(
            f'A duty cannot make "{min(others)}": {one_of(_MADE_BY_REPORTS)}', "makes"
        )
    return makes


def _calendar(top: Table, base: Protocol | None) -> str:
    """The calendar of a file. One in a state cannot leave out days that the state counts."""
    wider = base.calendar if base else FEDERAL
    try:
        code = calendar_called(top.text("calendar", default=wider)).code
    except UnknownCalendar as error:
        raise top.error(str(error), "calendar") from None
    if wider not in (FEDERAL, code):
        raise top.error(f'"calendar" must stay "{wider}", as in the protocol extended', "calendar")
    return code


def _time_zone(top: Table, default: str) -> str:
    name = top.text("time_zone", default=default)
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError, KeyError):
        raise top.error(
            f'There is no time zone "{name}": write one like "America/Chicago"', "time_zone"
        ) from None


def _wider_rules(code: str, base: Protocol | None) -> Iterator[DutyRule]:
    """The rules with this code of the protocols extended, the nearest protocol's first."""
    while base is not None:
        yield from (rule for rule in base.rules if rule.code == code)
        base = base.base


def _refuse_doubles(rule: DutyRule, stated: Sequence[DutyRule], table: Table) -> None:
    """Blocks of one code are steps in time, or cases that differ in their conditions."""
    for other in stated:
        if other.code != rule.code:
            continue
        if (other.phase, other.appears_on) != (rule.phase, rule.appears_on):
            raise table.error(
                f'Every "{rule.code}" must have the same "phase" and "appears_on"', "code"
            )
        if other.only_if == rule.only_if and rule.overlaps(other):
            raise table.error(f'Two duties "{rule.code}" are in force on the same day', "code")


def _refuse_looser(rule: DutyRule, base: Protocol | None, table: Table) -> None:
    """A protocol may ask for more than the one that it extends, never for less."""
    for wider in _wider_rules(rule.code, base):
        if not wider.overlaps(rule):
            continue
        if wider.appears_on is not rule.appears_on:
            raise table.error(
                f'"appears_on" must stay "{wider.appears_on}", as in the protocol extended',
                "appears_on",
            )
        if rule.basis is Basis.PRACTICE and wider.basis is not Basis.PRACTICE:
            raise table.error(
                f'"basis" cannot be "practice": the duty is {wider.basis.words}', "basis"
            )
        if missing := set(wider.makes) - set(rule.makes):
            raise table.error(
                f'"makes" must keep "{min(missing)}", as in the protocol extended', "makes"
            )
        if wider.within and (rule.within is None or rule.within.is_looser_than(wider.within)):
            raise table.error(
                f'"within" is looser than the protocol extended: {wider.within.words}', "within"
            )
        if wider.repeats and (rule.repeats is None or rule.repeats.is_looser_than(wider.repeats)):
            raise table.error(
                f'"repeats" is looser than the protocol extended: {wider.repeats.words}', "repeats"
            )
