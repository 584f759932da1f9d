"""Faulty checklist files: each names its file and line, and says what to write."""

from pathlib import Path

import pytest

from risk import RiskFileError
from risk.checklist_files import FOLDER, load_checklists

ITEM = """
[[item]]
key = "danger.new"
when = "tonight"
order = 500
source = "A source"
verified = "unverified"
added_in = "2026.1"
[item.en]
question = "Q?"
statement = "s"
help = "h"
why = "w"
evidence = "e"
follow_up = "f"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in FOLDER.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def add(folder: Path, item: str, file: str = "danger.toml") -> int:
    """Put an item at the end of a file; the line of its "[[item]]"."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    path.write_text(text + item, encoding="utf-8")
    return text.count("\n") + 2


def test_a_whole_item_is_read(folder):
    add(folder, ITEM)

    assert load_checklists(folder)["danger"].items[-1].key == "danger.new"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('when = "tonight"', 'when = "soon"', 2, 'use one of "tonight", "later"'),
        ('when = "tonight"', 'wenn = "tonight"', 2, 'Unknown key "wenn"'),
        ('source = "A source"\n', "", 0, 'source" is missing here: write source = "…"'),
        ('source = "A source"', 'source = " "', 4, '"source" must be a text'),
        ('source = "A source"', 'source = "[009] p. 1"', 4, r"cites \[009\], which is not in"),
        (
            'key = "danger.new"',
            'key = "danger.taken"',
            1,
            'There is an item "danger.taken" already',
        ),
        ('key = "danger.new"', 'key = "push.new"', 1, 'must be written like "danger.some_words"'),
        ("order = 500", 'order = "500"', 3, '"order" must be a whole number'),
        ('added_in = "2026.1"', 'added_in = "May"', 6, 'must be a version like "2026.1"'),
        ('added_in = "2026.1"', 'added_in = "2027.1"', 6, "is later than the file's version"),
        (
            'added_in = "2026.1"',
            'added_in = "2026.1"\nretired_in = "2026.1"',
            7,
            '"retired_in" must be later than "added_in"',
        ),
        ('question = "Q?"\n', "", 7, '"question" is missing here'),
        ('question = "Q?"', 'query = "Q?"', 8, 'Unknown key "query"'),
        ("[item.en]", "[item.es]", 0, r"write a block \[item.en\]"),
        ("[item.en]", "[item.words]", 7, 'Unknown table "words": name a language'),
        ('verified = "unverified"', 'verified = "yes"', 5, 'use one of "source_seen"'),
        ("order = 500", "order = ", 3, "Not TOML"),
    ],
)
def test_a_fault_is_named_with_file_and_line(folder, old, new, line, message):
    assert old in ITEM
    first = add(folder, ITEM.replace(old, new))

    with pytest.raises(RiskFileError, match=message) as refused:
        load_checklists(folder)

    assert (refused.value.path.name, refused.value.line) == ("danger.toml", first + line)


def test_the_key_of_a_retired_item_is_never_used_again(folder):
    for file in ("push", "pull", "signs", "danger"):
        path = folder / f"{file}.toml"
        text = path.read_text(encoding="utf-8").replace('version = "2026.1"', 'version = "2026.2"')
        path.write_text(text, encoding="utf-8")
    add(folder, ITEM.replace('added_in = "2026.1"', 'added_in = "2026.1"\nretired_in = "2026.2"'))
    add(folder, ITEM.replace('added_in = "2026.1"', 'added_in = "2026.2"'))

    with pytest.raises(RiskFileError, match=r"was retired in 2026\.2, and a key is never used"):
        load_checklists(folder)


def test_all_files_have_one_version(folder):
    path = folder / "pull.toml"
    text = path.read_text(encoding="utf-8").replace('version = "2026.1"', 'version = "2026.2"')
    path.write_text(text, encoding="utf-8")

    with pytest.raises(RiskFileError, match=r'"version" must be "2026\.1", the same as in danger'):
        load_checklists(folder)


def test_a_missing_file_is_named(folder):
    (folder / "signs.toml").unlink()

    with pytest.raises(RiskFileError, match="signs.toml, line 1: Cannot be read"):
        load_checklists(folder)


def test_a_file_that_is_not_utf_8_is_named_with_its_line(folder):
    (folder / "pull.toml").write_bytes(b"# one\n# two \xe9\n")

    with pytest.raises(RiskFileError, match=r"pull.toml, line 2: This is not UTF-8"):
        load_checklists(folder)
