"""The work on a file of earlier records: a check, or bringing all of it in, or nothing.

The database is the queue: whoever is rung by the clock claims the one that has waited longest.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, IntegrityError, connection, transaction

from casework import audit
from casework.models import ImportBatch, ImportState, User
from casework.operations import import_undo, import_writing
from casework.operations.import_staging import (
    Problems,
    Refused,
    Tell,
    compare,
    label_of,
    stage,
    summary,
)
from casework.operations.imports import forget, give_up, held_batch, opener_of
from casework.operations.long_work import is_none_going_on
from casework.policies.import_text import Opened

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # longer than any one statement of an import takes
ATTEMPTS = 3
SAY_EVERY = 1.0  # seconds


class HasProblems(Exception):
    """The rows cannot be brought in; `problems` says why."""

    def __init__(self, rows: int, problems: Problems) -> None:
        super().__init__("The file has problems.")
        self.rows, self.problems = rows, problems


class Cancelled(Exception):
    """Somebody has cancelled the work, or it is done elsewhere by now."""


def silent(step: str, rows: int) -> None:
    """Tells nobody how far it is."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a check found."""

    rows: int
    problems: Problems
    summary: dict[str, object]


def check(*, batch: ImportBatch, opened: Opened, now: datetime, tell: Tell = silent) -> Found:
    """A dry run: everything that an import would do short of writing."""
    with transaction.atomic():
        _take_time()
        rows, problems = stage(batch, opened, now=now, tell=tell)
        if rows:
            compare(problems)
        return Found(rows=rows, problems=problems, summary=summary() if rows else {})


def bring_in(
    *, batch: ImportBatch, opened: Opened, by: User, now: datetime, tell: Tell = silent
) -> ImportBatch:
    """Bring in every row, or none: it is one transaction, and the check is made once more in it.

    Raises `HasProblems`; `Cancelled`; `Refused` when somebody recorded the same meanwhile.
    """
    claim = batch.claimed_until
    try:
        with transaction.atomic():
            _take_time()
            rows, problems = stage(batch, opened, now=now, tell=tell)
            if rows:
                compare(problems)
            if problems.count or not rows:
                raise HasProblems(rows, problems)
            episodes, youth = import_writing.write(batch, by=by, now=now, tell=tell)
            held = held_batch(batch)
            is_other = claim is not None and held.state != ImportState.TO_IMPORT
            if is_other or held.cancel_asked_at is not None:
                raise Cancelled
            held.state, held.imported_at, held.imported_by = ImportState.IMPORTED, now, by
            held.episode_count, held.youth_count, held.row_count = episodes, youth, rows
            held.claimed_until, held.step = None, ""
            forget(held)
            audit.record(
                "import.brought_in", subject=held, by=by, at=now, episodes=episodes, youth=youth
            )
    except IntegrityError as error:
        raise Refused(
            "While the file was brought in, somebody recorded one of its youth or episodes, or "
            "brought in the same file. Nothing was kept. Check the file again."
        ) from error
    return held


def _take_time() -> None:
    """Let the transaction last, and let each statement check its own references.

    Left to the end, a million of them wait, and PostgreSQL walks through all of them whenever a
    trigger's function meets an error that it handles: for each row, those of pghistory do.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;"
            " SET CONSTRAINTS ALL IMMEDIATE"
        )


def work_on_one(*, clock: Callable[[], datetime]) -> bool:
    """Check or bring in the file that has waited longest; False when there is nothing to do.

    One at a time (`long_work.py`), whoever asks: an import may take minutes.
    """
    now = clock()
    batch = _claim(now)
    if batch is None or batch.asked_by is None:
        return False
    if batch.attempts > ATTEMPTS:
        _refuse(batch, "It was cut off several times. Start it again.")
        return True
    try:
        with _Beside(batch, clock) as tell:
            if batch.state == ImportState.TO_UNDO:
                import_undo.undo(batch=batch, by=batch.asked_by, now=now)
            elif batch.state == ImportState.TO_CHECK:
                found = check(batch=batch, opened=opener_of(batch), now=now, tell=tell)
                _keep(batch, found, now=now)
            else:
                by = batch.asked_by
                bring_in(batch=batch, opened=opener_of(batch), by=by, now=now, tell=tell)
    except Cancelled:
        _give_up(batch, ImportState.CANCELLED)
    except HasProblems as error:
        _keep(batch, Found(rows=error.rows, problems=error.problems, summary={}), now=now)
    except Refused as error:
        _refuse(batch, str(error))
    except SoftTimeLimitExceeded:
        log.warning("Import %s took too long", batch.public_id)
        says = "It took longer than an hour. Cut the file into parts."
        _refuse(batch, says)
    except DatabaseError as error:
        log.warning("Import %s: %s", batch.public_id, type(error).__name__)
        raise  # its lease ends, and it is tried again
    return True


@transaction.atomic
def _refuse(batch: ImportBatch, why: str) -> None:
    """Say why it was not done. What was brought in stays brought in when an undo is refused."""
    if batch.state != ImportState.TO_UNDO:
        _give_up(batch, ImportState.FAILED, why)
    elif held := _held_claim(batch):
        held.state, held.failed_why, held.claimed_until = ImportState.IMPORTED, why, None
        held.save(update_fields=["state", "failed_why", "claimed_until"])


@transaction.atomic
def _give_up(batch: ImportBatch, state: ImportState, why: str = "") -> None:
    if held := _held_claim(batch):
        give_up(held, state, why)


def _held_claim(batch: ImportBatch) -> ImportBatch | None:
    """The claimed import, held; None when another has claimed it since, or is done with it.

    A worker that was slow beyond its lease must not overwrite what the next one has done.
    """
    held = held_batch(batch)
    is_ours = (held.state, held.attempts) == (batch.state, batch.attempts)
    return held if is_ours else None


def _claim(now: datetime) -> ImportBatch | None:
    with transaction.atomic():
        if not is_none_going_on(now=now):
            return None
        waiting = ImportBatch.objects.waiting(now).select_for_update(skip_locked=True)
        batch = waiting.first()
        if batch is None:
            return None
        batch.claimed_until, batch.attempts = now + LEASE, batch.attempts + 1
        batch.save(update_fields=["claimed_until", "attempts"])
    return ImportBatch.objects.select_related("asked_by", "unit").get(pk=batch.pk)


@transaction.atomic
def _keep(batch: ImportBatch, found: Found, *, now: datetime) -> None:
    """Keep what a check found."""
    held = _held_claim(batch)
    if held is None:
        return
    if held.cancel_asked_at is not None:
        give_up(held, ImportState.CANCELLED)
        return
    held.state, held.checked_at, held.claimed_until = ImportState.CHECKED, now, None
    held.problems = [
        {"row": one.row, "column": label_of(one.key), "says": one.says}
        for one in found.problems.named
    ]
    held.problem_count, held.row_count = found.problems.count, found.rows
    held.summary, held.step = found.summary, ""
    held.save()


class _Beside:
    """Says on a connection of its own how far the work is, which others see while it lasts.

    It renews the lease by that, and raises `Cancelled` when somebody has asked for it.
    """

    def __init__(self, batch: ImportBatch, clock: Callable[[], datetime]) -> None:
        self._batch, self._clock = batch, clock
        self._said_at = 0.0
        self._line = connection.copy("import progress")

    def __enter__(self) -> Tell:
        return self._tell

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def _tell(self, step: str, rows: int) -> None:
        if time.monotonic() - self._said_at < SAY_EVERY:
            return
        self._said_at = time.monotonic()
        with self._line.cursor() as cursor:
            cursor.execute(
                "UPDATE casework_importbatch SET step = %s, rows_done = %s, claimed_until = %s"
                " WHERE id = %s RETURNING cancel_asked_at",
                [step, rows, self._clock() + LEASE, self._batch.pk],
            )
            row = cursor.fetchone()
        if row is not None and row[0] is not None:
            raise Cancelled
