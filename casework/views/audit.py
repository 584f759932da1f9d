"""The audit trail, for auditors: who read or did what, by id."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import audit_events

PAGE = 50


@requires(Permission.AUDIT_VIEW)
def audit_trail(request: HttpRequest) -> HttpResponse:
    """Newest first, a page at a time; `before` is the number of the last event seen."""
    before = request.GET.get("before", "")
    events = audit_events()
    if before.isascii() and before.isdigit() and len(before) < 19:
        events = events.filter(pk__lt=int(before))
    page = list(events[: PAGE + 1])
    return render(
        request,
        "casework/audit/trail.html",
        {"events": page[:PAGE], "older": page[PAGE - 1].pk if len(page) > PAGE else None},
    )
