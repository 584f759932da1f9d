"""Exports that are made every month: schedule one, pause it, delete it, ask for those whose day came."""

import logging
import uuid
from datetime import datetime

from django.db import transaction

from casework import audit
from casework.access.counts import CountScope
from casework.access.exports import scope_for
from casework.models import Export, ExportKind, ExportPurpose, ScheduledExport, Unit, User
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

    The same again is the one that there is; it goes on where it was paused. Raises `Refused` as `exports.ask` does, and when the
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
        resume(scheduled=same, by=by, now=now)
        same.refresh_from_db()
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
def pause(*, scheduled: ScheduledExport, by: User | None, now: datetime) -> None:
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

    Each month is asked for once, however often and in parallel this runs. Whose owner may not have
    it any more is asked for too, so that they hear that it could not be made, and is paused then.
    """
    asked = 0
    standing = ScheduledExport.objects.filter(paused_at=None, owner__is_active=True)
    for scheduled in standing.select_related("owner", "unit").order_by("pk"):
        own = scope_for(scheduled.owner, scheduled)
        scope = own or CountScope(unit=scheduled.unit, units=list(Unit.objects.all()))
        periods = [
            period
            for period in _due(scheduled, scope, now=now)
            if not Export.objects.filter(schedule=scheduled, period=period.code).exists()
        ]
        asked += sum(_ask(scheduled, scope, period, now=now) for period in periods)
        if periods and own is None:
            pause(scheduled=scheduled, by=None, now=now)
    return asked


def _ask(
    scheduled: ScheduledExport, scope: CountScope, period: CountPeriod, *, now: datetime
) -> bool:
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
        return False
    return True


def _due(scheduled: ScheduledExport, scope: CountScope, *, now: datetime) -> list[CountPeriod]:
    """The last month, if its day has come, and the one before, whose day may have passed unseen;
    each if it is over in every zone and was not over before.
    """
    last, began = Month.of(now, scope.zone).later(-1), Month.of(scheduled.made_at, scope.zone)
    day_has_come = now.astimezone(scope.zone).day >= scheduled.day
    months = [last.later(-1), last] if day_has_come else [last.later(-1)]
    periods = [month_period(month) for month in months if month >= began]
    return [period for period in periods if period.is_over(now, scope.zones)]
