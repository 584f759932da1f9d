"""Monthly counts in a browser: an admin reads, asks what a number means, locks; a late entry revises."""

import re
from datetime import date, timedelta

from casework.policies.clock_words import MONTHS
from tests.journeys.conftest import PHONE
from tests.journeys.test_jurisdictions import log

NAME = "Hezekiah Tumblestone"  # made up, unlike others


def test_an_admin_locks_a_month_and_sees_what_a_late_entry_revises(visit):
    today = date.today()  # noqa: DTZ011 (the demonstration's own calendar)
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    name = f"{MONTHS[month.month - 1]} {month.year}"
    adam = visit(PHONE)
    adam.sign_in("admin")
    adam.open(f"/counts?period={month:%Y-%m}")

    assert "Not locked" in adam.text()
    start, started, ended, end = line_of(adam)
    assert start + started - ended == end
    adam.page.locator("summary", has_text="What each number means").click()
    assert "always missing at start + started - ended" in adam.text()
    adam.looks_at_both_sizes("counts")

    adam.follow(f"Lock {name}")
    adam.type_into("Children in care", "1240")
    adam.looks_at_both_sizes("counts-lock")
    adam.press("Lock the month")
    assert "Version 1, locked" in adam.text()
    assert "of 1,240" in adam.text()
    assert line_of(adam) == [start, started, ended, end]

    ana = visit(PHONE, scripts=False)
    ana.sign_in("caseworker")
    log(ana, NAME, told=f"{month:%b} 20 4 pm")
    adam.open(f"/counts?period={month:%Y-%m}")
    assert "1 episode recorded after the lock" in adam.text()
    assert "revised +1" in adam.text()
    assert line_of(adam) == [start, started, ended, end]
    adam.looks_at_both_sizes("counts-revised")

    ana.follow("Close without a return")
    ana.choose("Why does it end?", "Opened in error")
    ana.type_into("What happened?", "Logged to try out the counts")
    ana.choose("When", "Just now")
    ana.press("Close the episode")
    adam.open(f"/counts?period={month:%Y-%m}")
    assert "Nothing has changed since" in adam.text()

    adam.follow("Take the lock off")
    adam.type_into("Why is the lock taken off", "One office sent its entries late")
    adam.looks_at_both_sizes("counts-unlock")
    adam.press("Take the lock off")
    assert "Not locked" in adam.text()
    assert "One office sent its entries late" in adam.page.content()


def line_of(visitor) -> list[int]:
    """The four figures of the line that adds up."""
    words = visitor.page.locator(".sum-line").first.inner_text()
    return [int(number.replace(",", "")) for number in re.findall(r"[0-9,]+", words)]
