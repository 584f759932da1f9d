"""Pages of the demonstration only: the caught mail and the gallery of components."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from casework.access.decorators import public, requires
from casework.access.people import zones_by_address
from casework.access.permissions import Permission
from casework.presenters.mailbox import letters, read_letter

SHOWN = 100


def _only_in_the_demonstration() -> None:
    if not settings.DEMO:
        raise Http404


@requires(Permission.DEMO_MAILBOX)
def mailbox(request: HttpRequest) -> HttpResponse:
    """The mail that the demonstration has caught, newest first, each at the time of whom it is for."""
    _only_in_the_demonstration()
    caught = letters(settings.MAIL_CATCHER_DIR, most=SHOWN)
    zones = zones_by_address(letter.address for letter in caught)
    return render(
        request,
        "casework/demo/mailbox.html",
        {"letters": [(letter, zones.get(letter.address)) for letter in caught]},
    )


@requires(Permission.DEMO_MAILBOX)
def letter(request: HttpRequest, key: str) -> HttpResponse:
    """One caught message, as plain text."""
    _only_in_the_demonstration()
    found = read_letter(settings.MAIL_CATCHER_DIR, key)
    if found is None:
        raise Http404
    zone = zones_by_address([found.address]).get(found.address)
    return render(request, "casework/demo/letter.html", {"letter": found, "zone": zone})


@public  # holds no records, and exists in the demonstration only
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    _only_in_the_demonstration()
    return render(request, "_components/gallery.html")
