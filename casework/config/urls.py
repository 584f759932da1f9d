"""The project's addresses: our own, and signing in.

Of django-allauth only what we use is mounted, each page marked public by name: nobody signs up,
and nobody changes an e-mail address without an admin.
"""

from allauth.account import views as account
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from casework.access.decorators import public, requires
from casework.access.permissions import Permission
from casework.views import accounts

handler400 = "casework.views.errors.bad_request"
handler403 = "casework.views.errors.forbidden"
handler404 = "casework.views.errors.not_found"
handler500 = "casework.views.errors.server_error"


class Base36(StringConverter):
    """Digits and letters only, so that what follows a hyphen is left to the next part."""

    regex = "[0-9a-z]+"


register_converter(Base36, "base36")

# Public because they are how one gets in, or back in.
sign_in = [
    path("sign-in", public(account.login), name="account_login"),
    path("sign-out", public(account.logout), name="account_logout"),
    path("password/forgot", public(account.password_reset), name="account_reset_password"),
    path(
        "password/forgot/sent",
        public(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "password/new/<base36:uidb36>-<key>",
        public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/done",
        public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("account-closed", public(account.account_inactive), name="account_inactive"),
]

urlpatterns = [
    path("", include("casework.urls")),
    *sign_in,
    path(
        "password/change",
        requires(Permission.SIGNED_IN)(accounts.change_password),
        name="account_change_password",
    ),
]
