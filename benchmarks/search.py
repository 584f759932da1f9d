"""Searching with many youth on file, by name and by number, beside the bare SQL."""

from dataclasses import dataclass
from functools import partial

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks.agency import UNITS, make_agency
from benchmarks.contacts import give_contacts
from benchmarks.database import empty_database, versions
from benchmarks.intake import signed_in
from benchmarks.rounds import in_turns
from benchmarks.table import machine, ms, show
from casework.access.searching import search_for
from casework.models import DutyEvidence, User

LOOK_UPS = 40

# What each kind of search comes down to, for someone who knows beforehand how it will be found.
BY_NAME = "SELECT youth_id FROM casework_youthname WHERE {word} LIMIT 20"
BY_TWO = """SELECT youth_id FROM casework_youthname WHERE {word} AND youth_id IN
    (SELECT youth_id FROM casework_youthname WHERE {other}) LIMIT 20"""
BY_CASE = "SELECT id FROM casework_youth WHERE upper(case_number) = upper('{typed}')"
BY_REPORT = """SELECT duty_id FROM casework_dutyevidence
    WHERE translate(upper(reference_number), ' -–—./#:', '') = '{key}'"""
BY_PHONE = """SELECT youth_id FROM casework_youthcontact
    WHERE kind = 'phone' AND right(key, 7) = '{last}'"""
BY_ACCOUNT = "SELECT youth_id FROM casework_youthcontact WHERE key LIKE 'jordan\\_%' LIMIT 20"


@dataclass(frozen=True)
class Sought:
    """Something typed, what it is, and the one statement that would find it."""

    typed: str
    what: str
    sql: str


def run(*, youth: int) -> None:
    """Fill a database with `youth` youth with phones and accounts, and print a table for each scope."""
    with empty_database():
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        agency = make_agency(youth, now=timezone.now())
        give_contacts()
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
        print(f"{youth:,} youth on file. {machine(**versions())}")
        for user, who in (
            (agency.on_call, "on-call, who sees every unit"),
            (agency.caseworker, f"a caseworker, who sees one unit of {UNITS}"),
        ):
            searching(user, who)


def sought() -> list[Sought]:
    """Every kind of search; the numbers are those of somebody on file."""
    report = DutyEvidence.objects.order_by("-pk").values_list("reference_number", flat=True)[0]
    jordan, smi = "folded LIKE 'jordan%'", "folded LIKE 'smi%'"
    return [
        Sought("jor", "three letters", BY_NAME.format(word="folded LIKE 'jor%'")),
        Sought("mar", "three common letters", BY_NAME.format(word="folded LIKE 'mar%'")),
        Sought("maria", "the commonest name", BY_NAME.format(word="folded = 'maria'")),
        Sought(
            "maria smith",
            "two words, both common",
            BY_TWO.format(word="folded = 'maria'", other="folded = 'smith'"),
        ),
        Sought("jordan smi", "two words, one not finished", BY_TWO.format(word=jordan, other=smi)),
        Sought("jordin", "misspelt: by sound", BY_NAME.format(word="sound = 'JRTN'")),
        Sought("jodran", "letters swapped", BY_NAME.format(word="letters = 'adjnor'")),
        Sought(
            "jordin smyth",
            "two words, both misspelt",
            BY_TWO.format(word="sound = 'JRTN'", other="sound = 'SM0'"),
        ),
        Sought("SYN-0012000", "a case number", BY_CASE.format(typed="SYN-0012000")),
        Sought(report, "a report number", BY_REPORT.format(key=report.replace("-", ""))),
        Sought("(300) 001-2000", "a phone", BY_PHONE.format(last="0012000")),
        Sought("001-2000", "its last seven digits", BY_PHONE.format(last="0012000")),
        Sought("@jordan_", "the beginning of an account", BY_ACCOUNT),
        Sought("vbnwqz", "nothing found", BY_NAME.format(word="folded LIKE 'vbnwqz%'")),
    ]


def searching(user: User, who: str) -> None:
    """Every kind of search by one person."""
    client = signed_in(user)
    show(
        f"Search: {who} ({LOOK_UPS} searches each), in ms",
        ("typed", "what it is", "found", "SQL p50", "p95", "search_for p50", "p95",
         "page p50", "p95", "search/SQL", "page/SQL"),
        [_row(one, user, client) for one in sought()],
    )  # fmt: skip


def _row(one: Sought, user: User, client: Client) -> tuple[object, ...]:
    address = client.post(reverse("search"), {"typed": one.typed})["Location"]
    taken = in_turns(
        {
            "floor": lambda: partial(_ask, one.sql),
            "search": lambda: partial(search_for, user, one.typed),
            "page": lambda: partial(client.get, address),
        },
        rounds=LOOK_UPS,
    )
    found = search_for(user, one.typed)
    return (
        f"“{one.typed}”",
        one.what,
        len(found.youth) + len(found.episodes),
        *(ms(figure) for way in taken.values() for figure in (way.p50, way.p95)),
        taken["search"].beside(taken["floor"]),
        taken["page"].beside(taken["floor"]),
    )


def _ask(sql: str) -> int:
    """The floor: everything in it is written in this file."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return len(cursor.fetchall())
