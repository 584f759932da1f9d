"""The two scripts of every page, in a real browser: clocks that stay true, saving that never lies."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from playwright.sync_api import Browser, Page

from casework.policies.time_phrases import due_words, duration

SCRIPTS = Path(__file__).parents[2] / "static/js"
NOW = datetime(2026, 3, 3, 10, 28, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


# --- Clocks -------------------------------------------------------------------------------------------


def page_with(chromium: Browser, body: str) -> Page:
    """A page that the server drew at NOW, in a browser whose clock stands at NOW too."""
    page = chromium.new_page()
    page.clock.install(time=NOW)
    page.set_content(
        f'<meta name="server-time" content="{NOW.isoformat()}"><p id="announcer"></p>{body}'
    )
    page.add_script_tag(path=SCRIPTS / "clock.js")
    return page


def clock(due: datetime, *, state: str = "due_later", title: str = "Report to police") -> str:
    return (
        f'<p data-state="{state}" data-due="{due.isoformat()}" data-title="{title}"'
        f' data-soon="{(due - timedelta(minutes=30)).isoformat()}">'
        "<b data-due-tag></b> <i data-due-words></i> <u data-due-sentence></u>"
        " <s data-due-lead></s></p>"
    )


DISTANCES = [
    # Half a minute beside each border, so that the second in which the test runs does not matter.
    timedelta(minutes=minutes, seconds=30)
    for minutes in (0, 1, 36, 59, 60, 61, 298, 2879, 2880, 13_500, 20_159, 20_160, 33_120)
]


def test_a_page_says_the_same_as_the_server_however_far_away_the_time_is(chromium: Browser) -> None:
    dues = [NOW + MINUTE + sign * distance for distance in DISTANCES for sign in (1, -1)]
    page = page_with(chromium, "".join(clock(due) for due in dues))

    page.clock.run_for(60_000)

    assert page.locator("[data-due-words]").all_text_contents() == [
        due_words(due, NOW + MINUTE) for due in dues
    ]


def test_the_time_that_has_passed_is_counted_on(chromium: Browser) -> None:
    since = [NOW + MINUTE - distance for distance in DISTANCES]
    page = page_with(chromium, "".join(f'<b data-since="{at.isoformat()}"></b>' for at in since))

    page.clock.run_for(60_000)

    assert page.locator("[data-since]").all_text_contents() == [
        duration(NOW + MINUTE - at).replace("now", "less than a minute") for at in since
    ]


def test_a_clock_goes_from_due_later_to_due_soon_to_overdue(chromium: Browser) -> None:
    page = page_with(chromium, clock(NOW + timedelta(minutes=31, seconds=30)))
    piece = page.locator("[data-due]")

    seen = []
    for minutes in (1, 1, 30):
        page.clock.run_for(minutes * 60_000)
        seen.append((piece.get_attribute("data-state"), piece.inner_text()))

    assert seen == [
        ("due_later", "Due later in 30 min Due in 30 min by"),
        ("due_soon", "Due soon in 29 min Due in 29 min by"),
        ("overdue", "Overdue now Overdue now was due"),
    ]


def test_a_clock_is_spoken_once_when_it_becomes_overdue_and_never_for_ticking(
    chromium: Browser,
) -> None:
    page = page_with(chromium, clock(NOW + timedelta(seconds=90)) * 2)
    announcer = page.locator("#announcer")

    page.clock.run_for(60_000)
    while_running = announcer.text_content()
    page.clock.run_for(60_000)
    when_overdue = announcer.text_content()
    announcer.evaluate("element => element.textContent = ''")
    page.clock.run_for(180_000)

    assert (while_running, when_overdue) == ("", "Now overdue: Report to police")
    assert announcer.text_content() == ""


def test_a_device_whose_clock_is_wrong_still_shows_the_right_time(chromium: Browser) -> None:
    page = chromium.new_page()
    page.clock.install(time=NOW + timedelta(hours=7))
    page.set_content(
        f'<meta name="server-time" content="{NOW.isoformat()}">'
        + clock(NOW + timedelta(minutes=91, seconds=30))
    )
    page.add_script_tag(path=SCRIPTS / "clock.js")

    page.clock.run_for(60_000)

    assert page.locator("[data-due-words]").text_content() == "in 1 h 30 min"


# --- Saving -------------------------------------------------------------------------------------------


class Saving(BaseHTTPRequestHandler):
    """A server with one form; the answer itself says how the server shall take it."""

    posts: list[str]

    def do_GET(self) -> None:
        name = Path(self.path).name
        if name == "htmx.js":
            self.answer(
                files("django_htmx").joinpath("static/django_htmx/htmx-2.min.js").read_text()
            )
        elif name == "save.js":
            self.answer((SCRIPTS / "save.js").read_text())
        elif name in {"form", "plain-form"}:
            self.answer(self.form())
        else:
            self.answer(f"<title>{name}</title><main id='main' tabindex='-1'>{name}</main>")

    def do_POST(self) -> None:
        typed = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.posts.append(typed)
        if "broken" in typed:
            self.answer("broken", status=500)
        elif "signed-out" in typed:
            self.answer("", status=302, location="/sign-in")
        elif "refused" in typed:
            self.answer(self.form("<div class='error-summary' tabindex='-1' autofocus>No</div>"))
        else:
            sleep(1.5 if "slow" in typed else 0)
            self.answer("", status=302, location="/saved")

    def form(self, errors: str = "") -> str:
        boost = "" if "plain" in self.path else "hx-boost='true'"
        return (
            "<title>form</title><script src='/htmx.js' defer></script><script src='/save.js' defer></script>"
            "<body data-sign-in='/sign-in'><p id='announcer'></p><main id='main' tabindex='-1'>"
            f"<form method='post' {boost}>{errors}<input name='note'>"
            "<input type='hidden' name='csrfmiddlewaretoken' value='old'>"
            "<div data-save-message></div><button type='submit'>Save</button></form></main></body>"
        )

    def answer(self, body: str, status: int = 200, location: str = "") -> None:
        self.send_response(status)
        kind = "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
        self.send_header("Content-Type", kind)
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def posts() -> list[str]:
    """The bodies of what was sent, in order."""
    return []


@pytest.fixture
def form(chromium: Browser, posts: list[str]) -> Iterator[Page]:
    """A page with the form, served by a server of its own."""
    handler = type("SavingHere", (Saving,), {"posts": posts})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/form")
    yield page
    page.context.close()
    server.shutdown()
    server.server_close()


def send(page: Page, note: str) -> None:
    page.fill("[name=note]", note)
    page.click("button")


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("broken", "Not saved: the server did not take this."),
        ("signed-out", "Not saved: you are signed out."),
        ("offline", "Not saved: the connection was lost."),
    ],
)
def test_a_failed_save_says_why_keeps_the_answers_and_can_be_tried_again(
    form: Page, note: str, words: str
) -> None:
    form.context.set_offline(note == "offline")

    send(form, note)

    message = form.get_by_role("alert")
    assert (message.text_content() or "").startswith(f"{words} Your answers are still here.")
    assert form.input_value("[name=note]") == note
    form.context.set_offline(False)
    send(form, "again")
    form.wait_for_url("**/saved")


@pytest.mark.parametrize("address", ["/form", "/plain-form"])
def test_a_form_pressed_three_times_is_sent_once(
    form: Page, posts: list[str], address: str
) -> None:
    form.goto(form.url.replace("/form", address))
    form.fill("[name=note]", "slow")

    form.evaluate(
        "() => [0, 150, 450].forEach(wait =>"
        " setTimeout(() => document.querySelector('button').click(), wait))"
    )

    form.wait_for_url("**/saved")
    assert len(posts) == 1


def test_a_save_that_takes_a_while_says_so_on_its_button(form: Page) -> None:
    send(form, "slow")

    form.get_by_role("button", name="Saving…").wait_for()
    form.wait_for_url("**/saved")


def test_after_signing_in_elsewhere_the_new_token_is_sent(form: Page, posts: list[str]) -> None:
    form.evaluate("document.cookie = 'csrftoken=new; path=/'")

    send(form, "again")

    form.wait_for_url("**/saved")
    assert "csrfmiddlewaretoken=new" in posts[0]


def test_refused_answers_move_the_focus_to_the_error_summary(form: Page) -> None:
    send(form, "refused")

    form.wait_for_selector(".error-summary:focus")


def test_a_new_page_is_read_from_its_top(form: Page) -> None:
    send(form, "fine")

    form.wait_for_url("**/saved")
    form.wait_for_selector("main:focus")
