"""What holds for every request and every page: text that can be read, and no copies kept."""

import codecs
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from pghistory.middleware import HistoryMiddleware

POLICY = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
READ = {"utf-8", "ascii"}


class PrivatePages:
    """Tell browsers and proxies to keep no copy of a page, and to give it no device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store, private")
        response.setdefault("Permissions-Policy", POLICY)
        return response


class ReadableRequests:
    """Refuse, before anything else sees it, what cannot be read as a form in UTF-8.

    Browsers send nothing else from our pages. Other encodings can spell what no page can print and
    no database can keep, such as half a character.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.encoding and codecs.lookup(request.encoding).name not in READ:
            raise BadRequest("Not in UTF-8")
        if request.method == "POST":
            try:
                request.POST  # noqa: B018 (reading it is what may fail)
            except UnreadablePostError as unreadable:
                raise BadRequest("The body cannot be read") from unreadable
        return self.get_response(request)


class History(HistoryMiddleware):
    """Note who changes a record, but ask for nobody where we only say that we are alive.

    That answer must not wait for the database, and whom a session belongs to stands there.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == reverse("live"):
            response: HttpResponse = self.get_response(request)
        else:
            response = super().__call__(request)  # type: ignore[no-untyped-call]
        return response
