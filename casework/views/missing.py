"""Missing now: every youth in scope in the printed order, filtered by what stands in the address."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from casework.access.board import (
    BoardFilter,
    Cursor,
    Scope,
    Status,
    changes_since,
    fingerprint,
    page_of,
    rows_for,
)
from casework.access.board_address import query_of, read_filter, read_query
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.access.scoping import (
    has_several_units,
    saved_views_of,
    units_of,
    workers_visible_to,
)
from casework.forms.board import FilterForm
from casework.models import Unit, User
from casework.policies.urgency import HOW_WE_SORT, WITHIN_A_GROUP
from casework.presenters import lists
from casework.presenters.board import groups_of
from casework.presenters.dashboard import home_with
from casework.presenters.people import zone_of
from casework.views.people import signed_in

MANY_UNITS = 20  # with more than these, workers are to choose from once a unit is chosen


@requires(Permission.EPISODE_VIEW)
def missing(request: HttpRequest) -> HttpResponse:
    """The list, a page of it, or what the filter's form has asked for."""
    user, now = signed_in(request), timezone.now()
    if not all(request.GET.values()):
        # A form sends its empty fields too; an address that people keep should not have them.
        return redirect(lists.address_of(read_filter(request.GET.dict())))
    wanted = read_filter(request.GET.dict())
    after = Cursor.read(request.GET.get("after", ""))
    units = list(units_of(user))
    form = filter_form(user, request.GET.dict(), wanted, units=units)
    page = page_of(user, wanted, now=now, after=after, size=lists.PAGE)
    # A cursor of yesterday gives the first page.
    is_first = after is None or page.as_of != after.as_of
    chips = lists.chips_of(wanted, form.words_for)
    views = list(saved_views_of(user))
    addresses = {scope: lists.address_of(replace(wanted, scope=scope)) for scope in Scope}
    return render(
        request,
        "casework/board/missing.html",
        {
            "form": form,
            "groups": groups_of(rows_for(page.ids, user, now=now), now=now),
            "heading": lists.heading_of(wanted, page, is_first=is_first),
            "nobody": lists.nobody_words(wanted, chips),
            "chips": chips,
            "clear_url": lists.address_of(BoardFilter(scope=wanted.scope, status=Status.MISSING)),
            "scopes": lists.scopes_of(
                user, current=wanted.scope, has_below=len(units) > 1, addresses=addresses
            ),
            "views": lists.view_links(
                views, current=wanted, read={view.pk: read_query(view.query) for view in views}
            ),
            "save_url": lists.with_query(reverse("save_view"), query_of(wanted)),
            "next_url": lists.address_of(wanted, after=str(page.next)) if page.next else "",
            "first_url": "" if is_first else lists.address_of(wanted),
            **list_context(user, wanted, now=now, refresh_url=lists.address_of(wanted)),
        },
    )


@requires(Permission.EPISODE_VIEW)
def changes(request: HttpRequest) -> HttpResponse:
    """How much of a list has changed since it was shown; nothing (204) when nothing has."""
    user, now = signed_in(request), timezone.now()
    wanted = read_filter(request.GET.dict())
    number = changes_since(request.GET.get("seen", ""), user, wanted, now=now, size=lists.PAGE)
    if not number:
        return HttpResponse(status=204)
    show_url = lists.address_of(wanted)
    if request.GET.get("on") == "home":
        show_url = home_with(wanted.scope)
    return render(
        request, "casework/board/_changes.html", {"changes": number, "show_url": show_url}
    )


def filter_form(
    user: User, said: dict[str, str], *wanted: BoardFilter, units: list[Unit]
) -> FilterForm:
    """The filter's form; it knows by name whom `wanted` asks for.

    Of a large agency it offers workers once a unit is chosen: nobody looks through thousands.
    """
    asked = [one.worker for one in wanted if one.worker]
    workers = workers_visible_to(user, also=asked)
    chosen = {one.unit for one in wanted if one.unit}
    if chosen:
        workers = workers.filter(Q(unit__public_id__in=chosen) | Q(public_id__in=asked))
    elif len(units) > MANY_UNITS:
        workers = workers.filter(public_id__in=asked)
    return FilterForm(said, units=units, workers=workers)


def list_context(
    user: User, wanted: BoardFilter, *, now: datetime, refresh_url: str, **more: str
) -> dict[str, Any]:
    """What every page with the list says around it: how fresh it is, how it is sorted."""
    zone = zone_of(user)
    seen = fingerprint(user, wanted, now=now, size=lists.PAGE)
    return {
        "as_of": lists.as_of(now, zone),
        "refresh_url": refresh_url,
        "changes_url": lists.with_query(
            reverse("missing_changes"), query_of(wanted, seen=seen, **more)
        ),
        "order": HOW_WE_SORT,
        "order_within": WITHIN_A_GROUP,
        "reassign_url": reverse("reassign") if may(user, Permission.EPISODE_ASSIGN) else "",
        "size": lists.PAGE,
        "show_unit": has_several_units(user),
    }
