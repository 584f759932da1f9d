"""Everything that can be wrong with a file is named by row and column, and nothing is recorded."""

import pytest

from casework.models import Episode, ImportBatch, Youth
from casework.operations import import_work
from casework.policies.import_text import FileProblem
from tests.factories import UnitFactory, YouthFactory
from tests.integration.imports.files import bring, csv_of, opener, problems_of, row, take_up

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cells", "key", "says"),
    [
        ({"case_number": ""}, "case_number", "empty"),
        ({"told_at": ""}, "told_at", "empty"),
        ({"told_at": "soon"}, "told_at", "Write a day like"),
        ({"told_at": "31-31-24x"}, "told_at", "Write a day like"),
        ({"told_at": "2024-03-10 02:30", "returned_at": "2024-03-12"}, "told_at", "did not happen"),
        ({"told_at": "2031-01-01"}, "told_at", "still to come"),
        ({"told_at": "9999-12-31 23:00"}, "told_at", "Check the year"),
        ({"returned_at": ""}, "returned_at", "There is no end"),
        ({"returned_at": "2024-01-30 10:00"}, "returned_at", "before the agency was told"),
        ({"last_seen_at": "2024-02-01 10:00"}, "told_at", "earlier than Last seen"),
        ({"end_reason": "Aged out"}, "end_reason", "Returned is filled"),
        ({"returned_at": "", "ended_at": "2024-02-02"}, "end_reason", "Write how it ended"),
        ({"end_reason": "Opened in error"}, "end_reason", "leave this row out"),
        ({"sex": "7"}, "sex", "Write Female or Male"),
        ({"races": "White; Martian"}, "races", "Write American Indian"),
        ({"is_hispanic": "7"}, "is_hispanic", "Write Yes, No or Unknown"),
        ({"ncmec_type": "Gone"}, "ncmec_type", "as NCMEC names it"),
        ({"unit": "Nowhere"}, "unit", "No unit has this name"),
        ({"worker_email": "x@y.example"}, "worker_email", "No account has this address"),
        ({"born_on": "1950-01-01"}, "born_on", "Check the year"),
        ({"first_name": "M" * 161}, "first_name", "longer than 160"),
        ({"first_name": "M\x00"}, "first_name", "control character"),
        ({"police_at": "2023-10-01"}, "police_at", "long before"),
        ({"police_said": "no", "police_at": "2024-02-01"}, "police_said", "but there is a time"),
        ({"screening_at": "2024-01-01"}, "screening_at", "before the return"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_named_by_its_row_and_column(unit, adam, now, cells, key, says):
    rows = [row(case_number="EX-0", told_at="2024-05-13", returned_at="2024-05-14"), row(**cells)]

    found = problems_of(rows, by=adam, now=now)

    assert [(number, where) for number, where, _ in found] == [(3, key)]
    assert says in found[0][2]
    assert "Marlo" not in found[0][2]
    assert not Youth.objects.exists()


def test_two_problems_of_one_row_are_both_named(unit, adam, now):
    found = problems_of([row(told_at="soon", sex="7")], by=adam, now=now)

    assert [(number, key) for number, key, _ in found] == [(2, "sex"), (2, "told_at")]


def test_dates_that_can_be_read_two_ways_are_asked_about_and_never_guessed(unit, adam, now):
    rows = [row(told_at="3/4/2024", returned_at="3/5/2024", born_on="")]

    [(number, _, says)] = problems_of(rows, by=adam, now=now)
    assert (number, "read two ways" in says) == (None, True)

    bring(rows, by=adam, now=now, date_order="day_first")
    assert str(Episode.objects.get().told_at.date()) == "2024-04-03"


def test_a_file_whose_own_dates_prove_the_month_first_is_not_asked_about(unit, adam, now):
    rows = [
        row(told_at="3/4/2024", returned_at="3/5/2024"),
        row(case_number="EX-2", told_at="1/31/2024", returned_at="2/1/2024"),
    ]

    assert problems_of(rows, by=adam, now=now) == []


def test_a_row_in_another_encoding_is_named(unit, adam, now):
    good = csv_of([row(first_name="Zoë")]).encode()
    mixed = good + csv_of([row(case_number="EX-2", first_name="José")]).splitlines()[1].encode(
        "cp1252"
    )

    [(number, key, says)] = problems_of(mixed, by=adam, now=now)

    assert (number, key) == (3, "first_name")
    assert "another encoding" in says


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_of_spreadsheets_are_understood(
    unit, adam, now, encoding, delimiter
):
    content = csv_of([row(first_name="Zoë", last_name="D’Ávila")], delimiter=delimiter)
    batch = take_up(content.encode(encoding), by=adam, now=now)

    import_work.bring_in(batch=batch, opened=opener(content.encode(encoding)), by=adam, now=now)

    assert Youth.objects.get().names == ["Zoë", "D’Ávila"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "workbook"),
        (b"\n", "first row is empty"),
        (b"Case\x00number,Told\nEX-1,2024\n", "not a text file"),
        (b"%PDF-1.7\x01" + b"x" * 200_000, "not a text file"),
        (b"\xff\xfeC\x00a\x00\x00", "middle of a letter"),
    ],
)
def test_what_is_no_table_is_refused_in_words(unit, adam, now, content, says):
    with pytest.raises(FileProblem, match=says):
        take_up(content, by=adam, now=now)


def test_a_quotation_mark_that_is_not_closed_is_named_where_it_stands(unit, adam, now):
    broken = csv_of([row()]) + 'EX-2,"' + "Marlo," * 60_000

    found = problems_of(broken, by=adam, now=now)

    assert found[-1][0] == 3
    assert "quotation mark" in found[-1][2]


def test_a_quotation_mark_that_is_not_closed_near_the_end_does_not_swallow_the_rows_after_it(
    unit, adam, now
):
    short = csv_of([row()]) + 'EX-2,"Marlo,Example,2009-05-17\nEX-3,Marlo,Example,2009-05-17\n'

    found = problems_of(short, by=adam, now=now)

    assert found[-1][0] == 3
    assert "quotation mark" in found[-1][2]


def test_a_file_without_the_columns_that_are_needed_says_which(unit, adam, now):
    found = problems_of("Name,Age\nMarlo,15\n", by=adam, now=now)

    words = " ".join(says for *_, says in found)
    assert "Case number" in words
    assert "Agency told" in words
    assert "Returned or Ended" in words


def test_the_same_episode_twice_in_a_file_and_overlaps_are_shown(unit, adam, now):
    rows = [row(), row(), row(told_at="2024-02-01 12:00", returned_at="2024-02-05 12:00")]

    found = problems_of(rows, by=adam, now=now)

    assert [(number, says) for number, _, says in found] == [
        (3, "The same episode stands in row 2"),
        (4, "This episode overlaps the one in row 3"),
    ]


def test_an_episode_on_file_is_not_brought_in_again(unit, adam, now):
    bring([row()], by=adam, now=now)
    reference = Episode.objects.get().reference

    found = problems_of(
        [
            row(told_at="2024-01-31 22:31"),
            row(told_at="2024-02-02 07:00", returned_at="2024-02-09"),
        ],
        by=adam,
        now=now,
    )

    assert (2, "told_at", f"This episode is on file already: {reference}") in found


def test_the_very_same_file_is_refused_at_once(unit, adam, now):
    bring([row()], by=adam, now=now)

    with pytest.raises(import_work.Refused, match="brought in already"):
        take_up(csv_of([row()]), by=adam, now=now)


def test_one_case_number_with_two_names_or_birthdays_is_named(unit, adam, now):
    later = {"told_at": "2024-05-13", "returned_at": "2024-05-14"}
    rows = [row(), row(first_name="Other", last_name="Name", born_on="2008-01-01", **later)]

    found = problems_of(rows, by=adam, now=now)

    assert {(number, key) for number, key, _ in found} == {(3, "born_on"), (3, "last_name")}


def test_two_rows_of_one_youth_that_disagree_about_sex_race_or_ethnicity_are_named(unit, adam, now):
    later = {"told_at": "2024-05-13", "returned_at": "2024-05-14"}
    first = row(sex="Male", races="White", is_hispanic="no")
    other = row(sex="Female", races="White; Asian", is_hispanic="yes", **later)
    silent = row(told_at="2024-06-13", returned_at="2024-06-14", races="Unknown", is_hispanic="u")

    found = problems_of([first, other, silent], by=adam, now=now)

    assert sorted(found) == [
        (3, "is_hispanic", "Row 2 has another answer to Hispanic or Latino for this youth"),
        (3, "races", "Row 2 has another race for this youth"),
        (3, "sex", "Row 2 has another sex for this youth"),
    ]


LATER = {"told_at": "2024-05-13", "returned_at": "2024-05-14"}


def test_sex_race_or_ethnicity_that_differ_from_what_is_on_file_are_named(unit, adam, now):
    bring([row(sex="Male", races="White", is_hispanic="no")], by=adam, now=now)

    found = problems_of(
        [row(sex="Female", races="White; Asian", is_hispanic="yes", **LATER)], by=adam, now=now
    )

    another = "The youth on file with this case number has another"
    assert sorted(found) == [
        (2, "is_hispanic", f"{another} answer to Hispanic or Latino"),
        (2, "races", f"{another} race"),
        (2, "sex", f"{another} sex"),
    ]


@pytest.mark.parametrize(
    ("on_file", "in_file", "left"),
    [
        ({"sex": "Male", "races": "White"}, {"sex": "Male", "races": "White"}, 0),
        ({"sex": "Male", "races": "White"}, {"sex": "Unknown", "races": "Unknown"}, 0),
        ({"sex": "Male"}, {"sex": "Male", "races": "White"}, 1),
        ({}, {"sex": "Female"}, 1),
        ({}, {"is_hispanic": "No"}, 1),
        ({}, {"is_hispanic": "Unknown"}, 0),
    ],
)
def test_what_the_file_knows_and_the_record_does_not_is_left_and_said(
    unit, adam, now, on_file, in_file, left
):
    bring([row(**on_file)], by=adam, now=now)
    before = Youth.objects.values("sex", "races", "is_hispanic").get()
    later = [
        row(**in_file, **LATER),
        row(**in_file, told_at="2024-06-13", returned_at="2024-06-14"),
    ]
    content = csv_of([*later, row(case_number="EX-2", **in_file)])
    batch = take_up(content, by=adam, now=now)

    found = import_work.check(batch=batch, opened=opener(content), now=now)

    assert (found.problems.named, found.summary["left_as_it_was"]) == ([], left)
    bring([row(**in_file, **LATER)], by=adam, now=now)
    assert Youth.objects.values("sex", "races", "is_hispanic").get() == before


def test_a_case_number_that_is_somebody_elses_on_file_is_named(unit, adam, jordan, now):
    Youth.objects.filter(pk=jordan.pk).update(case_number="EX-1")

    found = problems_of([row()], by=adam, now=now)

    assert {key for _, key, _ in found} == {"born_on", "last_name"}


def test_a_youth_who_was_merged_is_one_under_both_case_numbers(unit, adam, jordan, now):
    facts = {"first_name": "Jordan", "last_name": "", "born_on": ""}
    one = YouthFactory(unit=unit, case_number="EX-1")
    Youth.objects.filter(pk=jordan.pk).update(case_number="EX-0")
    Youth.objects.filter(pk=one.pk).update(merged_into=jordan)
    rows = [
        row(case_number="EX-0", **facts),
        row(**facts),
        row(told_at="2024-02-01 12:00", returned_at="2024-02-05 12:00", **facts),
    ]

    found = problems_of(rows, by=adam, now=now)

    assert [(number, says) for number, _, says in found] == [
        (3, "The same episode stands in row 2"),
        (4, "This episode overlaps the one in row 3"),
    ]


@pytest.mark.parametrize(
    ("cells", "is_named"),
    [
        ({}, True),
        ({"told_at": "2024-02-01 12:00"}, True),
        ({"first_name": "MARLO"}, True),
        ({"first_name": "Ada"}, False),
        ({"born_on": "2009-05-18"}, False),
        ({"told_at": "2024-02-12 12:00", "returned_at": "2024-02-13"}, False),
    ],
)
def test_an_episode_logged_before_the_case_number_was_known_is_not_brought_in_again(
    unit, adam, now, cells, is_named
):
    bring([row(case_number="EX-9")], by=adam, now=now)
    Youth.objects.update(case_number=None)
    reference = Episode.objects.get().reference

    found = problems_of([row(**cells)], by=adam, now=now)

    assert [(number, key) for number, key, _ in found] == ([(2, "told_at")] if is_named else [])
    assert all(f"on file already: {reference}" in says for *_, says in found)


def test_one_broken_row_of_two_thousand_brings_nothing_in(unit, adam, now):
    rows = [row(case_number=f"EX-{number}") for number in range(2_000)]
    rows[1_998]["told_at"] = "broken"
    content = csv_of(rows)
    batch = take_up(content, by=adam, now=now)

    with pytest.raises(import_work.HasProblems) as refused:
        import_work.bring_in(batch=batch, opened=opener(content), by=adam, now=now)

    assert [one.row for one in refused.value.problems.named] == [2_000]
    assert not Youth.objects.exists()
    assert not Episode.objects.exists()


def test_of_very_many_problems_the_first_are_named_and_all_are_counted(unit, adam, now):
    content = csv_of([row(case_number="") for _ in range(700)])
    batch = take_up(content, by=adam, now=now)

    found = import_work.check(batch=batch, opened=opener(content), now=now)

    assert (len(found.problems.named), found.problems.count) == (500, 700)


def test_what_goes_wrong_while_it_is_written_leaves_nothing(unit, adam, now, monkeypatch):
    def breaks(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    content = csv_of([row()])
    batch = take_up(content, by=adam, now=now)
    monkeypatch.setattr("casework.operations.import_writing.copy_records", breaks)
    with pytest.raises(KeyboardInterrupt):
        import_work.bring_in(batch=batch, opened=opener(content), by=adam, now=now)

    assert not Youth.objects.exists()
    assert not Episode.objects.exists()
    assert ImportBatch.objects.get().imported_at is None


def test_a_row_that_names_no_unit_needs_one_for_the_whole_file(unit, adam, now):
    UnitFactory(name="Another")

    [(number, key, says)] = problems_of([row()], by=adam, now=now)
    assert (number, key, "choose one for the whole file" in says) == (2, "unit", True)
    assert problems_of([row(unit=" st. louis  UNIT 4")], by=adam, now=now) == []
