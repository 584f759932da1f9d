"""Reading one TOML file of blocks so that every complaint can name its line."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from risk.errors import RiskFileError

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Block:
    """A table of a file, with the lines on which it and its keys stand.

    The readers return a value of the right type, or raise RiskFileError.
    """

    path: Path
    values: Mapping[str, Any]
    line: int
    key_lines: Mapping[str, int]

    def error(self, message: str, key: str = "") -> RiskFileError:
        """The error to raise about this block, or about one of its keys."""
        return RiskFileError(self.path, self.key_lines.get(key, self.line), message)

    def refuse_other_keys(self, known: Collection[str]) -> None:
        """Raise RiskFileError if the block has a key that is not known."""
        for key in self.values:
            if key not in known:
                raise self.error(f'Unknown key "{key}": use one of {", ".join(known)}', key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank, its white space evened out."""
        if key not in self.values:
            if default is None:
                raise self.error(f'"{key}" is missing here: write {key} = "…"')
            return default
        value = self.values[key]
        if not isinstance(value, str) or not value.strip():
            raise self.error(f'"{key}" must be a text in quotes, and not empty', key)
        return " ".join(value.split())

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of at least one text."""
        value = self.values.get(key)
        if not isinstance(value, list) or not value:
            raise self.error(f'"{key}" must be a list of texts, like ["one", "two"]', key)
        if not all(isinstance(text, str) and text.strip() for text in value):
            raise self.error(f'Every text of "{key}" must be in quotes, and not empty', key)
        return tuple(" ".join(text.split()) for text in value)

    def number(self, key: str) -> int:
        """A whole number."""
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(f'"{key}" must be a whole number, like {key} = 10', key)
        return value

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """One word of a fixed list."""
        word = self.text(key, default)
        if word not in set(choices):
            allowed = ", ".join(f'"{choice}"' for choice in choices)
            raise self.error(f'"{key}" cannot be "{word}": use one of {allowed}', key)
        return choices(word)

    def tables(self) -> Iterator[tuple[str, "Block"]]:
        """The tables inside, by name: [item.en] gives "en"."""
        for name, value in self.values.items():
            if isinstance(value, dict):
                lines = {
                    key.removeprefix(f"{name}."): line
                    for key, line in self.key_lines.items()
                    if key.startswith(f"{name}.")
                }
                yield name, Block(self.path, value, self.key_lines.get(name, self.line), lines)


def read_blocks(path: Path, name: str) -> tuple[Block, tuple[Block, ...]]:
    """What a file says at its top, and its blocks `[[name]]` in their order.

    Raises RiskFileError where the file cannot be read, is not TOML or has another shape.
    """
    text = _text_of(path)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise RiskFileError(path, line, f"Not TOML: {error}") from error
    top_lines, block_lines = _find_lines(text, name)
    top = Block(path, values, 1, top_lines)
    blocks = values.pop(name, [])
    if not isinstance(blocks, list) or len(blocks) != len(block_lines):
        raise top.error(f'Begin each block with "[[{name}]]" on a line of its own', name)
    return top, tuple(
        Block(path, block, line, lines)
        for block, (line, lines) in zip(blocks, block_lines, strict=True)
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RiskFileError(path, line, "This is not UTF-8 text: save it as UTF-8") from error
    except OSError as error:
        raise RiskFileError(path, 1, f"Cannot be read: {error.strerror}") from error


def _find_lines(text: str, name: str) -> tuple[dict[str, int], list[tuple[int, dict[str, int]]]]:
    """The lines of the top's keys, and for each block its own line and those of its keys.

    A key of a table inside is found under both names: "en.question".
    """
    top: dict[str, int] = {}
    blocks: list[tuple[int, dict[str, int]]] = []
    here, inside = top, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if re.match(rf"\s*\[\[\s*{name}\s*\]\]", line):
            here, inside = {}, ""
            blocks.append((number, here))
        elif table := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            inside = table[1].removeprefix(f"{name}.")
            here.setdefault(inside, number)
        elif key := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line):
            here.setdefault(f"{inside}.{key[1]}" if inside else key[1], number)
    return top, blocks
