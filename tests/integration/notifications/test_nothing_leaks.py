"""Over the whole demonstration agency: a message says only sentences that are known beforehand.

Whatever a youth's record holds, it cannot be among them.
"""

import re
from datetime import timedelta
from email.header import decode_header, make_header
from random import Random

import pytest
from django.core import mail
from django.db import connection

from casework.management.agency.figures import SEED
from casework.management.agency.people import make_units_and_people
from casework.management.agency.youth import make_youth
from casework.models import ReminderPreferences, User
from casework.notifications.addressing import address_due
from casework.notifications.digest import make_digests
from casework.notifications.sending import send_due
from tests.integration.scenes import log

YOUTH = 200
HEADERS = {
    *("Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID"),
    "Auto-Submitted",
}
MOMENT = r"\w{3} \w{3} \d{1,2}(?:, \d{4})?,? (?:at )?(?:noon|midnight|\d{1,2}(?::\d\d)? [ap]\.m\.) [A-Z]{3,4}"
COUNT = r"\d+ (?:actions? (?:overdue|due)|new items?)"
HEADLINE = (
    rf"(?:New item for you|Action (?:due by|overdue since) {MOMENT}"
    rf"|{COUNT}(?:(?: |, the first )by {MOMENT})?(?:, {COUNT}(?:(?: |, the first )by {MOMENT})?)*"
    rf"|\d+ items? needs? action, \d+ overdue[.,] \d+ new items? for your information)"
)
ADDRESS = r"http://127\.0\.0\.1:8000/(?:r/[0-9a-f-]{36}|me/reminders|reminders)"
REASON = (
    r"(?:It is assigned to you|You logged it|You supervise this unit|This unit has no supervisor"
    r"|You are on call for the agency|Nobody is on call, so it reaches you as an admin"
    r"|You are an admin|This is the agency’s on-call address|You are the back-up of STAFF"
    r"|You stand in for STAFF|Nobody who could act on it holds it|It is meant for you"
    r"|It was meant for somebody who has left|You chose to hear of some things once a day)"
)
SENTENCES = re.compile(
    "|".join(
        (
            rf"{HEADLINE}(?: \(ref [0-9A-Z]{{7}}\))?[.:]?",
            ADDRESS,
            r"(?:And|and) \d+ more\.?(?: Open your reminders \(you will be asked to sign in\):)?",
            r"Open (?:it|your reminders) ?\(you will be asked to sign in\)[.:]",
            rf"Why you got this: {REASON}\.(?: {REASON}\.)*",
            r"Cannot sign in\? Call the on-call line: [\d-]+\.",
            rf"Choose how you hear of things(?:: {ADDRESS})?\.?",
            "",
        )
    )
)


def lines_of(message) -> list[str]:
    """Each line that a person could read, of the subject and of both bodies."""
    lines = [str(make_header(decode_header(str(message["Subject"])))).strip()]
    for part in message.walk():
        if part.is_multipart():
            continue
        text = part.get_payload(decode=True).decode()
        if part.get_content_subtype() == "html":
            text = re.sub(r'href="([^"]*)"', lambda found: check_address(found[1]), text)
            text = re.sub(r"</(?:li|p|title)>", "\n", text)
            text = re.sub(r"<[^>]*>", "", text)
        lines += [line.strip() for line in text.splitlines()]
    return lines


def check_address(address: str) -> str:
    """Nothing, where a link leads to an item by its opaque id or to one of two pages."""
    assert re.fullmatch(ADDRESS, address), address
    return ""


@pytest.mark.django_db
def test_mail_about_200_youth_says_only_sentences_that_are_known(now):
    make_units_and_people()
    made = make_youth(Random(SEED), now=now)
    ReminderPreferences.objects.bulk_create(
        (
            ReminderPreferences(user=user, cases="digest", flags="digest")
            for user in User.objects.all()
        ),
        ignore_conflicts=True,
    )
    workers = {
        user.unit_id: user for user in User.objects.filter(role="caseworker", is_active=True)
    }
    logged = [
        log(youth, by=workers[youth.unit_id], now=now)
        for youth in made[:YOUTH]
        if youth.unit_id in workers
    ]
    assert len(logged) == YOUTH

    for hours in (0, 2, 26):
        at = now + timedelta(hours=hours)
        while address_due(now=at):
            pass
        make_digests(now=at)
        with connection.cursor() as cursor:
            cursor.execute(
                "ANALYZE"
            )  # what PostgreSQL does by itself, but not inside a transaction
        while send_due(now=at):
            pass

    staff = "|".join(re.escape(name) for name in User.objects.values_list("name", flat=True))
    mails = [message.message() for message in mail.outbox]
    assert len(mails) > 50
    assert any("for your information" in str(message["Subject"]) for message in mails)
    lines = set()
    for message in mails:
        assert set(message.keys()) <= HEADERS
        lines |= set(lines_of(message))
    unknown = [
        line
        for line in lines
        if not SENTENCES.fullmatch(re.sub(staff, "STAFF", line.replace("&#x27;", "'")))
    ]
    assert unknown == []


@pytest.mark.parametrize(
    "line",
    [
        "New item for you: Jordan Q.",
        "New item for you (ref 8HJXPQ2), age 15",
        "Report to police due by Tue Mar 3, 3:52 a.m. CST",
        "Action due by Tue Mar 3, 3:52 a.m. CST at Maple House",
        "Why you got this: Jordan is assigned to you.",
        "Why you got this: It is assigned to you. Missing from care since Tuesday.",
        "http://127.0.0.1:8000/youth/Jordan",
        "Case SYN-004",
    ],
)
def test_whatever_else_a_line_says_is_found(line):
    assert not SENTENCES.fullmatch(line)
