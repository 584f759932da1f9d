"""Exports in a browser: an admin asks from the page of counts, waits, downloads; the figures agree."""

import csv
import io
import zipfile

from tests.journeys.test_counts import line_of

UNTIL_MADE = 30_000  # milliseconds


def test_an_admin_takes_out_the_episodes_of_a_month_and_finds_the_figures_of_the_page(visit):
    adam = visit()
    adam.sign_in("admin")
    adam.open("/counts")
    line = line_of(adam)
    adam.follow("Export")
    adam.looks_at_both_sizes("exports-ask")

    adam.choose("What", "Episodes row by row")
    adam.choose("File", "CSV")
    adam.page.get_by_label("What is it for?").select_option(label="A state report or audit")
    adam.type_into("In your own words", "Quarterly report")
    adam.press("Make the file")
    assert "Episodes, internal (CSV)" in adam.text()
    newest = adam.page.locator("#export-list tbody tr").first
    newest.get_by_role("link", name="Download").wait_for(timeout=UNTIL_MADE)
    assert "Kept until" in adam.text()

    with adam.page.expect_download() as downloaded:
        newest.get_by_role("link", name="Download").click()
    rows = rows_of(downloaded.value.path().read_bytes())
    columns = ("at_start", "started", "ended", "at_end")
    assert [sum(int(row[column]) for row in rows) for column in columns] == line

    adam.follow("Have one made every month")
    adam.page.get_by_label("What is it for?").select_option(
        label="Our own planning and supervision"
    )
    adam.looks_at_both_sizes("exports-monthly")
    adam.press("Make it every month")
    adam.looks_at_both_sizes("exports-list")
    adam.follow("Delete…")
    adam.looks_at_both_sizes("exports-delete-monthly")
    adam.press("Make no more")
    assert adam.page.get_by_role("heading", name="Every month").count() == 0


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a file of episodes."""
    raw = zipfile.ZipFile(io.BytesIO(content)).read("episodes.csv")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
