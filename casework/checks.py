"""Checks that stop an unsafe start. `./manage.py check --deploy --database default` runs them all."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections
from django.db.models import Count

from casework.models import Episode, Unit
from casework.notifications.plan import ladders_in_use
from casework.operations.protocols import protocols_in_use
from casework.policies.calendars import UnknownCalendar, calendar_called
from casework.policies.protocol_file import ProtocolError

DEMO_DOMAIN = "@porchlight.test"
SHORTEST_KEY = 50
LONGEST_TOOL = 120  # characters, as in DutyEvidence.screening_tool
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


@register(Tags.security)
def refuse_tools_that_cannot_be_kept(**_: Any) -> list[CheckMessage]:
    """Every screening tool's name fits where a screening keeps it."""
    return [
        Error(
            f"SCREENING_TOOLS has a name of {len(name)} characters: “{name[:40]}…”.",
            hint=f"Give each tool a name of at most {LONGEST_TOOL} characters, with commas between.",
            id="casework.E010",
        )
        for name in settings.SCREENING_TOOLS
        if len(name) > LONGEST_TOOL
    ]


@register(Tags.security)
def refuse_duties_without_ladder(**_: Any) -> list[CheckMessage]:
    """Every ladder can be read, and there is one that any duty can climb."""
    try:
        ladders = ladders_in_use()
    except ProtocolError as error:
        return [Error(str(error), hint="Mend the file, then start again.", id="casework.E011")]
    if any(not (one.up_to or one.duties or one.jurisdictions) for one in ladders):
        return []
    return [
        Error(
            "No ladder is for every duty: some would remind nobody.",
            hint='Add a [[ladder]] without "up_to", "duties" and "jurisdictions".',
            id="casework.E012",
        )
    ]


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
            return [_no_answer(error)]
        if accounts:
            return [
                Error(
                    f"This database holds {accounts} demonstration accounts.",
                    hint="Use an empty database: the demonstration's passwords are public.",
                    id="casework.E004",
                )
            ]
    return []


@register(Tags.database)
def refuse_units_without_rules(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """No unit and no open episode whose clocks would be counted by other rules than it says."""
    errors: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        try:
            with connection.cursor() as cursor:
                tables = connection.introspection.table_names(cursor)
            if {"casework_unit", "casework_episode"} <= set(tables):
                errors += [*_faults_of_units(alias), *_episodes_without_protocol(alias)]
        except DatabaseError as error:
            return [_no_answer(error)]
    return errors


def _faults_of_units(alias: str) -> Iterator[Error]:
    units = Unit.objects.using(alias).order_by("name")
    for name, jurisdiction, time_zone, calendar in units.values_list(
        "name", "jurisdiction", "time_zone", "calendar"
    ):
        change = f'In manage shell: Unit.objects.filter(name="{name}").update'
        if jurisdiction not in protocols_in_use():
            yield Error(
                f'The unit "{name}" goes by the protocol "{jurisdiction}", which no file has.',
                hint=f"Put {jurisdiction}.toml into a folder of PROTOCOL_DIRS, or give the unit the"
                f' code of a protocol. {change}(jurisdiction="us-mo")',
                id="casework.E006",
            )
        try:
            ZoneInfo(time_zone)
        except (OSError, ValueError, KeyError):
            yield Error(
                f'The unit "{name}" has the time zone "{time_zone}", which does not exist.',
                hint=f'{change}(time_zone="America/Chicago")',
                id="casework.E007",
            )
        try:
            calendar_called(calendar or "us")
        except UnknownCalendar as error:
            yield Error(
                f'The unit "{name}" cannot count business days. {error}; empty for those of its'
                " protocol.",
                hint=f'{change}(calendar="")',
                id="casework.E008",
            )


def _episodes_without_protocol(alias: str) -> Iterator[Error]:
    lost = (
        Episode.objects.using(alias)
        .filter(ended_at__isnull=True)
        .exclude(jurisdiction__in=protocols_in_use())
        .order_by("unit__name", "jurisdiction")
        .values_list("unit__name", "jurisdiction")
        .annotate(episodes=Count("pk"))
    )
    for unit, jurisdiction, episodes in lost:
        yield Error(
            f'Open episodes of the unit "{unit}" ({episodes}) go by the protocol'
            f' "{jurisdiction}", which no file has.',
            hint=f"Put {jurisdiction}.toml back into a folder of PROTOCOL_DIRS: their clocks were"
            " counted by it.",
            id="casework.E009",
        )


def _no_answer(error: DatabaseError) -> Error:
    return Error(
        f"The database does not answer: {type(error).__name__}.",
        hint="Check DATABASE_URL, and that PostgreSQL is running.",
        id="casework.E005",
    )


def refuse_unsafe_start() -> None:
    """Run the checks where Django itself does not: before the web server and the worker start."""
    from django.core.checks import run_checks
    from django.core.management.base import SystemCheckError

    errors = [
        str(message)
        for tag in (Tags.security, Tags.database)
        for message in run_checks(tags=[tag], databases=["default"])
        if message.id and message.id.startswith("casework.E")
    ]
    if errors:
        raise SystemCheckError(
            "Porchlight does not start like this:\n" + "\n".join(dict.fromkeys(errors))
        )
