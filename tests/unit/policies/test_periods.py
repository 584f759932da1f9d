"""Spans of whole months, as the calendar of a place has them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from casework.policies.periods import recent, years

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 3, 8, 4, tzinfo=UTC)  # Tue Mar 3, 2:04 a.m. in Missouri


def test_the_last_months_are_this_one_so_far_and_whole_ones_before_it():
    three, *_, two_years = recent(NOW, CHICAGO)

    assert three.words == "Jan 1, 2026 to Mar 3, 2026"
    assert three.months == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert three.start == datetime(2026, 1, 1, 6, tzinfo=UTC)
    assert len(two_years.months) == 24


def test_the_last_night_of_a_month_still_belongs_to_it_where_the_clocks_are_behind():
    new_year_in_london = datetime(2026, 1, 1, 3, tzinfo=UTC)  # 9 p.m. on Dec 31 in Missouri

    assert recent(new_year_in_london, CHICAGO)[0].words == "Oct 1, 2025 to Dec 31, 2025"


def test_years_do_not_overlap_and_this_one_ends_with_its_last_whole_month():
    so_far, last, *_ = years(NOW, CHICAGO)

    assert (so_far.label, so_far.words) == ("2026 so far", "Jan 1, 2026 to Feb 28, 2026")
    assert last.words == "Jan 1, 2025 to Dec 31, 2025"
    spans = sorted((period.start, period.end) for period in years(NOW, CHICAGO))
    assert all(earlier[1] <= later[0] for earlier, later in zip(spans, spans[1:], strict=False))


def test_in_january_this_year_has_nothing_to_show_yet():
    january = datetime(2026, 1, 20, tzinfo=UTC)

    assert years(january, CHICAGO)[0].label == "2025"


def test_a_long_line_ends_with_the_period_and_shows_two_years():
    year = years(NOW, CHICAGO)[1].over_a_long_line()

    assert (year.months[0], year.months[-1]) == (date(2024, 1, 1), date(2025, 12, 1))
