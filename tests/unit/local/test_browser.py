"""Whether a browser is needed, and what is said when there is none."""

import contextlib

import pytest

from casework.local import browser, testing


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ([], True),
        (["-x", "-q"], True),
        (["tests"], True),
        (["tests/journeys/test_told.py::test_x"], True),
        (["tests/unit"], False),
        (["tests/unit", "tests/journeys"], True),
    ],
)
def test_a_browser_is_only_looked_for_when_journeys_are_asked_for(arguments, asked):
    assert browser.journeys_are_asked_for(arguments) is asked


@pytest.fixture
def no_browser(monkeypatch):
    """A machine without a browser, whose tests pass."""
    monkeypatch.setattr(testing.browser, "find_chromium", lambda: None)
    monkeypatch.setattr(testing.browser, "install_chromium", lambda: None)
    monkeypatch.setattr(testing, "services_for_tests", lambda: contextlib.nullcontext({}))
    monkeypatch.setattr(testing, "run_in_foreground", lambda *_: 0)
    monkeypatch.delenv("CI", raising=False)


def test_without_a_browser_the_end_says_so_and_names_the_line_that_installs_one(no_browser, capsys):
    assert testing.test([]) == 0

    said = capsys.readouterr().out
    assert "journeys did NOT run" in said
    assert "apt-get install chromium" in said


def test_in_continuous_integration_a_missing_browser_is_a_failure(no_browser, monkeypatch):
    monkeypatch.setenv("CI", "true")

    assert testing.test([]) == 1


def test_a_missing_browser_does_not_matter_to_tests_that_need_none(no_browser, capsys):
    assert testing.test(["tests/unit"]) == 0
    assert capsys.readouterr().out == ""
