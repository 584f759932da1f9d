"""The first admin: asked for on a terminal or given, and never made twice by accident."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from casework.models import AuditEvent, Role, User

pytestmark = pytest.mark.django_db

PASSWORD = "a porch light at two"
GIVEN = {"email": "rosa@agency.example", "name": "Rosa Delgado"}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch):
    """Somebody who types these lines and these passwords, in this order."""

    def types(lines: list[str], passwords: list[str]) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", answers(lines))
        monkeypatch.setattr("casework.management.commands.create_admin.getpass", answers(passwords))

    return types


def answers(lines: list[str]):
    left: Iterator[str] = iter(lines)

    def answer(_: str = "") -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return answer


@pytest.fixture
def nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """No terminal."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    monkeypatch.delenv("PORCHLIGHT_ADMIN_PASSWORD", raising=False)


@pytest.fixture
def password_given(monkeypatch: pytest.MonkeyPatch, nobody_there: None) -> None:
    """The environment holds the password."""
    monkeypatch.setenv("PORCHLIGHT_ADMIN_PASSWORD", PASSWORD)


def create_admin(**options: object) -> tuple[str, str]:
    """What the command says and what it complains about."""
    said, complained = StringIO(), StringIO()
    call_command("create_admin", stdout=said, stderr=complained, **options)
    return said.getvalue(), complained.getvalue()


def test_what_is_given_makes_an_admin_and_an_audit_event(password_given):
    said, _ = create_admin(**GIVEN)

    admin = User.objects.get(email="rosa@agency.example")
    assert (admin.name, admin.role, admin.is_active) == ("Rosa Delgado", Role.ADMIN, True)
    assert admin.check_password(PASSWORD)
    assert "rosa@agency.example" in said
    event = AuditEvent.objects.get(event="user.added")
    assert event.subject_id == admin.public_id
    assert "Rosa" not in str(event.detail)


def test_what_is_typed_wrong_is_asked_again(terminal, monkeypatch):
    monkeypatch.delenv("PORCHLIGHT_ADMIN_PASSWORD", raising=False)
    terminal(
        ["not an address", "rosa@agency.example", "  ", "Rosa Delgado"],
        ["short", PASSWORD, "another long one", PASSWORD, PASSWORD],
    )

    _, complained = create_admin()

    assert User.objects.get(role=Role.ADMIN).check_password(PASSWORD)
    assert "email address like" in complained
    assert "Enter a name" in complained
    assert "too short" in complained
    assert "differ" in complained


def test_leaving_in_the_middle_makes_no_account(terminal):
    terminal(["rosa@agency.example"], [])

    with pytest.raises(CommandError, match="No account was made"):
        create_admin()

    assert not User.objects.exists()


def test_where_there_is_an_admin_no_second_one_is_made_by_accident(adam, password_given):
    said, _ = create_admin(**GIVEN)

    assert "--another" in said
    assert User.objects.filter(role=Role.ADMIN).count() == 1


def test_a_second_admin_is_made_when_asked_for(adam, password_given):
    create_admin(**GIVEN, another=True)

    assert User.objects.filter(role=Role.ADMIN).count() == 2


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"email": "rosa", "name": "Rosa"}, "--email: Enter an email address like"),
        ({"email": "rosa@agency.example", "name": " "}, "--name: Enter a name"),
        ({"email": "rosa@agency.example", "name": "R" * 121}, "at most 120 characters"),
    ],
)
def test_a_wrong_option_is_named(password_given, given, complaint):
    with pytest.raises(CommandError, match=complaint):
        create_admin(**given)


def test_an_address_in_use_is_refused_in_any_case(ana, password_given):
    with pytest.raises(CommandError, match="an account with this email address already"):
        create_admin(email=ana.email.upper(), name="Rosa")


def test_an_address_of_the_demonstration_is_refused_outside_it(password_given, settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="belong to the demonstration"):
        create_admin(email="rosa@porchlight.test", name="Rosa")


def test_a_weak_password_of_the_environment_is_refused(password_given, monkeypatch):
    monkeypatch.setenv("PORCHLIGHT_ADMIN_PASSWORD", "short")

    with pytest.raises(CommandError, match="PORCHLIGHT_ADMIN_PASSWORD: .*too short"):
        create_admin(**GIVEN)

    assert not User.objects.exists()


def test_without_a_terminal_it_says_how_to_give_what_is_missing(nobody_there):
    with pytest.raises(CommandError, match="Give --email"):
        create_admin()
    with pytest.raises(CommandError, match="Set PORCHLIGHT_ADMIN_PASSWORD"):
        create_admin(**GIVEN)
