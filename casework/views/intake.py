"""Log a youth missing, and the matches that appear while the name is typed."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework import audit
from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.finding import Found, find_youth
from casework.access.permissions import Permission
from casework.access.scoping import units_for_intake, youth_visible_to
from casework.forms.intake import NEW_YOUTH, IntakeForm
from casework.models import Episode, Known, NoteKind, Unit, User, Youth
from casework.operations import episodes
from casework.operations.notes import add_note
from casework.presenters.intake import deadlines_of, matches_of, told_again
from casework.views.people import signed_in


@requires(Permission.EPISODE_LOG)
def log_youth(request: HttpRequest) -> HttpResponse:
    """The intake form. Saving it opens one episode and goes to its page."""
    user, now = signed_in(request), timezone.now()
    data = kept_answers.answers_of(request, now=now)
    match = data.get("match", "") if data else ""
    found = _find(user, data.get("name", ""), now) if data else Found([], False)
    chosen = _chosen(user, match)
    units = list(units_for_intake(user).order_by("name", "id"))
    unit = _responsible(data, chosen, units, user)
    form = IntakeForm(
        data, zone=unit.zone if unit else ZoneInfo("UTC"), now=now, units=units, default_unit=unit
    )
    if request.method == "POST" and form.is_valid():
        # Sent twice, a new youth's form would find the youth that it has just added.
        is_first = not episodes.is_logged_already(form.cleaned_data["submission_key"])
        if match and match != NEW_YOUTH and chosen is None:
            form.add_error("name", "Select one of the matches, or None of these")
        elif found.youth and not match and is_first:
            form.add_error("name", "Is it one of these youth? Select one, or None of these")
        else:
            return _log(request, form, chosen, user, unit)
    if data is not None and request.method == "GET":
        messages.info(request, "You were signed out. Your answers are kept: check them and save.")
    return render(
        request,
        "casework/intake/log.html",
        {
            "form": form,
            "matches": matches_of(found, chosen=match, now=now),
            "is_searched": bool(data and data.get("name")),
            "is_on_file_elsewhere": found.is_on_file_elsewhere,
            "none_chosen": match == NEW_YOUTH,
            "deadlines": deadlines_of(unit, now=now) if unit else None,
            "unit": unit,
        },
    )


def _log(
    request: HttpRequest, form: IntakeForm, youth: Youth | None, user: User, unit: Unit | None
) -> HttpResponse:
    telling = form.cleaned_data["telling"]
    try:
        episode = episodes.log_missing(
            by=user,
            now=form.now,
            submission_key=form.cleaned_data["submission_key"],
            telling=telling,
            youth=youth,
            new_name=form.cleaned_data["name"],
            unit=form.cleaned_data.get("unit") or unit,
        )
    except episodes.AlreadyMissing as error:
        return _add_to(request, error.episode, form, user)
    first = episode.duties.open().order_by("order", "id").first()
    messages.success(
        request, f"Clocks started. First: {first.title}." if first else "Clocks started."
    )
    if telling.in_danger == Known.YES:
        messages.warning(request, "You said the youth is in danger. If nobody has, call 911 now.")
    return redirect(episode)


def _add_to(request: HttpRequest, episode: Episode, form: IntakeForm, user: User) -> HttpResponse:
    """The youth is already logged: keep what was typed as a note on that episode."""
    telling = form.cleaned_data["telling"]
    add_note(
        episode=episode,
        by=user,
        now=form.now,
        kind=NoteKind.CALL,
        text=told_again(telling, episode.zone, now=form.now),
        happened=telling.told,
        submission_key=form.cleaned_data["submission_key"],
    )
    messages.info(
        request,
        f"Already logged missing by {episode.recorded_by.name}. "
        "Your answers are on the timeline. Add what else you know.",
    )
    return redirect(episode)


@requires(Permission.EPISODE_LOG)
@require_POST  # a name must not travel in an address
def matches(request: HttpRequest) -> HttpResponse:
    """The list of matches, for the form that asks while somebody types."""
    user, now = signed_in(request), timezone.now()
    found = _find(user, request.POST.get("name", ""), now)
    context: dict[str, Any] = {
        "matches": matches_of(found, chosen=request.POST.get("match", ""), now=now),
        "is_searched": bool(request.POST.get("name")),
        "is_on_file_elsewhere": found.is_on_file_elsewhere,
    }
    return render(request, "casework/intake/_matches.html", context)


def _find(user: User, typed: str, now: datetime) -> Found:
    """Look for the youth; that somebody hit on a record of another unit is on record, too."""
    found = find_youth(user, typed)
    if found.is_on_file_elsewhere:
        audit.record("youth.hit_in_other_unit", subject=None, by=user, at=now)
    return found


def _responsible(
    data: QueryDict | None, youth: Youth | None, units: list[Unit], user: User
) -> Unit | None:
    """The unit whose rules and zone apply: the youth's, or the one selected, or one's own."""
    if youth is not None:
        return youth.unit
    selected = data.get("unit") if data else None
    own = user.unit or (units[0] if units else None)
    return next((unit for unit in units if str(unit.pk) == selected), own)


def _chosen(user: User, match: str) -> Youth | None:
    try:
        public_id = UUID(match)
    except ValueError:
        return None
    return youth_visible_to(user).select_related("unit").filter(public_id=public_id).first()
