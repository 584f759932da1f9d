"""Reading ladders from TOML files; every complaint names the file and the line."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from casework.policies.ladder import Audience, Ladder, ReminderKind, Repeating, Rung
from casework.policies.protocol_file import Table, read_blocks

_KEYS = ("name", "up_to", "duties", "jurisdictions", "pause", "tell", "repeat")
_REPEAT_KEYS = ("who", "every", "times", "then_every")
_MUST_HEAR = (Audience.OWNER, Audience.SUPERVISOR, Audience.ON_CALL)
_CLIMBING = (
    Audience.OWNER,
    Audience.BACKUP,
    Audience.SUPERVISOR,
    Audience.ON_CALL,
    Audience.AGENCY,
)
_LENGTH = re.compile(r"(?P<number>[1-9][0-9]{0,4}) (?P<unit>minute|hour)s?", re.ASCII)
_STEP = re.compile(
    r"(?P<who>[a-z_]+) (?:(?P<at_once>at once)|at (?P<share>50|25)% left"
    r"|(?P<length>[0-9]+ \w+) (?P<side>before|after)|(?P<due>when due))",
    re.ASCII,
)
_HOW_TO_WRITE_A_STEP = (
    'Write a step as "owner at once", "owner at 50% left", "owner at 25% left", '
    '"supervisor 30 minutes before", "owner when due" or "agency 1 hour after"; the people are '
    + ", ".join(_CLIMBING)
)


def load_ladders(folders: Sequence[Path]) -> tuple[Ladder, ...]:
    """The ladders of these protocol folders, in the order in which they are tried: the last folder,
    an agency's own, comes first.

    Raises ProtocolError at the first fault.
    """
    return tuple(
        _ladder(table)
        for folder in reversed(folders)
        for path in sorted((folder / "ladders").glob("*.toml"))
        for table in read_blocks(path, "ladder")
    )


def _ladder(table: Table) -> Ladder:
    table.refuse_other_keys(_KEYS)
    ladder = Ladder(
        name=table.text("name"),
        up_to=table.parsed("up_to", length_of),
        duties=tuple(table.parsed_list("duties", str)),
        jurisdictions=tuple(table.parsed_list("jurisdictions", str)),
        pause=_length(table, "pause"),
        rungs=_numbered(table.parsed_list("tell", rung_of)),
        repeating=_repeating(table),
    )
    for audience in _MUST_HEAR:
        early = (
            rung
            for rung in ladder.rungs
            if rung.share_left is not None or rung.from_due < timedelta()
        )
        if not any(rung.audience is audience for rung in early):
            raise table.error(
                f'"{audience}" must hear before the due time: add "{audience} 30 minutes before"',
                "tell",
            )
    if not any(rung.is_at_once and rung.audience is Audience.OWNER for rung in ladder.rungs):
        raise table.error('The owner must hear of a new duty: add "owner at once"', "tell")
    return ladder


def length_of(text: str) -> timedelta:
    """Read "30 minutes" or "4 hours"; ValueError says how to write it."""
    match = _LENGTH.fullmatch(text)
    if match is None:
        raise ValueError('Write it as "30 minutes" or "4 hours"')
    number = int(match["number"])
    return timedelta(minutes=number) if match["unit"] == "minute" else timedelta(hours=number)


def rung_of(text: str) -> Rung:
    """Read one step; ValueError says how to write it."""
    match = _STEP.fullmatch(text)
    if match is None or match["who"] not in _CLIMBING:
        raise ValueError(_HOW_TO_WRITE_A_STEP)
    audience = Audience(match["who"])
    if match["at_once"]:
        return _rung(audience, ReminderKind.NOTICE, is_at_once=True)
    if match["share"]:
        if audience is not Audience.OWNER:
            raise ValueError('Only the owner hears "at 50% left" or "at 25% left"')
        kind = ReminderKind.NUDGE if match["share"] == "50" else ReminderKind.LATE_NUDGE
        return _rung(audience, kind, share_left=int(match["share"]) / 100)
    if match["due"]:
        return _rung(audience, ReminderKind.OVERDUE)
    length = length_of(match["length"])
    if match["side"] == "before":
        kind = ReminderKind.DUE_SOON if audience is Audience.OWNER else ReminderKind.ESCALATION
        return _rung(audience, kind, from_due=-length)
    return _rung(audience, ReminderKind.ESCALATION, from_due=length)


def _rung(
    audience: Audience,
    kind: ReminderKind,
    *,
    is_at_once: bool = False,
    share_left: float | None = None,
    from_due: timedelta = timedelta(),
) -> Rung:
    return Rung(
        code=f"{audience}-{kind}",
        kind=kind,
        audience=audience,
        is_at_once=is_at_once,
        share_left=share_left,
        from_due=from_due,
    )


def _numbered(rungs: Sequence[Rung]) -> tuple[Rung, ...]:
    """Each with a code of its own: the second "supervisor-escalation" gets a 2."""
    seen: dict[str, int] = {}
    numbered = []
    for rung in rungs:
        number = seen[rung.code] = seen.get(rung.code, 0) + 1
        code = rung.code if number == 1 else f"{rung.code}-{number}"
        numbered.append(replace(rung, code=code))
    return tuple(numbered)


def _length(table: Table, key: str) -> timedelta:
    table.text(key)
    length = table.parsed(key, length_of)
    assert length is not None  # noqa: S101 (the line above has refused a missing key)
    return length


def _repeating(table: Table) -> Repeating:
    values = table.values.get("repeat")
    if not isinstance(values, dict):
        raise table.error(
            '"repeat" is missing here: write repeat = { who = ["owner"], every = "30 minutes", '
            'times = 8, then_every = "4 hours" }',
            "repeat" if "repeat" in table.values else "",
        )
    line = table.key_lines.get("repeat", table.line)
    inner = Table(table.path, values, line, {})
    inner.refuse_other_keys(_REPEAT_KEYS)
    audiences = inner.choices("who", Audience, ())
    if Audience.OWNER not in audiences or not set(audiences) <= set(_CLIMBING):
        raise inner.error(f'"who" must name the owner, and others of: {", ".join(_CLIMBING)}')
    times = inner.number("times")
    if times < 1:
        raise inner.error('"times" must be 1 or more')
    return Repeating(
        audiences=audiences,
        every=_length(inner, "every"),
        times=times,
        then_every=_length(inner, "then_every"),
    )
