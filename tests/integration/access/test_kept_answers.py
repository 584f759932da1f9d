"""Answers sent after the session had ended survive the signing in, once."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from casework.access.kept_answers import KEPT_FOR
from casework.models import Episode
from tests.factories import PASSWORD
from tests.integration.scenes import bring_back, evidence, fields_on, intake


@pytest.fixture(autouse=True)
def _the_clock_stands(clock_stands):
    """Views read the test's `now`."""


@pytest.fixture
def anas(as_person, ana):
    """What a page shown to Ana says of whose it is; her session ended while it was open."""
    return {KEPT_FOR: fields_on(as_person(ana).get(reverse("log_youth")))[KEPT_FOR]}


def sign_in(client, person, where):
    return client.post(
        reverse("account_login"),
        {"login": person.email, "password": PASSWORD, "next": where},
    )


def test_the_answers_come_back_after_signing_in_and_can_be_saved(client, ana, anas):
    log = reverse("log_youth")
    answers = intake("Jordan Avery", last_seen="today", last_seen_time="12:30 am", in_danger="no")

    sent = client.post(log, answers | anas)
    assert sent["Location"] == f"{reverse('account_login')}?next={log}"
    assert sign_in(client, ana, log)["Location"] == log
    page = client.get(log)

    assert "Your answers are kept" in page.content.decode()
    on_page = fields_on(page)
    assert answers.items() <= on_page.items()
    saved = client.post(log, on_page)
    assert saved.status_code == 302
    assert Episode.objects.get().youth.family_name == "Avery"


def test_just_now_means_when_it_was_first_sent(client, ana, anas, now, set_clock):
    log = reverse("log_youth")
    client.post(log, intake("Jordan Avery") | anas)
    set_clock(now + timedelta(minutes=10))
    sign_in(client, ana, log)

    client.post(log, fields_on(client.get(log)))

    episode = Episode.objects.get()
    assert (episode.told_at, episode.recorded_at) == (now, now + timedelta(minutes=10))


def test_they_come_back_once_only(client, ana, anas):
    log = reverse("log_youth")
    client.post(log, intake("Jordan Avery") | anas)
    sign_in(client, ana, log)
    client.get(log)

    assert "Avery" not in client.get(log).content.decode()


def test_they_wait_for_a_quarter_of_an_hour(client, ana, anas, now, set_clock):
    log = reverse("log_youth")
    client.post(log, intake("Jordan Avery") | anas)
    set_clock(now + timedelta(minutes=15, seconds=1))
    sign_in(client, ana, log)

    assert "Avery" not in client.get(log).content.decode()


def test_the_next_person_on_a_shared_computer_does_not_get_them(client, ana, sam, anas):
    log = reverse("log_youth")
    client.post(log, intake("Jordan Avery") | anas)
    sign_in(client, sam, log)

    page = client.get(log).content.decode()

    assert "Avery" not in page
    assert "Not saved: the answers sent before you signed in were on another person’s page" in page
    client.post(reverse("account_logout"))
    sign_in(client, ana, log)
    assert "Avery" not in client.get(log).content.decode()


def test_what_waits_for_another_person_is_forgotten_when_somebody_signs_in(client, sam, anas):
    client.post(reverse("log_youth"), intake("Jordan Avery") | anas)
    assert "kept_answers" in client.session

    sign_in(client, sam, reverse("home"))

    assert "kept_answers" not in client.session


@pytest.mark.parametrize("signed", [None, "", "nonsense", "forged"])
def test_what_a_stranger_posts_is_not_kept(client, db, ana, signed):
    forged = {"forged": f"{ana.public_id}:{'x' * 43}"}
    named = {} if signed is None else {KEPT_FOR: forged.get(signed, signed)}

    sent = client.post(reverse("log_youth"), intake("Jordan Avery") | named)

    assert sent["Location"].startswith(reverse("account_login"))
    assert not Session.objects.exists()


@pytest.mark.parametrize("page", ["log_youth", "duty", "note", "record_return", "end"])
def test_every_form_that_may_be_kept_says_whose_it_is(
    as_person, ana, sam, episode, police, anas, page
):
    about = {"log_youth": [], "duty": [police.public_id]}.get(page, [episode.public_id])

    shown = as_person(ana).get(reverse(page, args=about))
    to_sam = as_person(sam).get(reverse(page, args=about))

    assert fields_on(shown)[KEPT_FOR] == anas[KEPT_FOR]
    assert fields_on(to_sam)[KEPT_FOR] != anas[KEPT_FOR]


def test_the_form_that_undoes_a_return_says_whose_it_is_too(as_person, ana, episode, anas, now):
    bring_back(episode, by=ana, now=now)

    shown = as_person(ana).get(reverse("undo_return", args=[episode.public_id]))

    assert fields_on(shown)[KEPT_FOR] == anas[KEPT_FOR]


def test_another_page_does_not_get_them(client, ana, anas, episode, police):
    duty = reverse("duty", args=[police.public_id])
    note = reverse("note", args=[episode.public_id])
    client.post(duty, evidence(note="Officer Okafor took it") | anas)
    sign_in(client, ana, duty)

    assert "Okafor" not in client.get(note).content.decode()
    assert "Okafor" in client.get(duty).content.decode()


def test_nothing_is_saved_before_the_signing_in(client, police):
    client.post(reverse("duty", args=[police.public_id]), evidence())

    assert not police.evidence.exists()


def test_the_answers_do_not_travel_in_an_address(client, ana, anas):
    sent = client.post(reverse("log_youth"), intake("Jordan Avery") | anas)

    assert "Avery" not in sent["Location"]


def test_a_search_while_typing_is_refused_without_the_sign_in_page(client, db):
    found = client.post(
        reverse("matches"), {"name": "Jordan Avery"}, headers={"HX-Request": "true"}
    )

    assert found.status_code == 401
    assert found.content == b""
