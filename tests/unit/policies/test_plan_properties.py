"""What holds for every shipped protocol, whatever the moments and facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from casework.policies.anchors import Anchor, Anchors
from casework.policies.calendars import calendar_called
from casework.policies.conditions import Clause, Condition, Facts, Truth
from casework.policies.due import plan_duties
from casework.policies.length import Length, Unit
from casework.policies.protocols import load_protocols
from casework.policies.rules import Protocol

PROTOCOLS = load_protocols([Path(__file__).parents[3] / "casework" / "protocols"])
ZONE = ZoneInfo("America/Chicago")
NEVER = datetime.max.replace(tzinfo=UTC)
A_DAY = date(2026, 3, 3)
OFFICE_UNITS = (Unit.BUSINESS_DAYS, Unit.BUSINESS_HOURS, Unit.OPEN_CALENDAR_DAYS)

lengths = st.none() | st.builds(Length, st.integers(1, 200), st.sampled_from(list(Unit)))
protocols = st.sampled_from([PROTOCOLS[code] for code in sorted(PROTOCOLS)])


@st.composite
def episodes(draw) -> Anchors:
    told = datetime.fromtimestamp(draw(st.integers(1_750_000_000, 1_900_000_000)), UTC)
    hours = {
        anchor.value: draw(st.none() | st.integers(-72, 200))
        for anchor in Anchor
        if anchor is not Anchor.TOLD
    }
    known = {name: told + timedelta(hours=h) for name, h in hours.items() if h is not None}
    return Anchors(told=told, **known)


@st.composite
def some_facts(draw) -> Facts:
    said = draw(st.dictionaries(st.sampled_from(list(Condition)), st.booleans()))
    return Facts(
        age=draw(st.none() | st.integers(0, 20)),
        yes=frozenset(one for one, holds in said.items() if holds),
        no=frozenset(one for one, holds in said.items() if not holds),
    )


@st.composite
def agencies(draw) -> Protocol:
    """A protocol extended by an agency that restates some of its duties, however it likes."""
    wider = draw(protocols)
    codes = sorted({rule.code for rule in wider.rules_on(A_DAY)})
    chosen = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=6, unique=True))
    rules = [
        replace(
            wider.rule_on(code, A_DAY),
            jurisdiction="agency",
            anchor=draw(st.sampled_from(list(Anchor))),
            within=draw(lengths),
            only_if=draw(st.sampled_from([(), (Clause(Condition.EXIGENT),), (Clause(13),)])),
        )
        for code in chosen
    ]
    return Protocol(
        code="agency",
        name="Agency",
        version="1",
        source="Board",
        rules=tuple(rules),
        base=wider,
        calendar=wider.calendar,
    )


def due_times(protocol, anchors, facts) -> dict[str, datetime]:
    planned = plan_duties(protocol, anchors=anchors, facts=facts, zone=ZONE)
    return {duty.rule.code: duty.due.due_at or NEVER for duty in planned}


@given(protocol=protocols, anchors=episodes(), facts=some_facts())
def test_extending_never_drops_a_duty_and_never_moves_one_later(protocol, anchors, facts):
    federal = due_times(PROTOCOLS["us"], anchors, facts)
    state = due_times(protocol, anchors, facts)

    assert all(state[code] <= due for code, due in federal.items())


@given(protocol=protocols, anchors=episodes(), facts=some_facts())
def test_knowing_less_never_drops_a_duty_and_never_moves_one_later(protocol, anchors, facts):
    known = due_times(protocol, anchors, facts)
    unknown = due_times(protocol, anchors, Facts())

    assert all(unknown[code] <= due for code, due in known.items())


@given(protocol=protocols, anchors=episodes(), facts=some_facts())
def test_planning_again_gives_the_same_and_adds_nothing(protocol, anchors, facts):
    first = plan_duties(protocol, anchors=anchors, facts=facts, zone=ZONE)
    already = [duty.rule.code for duty in first]

    assert plan_duties(protocol, anchors=anchors, facts=facts, zone=ZONE) == first
    assert plan_duties(protocol, anchors=anchors, facts=facts, zone=ZONE, already=already) == []


@given(protocol=protocols, anchors=episodes(), facts=some_facts())
def test_each_duty_comes_once_and_is_due_not_before_its_clock_starts(protocol, anchors, facts):
    planned = plan_duties(protocol, anchors=anchors, facts=facts, zone=ZONE)

    codes = [duty.rule.code for duty in planned]
    assert len(codes) == len(set(codes))
    for duty in planned:
        assert duty.due.due_at is None or duty.due.due_at >= duty.due.counted_from_at


@given(protocol=protocols, anchors=episodes(), facts=some_facts())
def test_the_reports_never_pass_24_hours_from_being_told(protocol, anchors, facts):
    due = due_times(protocol, anchors, facts)

    for report in ("report_to_police", "report_to_ncmec"):
        assert due[report] <= anchors.told + timedelta(hours=24)


@given(protocol=protocols, anchors=episodes())
def test_a_due_time_counted_from_a_known_moment_with_every_fact_known_is_not_provisional(
    protocol, anchors
):
    told = {anchor.value: anchors.at(anchor) or anchors.told for anchor in Anchor}
    everything = replace(anchors, **told)
    facts = Facts(age=15, no=frozenset(Condition))

    planned = plan_duties(protocol, anchors=everything, facts=facts, zone=ZONE)

    assert [duty.rule.code for duty in planned if duty.due.provisional] == []


@given(protocol=protocols, anchors=episodes(), facts=some_facts())
def test_hours_are_elapsed_hours_whatever_the_clocks_on_the_wall_do(protocol, anchors, facts):
    for duty in plan_duties(protocol, anchors=anchors, facts=facts, zone=ZONE):
        within, due = duty.due.set_by.within, duty.due
        if within is not None and within.number is not None and within.unit is Unit.HOURS:
            assert due.due_at - due.counted_from_at == timedelta(hours=within.number)


@given(protocol=protocols, anchors=episodes(), facts=some_facts())
def test_a_business_day_duty_is_never_due_on_a_closed_day(protocol, anchors, facts):
    calendar = calendar_called(protocol.calendar)

    for duty in plan_duties(protocol, anchors=anchors, facts=facts, zone=ZONE):
        within, due_at = duty.due.set_by.within, duty.due.due_at
        if within is not None and within.unit in OFFICE_UNITS:
            assert calendar.is_open(due_at.astimezone(ZONE).date())


@given(agency=agencies(), anchors=episodes(), facts=some_facts())
def test_whatever_an_agency_restates_no_duty_is_dropped_or_due_later(agency, anchors, facts):
    state = due_times(agency.base, anchors, facts)
    restated = due_times(agency, anchors, facts)

    assert state.keys() <= restated.keys()
    assert all(restated[code] <= due for code, due in state.items())


@given(
    protocol=protocols,
    anchors=episodes(),
    facts=some_facts(),
    sooner=st.timedeltas(timedelta(), timedelta(days=5)),
)
def test_an_agency_told_earlier_never_has_more_time(protocol, anchors, facts, sooner):
    earlier = replace(anchors, told=anchors.told - sooner)

    first = plan_duties(protocol, anchors=earlier, facts=facts, zone=ZONE)
    second = {
        duty.rule.code: duty.due.due_at
        for duty in plan_duties(protocol, anchors=anchors, facts=facts, zone=ZONE)
    }

    for duty in first:
        then = second[duty.rule.code] or NEVER
        # The same time of day can be an hour earlier after the clocks change, and a month from
        # the 29th, 30th and 31st of January all end on the last day of February.
        monthly = duty.due.set_by.repeats is not None and duty.due.set_by.repeats.days is None
        slack = timedelta(days=1) if monthly else timedelta(hours=1)
        assert (duty.due.due_at or NEVER) <= (NEVER if then == NEVER else then + slack)


@given(protocol=protocols, anchors=episodes(), facts=some_facts(), more=some_facts())
def test_an_answer_leaves_out_only_what_it_rules_out_and_brings_nothing_new(
    protocol, anchors, facts, more
):
    """What is not known is read strictly, so an answer can give time but never take it."""
    answered = Facts(
        age=facts.age if facts.age is not None else more.age,
        yes=facts.yes | (more.yes - facts.no),
        no=facts.no | (more.no - facts.yes),
    )

    before = plan_duties(protocol, anchors=anchors, facts=facts, zone=ZONE)
    after = due_times(protocol, anchors, answered)

    assert after.keys() <= {duty.rule.code for duty in before}
    for duty in before:
        if duty.rule.code in after:
            assert after[duty.rule.code] >= (duty.due.due_at or NEVER)
        else:
            assert all(due.set_by.applies(answered) is Truth.NO for due in duty.considered)
