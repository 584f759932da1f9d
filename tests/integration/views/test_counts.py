"""The page of the counts: what it says, to whom, and how a month is locked on it."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import CountedMonth, EndReason, Role, Unit, User
from tests.factories import UnitFactory, UserFactory, YouthFactory
from tests.integration.counts.past import at, was_missing

FEBRUARY = "/counts?period=2026-02"


def words(answer) -> str:
    assert answer.status_code == 200
    text = re.sub(r"<svg.*?</svg>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.fixture
def february(unit: Unit):
    """One youth from January on, one who left and came back, one who is still missing."""
    was_missing(unit, at(1, 20), 14 * 24, why=EndReason.RETURNED)
    was_missing(unit, at(2, 3), 5, why=EndReason.RETURNED)
    was_missing(unit, at(2, 20))


def test_a_sentence_and_the_line_that_adds_up_come_first(as_person, sam, february):
    page = words(as_person(sam).get(FEBRUARY))

    assert (
        "2 episodes started. 3 different youth were missing at some time in Feb 2026. "
        "1 was still missing at the end of the month." in page
    )
    assert "Missing at start 1 + started 2 − ended 2 = missing at end 1" in page
    assert page.index("Missing at start 1") < page.index("The figures")


def test_the_last_month_that_is_over_is_shown_first(as_person, sam, february):
    page = words(as_person(sam).get("/counts"))
    assert "Feb 2026, St. Louis Unit 4." in page


def test_a_month_that_is_not_over_says_so_and_cannot_be_locked(as_person, sam, february):
    browser = as_person(sam)
    page = words(browser.get("/counts?period=2026-03"))

    assert "Mar 2026 is not over. Numbers so far, not locked." in page
    assert "= missing now 1" in page
    assert "Lock Mar 2026" not in page
    refused = browser.post("/counts/2026-03/lock", {})
    assert "Mar 2026 is not over" in words(refused)


def test_a_month_without_episodes_says_that_nobody_was_missing(as_person, sam):
    page = words(as_person(sam).get("/counts?period=2024-05"))
    assert "No youth was missing from care in May 2024." in page
    assert "there is nothing to divide" in page


@pytest.mark.parametrize(
    "address", ["/counts?period=2026-04", "/counts?period=x", "/counts?unit=x"]
)
def test_an_address_that_no_page_gave_is_not_found(as_person, sam, address):
    assert as_person(sam).get(address).status_code == 404


def test_years_and_fiscal_years_can_be_chosen(as_person, sam, february):
    browser = as_person(sam)
    assert "3 different youth were missing at some time in 2026" in words(
        browser.get("/counts?period=2026")
    )
    fiscal = words(browser.get("/counts?period=fy2026"))
    assert "Fiscal year 2026 (Oct 2025 to Sep 2026)" in fiscal
    assert "3 episodes started" in fiscal


def test_a_fiscal_year_begins_in_the_month_that_the_agency_says(as_person, sam, february, settings):
    settings.FISCAL_YEAR_STARTS = 2
    assert "2 episodes started" in words(as_person(sam).get("/counts?period=fy2027"))


def test_every_number_has_its_definition_on_the_page(as_person, sam, february):
    page = words(as_person(sam).get(FEBRUARY))
    for said in (
        "always missing at start + started - ended",
        "Days are 24 hours",
        "episodes that were opened in error",
        "it does not count as on time",
        "which is never No",
    ):
        assert said in page


def test_a_share_is_given_only_from_twenty_cases_on(as_person, sam, unit):
    for day in range(1, 20):
        was_missing(unit, at(2, day), 1)
    context = as_person(sam).get(FEBRUARY).context["page"]
    assert "%" not in "".join(cell.words for row in context.headlines.rows for cell in row.cells)


def test_a_supervisor_counts_the_own_unit_and_those_below_and_no_other(
    as_person, sam, unit, other_unit, february
):
    annex = UnitFactory(name="Annex", parent=unit)
    was_missing(annex, at(2, 5), 3)
    was_missing(other_unit, at(2, 5), 3)
    browser = as_person(sam)

    assert "3 episodes started" in words(browser.get(FEBRUARY))
    assert "1 episode started" in words(browser.get(f"{FEBRUARY}&unit={annex.public_id}"))
    elsewhere = other_unit.public_id
    assert browser.get(f"{FEBRUARY}&unit={elsewhere}").status_code == 404
    assert browser.post(f"/counts/2026-02/lock?unit={elsewhere}", {}).status_code == 404


def test_units_stand_below_each_other_and_add_up(as_person, sam, unit, february):
    annex = UnitFactory(name="Annex", parent=unit)
    was_missing(annex, at(2, 5), 3)

    units = as_person(sam).get(FEBRUARY).context["page"].units

    started = {row.label: int(row.cells[0].words) for row in units.rows}
    assert started == {"Annex": 1, "St. Louis Unit 4, no unit below": 2, "Together": 3}


def test_an_admin_counts_the_whole_agency(as_person, adam, other_unit, february):
    was_missing(other_unit, at(2, 5), 3)
    page = words(as_person(adam).get(FEBRUARY))
    assert "Feb 2026, the whole agency." in page
    assert "3 episodes started" in page
    assert as_person(adam).get(f"{FEBRUARY}&unit={other_unit.public_id}").status_code == 404


def test_no_name_and_no_reference_stands_on_the_page(as_person, sam, unit):
    youth = YouthFactory(unit=unit, given_name="Quintessa", family_name="Overbrook")
    episode = was_missing(unit, at(2, 3), 5, youth=youth)
    page = as_person(sam).get(FEBRUARY).content.decode()
    for said in ("Quintessa", "Overbrook", episode.reference, str(episode.public_id)):
        assert said not in page


def test_a_month_is_locked_revised_and_unlocked(as_person, sam, unit, february, set_clock):
    browser = as_person(sam)
    assert "Lock Feb 2026?" in words(browser.get("/counts/2026-02/lock"))

    locked = browser.post("/counts/2026-02/lock", {"children_in_care": "240"}, follow=True)
    assert "Version 1, locked Tue Mar 3" in words(locked)
    assert "1 of 240 (0.4%)" in words(locked)
    assert "Nothing has changed since." in words(locked)

    set_clock(at(3, 6))
    browser = as_person(sam)
    was_missing(unit, at(2, 9), 4, recorded_at=at(3, 5))
    page = words(browser.get(FEBRUARY))
    assert "Missing at start 1 + started 2 − ended 2 = missing at end 1" in page
    assert "Since then: 1 episode recorded after the lock." in page
    assert "As things are on file now: Missing at start 1 + started 3 − ended 3" in page
    assert "Episodes started 2 revised +1" in page

    counted = CountedMonth.objects.get()
    unlock = f"/counts/locked/{counted.public_id}/unlock"
    assert "Enter why the lock is taken off" in words(browser.post(unlock, {"why": ""}))
    page = words(browser.post(unlock, {"why": "An office sent its list late"}, follow=True))
    assert "Missing at start 1 + started 3" in page
    assert "An office sent its list late" in page
    again = words(browser.post("/counts/2026-02/lock", {}, follow=True))
    assert "Version 2, locked" in again


def test_a_locked_month_is_not_revised_by_time_that_passes(as_person, sam, unit, set_clock):
    was_missing(unit, at(2, 28, 22))
    set_clock(at(3, 2, 9))
    as_person(sam).post("/counts/2026-02/lock", {})

    set_clock(at(3, 6))

    assert "Nothing has changed since." in words(as_person(sam).get(FEBRUARY))


def test_a_double_click_on_lock_shows_the_locked_month(as_person, sam, february):
    browser = as_person(sam)
    browser.post("/counts/2026-02/lock", {})

    page = words(browser.post("/counts/2026-02/lock", {}, follow=True))

    assert "Version 1, locked" in page
    assert "There is a problem" not in page
    assert CountedMonth.objects.count() == 1


def test_a_lock_of_another_unit_is_not_found(as_person, sam, other_unit, february):
    head = UserFactory(role=Role.SUPERVISOR, unit=other_unit)
    as_person(head).post("/counts/2026-02/lock", {})
    counted = CountedMonth.objects.get()
    assert counted.unit == other_unit
    answer = as_person(sam).post(f"/counts/locked/{counted.public_id}/unlock", {"why": "Mine"})
    assert answer.status_code == 404


@pytest.mark.parametrize("children", ["-3", "many", "12.5"])
def test_a_number_of_children_that_cannot_be_is_refused(as_person, sam, february, children):
    answer = as_person(sam).post("/counts/2026-02/lock", {"children_in_care": children})
    assert "There is a problem" in words(answer) or "Enter a" in words(answer)
    assert not CountedMonth.objects.exists()


def test_the_page_asks_as_many_questions_for_a_month_as_for_a_year(
    as_person, sam: User, unit, february
):
    browser = as_person(sam)
    browser.get(FEBRUARY)
    with CaptureQueriesContext(connection) as small:
        browser.get(FEBRUARY)
    for day in range(1, 28):
        was_missing(unit, at(2, day), 60)
    UnitFactory(parent=unit)
    with CaptureQueriesContext(connection) as large:
        browser.get(FEBRUARY)
    assert len(large) == len(small) <= 16
