"""Make the account of an admin: the first one, who then has accounts made for the others."""

import os
import sys
from collections.abc import Callable
from getpass import getpass
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.utils import timezone

from casework import audit
from casework.checks import DEMO_DOMAIN
from casework.models import Role, User

PASSWORD_VARIABLE = "PORCHLIGHT_ADMIN_PASSWORD"  # noqa: S105 (the variable's name)


class Command(BaseCommand):
    """Asks on the terminal for whatever the options leave open."""

    help = (
        "Make the account of an admin. Asks for email, name and password; the password may also "
        f"come from the environment variable {PASSWORD_VARIABLE}."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", help="the email address to sign in with")
        parser.add_argument("--name", help="the name that others see")
        parser.add_argument(
            "--another", action="store_true", help="make one even if there is an admin already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        there_is_one = User.objects.filter(role=Role.ADMIN, is_active=True).exists()
        if there_is_one and not options["another"]:
            self.stdout.write("There is an admin already, so none was made. To add one: --another")
            return
        try:
            email = self._get("Email", "--email", options["email"], check_email)
            name = self._get("Name", "--name", options["name"], check_name)
            password = self._password(User(email=email, name=name, role=Role.ADMIN))
        except (KeyboardInterrupt, EOFError):
            raise CommandError("Stopped. No account was made.") from None
        user = create(email=email, name=name, password=password)
        self.stdout.write(f"The admin {user.email} is made. Sign in at {settings.BASE_URL}")

    def _get(self, label: str, option: str, given: str | None, check: Callable[[str], str]) -> str:
        """What the option says, or else what is typed until it is right."""
        if given is not None:
            try:
                return check(given)
            except ValidationError as error:
                raise CommandError(f"{option}: {words(error)}") from None
        refuse_without_terminal(f"Give {option}, or run this on a terminal.")
        while True:
            try:
                return check(input(f"{label}: "))
            except ValidationError as error:
                self.stderr.write(words(error))

    def _password(self, user: User) -> str:
        """The password of the environment, or else one that is typed twice the same."""
        given = os.environ.get(PASSWORD_VARIABLE)
        if given is not None:
            try:
                validate_password(given, user)
            except ValidationError as error:
                raise CommandError(f"{PASSWORD_VARIABLE}: {words(error)}") from None
            return given
        refuse_without_terminal(f"Set {PASSWORD_VARIABLE}, or run this on a terminal.")
        while True:
            password = getpass("Password: ")
            try:
                validate_password(password, user)
            except ValidationError as error:
                self.stderr.write(words(error))
                continue
            if getpass("Password again: ") == password:
                return password
            self.stderr.write("The two passwords differ. Enter it again.")


def create(*, email: str, name: str, password: str) -> User:
    """Save the account with its audit event. Raises CommandError if the address was just taken."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name, role=Role.ADMIN)
            audit.record("user.added", subject=user, by=None, at=timezone.now(), role=user.role)
    except IntegrityError:
        raise CommandError("There is an account with this email address already.") from None
    return user


def check_email(typed: str) -> str:
    """The address, tidied. Raises ValidationError, which says what is wrong."""
    email = User.objects.normalize_email(typed.strip())
    try:
        User._meta.get_field("email").clean(email, None)
    except ValidationError:
        raise ValidationError("Enter an email address like name@agency.gov") from None
    if email.lower().endswith(DEMO_DOMAIN) and not settings.DEMO:
        raise ValidationError(f"Addresses at {DEMO_DOMAIN} belong to the demonstration")
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError("There is an account with this email address already")
    return email


def check_name(typed: str) -> str:
    """The name, tidied. Raises ValidationError, which says what is wrong."""
    name = " ".join(typed.split())
    if not name:
        raise ValidationError("Enter a name")
    if len(name) > 120:
        raise ValidationError("Enter a name of at most 120 characters")
    return name


def refuse_without_terminal(how: str) -> None:
    """Raise CommandError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise CommandError(f"Nobody can be asked here. {how}")


def words(error: ValidationError) -> str:
    """All that is wrong, in one line."""
    return " ".join(f"{message.rstrip('.')}." for message in error.messages)
