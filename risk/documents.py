"""The documents that sources cite by number, as in "[004] criteria 1"."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from risk.errors import RiskFileError

FOLDER = Path(__file__).parent / "checklists"
_CITED = re.compile(r"\[(\d+)\]", re.ASCII)


class UnknownDocument(ValueError):
    """A source cites a document that is not listed."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document by its number."""

    number: str
    title: str
    publisher: str

    @property
    def short(self) -> str:
        """Its title up to a colon, for a citation."""
        return f"“{self.title.partition(':')[0]}”"


def load_documents(folder: Path = FOLDER) -> Mapping[str, Document]:
    """The documents of a folder by their numbers. Raises RiskFileError."""
    path = folder / "documents.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            number: Document(number, words["title"], words["publisher"])
            for number, words in values.items()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RiskFileError(
            path, 1, f'Each document is a block like [004] with "title" and "publisher". {error!r}'
        ) from error


def cited(source: str) -> tuple[str, ...]:
    """The numbers of the documents that a source cites, in their order."""
    return tuple(_CITED.findall(source))


def in_words(source: str, documents: Mapping[str, Document]) -> str:
    """A source with each document by its title. Raises UnknownDocument."""
    for number in cited(source):
        if number not in documents:
            raise UnknownDocument(
                f"cites [{number}], which is not in documents.toml: "
                f"use one of {', '.join(documents)}"
            )
    return _CITED.sub(lambda found: documents[found[1]].short, source)
