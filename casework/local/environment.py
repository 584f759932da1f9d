"""The environment variables that Django is given. `.env.example` explains each."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from casework.local import browser
from casework.local.paths import VAR
from casework.local.services import addresses
from casework.local.state import State

NOWHERE = "smtp://127.0.0.1:9"  # the discard port: tests keep their mail in memory
OURS_ALONE = ("DEMO", "DEBUG", "MAIL_CATCHER_DIR")  # never taken from the person's shell


def for_server(
    state: State, given: Mapping[str, str], *, address: str, mail_port: int | None
) -> dict[str, str]:
    """For the demo and for `up`: what the person set wins, but DEMO follows the command."""
    host = address.removeprefix("http://").rpartition(":")[0]
    hosts = sorted({"127.0.0.1", "localhost", host.strip("[]"), os.uname().nodename.lower()})
    ours = {
        "BASE_URL": address,
        "ALLOWED_HOSTS": ",".join(h for h in hosts if h not in ("0.0.0.0", "::")),  # noqa: S104
        "AGENCY_NAME": "Demonstration Agency" if state.name == "demo" else "Porchlight",
        "ON_CALL_PHONE": "555-0142" if state.name == "demo" else "",
        "DEFAULT_FROM_EMAIL": "Casework notices <notices@porchlight.test>",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}" if mail_port else NOWHERE,
        "STATIC_ROOT": str(VAR / "static"),
    }
    if "SECRET_KEY" not in given:
        ours["SECRET_KEY_FILE"] = str(secret_key_file(state))
    chosen = {name: value for name, value in given.items() if name not in OURS_ALONE}
    fixed = {"DEMO": "false", "PYTHONUNBUFFERED": "1"}
    if state.name == "demo":
        fixed |= {"DEMO": "true", "MAIL_CATCHER_DIR": str(state.mail)}
    return ours | chosen | addresses(state, given) | fixed


def for_tests(state: State, given: Mapping[str, str]) -> dict[str, str]:
    """For tests and checks: the same on every machine, whatever the person's shell holds."""
    fixed = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "BASE_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "AGENCY_NAME": "Porchlight test agency",
        "ON_CALL_PHONE": "555-0142",
        "DEFAULT_FROM_EMAIL": "Casework notices <notices@porchlight.test>",
        "EMAIL_URL": NOWHERE,
        "STATIC_ROOT": str(VAR / "static"),
    }
    dropped = {*OURS_ALONE, "SECRET_KEY_FILE", "PROTOCOL_DIRS", "REMINDER_TICK_SECONDS"}
    chosen = {name: value for name, value in given.items() if name not in dropped}
    found = browser.find_chromium()
    chromium = {browser.VARIABLE: str(found)} if found else {}
    return chosen | addresses(state, given) | fixed | chromium


def secret_key_file(state: State) -> Path:
    """The file that holds this state's secret key, made at the first start."""
    path = state.folder / "secret-key"
    if not path.exists():
        making = path.with_suffix(".new")
        making.touch(mode=0o600)
        making.write_text(secrets.token_urlsafe(50))
        making.rename(path)
    return path
