"""The queue of files to be made: claimed, made, kept in the database; or tried again, or given up.

One file is made at a time (`long_work.py`). Whoever makes it holds a claim that runs out: what a killed worker left is taken up again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import IO

from django.db import connection, transaction

from casework import audit
from casework.access.exports import kept_of
from casework.models import CountedMonth, Export, ExportPart, Message, MessageKind
from casework.models.export import ExportQuerySet
from casework.operations.exports import KEPT_FOR
from casework.operations.long_work import is_none_going_on
from casework.policies.shared_periods import SharedPeriod

LEASE = timedelta(minutes=12)  # longer than one question may take: `LONGEST` of exports/work.py
ATTEMPTS = 3
PAUSE = timedelta(minutes=1)
PART = 1 << 20  # bytes
_ONE_SHARES = 7_160_020  # a number of our own for PostgreSQL's advisory locks
STOPPED_EACH_TIME = (
    "The work stopped three times before it was done. Ask for a shorter time, or ask whoever runs "
    "Porchlight to look at the worker's log."
)
WENT_WRONG = (
    "Something went wrong three times. Ask whoever runs Porchlight to look at the worker's log "
    "under the number of this file."
)


class Stopped(Exception):
    """The file was cancelled, or somebody else has taken it up: stop, and leave nothing."""


class Overtaken(Exception):
    """Another file was shared meanwhile: work it out again."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What a file to share says, and beside how many shared files that was worked out."""

    said: SharedPeriod
    beside: int


@transaction.atomic
def claim(*, now: datetime) -> Export | None:
    """The file that is to be made next; None when none waits or other long work is going on."""
    if not is_none_going_on(now=now):
        return None
    for export in (
        Export.objects.unfinished()
        .filter(next_attempt_at__lte=now)
        .select_related("asked_by", "unit", "schedule")
        .order_by("next_attempt_at", "pk")
        .select_for_update(of=("self",))[:20]
    ):
        if export.attempts >= ATTEMPTS:  # each worker that tried it died
            _give_up(export, words=STOPPED_EACH_TIME, now=now)
            continue
        export.claimed_until, export.attempts = now + LEASE, export.attempts + 1
        export.progress, export.progress_of = 0, None
        export.save(update_fields=["claimed_until", "attempts", "progress", "progress_of"])
        return export
    return None


def note_progress(export: Export, *, rows: int, of: int | None, now: datetime) -> None:
    """Say how far it is, and hold the claim. Raises `Stopped` when it is no longer ours."""
    until = now + LEASE
    if not _ours(export).update(progress=rows, progress_of=of, claimed_until=until):
        raise Stopped
    export.claimed_until = until


@transaction.atomic
def keep(
    export: Export,
    file: IO[bytes],
    *,
    rows: int,
    lock: CountedMonth | None,
    is_of_whole_period: bool,
    now: datetime,
    shared: Shared | None = None,
) -> None:
    """Keep the file, whole or not at all.

    Raises `Stopped` when the claim is no longer ours, and `Overtaken` when another file was shared
    since this one was worked out: beside it, it might tell what is hidden.
    """
    if shared is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_SHARES])
        if Export.objects.shared().count() != shared.beside:
            raise Overtaken
    summed, size, number = sha256(), 0, 0
    file.seek(0)
    while content := file.read(PART):
        ExportPart.objects.create(export=export, number=number, content=content)
        summed.update(content)
        size, number = size + len(content), number + 1
    is_kept = _ours(export).update(
        done_at=now,
        claimed_until=None,
        progress=rows,
        progress_of=rows,
        lock=lock,
        is_of_whole_period=is_of_whole_period,
        shared_figures=shared and kept_of(shared.said),
        size=size,
        sha256=summed.hexdigest(),
        expires_at=now + KEPT_FOR,
    )
    if not is_kept:
        raise Stopped  # takes the parts back with it
    audit.record("export.made", subject=export, by=None, at=now, rows=rows, size=size)
    _announce(export, now=now)


def let_go(export: Export) -> None:
    """Nobody makes a cancelled file any more: the next one may begin."""
    cancelled = Export.objects.filter(pk=export.pk, cancelled_at__isnull=False)
    cancelled.filter(claimed_until=export.claimed_until).update(claimed_until=None)


@transaction.atomic
def try_again(export: Export, *, now: datetime) -> None:
    """Something unforeseen went wrong: try it once more in a minute, or give it up."""
    if export.attempts >= ATTEMPTS:
        give_up(export, words=WENT_WRONG, now=now)
    else:
        _ours(export).update(claimed_until=None, next_attempt_at=now + PAUSE)


@transaction.atomic
def give_up(export: Export, *, words: str, now: datetime) -> None:
    """It cannot be made; the person reads why, and what to do."""
    if _ours(export).select_for_update(of=("self",)).first() is not None:
        _give_up(export, words=words, now=now)


def _give_up(export: Export, *, words: str, now: datetime) -> None:
    export.failed_at, export.failed_words, export.claimed_until = now, words[:300], None
    export.save(update_fields=["failed_at", "failed_words", "claimed_until"])
    audit.record("export.failed", subject=export, by=None, at=now, attempts=export.attempts)
    _announce(export, now=now)


def _announce(export: Export, *, now: datetime) -> None:
    """Who scheduled a file hears by mail that it is there; who asked for one is looking at it."""
    if export.schedule_id is not None:
        Message.objects.create(
            kind=MessageKind.EXPORT,
            recipient=export.asked_by,
            created_at=now,
            next_attempt_at=now,
        )


def _ours(export: Export) -> ExportQuerySet:
    """The file, as long as it is being made under the claim that we know."""
    return Export.objects.unfinished().filter(pk=export.pk, claimed_until=export.claimed_until)
