"""The commands of `./run` and their options. Standard library only, until a command is run."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from casework.local.bootstrap import Needs, ensure_environment
from casework.local.paths import ROOT, VAR
from casework.local.ports import refuse_taken_port
from casework.local.problem import Problem
from casework.local.state import DEMO, UP

EXAMPLES = """\
examples:
  ./run demo                     the demo, at http://127.0.0.1:8000
  ./run demo --port 8001         ... at another port
  ./run test                     the whole test suite
  ./run test tests/unit -k due   some of it; what follows `test` is for pytest
  ./run manage --up shell        a manage.py command on the data of ./run up

Everything that running makes is in var/. DATABASE_URL, REDIS_URL and EMAIL_URL, when set, are
used instead of services of our own; .env.example explains every variable.
"""


def parser() -> argparse.ArgumentParser:
    """All commands. `needs` says what each needs around it."""
    top = argparse.ArgumentParser(
        prog="./run",
        description="Porchlight on one machine, with nothing installed but Python.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="command")

    def add(name: str, needs: Needs, does: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=does, description=does, allow_abbrev=False)
        command.set_defaults(needs=needs)
        return command

    for name, does in (
        ("demo", "start Porchlight with a made-up agency, until Ctrl-C"),
        ("up", "start Porchlight empty, for data of your own"),
    ):
        command = add(name, Needs.LOCAL, does)
        command.add_argument("--port", type=port, default=8000, help="default: 8000")
        command.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, only here")
    add("test", Needs.DEVELOPMENT, "run the tests; what follows is for pytest")
    add("check", Needs.DEVELOPMENT, "lint, format, types, imports, templates, migrations")
    add("bench", Needs.DEVELOPMENT, "measure; what follows is for benchmarks/ (try --help)")
    manage = add("manage", Needs.LOCAL, "run a manage.py command; what follows is for manage.py")
    which = manage.add_mutually_exclusive_group()
    which.add_argument("--demo", dest="state", action="store_const", const=DEMO)
    which.add_argument("--up", dest="state", action="store_const", const=UP)
    add("lock", Needs.NOTHING, "write the lock files anew from pyproject.toml")
    clean = add("clean", Needs.NOTHING, "stop what runs and delete var/")
    clean.add_argument("--yes", action="store_true", help="also the data of ./run up, unasked")
    return top


def port(words: str) -> int:
    """A port number a person may choose."""
    number = int(words)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return number


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command and its options; `rest` is what pytest, manage.py or benchmarks/ is given."""
    mine, rest = list(arguments), []
    if mine[:1] in (["test"], ["bench"]):
        mine, rest = mine[:1], mine[1:]
    elif mine[:1] == ["manage"]:
        own = 2 if mine[1:2] in (["--demo"], ["--up"], ["--help"], ["-h"]) else 1
        mine, rest = mine[:own], mine[own:]
    options = parser().parse_args(mine)
    options.rest = rest
    return options


def launch(arguments: Sequence[str]) -> int:
    """What `run` does: find out what is meant, make the environment, go on inside it."""
    options = parse(arguments)
    # As an exception it also ends the installer that we may be waiting for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if options.needs is Needs.NOTHING:
            return dispatch(arguments)
        if options.command in ("demo", "up"):  # before minutes of installing, not after
            refuse_second_start(options)
        python = ensure_environment(options.needs)
    except Problem as problem:
        return complain(problem)
    except KeyboardInterrupt:
        return 130
    os.chdir(ROOT)  # where `-m` looks for the package, and pytest for its paths
    command = [str(python), "-m", "casework.local", *arguments]
    os.execve(python, command, with_compiled_code())  # noqa: S606 (no shell is wanted)


def with_compiled_code() -> dict[str, str]:
    """Our environment, in which every Python keeps what it compiled, in var/ and nowhere else.

    Without it each of a dozen processes would compile Django anew, and be seconds late.
    """
    ours = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return ours | {"PYTHONPYCACHEPREFIX": str(VAR / "pycache")}


def refuse_second_start(options: argparse.Namespace) -> None:
    """Raise Problem when this state runs already, or its port is another program's."""
    state = {"demo": DEMO, "up": UP}[options.command]
    if running := state.holder():
        raise running
    refuse_taken_port(options.command, options.host, options.port)


def dispatch(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code. A Problem becomes a line and the code 1."""
    # Imported here: some of these need the environment, and `run` comes by without it.
    options = parse(arguments)
    try:
        if options.command in ("demo", "up"):
            from casework.local.serve import serve

            state = {"demo": DEMO, "up": UP}[options.command]
            return serve(state, host=options.host, port=options.port)
        if options.command == "test":
            from casework.local import testing

            return testing.test(options.rest)
        if options.command == "bench":
            from casework.local import testing

            return testing.bench(options.rest)
        if options.command == "check":
            from casework.local import testing

            return testing.check()
        if options.command == "manage":
            from casework.local.manage import manage

            return manage(options.rest, options.state)
        if options.command == "lock":
            from casework.local.lockfiles import write_lock_files

            return write_lock_files()
        from casework.local.clean import clean

        return clean(is_sure=options.yes)
    except Problem as problem:
        return complain(problem)
    except KeyboardInterrupt:
        return 130


def complain(problem: Problem) -> int:
    """Say what is in the way, where errors belong."""
    print(f"Porchlight: {problem}", file=sys.stderr, flush=True)
    return 1
