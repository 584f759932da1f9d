"""`./run manage explain_protocol us-mo --told 2026-03-07T13:52`: what is due when, and why."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from casework.operations.protocols import protocols_in_use
from casework.policies.anchors import Anchor, Anchors
from casework.policies.calendars import UnknownCalendar, calendar_called
from casework.policies.conditions import Condition, Facts
from casework.policies.due import plan_duties
from casework.policies.explain import explain, explain_table
from casework.policies.iso_moments import parse_moment
from casework.policies.protocols import Protocol
from casework.policies.time_problem import TimeProblem

OPTIONS = {
    Anchor.TOLD: "told",
    Anchor.NOTIFIED: "notified",
    Anchor.DETERMINED_MISSING: "determined",
    Anchor.FIRST_SUSPECTED: "suspected",
    Anchor.LAST_SEEN: "last-seen",
    Anchor.FIRST_REPORT_MADE: "first-report",
    Anchor.POLICE_REPORT_MADE: "police-report",
    Anchor.LOCATED: "located",
    Anchor.RETURNED: "returned",
    Anchor.FLAGGED: "flagged",
}
OLDEST = 26  # the highest age that a state may choose for these duties


class Command(BaseCommand):
    """Print the duties that a jurisdiction's protocol gives for an imagined episode."""

    help = (
        "Print each duty of a protocol for the moments and facts given: when it is due, by which "
        "rule and from which source. Nothing is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("jurisdiction", help="the code of a protocol, like us-mo")
        for anchor, name in OPTIONS.items():
            parser.add_argument(
                f"--{name}",
                dest=anchor.value,
                metavar="TIME",
                required=anchor is Anchor.TOLD,
                help=f"when {anchor.words}, like 2026-03-07T13:52",
            )
        parser.add_argument("--age", type=int, help="the youth's age in years")
        parser.add_argument(
            "--condition",
            action="append",
            default=[],
            metavar="NAME",
            help='a condition that holds, or "not-NAME" for one that does not; may be repeated. '
            f"One of: {', '.join(_dashed(condition) for condition in Condition)}",
        )
        parser.add_argument(
            "--tz", metavar="ZONE", help="the zone of times, like America/Chicago; else the place's"
        )
        parser.add_argument(
            "--calendar", help='holidays that count, like "us-wa"; else the place\'s'
        )
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the answer. Raises CommandError, which says what to write instead."""
        protocol = _protocol(options["jurisdiction"])
        zone = _zone(options["tz"] or protocol.time_zone)
        try:
            calendar = calendar_called(options["calendar"] or protocol.calendar)
        except UnknownCalendar as error:
            raise CommandError(f"--calendar: {error}") from None
        duties = plan_duties(
            protocol,
            anchors=_anchors(options, zone),
            facts=_facts(options),
            zone=zone,
            calendar=calendar,
        )
        if options["format"] == "json":
            self.stdout.write(json.dumps([explain(duty, zone=zone) for duty in duties], indent=2))
        else:
            self.stdout.write(f"{protocol.name}, version {protocol.version}. {protocol.source}\n\n")
            self.stdout.write(explain_table(duties, zone=zone, now=timezone.now()))


def _protocol(code: str) -> Protocol:
    protocols = protocols_in_use()
    if code not in protocols:
        raise CommandError(
            f'There is no protocol "{code}". These are known: {", ".join(sorted(protocols))}'
        )
    return protocols[code]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise CommandError(
            f'--tz: there is no time zone "{name}": write one like America/Chicago'
        ) from None


def _anchors(options: dict[str, Any], zone: ZoneInfo) -> Anchors:
    """The moments given, refused where their order is impossible."""
    moments = {}
    for anchor, name in OPTIONS.items():
        text = options[anchor.value]
        if text is None:
            continue
        try:
            moments[anchor.value] = parse_moment(text, zone)
        except TimeProblem as problem:
            raise CommandError(f"--{name}: {problem.message}") from None
    anchors = Anchors(**moments)
    for first, then in (
        (Anchor.LAST_SEEN, Anchor.TOLD),
        (Anchor.LAST_SEEN, Anchor.LOCATED),
        (Anchor.LOCATED, Anchor.RETURNED),
    ):
        earlier, later = anchors.at(first), anchors.at(then)
        if earlier and later and earlier > later:
            raise CommandError(
                f"--{OPTIONS[first]} is later than --{OPTIONS[then]}: change one of them"
            )
    return anchors


def _facts(options: dict[str, Any]) -> Facts:
    age = options["age"]
    if age is not None and not 0 <= age <= OLDEST:
        raise CommandError(f"--age: write the age in years, from 0 to {OLDEST}")
    said: dict[bool, set[Condition]] = {True: set(), False: set()}
    for text in options["condition"]:
        name = text.lower().removeprefix("not").lstrip(" -_")
        holds = name == text.lower().lstrip(" -_")
        try:
            said[holds].add(Condition.read(name))
        except ValueError:
            known = ", ".join(_dashed(condition) for condition in Condition)
            raise CommandError(
                f'--condition: "{text}" is not one. These are known, each with or without "not-" '
                f"before it: {known}"
            ) from None
    try:
        return Facts(age=age, yes=frozenset(said[True]), no=frozenset(said[False]))
    except ValueError as error:
        raise CommandError(f"--condition: {error}") from None


def _dashed(condition: Condition) -> str:
    return condition.value.replace(" ", "-")
