"""A confirmation lapses when anything that a duty says has changed, and never otherwise."""

import os
import subprocess
import sys
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from casework.policies.anchors import Anchor
from casework.policies.conditions import Clause, Condition
from casework.policies.fingerprint import fingerprint, fingerprints, rules_by_duty
from casework.policies.length import Length, Unit
from casework.policies.protocols import load_protocols
from casework.policies.repeats import Repeat
from casework.policies.rules import Basis, DutyRule, EvidenceField, Phase, Protocol, Verified

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "casework" / "protocols"
FEDERAL = DutyRule(
    jurisdiction="us",
    code="report_to_police",
    title="Report to police",
    phase=Phase.MISSING,
    appears_on=Anchor.TOLD,
    anchor=Anchor.TOLD,
    within=Length(24, Unit.HOURS, immediately=True),
    basis=Basis.LAW,
    source="42 USC 671",
    verified=Verified.SOURCE_SEEN,
    order=10,
)
STATE = replace(FEDERAL, jurisdiction="us-mo", within=Length(2), source="Manual 4.8.3")
BASE = Protocol(code="us", name="Federal base", version="1", source="Law", rules=(FEDERAL,))
MISSOURI = Protocol(
    code="us-mo", name="Missouri", version="1", source="Manual", rules=(STATE,), base=BASE
)
CHANGES: dict[str, object] = {
    "jurisdiction": "us-ks",
    "code": "report_to_sheriff",
    "title": "Report to the police",
    "phase": Phase.RETURN,
    "appears_on": Anchor.NOTIFIED,
    "anchor": Anchor.LAST_SEEN,
    "within": Length(3),
    "basis": Basis.POLICY,
    "source": "Manual 4.8.4",
    "verified": Verified.UNVERIFIED,
    "order": 11,
    "only_if": (Clause(Condition.EXIGENT),),
    "repeats": Repeat(days=7),
    "makes": (Anchor.POLICE_REPORT_MADE,),
    "evidence": (EvidenceField.NOTE,),
    "phone": "555-0100",
    "help": "Ask for the report number.",
    "if_refused": "Ask for the officer in charge.",
    "effective_from": date(2026, 1, 1),
    "effective_until": date(2026, 12, 31),
}


def said(protocol: Protocol) -> str:
    return fingerprints(protocol)["report_to_police"]


def test_every_field_of_a_rule_has_its_case():
    assert set(CHANGES) == {field.name for field in fields(DutyRule)}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_any_field_of_any_of_its_rules_changes_it(name):
    before = fingerprint([STATE, FEDERAL], calendar="us")

    for changed in (
        [replace(STATE, **{name: CHANGES[name]}), FEDERAL],
        [STATE, replace(FEDERAL, **{name: CHANGES[name]})],
    ):
        assert fingerprint(changed, calendar="us") != before


@pytest.mark.parametrize(
    "within",
    [Length(3), Length(2, Unit.CALENDAR_DAYS), Length(2, immediately=True), Length(None), None],
    ids=str,
)
def test_a_change_within_a_length_changes_it(within):
    assert said(replace(MISSOURI, rules=(replace(STATE, within=within),))) != said(MISSOURI)


def test_one_more_rule_about_the_duty_changes_it():
    more = replace(STATE, only_if=(Clause(13),), within=Length(1))

    assert said(replace(MISSOURI, rules=(STATE, more))) != said(MISSOURI)


def test_a_change_of_the_base_changes_it_because_the_base_holds_too():
    changed = replace(BASE, rules=(replace(FEDERAL, within=Length(12)),))

    assert said(replace(MISSOURI, base=changed)) != said(MISSOURI)


def test_the_order_of_rules_and_the_version_of_the_file_do_not_count():
    other = replace(STATE, code="tell_the_court")
    here = replace(MISSOURI, rules=(STATE, other))
    turned = replace(MISSOURI, rules=(other, STATE), version="2", name="The State of Missouri")

    assert fingerprints(turned) == fingerprints(here)
    assert fingerprint([STATE, FEDERAL], calendar="us") == fingerprint(
        [FEDERAL, STATE], calendar="us"
    )


def test_the_holidays_count_where_a_clock_runs_by_business_days_and_only_there():
    by_days = replace(MISSOURI, rules=(replace(STATE, within=Length(1, Unit.BUSINESS_DAYS)),))

    assert said(replace(MISSOURI, calendar="us-mo")) == said(MISSOURI)
    assert said(replace(by_days, calendar="us-mo")) != said(by_days)


def test_it_stays_what_it_was_when_the_language_learns_a_new_optional_word():
    """A release that changes this value lapses every confirmation of every agency."""
    assert said(MISSOURI) == "fbbfd94971529ec44d8cc8ae1e55675a63356d940e14b4c90ea766a0636789a0"


def test_it_is_the_same_in_every_process():
    program = (
        "from pathlib import Path; from casework.policies.protocols import load_protocols;"
        "from casework.policies.fingerprint import fingerprints;"
        f"print(fingerprints(load_protocols([Path({str(SHIPPED)!r})])['us-fl']))"
    )

    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert printed == {f"{dict(fingerprints(load_protocols([SHIPPED])['us-fl']))}\n"}


def test_no_two_shipped_duties_of_one_protocol_read_alike():
    for protocol in load_protocols([SHIPPED]).values():
        all_said = fingerprints(protocol)
        assert set(all_said) == set(rules_by_duty(protocol))
        assert len(set(all_said.values())) == len(all_said)
