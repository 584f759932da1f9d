"""Assessments in sentences."""

import pytest

from risk import Answer, EpisodeFacts, assess, explain, headline, what_changed
from risk.explain import ALWAYS
from tests.unit.risk.tables import answers, facts, rows

CASES = [
    row
    for table in ("endangerment.csv", "public_cases.csv", "synthetic_cases.csv")
    for row in rows(table)
]


def test_a_flag_says_because_of_what():
    assessment = assess({"sign.met_online_left": Answer.YES}, EpisodeFacts())

    assert headline(assessment) == (
        "Likely trafficking, because the youth left to meet someone they met online. "
        "Not fully assessed: 1 of 24 questions for tonight are answered."
    )


def test_danger_and_trafficking_each_have_their_sentence_and_a_reason_stands_once():
    said = {"sign.exploited": Answer.YES, "danger.pregnancy": Answer.YES}

    said_of_it = headline(assess(said, EpisodeFacts()))

    assert said_of_it.startswith("Likely trafficking, because someone has used the youth for sex")
    assert "Endangered, because the youth is or may be pregnant" in said_of_it
    assert said_of_it.count("someone has used the youth") == 1
    assert "Signs present" not in said_of_it


def test_all_unknown_reads_not_assessed():
    said_of_it = headline(assess(answers("everything don't know"), EpisodeFacts()))

    assert said_of_it == "Not assessed: 0 of 24 questions for tonight are answered."


def test_all_no_reads_no_flag_so_far_and_urgent_all_the_same():
    said_of_it = headline(assess(answers("everything no"), EpisodeFacts()))

    assert said_of_it.startswith("No flag so far: 24 of 24 questions for tonight are answered.")
    assert said_of_it.endswith(ALWAYS)


def test_the_whole_explanation_has_facts_unknowns_and_what_could_change():
    told = explain(assess({}, EpisodeFacts(from_care=True, age=15)))

    assert told.findings[0].startswith("On record: the youth is missing from foster care")
    assert "Rule R1" in told.findings[0]
    assert told.not_known.startswith("Not known yet: 41 questions; how long the youth")
    assert told.could_change[0].startswith("Does the youth need medicine")
    assert len([line for line in told.lines if line.startswith("A Yes could change")]) == 5
    assert "So could a Yes to 36 more of the questions." in told.lines
    assert told.lines[-1] == ALWAYS


def test_what_changed_names_new_and_lost_findings_with_reasons():
    before = assess({"sign.branding": Answer.YES}, EpisodeFacts())
    after = assess({"danger.taken": Answer.YES}, EpisodeFacts())

    assert what_changed(before, before) == ()
    assert what_changed(before, after) == (
        "Found now: There is reason to think that someone took the youth. Because there is reason "
        "to think that someone took the youth or holds them against their will.",
        "No longer found: There is at least one sign that somebody saw or heard.",
    )


@pytest.mark.parametrize("row", CASES, ids=[row["case"] for row in CASES])
def test_nothing_says_or_implies_that_danger_is_low(row):
    told = " ".join(explain(assess(answers(row["answers"]), facts(row["facts"]))).lines).lower()

    for words in ("low risk", "no risk", "no danger", "not at risk", "unlikely", " safe.", "score"):
        assert words not in told
    assert ALWAYS.lower() in told
