"""A protocol file that says something else has another version: episodes are told by it."""

import csv
from pathlib import Path

import pytest

from casework.policies.fingerprint import fingerprint
from casework.policies.protocols import load_protocols

ROOT = Path(__file__).resolve().parents[3]
TABLE = ROOT / "tests/golden/versions.csv"
PROTOCOLS = load_protocols([ROOT / "casework/protocols"])


@pytest.mark.parametrize("code", PROTOCOLS)
def test_what_a_version_says_stays(code):
    protocol = PROTOCOLS[code]
    with TABLE.open(newline="") as file:
        known = {row["code"]: (row["version"], row["says"]) for row in csv.DictReader(file)}

    says = fingerprint(protocol.rules, calendar=protocol.calendar)[:16]

    assert known[code] == (protocol.version, says), (
        f"The rules of {code} have changed: raise its version, then write this row into "
        f"{TABLE.relative_to(ROOT)}: {code},{protocol.version},{says}"
    )
