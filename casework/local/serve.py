"""`./run demo` and `./run up`: everything on one machine, under one supervisor."""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from casework.local import commands, environment, prepare, stamps
from casework.local.console import say
from casework.local.foreground import run_in_foreground
from casework.local.paths import ROOT
from casework.local.ports import free_port, listen, refuse_taken_port
from casework.local.processes import Program
from casework.local.services import start_services
from casework.local.state import State
from casework.local.supervisor import StopRequested, Supervisor

SECONDS_TO_ANSWER = 90.0
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (only if the person asked for it)
DEMO_PASSWORD = "porchlight-demo"  # noqa: S105 (of made-up people; real starts refuse it)
DEMO_ACCOUNTS = {
    "caseworker@porchlight.test": "caseworker in Missouri",
    "other-unit@porchlight.test": "caseworker of another unit",
    "supervisor@porchlight.test": "supervisor",
    "oncall@porchlight.test": "on-call: may log any youth",
    "admin@porchlight.test": "administrator: accounts, and the mailbox of this demo",
    "auditor@porchlight.test": "auditor: who read and did what",
}


def serve(state: State, *, host: str, port: int) -> int:
    """Start everything, say where it is, watch it until someone stops it. Gives the exit code.

    Raises AlreadyRunning, or Problem when something is in the way.
    """
    began = time.monotonic()
    address = address_of(host, port)
    with state.held(address):
        refuse_taken_port(state.name, host, port)
        try:
            with Supervisor(state.processes) as supervisor:
                start_everything(supervisor, state, host=host, port=port)
                say("run", f"Ready after {time.monotonic() - began:.1f} s. Stop with Ctrl-C.")
                welcome(state, address)
                supervisor.run_forever()
        except StopRequested:
            say("run", "Stopped. Nothing is left running.")
    return 0


def start_everything(supervisor: Supervisor, state: State, *, host: str, port: int) -> None:
    """Services, tables, static files and data; then the servers, until a page is answered."""
    given = os.environ
    mail_port = None if given.get("EMAIL_URL") else choose_mail_port(state)
    variables = environment.for_server(
        state, given, address=address_of(host, port), mail_port=mail_port
    )
    say("run", "Starting PostgreSQL and Redis …")
    if state.server_home != state.folder:
        say("run", f"PostgreSQL does not run as root, and its user may not enter {state.folder}.")
        say("run", f"Its data is in {state.server_home}; ./run clean finds it.")
    start_services(state, supervisor, given)
    say("run", "Preparing the database and the pages …")
    prepare.migrate(supervisor, state, variables)
    prepare.collect_static(supervisor, variables)
    if state.name == "demo":
        prepare.make_demo_data(supervisor, variables)
    else:
        ask_for_first_admin(state, variables)
    supervisor.start(*programs(state, variables, host=host, port=port, mail_port=mail_port))
    supervisor.wait_until(
        lambda: answers(host, port), seconds=SECONDS_TO_ANSWER, what="The web server"
    )


def programs(
    state: State, variables: Mapping[str, str], *, host: str, port: int, mail_port: int | None
) -> list[Program]:
    """The long-running parts; the mail catcher only where no real mail server was named."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    parts = {
        "web": commands.web(bind),
        "worker": commands.worker(),
        "beat": commands.beat(str(state.folder / "beat-schedule")),
    }
    if mail_port:
        parts["mail"] = commands.mail_catcher("127.0.0.1", mail_port, str(state.mail))
    return [
        Program(name, commands.with_this_python(command), ROOT, variables)
        for name, command in parts.items()
    ]


def choose_mail_port(state: State) -> int:
    """The mail catcher's port: that of the last time, if it is still free."""
    path = state.folder / "mail-port"
    port = mail_port_of(state)
    try:
        if port:
            listen("127.0.0.1", port).close()
    except OSError:
        port = None
    port = port or free_port()
    path.write_text(str(port))
    return port


def mail_port_of(state: State) -> int | None:
    """The port that the mail catcher listens on while this state runs."""
    path: Path = state.folder / "mail-port"
    return int(path.read_text()) if path.exists() else None


def address_of(host: str, port: int) -> str:
    """The address that a person on this machine types."""
    name = ANYWHERE.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def answers(host: str, port: int) -> bool:
    """Whether the web server answers a request for the first page."""
    line = http.client.HTTPConnection(ANYWHERE.get(host, host), port, timeout=5)
    try:
        line.request("GET", "/")
        return line.getresponse().status < 500
    except OSError:
        return False
    finally:
        line.close()


def ask_for_first_admin(state: State, variables: Mapping[str, str]) -> None:
    """Ask who the first admin is where someone can answer, else say how to make one."""
    if stamps.is_current(state.folder, "first-admin", "made"):
        return
    if not sys.stdin.isatty():
        say("run", "No one can be asked here. To make the first admin: ./run manage create_admin")
        return
    command = [sys.executable, str(ROOT / "manage.py"), "create_admin"]
    if run_in_foreground(command, variables) == 0:
        stamps.set_stamp(state.folder, "first-admin", "made")


def welcome(state: State, address: str) -> None:
    """Say where Porchlight is, and who can sign in."""
    lines = ["", f"Porchlight is at {address}", ""]
    if state.name == "demo":
        width = max(map(len, DEMO_ACCOUNTS))
        lines += [f"Sign in with any of these; the password is {DEMO_PASSWORD}", ""]
        lines += [f"  {email:<{width}}  {what}" for email, what in DEMO_ACCOUNTS.items()]
        lines += ["", "All people in the demo are made up. Do not enter real ones.", ""]
    elif not os.environ.get("EMAIL_URL"):
        lines += [f"EMAIL_URL is not set: nobody gets mail, it is kept in {state.mail}", ""]
    print("\n".join(lines), flush=True)
