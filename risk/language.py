"""A gentle check on words: names the word, why, and what to write instead. It never blocks.

Running is something a youth did and never who they are; labels shift blame onto a child and lower
urgency. What stands within double quotes, "like this" or “like this”, is taken for the youth's own
words and left alone.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from risk.documents import UnknownDocument, in_words, load_documents
from risk.items import Verified
from risk.toml_file import Block, read_blocks

FILE = Path(__file__).parent / "language.toml"
_KEYS = ("forms", "except", "why", "instead", "source", "verified")
_STANDS_FOR = {
    "{youth}": "she|he|they|(?:the|this|our) (?:youth|child|teen|teenager|kid|girl|boy|minor|client)",
    "{self}": "herself|himself|themself|themselves|yourself",
}
# A straight quote opens only after white space or a bracket: 5'10" is a height. One that is never
# closed quotes nothing, and no quote goes on past the end of a paragraph.
_QUOTED = re.compile(r'“[^”“\n]*”|(?<![^\s(\[—–-])"(?=\S)[^"\n]*(?<=\S)"')


@dataclass(frozen=True, slots=True)
class Word:
    """An entry of the list."""

    forms: tuple[str, ...]
    exceptions: tuple[str, ...]
    why: str
    instead: str
    source: str
    verified: Verified


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A word in a text: `text[start:end]`, as it was written."""

    start: int
    end: int
    word: str
    why: str
    instead: str
    source: str


def find_words(text: str) -> list[FoundWord]:
    """The words of a text that could be better, in their order, none inside another."""
    search, entries = _search()
    # Quotes become blanks of the same length, so that places in the text stay what they are.
    unquoted = _QUOTED.sub(lambda quote: " " * len(quote[0]), text.replace("’", "'"))
    return [
        FoundWord(
            found.start(),
            found.end(),
            text[slice(*found.span())],
            entry.why,
            entry.instead,
            entry.source,
        )
        for found in search.finditer(unquoted)
        if (entry := entries.get(found.lastgroup or ""))
    ]


@cache
def load_words(path: Path = FILE) -> tuple[Word, ...]:
    """The list. Raises RiskFileError, which names file and line."""
    top, blocks = read_blocks(path, "word")
    top.refuse_other_keys(())
    documents = load_documents()
    seen: dict[str, int] = {}

    def read(block: Block) -> Word:
        block.refuse_other_keys(_KEYS)
        forms = block.texts("forms")
        for form in forms:
            if form.lower() in seen:
                raise block.error(f'"{form}" stands in line {seen[form.lower()]} already', "forms")
            if unknown := set(re.findall(r"\{.*?\}", form)) - _STANDS_FOR.keys():
                raise block.error(
                    f'"{min(unknown)}" stands for nothing: use {" or ".join(_STANDS_FOR)}', "forms"
                )
            seen[form.lower()] = block.key_lines["forms"]
        try:
            source = in_words(block.text("source"), documents)
        except UnknownDocument as error:
            raise block.error(f'"source" {error}', "source") from None
        return Word(
            forms=forms,
            exceptions=block.texts("except") if "except" in block.values else (),
            why=block.text("why"),
            instead=block.text("instead"),
            source=source,
            verified=block.choice("verified", Verified),
        )

    return tuple(read(block) for block in blocks)


@cache
def _search() -> tuple[re.Pattern[str], Mapping[str, Word]]:
    """One expression for the whole list, and the entry that each of its groups stands for.

    Exceptions come first, in no group: whatever begins there is left alone.
    """
    entries = {f"word{number}": word for number, word in enumerate(load_words())}
    left_alone = _either(form for word in entries.values() for form in word.exceptions)
    groups = [f"(?P<{group}>{_either(word.forms)})" for group, word in entries.items()]
    return re.compile(rf"\b(?:{left_alone}|{'|'.join(groups)})(?!\w)", re.IGNORECASE), entries


def _either(forms: Iterable[str]) -> str:
    """Any of these forms, longer ones first, so that the longest is found."""
    return "|".join(_pattern(form) for form in sorted(forms, key=lambda form: (-len(form), form)))


def _pattern(form: str) -> str:
    pattern = r"\s+".join(re.escape(part) for part in form.split(" "))
    for name, words in _STANDS_FOR.items():
        pattern = pattern.replace(re.escape(name), f"(?:{words})".replace(" ", r"\s+"))
    return pattern
