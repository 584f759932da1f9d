"""What holds for every shipped protocol, whatever the moments and facts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from casework.policies.anchors import Anchor, Anchors
from casework.policies.conditions import Condition, Facts
from casework.policies.due import plan_duties
from casework.policies.protocols import load_protocols

PROTOCOLS = load_protocols([Path(__file__).parents[3] / "casework" / "protocols"])
ZONE = ZoneInfo("America/Chicago")
NEVER = datetime.max.replace(tzinfo=UTC)

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
