"""What differs between two readings of an episode's duties, as people read it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casework.policies.anchors import Anchor, Anchors
from casework.policies.difference import Change, Difference, Stated, differences
from casework.policies.due import plan_duties
from casework.policies.protocols import load_protocols
from tests.unit.policies.test_protocols import SHIPPED

CHICAGO = ZoneInfo("America/Chicago")
DUE = datetime(2026, 3, 3, 9, 52, tzinfo=UTC)  # Tue Mar 3, 3:52 a.m. in Missouri
RULE = "within 2 hours after the agency was told"


def stated(due_at: datetime | None = DUE, *, code: str = "police", rule: str = RULE) -> Stated:
    return Stated(code=code, title=f"Report to {code}", due_at=due_at, rule=rule)


def words(before: Stated | None, after: Stated | None) -> str:
    return Difference(before=before, after=after).words(CHICAGO, now=DUE)


SENTENCES = [
    (
        Change.ADDED,
        None,
        stated(),
        f"Report to police: new, due Tue Mar 3, 3:52 a.m. CST ({RULE}).",
    ),
    (
        Change.ADDED,
        None,
        stated(None, rule="no set time"),
        "Report to police: new, without a set time.",
    ),
    (
        Change.GONE,
        stated(),
        None,
        "Report to police: no longer asked for; it was due Tue Mar 3, 3:52 a.m. CST.",
    ),
    (Change.GONE, stated(None), None, "Report to police: no longer asked for."),
    (
        Change.EARLIER,
        stated(),
        stated(DUE - timedelta(minutes=75)),
        "Report to police: 1 h 15 min earlier, due Tue Mar 3, 2:37 a.m. CST instead of Tue "
        f"Mar 3, 3:52 a.m. CST ({RULE}).",
    ),
    (
        Change.LATER,
        stated(),
        stated(DUE + timedelta(hours=10)),
        "Report to police: 10 h later, due Tue Mar 3, 1:52 p.m. CST instead of Tue Mar 3, "
        f"3:52 a.m. CST ({RULE}).",
    ),
    (
        Change.LATER,
        stated(DUE - timedelta(seconds=1)),
        stated(),
        "Report to police: less than a minute later, due Tue Mar 3, 3:52 a.m. CST instead of Tue "
        f"Mar 3, 3:51 a.m. CST ({RULE}).",
    ),
    (
        Change.TIMED,
        stated(None),
        stated(),
        f"Report to police: now due Tue Mar 3, 3:52 a.m. CST ({RULE}); it had no set time.",
    ),
    (
        Change.UNTIMED,
        stated(),
        stated(None, rule="no set time"),
        "Report to police: now without a set time; it was due Tue Mar 3, 3:52 a.m. CST.",
    ),
    (
        Change.OTHER_RULE,
        stated(),
        stated(rule="within 24 hours"),
        "Report to police: due Tue Mar 3, 3:52 a.m. CST as before, by another rule "
        "(within 24 hours).",
    ),
]


@pytest.mark.parametrize(
    ("change", "before", "after", "says"),
    [pytest.param(*row, id=f"{row[0]} {number}") for number, row in enumerate(SENTENCES)],
)
def test_each_kind_of_difference_is_one_sentence(change, before, after, says):
    assert Difference(before=before, after=after).change is change
    assert words(before, after) == says


def test_a_length_is_elapsed_time_also_when_the_clocks_change_between_the_two():
    before = datetime(2026, 3, 8, 1, 30, tzinfo=CHICAGO)
    after = datetime(2026, 3, 8, 3, 30, tzinfo=CHICAGO)

    says = words(stated(before.astimezone(UTC)), stated(after.astimezone(UTC)))

    assert "1 h later, due Sun Mar 8, 3:30 a.m. CDT instead of Sun Mar 8, 1:30 a.m. CST" in says


def test_what_is_the_same_is_left_out():
    same, moved = stated(code="ncmec"), stated(DUE + timedelta(hours=1))

    found = differences([stated(), same], [moved, same])

    assert [one.title for one in found] == ["Report to police"]
    assert found[0].change is Change.LATER


def test_seconds_that_nobody_reads_are_no_difference():
    in_the_same_minute = stated(DUE + timedelta(seconds=20))

    assert differences([stated()], [in_the_same_minute]) == []


def test_a_reading_that_only_became_certain_is_no_difference():
    unsure = Stated(code="a", title="A", due_at=DUE, rule=RULE, is_provisional=True)
    sure = Stated(code="a", title="A", due_at=DUE, rule=RULE)

    assert differences([unsure], [sure]) == []


def test_what_stands_now_is_told_in_its_order_and_what_is_gone_comes_last():
    before = [stated(code="gone"), stated(code="moved")]
    after = [stated(code="new"), stated(DUE + timedelta(hours=1), code="moved")]

    found = differences(before, after)

    assert [(one.code, one.change) for one in found] == [
        ("new", Change.ADDED),
        ("moved", Change.LATER),
        ("gone", Change.GONE),
    ]


def test_a_difference_of_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="at least one reading"):
        _ = Difference(before=None, after=None).title


def test_missouri_and_kentucky_differ_in_the_times_that_domain_experts_know():
    protocols = load_protocols([SHIPPED])
    told = DUE - timedelta(hours=2)
    readings = {
        code: [
            Stated.of(planned)
            for planned in plan_duties(
                protocols[code],
                anchors=Anchors(told=told, determined_missing=told),
                zone=CHICAGO,
            )
        ]
        for code in ("us-mo", "us-ky")
    }

    found = {one.code: one for one in differences(readings["us-mo"], readings["us-ky"])}

    assert found["report_to_police"].after.due_at == told + timedelta(hours=12)
    assert found["report_to_ncmec"].after.due_at == told + timedelta(hours=24)
    assert found["tell_juvenile_officer"].change is Change.GONE
    assert Anchor.DETERMINED_MISSING.words in found["report_to_police"].after.rule
