"""Checks that stop an unsafe start. `./manage.py check --deploy --database default` runs them all."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections

DEMO_DOMAIN = "@porchlight.test"
SHORTEST_KEY = 50
KEYS_FROM_EXAMPLES = ("insecure", "change-me", "changeme", "example", "secret", "default")


@register(Tags.security)
def refuse_debug_and_default_keys(**_: Any) -> list[CheckMessage]:
    """Outside the demonstration: no DEBUG, no key from an example, no plain http."""
    if settings.DEMO:
        return []
    errors: list[CheckMessage] = []
    if settings.DEBUG:
        errors.append(
            Error(
                "DEBUG is on. It would show records to anyone who causes an error.",
                hint="Remove DEBUG from the environment.",
                id="casework.E001",
            )
        )
    key = settings.SECRET_KEY
    if (
        len(key) < SHORTEST_KEY
        or len(set(key)) < 10
        or any(word in key.lower() for word in KEYS_FROM_EXAMPLES)
    ):
        errors.append(
            Error(
                "SECRET_KEY is short, repetitive or taken from an example.",
                hint="Set SECRET_KEY to at least 50 random characters.",
                id="casework.E002",
            )
        )
    if not settings.IS_HTTPS and not settings.IS_THIS_MACHINE_ONLY:
        errors.append(
            Error(
                "BASE_URL is not https, so records would travel in the clear.",
                hint="Put a TLS proxy in front and set BASE_URL to its https address.",
                id="casework.E003",
            )
        )
    return errors


@register(Tags.database)
def refuse_demo_accounts(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Outside the demonstration: no account whose password everybody can read in the README."""
    if settings.DEMO:
        return []
    for alias in databases or ():
        connection = connections[alias]
        try:
            with connection.cursor() as cursor:
                if "casework_user" not in connection.introspection.table_names(cursor):
                    continue
                cursor.execute(
                    "SELECT count(*) FROM casework_user WHERE is_active AND email ILIKE %s",
                    [f"%{DEMO_DOMAIN}"],
                )
                accounts = cursor.fetchone()[0]
        except DatabaseError as error:
            return [
                Error(
                    f"The database does not answer: {type(error).__name__}.",
                    hint="Check DATABASE_URL, and that PostgreSQL is running.",
                    id="casework.E005",
                )
            ]
        if accounts:
            return [
                Error(
                    f"This database holds {accounts} demonstration accounts.",
                    hint="Use an empty database: the demonstration's passwords are public.",
                    id="casework.E004",
                )
            ]
    return []


def refuse_unsafe_start() -> None:
    """Run the checks where Django itself does not: before the web server and the worker start."""
    from django.core.checks import run_checks
    from django.core.management.base import SystemCheckError

    errors = [
        message
        for tag in (Tags.security, Tags.database)
        for message in run_checks(tags=[tag], databases=["default"])
        if message.id and message.id.startswith("casework.E")
    ]
    if errors:
        raise SystemCheckError(
            "Porchlight does not start like this:\n" + "\n".join(str(error) for error in errors)
        )
