"""The proof of timeliness: of one episode, and of a month or a year, on the page and as a file."""

import io
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework import audit
from casework.access.counts import CountScope, lock_of, scopes_of
from casework.access.decorators import requires
from casework.access.duty_outcomes import DutyOutcome
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.access.scoping import get_episode_or_404
from casework.access.timeliness import DutyTotal, proof_of_episode, proofs_of, totals_of
from casework.exports.document import Document
from casework.exports.timeliness import episode_document, moment_of, period_document
from casework.exports.writers import write
from casework.forms.counts import CountsForm
from casework.models import CountedMonth
from casework.policies.count_periods import (
    CountPeriod,
    Month,
    PeriodKind,
    month_period,
    periods_to_choose,
    read_period,
)
from casework.policies.file_formats import FileFormat
from casework.presenters import timeliness as words
from casework.presenters.counts import address_of as counts_address
from casework.presenters.counts import lock_line
from casework.presenters.episodes import name_and_age
from casework.views.people import signed_in

PAGE = 25  # rows
MOST_AT_ONCE = 2_000  # rows of a file that is made while one waits
FILES = (FileFormat.PDF, FileFormat.XLSX)


@requires(Permission.TIMELINESS)
def timeliness(request: HttpRequest) -> HttpResponse:
    """What was done in time in a month or a year: totals by duty, then duty by duty."""
    user, now = signed_in(request), timezone.now()
    scopes = scopes_of(user, Permission.TIMELINESS)
    scope = _scope_or_404(scopes, request.GET.get("unit", ""))
    this_month = Month.of(now, scope.zone)
    usual = month_period(this_month.later(-1))  # the last one that is over
    period = _period_or_404(request, scope, now=now)
    periods = periods_to_choose(this_month, starts=settings.FISCAL_YEAR_STARTS)
    if period not in periods[period.kind]:
        periods[period.kind].append(period)
    form = CountsForm(
        request.GET, periods=periods, usual=usual, units=[one.unit for one in scopes if one.unit]
    )
    if not form.is_valid():
        raise Http404
    lock = _lock(scope, period)
    asked_at = moment_of(lock, now=now)
    totals = totals_of(scope, period, now=asked_at)
    duty, outcome = _chosen(request, totals)
    number = _number(totals, duty, outcome)
    page = _page(request, number)
    rows = proofs_of(
        scope,
        period,
        now=asked_at,
        code=duty,
        outcome=outcome,
        skip=(page - 1) * PAGE,
        most=PAGE,
    )
    audit.record("timeliness.read", subject=scope.unit, by=user, at=now, period=period.code)
    sees_cases = may(user, Permission.EPISODE_VIEW)

    def address(other: int) -> str:
        return words.address_of(scope, period, duty=duty, outcome=outcome or "", page=other)

    context = {
        "form": form,
        "period": period,
        "whose": scope.words,
        "is_over": period.is_over(now, scope.zones),
        "lock": lock_line(lock, scope, now=now) if lock else "",
        "sentence": words.sentence_of(totals),
        "totals": [words.total_row(total, scope, period, lock) for total in totals],
        "meant": words.MEANT,
        "rows": [words.proof_row(row, now=now, sees_cases=sees_cases) for row in rows],
        "duties": [(total.code, total.title) for total in totals],
        "outcomes": words.outcomes_to_choose(),
        "duty": duty,
        "outcome": outcome,
        "number": number,
        "first": (page - 1) * PAGE + 1,
        "last": min(page * PAGE, number),
        "earlier_url": f"{address(page - 1)}#rows" if page > 1 else "",
        "later_url": f"{address(page + 1)}#rows" if page * PAGE < number else "",
        "files": [
            (one.label, words.address_of(scope, period, name="timeliness_file", args=[one.value]))
            for one in FILES
        ],
        "ask_url": words.ask_address(scope, period),
        "counts_url": counts_address(scope, period) if may(user, Permission.COUNTS_VIEW) else "",
        "now": now,
        "zone": scope.zone,
    }
    return render(request, "casework/timeliness/period.html", context)


@requires(Permission.TIMELINESS)
def timeliness_file(request: HttpRequest, extension: str) -> HttpResponse:
    """The auditor's file of a month or a year; too long a one is asked for under Exports."""
    user, now = signed_in(request), timezone.now()
    file_format = _format_or_404(extension)
    scope = _scope_or_404(scopes_of(user, Permission.TIMELINESS), request.GET.get("unit", ""))
    period = _period_or_404(request, scope, now=now)
    lock = _lock(scope, period)
    totals = totals_of(scope, period, now=moment_of(lock, now=now))
    if sum(total.number for total in totals) > MOST_AT_ONCE:
        messages.error(
            request,
            f"{period.label} has more than {MOST_AT_ONCE:,} duties, too many to be made while you "
            f"wait. Ask for it here, or choose one month or unit.",
        )
        return redirect(words.ask_address(scope, period))
    document = period_document(scope, period, lock, file_format=file_format, now=now)
    audit.record(
        "timeliness.downloaded",
        subject=scope.unit,
        by=user,
        at=now,
        period=period.code,
        format=file_format.value,
    )
    return _file(document, file_format, f"porchlight-timeliness-{period.code}")


@requires(Permission.EPISODE_VIEW)
def episode_timeliness(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """What was done in time in one episode, duty by duty."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    audit.record("episode.timeliness_read", subject=episode, by=user, at=now)
    proofs = proof_of_episode(episode, now=now)
    context = {
        "episode": episode,
        "about": name_and_age(episode.youth, episode.zone, now=now),
        "sentence": words.episode_sentence(proofs),
        "ended": words.ended_words(episode, now=now),
        "rows": [words.proof_row(proof, now=now, sees_cases=True) for proof in proofs],
        "meant": words.MEANT,
        "files": FILES,
        "now": now,
        "zone": episode.zone,
    }
    return render(request, "casework/timeliness/episode.html", context)


@requires(Permission.EPISODE_VIEW)
def episode_timeliness_file(request: HttpRequest, episode_id: UUID, extension: str) -> HttpResponse:
    """The same as a file, by the episode's reference: no name stands in it."""
    user, now = signed_in(request), timezone.now()
    file_format = _format_or_404(extension)
    episode = get_episode_or_404(user, episode_id)
    document = episode_document(episode, file_format=file_format, now=now)
    audit.record(
        "episode.timeliness_downloaded", subject=episode, by=user, at=now, format=file_format.value
    )
    return _file(document, file_format, f"porchlight-timeliness-{episode.reference}")


def _file(document: Document, file_format: FileFormat, name: str) -> HttpResponse:
    file = io.BytesIO()
    write(document, file_format, file)
    response = HttpResponse(file.getvalue(), content_type=file_format.content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{file_format.extension}"'
    response["Cache-Control"] = "no-store"
    return response


def _format_or_404(extension: str) -> FileFormat:
    for file_format in FILES:
        if file_format.value == extension:
            return file_format
    raise Http404


def _scope_or_404(scopes: list[CountScope], unit_id: str) -> CountScope:
    """The scope of this unit's id; without one the person's usual scope."""
    for scope in scopes:
        if not unit_id or (scope.unit is not None and str(scope.unit.public_id) == unit_id):
            return scope
    raise Http404


def _period_or_404(request: HttpRequest, scope: CountScope, *, now: datetime) -> CountPeriod:
    """The period that is asked for; without one the last month that is over."""
    usual = month_period(Month.of(now, scope.zone).later(-1))
    code = request.GET.get("period", usual.code)
    try:
        period = read_period(code, starts=settings.FISCAL_YEAR_STARTS)
    except ValueError as error:
        raise Http404 from error
    if settings.FISCAL_YEAR_STARTS == 1 and period.kind is PeriodKind.FISCAL_YEAR:
        raise Http404
    if scope.zones and not period.has_begun(now, scope.zones):
        raise Http404
    return period


def _lock(scope: CountScope, period: CountPeriod) -> CountedMonth | None:
    return lock_of(scope, period.first) if period.kind is PeriodKind.MONTH else None


def _chosen(request: HttpRequest, totals: list[DutyTotal]) -> tuple[str, DutyOutcome | None]:
    """The duty and the outcome that the rows are narrowed to; 404 for what no page offers."""
    duty, outcome = request.GET.get("duty", ""), request.GET.get("outcome", "")
    if duty and duty not in {total.code for total in totals}:
        raise Http404
    if not outcome:
        return duty, None
    try:
        return duty, DutyOutcome(outcome)
    except ValueError as error:
        raise Http404 from error


def _number(totals: list[DutyTotal], duty: str, outcome: DutyOutcome | None) -> int:
    chosen = [total for total in totals if not duty or total.code == duty]
    if outcome is None:
        return sum(total.number for total in chosen)
    return sum(total.outcomes.get(outcome, 0) for total in chosen)


def _page(request: HttpRequest, number: int) -> int:
    """Which page of the rows; 404 for one that is not there."""
    try:
        page = int(request.GET.get("page", "1"))
    except ValueError as error:
        raise Http404 from error
    if not 1 <= page <= max(1, -(-number // PAGE)):
        raise Http404
    return page
