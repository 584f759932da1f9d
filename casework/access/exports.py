"""Which files a person may ask for, and which are theirs: nobody opens another's."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from casework.access.counts import CountScope, scopes_of
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.models import Export, ExportKind, ScheduledExport, User
from casework.models.export import Asked, ExportQuerySet
from casework.policies.count_definitions import UNKNOWN
from casework.policies.count_periods import CountPeriod, Month, PeriodKind
from casework.policies.shared_periods import SharedPeriod

NEEDS = {
    ExportKind.COUNTS: Permission.COUNTS_EXPORT,
    ExportKind.SHARED: Permission.COUNTS_SHARE,
    ExportKind.TIMELINESS: Permission.TIMELINESS,
    ExportKind.ROWS: Permission.EPISODES_EXPORT,
}


def may_export(user: User, kind: ExportKind) -> bool:
    """Whether this person may ask for files of this kind."""
    return may(user, NEEDS[kind])


def scope_for(user: User, asked: Asked) -> CountScope | None:
    """The scope of what was asked, as far as this person may still take it out; else None."""
    if not may_export(user, ExportKind(asked.kind)):
        return None
    for scope in scopes_to_export(user):
        if (scope.unit.pk if scope.unit else None) == asked.unit_id:
            return scope
    return None


def scopes_to_export(user: User) -> list[CountScope]:
    """What this person may ask for files of, the usual one first."""
    return scopes_of(user, Permission.EXPORTS)


def shared_so_far() -> list[SharedPeriod]:
    """Each period of which a file was shared, with all that it said; the first one first.

    Whoever may make one more reads this for the rules, and reads none of it out.
    """
    said = (
        Export.objects.shared()
        .order_by("done_at", "pk")
        .values_list("shared_figures", "lock__definitions_version")
    )
    return [shared_period_of(one, of_lock=version) for one, version in said if one is not None]


def shared_period_of(kept: dict[str, Any], *, of_lock: str | None = None) -> SharedPeriod:
    """What `kept_of` made of it, read again.

    What was kept without the version of its definitions has that of its lock, if it rests on one.
    """
    first, last = (Month(*map(int, kept[end].split("-"))) for end in ("first", "last"))
    period = CountPeriod(PeriodKind[kept["kind"]], first, last)
    versions = frozenset(kept.get("definitions", [of_lock or UNKNOWN]))
    return SharedPeriod(period=period, figures=kept["figures"], versions=versions)


def kept_of(shared: SharedPeriod) -> dict[str, Any]:
    """As the database keeps it: by its months, since an agency may move its fiscal year."""
    period = shared.period
    return {
        "kind": period.kind.name,
        "first": period.first.code,
        "last": period.last.code,
        "figures": dict(shared.figures),
        "definitions": sorted(shared.versions),
    }


def exports_of(user: User) -> ExportQuerySet:
    """The files that this person asked for."""
    return Export.objects.filter(asked_by=user).select_related("unit", "lock")


def get_export_or_404(user: User, export_id: UUID) -> Export:
    """A file of this person's; anybody else's does not exist."""
    return get_object_or_404(exports_of(user), public_id=export_id)


def schedules_of(user: User) -> QuerySet[ScheduledExport]:
    """The monthly exports of this person."""
    return ScheduledExport.objects.filter(owner=user).select_related("unit")


def get_schedule_or_404(user: User, schedule_id: UUID) -> ScheduledExport:
    """A monthly export of this person's; anybody else's does not exist."""
    return get_object_or_404(schedules_of(user), public_id=schedule_id)
