"""Answers sent after the session had ended survive the signing in, once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.models import Episode
from tests.factories import PASSWORD
from tests.integration.scenes import evidence, fields_on, intake


@pytest.fixture(autouse=True)
def _the_clock_stands(clock_stands):
    """Views read the test's `now`."""


def sign_in(client, person, where):
    return client.post(
        reverse("account_login"),
        {"login": person.email, "password": PASSWORD, "next": where},
    )


def test_the_answers_come_back_after_signing_in_and_can_be_saved(client, ana):
    log = reverse("log_youth")
    answers = intake("Jordan Avery", last_seen="today", last_seen_time="12:30 am", in_danger="no")

    sent = client.post(log, answers)
    assert sent["Location"] == f"{reverse('account_login')}?next={log}"
    assert sign_in(client, ana, log)["Location"] == log
    page = client.get(log)

    assert "Your answers are kept" in page.content.decode()
    on_page = fields_on(page)
    assert answers.items() <= on_page.items()
    saved = client.post(log, on_page)
    assert saved.status_code == 302
    assert Episode.objects.get().youth.family_name == "Avery"


def test_just_now_means_when_it_was_first_sent(client, ana, now, set_clock):
    log = reverse("log_youth")
    client.post(log, intake("Jordan Avery"))
    set_clock(now + timedelta(minutes=10))
    sign_in(client, ana, log)

    client.post(log, fields_on(client.get(log)))

    episode = Episode.objects.get()
    assert (episode.told_at, episode.recorded_at) == (now, now + timedelta(minutes=10))


def test_they_come_back_once_only(client, ana):
    log = reverse("log_youth")
    client.post(log, intake("Jordan Avery"))
    sign_in(client, ana, log)
    client.get(log)

    assert "Avery" not in client.get(log).content.decode()


def test_they_wait_for_a_quarter_of_an_hour(client, ana, now, set_clock):
    log = reverse("log_youth")
    client.post(log, intake("Jordan Avery"))
    set_clock(now + timedelta(minutes=15, seconds=1))
    sign_in(client, ana, log)

    assert "Avery" not in client.get(log).content.decode()


def test_another_page_does_not_get_them(client, ana, episode, police):
    duty = reverse("duty", args=[police.public_id])
    note = reverse("note", args=[episode.public_id])
    client.post(duty, evidence(note="Officer Okafor took it"))
    sign_in(client, ana, duty)

    assert "Okafor" not in client.get(note).content.decode()
    assert "Okafor" in client.get(duty).content.decode()


def test_nothing_is_saved_before_the_signing_in(client, police):
    client.post(reverse("duty", args=[police.public_id]), evidence())

    assert not police.evidence.exists()


def test_the_answers_do_not_travel_in_an_address(client, ana):
    sent = client.post(reverse("log_youth"), intake("Jordan Avery"))

    assert "Avery" not in sent["Location"]


def test_a_search_while_typing_is_refused_without_the_sign_in_page(client, db):
    found = client.post(
        reverse("matches"), {"name": "Jordan Avery"}, headers={"HX-Request": "true"}
    )

    assert found.status_code == 401
    assert found.content == b""
