"""A ruleset: the items and rules of one version, and the digest that proves they are the same.

An assessment names its version, so that it can be made again years later with the same findings.
Therefore a published version's items and rules may not change; a digest over their meaning holds
that promise. Wording, help and order may change, and so may what is asked tonight.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

from risk.checklist_files import load_checklists
from risk.documents import FOLDER, in_words, load_documents
from risk.errors import RiskFileError, UnknownVersion
from risk.items import Checklist, Item, When, in_force, version_order
from risk.record import READINGS, Reading
from risk.rules import ItemKeys, Rule
from risk.rules.danger import danger_rules
from risk.rules.facts import fact_rules
from risk.rules.signs import signs_rules
from risk.rules.trafficking import trafficking_rules

PUBLISHED = {
    "2026.1": "bf7805412f869f73",
}
"""Every version in use, with its digest. Add one; never change one."""

_RULES = (trafficking_rules, danger_rules, signs_rules, fact_rules)


@dataclass(frozen=True)
class Ruleset:
    """The checklists, readings of the record and rules of one version."""

    version: str
    digest: str
    items: Mapping[str, Item]
    """By key, in the order in which they are asked."""
    rules: tuple[Rule, ...]
    readings: tuple[Reading, ...]
    checklists: Mapping[str, Checklist]
    asked: tuple[Item, ...]
    """The items that people answer."""
    tonight: tuple[Item, ...]
    """Those of them that are asked tonight."""
    place: Mapping[str, tuple[bool, int]]
    """Where each stands when items are sorted: tonight's first, then in their order."""

    def rule(self, code: str) -> Rule:
        """The rule with this code. Raises KeyError."""
        for rule in self.rules:
            if rule.code == code:
                return rule
        raise KeyError(code)

    def asked_in(self, checklist: str) -> tuple[Item, ...]:
        """The items of a checklist that people answer, in their order."""
        return tuple(item for item in self.asked if item.checklist == checklist)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one version has that another had not, as codes and keys."""

    rules_added: tuple[str, ...]
    rules_retired: tuple[str, ...]
    items_added: tuple[str, ...]
    items_retired: tuple[str, ...]


def current_version() -> str:
    """The version that new assessments are made under: that of the checklist files."""
    return next(iter(_checklists().values())).version


@cache
def ruleset(version: str | None = None) -> Ruleset:
    """The ruleset of a version, by default the current one.

    Raises UnknownVersion, and RiskFileError where a data file is faulty or a published version is
    not what it was.
    """
    wanted = version or current_version()
    if wanted != current_version() and wanted not in PUBLISHED:
        raise UnknownVersion(
            f'There is no ruleset "{wanted}": use one of {", ".join(published_versions())}'
        )
    built = build(_checklists(), wanted)
    if PUBLISHED.get(wanted) != built.digest:
        raise RiskFileError(
            FOLDER,
            1,
            f'The items and rules of "{wanted}" are not those that were published. Undo the change '
            "and give it a new version; or, if this version was never used, write its digest into "
            f'risk/versions.py: "{wanted}": "{built.digest}"',
        )
    return built


def build(checklists: Mapping[str, Checklist], version: str) -> Ruleset:
    """The ruleset of a version out of everything that ever was.

    Raises ValueError where a rule looks at an item that is not in this version, or none looks at
    one that is: an answer that nothing hears would be a danger that nobody is told of.
    """
    documents = load_documents()
    items = {
        item.key: item
        for checklist in checklists.values()
        for item in checklist.items
        if in_force(version, added_in=item.added_in, retired_in=item.retired_in)
    }
    readings = tuple(
        replace(reading, source=in_words(reading.source, documents))
        for reading in READINGS
        if in_force(version, added_in=reading.added_in, retired_in=reading.retired_in)
    )
    keys = ItemKeys(items)
    rules = tuple(
        replace(rule, source=in_words(rule.source, documents))
        for make in _RULES
        for rule in make(keys)
        if in_force(version, added_in=rule.added_in, retired_in=rule.retired_in)
    )
    known = items.keys() | {reading.key for reading in readings}
    looked_at = frozenset[str]().union(*(rule.keys for rule in rules))
    if strangers := looked_at - known:
        raise ValueError(f'A rule looks at "{min(strangers)}", which is not in {version}')
    if unheard := items.keys() - looked_at:
        raise ValueError(f'No rule looks at "{min(unheard)}": add one to risk/rules/')
    asked = tuple(item for item in items.values() if item.is_asked)
    return Ruleset(
        version=version,
        digest=_digest(items, rules, readings),
        items=items,
        rules=rules,
        readings=readings,
        checklists=checklists,
        asked=asked,
        tonight=tuple(item for item in asked if item.when is When.TONIGHT),
        place={item.key: (item.when is When.LATER, at) for at, item in enumerate(asked)},
    )


def changes(old: Ruleset, new: Ruleset) -> Changes:
    """What is different in the newer of two rulesets."""
    old_rules = {rule.code for rule in old.rules}
    new_rules = {rule.code for rule in new.rules}
    return Changes(
        rules_added=tuple(rule.code for rule in new.rules if rule.code not in old_rules),
        rules_retired=tuple(rule.code for rule in old.rules if rule.code not in new_rules),
        items_added=tuple(key for key in new.items if key not in old.items),
        items_retired=tuple(key for key in old.items if key not in new.items),
    )


def published_versions() -> tuple[str, ...]:
    """Every version, oldest first."""
    return tuple(sorted(PUBLISHED, key=version_order))


@cache
def _checklists() -> Mapping[str, Checklist]:
    return load_checklists()


def _digest(
    items: Mapping[str, Item], rules: tuple[Rule, ...], readings: tuple[Reading, ...]
) -> str:
    """Sixteen hexadecimal digits over everything that findings depend on, and over nothing else."""
    lines = [f"{key} {item.answered_by}" for key, item in items.items()]
    lines += [f"{r.key} {r.fact} {r.at_least} {r.at_most}" for r in readings]
    lines += [f"{rule.code} {rule.raises} {rule.when}" for rule in rules]
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]
