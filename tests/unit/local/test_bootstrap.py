"""The environment is made when it must be, and left alone when it need not be."""

import json
from pathlib import Path

import pytest

from casework.local import bootstrap
from casework.local.bootstrap import Needs
from casework.local.problem import Problem


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch) -> Path:
    """A checkout whose environment has a Python, and nothing is really installed."""
    env = tmp_path / "var" / "env"
    (env / "bin").mkdir(parents=True)
    (env / "bin" / "python").touch()
    for name in ("LOCAL", "DEVELOPMENT"):
        lock = tmp_path / getattr(bootstrap, name).name
        lock.write_text(f"{name}==1\n")
        monkeypatch.setattr(bootstrap, name, lock)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VAR", tmp_path / "var")
    monkeypatch.setattr(bootstrap, "ENV", env)
    monkeypatch.setattr(bootstrap, "STAMP", env / "porchlight.json")
    return tmp_path


@pytest.fixture
def installs(checkout: Path, monkeypatch) -> list[str]:
    """The lock files that were installed, in order."""
    done: list[str] = []
    monkeypatch.setattr(bootstrap, "install", lambda lock, python: done.append(lock.name))
    return done


def test_an_environment_that_is_up_to_date_is_not_touched(installs):
    bootstrap.ensure_environment(Needs.LOCAL)
    bootstrap.ensure_environment(Needs.LOCAL)

    assert installs == ["requirements-local.lock"]


def test_the_tests_need_more_than_the_demo(installs):
    bootstrap.ensure_environment(Needs.LOCAL)
    bootstrap.ensure_environment(Needs.DEVELOPMENT)

    assert installs == ["requirements-local.lock", "requirements-dev.lock"]


def test_an_environment_for_tests_is_never_made_smaller(installs, checkout):
    bootstrap.ensure_environment(Needs.DEVELOPMENT)
    bootstrap.ensure_environment(Needs.LOCAL)
    bootstrap.DEVELOPMENT.write_text("DEVELOPMENT==2\n")
    bootstrap.ensure_environment(Needs.LOCAL)

    assert installs == ["requirements-dev.lock", "requirements-dev.lock"]


def test_a_changed_lock_file_is_installed(installs):
    bootstrap.ensure_environment(Needs.LOCAL)
    bootstrap.LOCAL.write_text("LOCAL==2\n")
    bootstrap.ensure_environment(Needs.LOCAL)

    assert installs == ["requirements-local.lock"] * 2


def test_an_interrupted_installation_is_done_again(checkout, monkeypatch):
    def broken(*_: object) -> None:
        raise Problem("the line went dead")

    monkeypatch.setattr(bootstrap, "install", broken)

    with pytest.raises(Problem):
        bootstrap.ensure_environment(Needs.LOCAL)

    assert not bootstrap.is_current(Needs.LOCAL)


def test_the_environment_of_a_folder_that_was_moved_is_made_anew(installs, checkout, monkeypatch):
    made: list[object] = []
    monkeypatch.setattr(bootstrap, "run", lambda command: made.append(command[1:3]))
    moved = bootstrap.stamp(bootstrap.LOCAL) | {"root": "/where/it/was"}
    bootstrap.STAMP.write_text(json.dumps(moved))

    with pytest.raises(FileNotFoundError):  # nothing was really made, so there is no folder
        bootstrap.ensure_environment(Needs.LOCAL)

    assert made == [["-m", "venv"]]


def test_without_uv_pip_installs_the_same_hashes(checkout, monkeypatch):
    ran: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "get_uv", lambda: None)
    monkeypatch.setattr(bootstrap, "run", ran.append)

    bootstrap.install(bootstrap.LOCAL, Path("/env/bin/python"))

    assert "--require-hashes" in ran[0]
    assert ran[0][-1] == str(bootstrap.LOCAL)


def test_a_python_without_pip_and_venv_is_told_the_one_line(checkout, monkeypatch):
    monkeypatch.setattr(bootstrap, "BASE_PYTHON", "/bin/false")

    with pytest.raises(Problem, match=r"apt-get install python3\.\d+-venv"):
        bootstrap.pip()
