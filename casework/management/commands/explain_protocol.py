"""`./run manage explain_protocol us-mo --told 2026-03-07T13:52`: what is due when, and why."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from casework.operations.protocols import protocols_in_use
from casework.policies.anchors import Anchor
from casework.policies.conditions import Condition
from casework.policies.explain import explain, explain_table
from casework.policies.trial import Asked, NotUsable, Problem, Trial, trial_of

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
    Anchor.IDENTIFIED: "identified",
}
# By the part of a question that a problem is about.
CALLED = {
    **{anchor.value: f"--{name}" for anchor, name in OPTIONS.items()},
    "age": "--age",
    "conditions": "--condition",
    "zone": "--tz",
    "calendar": "--calendar",
}


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
        parser.add_argument("--age", default="", help="the youth's age in years")
        known = ", ".join(condition.value.replace(" ", "-") for condition in Condition)
        parser.add_argument(
            "--condition",
            action="append",
            default=[],
            metavar="NAME",
            help='a condition that holds, or "not-NAME" for one that does not; may be repeated. '
            f"One of: {known}",
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
        trial = _trial(options)
        zone, duties = trial.zone, trial.duties()
        if options["format"] == "json":
            self.stdout.write(json.dumps([explain(duty, zone=zone) for duty in duties], indent=2))
        else:
            protocol = trial.protocol
            self.stdout.write(f"{protocol.name}, version {protocol.version}. {protocol.source}\n\n")
            self.stdout.write(explain_table(duties, zone=zone, now=timezone.now()))


def _trial(options: dict[str, Any]) -> Trial:
    asked = Asked(
        jurisdiction=options["jurisdiction"],
        moments={anchor: options[anchor.value] or "" for anchor in OPTIONS},
        age=options["age"],
        conditions=options["condition"],
        zone=options["tz"] or "",
        calendar=options["calendar"] or "",
    )
    try:
        return trial_of(asked, protocols=protocols_in_use())
    except NotUsable as error:
        raise CommandError("\n".join(_words(problem) for problem in error.problems)) from None


def _words(problem: Problem) -> str:
    called = CALLED.get(problem.part, "")
    if problem.later_than:
        return f"{called} is later than {CALLED[problem.later_than]}: change one of them"
    return f"{called}: {problem.message}" if called else problem.message
