"""Protocol files that change under the server: after an update, or a start without a folder."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from casework.operations.protocols import protocols_in_use


@pytest.fixture
def protocol_folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The server reads its protocols from this folder, which has the shipped ones."""
    folder = tmp_path / "protocols"
    folder.mkdir()
    for shipped in settings.PROTOCOL_DIRS[0].glob("*.toml"):
        (folder / shipped.name).write_text(shipped.read_text())
    settings.PROTOCOL_DIRS = [folder]
    protocols_in_use.cache_clear()
    yield folder
    protocols_in_use.cache_clear()


@pytest.fixture
def change_file(protocol_folder: Path) -> Callable[..., None]:
    """Put other words into a jurisdiction's file, as after an update and a new start."""

    def change(code: str, old: str, new: str, *, version: str = "") -> None:
        file = protocol_folder / f"{code}.toml"
        text = file.read_text()
        assert old in text
        text = text.replace(old, new)
        if version:
            text = re.sub(r'^version = ".*"$', f'version = "{version}"', text, flags=re.MULTILINE)
        file.write_text(text)
        protocols_in_use.cache_clear()

    return change


@pytest.fixture
def add_file(protocol_folder: Path) -> Callable[[str, str], None]:
    """Add an agency's own file, that extends a state's."""

    def add(code: str, duties: str) -> None:
        top = f'code = "{code}"\nname = "Home agency"\nversion = "1"\nsource = "Board decision"\n'
        extends = f'extends = "{code.removesuffix("-home")}"\n'
        (protocol_folder / f"{code}.toml").write_text(top + extends + duties)
        protocols_in_use.cache_clear()

    return add


@pytest.fixture
def remove_file(protocol_folder: Path) -> Callable[[str], None]:
    """Start the server without a jurisdiction's file."""

    def remove(code: str) -> None:
        (protocol_folder / f"{code}.toml").unlink()
        protocols_in_use.cache_clear()

    return remove
