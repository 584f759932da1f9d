"""Who is asking, as a typed value."""

from django.http import HttpRequest

from casework.models import User


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that `DefaultDeny` has let through."""
    assert isinstance(request.user, User)
    return request.user
