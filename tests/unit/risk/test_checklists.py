"""The items: nothing left out, each with its source, plain and the same for every youth."""

import re
from pathlib import Path

import pytest

from risk import When, ruleset
from risk.documents import load_documents
from risk.language import find_words

RULES = ruleset()
ITEMS = list(RULES.items.values())

# Every row of the inventory of the five documents: the key, and the documents it is drawn from.
INVENTORY = {
    "push.abuse_neglect": "004 001",
    "push.family_conflict": "004",
    "push.household_substance_use": "004",
    "push.supervision_gap": "004",
    "push.placement_disruption": "004 002",
    "push.mental_health": "004 000 002",
    "push.unstable_housing": "004",
    "push.isolation": "004 000",
    "push.self_worth": "004 000",
    "push.school_barriers": "004",
    "push.violence_exposure": "004 001",
    "push.unsafe_here": "002 000",
    "pull.online_contact": "003 004",
    "pull.online_romance": "003",
    "pull.risky_online": "004",
    "pull.belonging": "000 001",
    "pull.older_person": "004",
    "pull.promised_work": "004 001",
    "pull.gifts_attention": "001",
    "pull.risky_peers": "004",
    "pull.perceived_safety": "000",
    "pull.location": "004",
    "sign.known_exploiter": "004",
    "sign.exploited": "004",
    "sign.met_online_left": "003",
    "sign.controlled": "001",
    "sign.branding": "004",
    "sign.behaviour_change": "004",
    "sign.frequent_runs": "004 000",
    "sign.family_trafficking": "004",
    "sign.organized_crime": "004",
    "sign.from_care": "002 001",
    "sign.push_and_pull": "000",
    "sign.substance_street": "003",
}
DANGERS = {
    "danger.age_12_or_under",
    "danger.medicine_or_care",
    "danger.pregnancy",
    "danger.self_harm",
    "danger.incapacity",
    "danger.taken",
    "danger.dangerous_company",
    "danger.weapon_or_threat",
    "danger.drug_dependency",
    "danger.out_of_pattern",
    "danger.weather",
}
# Every numbered criterion and home characteristic of document 004.
PLACES = {
    *(f"criteria {number}" for number in range(1, 12)),
    *(f"home {number}" for number in range(1, 10)),
}


def test_every_row_of_the_inventory_is_an_item_with_its_documents():
    assert {item.key: set(item.cites) for item in ITEMS if item.checklist != "danger"} == {
        key: set(documents.split()) for key, documents in INVENTORY.items()
    }


def test_every_danger_that_reports_ask_for_is_an_item():
    assert {item.key for item in ITEMS if item.checklist == "danger"} == DANGERS


def test_every_criterion_and_characteristic_of_the_longest_document_is_cited():
    cited = {
        f"{place} {number}"
        for item in ITEMS
        if "004" in item.cites
        for place, number in re.findall(r"(criteria|home) (\d+)", item.source)
    }

    assert cited >= PLACES


def test_items_cite_documents_by_title():
    titles = [document.short for document in load_documents().values()]

    for item in ITEMS:
        assert not re.search(r"\[\d+\]", item.source)
        assert item.checklist == "danger" or any(title in item.source for title in titles)


def test_people_are_asked_at_least_once_about_each_checklist_tonight():
    assert {item.checklist for item in RULES.tonight} == {"push", "pull", "sign", "danger"}
    assert all(item.when is When.TONIGHT for item in ITEMS if item.checklist == "danger")


def syllables(word: str) -> int:
    groups = re.findall(r"[aeiouy]+", re.sub(r"(?<=[^l])e$|(?<=[^td])ed$|es$", "", word.lower()))
    return max(1, len(groups))


def grade(question: str) -> float:
    """The Flesch-Kincaid grade of one sentence, with syllables counted by their vowels."""
    words = re.findall(r"[A-Za-z']+", question)
    return 0.39 * len(words) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.key)
def test_questions_are_plain(item):
    words = item.words()

    assert words.question.endswith("?")
    assert words.question.split()[0] in {"Has", "Is", "Do", "Does", "Did", "While"}
    assert grade(words.question) <= 8
    assert words.why.endswith(".")
    assert not words.statement.endswith(".")
    assert words.statement[0].islower()


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.key)
def test_words_are_the_same_for_every_youth_and_blame_nobody(item):
    words = item.words()
    texts = (words.question, words.statement, words.help, words.why, words.evidence)

    for text in (*texts, words.follow_up):
        assert find_words(text) == []
        assert not re.search(r"\b(he|she|his|him|race|gender)\b", text, re.IGNORECASE)
    assert not re.search(r"\b(boys?|girls?)\b", words.question, re.IGNORECASE)


def test_a_second_language_stands_beside_the_first(tmp_path: Path):
    from risk.checklist_files import FOLDER, load_checklists

    for file in FOLDER.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "danger.toml").open("a", encoding="utf-8") as danger:
        danger.write(
            '[item.es]\nquestion = "¿Q?"\nstatement = "s"\nhelp = "h"\nwhy = "w"\n'
            'evidence = "e"\nfollow_up = "f"\n'
        )

    items = {item.key: item for item in load_checklists(tmp_path)["danger"].items}

    assert items["danger.age_12_or_under"].words("es").question == "¿Q?"
    assert items["danger.weather"].words("es") == items["danger.weather"].words("en")
