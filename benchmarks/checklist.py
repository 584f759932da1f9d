"""The checklist: its page, and the saving of one answer, each beside a floor of the same run."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import cycle

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks.database import empty_database, versions
from benchmarks.intake import signed_in
from benchmarks.replay import inserts_of, replay
from benchmarks.rounds import in_turns
from benchmarks.table import machine, ms, show
from casework.models import Episode, Role, Said, Unit, User
from casework.operations import assessing, episodes
from casework.policies.time_words import Moment, Precision
from risk import ruleset

ROUNDS = 40
SCRIPTS = {"HX-Request": "true"}


def run() -> None:
    """Make one episode with every question answered twice, and print the two tables."""
    with empty_database():
        print(f"Checklist. {machine(**versions())}")
        now = timezone.now()
        unit = Unit.objects.create(
            name="Synthetic unit", jurisdiction="us-mo", time_zone="America/Chicago"
        )
        worker = User.objects.create_user(
            "caseworker@porchlight.test", name="Worker", role=Role.CASEWORKER, unit=unit
        )
        blank, full = (_log(worker, name, now) for name in ("Ada Synthetic", "Bo Synthetic"))
        for said in (Said.DONT_KNOW, Said.NO):
            for item in ruleset().asked:
                _answer(worker, full, item.key, said, now=now)
        browser = signed_in(worker)
        _page(browser, blank, full)
        _saving(browser, worker, full)


def _page(browser: Client, blank: Episode, full: Episode) -> None:
    ways = {
        "floor": reverse("note", args=[full.public_id]),
        "blank": reverse("checklist", args=[blank.public_id]),
        "full": reverse("checklist", args=[full.public_id]),
    }
    timings = in_turns(
        {name: partial(partial, browser.get, address) for name, address in ways.items()},
        rounds=ROUNDS,
    )
    names = {
        "floor": "the page of one short form (add an update)",
        "blank": "checklist, nothing answered",
        "full": "checklist, everything answered twice",
    }
    show(
        f"Checklist page of {len(ruleset().asked)} questions ({ROUNDS} times each), server time in ms",
        ("page", "SQL queries", "p50", "p95", "beside the floor"),
        [
            (
                what,
                _queries(partial(browser.get, ways[name])),
                ms(timings[name].p50),
                ms(timings[name].p95),
                timings[name].beside(timings["floor"]),
            )
            for name, what in names.items()
        ],
    )


def _saving(browser: Client, worker: User, episode: Episode) -> None:
    """One more No each time: what an answer costs that changes no flag."""
    keys = _keys()
    save = partial(_answer_next, worker, episode, keys)
    post = partial(_post_next, browser, episode, keys)
    timings = in_turns(
        {
            "floor": lambda: partial(replay, inserts_of(save)),
            "operation": lambda: save,
            "view": lambda: post,
        },
        rounds=ROUNDS,
    )
    show(
        f"Saving one answer ({ROUNDS} saves each, every one committed), in ms",
        ("way", "SQL queries", "p50", "p95", "beside the floor"),
        [
            (what, queries, ms(one.p50), ms(one.p95), one.beside(timings["floor"]))
            for what, queries, one in (
                ("bare SQL: the same rows, one INSERT a table", len(inserts_of(save)), timings["floor"]),
                ("assessing.answer", _queries(save), timings["operation"]),
                ("POST of one question: form, save, its piece of the page", _queries(post), timings["view"]),
            )
        ],
    )  # fmt: skip


def _keys() -> Iterator[str]:
    return cycle(item.key for item in ruleset().asked)


def _queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def _log(worker: User, name: str, now: datetime) -> Episode:
    return episodes.log_missing(
        by=worker,
        now=now,
        submission_key=uuid.uuid4(),
        telling=episodes.Telling(told=Moment(at=now, precision=Precision.EXACT)),
        new_name=name,
    )


def _answer(worker: User, episode: Episode, key: str, said: Said, *, now: datetime) -> None:
    standing = assessing.answers_of(episode).get(key)
    assessing.answer(
        episode=episode,
        by=worker,
        now=now,
        key=key,
        given=assessing.Given(said=said, evidence="Made up for a measurement."),
        based_on=standing.public_id if standing else None,
        submission_key=uuid.uuid4(),
    )


def _answer_next(worker: User, episode: Episode, keys: Iterator[str]) -> None:
    _answer(worker, episode, next(keys), Said.NO, now=timezone.now())


def _post_next(browser: Client, episode: Episode, keys: Iterator[str]) -> None:
    key = next(keys)
    standing = assessing.answers_of(episode)[key]
    response = browser.post(
        reverse("answer_item", args=[episode.public_id, key]),
        {
            "submission_key": uuid.uuid4(),
            "based_on": standing.public_id,
            "answer": Said.NO.value,
            "evidence": "Made up for a measurement.",
        },
        headers=SCRIPTS,
    )
    assert b"Saved" in response.content, response.content.decode()
