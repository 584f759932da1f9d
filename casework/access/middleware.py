"""Default deny: a view that does not declare its permission opens for nobody."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from casework.access import kept_answers
from casework.access.decorators import PUBLIC, access_of
from casework.access.permissions import Permission
from casework.access.roles import may


class DefaultDeny:
    """Let a request through only where its view declares that this person may pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        access = access_of(view)
        if access == PUBLIC:
            return None
        if not request.user.is_authenticated:
            if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
                # A piece of a page, fetched in the background: the sign-in page is no answer.
                return HttpResponse(status=401)
            if request.method == "POST":
                kept_answers.keep(request, now=timezone.now())
                return redirect_to_login(request.path)
            return redirect_to_login(request.get_full_path())
        if not isinstance(access, Permission) or not may(request.user, access):
            raise PermissionDenied
        return None
