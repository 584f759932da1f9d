"""What no browser of ours would send gets a page that says what to do, and changes nothing."""

import html
import logging
import re
import socket
import time

import psycopg2
import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from casework.logs import PrivateFormatter
from casework.models import Episode
from tests.integration.scenes import intake


@pytest.fixture
def browser(as_person, ana) -> Client:
    return as_person(ana, raise_request_exception=False)


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet(db):
    cache.clear()


def words_of(response) -> str:
    return html.unescape(response.content.decode())


def parts(answers: dict[str, str]) -> bytes:
    """The answers as a multipart body with the boundary x."""
    fields = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in answers.items()
    ]
    return ("".join(fields) + "--x--\r\n").encode()


# --- Bodies -----------------------------------------------------------------------------------

MULTIPART = "multipart/form-data; boundary=x"
PLAIN = "application/x-www-form-urlencoded"
HOSTILE = {
    "utf-7": (f"{MULTIPART}; charset=utf-7", parts({"name": "+2AA-"})),
    "half a character": (f"{MULTIPART}; charset=unicode_escape", parts({"name": r"\ud800"})),
    "no text encoding at all": (f"{MULTIPART}; charset=hex", parts({"name": "4a"})),
    "half a character, plain": (f"{PLAIN}; charset=unicode_escape", b"name=%5Cud800"),
    "utf-16, plain": (f"{PLAIN}; charset=utf-16", b"name=Jo"),
    "no boundary": ("multipart/form-data", b"--x\r\n"),
    "a broken boundary": ("multipart/form-data; boundary=\xff", b"--x\r\n"),
    "2 MB": (PLAIN, b"name=" + b"a" * 2_000_000),
    "2 MB in a part": (MULTIPART, parts({"name": "a" * 2_000_000})),
    "too many fields": (PLAIN, b"&".join(b"f%d=1" % n for n in range(201))),
    "too many parts": (MULTIPART, parts({f"f{n}": "1" for n in range(201)})),
}
hostile = pytest.mark.parametrize(("kind", "body"), HOSTILE.values(), ids=HOSTILE.keys())


def send(client, address: str, body: bytes, kind: str):
    """Post the bytes as they are: `Client.post` would translate them into the encoding named."""
    return client.generic("POST", address, body, content_type=kind)


def is_our_400(page) -> bool:
    assert page.status_code == 400, page.status_code
    words = words_of(page)
    assert "Nothing was saved." in words
    assert "Go back: your answers should still be there." in words
    assert "on-call line" in words
    assert "no-store" in page["Cache-Control"]
    return True


@hostile
def test_a_body_that_cannot_be_read_gets_our_page(browser, kind, body):
    page = send(browser, "/log", body, kind)

    assert is_our_400(page)
    assert not Episode.objects.exists()


@hostile
def test_it_does_so_before_anybody_has_signed_in(client, kind, body):
    client.raise_request_exception = False

    assert is_our_400(send(client, "/log", body, kind))
    assert is_our_400(send(client, reverse("account_login"), body, kind))
    assert not Session.objects.exists()


@pytest.mark.parametrize("kind", ["2 MB", "too many fields"])
def test_what_is_too_long_is_called_so(browser, kind):
    content_type, body = HOSTILE[kind]

    page = browser.post("/log", body, content_type=content_type)

    assert "This is too long to save" in words_of(page)


def test_an_address_in_another_encoding_gets_our_page(browser):
    assert is_our_400(
        browser.get("/audit?event=%5Cud800", CONTENT_TYPE="x; charset=unicode_escape")
    )


def test_half_a_character_in_utf_8_is_only_a_wrong_letter(browser):
    page = browser.post("/log", b"name=%ED%A0%80&told=just_now", content_type=PLAIN)

    assert page.status_code == 200


def test_an_error_page_with_half_a_character_is_still_a_page(rf):
    from casework.views.errors import server_error

    request = rf.post("/log", {"note": "x"})
    request.POST = request.POST.copy()
    request.POST["note"] = "\ud800 typed"

    page = server_error(request)

    assert page.status_code == 500
    assert "? typed" in words_of(page)


def test_a_request_for_another_host_gets_our_page(client):
    client.raise_request_exception = False

    assert is_our_400(client.get("/sign-in", headers={"Host": "elsewhere.example"}))


def test_ordinary_utf_8_multipart_still_saves(browser):
    page = browser.post(
        "/log", parts(intake("José Ávila")), content_type=f"{MULTIPART}; charset=UTF-8"
    )

    assert page.status_code == 302
    assert Episode.objects.get().youth.family_name == "Ávila"


@pytest.mark.parametrize("name", ["A" * 160, "Al " + "B" * 157, f"Al {'B' * 150} Cy"])
def test_the_longest_name_that_the_form_takes_is_saved(browser, name):
    assert len(name) <= 160

    assert browser.post("/log", intake(name)).status_code == 302
    assert name in " ".join(Episode.objects.get().youth.names)


# --- Passwords by mail --------------------------------------------------------------------------


@pytest.fixture
def left(omar, adam, now):
    omar.is_active, omar.deactivated_at, omar.deactivated_by = False, now, adam
    omar.save()
    return omar


def ask_for_link(client, email: str, **headers: str):
    return client.post(reverse("account_reset_password"), {"email": email}, headers=headers)


def test_known_unknown_and_closed_accounts_get_the_same_answer(client, ana, left, mailoutbox):
    answers = [ask_for_link(client, e) for e in (ana.email, "no@one.example", left.email)]

    assert {(a.status_code, a["Location"], a.content) for a in answers} == {
        (302, reverse("account_reset_password_done"), b"")
    }
    assert [message.to for message in mailoutbox] == [[ana.email]]


def test_the_link_leads_to_our_address_whatever_host_was_asked_for(
    client, ana, mailoutbox, settings
):
    settings.BASE_URL = "https://cases.agency.example"

    ask_for_link(client, ana.email, Host="localhost:8181")

    [message] = mailoutbox
    [link] = re.findall(r"https?://\S+", message.body)
    assert link.startswith("https://cases.agency.example/password/new/")
    assert "localhost" not in message.body + message.subject
    page = client.get(link.removeprefix(settings.BASE_URL), follow=True)
    assert "Choose a new password" in words_of(page)


def test_a_mail_server_that_is_away_does_not_tell_who_has_an_account(client, ana, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1  # nobody listens there

    known = ask_for_link(client, ana.email)

    assert (known.status_code, known["Location"]) == (302, reverse("account_reset_password_done"))
    assert "did not reach the mail server" in caplog.text
    assert ana.email not in caplog.text


def test_somebody_without_a_password_gets_one_by_mail(as_person, ana):
    ana.set_unusable_password()
    ana.save(update_fields=["password"])

    answer = as_person(ana).get(reverse("account_change_password"))

    assert answer.status_code == 302
    assert answer["Location"] == reverse("account_reset_password")


# --- Signing in -----------------------------------------------------------------------------------

PASSWORD = "lanterns on the porch"


def sign_in(client, person, password=PASSWORD, address="192.0.2.1", **more):
    return client.post(
        reverse("account_login"),
        {"login": person.email, "password": password} | more.pop("fields", {}),
        REMOTE_ADDR=address,
        **more,
    )


@pytest.fixture
def kay(ana):
    ana.set_password(PASSWORD)
    ana.save(update_fields=["password"])
    return ana


@pytest.mark.parametrize(
    "elsewhere",
    ["http://localhost/x", "http://testserver/x", "//localhost/x", "https://elsewhere.example/"],
)
def test_signing_in_leads_to_no_other_host(client, kay, elsewhere):
    answer = sign_in(client, kay, fields={"next": elsewhere})

    assert answer["Location"] == "/"


@pytest.mark.parametrize("own", ["/reminders", "http://127.0.0.1:8000/reminders"])
def test_signing_in_leads_on_within_our_own_site(client, kay, own):
    assert sign_in(client, kay, fields={"next": own})["Location"] == own


def test_strangers_cannot_lock_somebody_out(client, kay):
    for stranger in range(4):
        for _ in range(10):
            sign_in(client, kay, "a wrong password", address=f"198.51.100.{stranger}")

    assert sign_in(client, kay).status_code == 302


def test_one_address_gets_ten_tries_at_an_account(client, kay, settings):
    _by_address, by_account = settings.ACCOUNT_RATE_LIMITS["login_failed"].split(",")
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": by_account}
    for port in range(10):
        sign_in(client, kay, "a wrong password", headers={"Host": f"localhost:{port + 1}"})

    refused = sign_in(client, kay)

    assert refused.status_code == 200
    assert "Too many failed login attempts" in words_of(refused)


def test_nobody_can_flush_the_counts_by_filling_the_cache(client, kay):
    for _ in range(10):
        sign_in(client, kay, "a wrong password")
    for number in range(400):
        cache.set(f"stranger-{number}", 1, 60)

    assert "Too many failed login attempts" in words_of(sign_in(client, kay))


# --- The database -----------------------------------------------------------------------------------


def test_no_statement_runs_for_ever(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("30s",)


def test_a_server_that_never_answers_is_given_up_on(tmp_path):
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(str(tmp_path / ".s.PGSQL.5432"))
        frozen.listen()
        started = time.monotonic()

        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(
                host=str(tmp_path), user="x", **django_settings.DATABASES["default"]["OPTIONS"]
            )

    assert time.monotonic() - started < 10


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_being_alive_needs_no_database(browser, django_assert_num_queries, method):
    with django_assert_num_queries(0):
        assert getattr(browser, method)("/health/live").status_code == 200


# --- Logs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "status"), [("/audit", 403), ("/nothing-here", 404)])
def test_a_refused_page_takes_one_line_of_the_log(browser, caplog, address, status):
    assert browser.get(address).status_code == status

    lines = [
        PrivateFormatter("{message}", style="{").format(record)
        for record in caplog.records
        if record.name == "django.request" and record.levelno >= logging.WARNING
    ]
    assert len(lines) == 1
    assert "\n" not in lines[0]
