"""Exports in a browser: an admin asks from the page of counts, waits, downloads; the figures agree."""

import csv
import io
import zipfile
from datetime import date

from casework.policies.count_periods import Month
from tests.journeys.test_counts import line_of

UNTIL_MADE = 30_000  # milliseconds
SMALL = range(1, 11)  # what a file to share must not say, where no other floor is set


def test_an_admin_takes_out_the_episodes_of_a_month_and_finds_the_figures_of_the_page(visit):
    adam = visit()
    adam.sign_in("admin")
    adam.open("/counts")
    line = line_of(adam)
    adam.follow("Export")
    adam.looks_at_both_sizes("exports-ask")

    ask(adam, "Episodes row by row")
    assert "Episodes, internal (CSV)" in adam.text()
    rows = rows_of(downloaded(adam), "episodes")
    assert "Kept until" in adam.text()
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


def test_an_admin_shares_the_counts_of_a_year_and_small_numbers_stay_inside(visit):
    today = date.today()  # noqa: DTZ011 (the demonstration's own calendar)
    adam = visit()
    adam.sign_in("admin")
    adam.open(f"/counts/exports/ask?period={Month(today.year, today.month).later(-4).code}")
    ask(adam, "Counts to share")
    newest(adam).get_by_text("is not locked. Lock it, then share it.").wait_for(timeout=UNTIL_MADE)
    adam.looks_at_both_sizes("exports-refused")

    files = []
    for what in ("Counts to share", "Counts, every number"):
        adam.follow("Ask for a file")
        adam.page.get_by_label("Month or year").select_option(str(today.year - 1))
        ask(adam, what)
        files.append(figures_of(downloaded(adam)))
    adam.looks_at_both_sizes("exports-shared")

    shared, inside = files
    said = {key: number for key, number in shared.items() if number.isdigit()}
    assert said
    assert {key: inside[key] for key in said} == said
    assert not {key for key, number in said.items() if int(number) in SMALL}
    small = {key for key in shared if inside[key].isdigit() and int(inside[key]) in SMALL}
    assert small
    assert {shared[key] for key in small} == {"hidden"}
    assert not {"at_start", "at_end"} & set(shared)  # nobody asked for them


def ask(visitor, what: str) -> None:
    """Fill in what the form asks beside the period, and send it; the list of files follows."""
    visitor.choose("What", what)
    visitor.choose("File", "CSV")
    visitor.page.get_by_label("What is it for?").select_option(label="A state report or audit")
    visitor.type_into("In your own words", "Quarterly report")
    visitor.press("Make the file")


def newest(visitor):
    """The newest file in the list."""
    return visitor.page.locator("#export-list tbody tr").first


def downloaded(visitor) -> bytes:
    """The newest file, as soon as it has been made."""
    link = newest(visitor).get_by_role("link", name="Download")
    link.wait_for(timeout=UNTIL_MADE)
    with visitor.page.expect_download() as download:
        link.click()
    return download.value.path().read_bytes()


def figures_of(content: bytes) -> dict[str, str]:
    """The figures of a file of counts, by key; lengths of time are left out."""
    rows = rows_of(content, "figures")
    return {row["key"]: row["all"] for row in rows if row["counted"] != "hours"}


def rows_of(content: bytes, table: str) -> list[dict[str, str]]:
    """The rows of one table of a file."""
    raw = zipfile.ZipFile(io.BytesIO(content)).read(f"{table}.csv")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
