"""Whose rules apply: the same night in Florida, Illinois, Kentucky and Texas, on real pages."""

import re
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.conftest import PHONE, Visitor

CHICAGO = ZoneInfo("America/Chicago")  # in which the demonstration's units tell their times


def today() -> datetime:
    """Now, where the units are."""
    return datetime.fromtimestamp(time.time(), CHICAGO)


def ago(hours: int) -> str:
    """So many hours ago, as somebody would type it."""
    at = today() - timedelta(hours=hours)
    half = "am" if at.hour < 12 else "pm"
    return f"{at:%b} {at.day} {at.hour % 12 or 12}:{at:%M} {half}"


def log(who: Visitor, name: str, *, told: str = "") -> None:
    """A youth is logged: told just now, or at a typed time."""
    who.open("/log")
    who.type_into("1. Who is missing?", name)
    if told:
        day = "Before today" if told.split()[1] != str(today().day) else "Earlier today"
        who.choose("2. When were you told?", day)
        who.type_into("If not just now: about what time?", told)
    else:
        who.choose("2. When were you told?", "Just now")
    who.press("Start the clocks")
    assert "Clocks started" in who.text()


def use_rules(who: Visitor, code: str) -> None:
    """The episode on the page goes by another jurisdiction's rules, differences seen first."""
    who.follow("Use other rules")
    who.page.get_by_label("Whose rules apply?").select_option(code)
    who.press("Show what would change")
    assert "What would change under the rules of" in who.text()
    who.looks_at_both_sizes(f"rules-{code}")
    who.press("Use these rules")
    assert "Enter why these rules apply" in who.text()
    who.looks_at_both_sizes(f"rules-{code}-errors")
    who.type_into("Why do these rules apply?", "The youth is placed there by agreement.")
    who.press("Use these rules")
    assert "apply now" in who.text()


def duty(who: Visitor, title: str) -> str:
    """What the page says in the row of this duty."""
    row = who.page.locator(
        "#duties .duty", has=who.page.get_by_role("link", name=title, exact=True)
    )
    return " ".join(row.first.inner_text().split())


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_florida_asks_for_exigent_criteria_and_counts_from_the_first_suspicion(visit, scripts):
    sam = visit(PHONE, scripts=scripts)
    sam.sign_in("supervisor")
    log(sam, "Perpetua Oldcastle" if scripts else "Hieronymus Vantongeren")
    use_rules(sam, "us-fl")
    episode = sam.page.url

    # Not known whether it is exigent: four hours at most either way, and provisional.
    assert "Provisional" in duty(sam, "Report to police")
    sam.follow("whether an exigent criterion applies")
    sam.looks_at_both_sizes("asked")
    sam.choose("Does any exigent criterion apply?", "Yes")
    sam.press("Save and move the clocks")
    assert "Report to police" in sam.text()
    sam.looks_at_both_sizes("episode-florida")

    # Somebody suspected it an hour before the agency was told: the clock moves, and says so.
    sam.follow("when someone first suspected that the youth is missing")
    sam.looks_at_both_sizes("set-time")
    sam.choose("When did someone first suspect", "Earlier")
    sam.type_into("If earlier: what time?", ago(1))
    sam.type_into("How do you know?", "The caregiver said so on the phone.")
    sam.press("Save and move the clocks")
    assert re.search(r"Report to police: 5\d min|Report to police: 1 h", sam.text())
    assert "Provisional" not in duty(sam, "Report to police")
    sam.follow("Report to police")
    assert "exigent criterion applies" in sam.text()
    sam.page.goto(episode)

    # Without any criterion the four hours are for an active search.
    sam.page.locator("main").get_by_role("link", name="Change Does any exigent").click()
    sam.choose("Does any exigent criterion apply?", "No")
    sam.press("Save and move the clocks")
    assert "by another rule" in sam.text()
    sam.follow("Report to police")
    assert "no exigent criterion applies" in sam.text()


def test_illinois_counts_from_the_first_report(visit):
    sam = visit()
    sam.sign_in("supervisor")
    log(sam, "Thaddeus Winterbourne")
    use_rules(sam, "us-il")
    assert "Provisional" in duty(sam, "Report to NCMEC")
    assert "Provisional" in duty(sam, "Tell the juvenile court")

    sam.follow("Report to police")
    sam.choose("What happened?", "Done")
    sam.choose("When?", "Just now")
    sam.press("Save")

    assert "Provisional" not in duty(sam, "Report to NCMEC")
    assert "Provisional" not in duty(sam, "Tell the juvenile court")
    assert (
        "Confirm that police entered the youth in NCIC" in sam.page.locator("#duties").inner_text()
    )
    assert "other duties count from it" in sam.page.locator(".timeline").inner_text()
    sam.looks_at_both_sizes("episode-illinois")


def test_kentucky_counts_from_the_decision_an_hour_later(visit):
    sam = visit()
    sam.sign_in("supervisor")
    log(sam, "Clementine Hargreavesby", told=ago(2))
    use_rules(sam, "us-ky")
    assert "Provisional" in duty(sam, "Report to police")

    sam.follow("when the agency decided that the youth is missing")
    sam.press("Save and move the clocks")
    assert "There is a problem" in sam.text()
    sam.looks_at_both_sizes("set-time-errors")
    sam.choose("When did the agency decide", "Earlier")
    sam.type_into("If earlier: what time?", ago(1))
    sam.type_into("How do you know?", "The staffing decided it.")
    sam.press("Save and move the clocks")

    assert re.search(r"Report to police: (1 h|59 min|1 h 1 min) later", sam.text())
    assert "Provisional" not in duty(sam, "Report to police")
    assert "It said before: not known yet" in sam.page.locator(".timeline").inner_text()
    sam.looks_at_both_sizes("episode-kentucky")


def test_texas_tells_the_same_people_again_on_return(visit):
    sam = visit()
    sam.sign_in("supervisor")
    log(sam, "Evangeline Stonebridger")
    use_rules(sam, "us-tx")
    missing = sam.page.locator("#duties").inner_text()

    sam.follow("Youth located or returned")
    sam.choose("What do you know?", "Back at placement")
    sam.choose("When?", "Just now")
    sam.press("Save and start return duties")

    returned = sam.page.locator("#duties").inner_text()
    for told in ("parents", "court", "guardian ad litem"):
        assert told in missing
        assert re.search(rf"{told}.*return|return.*{told}", returned)
    sam.looks_at_both_sizes("episode-texas-returned")
