"""docs/protocols.md, written from the protocol files so that the two cannot differ."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from casework.policies.rules import DutyRule, Phase, Protocol, Verified

_INTRODUCTION = """\
# Protocols

Written from `casework/protocols/*.toml`: change those files, then write this page again.

A protocol says what an agency must do when a youth is missing from care, and by when. Each duty
names its source. "Source seen" means that whoever wrote the rule read that source; everything else
is "not verified". **An agency confirms its protocol with counsel before it relies on it.**

A state's protocol extends the federal base: where it states a duty again, both hold and the
earlier due time wins. A moment that is not known yet is stood in for by the moment the agency was
told, a condition that is not known by its stricter reading, and the due time is marked provisional.

How time is counted, where a source leaves it open:

- **Hours** are elapsed hours, the same across a clock change.
- **Business hours** are elapsed hours of business days, midnight to midnight.
- **Calendar days** end at the same time of day. The day of the anchor is not counted.
- **Calendar days excluding weekends and holidays** likewise, open days alone being counted. What
  starts on a closed day ends with its last day, at 11:59 p.m.
- **Business days** end at 5 p.m. on the last one. The day of the anchor is not counted.
- **Immediately** is a target; a clock runs only where there is a limit, the federal one included.

Holidays are those of the calendar that each protocol names.
"""
_PHASES = {
    Phase.MISSING: "While the youth is missing",
    Phase.RETURN: "Once the youth is located or back",
}
_REPORTS = {"report_to_police": "Police", "report_to_ncmec": "NCMEC"}


def protocols_document(protocols: Mapping[str, Protocol]) -> str:
    """The page, in Markdown: every protocol with the duties that its own file states."""
    codes = sorted(protocols, key=lambda code: (code != "us", protocols[code].name))
    lines = [_INTRODUCTION, *_index([protocols[code] for code in codes])]
    for code in codes:
        lines.extend(_protocol_lines(protocols[code]))
    return "\n".join(lines).rstrip() + "\n"


def _index(protocols: Sequence[Protocol]) -> Iterator[str]:
    yield "## Jurisdictions\n"
    yield f"| Jurisdiction | {' | '.join(_REPORTS.values())} | Own duties | Not verified |"
    yield "|---|---|---|---|---|"
    for protocol in protocols:
        reports = (_clocks(_latest(protocol, code)) for code in _REPORTS)
        duties = {rule.code for rule in protocol.rules}
        doubtful = {rule.code for rule in protocol.rules if rule.verified is Verified.UNVERIFIED}
        cells = (f"[{protocol.name}](#{protocol.code})", *reports, len(duties), len(doubtful))
        yield f"| {' | '.join(map(str, cells))} |"
    yield "\nAn empty cell is the federal base.\n"


def _latest(protocol: Protocol, code: str) -> list[DutyRule]:
    return [r for r in protocol.rules if r.code == code and r.is_in_force(date.max)]


def _protocol_lines(protocol: Protocol) -> Iterator[str]:
    yield f'<a id="{protocol.code}"></a>\n'
    yield f"## {protocol.name} (`{protocol.code}`, version {protocol.version})\n"
    yield f"{protocol.source}\n"
    if protocol.base:
        yield f"Extends {protocol.base.name}: its other duties hold here too.\n"
    yield f"Holidays: `{protocol.calendar}`. Time zone: {protocol.time_zone}.\n"
    for phase, heading in _PHASES.items():
        rules = [rule for rule in protocol.rules if rule.phase is phase]
        if not rules:
            continue
        yield f"### {heading}\n"
        yield "| Duty | When | Basis | Source | Checked |"
        yield "|---|---|---|---|---|"
        rules.sort(key=lambda rule: (rule.order, rule.code))
        for _, cases in groupby(rules, key=lambda rule: (rule.code, rule.source)):
            yield _row(list(cases))
        yield ""


def _row(cases: list[DutyRule]) -> str:
    """One row for the rules of a code that share a source: the moments that one may count from."""
    rule = cases[0]
    cells = (
        f"{rule.title} (`{rule.code}`)",
        _clocks(cases),
        rule.basis.words,
        rule.source,
        rule.verified.words,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _clocks(cases: list[DutyRule]) -> str:
    return "<br>or ".join(rule.clock_words + _dates(rule) for rule in cases)


def _dates(rule: DutyRule) -> str:
    since = f", from {rule.effective_from}" if rule.effective_from else ""
    until = f", until {rule.effective_until}" if rule.effective_until else ""
    return since + until
