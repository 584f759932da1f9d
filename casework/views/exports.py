"""Ask for a file, see how far it is, download or cancel it; have one made every month."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.access import kept_answers
from casework.access.counts import CountScope
from casework.access.decorators import requires
from casework.access.exports import (
    exports_of,
    get_export_or_404,
    get_schedule_or_404,
    may_export,
    schedules_of,
    scope_for,
    scopes_to_export,
)
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.exports.about import file_name
from casework.exports.making import MAKERS
from casework.forms.exports import ExportForm, ScheduleForm
from casework.models import Export, ExportKind, ExportState, User
from casework.operations import exports as exporting
from casework.operations import scheduled_exports
from casework.policies.count_periods import (
    CountPeriod,
    Month,
    PeriodKind,
    month_period,
    periods_to_choose,
    read_period,
)
from casework.policies.file_formats import FileFormat
from casework.presenters.exports import export_rows, schedule_rows, status_words, what
from casework.views.people import signed_in

MOST_LISTED = 50


@requires(Permission.EXPORTS)
def exports(request: HttpRequest) -> HttpResponse:
    """One's files, newest first, and what is made every month."""
    user, now = signed_in(request), timezone.now()
    scopes = _scopes_or_404(user)
    mine = list(exports_of(user)[:MOST_LISTED])
    context = {
        "sees_counts": may(user, Permission.COUNTS_VIEW),
        "rows": export_rows(mine, scopes[0].zone, _in_reach(user, scopes, mine), now=now),
        "schedules": schedule_rows(schedules_of(user)),
        "status": status_words(mine, now=now),
        "is_waiting": any(
            one.state(now) in (ExportState.WAITING, ExportState.RUNNING) for one in mine
        ),
    }
    return render(request, "casework/exports/list.html", context)


@requires(Permission.EXPORTS)
def ask_export(request: HttpRequest) -> HttpResponse:
    """Ask for a file of a month or a year."""
    user, now = signed_in(request), timezone.now()
    scopes = _scopes_or_404(user)
    period = _period_asked(request.GET.get("period", ""), scopes[0], now=now)
    form = ExportForm(
        kept_answers.answers_of(request, now=now),
        periods=_periods(period, scopes[0], now=now),
        kinds=_kinds(user),
        units=[scope.unit for scope in scopes if scope.unit],
        initial={key: asked for key in ("unit", "kind") if (asked := request.GET.get(key))}
        | {"period": period.code},
    )
    if request.method == "POST" and form.is_valid():
        chosen = read_period(form.cleaned_data["period"], starts=settings.FISCAL_YEAR_STARTS)
        try:
            exporting.ask(
                by=user,
                now=now,
                scope=_scope_of(scopes, form.cleaned_data.get("unit", "")),
                period=chosen,
                submission_key=form.cleaned_data["submission_key"],
                **form.answers(),
            )
        except exporting.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Your file is being made. It appears here when it is ready.")
            return redirect("exports")
    return render(request, "casework/exports/ask.html", {"form": form})


@requires(Permission.EXPORTS)
def download_export(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    """The file itself, a megabyte at a time."""
    user, now = signed_in(request), timezone.now()
    export = get_export_or_404(user, export_id)
    scope = scope_for(user, export)
    if scope is None:
        raise Http404
    try:
        content = exporting.download(export=export, by=user, now=now)
    except exporting.Refused as error:
        messages.error(request, str(error))
        return redirect("exports")
    return StreamingHttpResponse(
        content,
        content_type=FileFormat(export.file_format).content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(export, scope.zone)}"',
            "Content-Length": str(export.size),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        },
    )


@requires(Permission.EXPORTS)
@require_POST
def cancel_export(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Cancel a file that is not made yet."""
    user, now = signed_in(request), timezone.now()
    try:
        exporting.cancel(export=get_export_or_404(user, export_id), by=user, now=now)
    except exporting.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Canceled. Nothing of the file is kept.")
    return redirect("exports")


@requires(Permission.EXPORTS)
def schedule_export(request: HttpRequest) -> HttpResponse:
    """Have a file made every month."""
    user, now = signed_in(request), timezone.now()
    scopes = _scopes_or_404(user)
    form = ScheduleForm(
        kept_answers.answers_of(request, now=now),
        kinds=_kinds(user),
        units=[scope.unit for scope in scopes if scope.unit],
    )
    if request.method == "POST" and form.is_valid():
        try:
            scheduled_exports.schedule(
                by=user,
                now=now,
                scope=_scope_of(scopes, form.cleaned_data.get("unit", "")),
                day=form.cleaned_data["day"],
                **form.answers(),
            )
        except exporting.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "From now on it is made every month.")
            return redirect("exports")
    return render(request, "casework/exports/schedule.html", {"form": form})


@requires(Permission.EXPORTS)
@require_POST
def pause_schedule(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """Make none until it goes on."""
    user, now = signed_in(request), timezone.now()
    scheduled = get_schedule_or_404(user, schedule_id)
    scheduled_exports.pause(scheduled=scheduled, by=user, now=now)
    messages.success(request, "Paused. Months that pass meanwhile are not made later.")
    return redirect("exports")


@requires(Permission.EXPORTS)
@require_POST
def resume_schedule(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """Go on with the month that is running."""
    user, now = signed_in(request), timezone.now()
    scheduled = get_schedule_or_404(user, schedule_id)
    scheduled_exports.resume(scheduled=scheduled, by=user, now=now)
    messages.success(request, "It goes on, with the month that is running.")
    return redirect("exports")


@requires(Permission.EXPORTS)
def delete_schedule(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """Make no more, after a look at what is deleted."""
    user, now = signed_in(request), timezone.now()
    scheduled = get_schedule_or_404(user, schedule_id)
    if request.method == "POST":
        scheduled_exports.delete(scheduled=scheduled, by=user, now=now)
        messages.success(request, "No more files are made every month by this one.")
        return redirect("exports")
    return render(request, "casework/exports/delete_schedule.html", {"what": what(scheduled)})


def _scopes_or_404(user: User) -> list[CountScope]:
    scopes = scopes_to_export(user)
    if not scopes:
        raise Http404
    return scopes


def _scope_of(scopes: list[CountScope], unit_id: str) -> CountScope:
    """The scope of a unit that the form has let through; the agency where it asks for none."""
    return next(
        (scope for scope in scopes if scope.unit and str(scope.unit.public_id) == unit_id),
        scopes[0],
    )


def _in_reach(user: User, scopes: list[CountScope], some: list[Export]) -> set[int]:
    """The files, by their row's key, that this person may still have; as `scope_for` says it."""
    units = {scope.unit.pk if scope.unit else None for scope in scopes}
    return {
        one.pk for one in some if one.unit_id in units and may_export(user, ExportKind(one.kind))
    }


def _kinds(user: User) -> list[ExportKind]:
    return [kind for kind in ExportKind if kind in MAKERS and may_export(user, kind)]


def _period_asked(code: str, scope: CountScope, *, now: datetime) -> CountPeriod:
    """The period of the page that one comes from; without one the last month that is over."""
    try:
        return read_period(code, starts=settings.FISCAL_YEAR_STARTS)
    except ValueError:
        return month_period(Month.of(now, scope.zone).later(-1))


def _periods(
    asked: CountPeriod, scope: CountScope, *, now: datetime
) -> dict[PeriodKind, list[CountPeriod]]:
    starts = settings.FISCAL_YEAR_STARTS
    periods = periods_to_choose(Month.of(now, scope.zone), starts=starts)
    if asked not in periods[asked.kind]:
        periods[asked.kind].append(asked)
    return periods
