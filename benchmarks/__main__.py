"""`./run bench [what] [options]`: measure, and print tables."""

import argparse
import os
import signal
import sys

WHAT = {
    "intake": "saving an intake, and match as one types, with many youth on file",
    "pages": "what each page weighs, and how often it asks the database",
    "checklist": "the checklist's page, and saving one answer",
    "risk": "assessments a second of the pure rules",
    "clocks": "planning duties, and open episodes following a changed protocol file",
    "patterns": "the page of patterns over 100,000 and 1,000,000 episodes",
    "exports": "episodes row by row as CSV and XLSX, beside a bare COPY (--number; Linux)",
    "share": "working out what shared files hide, over thousands of histories",
    "imports": "bringing 100,000 earlier episodes in, all or none, and taking them out again",
    "search": "searching by name, number, phone and account, with many youth on file",
    "board": "the supervisor's page and the lists, with up to a million episodes on file",
    "counts": "the counts of months and their trend, in the same agencies",
    "reminders": "the sweep beside bare SQL and a bare SMTP loop, and an idle tick",
    "chaos": "what is lost or doubled while everything is killed again and again; about ten minutes",
    "delivery": "from due to delivered, and how soon a stopped part is noticed; about five minutes",
    "start": "./run demo to the first page, from nothing and again",
}


def parser() -> argparse.ArgumentParser:
    """What can be measured, and how large."""
    words = argparse.ArgumentParser(
        prog="./run bench",
        description=__doc__,
        epilog="what: " + "; ".join(f"{name} = {does}" for name, does in WHAT.items()),
    )
    words.add_argument("what", nargs="*", default=["intake", "pages"], help="default: intake pages")
    words.add_argument("--youth", type=int, default=250_000, help="on file; default: 250000")
    words.add_argument(
        "--number",
        type=int,
        default=100_000,
        help="open episodes of clocks, rows of exports and imports; default: 100000",
    )
    words.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[10_000, 100_000, 1_000_000],
        help="episodes of board and counts, one run each; 10000000 takes half an hour and 20 GB of disk",
    )
    words.add_argument("--rounds", type=int, default=3, help="of start; default: 3")
    return words


def main() -> None:
    """Measure what was asked for, one after the other."""
    options = parser().parse_args()
    # As an exception it ends what was started, and drops what was made.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if unknown := set(options.what) - set(WHAT):
        parser().error(
            f"cannot measure {', '.join(sorted(unknown))}; choose from {', '.join(WHAT)}"
        )
    needs_django = set(WHAT) - {"risk", "share", "chaos", "delivery", "start"}
    if needs_django & set(options.what):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.config.settings")
        import django

        django.setup()
    # Imported here: models can be imported only after Django is set up, and some need none.
    if "intake" in options.what:
        from benchmarks import intake

        intake.run(youth=options.youth)
    if "pages" in options.what:
        from benchmarks import pages

        pages.run()
    if "checklist" in options.what:
        from benchmarks import checklist

        checklist.run()
    if "risk" in options.what:
        from benchmarks import risk

        risk.run()
    if "clocks" in options.what:
        from benchmarks import clocks

        clocks.run(number=options.number)
    if "patterns" in options.what:
        from benchmarks import patterns

        patterns.run()
    if "exports" in options.what:
        from benchmarks import exports

        exports.run(number=options.number)
    if "share" in options.what:
        from benchmarks import share_attack

        share_attack.run()
    if "imports" in options.what:
        from benchmarks import imports

        imports.run(rows=options.number)
    if "search" in options.what:
        from benchmarks import search

        search.run(youth=options.youth)
    if {"board", "counts"} & set(options.what):
        from benchmarks import board, counts
        from benchmarks.agency import agency_with

        for episodes in options.sizes:
            with agency_with(episodes):
                if "board" in options.what:
                    board.measure(episodes)
                if "counts" in options.what:
                    counts.measure(episodes)
    if "reminders" in options.what:
        from benchmarks import reminders

        reminders.run()
    if "chaos" in options.what:
        from benchmarks import chaos

        chaos.run()
    if "delivery" in options.what:
        from benchmarks import delivery

        delivery.run()
    if "start" in options.what:
        from benchmarks import start

        start.run(rounds=options.rounds)


if __name__ == "__main__":
    main()
