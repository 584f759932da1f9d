"""Pages ask the database as often for many rows as for few."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import Outcome, Said
from casework.notifications import sweep
from casework.operations.acknowledgements import acknowledge
from casework.operations.flags import confirm
from casework.operations.protocols import protocol_for
from risk import ruleset
from tests.factories import PlacementFactory, UnitFactory, UserFactory, YouthFactory
from tests.integration.operations.test_confirmations import confirmed
from tests.integration.scenes import check, log, record

PROTOCOLS = ("/protocols", "/protocols/us-mo", "/protocols/us-mo/withdraw")


@pytest.fixture
def queries_of(as_person):
    """How many queries a person's page asks, once the browser is known."""

    def count(person, address: str) -> int:
        browser = as_person(person)
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    return count


def log_more(number, *, unit, by, now):
    for minute in range(number):
        youth = YouthFactory(unit=unit)
        PlacementFactory(youth=youth, started_at=now - timedelta(days=9))
        episode = log(youth, by=by, now=now, told_at=now - timedelta(minutes=minute))
        record(episode.duties.get(code="report_to_ncmec"), Outcome.DONE, by=by, now=now)
        check(episode, "danger.weather", Said.YES, by=by, now=now)


@pytest.mark.parametrize("person", ["ana", "sam", "oona"])
def test_home(queries_of, request, person, ana, unit, now):
    who = request.getfixturevalue(person)
    log_more(3, unit=unit, by=ana, now=now)
    with_three = queries_of(who, "/")

    log_more(27, unit=unit, by=UserFactory(unit=unit), now=now)

    assert queries_of(who, "/") == with_three <= 35


def test_inbox(queries_of, ana, unit, now):
    log_more(3, unit=unit, by=ana, now=now)
    sweep.address_due(now=now)
    with_few = queries_of(ana, "/reminders")

    log_more(10, unit=unit, by=ana, now=now)
    while sweep.address_due(now=now):
        pass

    assert queries_of(ana, "/reminders") == with_few <= 14


def test_episode(queries_of, episode, ana, now):
    address = episode.get_absolute_url()
    record(episode.duties.get(code="report_to_police"), Outcome.TRIED, by=ana, now=now)
    check(episode, "sign.known_exploiter", Said.YES, by=ana, now=now)
    with_little = queries_of(ana, address)

    for duty in episode.duties.all():
        for minute in range(3):
            record(duty, Outcome.TRIED, by=UserFactory(unit=ana.unit), now=now, note=str(minute))
    for item in ruleset().asked:
        check(episode, item.key, Said.YES, by=UserFactory(unit=ana.unit), now=now)
    for flag in episode.flags.all():
        confirm(flag=flag, by=UserFactory(unit=ana.unit), now=now)

    assert queries_of(ana, address) == with_little <= 22


def test_duty(queries_of, police, ana, now):
    with_none = queries_of(ana, police.get_absolute_url())

    for _ in range(5):
        record(police, Outcome.TRIED, by=UserFactory(unit=ana.unit), now=now)

    assert queries_of(ana, police.get_absolute_url()) == with_none <= 23


def test_ledger(queries_of, episode, police, ana, sam, now):
    address = f"{episode.get_absolute_url()}/reminders"
    acknowledge(duty=police, by=ana, now=now)
    record(episode.duties.get(code="report_to_ncmec"), Outcome.DONE, by=ana, now=now)
    sweep.address_due(now=now)
    with_little = queries_of(ana, address)

    for hours in range(1, 30):
        later = now + timedelta(hours=hours)
        acknowledge(duty=police, by=ana if hours % 2 else sam, now=later)
        while sweep.address_due(now=later):
            pass
        sweep.send_due(now=later)

    assert queries_of(ana, address) == with_little <= 19


def test_intake(queries_of, ana):
    assert queries_of(ana, "/log") <= 8


def test_matches(as_person, ana, unit):
    browser = as_person(ana)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.post("/log/matches", {"name": "Jordan"})
        return len(asked)

    for _ in range(5):
        YouthFactory(unit=unit)
    with_five = count()
    for _ in range(20):
        YouthFactory(unit=unit)

    assert count() == with_five <= 14


def test_the_badge_is_one_query_on_any_page(as_person, sam, oona, ana, episode, now):
    sweep.address_due(now=now)
    for person in (ana, sam, oona):
        browser = as_person(person)
        with CaptureQueriesContext(connection) as asked:
            browser.get("/log")

        about_messages = [q["sql"] for q in asked if "casework_delivery" in q["sql"]]
        assert len(about_messages) == 1
        assert "COUNT" in about_messages[0]


def test_protocols(queries_of, adam, ana, unit, now):
    confirmed(adam, now, "report_to_police")
    with_one = {page: queries_of(adam, page) for page in PROTOCOLS}

    for number in range(5):
        UnitFactory(name=f"Office {number}", jurisdiction="us-fl")
        confirmed(adam, now, *protocol_for("us-mo").duties_on(now.date()))
    log_more(3, unit=unit, by=ana, now=now)

    for page, queries in with_one.items():
        assert queries_of(adam, page) == queries <= 10, page


def test_how_the_rules_fare(queries_of, adam, ana, unit, now):
    log_more(1, unit=unit, by=ana, now=now)
    with_one = queries_of(adam, "/flags")

    log_more(5, unit=unit, by=ana, now=now)

    assert queries_of(adam, "/flags") == with_one <= 6
