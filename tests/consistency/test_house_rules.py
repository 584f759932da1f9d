"""What holds for the whole code base, whoever adds to it next. docs/conventions.md says why."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from casework.access.document import addresses
from casework.config.celery import app as celery
from casework.local.paths import ROOT
from casework.models.fields import both_or_neither
from risk import ruleset
from risk.language import find_words

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PIECES = {"_components", "bootstrap5", "layouts", "emails"}
PAGES = [
    path
    for path in TEMPLATES
    if path.relative_to(ROOT / "templates").parts[0] not in PIECES
    and not path.name.startswith("_")
    and path.name != "base.html"
]
RECORDS = [
    model
    for model in apps.get_app_config("casework").get_models()
    if model.__module__.startswith("casework.models.")
    and not hasattr(model, "pgh_tracked_model")  # history keeps its record's columns
]

# Form templates that print what our own forms wrote as markup, such as the link to call 911.
TRUSTING = {"fieldset.html", "help_text.html"}

# Pairs that a constraint with more to say holds together; a flag that a rule raised has no person.
HELD_WITH_MORE = {("Flag", "set_aside"), ("Flag", "agreed")}
WITHOUT_PERSON = {("Flag", "raised")}

NEVER_SAID = re.compile(
    r"\b(AWOL|runners?|runaways?|absconders?|absconded|successfully|please)\b", re.IGNORECASE
)
# Values of the lists of AFCARS (45 CFR 1355.44) and NCMEC: stand in files for reports, on no page.
QUOTED = {"Runaway or whereabouts unknown", "Endangered runaway"}


# --- Who may come in -----------------------------------------------------------------------


def test_every_address_declares_whom_it_opens_for():
    assert [path for path, _, access in addresses() if access is None] == []


def test_views_reach_records_through_access_alone():
    asked = {
        (path.name, name)
        for path in (ROOT / "casework" / "views").glob("*.py")
        for name in re.findall(r"(\w+)\.objects\b", path.read_text())
    }

    assert asked == set()


# --- Records -------------------------------------------------------------------------------


def pairs() -> Iterator[tuple[type[models.Model], str]]:
    """Every `x_at` that has an `x_by` beside it, where either may be empty."""
    for model in RECORDS:
        fields = {field.name: field for field in model._meta.concrete_fields}
        for name, field in fields.items():
            by = fields.get(f"{name.removesuffix('_at')}_by")
            stem = name.removesuffix("_at")
            if (model.__name__, stem) in HELD_WITH_MORE | WITHOUT_PERSON:
                continue
            if name.endswith("_at") and by is not None and (field.null or by.null):
                yield model, stem


def test_there_are_pairs_to_hold():
    assert ("Episode", "located") in {(model.__name__, stem) for model, stem in pairs()}


@pytest.mark.parametrize(
    ("model", "stem"), [pytest.param(m, s, id=f"{m.__name__}-{s}") for m, s in pairs()]
)
def test_when_and_by_whom_are_stored_together_or_not_at_all(model, stem):
    names = [f"{stem}_at", f"{stem}_by"]
    if f"{stem}_recorded_at" in {field.name for field in model._meta.concrete_fields}:
        names.append(f"{stem}_recorded_at")
    held = [c.condition for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]

    assert both_or_neither(*names) in held


def test_records_that_an_address_or_a_log_may_name_have_a_public_id():
    never_named = {
        *("YouthName", "Pulse", "ReminderPreferences"),
        *("SavedViewMember", "SavedViewNotice", "Standing", "MonthTally"),
        *("ExportPart", "ImportChunk"),
    }

    for model in RECORDS:
        has_one = any(field.name == "public_id" for field in model._meta.concrete_fields)
        assert has_one == (model.__name__ not in never_named), model.__name__


def test_a_record_of_a_youth_never_prints_a_name():
    """`str()` of a record ends up in logs and error messages."""
    of_no_youth = {"Unit", "User", "Pulse"}

    for model in RECORDS:
        if model.__name__ not in of_no_youth:
            text = str(model(**_personal_values(model)))
            assert "Canary" not in text, model.__name__


def _personal_values(model: type[models.Model]) -> dict[str, str]:
    return {
        field.name: "Canary"
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.primary_key
        if field.name not in {"reference", "event"}
    }


def test_moments_are_called_at_and_days_on():
    for model in RECORDS:
        for field in model._meta.concrete_fields:
            name = f"{model.__name__}.{field.name}"
            if field.name in {"at", "last_login"} or field.name.endswith("until"):
                continue
            assert isinstance(field, models.DateTimeField) == field.name.endswith("_at"), name
            is_day = isinstance(field, models.DateField)
            is_day = is_day and not isinstance(field, models.DateTimeField)
            assert is_day == field.name.endswith("_on"), name


def test_no_migration_is_missing():
    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(
        graph=loader.graph
    )

    assert changes.get("casework", []) == []


# --- The clock -----------------------------------------------------------------------------


def test_every_tick_of_the_clock_rings_a_task_that_exists():
    celery.loader.import_default_modules()

    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["task"] in celery.tasks, name


# --- Pages ---------------------------------------------------------------------------------

every_template = pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates"))
)


@every_template
def test_a_template_holds_no_style_and_no_script_of_its_own(path: Path):
    """The Content-Security-Policy would refuse them."""
    text = path.read_text()

    assert re.findall(r"\sstyle\s*=", text) == []
    assert re.findall(r"<style\b", text) == []
    assert re.findall(r"\son[a-z]+\s*=", text) == []
    assert re.findall(r"<script\b(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"javascript:", text) == []


@every_template
def test_a_template_trusts_no_text_blindly(path: Path):
    trusts = re.search(r"\|\s*safe\b|autoescape off", path.read_text()) is not None

    assert trusts == (path.name in TRUSTING)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_page_has_one_first_heading(path: Path):
    assert sum(text.count("<h1") for text in _with_all_parts(path)) == 1


def _with_all_parts(path: Path) -> Iterator[str]:
    """The page, what it extends and what those include, each once."""
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        text = current.read_text()
        yield text
        for name in re.findall(r"{%\s*(?:extends|include)\s+\"([^\"]+)\"", text):
            waiting.append(ROOT / "templates" / name)


# --- Words on screen ------------------------------------------------------------------------


def never_said(text: str) -> list[str]:
    """Words that we keep out of our own screens: some at all times, and those that we hint at."""
    return NEVER_SAID.findall(text) + [found.word for found in find_words(text)]


def test_the_list_of_words_is_part_of_it():
    assert never_said("The youth refused.") == ["The youth refused"]


@every_template
def test_a_template_says_nothing_that_we_never_say(path: Path):
    assert never_said(path.read_text()) == []


def test_e_mail_says_nothing_that_we_never_say():
    for path in (ROOT / "templates").rglob("*.txt"):
        assert never_said(path.read_text()) == [], path.name


def test_protocols_say_nothing_that_we_never_say():
    """Sources keep the wording of their titles; titles and help are ours."""
    for path in (ROOT / "casework" / "protocols").glob("*.toml"):
        for duty in tomllib.loads(path.read_text())["duty"]:
            words = " ".join(duty.get(key, "") for key in ("title", "help", "if_refused"))
            assert never_said(words) == [], f"{path.name}: {duty['code']}"


def test_checklists_say_nothing_that_we_never_say():
    """As above: the documents keep their titles."""
    for item in ruleset().items.values():
        for language in item.texts:
            said = item.words(language)
            for field in fields(said):
                assert never_said(str(getattr(said, field.name))) == [], f"{item.key}: {field.name}"


@pytest.mark.parametrize("package", ["casework", "risk"])
def test_our_own_sentences_say_nothing_that_we_never_say(package):
    for path in (ROOT / package).rglob("*.py"):
        for line, text in _texts(path):
            assert text in QUOTED or never_said(text) == [], (
                f"{path.relative_to(ROOT)}, line {line}"
            )


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every text in a module but its docstrings, with its line."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if id(node) in docstrings or not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, str):
            yield node.lineno, node.value
