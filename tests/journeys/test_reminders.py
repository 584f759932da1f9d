"""A reminder comes, somebody is on it, the supervisor sees who, and the ledger shows it all."""

import re
import time

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, Visitor

SECONDS_TO_REMIND = 20
NAMES = {PHONE: "Juniper Ashgrove", DESKTOP: "Linden Marrow"}  # made up


def log_missing(visitor: Visitor, name: str) -> str:
    """Log this youth missing; the path of the episode's page."""
    visitor.open("/log")
    visitor.type_into("1. Who is missing?", name)
    visitor.choose("2. When were you told?", "Just now")
    visitor.press("Start the clocks")
    return visitor.page.url.removeprefix(visitor.site)


def row_in_inbox(visitor: Visitor, title: str, name: str):
    """The row of this duty of this youth, once it is there."""
    until = time.monotonic() + SECONDS_TO_REMIND
    row = visitor.page.locator("li.duty").filter(has_text=title).filter(has_text=name).first
    while True:
        visitor.open("/reminders")
        if row.count() or time.monotonic() > until:
            return row
        time.sleep(0.5)


@pytest.mark.parametrize(
    ("size", "scripts"), [(PHONE, False), (DESKTOP, True)], ids=["phone, no scripts", "desktop"]
)
def test_somebody_is_on_it_and_everyone_sees_who(visit, size, scripts):
    ana, sam = visit(size, scripts=scripts), visit(size, scripts=scripts)
    ana.sign_in("caseworker")
    sam.sign_in("supervisor")
    name = NAMES[size]
    episode = log_missing(ana, name)

    # The reminder is in the inbox; it says why, and one press says that somebody is on it.
    row = row_in_inbox(ana, "Report to police", name)
    assert "assigned to you" in row.inner_text()
    ana.looks_at_both_sizes("inbox")
    ana._go_on(row.get_by_role("button", name=re.compile("^I’m on it")))
    assert "You are on it until" in ana.text()
    assert "You are on it until" in row_in_inbox(ana, "Report to police", name).inner_text()

    # Her supervisor sees who is on it, on the episode and on the duty, and who would hear next.
    sam.open(episode)
    assert re.search(r"is on it until \d+:\d\d [ap]\.m\.", sam.text())
    sam.follow("Report to police")
    ladder = sam.page.locator("ol.ladder").inner_text()
    assert "is on it until" in ladder
    assert "on-call manager" in ladder
    assert not sam.page.get_by_role("button", name=re.compile("I’m on it")).count()
    sam.looks_at_both_sizes("duty-held")

    # The ledger shows what was told, and who was on it.
    sam.follow("Every reminder of this duty")
    assert "is on it since" in sam.text()
    assert re.search(r", inbox(?: and email)? · sent ", sam.text())
    sam.page.get_by_text("Still to come").click()
    assert "Escalated, to supervisor" in sam.text()
    sam.looks_at_both_sizes("ledger")

    # She hands it back.
    ana.open(episode)
    ana.follow("Report to police")
    ana.page.get_by_role("button", name=re.compile("^Not me any more")).click()
    ana.page.get_by_text("You are not on it any more").first.wait_for()
    ana.looks_at_both_sizes("duty-handed-back")
