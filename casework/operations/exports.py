"""Ask for a file, cancel it, note that it was downloaded, and delete what has expired."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from casework import audit
from casework.access.counts import CountScope
from casework.access.exports import may_export
from casework.models import Export, ExportKind, ExportPart, ExportPurpose, ScheduledExport, User
from casework.policies.count_periods import CountPeriod
from casework.policies.file_formats import FileFormat

KEPT_FOR = timedelta(days=7)
MOST_UNFINISHED = 5  # files of one person that wait or are being made
LONGEST_WORDS = 300
# Rows of episodes are too wide for paper.
FORMATS = {
    ExportKind.ROWS: (FileFormat.CSV, FileFormat.XLSX, FileFormat.JSON),
    ExportKind.COUNTS: tuple(FileFormat),
    ExportKind.SHARED: tuple(FileFormat),
    ExportKind.TIMELINESS: tuple(FileFormat),
}


class Refused(Exception):
    """Why a file is not made, cancelled or given; the sentence says what to do."""


def ask(
    *,
    by: User,
    now: datetime,
    scope: CountScope,
    period: CountPeriod,
    kind: ExportKind,
    file_format: FileFormat,
    purpose: ExportPurpose,
    purpose_words: str,
    submission_key: UUID,
    with_levels: bool = False,
    schedule: ScheduledExport | None = None,
) -> Export:
    """Ask for a file; it is made within seconds. The same form again gets the same file.

    Raises `Refused` where the person may not have it, it cannot be of that format, the period has
    not begun, no purpose is given, or too many of theirs wait.
    """
    if schedule is None:  # what is scheduled was let through then; it is looked at when it is made
        refuse(by, kind, file_format, purpose, purpose_words)
    if not period.has_begun(now, scope.zones):
        raise Refused(f"{period.label} has not begun. Choose an earlier time.")
    try:
        with transaction.atomic():
            # So that two forms at once cannot both be the last one allowed.
            User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
            again = Export.objects.filter(submission_key=submission_key, asked_by=by).first()
            if again is not None:
                return again
            waiting = Export.objects.unfinished().filter(asked_by=by, schedule=None).count()
            if schedule is None and waiting >= MOST_UNFINISHED:
                raise Refused(f"{waiting} of your files are not made yet. Wait, or cancel one.")
            export = Export.objects.create(
                kind=kind,
                file_format=file_format,
                unit=scope.unit,
                period=period.code,
                with_levels=with_levels and kind is ExportKind.SHARED,
                purpose=purpose,
                purpose_words=purpose_words.strip()[:LONGEST_WORDS],
                asked_by=by,
                asked_at=now,
                next_attempt_at=now,
                submission_key=submission_key,
                schedule=schedule,
            )
            _record("export.asked", export, by=by, now=now, purpose=purpose.value)
    except IntegrityError as error:
        raise Refused("This form was used already. Open the page again.") from error
    return export


def refuse(
    by: User,
    kind: ExportKind,
    file_format: FileFormat,
    purpose: ExportPurpose,
    purpose_words: str,
) -> None:
    """Raise `Refused` where the person may not have such a file, or nothing says what it is for."""
    if not may_export(by, kind):
        raise Refused("Your role does not take this out as a file. Ask an admin.")
    if file_format not in FORMATS[kind]:
        raise Refused(f"This cannot be a {file_format.value.upper()} file. Choose another format.")
    if purpose is ExportPurpose.OTHER and not purpose_words.strip():
        raise Refused("Say in a few words what it is for.")


@transaction.atomic
def cancel(*, export: Export, by: User, now: datetime) -> Export:
    """Cancel a file that is not made yet; whoever is making it stops and leaves nothing.

    Raises `Refused` when it has been made or given up; cancelled already is fine.
    """
    held = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    if held.cancelled_at is not None:
        return held
    if held.done_at is not None or held.failed_at is not None:
        raise Refused("It is not being made any more, so there is nothing to cancel.")
    held.cancelled_at = now  # the claim stays: whoever makes it is at work until they notice
    held.save(update_fields=["cancelled_at"])
    _record("export.cancelled", held, by=by, now=now)
    return held


@transaction.atomic
def download(*, export: Export, by: User, now: datetime) -> Iterator[bytes]:
    """The file's bytes, a megabyte at a time; each download is audited.

    Raises `Refused` when there is no file, or none any more.
    """
    held = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    if held.done_at is None:
        raise Refused("This file is not made yet.")
    if held.cleared_at is not None or held.expires_at is None or held.expires_at <= now:
        raise Refused("This file has expired. Ask for it again.")
    if held.first_downloaded_at is None:
        held.first_downloaded_at = now
        held.save(update_fields=["first_downloaded_at"])
    _record("export.downloaded", held, by=by, now=now)
    return _parts(held)


def clear_expired(*, now: datetime) -> int:
    """Delete the bytes of files that have expired; what was asked and why is kept."""
    expired = Export.objects.filter(expires_at__lte=now, cleared_at__isnull=True)
    cleared = 0
    for export in expired.order_by("expires_at", "pk"):
        with transaction.atomic():
            export.parts.all().delete()
            cleared += Export.objects.filter(pk=export.pk, cleared_at__isnull=True).update(
                cleared_at=now
            )
    return cleared


def _parts(export: Export) -> Iterator[bytes]:
    numbers = list(export.parts.values_list("number", flat=True))
    for number in numbers:
        part = ExportPart.objects.filter(export=export, number=number).first()
        if part is None:  # it expired in the middle: a short file must not look whole
            raise Refused("This file has expired. Ask for it again.")
        yield bytes(part.content)


def _record(event: str, export: Export, *, by: User | None, now: datetime, **more: str) -> None:
    audit.record(
        event,
        subject=export,
        by=by,
        at=now,
        kind=export.kind,
        format=export.file_format,
        period=export.period,
        unit=str(export.unit.public_id) if export.unit else None,
        **more,
    )
