"""Pages for what went wrong. They must work without a database, and lose nothing that was typed."""

import logging
import sys
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from casework.access.kept_answers import KEPT_FOR
from casework.policies.first_sent import FIELD, first_sent

log = logging.getLogger(__name__)

HIDDEN = ("csrfmiddlewaretoken", FIELD)
SAYS_NOTHING = ("submission_key", "based_on", "matched_name", FIELD, KEPT_FOR)
NEVER_SHOWN = "password"


def _typed(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What was posted, to be sent again; None where it must not be repeated."""
    if request.method != "POST":
        return None
    try:
        posted = request.POST
    except Exception:  # a broken body has nothing to give back
        return None
    if any(NEVER_SHOWN in name for name in posted):
        return None
    answers = [
        (name, value) for name, values in posted.lists() if name not in HIDDEN for value in values
    ]
    sent_at = first_sent(posted.get(FIELD, ""), now=timezone.now())
    return [*answers, (FIELD, sent_at.isoformat())]


def _page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    """Render without context processors that need the database."""
    context |= {
        "demo": settings.DEMO,
        "agency_name": settings.AGENCY_NAME,
        "on_call_phone": settings.ON_CALL_PHONE,
        "csrf_token": _csrf_token(request),
        "request": request,
    }
    words = render_to_string(template, context)
    # Half a character cannot be sent; a page that fails on one would be no page at all.
    return HttpResponse(words.encode(errors="replace"), status=status)


def _csrf_token(request: HttpRequest) -> str:
    from django.middleware.csrf import get_token

    return get_token(request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke. What was typed stays on the page, ready to be sent again."""
    kind = sys.exc_info()[0]
    is_away = kind is not None and issubclass(kind, OperationalError | InterfaceError)
    reference = uuid.uuid4().hex[:8].upper()
    log.error("Error page %s for %s", reference, kind.__name__ if kind else "an unknown error")
    answers = _typed(request)
    template = "500.html" if answers is None else "did_not_save.html"
    return _page(
        request,
        template,
        503 if is_away else 500,
        answers=answers or [],
        shown=_for_people(answers or []),
        action=request.path,
        reference=reference,
        is_away=is_away,
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's key no longer fits, usually because of signing in again in another tab.

    A form that came from our own page is offered again; one from elsewhere is not.
    """
    origin = request.META.get("HTTP_ORIGIN") or request.META.get("HTTP_REFERER") or ""
    own = (urlsplit(settings.BASE_URL).netloc, request.get_host())
    answers = _typed(request) if urlsplit(origin).netloc in own else None
    if answers is None:
        return _page(request, "403.html", 403, is_stale=True)
    return _page(
        request,
        "did_not_save.html",
        403,
        answers=answers,
        shown=_for_people(answers),
        action=request.path,
        is_stale=True,
    )


def _for_people(answers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The answers that say something to a reader: no keys, no empty fields."""
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, value in answers
        if value and name not in SAYS_NOTHING
    ]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent cannot be read: broken, too long, or meant for another host."""
    return _page(
        request,
        "400.html",
        400,
        is_too_long=isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page, or it is not for this person: the answer is the same."""
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """This person's role does not open this page."""
    return render(request, "403.html", status=403)
