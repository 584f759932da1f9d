"""Two published years, brought in as a file: our counts say what the state's report said.

Texas DFPS, "Children and Youth Missing from DFPS Conservatorship & Human Trafficking Data", fiscal
years 2018 and 2019 (September to August). The report counts children once a year. The rows are made
up so that they add up to it; how long each was missing is not in the report, and is ours.

Where the sources do not agree with themselves:
- 2019: 175 still missing of 1,973 are 8.9 %; the report prints 8 %, cut off and not rounded.
- 2019: 1,804 "recovered" and 175 still missing are 1,979, six more than the 1,973 who were missing. The
  1,804 come from a report about the report, and may count recoveries, of which a child can have two. The
  figures here follow the 1,973 and the 175: 1,798 were no longer missing at the end.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from casework.access.counts import count_period, scopes_of
from casework.policies.count_periods import fiscal_year
from tests.factories import UnitFactory
from tests.integration.imports.files import csv_of

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
FY2018, FY2019 = datetime(2017, 9, 2, 15, tzinfo=UTC), datetime(2018, 9, 2, 15, tzinfo=UTC)
STARTS = 9
UTC_FORM = "%Y-%m-%dT%H:%MZ"
IN_CARE = {2018: 52_397, 2019: 51_417}


def test_the_texas_fiscal_years_2018_and_2019_come_out_as_published(
    tmp_path: Path, settings: Any, adam: Any, client: Client, now: datetime
) -> None:
    settings.FISCAL_YEAR_STARTS = STARTS
    UnitFactory(name="Texas", jurisdiction="us-tx", time_zone="America/Chicago")
    rows = [
        *_year("18", FY2018, returned=1_582, left_care=64, still=197, girls=1_014),
        # 197 of the year's 1,973 were missing when it began: they are rows of the year before.
        *_year("19", FY2019, returned=1_601, left_care=0, still=175, girls=977),
    ]
    file = tmp_path / "history.csv"
    file.write_text(csv_of(rows))

    call_command("import_episodes", str(file), by=adam.email, verbosity=0)

    [scope] = scopes_of(adam)
    y2018 = count_period(scope, fiscal_year(2018, starts=STARTS), now=now).every
    assert _line(y2018) == (0, 1_843, 1_646, 197)
    assert y2018["youth"] == 1_843
    assert y2018["end_reason.returned"] == 1_582
    assert y2018["end_reason.aged_out"] + y2018["end_reason.court_ended"] == 64
    assert 1_582 + 197 + 64 == 1_843  # the report's own parts
    assert _share(y2018["youth"], IN_CARE[2018]) == 3.5
    assert _share(y2018["end_reason.returned"], y2018["youth"]) == 85.8
    assert _share(y2018["at_end"], y2018["youth"]) == 10.7
    assert round(100 * y2018["sex.female"] / y2018["youth"]) == 55

    y2019 = count_period(scope, fiscal_year(2019, starts=STARTS), now=now).every
    assert _line(y2019) == (197, 1_776, 1_798, 175)
    assert y2019["youth"] == 1_973
    assert _share(y2019["youth"], IN_CARE[2019]) == 3.8
    assert _share(y2019["at_end"], y2019["youth"]) == 8.9  # the report prints 8

    client.force_login(adam)
    page = client.get("/counts?period=fy2018").content.decode()
    for figure in ("1,843", "1,646", "1,582", "197"):
        assert figure in page


def _year(
    year: str, first: datetime, *, returned: int, left_care: int, still: int, girls: int
) -> list[dict[str, str]]:
    """The year's new episodes, a youth each: over 330 days, ended within days or after the year."""
    rows = []
    for number in range(returned + left_care + still):
        told = first + timedelta(minutes=number * 330 * 24 * 60 // (returned + left_care + still))
        row = {
            "case_number": f"TX{year}-{number:05}",
            "sex": "Female" if number < girls else "Male",
            "told_at": told.strftime(UTC_FORM),
        }
        # Spread out, so that girls and boys, and early and late, are of every kind.
        kind = number * 7_919 % (returned + left_care + still)
        if kind < returned:
            row["returned_at"] = (told + A_DAY * (1 + number % 20)).strftime(UTC_FORM)
        else:
            is_still = kind >= returned + left_care
            ended = first + A_DAY * (400 if is_still else 350)
            row["ended_at"] = ended.strftime(UTC_FORM)
            row["end_reason"] = ("Aged out", "Court ended jurisdiction")[number % 2]
        rows.append(row)
    return rows


def _line(figures: Any) -> tuple[int, ...]:
    return tuple(figures.get(key, 0) for key in ("at_start", "started", "ended", "at_end"))


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)
