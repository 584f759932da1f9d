"""Log a youth missing, and the matches that appear while the name is typed."""

from collections import Counter
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
from casework.access.scoping import unit_ids_in_scope, units_of, youth_visible_to
from casework.forms.intake import NEW_YOUTH, IntakeForm
from casework.models import Episode, Known, NoteKind, Unit, User, Youth
from casework.operations import episodes
from casework.operations.notes import add_note
from casework.operations.submissions import KeyReused
from casework.presenters.intake import ask_who, deadlines_of, matches_of, told_again
from casework.views.people import signed_in


@requires(Permission.EPISODE_LOG)
def log_youth(request: HttpRequest) -> HttpResponse:
    """The intake form. Saving it opens one episode and goes to its page."""
    user, now = signed_in(request), timezone.now()
    data = kept_answers.answers_of(request, now=now)
    asked = data or QueryDict()
    found = _find(user, asked.get("name", ""), now)
    chosen = _chosen(found, asked)
    units = list(units_of(user).order_by("name", "id"))
    own_unit = _own_unit(user, units)
    unit = _responsible(asked, chosen, units, own_unit)
    form = IntakeForm(
        data,
        zone=unit.zone if unit else _likely_zone(user, units),
        now=now,
        units=units,
        own_unit=own_unit,
        is_unit_known=unit is not None,
    )
    if request.method == "POST" and _is_whole(form, user, found, chosen, asked):
        try:
            return _log(request, form, chosen, user, unit)
        except KeyReused as error:
            form.renew_key()
            form.add_error(None, str(error))
    if data is not None and request.method == "GET":
        messages.info(request, "You were signed out. Your answers are kept: check them and save.")
    return render(
        request,
        "casework/intake/log.html",
        {
            "form": form,
            **_matches_context(found, asked, now),
            "deadlines": deadlines_of(unit, now=now) if unit else None,
            "unit": unit,
        },
    )


def _is_whole(
    form: IntakeForm, user: User, found: Found, chosen: Youth | None, asked: QueryDict
) -> bool:
    """Whether the form can be saved; everything that stands in the way is said at once."""
    form.is_valid()
    key = form.cleaned_data.get("submission_key")
    # Sent twice, a new youth's form would find the youth that it has just added.
    if key is not None and episodes.is_logged_already(key):
        return form.is_valid()
    if "name" not in form.errors and (question := _who(user, found, chosen, asked)):
        form.add_error("name", question)
    elif chosen is None and form.asks_unit and not form.cleaned_data.get("unit"):
        form.add_error("unit", "Select the unit that is responsible for this youth")
    return form.is_valid()


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
            unit=unit,
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
    context = _matches_context(found, request.POST, now)
    return render(request, "casework/intake/_matches.html", context)


def _matches_context(found: Found, asked: QueryDict, now: datetime) -> dict[str, Any]:
    return {
        "matches": matches_of(found, chosen=asked.get("match", ""), now=now),
        "searched": asked.get("name", ""),
        "is_searched": bool(asked.get("name")),
        "is_on_file_elsewhere": found.is_on_file_elsewhere,
        "none_chosen": _is_none_of_these(asked),
    }


def _find(user: User, typed: str, now: datetime) -> Found:
    """Look for the youth; that somebody hit on a record of another unit is on record, too."""
    found = find_youth(user, typed)
    if found.is_on_file_elsewhere:
        audit.record("youth.hit_in_other_unit", subject=None, by=user, at=now)
    return found


def _chosen(found: Found, asked: QueryDict) -> Youth | None:
    """The match selected, if that is a youth whom the name as it reads now finds."""
    match = asked.get("match", "")
    return next((youth for youth in found.youth if str(youth.public_id) == match), None)


def _is_none_of_these(asked: QueryDict) -> bool:
    """Whether "None of these" was selected, and for the name as it reads now."""
    is_same_name = asked.get("matched_name", "").strip() == asked.get("name", "").strip()
    return asked.get("match") == NEW_YOUTH and is_same_name


def _who(user: User, found: Found, chosen: Youth | None, asked: QueryDict) -> str:
    """What to ask before anyone is logged; empty when it is clear who is meant.

    A selection made for another name never counts: the wrong youth would be logged.
    """
    match = asked.get("match", "")
    is_new = match in {"", NEW_YOUTH} and not found.youth
    if chosen or is_new or _is_none_of_these(asked):
        return ""
    return ask_who(
        name=asked.get("name", "").strip(),
        found=found,
        selected=_visible(user, match),
        none_of=asked.get("matched_name", "").strip() if match == NEW_YOUTH else "",
    )


def _visible(user: User, match: str) -> Youth | None:
    try:
        public_id = UUID(match)
    except ValueError:
        return None
    return youth_visible_to(user).filter(public_id=public_id).first()


def _own_unit(user: User, units: list[Unit]) -> Unit | None:
    """The unit to start from: one's own. None for people who answer for the whole agency.

    A guess would start a youth on another unit's clocks.
    """
    if len(units) == 1:
        return units[0]
    return None if unit_ids_in_scope(user) is None else user.unit


def _responsible(
    asked: QueryDict, youth: Youth | None, units: list[Unit], own_unit: Unit | None
) -> Unit | None:
    """The unit whose rules and zone apply: the youth's, or the one selected, or one's own."""
    if youth is not None:
        return youth.unit
    if "unit" in asked:
        return next((unit for unit in units if str(unit.pk) == asked["unit"]), None)
    return own_unit


def _likely_zone(user: User, units: list[Unit]) -> ZoneInfo:
    """The zone to assume until the unit is known: one's own, or the one that most units keep."""
    if user.unit is not None:
        return user.unit.zone
    zones = Counter(unit.time_zone for unit in units)
    return ZoneInfo(zones.most_common(1)[0][0] if zones else "UTC")
