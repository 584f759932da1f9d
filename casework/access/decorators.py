"""Every view says who may open it: `@requires(permission)` or `@public`. Silence means nobody."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http.response import HttpResponseBase

from casework.access.permissions import Permission

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

PUBLIC = "public"


def requires(permission: Permission) -> Callable[[View], View]:
    """Open this view only to people who hold `permission`; `DefaultDeny` reads the mark."""

    def mark(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Open this view to everybody, signed in or not. Needs a reason beside it."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def access_of(view: Any) -> Permission | str | None:
    """What a view declares: a permission, `PUBLIC`, or None when it says nothing."""
    return getattr(view, "access", None)
