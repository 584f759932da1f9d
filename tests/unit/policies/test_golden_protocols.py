"""tests/golden/protocols.csv: moments and facts in, due times out, for a practice lead to read.

The due times were worked out from the rules' words with a calendar, not taken from the program.
`due` is empty for a duty without a set time and "absent" where the episode does not have the duty.
`counted_from` is the moment that set it; a duty that is due at once, without a limit, has it alone.
`cells` names what each case answers: see test_golden_cells.py.
"""

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casework.policies.anchors import Anchors
from casework.policies.conditions import Condition, Facts
from casework.policies.due import PlannedDuty, plan_duties
from casework.policies.iso_moments import parse_moment
from casework.policies.protocols import load_protocols

ROOT = Path(__file__).parents[3]
PROTOCOLS = load_protocols([ROOT / "casework" / "protocols"])
with (ROOT / "tests" / "golden" / "protocols.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def planned(row: dict[str, str]) -> PlannedDuty | None:
    """What the engine says about the row's duty; None where the episode does not have it."""
    zone = ZoneInfo(row["zone"])
    moments = dict(words.split() for words in row["moments"].split("; "))
    duties = plan_duties(
        PROTOCOLS[row["jurisdiction"]],
        anchors=Anchors(**{name: parse_moment(text, zone) for name, text in moments.items()}),
        facts=facts(row["facts"]),
        zone=zone,
    )
    return next((duty for duty in duties if duty.rule.code == row["duty"]), None)


def facts(text: str) -> Facts:
    age, yes, no = None, set(), set()
    for words in filter(None, text.split("; ")):
        if words.startswith("age "):
            age = int(words.removeprefix("age "))
        elif words.startswith("not "):
            no.add(Condition(words.removeprefix("not ")))
        else:
            yes.add(Condition(words))
    return Facts(age=age, yes=frozenset(yes), no=frozenset(no))


@pytest.mark.parametrize("row", ROWS, ids=[row["case"] for row in ROWS])
def test_the_table_holds(row):
    duty = planned(row)

    if row["due"] == "absent":
        assert duty is None
        return
    assert duty is not None, "the episode does not have this duty"
    due = duty.due
    expected = datetime.fromisoformat(row["due"]) if row["due"] else None
    assert (due.due_at, due.provisional) == (expected, row["provisional"] == "yes")
    assert (due.counted_from.value if due.target_at else "") == row["counted_from"]


def test_every_case_is_told_apart():
    assert len({row["case"] for row in ROWS}) == len(ROWS)


def test_every_duty_of_every_jurisdiction_has_a_row():
    stated = {(p.code, rule.code) for p in PROTOCOLS.values() for rule in p.rules}

    assert stated - {(row["jurisdiction"], row["duty"]) for row in ROWS} == set()
