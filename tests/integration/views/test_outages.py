"""When something breaks in the middle: what was typed stays on the page and can be sent again."""

import html
from contextlib import ExitStack
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse

from casework.models import Episode
from tests.integration.scenes import evidence, fields_on, intake, postgresql_away


def words_of(response) -> str:
    return html.unescape(response.content.decode())


@pytest.fixture
def browser(as_person, ana) -> Client:
    return as_person(ana, raise_request_exception=False)


ANSWERS = {"last_seen": "today", "last_seen_time": "12:30 am", "told_time": ""}


def test_postgresql_away_before_anything_could_be_read(browser):
    sent = intake("Jordan Avery", **ANSWERS)

    with postgresql_away():
        page = browser.post("/log", sent)

    assert page.status_code == 503
    words = words_of(page)
    assert "This did not save" in words
    assert "The system cannot reach its records at the moment." in words
    assert "Your answers are still on this page." in words
    assert "Jordan Avery" in words
    saved = browser.post("/log", fields_on(page))
    assert saved.status_code == 302
    assert Episode.objects.get().youth.family_name == "Avery"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_postgresql_away_in_the_middle(browser, error):
    sent = intake("Jordan Avery", **ANSWERS)

    with ExitStack() as outage:

        def go_away(**_: object) -> None:
            # From here on every query fails: the error page must not need one.
            outage.enter_context(postgresql_away())
            raise error("server closed the connection unexpectedly")

        outage.enter_context(patch("casework.operations.episodes.log_missing", go_away))
        page = browser.post("/log", sent)

    assert page.status_code == 503
    assert fields_on(page).items() >= {k: v for k, v in sent.items() if v}.items()
    assert browser.post("/log", fields_on(page)).status_code == 302
    assert Episode.objects.count() == 1


def test_just_now_stays_the_moment_of_the_first_sending(browser, now, set_clock):
    with postgresql_away():
        page = browser.post("/log", intake("Jordan Avery"))
    set_clock(now + timedelta(hours=1))

    browser.post("/log", fields_on(page))

    assert Episode.objects.get().told_at == now


def test_a_page_that_cannot_be_read_says_so(browser, episode):
    with postgresql_away():
        page = browser.get(episode.get_absolute_url())

    assert page.status_code == 503
    assert "This page could not be shown" in words_of(page)
    assert "Quillfeather" not in words_of(page)


def test_our_own_mistake_keeps_the_answers_too(browser, police):
    with patch("casework.operations.duties.record", side_effect=ZeroDivisionError):
        page = browser.post(police.get_absolute_url(), evidence(note="Officer took it"))

    assert page.status_code == 500
    assert "Something went wrong on our side." in words_of(page)
    assert "Reference " in words_of(page)
    assert fields_on(page)["note"] == "Officer took it"
    assert browser.post(police.get_absolute_url(), fields_on(page)).status_code == 302
    assert police.evidence.get().note == "Officer took it"


def test_a_password_is_never_given_back(client, ana, db):
    client.raise_request_exception = False
    with postgresql_away():
        page = client.post(
            reverse("account_login"), {"login": ana.email, "password": "hunter2 hunter2"}
        )

    assert page.status_code == 503
    assert "hunter2" not in words_of(page)
    assert ana.email not in words_of(page)


def test_a_wrong_password_is_not_given_back_either(client, ana):
    page = client.post(
        reverse("account_login"), {"login": ana.email, "password": "hunter2 hunter2"}
    )

    assert page.status_code == 200
    assert "hunter2" not in words_of(page)


def test_without_redis_every_page_works(as_person, ana, sam, police, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock?db=0"
    settings.CELERY_BROKER_URL = "redis+socket:///nobody.sock"

    for address in ("/", "/log", "/reminders", police.get_absolute_url()):
        assert as_person(ana).get(address).status_code == 200
    assert as_person(ana).post("/log", intake("Robin Sparrow")).status_code == 302
    assert as_person(ana).post(police.get_absolute_url(), evidence()).status_code == 302
    supervisors = words_of(as_person(sam).get("/"))
    assert "Reminders are not running" in supervisors
    assert as_person(sam).get(reverse("ready")).status_code == 503


# --- A form whose key no longer fits --------------------------------------------------------


@pytest.fixture
def strict(as_person, ana) -> Client:
    """Ana's browser, with the check that forms come from our own pages."""
    return as_person(ana, enforce_csrf_checks=True)


OWN = {"Origin": "http://127.0.0.1:8000"}


def test_a_stale_form_keeps_the_answers_and_can_be_sent_again(strict):
    strict.get("/log")

    page = strict.post(
        "/log", intake("Jordan Avery") | {"csrfmiddlewaretoken": "x" * 64}, headers=OWN
    )

    assert page.status_code == 403
    assert "You may have signed in again on another page" in words_of(page)
    assert not Episode.objects.exists()
    again = strict.post("/log", fields_on(page), headers=OWN)
    assert again.status_code == 302
    assert Episode.objects.get().youth.family_name == "Avery"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Referer": "https://elsewhere.example/log"},
        {},
    ],
)
def test_a_form_from_elsewhere_is_refused_and_not_offered_again(strict, headers):
    strict.get("/log")

    page = strict.post("/log", intake("Jordan Avery"), headers=headers)

    assert page.status_code == 403
    assert "Avery" not in words_of(page)
    assert "name" not in fields_on(page)
    assert not Episode.objects.exists()


def test_a_stale_sign_in_form_does_not_give_the_password_back(db):
    page = Client(enforce_csrf_checks=True).post(
        reverse("account_login"), {"login": "a@b.example", "password": "hunter2"}, headers=OWN
    )

    assert page.status_code == 403
    assert "hunter2" not in words_of(page)
