"""The rules, all versions of them. A rule is a sentence, a source and a named predicate.

A rule's meaning is for ever: retire it (`retired_in`) and add another with a new code. Its words may
get better.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from risk.findings import Mark
from risk.items import Item, Verified
from risk.predicates import Predicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `raises` is None where it states a fact that is worth saying and raises nothing."""

    code: str
    says: str
    """The rule in words, as it stands beside a flag."""
    source: str
    verified: Verified = Verified.SOURCE_SEEN
    raises: Mark | None
    when: Predicate
    to_do: str
    """What staff do differently because of it."""
    needs_second_person: bool = False
    added_in: str = "2026.1"
    retired_in: str = ""
    keys: frozenset[str] = field(init=False, repr=False)
    """Every item and fact that it looks at."""

    def __post_init__(self) -> None:
        keys = list(self.when.all_keys())
        if len(keys) != len(set(keys)):
            # What is still missing for a rule is counted on the promise that no key stands twice.
            raise ValueError(f"Rule {self.code} looks at one key twice")
        object.__setattr__(self, "keys", frozenset(keys))


@dataclass(frozen=True, slots=True)
class ItemKeys:
    """The items of one version, as rules speak of them."""

    items: Mapping[str, Item]

    @property
    def push(self) -> tuple[str, ...]:
        """Everything a youth may need to get away from."""
        return tuple(key for key, item in self.items.items() if item.checklist == "push")

    @property
    def pull(self) -> tuple[str, ...]:
        """Everything a youth may go toward."""
        return tuple(key for key, item in self.items.items() if item.checklist == "pull")

    @property
    def seen_signs(self) -> tuple[str, ...]:
        """The signs that somebody saw or heard: those of which people are asked."""
        return tuple(
            key for key, item in self.items.items() if item.checklist == "sign" and item.is_asked
        )
