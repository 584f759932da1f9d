"""Earlier records become records that count, and ask nothing of anybody."""

from datetime import UTC, datetime

import pytest

from casework.access.counts import count_period, scopes_of
from casework.models import (
    Duty,
    EndReason,
    Episode,
    ImportBatch,
    Message,
    Note,
    Reminder,
    ReturnedTo,
    Standing,
    Youth,
    YouthName,
)
from casework.policies.count_periods import Month, month_period
from casework.policies.time_words import Precision
from tests.integration.imports.files import bring, row

pytestmark = pytest.mark.django_db
FEBRUARY = month_period(Month(2024, 2))
JANUARY = month_period(Month(2024, 1))


def test_a_row_becomes_a_youth_and_an_episode_that_is_over(unit, adam, now):
    bring([row(last_seen_at="1/31/2024 9:00 pm", placement_kind="Group home")], by=adam, now=now)

    youth = Youth.objects.get()
    episode = Episode.objects.get()
    assert (youth.case_number, youth.names, youth.unit) == ("EX-1", ["Marlo", "Example"], unit)
    assert set(YouthName.objects.values_list("folded", flat=True)) == {"marlo", "example"}
    assert episode.told_at == datetime(2024, 2, 1, 4, 30, tzinfo=UTC)
    assert episode.last_seen_at == datetime(2024, 2, 1, 3, 0, tzinfo=UTC)
    assert episode.ended_at == episode.returned_at == datetime(2024, 2, 2, 13, 15, tzinfo=UTC)
    assert (episode.end_reason, episode.returned_to) == (
        EndReason.RETURNED,
        ReturnedTo.NOT_RECORDED,
    )
    assert episode.placement is not None
    assert episode.placement.kind == "group_home"
    assert (episode.recorded_at, episode.recorded_by) == (now, adam)
    assert episode.imported_in == youth.imported_in == ImportBatch.objects.get()
    assert len(episode.reference) == 7


def test_nobody_is_reminded_of_the_past_and_nothing_is_left_to_do(unit, adam, now):
    bring([row(), row(case_number="EX-2", police_said="no")], by=adam, now=now)

    assert not Reminder.objects.exists()
    assert not Message.objects.exists()
    assert not Standing.objects.exists()
    assert not Duty.objects.open().exists()
    assert not Episode.objects.with_work_left().exists()


def test_what_the_records_leave_out_counts_as_not_provable_and_a_no_as_not_done(unit, adam, now):
    bring(
        [
            row(police_at="2024-01-31 23:10", police_number="EX 24-0042"),
            row(case_number="EX-2", police_at="2024-02-02 01:00"),
            row(case_number="EX-3", police_said="no"),
            row(case_number="EX-4"),
            row(case_number="EX-5", police_said="yes"),
        ],
        by=adam,
        now=now,
    )

    counts = count_period(scopes_of(adam)[0], JANUARY, now=now).every
    outcomes = ("on_time", "late", "not_done", "not_provable")
    assert [counts.get(f"police.{one}", 0) for one in outcomes] == [1, 1, 1, 2]
    [entry] = Duty.objects.get(
        episode__youth__case_number="EX-1", code="report_to_police"
    ).evidence.all()
    assert entry.reference_number == "EX 24-0042"
    assert "the time is not recorded" in Note.objects.get().text


def test_imported_episodes_count_like_others(unit, adam, now):
    bring(
        [row(), row(case_number="EX-2", told_at="2024-02-10", returned_at="2/13/2024")],
        by=adam,
        now=now,
    )

    counts = count_period(scopes_of(adam)[0], FEBRUARY, now=now).every
    assert [counts.get(key, 0) for key in ("at_start", "started", "ended", "at_end")] == [
        1,
        1,
        2,
        0,
    ]


def test_the_rows_of_one_youth_are_one_record(unit, adam, now):
    bring(
        [
            row(),
            row(case_number="ex-1", told_at="2024-03-01 10:00", returned_at="2024-03-01 18:00"),
        ],
        by=adam,
        now=now,
    )

    assert Youth.objects.get().episodes.count() == 2


def test_a_youth_on_file_gets_the_episode_and_stays_as_they_are(unit, adam, jordan, now):
    Youth.objects.filter(pk=jordan.pk).update(case_number="EX-1")
    bring(
        [row(first_name="Jordan", last_name="", born_on="2010-06-01", sex="male")], by=adam, now=now
    )

    jordan.refresh_from_db()
    assert jordan.episodes.count() == 1
    assert (jordan.sex, jordan.imported_in) == ("not_known", None)


def test_race_ethnicity_and_type_are_brought_along_as_far_as_any_row_says_them(unit, adam, now):
    later = {"told_at": "2024-03-01 10:00", "returned_at": "2024-03-01 18:00"}
    bring(
        [
            row(races="White / AI/AN", ncmec_type="Endangered Runaway"),
            row(**later, is_hispanic="Not Hispanic", races="Native American; White"),
            row(case_number="EX-2", races="Unknown", is_hispanic=""),
        ],
        by=adam,
        now=now,
    )

    told = Youth.objects.order_by("case_number").values_list("races", "is_hispanic")
    assert list(told) == [(["american_indian", "white"], "no"), ([], "not_known")]
    types = Episode.objects.order_by("told_at", "id").values_list("ncmec_type", flat=True)
    assert sorted(types) == ["endangered", "not_recorded", "not_recorded"]


def test_a_youth_without_a_name_is_listed_under_the_case_number(unit, adam, now):
    bring([row(first_name="", last_name="")], by=adam, now=now)

    assert Youth.objects.get().nickname == "EX-1"


def test_a_day_without_a_time_is_kept_as_a_day(unit, adam, now):
    bring(
        [row(told_at="1/31/24", last_seen_at="2024-01-31 21:00", returned_at="45323")],
        by=adam,
        now=now,
    )

    episode = Episode.objects.get()
    assert episode.told_precision == episode.ended_precision == Precision.DATE_ONLY
    assert episode.told_at == episode.last_seen_at
    assert episode.ended_at == datetime(2024, 2, 1, 6, 0, tzinfo=UTC)


def test_what_looks_like_a_formula_is_kept_as_text(unit, adam, now):
    bring([row(first_name="=1+1", last_name='@SUM("x")')], by=adam, now=now)

    assert Youth.objects.get().given_name == "=1+1"


def test_what_no_rule_asks_for_is_kept_in_a_note(unit, adam, now):
    bring([row(told_by="Group home staff", ncmec_number="N-77")], by=adam, now=now)

    assert Note.objects.get().text.splitlines() == [
        "From the earlier records.",
        "NCMEC number: N-77.",
        "Told by: Group home staff.",
    ]


def test_the_page_of_an_episode_says_that_it_was_brought_along(
    unit, adam, ana, client, clock_stands, now
):
    bring([row()], by=adam, now=now)
    client.force_login(ana)

    page = client.get(Episode.objects.get().get_absolute_url()).content.decode()

    assert "Brought along from earlier records" in page
