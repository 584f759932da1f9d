"""Reminders by the hundred thousand: a small agency through the operations, the rest in SQL.

Run alone (`python -m benchmarks.storm.load --inbox … --mails … --seconds …`) it fills the database
that DATABASE_URL names, which must be empty; with `--wave` it adds to what it made before.
"""

import argparse
import uuid
from datetime import datetime, timedelta

from django.db import connection

UNITS = 10
EPISODES = 40
# Each duty in turn gets the next reminder.
_INSERT = """
    INSERT INTO casework_reminder (
        public_id, episode_id, duty_id, kind, audience, person_id, topic, says, due_at, dedupe_key,
        attempts, last_error, planned_at
    )
    SELECT gen_random_uuid(), duty.episode_id, duty.id, 'due_soon', {audience}, {person}, {topic},
        '', %(first)s + make_interval(secs => %(apart)s) * n, %(name)s || n, 0, '', %(now)s
    FROM generate_series(1, %(number)s) AS n
    JOIN (
        SELECT id, episode_id, row_number() OVER (ORDER BY id) - 1 AS at, count(*) OVER () AS of_all
        FROM casework_duty WHERE done_at IS NULL AND due_at IS NOT NULL
    ) AS duty ON duty.at = n %% duty.of_all
"""
_INBOX = _INSERT.format(audience="'owner'", person="NULL::bigint", topic="'untimed'")
_MAIL = _INSERT.format(
    audience="'person'",
    person="(SELECT id FROM casework_user WHERE email = 'reader' || n || '@synthetic.test')",
    topic="'duty'",
)


def make_agency(*, readers: int, now: datetime) -> None:
    """Units, people and open episodes in an empty database, and no reminders yet.

    The owners of the episodes want no mail about what has no time limit: reminders of that topic
    reach their inbox alone. Each of the `readers` gets mail.
    """
    from casework.models import Cadence, ReminderPreferences, Role, Unit, User
    from casework.operations import episodes
    from casework.policies.time_words import Moment, Precision

    units = [
        Unit.objects.create(
            name=f"Synthetic unit {number}", jurisdiction="us-mo", time_zone="America/Chicago"
        )
        for number in range(UNITS)
    ]

    def person(name: str, role: Role, unit: Unit | None) -> User:
        return User(
            email=f"{name}@synthetic.test",
            name=name,
            role=role,
            unit=unit,
            password="!",  # noqa: S106
        )

    owners = [person(f"owner{n}", Role.CASEWORKER, units[n % UNITS]) for n in range(EPISODES)]
    above = [
        *(person(f"supervisor{n}", Role.SUPERVISOR, unit) for n, unit in enumerate(units)),
        person("oncall", Role.ON_CALL, None),
        person("admin", Role.ADMIN, None),
    ]
    reading = [person(f"reader{n}", Role.CASEWORKER, units[0]) for n in range(1, readers + 1)]
    User.objects.bulk_create([*owners, *above, *reading])
    ReminderPreferences.objects.bulk_create(
        ReminderPreferences(user=owner, untimed=Cadence.OFF) for owner in owners
    )
    for number, owner in enumerate(owners):
        episodes.log_missing(
            by=owner,
            now=now,
            submission_key=uuid.uuid4(),
            telling=episodes.Telling(
                told=Moment(at=now - timedelta(minutes=number), precision=Precision.EXACT)
            ),
            new_name=f"Synthetic Youth {number}",
        )
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE casework_reminder, casework_delivery, casework_message CASCADE")


def plan_inbox(
    number: int, *, first: datetime, within: timedelta, now: datetime, wave: str = ""
) -> None:
    """Write reminders that reach one person's inbox each, due evenly `within` a time."""
    _plan(_INBOX, f"{wave}inbox:", number, first, within, now)


def plan_mail(
    number: int, *, first: datetime, within: timedelta, now: datetime, wave: str = ""
) -> None:
    """Write one reminder for each of so many readers: one mail each."""
    _plan(_MAIL, f"{wave}mail:", number, first, within, now)


def _plan(
    statement: str, name: str, number: int, first: datetime, within: timedelta, now: datetime
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        apart = within.total_seconds() / max(number, 1)
        cursor.execute(
            statement,
            {"number": number, "name": name, "first": first, "apart": apart, "now": now},
        )
        cursor.execute("ANALYZE casework_reminder")
        cursor.execute("RESET statement_timeout")


def main() -> None:
    """Read the command line and fill the database."""
    import django

    django.setup()
    from django.utils import timezone

    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--inbox", type=int, required=True)
    words.add_argument("--mails", type=int, required=True)
    words.add_argument("--seconds", type=float, required=True, help="in which they fall due")
    words.add_argument("--after", type=float, default=0, help="seconds from now")
    words.add_argument("--wave", default="", help="a further one, by name: the agency is there")
    options = words.parse_args()
    if not options.wave:
        make_agency(readers=options.mails, now=timezone.now())
    now = timezone.now()
    first, within = now + timedelta(seconds=options.after), timedelta(seconds=options.seconds)
    when = {"first": first, "within": within, "now": now, "wave": options.wave}
    plan_inbox(options.inbox, **when)
    plan_mail(options.mails, **when)


if __name__ == "__main__":
    main()
