"""tests/golden/cells.csv: what a survey found each place to ask for, and the duties that answer it.

A cell is named by its table (1.1 federal duties, 2.1 reports and notices, 2.2 search and return),
the place and the column; "step" and "return" are what the federal base adds. Here every
cell is answered, and no protocol asks for what no cell says. `left_out` names what cannot be
expressed. The times themselves are in protocols.csv.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.policies.protocols import Basis, DutyRule, Protocol, load_protocols

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
PROTOCOLS = load_protocols([ROOT / "casework" / "protocols"])
NUMBER = re.compile(r"\d+ (?:(?:business|calendar) )?(?:hour|day)")


def rows(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CELLS = {row["cell"]: row for row in rows("cells.csv")}
CASES = rows("protocols.csv")
each_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def listed(text: str) -> list[str]:
    return [word for word in text.split("; ") if word]


def jurisdiction(cell: str) -> str:
    """The protocol of a cell: "us-ky" for "2.1 KY police", "us" for what is federal."""
    table, place, *_ = cell.split()
    return f"us-{place.lower()}" if table in ("2.1", "2.2") else "us"


def stated(cell: dict[str, str]) -> list[DutyRule]:
    """The rules that the protocol's own file states about a cell's duties."""
    duties = listed(cell["duties"])
    rules = PROTOCOLS[jurisdiction(cell["cell"])].rules
    return [rule for rule in rules if rule.code in duties]


def extended(code: str) -> Iterator[str]:
    protocol: Protocol | None = PROTOCOLS[code]
    while protocol is not None:
        yield protocol.code
        protocol = protocol.base


def test_the_survey_is_whole():
    tables = Counter(cell.split()[0] for cell in CELLS)

    assert len(rows("cells.csv")) == len(CELLS)
    assert (tables["2.1"], tables["2.2"]) == (135, 31)


@each_cell
def test_each_duty_of_a_cell_has_a_case(cell):
    shown = {case["duty"] for case in CASES if cell["cell"] in listed(case["cells"])}

    assert shown == set(listed(cell["duties"]))
    assert shown or cell["left_out"], "a cell that no duty answers says why"


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_case_belongs_to_cells_that_exist_of_its_own_place(case):
    cells = listed(case["cells"])

    assert cells
    for cell in cells:
        assert cell in CELLS
        assert jurisdiction(cell) in extended(case["jurisdiction"])


@each_cell
def test_a_cell_that_gives_a_number_has_a_case_with_a_due_time(cell):
    shown = [case["due"] for case in CASES if cell["cell"] in listed(case["cells"])]

    assert any(due not in ("", "absent") for due in shown) or not NUMBER.search(cell["says"])


def has(number: str, words: str) -> bool:
    """Whether this very number stands there: "2 hour" does not stand in "12 hours"."""
    return re.search(rf"(?<!\d){re.escape(number)}", words) is not None


@each_cell
def test_every_number_of_a_cell_stands_in_a_protocol(cell):
    clocks = " ".join(rule.clock_words for rule in stated(cell))

    for number in NUMBER.findall(cell["says"]):
        assert has(number, clocks) or cell["left_out"]


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(rule, id=f"{rule.jurisdiction}-{rule.code}-{rule.anchor}-{number}")
        for protocol in PROTOCOLS.values()
        for number, rule in enumerate(protocol.rules)
        if rule.basis is not Basis.PRACTICE
    ],
)
def test_no_protocol_has_a_clock_that_no_cell_gives(rule):
    says = " ".join(
        cell["says"]
        for name, cell in CELLS.items()
        if rule.code in listed(cell["duties"])
        and (jurisdiction(name) == rule.jurisdiction or name == "1.1 F13")
    )

    assert says, "no cell asks for this duty"
    for number in NUMBER.findall(rule.clock_words):
        assert has(number, says)
    for word in ("immediately", "weekly", "monthly", "excluding weekends and holidays"):
        assert word in says or word not in rule.clock_words
