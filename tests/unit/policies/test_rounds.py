"""A duty that comes back: which round is next, and when each is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.policies.anchors import Anchor, Anchors
from casework.policies.due import PlannedDuty, plan_duties
from casework.policies.length import Length
from casework.policies.protocols import Basis, DutyRule, Phase, Protocol, Verified
from casework.policies.repeats import Repeat

CHICAGO = ZoneInfo("America/Chicago")
TOLD = datetime(2026, 3, 4, 9, 0, tzinfo=CHICAGO)  # four days before the clocks go forward


def coming_back(repeats: str | None, *, within: str = "", told: datetime = TOLD) -> PlannedDuty:
    rule = DutyRule(
        jurisdiction="us",
        code="search",
        title="Search",
        phase=Phase.MISSING,
        appears_on=Anchor.TOLD,
        anchor=Anchor.TOLD,
        within=Length.parse(within) if within else None,
        repeats=Repeat.parse(repeats) if repeats else None,
        basis=Basis.LAW,
        source="A made-up rule for tests",
        verified=Verified.SOURCE_SEEN,
        order=10,
    )
    protocol = Protocol(code="us", name="Base", version="1", source="Law", rules=(rule,))
    (planned,) = plan_duties(protocol, anchors=Anchors(told=told), zone=CHICAGO)
    return planned


def due_in(planned: PlannedDuty, *rounds: int) -> list[str | None]:
    dues = [planned.due_in_round(number, CHICAGO) for number in rounds]
    return [at and f"{at.astimezone(CHICAGO):%b %d %H:%M %Z}" for at in dues]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHICAGO).astimezone(UTC)


def test_each_round_is_due_at_the_same_hour_over_the_clock_change():
    assert due_in(coming_back("weekly for the first 30 days"), 1, 2, 3, 4) == [
        "Mar 11 09:00 CDT",
        "Mar 18 09:00 CDT",
        "Mar 25 09:00 CDT",
        "Apr 01 09:00 CDT",
    ]


def test_there_is_no_round_after_the_end_of_30_days():
    planned = coming_back("weekly for the first 30 days")

    assert due_in(planned, 5, 6, 99) == [None, None, None]
    assert planned.round_after(4, at("04-01T08:00"), CHICAGO) is None


def test_a_duty_that_does_not_come_back_has_one_round():
    planned = coming_back(None, within="24 hours")

    assert due_in(planned, 1, 2) == ["Mar 05 09:00 CST", None]
    assert planned.round_after(1, at("03-04T10:00"), CHICAGO) is None


def test_a_duty_without_a_set_time_has_no_due_time_in_any_round():
    assert due_in(coming_back(None), 1, 2) == [None, None]


@pytest.mark.parametrize(
    ("handled", "following"),
    [
        ("03-04T09:05", 2),  # a week early: the rhythm stays
        ("03-11T08:59", 2),
        ("03-14T12:00", 2),  # late, but round 2 is still to come
        ("03-18T08:59", 2),
        ("03-18T09:00", 3),  # round 2 is due at this very minute, so it is over
        ("03-24T12:00", 3),  # round 2 went by: what was not done is not asked for any more
        ("03-25T12:00", 4),
        ("04-01T09:00", None),
    ],
)
def test_the_next_round_is_the_first_that_is_not_over(handled, following):
    planned = coming_back("weekly for the first 30 days")

    assert planned.round_after(1, at(handled), CHICAGO) == following


def test_monthly_goes_on_for_as_long_as_the_youth_is_missing():
    told = datetime(2026, 1, 28, 9, 0, tzinfo=CHICAGO)
    planned = coming_back("monthly", told=told)

    assert due_in(planned, 1, 2, 3, 13) == [
        "Feb 28 09:00 CST",
        "Mar 28 09:00 CDT",
        "Apr 28 09:00 CDT",
        "Feb 28 09:00 CST",
    ]
    assert planned.round_after(1, at("02-14T09:00"), CHICAGO) == 2
    assert planned.round_after(1, at("12-24T09:00"), CHICAGO) == 11


def test_a_first_round_with_a_length_of_its_own_sets_the_rhythm():
    friday = datetime(2026, 3, 6, 9, 0, tzinfo=CHICAGO)

    planned = coming_back("weekly", within="1 business day", told=friday)

    first, second = (planned.due_in_round(number, CHICAGO) for number in (1, 2))
    assert first == planned.due.due_at
    assert second.astimezone(CHICAGO).date() - first.astimezone(CHICAGO).date() == timedelta(days=7)


@given(
    told=st.integers(1_750_000_000, 1_900_000_000),
    repeats=st.sampled_from(["weekly", "monthly", "every 3 days", "weekly for the first 30 days"]),
    number=st.integers(1, 12),
    minutes=st.integers(0, 60 * 24 * 60),
)
def test_a_next_round_is_later_than_the_round_before_and_than_when_that_was_handled(
    told, repeats, number, minutes
):
    told = datetime.fromtimestamp(told, UTC)
    planned = coming_back(repeats, told=told)
    handled = told + timedelta(minutes=minutes)

    following = planned.round_after(number, handled, CHICAGO)

    if following is None:
        later = [planned.due_in_round(number + more, CHICAGO) for more in range(1, 60)]
        assert all(due_at is None or due_at <= handled for due_at in later)
        return
    due_at = planned.due_in_round(following, CHICAGO)
    assert following > number
    assert due_at > handled
    skipped = [planned.due_in_round(one, CHICAGO) for one in range(number + 1, following)]
    assert all(one <= handled for one in skipped)


def by_both(agency: str, state: str, *, agency_told_later: timedelta = timedelta()) -> PlannedDuty:
    """A duty about which an agency and its state each have a rule; the agency's counts later."""
    rules = [
        DutyRule(
            jurisdiction=code,
            code="search",
            title="Search",
            phase=Phase.MISSING,
            appears_on=Anchor.TOLD,
            anchor=anchor,
            within=None,
            repeats=Repeat.parse(repeats),
            basis=Basis.LAW,
            source="A made-up rule for tests",
            verified=Verified.SOURCE_SEEN,
            order=10,
        )
        for code, anchor, repeats in [
            ("us-xx-home", Anchor.NOTIFIED, agency),
            ("us-xx", Anchor.TOLD, state),
        ]
    ]
    state_file = Protocol(code="us-xx", name="X", version="1", source="Law", rules=(rules[1],))
    protocol = Protocol(
        code="us-xx-home",
        name="Home",
        version="1",
        source="Board",
        rules=(rules[0],),
        base=state_file,
    )
    anchors = Anchors(told=TOLD, notified=TOLD + agency_told_later)
    (planned,) = plan_duties(protocol, anchors=anchors, zone=CHICAGO)
    return planned


def test_an_agencys_weekly_goes_on_where_its_states_ends_after_30_days():
    planned = by_both(
        "weekly", "weekly for the first 30 days", agency_told_later=timedelta(hours=2)
    )

    assert due_in(planned, 1, 4, 5, 6) == [
        "Mar 11 09:00 CDT",
        "Apr 01 09:00 CDT",
        "Apr 08 11:00 CDT",  # the state's rounds are over: the agency's own clock
        "Apr 15 11:00 CDT",
    ]
    assert planned.round_after(4, at("04-01T08:00"), CHICAGO) == 5


def test_an_agencys_tighter_rhythm_holds_from_the_first_round_on():
    planned = by_both("every 3 days", "weekly")

    assert due_in(planned, 1, 2, 3) == ["Mar 07 09:00 CST", "Mar 10 09:00 CDT", "Mar 13 09:00 CDT"]
