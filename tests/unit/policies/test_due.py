"""Due times: elapsed hours, unknown anchors, the earlier of two rules."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.policies.anchors import Anchor, Anchors
from casework.policies.calendars import calendar_called
from casework.policies.conditions import Clause, Condition, Facts
from casework.policies.due import Due, Place, due_of, plan_duties
from casework.policies.length import Length
from casework.policies.protocols import Basis, DutyRule, Phase, Protocol, Verified, load_protocols
from casework.policies.time_phrases import moment

CHICAGO = ZoneInfo("America/Chicago")
SHIPPED = Path(__file__).parents[3] / "casework" / "protocols"
A_YEAR_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
TOLD = datetime(2026, 3, 3, 7, 52, tzinfo=UTC)


CENTRAL = Place(zone=CHICAGO, calendar=calendar_called("us"))


def due_at(rule: DutyRule, *, anchors: Anchors) -> Due:
    return due_of(rule, anchors=anchors, place=CENTRAL)


def a_rule(code="report_to_police", within="24 hours", **changes) -> DutyRule:
    values = {
        "jurisdiction": "us",
        "title": "Report to police",
        "phase": Phase.MISSING,
        "appears_on": Anchor.TOLD,
        "anchor": Anchor.TOLD,
        "basis": Basis.LAW,
        "source": "42 USC 671",
        "verified": Verified.SOURCE_SEEN,
        "order": 10,
    }
    return DutyRule(
        code=code, within=Length.parse(within) if within else None, **(values | changes)
    )


def a_protocol(*rules: DutyRule, base: Protocol | None = None) -> Protocol:
    code = rules[0].jurisdiction
    return Protocol(code=code, name="Base", version="1", source="Law", rules=rules, base=base)


def planned(protocol: Protocol, *, anchors: Anchors, facts: Facts = Facts()) -> list:  # noqa: B008
    return plan_duties(protocol, anchors=anchors, zone=CHICAGO, facts=facts)


@pytest.mark.parametrize(
    ("told", "due"),
    [
        (datetime(2026, 3, 7, 13, 52, tzinfo=CHICAGO), "Sun Mar 8, 2026, 2:52 p.m. CDT"),
        (datetime(2026, 10, 31, 13, 52, tzinfo=CHICAGO), "Sun Nov 1, 2026, 12:52 p.m. CST"),
        (datetime(2026, 12, 31, 13, 52, tzinfo=CHICAGO), "Fri Jan 1, 2027, 1:52 p.m. CST"),
        (datetime(2028, 2, 28, 23, 0, tzinfo=CHICAGO), "Tue Feb 29, 2028, 11:00 p.m. CST"),
    ],
)
def test_24_hours_are_elapsed_hours_also_when_the_clocks_change(told, due):
    found = due_at(a_rule(), anchors=Anchors(told=told)).due_at

    assert moment(found, CHICAGO, now=A_YEAR_BEFORE) == due


@given(
    told=st.integers(0, 4_000_000_000),
    zone=st.timezones(),
    hours=st.integers(1, 9999),
)
def test_a_due_time_is_exactly_its_length_after_its_anchor(told, zone, hours):
    told = datetime.fromtimestamp(told, zone)

    due = due_at(a_rule(within=f"{hours} hours"), anchors=Anchors(told=told))

    assert due.due_at - told.astimezone(UTC) == timedelta(hours=hours)
    assert due.due_at.tzinfo is UTC


def test_an_unknown_anchor_counts_from_told_and_says_that_it_is_provisional():
    rule = a_rule(within="2 hours", anchor=Anchor.DETERMINED_MISSING)

    due = due_at(rule, anchors=Anchors(told=TOLD))

    assert due.provisional
    assert (due.counted_from, due.counted_from_at) == (Anchor.TOLD, TOLD)
    assert due.due_at == TOLD + timedelta(hours=2)


def test_an_anchor_that_becomes_known_is_counted_from():
    rule = a_rule(within="2 hours", anchor=Anchor.DETERMINED_MISSING)
    decided = TOLD + timedelta(hours=1)

    due = due_at(rule, anchors=Anchors(told=TOLD, determined_missing=decided))

    assert not due.provisional
    assert due.counted_from is Anchor.DETERMINED_MISSING
    assert due.due_at == decided + timedelta(hours=2)


def test_an_unknown_anchor_of_a_return_duty_counts_from_the_event_that_made_it_appear():
    rule = a_rule(phase=Phase.RETURN, appears_on=Anchor.LOCATED, anchor=Anchor.RETURNED)
    located = TOLD + timedelta(days=30)

    due = due_at(rule, anchors=Anchors(told=TOLD, located=located))

    assert (due.counted_from, due.provisional) == (Anchor.LOCATED, True)
    assert due.due_at == located + timedelta(hours=24)


@pytest.mark.parametrize("day_only", [Anchor.RETURNED, Anchor.LOCATED])
def test_a_clock_counted_from_a_day_of_locating_or_of_the_return_in_its_place_is_provisional(
    day_only,
):
    rule = a_rule(anchor=Anchor.LOCATED, appears_on=Anchor.LOCATED, phase=Phase.RETURN)
    moments = {day_only.value: TOLD + timedelta(days=1)}

    due = due_at(rule, anchors=Anchors(told=TOLD, **moments, day_only=frozenset({day_only})))

    assert due.open_questions == (
        "Only the day is known on which the youth was located: counted from its start.",
    )


def test_a_day_of_return_leaves_the_known_time_of_locating_certain():
    rule = a_rule(anchor=Anchor.LOCATED, appears_on=Anchor.LOCATED, phase=Phase.RETURN)
    located, returned = (TOLD + timedelta(days=days) for days in (1, 2))
    anchors = Anchors(
        told=TOLD, located=located, returned=returned, day_only=frozenset({Anchor.RETURNED})
    )

    assert not due_at(rule, anchors=anchors).provisional


def test_a_duty_without_a_number_has_no_due_time_and_nothing_provisional():
    rule = a_rule(within=None, anchor=Anchor.DETERMINED_MISSING)

    due = due_at(rule, anchors=Anchors(told=TOLD))

    assert (due.due_at, due.provisional) == (None, False)


def test_a_state_clock_that_starts_late_never_runs_past_the_federal_one():
    federal = a_rule(within="immediately, at most 24 hours")
    state = a_rule(within="2 hours", anchor=Anchor.DETERMINED_MISSING, jurisdiction="us-mo")
    protocol = a_protocol(state, base=a_protocol(federal))
    decided = TOLD + timedelta(hours=30)

    (duty,) = planned(protocol, anchors=Anchors(told=TOLD, determined_missing=decided))

    assert duty.rule is state
    assert duty.due.due_at == TOLD + timedelta(hours=24)
    assert (duty.due.counted_from, duty.due.provisional) == (Anchor.TOLD, False)
    assert duty.due.set_by is federal


def test_immediately_aims_at_the_start_and_is_late_only_after_its_limit():
    due = due_at(a_rule(within="immediately, at most 24 hours"), anchors=Anchors(told=TOLD))

    assert (due.target_at, due.due_at) == (TOLD, TOLD + timedelta(hours=24))


def test_immediately_without_a_limit_has_a_target_and_no_due_time():
    due = due_at(a_rule(within="immediately"), anchors=Anchors(told=TOLD))

    assert (due.target_at, due.due_at) == (TOLD, None)


class TestConditions:
    """A tighter rule for exigent absences beside the usual one."""

    usual = a_rule(within="4 hours", only_if=(Clause.parse("not exigent"),))
    exigent = a_rule(within="1 hour", only_if=(Clause.parse("exigent"),))

    def due(self, **facts):
        protocol = a_protocol(self.usual, self.exigent)
        (duty,) = planned(protocol, anchors=Anchors(told=TOLD), facts=Facts(**facts))
        return duty.due

    def test_a_condition_that_holds_picks_its_rule(self):
        due = self.due(yes=frozenset({Condition.OUT_OF_PATTERN}))

        assert (due.set_by, due.provisional) == (self.exigent, False)

    def test_a_condition_that_does_not_hold_picks_the_other(self):
        due = self.due(no=frozenset({Condition.EXIGENT}))

        assert (due.set_by, due.provisional) == (self.usual, False)

    def test_a_condition_that_is_not_known_is_read_strictly_and_says_so_once(self):
        due = self.due()

        assert (due.set_by, due.provisional) == (self.exigent, True)
        assert due.open_questions == (
            "It is not known yet whether an exigent criterion applies: the stricter reading holds.",
        )

    def test_a_duty_whose_conditions_do_not_hold_is_not_planned(self):
        protocol = a_protocol(self.exigent)
        facts = Facts(no=frozenset({Condition.EXIGENT}))

        assert planned(protocol, anchors=Anchors(told=TOLD), facts=facts) == []

    def test_a_state_rule_whose_condition_does_not_hold_leaves_the_federal_one(self):
        state = a_rule(within="1 hour", jurisdiction="us-fl", only_if=(Clause.parse("exigent"),))
        protocol = a_protocol(state, base=a_protocol(a_rule()))
        facts = Facts(no=frozenset({Condition.EXIGENT}))

        (duty,) = planned(protocol, anchors=Anchors(told=TOLD), facts=facts)

        assert (duty.rule.jurisdiction, duty.due.due_at) == ("us", TOLD + timedelta(hours=24))


def test_every_rule_that_was_considered_is_kept_with_its_due_time():
    state = a_rule(within="2 hours", jurisdiction="us-mo")
    federal = a_rule()

    (duty,) = planned(a_protocol(state, base=a_protocol(federal)), anchors=Anchors(told=TOLD))

    assert [(due.set_by, due.due_at) for due in duty.considered] == [
        (state, TOLD + timedelta(hours=2)),
        (federal, TOLD + timedelta(hours=24)),
    ]


def test_missouri_gives_2_hours_where_the_federal_base_gives_24():
    protocols = load_protocols([SHIPPED])
    anchors = Anchors(told=TOLD, determined_missing=TOLD)

    due = {
        code: {
            duty.rule.code: duty.due.due_at
            for duty in plan_duties(protocols[code], anchors=anchors, zone=CHICAGO)
        }
        for code in ("us", "us-mo")
    }

    for report in ("report_to_police", "report_to_ncmec"):
        assert due["us"][report] == TOLD + timedelta(hours=24)
        assert due["us-mo"][report] == TOLD + timedelta(hours=2)


def test_telling_brings_the_missing_duties_in_calling_order():
    planned = plan_duties(
        load_protocols([SHIPPED])["us-mo"], anchors=Anchors(told=TOLD), zone=CHICAGO
    )

    codes = [duty.rule.code for duty in planned]
    assert codes[:2] == ["report_to_police", "report_to_ncmec"]
    assert all(duty.rule.phase is Phase.MISSING for duty in planned)
    assert len(codes) == len(set(codes))


def test_located_brings_the_notices_and_returning_brings_the_rest():
    protocol = load_protocols([SHIPPED])["us"]
    located = TOLD + timedelta(hours=8)
    returned = TOLD + timedelta(hours=10)

    def new_after(anchors: Anchors, already: list[str]) -> list[str]:
        planned = plan_duties(protocol, anchors=anchors, zone=CHICAGO, already=already)
        return [duty.rule.code for duty in planned]

    first = new_after(Anchors(told=TOLD), [])
    second = new_after(Anchors(told=TOLD, located=located), first)
    third = new_after(Anchors(told=TOLD, located=located, returned=returned), first + second)

    assert second == ["tell_police_of_return", "tell_ncmec_of_return"]
    assert third == ["ask_about_medical_care", "screen_for_trafficking", "offer_conversation"]


def test_a_youth_who_is_back_counts_as_located():
    returned = TOLD + timedelta(hours=10)

    planned = plan_duties(
        load_protocols([SHIPPED])["us"],
        anchors=Anchors(told=TOLD, returned=returned),
        zone=CHICAGO,
    )

    due = {duty.rule.code: duty.due for duty in planned}["tell_police_of_return"]
    assert due.due_at == returned + timedelta(hours=24)
    assert not due.provisional


def test_planning_again_adds_nothing():
    protocol = load_protocols([SHIPPED])["us-mo"]
    anchors = Anchors(told=TOLD, returned=TOLD + timedelta(hours=10))
    already = [duty.rule.code for duty in plan_duties(protocol, anchors=anchors, zone=CHICAGO)]

    assert plan_duties(protocol, anchors=anchors, zone=CHICAGO, already=already) == []


@pytest.mark.parametrize(
    ("told", "hours"),
    [
        (datetime(2026, 6, 30, 23, 59, tzinfo=CHICAGO), 24),
        (datetime(2026, 7, 1, 0, 0, tzinfo=CHICAGO), 2),
    ],
)
def test_an_episode_is_judged_by_the_rules_of_the_local_day_on_which_its_clock_started(told, hours):
    protocol = a_protocol(
        a_rule(within="24 hours", effective_until=date(2026, 6, 30)),
        a_rule(within="2 hours", effective_from=date(2026, 7, 1)),
    )
    in_utc = Anchors(told=told.astimezone(UTC))

    (duty,) = plan_duties(protocol, anchors=in_utc, zone=CHICAGO)

    assert duty.due.due_at - duty.due.counted_from_at == timedelta(hours=hours)


def test_the_federal_rule_holds_on_days_on_which_the_state_rule_is_not_in_force():
    federal = a_protocol(a_rule(within="24 hours"))
    newer = a_rule(within="2 hours", effective_from=date(2026, 7, 1), jurisdiction="us-mo")
    state = a_protocol(newer, base=federal)

    before, after = state.rules_on(date(2026, 6, 30)), state.rules_on(date(2026, 7, 1))

    assert [rule.within for rule in before] == [Length.parse("24 hours")]
    assert [rule.within for rule in after] == [Length.parse("2 hours")]
    assert state.duties_on(date(2026, 7, 1))["report_to_police"] == (newer, *federal.rules)


@pytest.mark.parametrize("field", ["told", "last_seen", "returned"])
def test_a_moment_without_a_time_zone_is_refused(field):
    moments = {"told": TOLD, field: TOLD.replace(tzinfo=None)}

    with pytest.raises(ValueError, match=f"{field} needs a time zone"):
        Anchors(**moments)


def test_every_anchor_has_a_field_and_words():
    anchors = Anchors(**{anchor.value: TOLD for anchor in Anchor})

    assert all(anchors.at(anchor) == TOLD for anchor in Anchor)
    assert all(anchor.words for anchor in Anchor)
