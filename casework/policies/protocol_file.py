"""Reading one TOML file so that every complaint can name its line."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)
Read = TypeVar("Read")
HOW_TO_WRITE = (
    'Write texts in quotes, days like 2026-01-31 (only days that exist), lists like ["a", "b"]'
)


class ProtocolError(Exception):
    """A protocol file that cannot be used: `path`, `line` (from 1) and what to write instead."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}, line {line}: {message}")
        self.path, self.line, self.message = path, line, message


@dataclass(frozen=True)
class Table:
    """One table of a file: its values, and the line on which it and each of its keys stand.

    The readers return a value of the right type or raise ProtocolError; those with a default
    return it when the key is absent.
    """

    path: Path
    values: dict[str, Any]
    line: int
    key_lines: dict[str, int]

    def error(self, message: str, key: str = "") -> ProtocolError:
        """The error to raise about this table, or about one of its keys."""
        return ProtocolError(self.path, self.key_lines.get(key, self.line), message)

    def refuse_other_keys(self, known: Collection[str]) -> None:
        """Raise ProtocolError if the table has a key that is not known."""
        for key in self.values:
            if key not in known:
                raise self.error(f'Unknown key "{key}": {one_of(known)}', key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank, on one line."""
        if default is not None and key not in self.values:
            return default
        value = self._required(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f'"{key}" must be a text in quotes, and not empty', key)
        return " ".join(value.split())

    def paragraphs(self, key: str, default: str) -> str:
        """A text whose paragraphs, with a blank line between them, stay apart."""
        if key not in self.values:
            return default
        self.text(key)
        paragraphs = re.split(r"\n[ \t]*\n", self.values[key])
        return "\n\n".join(filter(None, (" ".join(one.split()) for one in paragraphs)))

    def code(self, key: str, form: re.Pattern[str], example: str) -> str:
        """A short name in a fixed form."""
        value = self.text(key)
        if not form.fullmatch(value):
            raise self.error(f'"{key}" must be written like {example}', key)
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        if default is not None and key not in self.values:
            return default
        value = self._required(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(f'"{key}" must be a whole number', key)
        return value

    def day(self, key: str) -> date | None:
        """A day, or None when the key is absent."""
        value = self.values.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise self.error(f'"{key}" must be a day like 2026-01-31, without quotes', key)
        return value

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """One word of a fixed list."""
        if default is not None and key not in self.values:
            return default
        try:
            return choices(self.text(key))
        except ValueError:
            raise self.error(f'"{key}" cannot be that: {one_of(choices)}', key) from None

    def choices(
        self, key: str, choices: type[Choice], default: tuple[Choice, ...]
    ) -> tuple[Choice, ...]:
        """A list of words of a fixed list."""
        if key not in self.values:
            return default
        value = self.values[key]
        known = {choice.value: choice for choice in choices}
        if not isinstance(value, list) or not all(
            isinstance(word, str) and word in known for word in value
        ):
            raise self.error(f'"{key}" must be a list of these words: {", ".join(known)}', key)
        return tuple(known[word] for word in value)

    def parsed(self, key: str, parse: Callable[[str], Read]) -> Read | None:
        """What `parse` reads in a text, or None when the key is absent. It raises ValueError."""
        return self._parse(key, self.text(key), parse) if key in self.values else None

    def parsed_list(self, key: str, parse: Callable[[str], Read]) -> list[Read]:
        """What `parse` reads in each text of a list; empty when the key is absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise self.error(f'"{key}" must be a list of texts in quotes', key)
        return [self._parse(key, text, parse) for text in value]

    def _parse(self, key: str, text: str, parse: Callable[[str], Read]) -> Read:
        try:
            return parse(text)
        except ValueError as error:
            raise self.error(f'"{key}" cannot be read. {error}', key) from None

    def _required(self, key: str) -> Any:
        if key not in self.values:
            raise self.error(f'"{key}" is missing here')
        return self.values[key]


@dataclass(frozen=True)
class ProtocolFile:
    """A parsed file: what it says at its top, and its duties in their order."""

    top: Table
    duties: tuple[Table, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Parse a file, or raise ProtocolError where it is not TOML or its shape is wrong."""
        top, duties = _read(path, "duty")
        return cls(top=top, duties=duties)


def read_blocks(path: Path, name: str) -> tuple[Table, ...]:
    """The blocks of a file that holds nothing else, each begun with "[[name]]".

    Raises ProtocolError where it is not TOML or its shape is wrong.
    """
    top, blocks = _read(path, name)
    top.refuse_other_keys([])
    return blocks


def _read(path: Path, name: str) -> tuple[Table, tuple[Table, ...]]:
    """What a file says at its top, and its blocks of this name in their order."""
    text = _text_of(path)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(
            path, _line_of(error, text), f"Not TOML: {error}. {HOW_TO_WRITE}"
        ) from error
    top_lines, block_lines = _find_lines(text, name)
    top = Table(path, values, 1, top_lines)
    blocks = values.pop(name, [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise top.error(f'Write each {name} as a block that begins with "[[{name}]]"', name)
    if len(blocks) != len(block_lines):
        raise top.error(f'Begin each {name} with "[[{name}]]" on a line of its own', name)
    return top, tuple(
        Table(path, block, line, key_lines)
        for block, (line, key_lines) in zip(blocks, block_lines, strict=True)
    )


def one_of(words: Iterable[str]) -> str:
    """The allowed words, for the end of an error message."""
    return f"use one of {', '.join(words)}"


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ProtocolError(path, line, "This is not UTF-8 text: save it as UTF-8") from error
    except OSError as error:
        raise ProtocolError(path, 1, f"Cannot be read: {error.strerror}") from error


def _line_of(error: Exception, text: str) -> int:
    found = re.search(r"at line (\d+)", str(error))
    if found:
        return int(found[1])
    return text.count("\n") + 1 if "end of document" in str(error) else 1


def _find_lines(text: str, name: str) -> tuple[dict[str, int], list[tuple[int, dict[str, int]]]]:
    """The lines of the top's keys, and for each block of this name its own and those of its keys."""
    top: dict[str, int] = {}
    blocks: list[tuple[int, dict[str, int]]] = []
    here = top
    for number, line in _lines_outside_long_texts(text):
        if re.match(rf"\s*\[\[\s*[\"']?{name}[\"']?\s*\]\]", line):
            here = {}
            blocks.append((number, here))
        elif key := re.match(r"\s*\[*\s*[\"']?([\w-]+)", line):
            here.setdefault(key[1], number)
    return top, blocks


def _lines_outside_long_texts(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, except those that continue a text in triple quotes."""
    inside = False
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside:
            yield number, line
        if line.count('"""') % 2 or line.count("'''") % 2:
            inside = not inside
