"""Who is asking, as a typed value."""

from typing import cast

from django.http import HttpRequest

from casework.models import User


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that `DefaultDeny` has let through."""
    return cast(User, request.user)
