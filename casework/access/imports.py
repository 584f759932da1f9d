"""Files of earlier records: whoever may bring them in sees all of them, and nobody else any."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from casework.access.permissions import Permission
from casework.access.roles import may
from casework.models import ImportBatch, Unit, User
from casework.models.import_batch import ImportBatchQuerySet

PEOPLE = ("received_by", "asked_by", "imported_by", "undone_by", "unit")


def imports_visible_to(user: User) -> ImportBatchQuerySet:
    """The imports that this person may see, the latest first."""
    every = ImportBatch.objects.select_related(*PEOPLE)
    return every if may(user, Permission.HISTORY_IMPORT) else every.none()


def get_import_or_404(user: User, import_id: UUID) -> ImportBatch:
    """The import; 404 where this person may not see it."""
    return get_object_or_404(imports_visible_to(user), public_id=import_id)


def units_to_choose(user: User) -> list[Unit]:
    """The units to which the rows of a file can belong: all of them."""
    return list(Unit.objects.all()) if may(user, Permission.HISTORY_IMPORT) else []
