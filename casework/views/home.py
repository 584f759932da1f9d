"""Home: the dashboard or the caseload, most urgent first; for people without cases, what they run."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from casework.access.board import (
    BoardFilter,
    Row,
    Scope,
    Status,
    last_30_days,
    page_of,
    rows_for,
    tiles,
    workload,
)
from casework.access.board_address import read_filter
from casework.access.decorators import public, requires
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.health import readiness
from casework.models import User
from casework.presenters import dashboard as words
from casework.presenters.board import groups_of, row_of
from casework.presenters.health import Light, light_of
from casework.presenters.lists import PAGE, address_of, scopes_of
from casework.presenters.page import THEMES
from casework.presenters.people import zone_of
from casework.views.missing import list_context
from casework.views.people import signed_in

A_YEAR = 365 * 24 * 60 * 60
A_FEW = 8  # rows of the lists below the first one


@requires(Permission.SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """The page one lands on."""
    user, now = signed_in(request), timezone.now()
    if may(user, Permission.DASHBOARD):
        return _dashboard(request, user, now=now)
    if may(user, Permission.EPISODE_VIEW):
        return _caseload(request, user, now=now)
    if may(user, Permission.AUDIT_VIEW):
        return redirect("audit")
    return render(request, "casework/home/running.html", {"light": _light(user, now=now)})


def _dashboard(request: HttpRequest, user: User, *, now: datetime) -> HttpResponse:
    """Who is in danger, what is late, who holds it."""
    scope = read_filter(request.GET.dict()).scope
    missing = BoardFilter(scope=scope, status=Status.MISSING)
    parts = {
        "located": BoardFilter(scope=scope, status=Status.LOCATED),
        "returned": BoardFilter(scope=scope, status=Status.RETURNED_OPEN),
    }
    page = page_of(user, missing, now=now, size=PAGE)
    pages = {key: page_of(user, wanted, now=now, size=A_FEW) for key, wanted in parts.items()}
    shown = [*page.ids, *(one for few in pages.values() for one in few.ids)]
    rows = _rows(shown, user, now=now)
    loads = workload(user, scope, now=now)
    around = list_context(user, missing, now=now, refresh_url=words.home_with(scope), on="home")
    return render(
        request,
        "casework/board/dashboard.html",
        {
            "heading": words.heading_words(user, scope),
            "tiles": words.tiles_of(tiles(user, scope, now=now)),
            "scopes": scopes_of(
                user,
                current=scope,
                has_below=around["show_unit"],
                addresses={one: words.home_with(one) for one in Scope},
            ),
            "groups": groups_of(_those(page.ids, rows), now=now),
            "missing_words": words.missing_words(page, loads, pages["located"]),
            "missing_url": address_of(missing),
            "next_url": address_of(missing, after=str(page.next)) if page.next else "",
            "parts": [
                words.part_of(
                    key,
                    parts[key],
                    [row_of(row, now=now) for row in _those(few.ids, rows)],
                    has_more=few.next is not None,
                )
                for key, few in pages.items()
            ],
            "workload": words.workload_of(loads, scope, zone=zone_of(user), now=now),
            "on_time": words.on_time_of(last_30_days(user, scope, now=now)),
            "on_time_note": words.ON_TIME_NOTE,
            "light": _light(user, now=now),
            **around,
        },
    )


def _caseload(request: HttpRequest, user: User, *, now: datetime) -> HttpResponse:
    """One's own youth and the others of the unit, in the order of every list."""
    everybody = BoardFilter()
    page = page_of(user, everybody, now=now, size=PAGE)
    own = page_of(user, BoardFilter(scope=Scope.MINE), now=now, size=PAGE)
    shown = list(dict.fromkeys((*own.ids, *page.ids)))
    rows = _rows(shown, user, now=now)
    mine = _those(own.ids, rows)
    others = _those([pk for pk in page.ids if pk not in set(own.ids)], rows)
    return render(
        request,
        "casework/home/caseload.html",
        {
            "mine": groups_of(mine, now=now),
            "mine_count": len(mine),
            "mine_url": address_of(BoardFilter(scope=Scope.MINE)) if own.next else "",
            "others": groups_of(others, now=now),
            "others_count": len(others),
            "others_url": address_of(everybody) if page.next else "",
            "unit": user.unit,
            **list_context(user, everybody, now=now, refresh_url="/", on="home"),
        },
    )


def _rows(ids: Sequence[int], user: User, *, now: datetime) -> dict[int, Row]:
    """The rows of several lists, asked for together."""
    return {row.episode.pk: row for row in rows_for(ids, user, now=now)}


def _those(ids: Sequence[int], rows: dict[int, Row]) -> list[Row]:
    """The rows of one list, without those whose work was finished between two questions."""
    return [rows[pk] for pk in ids if pk in rows]


def _light(user: User, *, now: datetime) -> Light | None:
    """Whether reminders go out, for those who are to know."""
    if not may(user, Permission.REMINDERS_HEALTH):
        return None
    return light_of(readiness(now=now, ask_broker=False), now=now, zone=zone_of(user))


@public  # the sign-in page has colors too
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of colors in a cookie and go back."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie(
            "theme",
            theme,
            max_age=A_YEAR,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
    return response
