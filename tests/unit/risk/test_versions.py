"""Rulesets: a published version stays what it was, and an old assessment can be made again."""

from dataclasses import replace

import pytest

from risk import Answer, EpisodeFacts, RiskFileError, UnknownItem, changes, ruleset, versions
from risk.checklist_files import load_checklists
from risk.engine import conclude
from risk.items import Checklist

NOTHING = EpisodeFacts()


def next_year(checklists: dict[str, Checklist]) -> dict[str, Checklist]:
    """The checklists after a version that retired one pull and brought another."""
    pull = checklists["pull"]
    old = next(item for item in pull.items if item.key == "pull.location")
    items = [replace(item, retired_in="2027.1") if item is old else item for item in pull.items]
    items.append(replace(old, key="pull.transport", added_in="2027.1"))
    return {
        code: replace(checklist, version="2027.1") for code, checklist in checklists.items()
    } | {"pull": replace(pull, version="2027.1", items=tuple(items))}


def test_the_current_version_is_published_with_its_digest():
    current = ruleset()

    assert versions.PUBLISHED[current.version] == current.digest


def test_every_published_version_can_still_be_built():
    for version, digest in versions.PUBLISHED.items():
        assert ruleset(version).digest == digest


def test_a_new_version_leaves_the_old_one_as_it_was():
    old = ruleset()
    later = next_year(dict(load_checklists()))

    again = versions.build(later, "2026.1")
    said = {"sign.controlled": Answer.YES, "pull.location": Answer.YES}

    assert again.digest == old.digest
    assert conclude(again, said, NOTHING) == conclude(old, said, NOTHING)


def test_a_retired_item_is_answered_under_its_own_version_only():
    new = versions.build(next_year(dict(load_checklists())), "2027.1")

    with pytest.raises(UnknownItem, match=r'2027\.1 does not ask "pull.location": it belongs to'):
        conclude(new, {"pull.location": Answer.YES}, NOTHING)


def test_changes_between_versions_are_told():
    later = next_year(dict(load_checklists()))

    told = changes(versions.build(later, "2026.1"), versions.build(later, "2027.1"))

    assert told.items_added == ("pull.transport",)
    assert told.items_retired == ("pull.location",)
    assert told.rules_added == told.rules_retired == ()


def test_better_words_and_another_order_leave_the_digest_alone():
    checklists = dict(load_checklists())
    push = checklists["push"]
    items = [
        replace(item, order=-item.order, source="Another place") for item in reversed(push.items)
    ]

    reworded = versions.build({**checklists, "push": replace(push, items=tuple(items))}, "2026.1")

    assert reworded.digest == ruleset().digest


def test_a_published_version_that_was_changed_stops_with_what_to_do(monkeypatch):
    monkeypatch.setitem(versions.PUBLISHED, "2026.1", "0" * 16)

    with pytest.raises(RiskFileError, match="give it a new version"):
        ruleset.__wrapped__("2026.1")


def test_an_item_that_no_rule_looks_at_is_refused():
    checklists = dict(load_checklists())
    danger = checklists["danger"]
    items = (*danger.items, replace(danger.items[0], key="danger.new"))

    with pytest.raises(ValueError, match=r'No rule looks at "danger.new": add one to risk/rules/'):
        versions.build({**checklists, "danger": replace(danger, items=items)}, "2026.1")
