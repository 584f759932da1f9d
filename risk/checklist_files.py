"""The checklists, read from their files and checked as a whole; a fault names its file and line.

A file with any fault is refused: a question that quietly drops out of a checklist would be a
danger that nobody asks about.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from risk.documents import FOLDER, Document, UnknownDocument, cited, in_words, load_documents
from risk.items import (
    USUAL_LANGUAGE,
    AnsweredBy,
    Checklist,
    Item,
    ItemWords,
    Verified,
    When,
    version_order,
)
from risk.toml_file import Block, read_blocks

_FILES = {"danger": "danger.toml", "sign": "signs.toml", "pull": "pull.toml", "push": "push.toml"}
_ITEM_KEYS = (
    *("key", "when", "order", "answered_by", "source", "verified", "added_in", "retired_in"),
)
_WORD_KEYS = ("question", "statement", "help", "why", "evidence", "follow_up")
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?", re.ASCII)


def load_checklists(folder: Path = FOLDER) -> Mapping[str, Checklist]:
    """The checklists of a folder by their code; what changes the next hours comes first.

    Raises RiskFileError at the first fault.
    """
    documents = load_documents(folder)
    checklists: dict[str, Checklist] = {}
    seen: dict[str, Item] = {}
    for code, name in _FILES.items():
        top, blocks = read_blocks(folder / name, "item")
        checklist = _checklist(code, top)
        items = [_item(block, checklist, seen, documents) for block in blocks]
        items.sort(key=lambda item: (item.order, item.key))
        first = next(iter(checklists.values()), checklist)
        if checklist.version != first.version:
            raise top.error(
                f'"version" must be "{first.version}", the same as in {_FILES[first.code]}',
                "version",
            )
        checklists[code] = Checklist(code, checklist.version, checklist.names, tuple(items))
    return checklists


def _checklist(code: str, top: Block) -> Checklist:
    """The checklist as its top states it, without items."""
    if top.text("checklist") != code:
        raise top.error(f'"checklist" must be "{code}" in this file', "checklist")
    names = {}
    for language, block in top.tables():
        _check_language(language, top)
        block.refuse_other_keys(("name", "intro"))
        names[language] = (block.text("name"), block.text("intro"))
    _need_usual_language(names, top, f"[{USUAL_LANGUAGE}]")
    top.refuse_other_keys(("checklist", "version", *names))
    return Checklist(code, _version(top, "version"), names, ())


def _item(
    block: Block, checklist: Checklist, seen: dict[str, Item], documents: Mapping[str, Document]
) -> Item:
    texts = {}
    for language, words in block.tables():
        _check_language(language, block)
        words.refuse_other_keys(_WORD_KEYS)
        texts[language] = ItemWords(**{key: words.text(key) for key in _WORD_KEYS})
    _need_usual_language(texts, block, f"[item.{USUAL_LANGUAGE}]")
    block.refuse_other_keys((*_ITEM_KEYS, *texts))
    try:
        source = in_words(block.text("source"), documents)
    except UnknownDocument as error:
        raise block.error(f'"source" {error}', "source") from None
    item = Item(
        key=_key(block, checklist, seen),
        when=block.choice("when", When),
        order=block.number("order"),
        answered_by=block.choice("answered_by", AnsweredBy, default=AnsweredBy.PEOPLE),
        source=source,
        cites=cited(block.text("source")),
        verified=block.choice("verified", Verified),
        added_in=_version(block, "added_in"),
        retired_in=_version(block, "retired_in") if "retired_in" in block.values else "",
        texts=texts,
    )
    for key in ("added_in", "retired_in"):
        if version_order(getattr(item, key) or item.added_in) > version_order(checklist.version):
            raise block.error(
                f'"{key}" is later than the file\'s version, {checklist.version}', key
            )
    if item.retired_in and version_order(item.retired_in) <= version_order(item.added_in):
        raise block.error('"retired_in" must be later than "added_in"', "retired_in")
    seen[item.key] = item
    return item


def _key(block: Block, checklist: Checklist, seen: Mapping[str, Item]) -> str:
    key = block.text("key")
    if not re.fullmatch(rf"{checklist.code}\.[a-z][a-z0-9_]*", key, re.ASCII):
        raise block.error(f'"key" must be written like "{checklist.code}.some_words"', "key")
    if key in seen:
        retired = seen[key].retired_in
        raise block.error(
            f'"{key}" was retired in {retired}, and a key is never used again: choose a new one'
            if retired
            else f'There is an item "{key}" already: choose a new key',
            "key",
        )
    return key


def _version(block: Block, key: str) -> str:
    version = block.text(key)
    try:
        version_order(version)
    except ValueError:
        raise block.error(f'"{key}" must be a version like "2026.1"', key) from None
    return version


def _check_language(language: str, block: Block) -> None:
    if not _LANGUAGE.fullmatch(language):
        raise block.error(f'Unknown table "{language}": name a language, like [item.es]', language)


def _need_usual_language(texts: Mapping[str, object], block: Block, name: str) -> None:
    if USUAL_LANGUAGE not in texts:
        raise block.error(f"The English words are missing here: write a block {name}")
