"""A checklist item as its file states it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

USUAL_LANGUAGE = "en"


class When(StrEnum):
    """When an item is asked."""

    TONIGHT = "tonight"
    """It can change what is done in the first hours."""
    LATER = "later"


class AnsweredBy(StrEnum):
    """Where an item's answer comes from."""

    PEOPLE = "people"
    RECORD = "record"
    """Worked out from the youth's record: nobody is asked."""
    ANSWERS = "answers"
    """Worked out from other answers."""


class Verified(StrEnum):
    """Whether whoever wrote an item or a rule read its source."""

    SOURCE_SEEN = "source_seen"
    UNVERIFIED = "unverified"

    @property
    def words(self) -> str:
        """As it stands in a table."""
        return {"source_seen": "source seen", "unverified": "not verified"}[self.value]


@dataclass(frozen=True, slots=True)
class ItemWords:
    """An item in one language."""

    question: str
    """Answered Yes or No about the youth."""
    statement: str
    """What a Yes means, as it follows "because"."""
    help: str
    why: str
    evidence: str
    """What to write down beside the answer."""
    follow_up: str
    """What to ask after a Yes."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a checklist. Its key and meaning are for ever; its words may get better."""

    key: str
    when: When
    order: int
    answered_by: AnsweredBy
    source: str
    """Where it is written, documents by their titles."""
    cites: tuple[str, ...]
    """The numbers of the documents cited, like ("004", "001")."""
    verified: Verified
    added_in: str
    retired_in: str
    """The version that took it away; empty while it is in use."""
    texts: Mapping[str, ItemWords]

    @property
    def checklist(self) -> str:
        """The checklist it belongs to: push, pull, sign or danger."""
        return self.key.partition(".")[0]

    @property
    def is_asked(self) -> bool:
        """Whether people are asked; otherwise the answer is worked out."""
        return self.answered_by is AnsweredBy.PEOPLE

    def words(self, language: str = USUAL_LANGUAGE) -> ItemWords:
        """The item in a language, or in English where it has not been put into that language."""
        return self.texts.get(language) or self.texts[USUAL_LANGUAGE]


@dataclass(frozen=True, slots=True)
class Checklist:
    """A file of items, in their order, those retired among them."""

    code: str
    version: str
    names: Mapping[str, tuple[str, str]]
    """Its name and its introduction, by language."""
    items: tuple[Item, ...]

    def name(self, language: str = USUAL_LANGUAGE) -> str:
        """What stands above the checklist."""
        return (self.names.get(language) or self.names[USUAL_LANGUAGE])[0]

    def intro(self, language: str = USUAL_LANGUAGE) -> str:
        """One or two sentences under the name."""
        return (self.names.get(language) or self.names[USUAL_LANGUAGE])[1]


def version_order(version: str) -> tuple[int, ...]:
    """A version like "2026.1" as numbers to compare. Raises ValueError for another form."""
    numbers = tuple(int(part) for part in version.split("."))
    if len(numbers) != 2 or min(numbers) < 1:
        raise ValueError(version)
    return numbers


def in_force(version: str, *, added_in: str, retired_in: str) -> bool:
    """Whether something added in one version and retired in another belongs to this version."""
    now = version_order(version)
    return version_order(added_in) <= now and not (retired_in and version_order(retired_in) <= now)
