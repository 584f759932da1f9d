"""Who hears about a duty when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import casework
from casework.policies.ladder import (
    Audience,
    Ladder,
    LadderStep,
    ReminderKind,
    choose,
    climb,
    repeats_from,
    told_once,
)
from casework.policies.ladder_files import load_ladders, rung_of
from casework.policies.protocol_file import ProtocolError

START = datetime(2026, 3, 3, 7, 52, tzinfo=UTC)
STANDARD = Path(casework.__file__).parent / "protocols"
LADDERS = load_ladders([STANDARD])
HOUR = timedelta(hours=1)


def ladder_for(window: timedelta) -> Ladder:
    return choose(LADDERS, window, duty="report_to_police", jurisdiction="us-mo")


def steps(*, hours: float, late: int = 0) -> tuple[LadderStep, ...]:
    """The steps of a duty of so many hours, planned so many minutes after its start."""
    window = timedelta(hours=hours)
    return climb(
        ladder_for(window),
        counted_from_at=START,
        due_at=START + window,
        planned_at=START + timedelta(minutes=late),
    )


def minutes_and_codes(planned: tuple[LadderStep, ...]) -> list[tuple[int, str]]:
    return [((step.at - START) // timedelta(minutes=1), step.code) for step in planned]


def test_a_duty_of_2_hours_reaches_the_supervisor_and_the_on_call_manager_before_it_is_overdue():
    assert minutes_and_codes(steps(hours=2)) == [
        (0, "owner-notice"),
        (60, "owner-nudge"),
        (75, "backup-escalation"),
        (90, "owner-late_nudge"),
        (90, "owner-due_soon"),
        (90, "supervisor-escalation"),
        (105, "on_call-escalation"),
        (120, "owner-overdue"),
        (120, "supervisor-overdue"),
        (135, "agency-escalation"),
        (150, "owner-repeat-1"),
        (150, "supervisor-repeat-1"),
        (150, "on_call-repeat-1"),
    ]


def test_a_duty_of_24_hours_climbs_in_its_last_hours():
    assert minutes_and_codes(steps(hours=24)) == [
        (0, "owner-notice"),
        (12 * 60, "owner-nudge"),
        (18 * 60, "owner-late_nudge"),
        (19 * 60, "backup-escalation"),
        (20 * 60, "owner-due_soon"),
        (20 * 60, "supervisor-escalation"),
        (22 * 60, "on_call-escalation"),
        (24 * 60, "owner-overdue"),
        (24 * 60, "supervisor-overdue"),
        (25 * 60, "agency-escalation"),
        (28 * 60, "owner-repeat-1"),
        (28 * 60, "supervisor-repeat-1"),
        (28 * 60, "on_call-repeat-1"),
    ]


def test_a_duty_logged_late_starts_with_the_step_it_is_at():
    assert minutes_and_codes(steps(hours=2, late=100))[:5] == [
        (100, "owner-due_soon"),
        (100, "backup-escalation"),
        (100, "supervisor-escalation"),
        (105, "on_call-escalation"),
        (120, "owner-overdue"),
    ]


def test_a_duty_logged_when_its_nudge_is_past_is_told_as_new_whatever_nudge_its_owner_chose():
    assert minutes_and_codes(steps(hours=2, late=70))[:2] == [
        (70, "owner-notice"),
        (75, "backup-escalation"),
    ]


def test_a_duty_logged_after_its_due_time_tells_each_person_once_and_at_once():
    logged = START + timedelta(days=3)

    planned = steps(hours=2, late=3 * 24 * 60)

    at_once = [step for step in planned if step.at == logged]
    assert [(step.audience, step.kind) for step in at_once] == [
        (Audience.OWNER, ReminderKind.OVERDUE),
        (Audience.BACKUP, ReminderKind.ESCALATION),
        (Audience.SUPERVISOR, ReminderKind.OVERDUE),
        (Audience.ON_CALL, ReminderKind.ESCALATION),
        (Audience.AGENCY, ReminderKind.ESCALATION),
    ]
    later = [step for step in planned if step.at > logged]
    assert {(step.kind, step.at) for step in later} == {
        (ReminderKind.REPEAT, START + timedelta(days=3, hours=2))
    }


def test_what_is_to_be_done_at_once_without_a_limit_is_told_once_and_to_its_owner():
    assert [(step.code, step.at) for step in told_once(START)] == [("owner-notice", START)]


@pytest.mark.parametrize("audience", [one for one in Audience if one not in ("admin", "person")])
@given(window=st.integers(1, 60 * 24 * 30), late=st.integers(0, 60 * 24 * 60))
def test_nothing_is_planned_in_the_past_or_twice_and_nobody_is_left_out(audience, window, late):
    planned_at = START + timedelta(minutes=late)

    planned = steps(hours=window / 60, late=late)

    assert all(step.at >= planned_at for step in planned)
    assert len({step.code for step in planned}) == len(planned)
    at_once = [step for step in planned if step.audience is audience and step.at == planned_at]
    assert len(at_once) <= 1
    assert any(step.audience is audience for step in planned)
    assert [step.at for step in planned] == sorted(step.at for step in planned)


@given(window=st.integers(1, 60 * 24 * 30))
def test_whoever_could_still_act_is_reached_before_the_due_time(window):
    due_at = START + timedelta(minutes=window)

    early = {step.audience for step in steps(hours=window / 60) if step.at < due_at}

    assert {Audience.OWNER, Audience.SUPERVISOR, Audience.ON_CALL} <= early


# --- Repeats -------------------------------------------------------------------------------------


def test_repeats_go_on_often_then_seldom_and_never_end():
    ladder = ladder_for(2 * HOUR)
    due_at = START + 2 * HOUR

    minutes, after = [], due_at
    for _ in range(11):
        step = repeats_from(ladder.repeating, due_at=due_at, after=after)[0]
        minutes.append((step.at - due_at) // timedelta(minutes=1))
        after = step.at

    assert minutes == [*range(30, 241, 30), 480, 720, 960]


@given(after=st.integers(-100, 60 * 24 * 60))
def test_the_next_repeat_is_the_first_one_later(after):
    ladder = ladder_for(2 * HOUR)
    due_at = START + 2 * HOUR
    moment = due_at + timedelta(minutes=after)

    number = ladder.repeating.first_after(moment, due_at=due_at)

    assert ladder.repeating.at(number, due_at=due_at) > moment
    assert number == 1 or ladder.repeating.at(number - 1, due_at=due_at) <= moment


# --- Files ---------------------------------------------------------------------------------------

GOOD = """[[ladder]]
name = "ours"
pause = "30 minutes"
tell = [
    "owner at once",
    "owner at 50% left",
    "supervisor 1 hour before",
    "supervisor 30 minutes before",
    "on_call 15 minutes before",
]
repeat = { who = ["owner"], every = "1 hour", times = 3, then_every = "24 hours" }
"""


def read(folder: Path, text: str) -> tuple[Ladder, ...]:
    (folder / "ladders").mkdir(exist_ok=True)
    (folder / "ladders" / "ours.toml").write_text(text)
    return load_ladders([STANDARD, folder])


def test_an_agencys_own_ladder_comes_before_the_standard_ones(tmp_path):
    ladders = read(tmp_path, GOOD.replace("pause", 'duties = ["report_to_ncmec"]\npause', 1))

    assert choose(ladders, 2 * HOUR, duty="report_to_ncmec", jurisdiction="us").name == "ours"
    assert choose(ladders, 2 * HOUR, duty="report_to_police", jurisdiction="us").name == "hours"


def test_a_ladder_can_be_for_a_jurisdiction(tmp_path):
    ladders = read(tmp_path, GOOD.replace("pause", 'jurisdictions = ["us-tx"]\npause', 1))

    assert choose(ladders, 9 * HOUR, duty="x", jurisdiction="us-tx").name == "ours"
    assert choose(ladders, 9 * HOUR, duty="x", jurisdiction="us-mo").name == "day"


def test_two_steps_of_one_audience_and_kind_have_codes_of_their_own(tmp_path):
    [ours, *_] = read(tmp_path, GOOD)

    codes = [rung.code for rung in ours.rungs if rung.audience is Audience.SUPERVISOR]
    assert codes == ["supervisor-escalation", "supervisor-escalation-2"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("on_call 15 minutes before", "on_call when due"), '"on_call" must hear before the due'),
        (('    "owner at once",\n', ""), "The owner must hear of a new duty"),
        (("owner at 50% left", "owner at 40% left"), "Write a step as"),
        (("owner at 50% left", "supervisor at 50% left"), "Only the owner hears"),
        (("owner at 50% left", "mayor when due"), "Write a step as"),
        (("30 minutes before", "30 days before"), "Write it as"),
        (("repeat =", "again ="), 'Unknown key "again"'),
        (('who = ["owner"]', 'who = ["supervisor"]'), '"who" must name the owner'),
        (("times = 3", "times = 0"), '"times" must be 1 or more'),
        (('pause = "30 minutes"', ""), '"pause" is missing'),
    ],
)
def test_a_ladder_that_could_leave_somebody_out_is_refused_with_its_line(tmp_path, wrong, says):
    with pytest.raises(ProtocolError, match=says) as raised:
        read(tmp_path, GOOD.replace(*wrong, 1))

    assert "ours.toml, line " in str(raised.value)


def test_a_missing_repeat_is_refused(tmp_path):
    with pytest.raises(ProtocolError, match='"repeat" is missing'):
        read(tmp_path, GOOD[: GOOD.index("repeat")])


def test_without_any_ladder_for_it_a_duty_cannot_be_planned(tmp_path):
    with pytest.raises(LookupError):
        choose(load_ladders([tmp_path]), HOUR, duty="x", jurisdiction="us")


def test_a_step_is_read_as_it_is_written():
    rung = rung_of("agency 1 hour after")

    assert (rung.audience, rung.kind, rung.from_due) == (
        Audience.AGENCY,
        ReminderKind.ESCALATION,
        HOUR,
    )
