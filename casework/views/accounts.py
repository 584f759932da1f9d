"""How allauth behaves here: an admin makes the accounts, and every sign-in is on record."""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account import views as allauth
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from casework import audit
from casework.access import kept_answers
from casework.models import User

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library is untyped
    """Accounts are given, not taken."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether signing in may lead on to `url`: only within the site at BASE_URL."""
        return url_has_allowed_host_and_scheme(
            url,
            allowed_hosts={urlsplit(settings.BASE_URL).netloc},
            require_https=settings.IS_HTTPS,
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail, at BASE_URL: the host that a stranger asked for proves nothing."""
        uid, _, token = key.partition("-")
        return settings.BASE_URL + reverse("account_reset_password_from_key", args=[uid, token])

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send the link. A mail server that is away must not tell which addresses are known."""
        try:
            super().send_password_reset_mail(user, email, context)
        except OSError as error:  # SMTP's errors are among them
            log.error(
                "The link for a new password did not reach the mail server (%s), for user %s",
                type(error).__name__,
                user.public_id,
            )

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Note who came in; what waits for somebody else is not for them."""
        audit.record("person.signed_in", subject=user, by=user, at=timezone.now())
        if kept_answers.drop_those_of_others(request, user):
            messages.warning(
                request,
                "Not saved: the answers sent before you signed in were on another person’s page. "
                "If you typed them, enter them again.",
            )
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note that somebody did not come in; what they typed stays out of the record."""
        audit.record("person.sign_in_failed", subject=None, by=None, at=timezone.now())
        super().authentication_failed(request, **credentials)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures of one account from one network address (ADR 7).

        The library counts by account and host name: a stranger anywhere could lock somebody out,
        and get more tries by asking for the same host with another port.
        """
        return f"{get_ip(request)} {credentials.get('email', '').lower()}"


def change_password(request: HttpRequest) -> HttpResponse:
    """Change the password; somebody who has none yet gets one by mail, which proves who they are."""
    if isinstance(request.user, User) and not request.user.has_usable_password():
        return redirect("account_reset_password")
    response: HttpResponse = allauth.password_change(request)
    return response
