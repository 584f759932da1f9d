"""What can go wrong, and what the message must say."""

from pathlib import Path


class RiskFileError(Exception):
    """A data file that cannot be used: `path`, `line` (from 1) and what to write instead."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}, line {line}: {message}")
        self.path, self.line, self.message = path, line, message


class UnknownItem(ValueError):
    """An answer to something that this version's checklists do not ask; `key` names it."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class UnknownVersion(ValueError):
    """There is no ruleset of this version."""
