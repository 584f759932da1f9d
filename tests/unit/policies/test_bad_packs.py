"""An agency's own folder beside the shipped protocols: what stops the start, and what is safe.

What can be wrong inside one file is in test_protocols.py. A fault in any file refuses all of them.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casework.policies.anchors import Anchor, Anchors
from casework.policies.conditions import Condition, Facts
from casework.policies.due import plan_duties
from casework.policies.protocols import ProtocolError, load_protocols

SHIPPED = Path(__file__).parents[3] / "casework" / "protocols"
ZONE = ZoneInfo("America/Chicago")
TOP = """\
code = "us-mo-home"
name = "Home agency"
version = "1"
source = "Board decision of January 5, 2026"
extends = "us-mo"
"""
DUTY = """
[[duty]]
code = "report_to_ncmec"
anchor = "told"
within = "1 hour"
basis = "policy"
source = "Board decision of January 5, 2026"
verified = "source_seen"
"""


def write(folder: Path, text: str, code: str = "us-mo-home") -> Path:
    path = folder / f"{code}.toml"
    path.write_text(text.replace('"us-mo-home"', f'"{code}"', 1), encoding="utf-8")
    return path


def refusal(folder: Path) -> ProtocolError:
    with pytest.raises(ProtocolError) as raised:
        load_protocols([SHIPPED, folder])
    return raised.value


@pytest.mark.parametrize(
    ("was", "now", "line", "words"),
    [
        ('"us-mo"\n', '"us-moo"\n', 5, "us-mo, us-ms, us-nc"),
        ('"us-mo"\n', '"us-mo"\ncalendar = "us-kc"\n', 6, 'write "us" for the federal holidays'),
        ('"us-mo"\n', '"us-mo"\ntime_zone = "Central"\n', 6, 'write one like "America/Chicago"'),
        ('"told"', '"departure"', 9, "told, notified, determined_missing, first_suspected"),
        ('extends = "us-mo"\n', "", 1, '"extends" is missing here: write extends = "us"'),
        ('"1 hour"', '"25 hours"', 10, "looser than the protocol extended: 2 hours"),
        ('within = "1 hour"\n', "", 7, "looser than the protocol extended: 2 hours"),
        ('"1 hour"', '"1 court day"', 10, 'Write it as "2 hours", "48 business hours"'),
        ('"policy"', '"practice"', 11, "the duty is required by state policy"),
        ("[[duty]]", '[[duty]]\nappears_on = "located"\nphase = "return"', 8, 'must stay "told"'),
        ("[[duty]]", '[[duty]]\nmakes = ["told"]', 8, "police_report_made"),
        ("[[duty]]", '[[duty]]\nonly_if = ["raining"]', 8, "trafficking identified, out of"),
        ("[[duty]]", "[[duty]]\neffective_from = 2026-02-30", 8, "only days that exist"),
        ("[[duty]]", '[[duty]]\neffective_from = "2026-02-01"', 8, "a day like 2026-01-31"),
        ("[[duty]]", '[[duty]]\ncolour = "red"', 8, 'Unknown key "colour": use one of code, title'),
    ],
)
def test_a_fault_is_named_with_its_file_its_line_and_what_to_write(tmp_path, was, now, line, words):
    assert was in TOP + DUTY
    path = write(tmp_path, (TOP + DUTY).replace(was, now, 1))

    error = refusal(tmp_path)

    assert str(error).startswith(f"{path}, line {line}: ")
    assert words in error.message


def test_an_agencys_report_must_go_on_to_start_what_its_state_counts_from_it(tmp_path):
    """Without "makes" the duties about NCIC would never appear."""
    police = DUTY.replace("report_to_ncmec", "report_to_police")
    path = write(tmp_path, TOP + police + 'makes = ["police_report_made"]\n')

    error = refusal(tmp_path)

    assert (error.path, error.line) == (path, 14)
    assert error.message == ('"makes" must keep "first_report_made", as in the protocol extended')


def test_an_agencys_report_that_says_nothing_of_it_starts_the_same(tmp_path):
    write(tmp_path, TOP + DUTY.replace("report_to_ncmec", "report_to_police"))

    rule = load_protocols([SHIPPED, tmp_path])["us-mo-home"].rule_on(
        "report_to_police", date(2026, 3, 3)
    )

    assert set(rule.makes) == {Anchor.FIRST_REPORT_MADE, Anchor.POLICE_REPORT_MADE}


def test_a_rule_without_its_own_source_is_refused_though_the_file_names_one(tmp_path):
    path = write(tmp_path, TOP + DUTY.replace('source = "Board decision of January 5, 2026"\n', ""))

    assert str(refusal(tmp_path)) == f'{path}, line 7: "source" is missing here'


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("effective_until = 2026-06-30\n", "effective_from = 2026-06-30\n"),
        ("effective_from = 2026-01-01\n", ""),
        (
            "effective_from = 2026-01-01\neffective_until = 2026-12-31\n",
            "effective_from = 2026-03-01\neffective_until = 2026-03-31\n",
        ),
    ],
)
def test_rules_whose_days_overlap_are_refused_at_the_code_of_the_second(tmp_path, first, second):
    write(tmp_path, TOP + DUTY + first + DUTY + second)

    error = refusal(tmp_path)

    assert error.line == (TOP + DUTY + first).count("\n") + 3  # its code
    assert error.message == 'Two duties "report_to_ncmec" are in force on the same day'


def test_three_files_that_extend_each_other_in_a_circle_are_refused(tmp_path):
    for code, parent in [("us-xa", "us-xb"), ("us-xb", "us-xc"), ("us-xc", "us-xa")]:
        write(tmp_path, TOP.replace('"us-mo"', f'"{parent}"'), code)

    error = refusal(tmp_path)

    assert (error.path.name, error.line) == ("us-xc.toml", 5)
    assert error.message == '"us-xc" and "us-xa" extend each other in a circle'


@pytest.mark.parametrize("code", ["us-aa-home", "us-zz-home"])
def test_one_broken_file_refuses_every_file_wherever_it_stands(tmp_path, code):
    write(tmp_path, TOP + DUTY)
    broken = write(tmp_path, TOP + DUTY.replace('"1 hour"', '"soon"'), code)

    assert refusal(tmp_path).path == broken
    write(tmp_path, TOP + DUTY, code)
    assert {"us-mo-home", code} <= load_protocols([SHIPPED, tmp_path]).keys()


def test_an_agency_cannot_stand_in_for_a_shipped_protocol(tmp_path):
    path = write(tmp_path, TOP.replace('"us-mo"', '"us"') + DUTY, "us-mo")

    assert str(refusal(tmp_path)) == (
        f'{path}, line 1: "us-mo" is defined already, in {SHIPPED / "us-mo.toml"}'
    )


@pytest.mark.parametrize(
    "sly",
    [
        'within = "2 hours"\nanchor = "returned"',
        'within = "2 hours"\nanchor = "last_seen"\neffective_from = 2026-06-01',
        'within = "1 hour"\nanchor = "told"\nonly_if = ["exigent"]',
        'within = "1 hour"\nanchor = "told"\nonly_if = ["under age 13"]',
        'within = "1 hour"\nanchor = "told"\neffective_until = 2020-01-01',
        'within = "2 business hours"\nanchor = "told"',
    ],
)
def test_a_rule_that_counts_from_later_or_less_often_leaves_the_wider_one_in_force(tmp_path, sly):
    """Both are counted and the earlier wins, so such a rule need not be refused."""
    duty = DUTY.replace('anchor = "told"\nwithin = "1 hour"', sly)
    write(tmp_path, TOP + duty)
    protocols = load_protocols([SHIPPED, tmp_path])
    saturday_night = datetime(2026, 3, 8, 1, 30, tzinfo=ZONE)
    anchors = Anchors(told=saturday_night, determined_missing=saturday_night)
    facts = Facts(age=16, no=frozenset({Condition.EXIGENT}))

    due = {
        code: next(
            duty.due.due_at
            for duty in plan_duties(protocols[code], anchors=anchors, facts=facts, zone=ZONE)
            if duty.rule.code == "report_to_ncmec"
        )
        for code in ("us-mo", "us-mo-home")
    }

    assert due["us-mo"] == saturday_night.astimezone(UTC) + timedelta(hours=2)
    assert due["us-mo-home"] <= due["us-mo"]


def test_an_agency_that_adds_nothing_has_the_duties_of_its_state(tmp_path):
    write(tmp_path, TOP)

    protocols = load_protocols([SHIPPED, tmp_path])

    day = date(2026, 3, 3)
    assert protocols["us-mo-home"].duties_on(day) == protocols["us-mo"].duties_on(day)
    assert protocols["us-mo-home"].rule_on("report_to_ncmec", day).anchor is (
        Anchor.DETERMINED_MISSING
    )


def test_a_folder_without_a_protocol_is_refused(tmp_path):
    (tmp_path / "us-mo-home.TOML.txt").write_text(TOP)

    assert str(refusal(tmp_path)) == (
        f"{tmp_path}, line 1: No protocol in this folder: put one in it, like us-mo-home.toml"
    )


def test_an_agency_cannot_close_days_that_its_state_counts(tmp_path):
    path = write(tmp_path, TOP.replace('"us-mo"', '"us-id"') + 'calendar = "us-wa"\n')

    assert str(refusal(tmp_path)) == (
        f'{path}, line 6: "calendar" must stay "us-id", as in the protocol extended'
    )


def test_what_a_state_asks_for_at_once_cannot_be_given_days(tmp_path):
    later = DUTY.replace("report_to_ncmec", "tell_parents").replace("1 hour", "30 calendar days")
    write(tmp_path, TOP.replace('"us-mo"', '"us-id"') + later)

    assert "looser than the protocol extended: immediately" in refusal(tmp_path).message
