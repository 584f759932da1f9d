"""The counts of a month or a year, locking a month, and taking a lock off."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework import audit
from casework.access import kept_answers
from casework.access.counts import (
    CountScope,
    count_period,
    count_since,
    count_trend,
    get_counted_month_or_404,
    lock_of,
    locks_before,
    scopes_of,
)
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.forms.counts import CountsForm, LockForm, UnlockForm
from casework.operations import counts as counting
from casework.policies.count_periods import (
    CountPeriod,
    Month,
    PeriodKind,
    month_period,
    periods_to_choose,
    read_period,
)
from casework.presenters.counts import address_of, lock_line, page_of, whose_words
from casework.views.people import signed_in


@requires(Permission.COUNTS_VIEW)
def counts(request: HttpRequest) -> HttpResponse:
    """The counts of a month or a year: missing at start + started - ended = missing at end."""
    user, now = signed_in(request), timezone.now()
    scopes = scopes_of(user)
    scope = _scope_or_404(scopes, request.GET.get("unit", ""))
    this_month = Month.of(now, scope.zone)
    starts = settings.FISCAL_YEAR_STARTS
    periods = periods_to_choose(this_month, starts=starts)
    usual = month_period(this_month.later(-1))  # the last one that is over
    period = _period_or_404(request.GET.get("period", usual.code))
    if not period.has_begun(now, scope.zones) and scope.zones:
        raise Http404
    if period not in periods[period.kind]:
        periods[period.kind].append(period)
    form = CountsForm(
        request.GET, periods=periods, usual=usual, units=[one.unit for one in scopes if one.unit]
    )
    if not form.is_valid():
        raise Http404
    lock, earlier, revision = None, [], None
    if period.kind is PeriodKind.MONTH:
        lock, earlier = lock_of(scope, period.first), list(locks_before(scope, period.first))
    if lock is None:
        found = count_period(scope, period, now=now)
    else:
        found, ids = count_since(lock, scope)
        revision = counting.revision_of(lock, found, ids)
    audit.record("counts.read", subject=scope.unit, by=user, at=now, period=period.code)
    page = page_of(
        found,
        scope,
        now=now,
        may_lock=may(user, Permission.COUNTS_LOCK),
        lock=lock,
        earlier=earlier,
        revision=revision,
    )
    context = {"form": form, "page": page, "now": now, "zone": scope.zone}
    return render(request, "casework/counts/counts.html", context)


@requires(Permission.COUNTS_LOCK)
def lock_counts(request: HttpRequest, period: str) -> HttpResponse:
    """Lock a month, after a look at what is locked."""
    user, now = signed_in(request), timezone.now()
    scope = _scope_or_404(scopes_of(user), request.GET.get("unit", ""))
    counted = _period_or_404(period)
    if counted.kind is not PeriodKind.MONTH:
        raise Http404
    form = LockForm(kept_answers.answers_of(request, now=now))
    if request.method == "POST" and form.is_valid():
        try:
            counting.lock(scope=scope, month=counted.first, by=user, now=now, **form.cleaned_data)
        except counting.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{counted.label} is locked.")
            return redirect(address_of(scope, counted))
    line = count_trend(scope, [counted.first], now=now).line(counted.first, counted.last)
    context = {
        "form": form,
        "counted": counted,
        "whose": whose_words(scope),
        "line": line,
        "counts_url": address_of(scope, counted),
    }
    return render(request, "casework/counts/lock.html", context)


@requires(Permission.COUNTS_LOCK)
def unlock_counts(request: HttpRequest, lock_id: UUID) -> HttpResponse:
    """Take a lock off, with a reason."""
    user, now = signed_in(request), timezone.now()
    lock, scope = get_counted_month_or_404(user, lock_id)
    counted = month_period(lock.counted)
    form = UnlockForm(kept_answers.answers_of(request, now=now))
    if request.method == "POST" and form.is_valid():
        try:
            counting.unlock(counted=lock, by=user, now=now, why=form.cleaned_data["why"])
        except counting.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{counted.label} is not locked any more.")
            return redirect(address_of(scope, counted))
    context = {
        "form": form,
        "counted": counted,
        "whose": whose_words(scope),
        "locked": lock_line(lock, scope, now=now),
        "counts_url": address_of(scope, counted),
    }
    return render(request, "casework/counts/unlock.html", context)


def _scope_or_404(scopes: list[CountScope], unit_id: str) -> CountScope:
    """The scope of this unit's id; without one the person's usual scope."""
    if not scopes:
        raise Http404
    if not unit_id:
        return scopes[0]
    for scope in scopes:
        if scope.unit is not None and str(scope.unit.public_id) == unit_id:
            return scope
    raise Http404


def _period_or_404(code: str) -> CountPeriod:
    try:
        period = read_period(code, starts=settings.FISCAL_YEAR_STARTS)
    except ValueError as error:
        raise Http404 from error
    if settings.FISCAL_YEAR_STARTS == 1 and period.kind is PeriodKind.FISCAL_YEAR:
        raise Http404
    return period
