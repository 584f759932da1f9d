"""The pages and files of the proof: figures, words, whose, and nobody's name."""

import html
import io
import json
import re
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.access.counts import CountScope
from casework.exports.making import make_next
from casework.exports.timeliness import episode_document, period_document
from casework.exports.writers import write
from casework.models import AuditEvent, EndReason, Export, ExportKind, Role
from casework.operations import counts as counting
from casework.policies.count_periods import Month, read_period
from casework.policies.file_formats import FileFormat
from casework.views import timeliness as view
from tests.factories import UserFactory, YouthFactory
from tests.integration.counts.past import at, was_missing
from tests.integration.exports import making
from tests.integration.exports.making import content, made
from tests.integration.timeliness.scene import a_duty

pytestmark = pytest.mark.django_db
FEBRUARY = "/counts/timeliness?period=2026-02"
PERIOD = read_period("2026-02", starts=10)
NOW = at(3, 2, 9)


def words(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.fixture
def february(unit):
    """An episode still open and one of three hours, with their duties."""
    canary = YouthFactory(unit=unit, given_name="Zebulon", family_name="Quillfeather")
    episode = was_missing(unit, at(2, 20), youth=canary)
    a_duty(episode, "report_to_police", due=24, done=24 + 37 / 60, recorded=40)
    a_duty(episode, "report_to_ncmec", due=24, done=2)
    back = was_missing(unit, at(2, 10), 3, why=EndReason.RETURNED)
    a_duty(back, "report_to_police", due=24, done=1)
    a_duty(back, "report_to_ncmec", due=24, done=30)
    a_duty(back, "screen_for_trafficking", due=24)
    return episode


def test_a_month_says_how_much_was_on_time_and_every_number_leads_to_its_rows(
    as_person, sam, february
):
    browser = as_person(sam)
    answer = browser.get(FEBRUARY)
    page = words(answer)

    assert "On time: 2 of 4 duties; 1 late, 1 not done, 0 not provable." in page
    assert "Report to police 1 of 2" in page
    assert "Late by 37 min (2,220 seconds)" in page
    assert "Clock stopped" in page
    links = re.findall(
        r'href="([^"]+outcome=[^"]+)#rows">(\d+) ([a-z ]+)<', html.unescape(answer.content.decode())
    )
    assert len(links) == 3
    for url, number, _ in links:
        assert f"1 to {number} of {number}," in words(browser.get(url))


def test_a_row_says_when_by_what_rule_and_when_and_by_which_role_it_was_written_down(
    as_person, sam, february
):
    page = words(as_person(sam).get(f"{FEBRUARY}&duty=report_to_police&outcome=late"))

    assert "Due Sat Feb 21, 6:00 a.m. CST; counted from Fri Feb 20, 6:00 a.m. CST" in page
    assert "Happened Sat Feb 21, 6:37 a.m. CST" in page
    assert "Recorded Sat Feb 21, 10:00 p.m. CST; role: Caseworker" in page
    assert "A made-up rule for tests (edition 2026.1)" in page


def test_an_auditor_reads_references_and_nobody_by_name(as_person, ruth, february):
    answer = as_person(ruth).get(FEBRUARY)
    page = words(answer)

    assert february.reference in page
    assert "Zebulon" not in page
    assert "Quillfeather" not in page
    assert february.recorded_by.name not in page
    assert f"/episodes/{february.public_id}" not in answer.content.decode()


def test_an_auditor_finds_the_page_in_the_menu(as_person, ruth):
    assert "Done in time" in words(as_person(ruth).get("/audit"))


def test_a_supervisor_of_another_unit_sees_nothing_of_it(as_person, other_unit, february):
    stranger = UserFactory(role=Role.SUPERVISOR, unit=other_unit)
    browser = as_person(stranger)

    assert "No duty belongs to this time." in words(browser.get(FEBRUARY))
    assert browser.get(f"{FEBRUARY}&unit={february.unit.public_id}").status_code == 404


@pytest.mark.parametrize(
    "more", ["&duty=nonsense", "&outcome=nonsense", "&page=0", "&page=2", "&page=x"]
)
def test_an_address_that_no_page_gave_is_not_found(as_person, sam, february, more):
    assert as_person(sam).get(FEBRUARY + more).status_code == 404


def test_rows_come_page_by_page(as_person, sam, february, monkeypatch):
    monkeypatch.setattr(view, "PAGE", 3)
    browser = as_person(sam)

    assert "1 to 3 of 5, in the order" in words(browser.get(FEBRUARY))
    assert "4 to 5 of 5, in the order" in words(browser.get(f"{FEBRUARY}&page=2"))


def test_a_page_asks_as_much_of_the_database_for_many_duties_as_for_few(
    as_person, sam, unit, february
):
    browser = as_person(sam)

    def questions() -> int:
        browser.get(FEBRUARY)
        with CaptureQueriesContext(connection) as captured:
            words(browser.get(FEBRUARY))
        return len(captured)

    few = questions()
    for day in range(1, 9):
        a_duty(was_missing(unit, at(2, day), 2), done=1)

    assert questions() == few


def test_a_locked_month_says_what_was_locked_where_it_differs_now(as_person, sam, unit, february):
    scope = CountScope(unit=unit, units=[unit])
    counting.lock(scope=scope, month=Month(2026, 2), by=sam, now=NOW)
    browser = as_person(sam)
    assert "locked as" not in words(browser.get(FEBRUARY))

    a_duty(was_missing(unit, at(2, 12), 2), done=1)

    page = words(browser.get(FEBRUARY))
    assert "Locked. Version 1" in page
    assert "2 of 3 Report to police locked as 1 of 2" in page


def test_an_episode_tells_each_duty_to_whoever_may_see_it(as_person, ana, february):
    page = words(as_person(ana).get(f"/episodes/{february.public_id}/timeliness"))

    assert "On time: 1 of 2 duties whose time is up or that are done." in page
    assert "The episode has not ended." in page
    assert "Late by 37 min (2,220 seconds)" in page
    assert AuditEvent.objects.filter(event="episode.timeliness_read").count() == 1


def test_an_episode_whose_clocks_stopped_says_when(as_person, ana, unit):
    back = was_missing(unit, at(2, 10), 3, why=EndReason.RETURNED)

    page = words(as_person(ana).get(f"/episodes/{back.public_id}/timeliness"))

    assert "The episode ended Tue Feb 10, 9:00 a.m. CST; clocks of the missing time stopped" in page
    assert "This episode has no duties." in page


def as_json(document) -> dict:
    file = io.BytesIO()
    write(document, FileFormat.JSON, file)
    return json.loads(file.getvalue())


def test_the_file_of_a_month_holds_the_figures_of_the_page_and_no_name(unit, february):
    scope = CountScope(unit=unit, units=[unit])

    document = period_document(scope, PERIOD, None, file_format=FileFormat.JSON, now=NOW)
    said = json.dumps(as_json(document), ensure_ascii=False)

    by_key = {sheet.key: sheet for sheet in document.sheets}
    keys = [column.key for column in by_key["totals"].columns]
    totals = [dict(zip(keys, row, strict=True)) for row in by_key["totals"].rows]
    assert [(row["duty"], row["on_time"], row["of"], row["stopped"]) for row in totals] == [
        ("Report to police", 1, 2, 0),
        ("Report to ncmec", 1, 1, 1),
        ("Screen for trafficking", 0, 1, 0),
    ]
    assert february.reference in said
    assert "2026-02-21T06:37:00-06:00" in said
    assert "2220" in said
    for name in ("Zebulon", "Quillfeather", february.recorded_by.name):
        assert name not in said


def test_on_paper_each_rule_stands_once_with_its_source(unit, february):
    scope = CountScope(unit=unit, units=[unit])

    document = period_document(scope, PERIOD, None, file_format=FileFormat.PDF, now=NOW)

    rows = {sheet.key: list(sheet.rows) for sheet in document.sheets}
    assert len(rows["duties"]) == 5
    assert [row[0] for row in rows["rules"]] == [
        "Report to police",
        "Report to ncmec",
        "Screen for trafficking",
    ]
    assert rows["rules"][0][3] == "A made-up rule for tests"


@pytest.mark.parametrize(("extension", "begins"), [("pdf", b"%PDF-"), ("xlsx", b"PK")])
def test_the_auditors_file_is_one_click_away(as_person, ruth, february, extension, begins):
    answer = as_person(ruth).get(f"/counts/timeliness/file/{extension}?period=2026-02")

    content = answer.content
    assert content.startswith(begins)
    assert answer["Content-Disposition"] == (
        f'attachment; filename="porchlight-timeliness-2026-02.{extension}"'
    )
    assert "no-store" in answer["Cache-Control"]
    assert AuditEvent.objects.filter(event="timeliness.downloaded").count() == 1
    if extension == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as workbook:
            said = "".join(workbook.read(name).decode() for name in workbook.namelist())
        assert february.reference in said
        assert "Zebulon" not in said
    else:
        assert b"/StructTreeRoot" in content


@pytest.mark.parametrize("who", ["sam", "adam", "ruth"])
def test_too_long_a_file_is_asked_for_and_made_meanwhile(
    as_person, who, february, monkeypatch, request, now, clock_stands
):
    monkeypatch.setattr(view, "MOST_AT_ONCE", 4)
    browser = as_person(request.getfixturevalue(who))

    answer = browser.get("/counts/timeliness/file/pdf?period=2026-02", follow=True)

    page = words(answer)
    assert "Feb 2026 has more than 4 duties" in page
    assert answer.context["form"]["kind"].value() == "timeliness"
    asked = {
        "period": "2026-02",
        "unit": answer.context["form"]["unit"].value() if who == "sam" else "",
        "kind": "timeliness",
        "file_format": "json",
        "purpose": "federal_report",
        "submission_key": "11111111-1111-4111-8111-111111111111",
    }
    assert "being made" in words(browser.post("/counts/exports/ask", asked, follow=True))
    assert make_next(clock=lambda: now)
    said = json.loads(content(Export.objects.get()))
    assert february.reference in {row["episode"] for row in said["duties"]}


def test_an_auditor_has_no_other_file_and_no_link_to_the_counts(as_person, ruth):
    browser = as_person(ruth)

    asked = words(browser.get("/counts/exports/ask"))
    page = browser.get("/counts/exports").content.decode()

    assert "Proof of timeliness" in asked
    assert "Counts, every number" not in asked
    assert "Episodes row by row" not in asked
    assert 'href="/counts"' not in page
    assert "/counts/timeliness" in page


def test_the_file_of_an_episode_names_it_by_its_reference(as_person, ana, february):
    answer = as_person(ana).get(f"/episodes/{february.public_id}/timeliness/file/xlsx")
    document = episode_document(february, file_format=FileFormat.JSON, now=NOW)

    assert answer["Content-Disposition"].endswith(f'-{february.reference}.xlsx"')
    said = json.dumps(as_json(document), ensure_ascii=False)
    assert february.reference in said
    assert "Zebulon" not in said


def test_a_file_of_any_length_is_made_under_exports_with_the_same_figures(sam, unit, february):
    made_file = made(sam, kind=ExportKind.TIMELINESS)

    said = json.loads(content(made_file))

    document = period_document(
        CountScope(unit=unit, units=[unit]),
        PERIOD,
        None,
        file_format=FileFormat.JSON,
        now=making.NOW,
    )
    on_the_page = as_json(document)
    assert said["totals"] == on_the_page["totals"]
    assert said["duties"] == on_the_page["duties"]
    assert made_file.progress == len(said["duties"]) == 5
    assert "Zebulon" not in json.dumps(said)


def test_other_kinds_of_files_are_not_found(as_person, ana, ruth, february):
    assert as_person(ruth).get("/counts/timeliness/file/csv").status_code == 404
    address = f"/episodes/{february.public_id}/timeliness/file/csv"
    assert as_person(ana).get(address).status_code == 404
