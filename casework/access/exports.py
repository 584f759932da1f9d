"""Which files a person may ask for, and which are theirs: nobody opens another's."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from casework.access.counts import CountScope, scopes_of
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.models import Export, ExportKind, ScheduledExport, User
from casework.models.export import Asked, ExportQuerySet

NEEDS = {
    ExportKind.COUNTS: Permission.COUNTS_EXPORT,
    ExportKind.SHARED: Permission.COUNTS_EXPORT,
    ExportKind.TIMELINESS: Permission.COUNTS_EXPORT,
    ExportKind.ROWS: Permission.EPISODES_EXPORT,
}


def may_export(user: User, kind: ExportKind) -> bool:
    """Whether this person may ask for files of this kind."""
    return may(user, NEEDS[kind])


def scope_for(user: User, asked: Asked) -> CountScope | None:
    """The scope of what was asked, as far as this person may still take it out; else None."""
    if not may_export(user, ExportKind(asked.kind)):
        return None
    for scope in scopes_of(user):
        if (scope.unit.pk if scope.unit else None) == asked.unit_id:
            return scope
    return None


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
