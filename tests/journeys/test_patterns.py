"""Patterns in a browser: a supervisor asks why, looks closer, prints; an admin reads no small number."""

import os
from pathlib import Path

from tests.journeys.conftest import DESKTOP, PHONE


def test_a_supervisor_asks_what_would_have_made_staying_safer(visit):
    sam = visit(PHONE)
    sam.sign_in("supervisor")
    sam.open("/patterns")

    assert "What youth were moving away from" in sam.text()
    assert "What would have made staying feel safer?" in sam.text()
    chart = sam.page.get_by_role("img", name="What youth were moving away from")
    assert chart.bounding_box()["width"] > 300
    sam.looks_at_both_sizes("patterns")

    sam.page.get_by_label("When the agency was told").select_option("Last 24 months")
    sam.page.get_by_label("Kind of placement").select_option("Foster home")
    sam.press("Show")
    assert "(foster home)" in sam.text()
    assert "period=24" in sam.page.url
    first = sam.page.locator("summary", has_text="What these numbers mean").first
    first.click()
    assert "a corrected answer replaces the earlier one" in sam.text()

    sam.page.emulate_media(media="print")
    assert not sam.page.get_by_role("button", name="Show").is_visible()
    assert sam.page.get_by_role("img", name="Month by month").is_visible()
    if folder := os.environ.get("PORCHLIGHT_SCREENSHOTS"):
        path = Path(folder) / f"patterns-print-{sam.label}.png"
        sam.page.screenshot(path=path, full_page=True)


def test_an_admin_reads_figures_of_the_whole_agency_and_no_small_number(visit):
    adam = visit(DESKTOP, scripts=False)
    adam.sign_in("admin")
    adam.open("/patterns")

    assert "Numbers from 1 to 10 are hidden" in adam.text()
    assert "Places youth left most often" not in adam.text()
    adam.looks("patterns-admin")
