"""What each page weighs, how many requests it takes, and how often it asks the database."""

import mailbox
import tempfile
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks.database import empty_database, versions
from benchmarks.table import kilobytes, machine, show
from benchmarks.weight import weigh
from casework.management.synthetic.names import FAMILY, GIVEN
from casework.models import Delivery, Episode, Role, Unit, User
from casework.notifications.addressing import address_due
from casework.notifications.sending import send_due
from casework.operations import episodes
from casework.policies.time_words import Moment, Precision

FEW, MANY = 10, 60
IN_MEMORY = "django.core.mail.backends.locmem.EmailBackend"
# The budget of the design notes: a first visit on a slow line, and a long list.
MOST_BYTES, MOST_REQUESTS, LONGEST_LIST = 100_000, 8, 20_000


def run() -> None:
    """Make a small unit in an empty database, open every page, and print the table."""
    with empty_database(), tempfile.TemporaryDirectory() as folder:
        caught = Path(folder) / "mail"
        with override_settings(DEMO=True, MAIL_CATCHER_DIR=caught, EMAIL_BACKEND=IN_MEMORY):
            print(f"Pages. {machine(**versions())}")
            measure(caught)


def measure(caught: Path) -> None:
    """Open each page as the person who works with it."""
    unit = Unit.objects.create(
        name="Synthetic unit", jurisdiction="us-mo", time_zone="America/Chicago"
    )
    worker = _person("caseworker@porchlight.test", Role.CASEWORKER, unit)
    _person("supervisor@porchlight.test", Role.SUPERVISOR, unit)
    admin = _person("admin@porchlight.test", Role.ADMIN, None)
    now = timezone.now()
    mine, office, nobody = _browser(worker), _browser(admin), Client()

    logged = [_log(worker, number, now) for number in range(FEW)]
    rows = [
        _row("sign in", nobody, reverse("account_login")),
        _row(f"home, {FEW} episodes", mine, reverse("home")),
        _row("intake", mine, reverse("log_youth")),
        _row("episode", mine, logged[0].get_absolute_url()),
        _row("duty", mine, logged[0].duties.order_by("order")[0].get_absolute_url()),
        _row("checklist", mine, reverse("checklist", args=[logged[0].public_id])),
        _row("located or returned", mine, reverse("record_return", args=[logged[0].public_id])),
    ]
    for number in range(FEW, MANY):
        _log(worker, number, now)
    while address_due(now=now):
        pass
    while send_due(now=now):
        pass
    _catch(caught)
    shown = Delivery.objects.inbox_of(worker).count()
    rows += [
        _row(f"home, {MANY} episodes", mine, reverse("home")),
        _row(f"inbox, {min(shown, 100)} reminders", mine, reverse("inbox")),
        _row("mailbox (demo only)", office, reverse("mailbox")),
    ]
    show(
        "Weight and queries of each page (budget of a first visit: "
        f"{kilobytes(MOST_BYTES)}, {MOST_REQUESTS} requests; of a list of {MANY}: "
        f"{kilobytes(LONGEST_LIST)} of HTML)",
        ("page", "HTML", "HTML, gz", "files, gz", "first visit", "requests", "SQL queries"),
        rows,
    )


def _row(name: str, client: Client, address: str) -> tuple[object, ...]:
    client.get(address)  # once before: whatever is asked once a process is not the page's
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address)
    assert response.status_code == 200, f"{name}: {response.status_code}"
    weight = weigh(response.content)
    return (
        name,
        kilobytes(len(response.content)),
        kilobytes(weight.html),
        kilobytes(sum(weight.files.values())),
        kilobytes(weight.first_visit),
        weight.requests,
        len(asked),
    )


def _person(email: str, role: Role, unit: Unit | None) -> User:
    return User.objects.create_user(email, name=email.partition("@")[0], role=role, unit=unit)


def _browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _log(worker: User, number: int, now: datetime) -> Episode:
    told = now - timedelta(hours=number % 40, minutes=number)
    return episodes.log_missing(
        by=worker,
        now=now,
        submission_key=uuid.uuid4(),
        telling=episodes.Telling(told=Moment(at=told, precision=Precision.EXACT)),
        new_name=f"{GIVEN[number % len(GIVEN)]} {FAMILY[number % len(FAMILY)]}",
    )


def _catch(folder: Path) -> None:
    """Put what was mailed where the mailbox page reads it."""
    box = mailbox.Maildir(folder)
    for message in mail.outbox:
        box.add(message.message().as_bytes())
