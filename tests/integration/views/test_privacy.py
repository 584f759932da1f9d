"""No name of a youth in a title, an address, a log line or a browser's cache."""

import logging
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from casework import tasks
from casework.logs import PrivateFormatter
from casework.models import Delivery, Episode
from tests.factories import YouthFactory
from tests.integration.scenes import evidence, intake, postgresql_away

NAME = "Zephyrine Quixwell"


class Walk:
    """Takes the main way through the pages and keeps every answer."""

    def __init__(self, browser):
        self.browser = browser
        self.seen: list[tuple[str, str]] = []  # address, page

    def get(self, address):
        return self._keep(address, self.browser.get(address))

    def post(self, address, answers):
        return self._keep(address, self.browser.post(address, answers))

    def _keep(self, address, response):
        self.seen.append((address, response.content.decode()))
        if response.status_code == 302:
            return self.get(response["Location"])
        return response


@pytest.fixture
def walk(as_person, ana, caplog, now, set_clock):
    """Logged, looked at, reminded, tried, noted, located, returned, undone, and every error page."""
    caplog.set_level(logging.DEBUG)
    walk = Walk(as_person(ana, raise_request_exception=False))
    walk.get("/log")
    walk.post(reverse("matches"), {"name": NAME})
    walk.post("/log", intake(NAME, last_seen="before_that"))
    walk.post("/log", intake(NAME))
    walk.post("/log", intake(NAME))
    episode = Episode.objects.get()
    police = episode.duties.get(code="report_to_police")
    tasks.send_due_reminders()
    walk.get("/")
    walk.get("/reminders")
    for delivery in Delivery.objects.inbox_of(ana):
        walk.get(reverse("reminder", args=[delivery.public_id]))
    walk.post(police.get_absolute_url(), evidence(outcome="tried", note=f"About {NAME}"))
    walk.post(police.get_absolute_url(), {})
    walk.post(
        reverse("note", args=[episode.public_id]),
        evidence(kind="call", text=f"{NAME} called", happened="just_now"),
    )
    returning = reverse("record_return", args=[episode.public_id])
    walk.post(returning, {"known": "located", "happened": "just_now"})
    walk.post(returning, {"known": "placement", "happened": "just_now"})
    walk.post(reverse("undo_return", args=[episode.public_id]), {"reason": f"Not {NAME}"})
    set_clock(now + timedelta(days=2))
    tasks.send_due_reminders()
    walk.get("/reminders")
    with postgresql_away():
        walk.post("/log", intake(NAME))
        walk.get(episode.get_absolute_url())
    walk.get("/episodes/00000000-0000-4000-8000-000000000000")
    return walk


def test_the_name_stands_on_pages_but_nowhere_around_them(walk, caplog):
    pages = [page for _, page in walk.seen]
    assert sum("Quixwell" in page for page in pages) > 10

    titles = [re.search(r"<title>(.*?)</title>", page, re.S) for page in pages if "<title>" in page]
    around = [
        *(title.group(1) for title in titles if title),
        *(address for address, _ in walk.seen),
        *(link for page in pages for link in re.findall(r'(?:href|action)="([^"]*)"', page)),
        *(
            record.getMessage() + (record.exc_text or "")
            for record in caplog.records
            if not record.name.startswith("django.db.backends")
        ),
        caplog.text,
    ]
    for word in NAME.split():
        assert not [where for where in around if word.lower() in where.lower()]


def test_error_logs_leave_out_the_values_that_postgresql_quotes(ana, unit, now):
    number = "-".join(["MO", "4471"])  # a traceback quotes this file, too
    YouthFactory(unit=unit, case_number=number)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        YouthFactory(unit=unit, case_number=number)
    assert number in str(caught.value)

    line = PrivateFormatter().formatException((caught.type, caught.value, caught.tb))

    assert number not in line
    assert "SQLSTATE 23505, constraint casework_youth_case_number" in line
    assert "values left out of the log" in line


A_WORKER_IN_WHICH_A_TASK_FAILS = """
from django.db import IntegrityError
from casework.config.celery import app

@app.task
def fails():
    raise IntegrityError("Key (name)=(" + "Quix" + "well) already exists")

app.log.setup("WARNING", redirect_stdouts=True)  # as worker and beat do when they start
fails.apply()
"""


def test_the_log_of_the_worker_is_as_private_as_that_of_the_web_server(settings):
    worker = subprocess.run(
        [sys.executable, "-c", A_WORKER_IN_WHICH_A_TASK_FAILS],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    log = worker.stderr + worker.stdout
    assert "Quixwell" not in log
    assert "ERROR celery.app.trace Task porchlight.fails" in log
    assert "IntegrityError: (values left out of the log)" in log


def test_no_page_is_kept_by_a_browser_or_a_proxy(as_person, ana, police):
    for address in ("/", "/log", police.get_absolute_url(), "/sign-in", "/nothing-here"):
        response = as_person(ana).get(address)
        if response.status_code != 302:
            assert "no-store" in response["Cache-Control"]
            assert "default-src 'none'" in response["Content-Security-Policy"]
            assert response["Referrer-Policy"] == "same-origin"
