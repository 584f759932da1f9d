"""The documents say what the code does: fresh, whole, and leading nowhere that is not there.

Environment variables are held to .env.example in test_compose.py.
"""

import argparse
import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands

from casework.local.cli import parser
from casework.local.paths import ROOT
from casework.management.commands import write_docs
from casework.notifications import sending

DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "adr").glob("*.md"))
WRITTEN_BY_HAND = sorted(
    {*ROOT.glob("*.md"), *DOCS.rglob("*.md")}
    - {DOCS / "access.md", DOCS / "protocols.md", DOCS / "risk-rules.md"}
)
FOLDERS = "casework|risk|templates|static|tests|docs|docker|benchmarks|\\.ci"

every_document = pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=lambda path: path.name)


def models() -> list[str]:
    """The records of the app, without the history tables that pghistory makes."""
    return [
        model.__name__
        for model in apps.get_app_config("casework").get_models()
        if model.__module__.startswith("casework.models.") and not model.__name__.endswith("Event")
    ] + ["AuditEvent"]


def test_the_generated_pages_are_fresh():
    call_command("write_docs", "--check")


def test_a_stale_page_is_named_together_with_the_command_that_mends_it(monkeypatch):
    stale = {DOCS / "access.md": "what the code would say today"}
    monkeypatch.setattr(write_docs, "pages", lambda: stale)

    with pytest.raises(CommandError, match=r"docs/access\.md.*\./run manage write_docs"):
        call_command("write_docs", "--check")


@every_document
def test_every_link_leads_to_a_file(path: Path):
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text())
    files = [link for link in links if "://" not in link]

    assert [link for link in files if not (path.parent / link).exists()] == []


@every_document
def test_every_path_that_is_named_is_there(path: Path):
    named = re.findall(rf"`((?:{FOLDERS})/[^`\s:<>…]*)`", path.read_text())

    assert [name for name in named if not any(ROOT.glob(name.rstrip("/")))] == []


@every_document
def test_every_command_that_is_named_is_one(path: Path):
    text = path.read_text()
    (commands,) = [a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)]
    named = set(re.findall(r"\./run ([a-z]+)", text))
    managed = set(re.findall(r"(?:\./run |[`\n] *)manage (?:--demo |--up )?([a-z_]+)", text))

    assert named - set(commands.choices) == set()
    assert managed - set(get_commands()) == set()


def test_decisions_are_numbered_without_gap_or_double():
    numbers = [int(path.name.split("-")[0]) for path in DECISIONS]

    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_number_its_four_parts_and_is_short(path: Path):
    text = path.read_text()

    assert text.startswith(f"# {int(path.name.split('-')[0])}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Status",
        "Context",
        "Decision",
        "Consequences",
    ]
    assert len(text.splitlines()) <= 45


def test_every_decision_is_listed_in_the_architecture():
    listed = (DOCS / "architecture.md").read_text()

    assert [path.name for path in DECISIONS if f"adr/{path.name}" not in listed] == []


@pytest.mark.parametrize("page", ["glossary.md", "privacy.md"])
def test_every_record_is_explained(page):
    text = (DOCS / page).read_text()

    assert [name for name in models() if f"`{name}`" not in text] == []


def test_the_readme_shows_the_two_commands_and_the_accounts_of_the_demo():
    readme = (ROOT / "README.md").read_text()

    assert "./run demo" in readme
    assert "./run test" in readme
    for name in ("caseworker", "other-unit", "supervisor", "oncall", "admin", "auditor"):
        assert f"{name}@porchlight.test" in readme


def test_every_dependency_says_what_it_is_for():
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    groups = project["dependency-groups"].values()
    wanted = [*project["project"]["dependencies"], *(name for group in groups for name in group)]

    for requirement in wanted:
        (line,) = [line for line in text.splitlines() if f'"{requirement}"' in line]
        assert re.search(r'",\s+# \w', line), f"{requirement} has no reason beside it"


@pytest.mark.parametrize("page", ["runbook.md", "architecture.md"])
def test_the_number_of_attempts_that_is_told_is_the_one_that_is_made(page):
    told = re.findall(
        r"(\w+) times(?: in all,)? over\s+about\s+(\w+) hours", (DOCS / page).read_text()
    )
    pauses = [sending.pause(attempt) for attempt in range(1, sending.ATTEMPTS)]
    hours = round(sum(pauses, timedelta()) / timedelta(hours=1))

    assert told == [(str(sending.ATTEMPTS), {3: "three", 4: "four", 5: "five"}[hours])]


@pytest.mark.parametrize("page", ["architecture.md", "adr/0001-the-database-is-the-queue.md"])
def test_the_lease_that_is_told_is_the_one_that_is_given(page):
    text = " ".join((DOCS / page).read_text().split())
    told = re.findall(r"(?:claims messages for|a lease of) (\d+) seconds", text)

    assert told == [f"{sending.LEASE.total_seconds():.0f}"]


def test_what_beat_does_is_not_asked_of_people():
    assert "clear what has run out" in settings.CELERY_BEAT_SCHEDULE
    assert "clearsessions" not in (DOCS / "runbook.md").read_text()
