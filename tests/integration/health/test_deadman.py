"""The sign of life to the outside: sent while all is well, silent otherwise, never in the way."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from casework import tasks
from casework.models import Pulse
from casework.notifications import deadman
from casework.notifications.pulses import PING, SWEEP, beat
from tests.factories import ReminderFactory
from tests.integration.scenes import postgresql_away

pytestmark = pytest.mark.django_db
SECRET = "6c6f6e67-secret"  # noqa: S105 (made up)


class Watcher(HTTPServer):
    """A watcher on this machine that writes down what it was asked, and answers `status`."""

    asked: list[str]
    status = 200


class Answer(BaseHTTPRequestHandler):
    server: Watcher

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def watcher(settings) -> Iterator[Watcher]:
    """Somebody who listens, where DEADMAN_URL says."""
    server = Watcher(("127.0.0.1", 0), Answer)
    server.asked = []
    settings.DEADMAN_URL = f"http://127.0.0.1:{server.server_port}/{SECRET}"
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ticking(clock_stands, now) -> None:
    """The clock has just ticked."""
    beat(SWEEP, now=now)


def noted() -> tuple[object, str]:
    ping = Pulse.objects.get(name=PING)
    return ping.at, ping.detail


def test_while_all_is_well_the_watcher_hears_of_it(watcher, ticking, now):
    tasks.ping_when_well()

    assert watcher.asked == [f"/{SECRET}"]
    assert noted() == (now, "")


def test_a_reminder_that_does_not_go_out_keeps_it_silent(watcher, ticking, now, set_clock):
    ReminderFactory(due_at=now, attempts=1, last_error="Nobody to tell")

    tasks.ping_when_well()

    assert watcher.asked == []
    assert noted() == (now, "Held back: not all is well here.")


def test_without_an_address_nobody_is_told_and_nothing_noted(settings, ticking):
    settings.DEADMAN_URL = ""

    tasks.ping_when_well()

    assert not Pulse.objects.filter(name=PING).exists()


def test_a_watcher_that_does_not_know_us_is_noted_in_words(watcher, ticking, now, caplog):
    watcher.status = 404

    tasks.ping_when_well()

    assert noted() == (now, "The address answered 404.")
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (f"http://127.0.0.1:1/{SECRET}", "could not be reached (ConnectionRefusedError)"),
        (f"ftp://127.0.0.1/{SECRET}", "must begin with https:// or http://"),
        (f"http://[broken/{SECRET}", "could not be reached (ValueError)"),
        (f"http://127.0.0.1:1/{SECRET} and more", "could not be reached (InvalidURL)"),
    ],
)
def test_an_address_that_is_wrong_is_noted_without_naming_it(
    settings, ticking, caplog, address, says
):
    settings.DEADMAN_URL = address

    tasks.ping_when_well()

    assert says in noted()[1]
    assert SECRET not in caplog.text + noted()[1]


def test_a_watcher_that_says_nothing_is_not_waited_for(settings, ticking, monkeypatch):
    monkeypatch.setattr(deadman, "ANSWER_WITHIN", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.DEADMAN_URL = f"http://127.0.0.1:{silent.getsockname()[1]}/{SECRET}"
        tasks.ping_when_well()

    assert "did not answer within" in noted()[1]


def test_the_next_one_that_arrives_clears_what_went_wrong(watcher, ticking, now):
    beat(PING, now=now, detail="The address answered 404.")

    tasks.ping_when_well()

    assert noted() == (now, "")


def test_postgresql_away_is_silence_and_a_line_in_the_log(watcher, ticking, caplog):
    with postgresql_away():
        tasks.ping_when_well()

    assert watcher.asked == []
    assert "no sign of life" in caplog.text
