"""Home: the caseload, most urgent first; for people without cases, what they run or read."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from casework.access.decorators import public, requires
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.access.scoping import caseload_of
from casework.health import readiness
from casework.models import Episode
from casework.presenters.caseload import caseload_row, next_due_at
from casework.presenters.health import light_of
from casework.presenters.page import THEMES
from casework.views.people import signed_in

A_YEAR = 365 * 24 * 60 * 60


@requires(Permission.SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """The page one lands on."""
    user, now = signed_in(request), timezone.now()
    light = (
        light_of(
            readiness(now=now, ask_broker=False),
            now=now,
            zone=user.unit.zone if user.unit else None,
        )
        if may(user, Permission.REMINDERS_HEALTH)
        else None
    )
    if not may(user, Permission.EPISODE_VIEW):
        if may(user, Permission.AUDIT_VIEW):
            return redirect("audit")
        return render(request, "casework/home/running.html", {"light": light})
    episodes = sorted(
        caseload_of(user),
        key=lambda episode: next_due_at(episode, now=now),
    )
    rows = [(episode, caseload_row(episode, now=now)) for episode in episodes]
    return render(
        request,
        "casework/home/caseload.html",
        {
            "mine": [row for episode, row in rows if _is_mine(episode, user.pk)],
            "others": [
                row
                for episode, row in rows
                if episode.assigned_to_id is not None and not _is_mine(episode, user.pk)
            ],
            "unheld": [row for episode, row in rows if episode.assigned_to_id is None],
            "may_assign": may(user, Permission.EPISODE_ASSIGN),
            "unit": user.unit,
            "now": now,
            "zone": user.unit.zone if user.unit else None,
            "light": light,
        },
    )


def _is_mine(episode: Episode, user_id: int) -> bool:
    return episode.assigned_to_id == user_id


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
