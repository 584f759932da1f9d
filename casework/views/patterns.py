"""Patterns: what episodes have in common, in numbers that lead to no youth."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casework.access.decorators import requires
from casework.access.patterns import (
    Span,
    below,
    count_patterns,
    counts_whole_agency,
    units_to_count,
)
from casework.access.permissions import Permission
from casework.forms.patterns import PatternsForm, chosen_kind
from casework.models import Unit, User
from casework.policies.periods import Period, recent, years
from casework.presenters.pattern_parts import Reading
from casework.presenters.patterns import patterns_of
from casework.views.people import signed_in

USUAL = "12"  # months
HALF_A_YEAR = 6


@requires(Permission.PATTERNS)
def patterns(request: HttpRequest) -> HttpResponse:
    """What is known of why youth leave: a period, a unit and a kind of placement at a time.

    Who sees the youth of these units reads every number. Who does not gets the whole agency year by
    year: spans and units that overlap could be subtracted until a small number is left.
    """
    user, now = signed_in(request), timezone.now()
    units = _own_first(list(units_to_count(user)), user)
    is_agency = counts_whole_agency(user)
    periods, usual = _periods(now, _zone(units), is_agency=is_agency)
    form = PatternsForm(request.GET, periods=periods, usual=usual, units=[] if is_agency else units)
    if not form.is_valid():
        raise Http404  # a unit out of reach, or an address that no page gave
    chosen = None
    if not is_agency:
        chosen = next(one for one in units if str(one.public_id) == form.cleaned_data["unit"])
        units = below(units, chosen)
    period = next(one for one in periods if one.code == form.cleaned_data["period"])
    span = Span(
        period=period,
        along=period if is_agency else period.over_a_long_line(),
        units=None if is_agency else [unit.pk for unit in units],
        kind=chosen_kind(form),
    )
    counts = count_patterns(span, with_places=not is_agency)
    reading = Reading(counts, span, floor=settings.SMALL_NUMBERS if is_agency else None)
    page = patterns_of(reading, units=units, chosen=chosen)
    context = {"form": form, "page": page, "now": now, "zone": period.zone}
    return render(request, "casework/patterns/patterns.html", context)


def _own_first(units: list[Unit], user: User) -> list[Unit]:
    """The person's own unit leads; for people without one, the one at the top of the agency."""
    return sorted(
        units,
        key=lambda unit: (
            unit.pk != user.unit_id,
            unit.parent_id is not None,
            unit.name,
            unit.pk,
        ),
    )


def _zone(units: Sequence[Unit]) -> ZoneInfo:
    return units[0].zone if units else ZoneInfo("UTC")


def _periods(now: datetime, zone: ZoneInfo, *, is_agency: bool) -> tuple[list[Period], Period]:
    """What may be chosen, and what is shown first."""
    by_year = years(now, zone)
    if is_agency:
        is_told_of_little = len(by_year[0].months) < HALF_A_YEAR
        return by_year, by_year[1] if is_told_of_little else by_year[0]
    every = [*recent(now, zone), *by_year]
    return every, next(one for one in every if one.code == USUAL)
