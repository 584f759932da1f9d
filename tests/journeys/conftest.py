"""The whole of Porchlight as people meet it: real services, a real worker, a real browser.

Nothing here reaches into the database: what is seen is what the pages say. With
PORCHLIGHT_SCREENSHOTS set to a folder, every page that a journey looks at is kept there.
"""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Cookie,
    Locator,
    Page,
    sync_playwright,
)

from casework.local import commands
from casework.local.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "porchlight-demo"
PHONE, DESKTOP = (390, 844), (1280, 900)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SECONDS_TO_START = 60
SESSION_COOKIE = "porchlight_session"
ALL_RULES = {"resultTypes": ["violations"]}  # what is well need not be told of in full
COLORS_ONLY = {**ALL_RULES, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
HTMX_AT_WORK = ".htmx-request, .htmx-swapping, .htmx-settling"
# What reaches over the right edge: the innermost elements and what they say.
TOO_WIDE = """() => [...document.querySelectorAll("main *, header *, footer *")]
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .slice(-5).map(one => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 60)}`)"""
NEEDS_BROWSER = "Chromium is not installed, so the browser journeys cannot run"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not os.environ.get("PORCHLIGHT_CHROMIUM"):
                item.add_marker(pytest.mark.skip(reason=NEEDS_BROWSER))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demonstration: web, worker, beat and mail catcher."""
    folder = tmp_path_factory.mktemp("site")
    port, mail_port = free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "DEMO": "true",
        "BASE_URL": address,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "MAIL_CATCHER_DIR": str(folder / "mail"),
        "REMINDER_TICK_SECONDS": "1",
    }
    for command in ("migrate", "make_demo_agency"):
        subprocess.run(
            [sys.executable, "manage.py", command, "--verbosity", "0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
    parts = [
        commands.web(f"127.0.0.1:{port}"),
        commands.worker(),
        commands.beat(str(folder / "beat")),
        commands.mail_catcher("127.0.0.1", mail_port, str(folder / "mail")),
    ]
    log = (folder / "log").open("w")
    running = [
        subprocess.Popen(
            commands.with_this_python(part),
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        for part in parts
    ]
    try:
        _wait_until_ready(port, folder / "log")
        yield address
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        log.close()


def _wait_until_ready(port: int, log: Path) -> None:
    """Wait until pages are served and a tick has reached the worker."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", "/health/ready")
            if line.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        finally:
            line.close()
        time.sleep(0.2)
    pytest.fail(f"Porchlight was not ready in {SECONDS_TO_START} s:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that this machine has."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["PORCHLIGHT_CHROMIUM"], args=CHROMIUM_FLAGS
        )
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody in front of a screen. Collects what a browser complains about."""

    page: Page
    site: str
    has_scripts: bool
    sessions: dict[str, Cookie]
    complaints: list[str] = field(default_factory=list)
    label: str = ""

    def open(self, path: str) -> None:
        """Go to an address of the site."""
        self.page.goto(self.site + path)

    def sign_in(self, who: str) -> None:
        """Sign in with one of the demonstration's accounts: by the form, and later by its cookie.

        Hashing a password takes long by design, and an address may try only 30 a minute.
        """
        context = self.page.context
        if who in self.sessions:
            context.add_cookies([{**self.sessions[who]}])
            self.open("/")
        else:
            self.open("/sign-in")
            self.page.get_by_label("Email", exact=True).fill(f"{who}@porchlight.test")
            self.page.get_by_label("Password", exact=True).fill(PASSWORD)
            self.press("Sign in")
        assert "/sign-in" not in self.page.url, self.page.inner_text("main")
        kept = (one for one in context.cookies() if one.get("name") == SESSION_COOKIE)
        self.sessions[who] = next(kept)

    def press(self, name: str) -> None:
        """Press a button and wait until the page that follows has arrived."""
        self._go_on(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        """Follow a link in the page itself."""
        self._go_on(self.page.locator("main").get_by_role("link", name=name).first)

    def follow_first(self, selector: str) -> None:
        """Follow the first link that this selector finds."""
        self._go_on(self.page.locator(selector).first)

    def _go_on(self, leads_on: Locator) -> None:
        """Click, and wait for the next page: a new one, or one that scripts put in its place."""
        if not self.has_scripts:
            with self.page.expect_navigation():
                leads_on.click()
            return
        self.page.evaluate("document.getElementById('main').dataset.old = 'yes'")
        leads_on.click()
        self.page.wait_for_selector("#main:not([data-old])")
        self.page.wait_for_load_state("load")
        self.until_settled()

    def until_settled(self) -> None:
        """Wait until nothing is being fetched or put in its place."""
        self.page.wait_for_selector(HTMX_AT_WORK, state="detached")

    def choose(self, question: str, answer: str) -> None:
        """Answer a question by its choice."""
        group = self.page.get_by_role("group", name=re.compile(re.escape(question)))
        label = group.locator("label").filter(has_text=re.compile(rf"^\s*{re.escape(answer)}"))
        label.first.click()

    def type_into(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        self.page.get_by_label(label).fill(text)

    def text(self) -> str:
        """What the page says."""
        return self.page.inner_text("body")

    def looks(self, name: str) -> None:
        """Look at the page: no accessibility faults, no sideways scrolling; keep a picture."""
        folder = os.environ.get("PORCHLIGHT_SCREENSHOTS")
        schemes = ("light", "dark") if self.has_scripts else ("light",)
        for scheme in schemes:
            self.page.emulate_media(color_scheme=scheme)
            if folder:
                path = Path(folder) / f"{name}-{self.label}-{scheme}.png"
                self.page.screenshot(path=path, full_page=True)
            if self.has_scripts:
                # What the colors do not change has been looked at in light.
                found = self.faults(ALL_RULES if scheme == "light" else COLORS_ONLY)
                assert found.violations_count == 0, f"{name}: {found.generate_report()}"
                wide = self.page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert wide <= 0, f"{name} scrolls by {wide} px: {self.page.evaluate(TOO_WIDE)}"
        self.page.emulate_media(color_scheme="light")

    def faults(self, options: dict[str, Any]) -> AxeResults:
        """What axe finds on the page. It is told to the page once, however often it is asked."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        return AxeResults(self.page.evaluate("options => axe.run(options)", options))

    def looks_at_both_sizes(self, name: str) -> None:
        """Look at the page on a phone and on a desk, for a way that is gone only once."""
        own, label = self.page.viewport_size, self.label
        for width, height in (PHONE, DESKTOP):
            self.page.set_viewport_size({"width": width, "height": height})
            self.label = str(width)
            self.looks(name)
        self.label = label
        self.page.set_viewport_size(own)

    def heard(self, message: ConsoleMessage) -> None:
        """Keep what the browser's console says about policy and errors."""
        answered = ("status of 4", "status of 5", "Status Error Code 4")  # the last is htmx's
        is_expected = any(words in message.text for words in answered)
        if message.type in {"error", "warning"} and not is_expected:
            self.complaints.append(message.text)


@pytest.fixture(scope="session")
def sessions() -> dict[str, Cookie]:
    """By account: the cookie of whoever signed in with it."""
    return {}


@pytest.fixture
def visit(
    chromium: Browser, site: str, sessions: dict[str, Cookie]
) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; at the end none of their browsers may have complained."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def make(size: tuple[int, int] = DESKTOP, *, scripts: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts
        )
        contexts.append(context)
        label = f"{size[0]}{'' if scripts else '-no-scripts'}"
        visitor = Visitor(context.new_page(), site, scripts, sessions, label=label)
        visitor.page.on("console", visitor.heard)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitors.append(visitor)
        return visitor

    yield make
    for context in contexts:
        context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
