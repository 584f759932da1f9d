"""Exports that are made every month: schedule one, pause it, delete it, ask for those whose day came."""

import logging
import uuid
from datetime import datetime

from django.db import transaction

from casework import audit
from casework.access.counts import CountScope
from casework.access.exports import scope_for
from casework.models import Export, ExportKind, ExportPurpose, ScheduledExport, User
from casework.operations import exports
from casework.operations.exports import Refused
from casework.policies.count_periods import CountPeriod, Month, month_period
from casework.policies.file_formats import FileFormat

log = logging.getLogger(__name__)

MOST_SCHEDULES = 10  # a person


@transaction.atomic
def schedule(
    *,
    by: User,
    now: datetime,
    scope: CountScope,
    kind: ExportKind,
    file_format: FileFormat,
    purpose: ExportPurpose,
    purpose_words: str,
    day: int,
    with_levels: bool = False,
) -> ScheduledExport:
    """Make a file every month from now on, the first one of the month that is running.

    The same again is the one that there is. Raises `Refused` as `exports.ask` does, and when the
    person has too many.
    """
    exports.refuse(by, kind, file_format, purpose, purpose_words)
    with_levels = with_levels and kind is ExportKind.SHARED
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    same = by.scheduled_exports.filter(
        kind=kind,
        file_format=file_format,
        unit=scope.unit,
        purpose=purpose,
        day=day,
        with_levels=with_levels,
    ).first()
    if same is not None:
        return same
    if by.scheduled_exports.count() >= MOST_SCHEDULES:
        raise Refused(f"You have {MOST_SCHEDULES} monthly exports. Delete one first.")
    made = ScheduledExport.objects.create(
        owner=by,
        kind=kind,
        file_format=file_format,
        unit=scope.unit,
        with_levels=with_levels,
        purpose=purpose,
        purpose_words=purpose_words.strip()[: exports.LONGEST_WORDS],
        day=day,
        made_at=now,
    )
    audit.record("scheduled_export.made", subject=made, by=by, at=now, kind=kind, day=day)
    return made


@transaction.atomic
def pause(*, scheduled: ScheduledExport, by: User, now: datetime) -> None:
    """Make none until it goes on. Months that pass meanwhile are not made later."""
    if ScheduledExport.objects.filter(pk=scheduled.pk, paused_at=None).update(paused_at=now):
        audit.record("scheduled_export.paused", subject=scheduled, by=by, at=now)


@transaction.atomic
def resume(*, scheduled: ScheduledExport, by: User, now: datetime) -> None:
    """Go on with the month that is running."""
    paused = ScheduledExport.objects.filter(pk=scheduled.pk, paused_at__isnull=False)
    if paused.update(paused_at=None, made_at=now):
        audit.record("scheduled_export.resumed", subject=scheduled, by=by, at=now)


@transaction.atomic
def delete(*, scheduled: ScheduledExport, by: User, now: datetime) -> None:
    """Make no more; the files that were made stay until they expire."""
    held = ScheduledExport.objects.select_for_update().filter(pk=scheduled.pk).first()
    if held is not None:
        audit.record("scheduled_export.deleted", subject=held, by=by, at=now)
        held.delete()


def ask_due(*, now: datetime) -> int:
    """Ask for each monthly export whose month is over and whose day has come; how many.

    Each month is asked for once, however often and in parallel this runs.
    """
    asked = 0
    standing = ScheduledExport.objects.filter(paused_at=None).select_related("owner", "unit")
    for scheduled in standing.order_by("pk"):
        scope = scope_for(scheduled.owner, scheduled)
        if scope is None:
            log.warning("Scheduled export %s: its owner may not have it", scheduled.public_id)
            continue
        period = _due(scheduled, scope, now=now)
        if period is None or Export.objects.filter(schedule=scheduled, period=period.code).exists():
            continue
        try:
            exports.ask(
                by=scheduled.owner,
                now=now,
                scope=scope,
                period=period,
                kind=ExportKind(scheduled.kind),
                file_format=FileFormat(scheduled.file_format),
                purpose=ExportPurpose(scheduled.purpose),
                purpose_words=scheduled.purpose_words,
                with_levels=scheduled.with_levels,
                submission_key=uuid.uuid5(scheduled.public_id, period.code),
                schedule=scheduled,
            )
        except Refused as error:
            log.warning("Scheduled export %s was refused: %s", scheduled.public_id, error)
        else:
            asked += 1
    return asked


def _due(scheduled: ScheduledExport, scope: CountScope, *, now: datetime) -> CountPeriod | None:
    """The last month, if it is over in every zone, its day has come and it was not over before."""
    month = Month.of(now, scope.zone).later(-1)
    period = month_period(month)
    day_has_come = now.astimezone(scope.zone).day >= scheduled.day
    began = Month.of(scheduled.made_at, scope.zone)
    if not day_has_come or month < began or not period.is_over(now, scope.zones):
        return None
    return period
