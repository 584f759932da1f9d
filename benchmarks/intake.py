"""Saving an intake and matching as one types, with many youth on file, beside the bare SQL."""

import uuid
from collections.abc import Iterator
from functools import partial

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks.agency import UNITS, Agency, make_agency
from benchmarks.database import empty_database, versions
from benchmarks.replay import inserts_of, replay
from benchmarks.rounds import in_turns
from benchmarks.searches import SEARCHES, Search, floor
from benchmarks.table import machine, ms, show
from casework.access.finding import find_youth
from casework.models import Episode, User, Youth
from casework.operations import episodes
from casework.policies.time_words import Moment, Precision

SAVES = 60
LOOK_UPS = 40


def run(*, youth: int) -> None:
    """Fill a database with `youth` youth, and print the two tables."""
    with empty_database():
        agency = make_agency(youth, now=timezone.now())
        print(f"{youth:,} youth on file. {machine(**versions())}")
        saving(agency)
        matching(agency)


def saving(agency: Agency) -> None:
    """One episode of a youth on file, with its duties, reminders, history and audit event."""
    waiting = not_missing(agency)
    client = signed_in(agency.caseworker)
    worker = agency.caseworker
    taken = in_turns(
        {
            "floor": lambda: partial(replay, inserts_of(partial(log, worker, next(waiting)))),
            "operation": lambda: partial(log, worker, next(waiting)),
            "view": lambda: partial(post, client, next(waiting)),
        },
        rounds=SAVES,
    )
    show(
        f"Saving one intake ({SAVES} saves each, every one committed), in ms",
        ("way", "p50", "p95", "beside the floor"),
        [
            (what, ms(taken[way].p50), ms(taken[way].p95), taken[way].beside(taken["floor"]))
            for way, what in (
                ("floor", "bare SQL: the same rows, one INSERT a table"),
                ("operation", "episodes.log_missing"),
                ("view", "POST /log: form, look-up of the name, save, redirect"),
            )
        ],
    )


def matching(agency: Agency) -> None:
    """Everything in SEARCHES, by someone who sees the whole agency and someone of one unit."""
    for user, who in (
        (agency.on_call, "on-call, who sees every unit"),
        (agency.caseworker, f"a caseworker, who sees one unit of {UNITS}"),
    ):
        client = signed_in(user)
        rows = [_matching_row(search, user, client) for search in SEARCHES]
        show(
            f"Match as one types: {who} ({LOOK_UPS} look-ups each), in ms",
            ("typed", "what it is", "found", "SQL p50", "p95", "find_youth p50", "p95",
             "POST /log/matches p50", "p95", "find/SQL", "view/SQL"),
            rows,
        )  # fmt: skip


def _matching_row(search: Search, user: User, client: Client) -> tuple[object, ...]:
    url, answers = reverse("matches"), {"name": search.typed}
    taken = in_turns(
        {
            "floor": lambda: partial(floor, search, user),
            "find": lambda: partial(find_youth, user, search.typed),
            "view": lambda: partial(client.post, url, answers),
        },
        rounds=LOOK_UPS,
    )
    return (
        f"“{search.typed}”",
        search.what,
        len(find_youth(user, search.typed).youth),
        *(ms(figure) for one in taken.values() for figure in (one.p50, one.p95)),
        taken["find"].beside(taken["floor"]),
        taken["view"].beside(taken["floor"]),
    )


def not_missing(agency: Agency) -> Iterator[Youth]:
    """Youth of the caseworker's unit without an open episode, each once."""
    missing = Episode.objects.open().values("youth")
    youth = Youth.objects.filter(unit=agency.caseworker.unit).exclude(pk__in=missing)
    yield from youth.select_related("unit").order_by("pk").iterator(chunk_size=100)
    raise SystemExit("Too few youth for so many saves: give a larger --youth.")


def log(user: User, youth: Youth) -> Episode:
    """Save through the operation, as the view does."""
    now = timezone.now()
    told = Moment(at=now, precision=Precision.EXACT)
    return episodes.log_missing(
        by=user,
        now=now,
        submission_key=uuid.uuid4(),
        telling=episodes.Telling(told=told),
        youth=youth,
    )


def post(client: Client, youth: Youth) -> None:
    """Save through the page: the name typed in full, and the match selected."""
    answers = {
        "submission_key": uuid.uuid4(),
        "name": f"{youth.given_name} {youth.family_name}",
        "match": youth.public_id,
        "told": "just_now",
    }
    response = client.post(reverse("log_youth"), answers)
    assert response.status_code == 302, response.content.decode()


def signed_in(user: User) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(user)
    return client
