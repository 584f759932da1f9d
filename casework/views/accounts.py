"""How allauth behaves here: an admin makes the accounts, and every sign-in is on record."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from casework import audit
from casework.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library is untyped
    """Accounts are given, not taken."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Note who came in."""
        audit.record("person.signed_in", subject=user, by=user, at=timezone.now())
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note that somebody did not come in; what they typed stays out of the record."""
        audit.record("person.sign_in_failed", subject=None, by=None, at=timezone.now())
        super().authentication_failed(request, **credentials)
