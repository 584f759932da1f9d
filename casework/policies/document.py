"""docs/protocols.md, written from the protocol files so that the two cannot differ."""

from collections.abc import Iterator, Mapping

from casework.policies.rules import DutyRule, Phase, Protocol

_INTRODUCTION = """\
# Protocols

Written from `casework/protocols/*.toml`: change those files, then write this page again.

A protocol says what an agency must do when a youth is missing from care, and by when. Each duty
names its source. "Source seen" means that whoever wrote the rule read that source; everything else
is "not verified". **An agency confirms its protocol with counsel before it relies on it.**

A state's protocol extends the federal base: where it states a duty again, both hold and the
earlier due time wins. A moment that is not known yet is stood in for by the moment the agency was
told, and the due time is marked provisional.
"""
_PHASES = {
    Phase.MISSING: "While the youth is missing",
    Phase.RETURN: "Once the youth is located or back",
}


def protocols_document(protocols: Mapping[str, Protocol]) -> str:
    """The page, in Markdown: every protocol with the duties that its own file states."""
    lines = [_INTRODUCTION]
    for code in sorted(protocols):
        lines.extend(_protocol_lines(protocols[code]))
    return "\n".join(lines).rstrip() + "\n"


def _protocol_lines(protocol: Protocol) -> Iterator[str]:
    yield f"## {protocol.name} (`{protocol.code}`, version {protocol.version})\n"
    yield f"{protocol.source}\n"
    if protocol.base:
        yield f"Extends {protocol.base.name}: its other duties hold here too.\n"
    for phase, heading in _PHASES.items():
        rules = [rule for rule in protocol.rules if rule.phase is phase]
        if not rules:
            continue
        yield f"### {heading}\n"
        yield "| Duty | When | Basis | Source | Checked |"
        yield "|---|---|---|---|---|"
        for rule in sorted(rules, key=lambda rule: rule.order):
            yield _row(rule)
        yield ""


def _row(rule: DutyRule) -> str:
    cells = (
        f"{rule.title} (`{rule.code}`)",
        rule.clock_words + _dates(rule),
        rule.basis.words,
        rule.source,
        rule.verified.words,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _dates(rule: DutyRule) -> str:
    since = f", from {rule.effective_from}" if rule.effective_from else ""
    until = f", until {rule.effective_until}" if rule.effective_until else ""
    return since + until
