"""What stands in the files: the page's figures, one row an episode, and no name."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest

from casework.access.counts import count_period
from casework.exports import count_tables
from casework.exports.count_tables import keys_of_figures
from casework.exports.episode_columns import EPISODE_COLUMNS
from casework.models import EndReason, ExportKind, Sex
from casework.operations.counts import lock
from casework.policies.count_periods import Month, read_period
from casework.policies.file_formats import FileFormat
from casework.policies.rules import Phase
from casework.policies.time_words import Precision
from casework.presenters.count_blocks import on_time
from tests.factories import DutyFactory, PlacementFactory, UnitFactory, YouthFactory
from tests.integration.counts.past import at, was_missing
from tests.integration.exports.making import NOW, content, made, read_csv, read_json, scope_of

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://example.org")'
NAMES = ("Canary Given", "Canary Family", "Canary Nick", "CANARY-1", "Canary House")


@pytest.fixture
def february(unit, sam):
    """Four episodes of February in two units, one still missing, one opened in error."""
    unit.name = FORMULA
    unit.save()
    below = UnitFactory(name="Élan Annex", parent=unit)
    canary = YouthFactory(
        unit=unit,
        given_name=NAMES[0],
        family_name=NAMES[1],
        nickname=NAMES[2],
        case_number=NAMES[3],
        sex=Sex.MALE,
        born_on=at(2, 3, year=2010).date(),
    )
    place = PlacementFactory(youth=canary, name=NAMES[4], started_at=at(1, 1))
    was_missing(unit, at(1, 20), 312, why=EndReason.RETURNED)
    short = was_missing(
        unit,
        at(2, 3),
        5,
        youth=canary,
        placement=place,
        why=EndReason.RETURNED,
        last_seen_at=at(2, 3, 10),
        last_seen_precision=Precision.EXACT,
    )
    was_missing(below, at(2, 20))
    was_missing(unit, at(2, 6), 3, why=EndReason.OPENED_IN_ERROR)
    DutyFactory(
        episode=short,
        code="report_to_police",
        phase=Phase.MISSING,
        counted_from_at=at(2, 3),
        due_at=at(2, 3, 14),
        done_at=at(2, 3, 15),
        done_by=short.recorded_by,
    )
    return short


@pytest.mark.parametrize("who", ["adam", "sam"])
def test_every_figure_of_the_file_is_that_of_the_page(who, february, request):
    user = request.getfixturevalue(who)
    page = count_period(scope_of(user), read_period("2026-02", starts=10), now=NOW)

    rows = {row["key"]: row for row in read_json(made(user))["figures"]}

    assert set(rows) == {key for key, _ in keys_of_figures()}
    for figures, column in ((page.every, "all"), (page.two_days, "two_days")):
        said = {key: row[column] for key, row in rows.items() if row["counted"] != "hours"}
        assert said == {key: figures.get(key, 0) for key in said}
        hours = rows["longest"][column]
        assert hours == (
            round(figures["longest"] / 3600, 2) if "longest" in figures else "none ended"
        )
    assert page.every["started"] == 2
    assert on_time(page.every, "police") == "0\u00a0of\u00a01"
    assert rows["police.male.late"]["all"] == 1


def test_no_figure_that_is_counted_is_left_out_of_the_file(february, adam):
    page = count_period(scope_of(adam), read_period("2026-02", starts=10), now=NOW)

    assert set(page.every) <= {key for key, _ in keys_of_figures()}


def test_months_and_units_of_the_file_add_up(february, sam):
    read = read_json(made(sam))

    assert len(read["months"]) == 24
    last = read["months"][-1]
    assert last["month"] == "2026-02"
    assert last["at_start"] + last["started"] - last["ended"] == last["at_end"] == 1
    *parts, together = read["units"]
    assert [row["unit"] for row in read["units"]] == [
        "Élan Annex",
        f"{FORMULA}, no unit below",
        "Together",
    ]
    assert sum(row["started"] for row in parts) == together["started"] == 2


def test_a_locked_month_gives_the_locked_figures_and_names_the_version(february, unit, sam):
    lock(scope=scope_of(sam), month=Month(2026, 2), by=sam, now=NOW, children_in_care=240)
    was_missing(unit, at(2, 9), 5, recorded_at=NOW + timedelta(hours=1))

    export = made(sam, now=NOW + timedelta(hours=2))

    read = read_json(export)
    rows = {row["key"]: row for row in read["figures"]}
    assert (rows["started"]["all"], rows["started"]["all_now"]) == (2, 3)
    assert rows["in_care"]["all"] == 240
    assert read["months"][-1]["started"] == 3
    assert read["about"]["lock"].startswith("Version 1, locked 2026-03-03T02:00:00-06:00")
    assert export.lock.version == 1


def test_a_locked_month_says_which_tables_are_counted_now(february, sam, monkeypatch):
    titles = []

    def noted(document, file_format, to):
        titles.append([sheet.title for sheet in document.sheets])

    monkeypatch.setattr(count_tables, "write", noted)
    made(sam)
    lock(scope=scope_of(sam), month=Month(2026, 2), by=sam, now=NOW)
    made(sam)

    assert titles == [
        ["Figures", "24 months", "Unit by unit"],
        ["Figures", "24 months, as on file now", "Unit by unit, as on file now"],
    ]


def test_the_proof_of_a_locked_month_says_that_it_is_as_on_file_now(february, sam):
    lock(scope=scope_of(sam), month=Month(2026, 2), by=sam, now=NOW)

    about = read_json(made(sam, kind=ExportKind.TIMELINESS, now=NOW + timedelta(hours=2)))["about"]

    assert "what is on file now" in about["lock"]
    assert about["as_of"] == "2026-03-03T02:00:00-06:00"


def test_a_row_an_episode_whose_columns_add_up_to_the_figures(february, adam):
    page = count_period(scope_of(adam), read_period("2026-02", starts=10), now=NOW)

    rows = read_json(made(adam, kind=ExportKind.ROWS))["episodes"]

    assert len(rows) == 3
    for key in ("at_start", "started", "ended", "at_end"):
        assert sum(row[key] for row in rows) == page.every.get(key, 0)
        long = sum(row[key] for row in rows if row["two_days"])
        assert long == page.two_days.get(key, 0)


def test_a_row_says_what_is_on_file_and_what_is_not_recorded(february, adam):
    rows = read_json(made(adam, kind=ExportKind.ROWS))["episodes"]

    [row] = [row for row in rows if row["reference"] == february.reference]
    assert row["last_seen_at"] == "2026-02-03T04:00:00-06:00"
    assert (row["sex"], row["race"], row["age"]) == ("Male", "Not recorded", 16)
    assert (row["end_reason"], row["hours_missing"]) == ("Returned", 7.0)
    assert row["length"] == "Under 24 hours"
    assert (row["police_outcome"], row["ncmec_outcome"]) == ("Late", "Does not count")
    assert row["police_due_at"] == "2026-02-03T08:00:00-06:00"
    assert row["ncmec_case_type"] == "Not recorded"
    assert row["afcars_location"] == "Runaway or whereabouts unknown"


def test_a_row_says_each_race_by_itself_and_never_no_where_none_is_known(february, adam):
    def row():
        rows = read_json(made(adam, kind=ExportKind.ROWS))["episodes"]
        return next(row for row in rows if row["reference"] == february.reference)

    def races(row):
        return {key.removeprefix("afcars_"): row[key] for key in row if "afcars_race" in key}

    unknown = row()
    assert set(races(unknown).values()) == {"Not recorded", "Yes"}
    assert (unknown["afcars_race_unknown"], unknown["afcars_hispanic"]) == ("Yes", "Not recorded")
    youth = february.youth
    youth.races, youth.is_hispanic = ["black", "white"], "no"
    youth.save()
    type(february).objects.filter(pk=february.pk).update(ncmec_type="endangered")

    known = row()

    assert {key for key, said in races(known).items() if said == "Yes"} == {
        "race_black",
        "race_white",
    }
    assert races(known)["race_unknown"] == races(known)["race_asian"] == "No"
    assert (known["race"], known["afcars_hispanic"]) == ("Two or more races", "No")
    assert known["type"] == "Endangered, left on their own"
    assert known["ncmec_case_type"] == "Endangered runaway"


@pytest.mark.parametrize("file_format", [FileFormat.CSV, FileFormat.XLSX, FileFormat.JSON])
def test_no_name_stands_in_any_file_of_rows(file_format, february, adam):
    raw = content(made(adam, kind=ExportKind.ROWS, file_format=file_format))

    if file_format is not FileFormat.JSON:
        files = zipfile.ZipFile(BytesIO(raw))
        raw = b"".join(files.read(name) for name in files.namelist())
    assert february.reference.encode() in raw
    assert [name for name in NAMES if name.encode() in raw] == []


def test_a_unit_whose_name_is_a_formula_is_harmless_in_csv_by_copy(february, adam):
    rows = read_csv(made(adam, kind=ExportKind.ROWS, file_format=FileFormat.CSV), "episodes")

    assert {row["unit"] for row in rows} == {"'" + FORMULA, "Élan Annex"}


@pytest.mark.parametrize("name", ["  @SUM", "\u00a0+1", "\u200b-1", "＝1", "\t1"])
def test_the_guard_of_the_database_agrees_with_that_of_the_writers(name, unit, adam):
    unit.name = name
    unit.save()
    was_missing(unit, at(2, 3), 5)

    rows = read_csv(made(adam, kind=ExportKind.ROWS, file_format=FileFormat.CSV), "episodes")

    assert rows[0]["unit"] == "'" + name


def test_every_column_says_what_it_holds_and_official_codes_are_marked(february, adam):
    read = read_csv(made(adam, kind=ExportKind.ROWS, file_format=FileFormat.CSV), "definitions")

    meanings = {row["key"]: row["meaning"] for row in read}
    assert set(meanings) == {column.key for column in EPISODE_COLUMNS}
    for key, meaning in meanings.items():
        assert meaning
        assert ("unverified" in meaning) is key.startswith(("afcars_", "ncmec_case_type"))


def test_a_month_that_is_not_over_says_so_in_the_file_and_in_its_name(february, adam, client):
    export = made(adam, period="2026-03")

    read = read_json(export)
    assert read["title"].endswith("Mar 2026, so far")
    assert read["about"]["is_over"] == "NOT OVER: as of 2026-03-03T02:00:00-06:00"
    assert not export.is_of_whole_period


def test_a_unit_without_episodes_gives_zeros(unit, sam):
    read = read_json(made(sam))

    assert {row["all"] for row in read["figures"]} == {0, "none ended"}


def test_a_file_of_rows_without_episodes_has_its_head(unit, adam):
    assert read_json(made(adam, kind=ExportKind.ROWS))["episodes"] == []
    assert read_csv(made(adam, kind=ExportKind.ROWS, file_format=FileFormat.CSV), "episodes") == []


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_counts_come_as_every_kind_of_file(file_format, february, sam):
    export = made(sam, file_format=file_format)

    starts = {FileFormat.PDF: b"%PDF", FileFormat.JSON: b"{"}.get(file_format, b"PK")
    assert content(export).startswith(starts)
    assert export.size == len(content(export))
