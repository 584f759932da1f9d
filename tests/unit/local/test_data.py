"""Whose data a command works on, and what is never deleted unasked."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.local import clean, manage
from casework.local.problem import Problem
from casework.local.state import State


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch) -> Iterator[tuple[State, State]]:
    """A checkout with nothing in it yet; its demo and its real state."""
    demo, up = State("demo", tmp_path / "demo", tmp_path), State("up", tmp_path / "up", tmp_path)
    for module in (clean, manage):
        monkeypatch.setattr(module, "DEMO", demo)
        monkeypatch.setattr(module, "UP", up)
    monkeypatch.setattr(clean, "VAR", tmp_path)
    monkeypatch.setattr(clean, "states_of_tests", list)
    yield demo, up
    for state in (demo, up):
        state.remove()


def test_manage_works_on_the_only_data_there_is(checkout):
    demo, up = checkout
    assert manage.the_one_meant() == demo

    up.folder.mkdir()

    assert manage.the_one_meant() == up


def test_manage_works_on_what_runs(checkout):
    demo, up = checkout
    demo.folder.mkdir()

    with up.held("http://127.0.0.1:8000"):
        assert manage.the_one_meant() == up


def test_manage_asks_rather_than_guess_between_demo_and_real_data(checkout):
    for state in checkout:
        state.folder.mkdir()

    with pytest.raises(Problem, match=r"./run manage --demo … or ./run manage --up"):
        manage.the_one_meant()


def test_clean_deletes_the_demo_unasked(checkout, tmp_path):
    checkout[0].make()

    assert clean.clean(is_sure=False) == 0

    assert not tmp_path.exists()


@pytest.mark.parametrize("answer", ["", "n", "y"])
def test_clean_keeps_real_data_without_a_plain_yes(checkout, monkeypatch, answer):
    _, up = checkout
    up.make()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)

    with pytest.raises(Problem, match="Nothing was deleted"):
        clean.clean(is_sure=False)

    assert up.folder.exists()


def test_clean_keeps_real_data_where_nobody_can_be_asked(checkout, monkeypatch):
    _, up = checkout
    up.make()
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)

    with pytest.raises(Problem, match="./run clean --yes"):
        clean.clean(is_sure=False)

    assert up.folder.exists()


def test_clean_never_ends_a_process_that_holds_nothing(checkout, monkeypatch):
    demo, _ = checkout
    demo.make()
    (demo.folder / "lock").write_text(f'{{"pid": {os.getpid()}, "address": null}}')
    monkeypatch.setattr(clean.os, "kill", lambda *_: pytest.fail("a stranger was ended"))

    clean.clean(is_sure=True)

    assert not demo.folder.exists()
