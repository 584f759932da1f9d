"""`./run manage explain_protocol`: what is due when, as a table and as JSON."""

import json
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from casework.operations.protocols import protocols_in_use

TOLD = "--told=2026-03-07T13:52"


def table(*words: str) -> str:
    out = StringIO()
    call_command("explain_protocol", *words, stdout=out)
    return out.getvalue()


def duties(*words: str) -> dict[str, dict]:
    rows = json.loads(table(*words, "--format=json"))
    return {row["code"]: row for row in rows}


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as raised:
        table(*words)
    return str(raised.value)


def test_json_says_what_is_due_by_which_rule_and_source():
    row = duties("us-mo", TOLD, "--determined=2026-03-07T14:52")["report_to_police"]

    assert row["title"] == "Report to police"
    assert row["anchor"] == "determined_missing"
    assert row["due"] == "2026-03-07T16:52:00-06:00"
    assert row["rule"] == "within 2 hours after the agency decided that the youth is missing"
    assert row["source"].startswith("Missouri Child Welfare Manual 4.8.3")
    assert row["verified"] == "source_seen"
    assert row["provisional"] is False
    assert [other["jurisdiction"] for other in row["considered"]] == ["us-mo", "us"]


def test_a_duty_without_a_set_time_has_no_due():
    assert duties("us-mo", TOLD)["tell_parents"]["due"] is None


def test_an_unknown_anchor_is_provisional_and_says_why():
    row = duties("us-mo", TOLD)["report_to_ncmec"]

    assert (row["provisional"], row["counted_from"]) == (True, "told")
    assert "is not known yet" in row["open_questions"][0]
    assert "PROVISIONAL" in table("us-mo", TOLD)


def test_the_table_is_for_people():
    words = table("us", TOLD, "--tz=America/Chicago")

    assert "Sun Mar 8" in words
    assert "2:52 p.m. CDT" in words
    assert "Report to NCMEC (report_to_ncmec)" in words
    assert "Required by law, source seen. 42 USC 671(a)(35)(B)" in words


def test_times_are_told_in_the_zone_asked_for_and_else_in_that_of_the_place():
    assert duties("us-wa", TOLD)["report_to_ncmec"]["due"].endswith("-07:00")
    assert duties("us-wa", TOLD, "--tz=America/Chicago")["report_to_ncmec"]["due"].endswith(
        "-05:00"
    )


def test_conditions_and_age_are_heeded():
    suspected = "--suspected=2026-03-07T13:00"

    exigent = duties("us-fl", TOLD, suspected, "--condition=exigent")["report_to_police"]
    usual = duties("us-fl", TOLD, suspected, "--condition=not-exigent")["report_to_police"]
    young = duties("us-fl", TOLD, suspected, "--age=12")["report_to_police"]

    assert exigent["rule"].startswith("immediately, never later than 4 hours")
    assert exigent["target"] == "2026-03-07T13:00:00-05:00"
    assert usual["rule"].startswith("within 4 hours")
    assert usual["target"] == usual["due"] == "2026-03-07T17:00:00-05:00"
    assert (young["rule"], young["provisional"]) == (exigent["rule"], False)


def test_a_recurring_duty_lists_when_it_comes_back():
    row = duties("us-fl", TOLD, "--suspected=2026-03-07T13:00")["search_weekly"]

    days = [datetime.fromisoformat(due).day for due in row["repeats"]["due"]]
    assert (row["repeats"]["words"], days) == ("weekly for the first 30 days", [14, 21, 28, 4])


def test_return_duties_come_with_the_return():
    assert "tell_court_of_return" not in duties("us-tx", TOLD)

    row = duties("us-tx", TOLD, "--returned=2026-03-09T10:00")["tell_court_of_return"]

    assert row["due"] == "2026-03-10T10:00:00-05:00"


def test_another_calendar_can_be_asked_for():
    words = ("us-wa", "--told=2026-11-25T14:00", "--condition=gone-overnight")

    state = duties(*words)["hold_supervisor_staffing"]["due"]
    federal = duties(*words, "--calendar=us")["hold_supervisor_staffing"]["due"]

    assert (state[:10], federal[:10]) == ("2026-12-01", "2026-11-30")


@pytest.mark.parametrize("code", sorted(protocols_in_use()))
def test_every_jurisdiction_can_be_explained(code):
    rows = duties(code, TOLD, "--located=2026-03-09T10:00", "--flagged=2026-03-08T10:00")

    assert {"report_to_police", "report_to_ncmec", "tell_police_of_return"} <= rows.keys()
    for row in rows.values():
        assert row["source"]
        assert row["due"] is None or datetime.fromisoformat(row["due"]).utcoffset() is not None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["us-zz", TOLD], 'no protocol "us-zz". These are known: us, us-ak'),
        (["us", "--told=noon"], '--told: "noon" is not a time: write it like'),
        (["us", "--told=2026-11-01T01:30", "--tz=America/Chicago"], "happened twice"),
        (["us", "--told=2026-03-08T02:30", "--tz=America/Chicago"], "does not exist"),
        (["us", TOLD, "--tz=Chicago"], 'no time zone "Chicago"'),
        (["us", TOLD, "--condition=rain"], 'one. These are known, each with or without "not-"'),
        (["us", TOLD, "--condition=exigent", "--condition=not-exigent"], "both Yes and No"),
        (["us", TOLD, "--calendar=us-zz"], 'no holiday calendar "us-zz"'),
        (["us", TOLD, "--age=200"], "age in years"),
        (["us", TOLD, "--last-seen=2026-03-08T13:00"], "--last-seen is later than --told"),
        (
            ["us", TOLD, "--located=2026-03-09T13:00", "--returned=2026-03-09T12:00"],
            "--located is later than --returned",
        ),
        (["us"], "--told"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_write(words, said):
    assert said in refusal(*words)
