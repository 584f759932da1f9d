"""docker-compose.yml says the same as the settings, .env.example and the commands of ./run.

No engine runs it here, so what can be known by reading is held by these tests. Tested by running,
on one machine: PostgreSQL 18, and as broker Redis 6.2 (on Linux x86) or Valkey 9 (elsewhere).
"""

import re
import subprocess
from typing import Any

import pytest
import yaml
from django.conf import settings

from casework.local import commands
from casework.local.broker import find_server
from casework.local.paths import ROOT
from casework.local.postgres import (
    LOCALE_ARGUMENTS,
    MAJOR_VERSION,
    SHARED_SETTINGS,
    find_installation,
)

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (ROOT / ".env.example").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = (ROOT / "casework" / "config" / "settings.py").read_text()

BROKERS_THAT_RAN = {"Redis 6.2", "Valkey 9.1"}
OF_COMPOSE_ONLY = {"POSTGRES_PASSWORD"}


def names_read_by_settings() -> set[str]:
    return set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", SETTINGS))


def names_explained() -> set[str]:
    return set(re.findall(r"^#? ?([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def names_set() -> set[str]:
    """What .env.example sets, as it stands."""
    return set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_the_settings_names_are_found_at_all():
    assert {"BASE_URL", "DATABASE_URL", "SECRET_KEY", "DEMO"} <= names_read_by_settings()


def test_every_variable_is_explained_and_none_that_nobody_reads():
    assert names_explained() - OF_COMPOSE_ONLY == names_read_by_settings()


def test_what_compose_sets_and_asks_for_is_known():
    given = set(SERVICES["web"]["environment"])
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))

    assert given <= names_read_by_settings()
    assert asked <= names_set()


def test_a_server_gets_every_variable_that_has_no_default():
    required = set(re.findall(r"env\.\w+\(\"([A-Z_]+)\"\)", SETTINGS)) - {"SECRET_KEY_FILE"}
    required |= {"BASE_URL", "EMAIL_URL"}

    assert required <= set(SERVICES["web"]["environment"]) | names_set()


def test_no_secret_stands_in_a_committed_file():
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "EMAIL_URL"):
        assert re.search(rf"^{name}=$", EXAMPLE, re.MULTILINE), f"{name} has a value"
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name:
                assert value.startswith("${")
    for word in ("ENV SECRET", "ARG SECRET", "ENV DATABASE_URL"):
        assert word not in DOCKERFILE


def test_the_parts_run_the_commands_that_the_local_supervisor_runs():
    expected = {
        "web": commands.web("0.0.0.0:8000"),
        "worker": commands.worker(),
        "beat": commands.beat("/tmp/beat-schedule"),  # noqa: S108 (the container's own)
        "mail": commands.mail_catcher("0.0.0.0", 2525, "/mail"),  # noqa: S104 (inside)
    }

    assert {name: SERVICES[name]["command"] for name in expected} == expected


def test_there_is_exactly_one_beat():
    beats = [n for n, s in SERVICES.items() if "beat" in s.get("command", []) or "-B" in s]

    assert beats == ["beat"]
    assert SERVICES["beat"]["deploy"] == {"replicas": 1}


def test_a_worker_that_is_asked_to_stop_may_finish_what_it_sends():
    """SIGTERM, Docker's signal too, lets Celery end its tasks; none lasts longer than this."""
    patience = int(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))

    assert patience > settings.CELERY_TASK_TIME_LIMIT
    assert "stop_signal" not in SERVICES["worker"]


def test_only_the_proxy_is_published():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "redis", "mail"):
        assert SERVICES[name]["networks"] == ["inside"]
    assert not any("network_mode" in service for service in SERVICES.values())


def test_every_part_has_a_health_check_and_starts_again():
    once = {"migrate"}

    for name, service in SERVICES.items():
        assert (service["healthcheck"].get("test") is None) == (name in once), name
        assert service["restart"] == ("no" if name in once else "unless-stopped"), name


def test_servers_wait_for_the_tables():
    for name in ("web", "worker", "beat"):
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}
        assert waits["postgres"] == waits["redis"] == {"condition": "service_healthy"}


def test_postgres_is_the_version_and_the_kind_that_the_tests_ran_on():
    postgres = SERVICES["postgres"]
    binary = find_installation() / "bin" / "postgres"
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    own_arguments = postgres["environment"]["POSTGRES_INITDB_ARGS"].split()

    assert f" {MAJOR_VERSION}." in version.stdout
    assert postgres["image"].startswith(f"postgres:{MAJOR_VERSION}-")
    assert set(own_arguments) == {*LOCALE_ARGUMENTS, "--data-checksums"}
    assert postgres["command"] == [
        "postgres",
        *(f"--{name}={value}" for name, value in SHARED_SETTINGS.items()),
    ]


def test_the_broker_that_ran_here_is_one_that_the_compose_file_was_judged_by():
    said = subprocess.run([find_server(), "--version"], capture_output=True, text=True, check=True)
    kind, major, minor = re.search(r"(Redis|Valkey) server v=(\d+)\.(\d+)", said.stdout).groups()

    assert f"{kind} {major}.{minor}" in BROKERS_THAT_RAN
    assert re.match(r"redis:8\b", SERVICES["redis"]["image"])


def test_the_image_is_made_from_hashes_and_runs_as_nobody_special():
    last_user = re.findall(r"^USER (\w+)", DOCKERFILE, re.MULTILINE)

    assert last_user[0] == last_user[-1] == "porchlight"
    for line in re.findall(r"pip install[^\n]*", DOCKERFILE):
        assert "--require-hashes" in line
    assert "FROM python:3.11-" in DOCKERFILE


def test_an_unsafe_start_is_refused_before_anything_runs():
    entrypoint = (ROOT / "docker" / "entrypoint").read_text()

    assert 'ENTRYPOINT ["/app/docker/entrypoint"]' in DOCKERFILE
    assert entrypoint.index("check --deploy --database default --fail-level ERROR") < (
        entrypoint.index('exec "$@"')
    )


@pytest.mark.parametrize("name", ["web", "worker", "beat", "migrate", "mail"])
def test_our_own_parts_can_change_nothing_but_their_data(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_path_that_the_image_copies_is_let_through():
    allowed = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE)

    for path in " ".join(copied).split():
        assert path.split("/")[0] in allowed, f"{path} is not let through by .dockerignore"
        assert (ROOT / path).exists()
