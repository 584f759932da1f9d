"""docs/risk-rules.md: everything that a practice lead must be able to question."""

from pathlib import Path

from risk import ruleset
from risk.document import document
from risk.language import load_words

PAGE = document()
WRITTEN = Path(__file__).parents[3] / "docs" / "risk-rules.md"


def test_the_page_in_docs_is_not_stale():
    assert WRITTEN.read_text(encoding="utf-8") == PAGE


def test_every_rule_item_word_and_source_stands_in_it():
    rules = ruleset()

    for rule in rules.rules:
        assert f"| {rule.code} | {rule.says}" in PAGE
        assert rule.source in PAGE
        assert rule.to_do in PAGE
    for item in rules.items.values():
        assert f"{item.words().question} `{item.key}`" in PAGE
        assert item.source in PAGE
    for reading in rules.readings:
        assert reading.sentence in PAGE
    for word in load_words():
        assert word.instead in PAGE


def test_it_names_its_version():
    rules = ruleset()

    assert f"Version **{rules.version}** (digest `{rules.digest}`)" in PAGE
