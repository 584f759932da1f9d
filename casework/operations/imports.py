"""Earlier records are brought in: received, checked, brought in whole or not at all, taken out again."""

import hashlib
import io
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q

from casework import audit
from casework.models import ImportBatch, ImportChunk, ImportState, Unit, User
from casework.models.import_batch import AT_WORK, KEPT_FOR, WAITING_FOR_PEOPLE
from casework.operations import import_writing
from casework.operations.import_staging import (
    Problems,
    Tell,
    compare,
    label_of,
    stage,
    summary,
)
from casework.policies.import_columns import COLUMN_OF, guess_columns
from casework.policies.import_text import Opened, shape_of

log = logging.getLogger(__name__)

LARGEST_UPLOAD = 50 * 1024 * 1024  # bytes; about 200,000 rows. More goes through the command.
CHUNK = 1024 * 1024
LEASE = timedelta(minutes=10)  # longer than any one statement of an import takes
ATTEMPTS = 3
SAY_EVERY = 1.0  # seconds


class Refused(Exception):
    """Why nothing was done; the sentence says what to do."""


class TooLarge(Refused):
    """The file is larger than the page takes."""


class HasProblems(Exception):
    """The rows cannot be brought in; `problems` says why."""

    def __init__(self, rows: int, problems: Problems) -> None:
        super().__init__("The file has problems.")
        self.rows, self.problems = rows, problems


class Cancelled(Exception):
    """Somebody has cancelled the work, or it is done elsewhere by now."""


@dataclass(frozen=True, kw_only=True)
class HowToRead:
    """What somebody chose about a file: where our columns are, whose the rows are, how dates read."""

    columns: Mapping[str, int]
    unit: Unit | None = None
    date_order: str = ""
    since_1904: bool = False


def silent(step: str, rows: int) -> None:
    """Tells nobody how far it is."""


# --- Receiving ---------------------------------------------------------------------------------


@transaction.atomic
def receive(*, parts: Iterable[bytes], by: User, now: datetime) -> ImportBatch:
    """Keep an uploaded file in the database until it is brought in, at most a day.

    Raises `TooLarge`; `Refused` for a file that has been brought in already; `FileProblem` for what
    cannot be read as rows at all.
    """
    batch = _new_batch(by=by, now=now)
    digest, size = hashlib.sha256(), 0
    for number, part in enumerate(_evenly(parts)):
        size += len(part)
        if size > LARGEST_UPLOAD:
            raise TooLarge(_too_large())
        digest.update(part)
        ImportChunk.objects.create(batch=batch, number=number, content=part)
    return _described(batch, digest.hexdigest(), size, opener_of(batch), by=by, now=now)


@transaction.atomic
def take_up(*, opened: Opened, by: User, now: datetime) -> ImportBatch:
    """Note a file that lies on the server and is read where it lies. Raises as `receive` does."""
    digest, size = hashlib.sha256(), 0
    with opened() as file:
        while part := file.read(CHUNK):
            digest.update(part)
            size += len(part)
    batch = _new_batch(by=by, now=now)
    return _described(batch, digest.hexdigest(), size, opened, by=by, now=now)


def refuse_size(size: int) -> None:
    """Raises `TooLarge` for a file of so many bytes, before any of it is read."""
    if size > LARGEST_UPLOAD:
        raise TooLarge(_too_large())


def _too_large() -> str:
    return (
        f"This file is larger than {LARGEST_UPLOAD // 1024**2} MB. Cut it into parts, or let whoever "
        "runs the server bring it in with ./run manage import_episodes."
    )


def _new_batch(*, by: User, now: datetime) -> ImportBatch:
    return ImportBatch.objects.create(received_at=now, received_by=by, size=0)


def _described(
    batch: ImportBatch, sha256: str, size: int, opened: Opened, *, by: User, now: datetime
) -> ImportBatch:
    if ImportBatch.objects.filter(sha256=sha256, state=ImportState.IMPORTED).exists():
        raise Refused("This very file has been brought in already. Undo that import first.")
    shape = shape_of(opened)
    batch.sha256, batch.size = sha256, size
    batch.encoding, batch.delimiter = shape.encoding, shape.delimiter
    batch.headers = list(shape.headers)
    batch.columns = guess_columns(shape.headers)
    units = list(Unit.objects.all()[:2])
    batch.unit = units[0] if len(units) == 1 else None
    batch.save()
    audit.record("import.received", subject=batch, by=by, at=now, sha256=sha256, size=size)
    return batch


def _evenly(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of `CHUNK`, so that their number says nothing of the network."""
    rest = bytearray()
    for part in parts:
        rest += part
        while len(rest) >= CHUNK:
            yield bytes(rest[:CHUNK])
            del rest[:CHUNK]
    if rest:
        yield bytes(rest)


class _Chunks(io.RawIOBase):
    """A kept file, read chunk by chunk."""

    def __init__(self, batch: ImportBatch) -> None:
        self._batch, self._number, self._rest = batch, 0, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        if not self._rest:
            chunk = self._batch.chunks.filter(number=self._number).first()
            if chunk is None:
                return 0
            self._rest, self._number = memoryview(bytes(chunk.content)), self._number + 1
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def opener_of(batch: ImportBatch) -> Opened:
    """Opens the file as it was uploaded."""

    def opened() -> BinaryIO:
        return io.BufferedReader(_Chunks(batch), CHUNK)

    return opened


# --- What people ask for -----------------------------------------------------------------------


@transaction.atomic
def ask_check(*, batch: ImportBatch, by: User, now: datetime, how: HowToRead) -> ImportBatch:
    """Have the file checked, read like this; nothing is recorded by that. Raises `Refused`."""
    batch = _held(batch)
    if batch.state not in WAITING_FOR_PEOPLE:
        raise Refused(_not_now(batch))
    read_like(batch, how)
    batch.problems, batch.problem_count, batch.summary, batch.checked_at = [], 0, {}, None
    return _ask(batch, ImportState.TO_CHECK, by=by, now=now)


@transaction.atomic
def ask_import(*, batch: ImportBatch, by: User, now: datetime) -> ImportBatch:
    """Have a checked file brought in. Raises `Refused` for one that has problems."""
    batch = _held(batch)
    if batch.state == ImportState.TO_IMPORT:
        return batch  # a second press
    if not batch.can_import:
        raise Refused(_not_now(batch))
    return _ask(batch, ImportState.TO_IMPORT, by=by, now=now)


@transaction.atomic
def cancel(*, batch: ImportBatch, by: User, now: datetime) -> ImportBatch:
    """Stop the work on a file and forget the file; what was half written is not there.

    Raises `Refused` when it has been brought in already.
    """
    batch = _held(batch)
    if batch.state not in (*AT_WORK, *WAITING_FOR_PEOPLE):
        raise Refused(_not_now(batch))
    audit.record("import.cancelled", subject=batch, by=by, at=now)
    if batch.claimed_until is not None and batch.claimed_until > now:
        batch.cancel_asked_at = now
        batch.save(update_fields=["cancel_asked_at"])
        return batch
    return _give_up(batch, ImportState.CANCELLED)


def read_like(batch: ImportBatch, how: HowToRead) -> None:
    """Set how the file is read; the caller saves. Raises `Refused` for a column that is not there."""
    places = range(len(batch.headers))
    if any(at not in places or key not in COLUMN_OF for key, at in how.columns.items()):
        raise Refused("Choose columns that the file has.")
    batch.columns, batch.unit = dict(how.columns), how.unit
    batch.date_order, batch.since_1904 = how.date_order, how.since_1904


def _held(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)


def _ask(batch: ImportBatch, state: ImportState, *, by: User, now: datetime) -> ImportBatch:
    batch.state, batch.asked_at, batch.asked_by = state, now, by
    batch.attempts, batch.rows_done, batch.step = 0, 0, ""
    batch.claimed_until = batch.cancel_asked_at = None
    batch.save()
    return batch


def _not_now(batch: ImportBatch) -> str:
    return {
        ImportState.RECEIVED: "Check the file first.",
        ImportState.CHECKED: "The file has problems. Mend them, and upload it again.",
        ImportState.TO_CHECK: "The file is being checked. Wait until that is done.",
        ImportState.TO_IMPORT: "The file is being brought in. Wait until that is done.",
        ImportState.IMPORTED: "The file has been brought in already. You can undo that.",
        ImportState.UNDONE: "This import was undone. Upload the file again.",
    }.get(ImportState(batch.state), "This file is not kept any more. Upload it again.")


def _give_up(batch: ImportBatch, state: ImportState, why: str = "") -> ImportBatch:
    """Forget the file. What its problems say may quote it, so that goes too."""
    batch.state, batch.failed_why, batch.claimed_until = state, why, None
    batch.problems = []
    batch.save()
    batch.chunks.all().delete()
    return batch


# --- The work ----------------------------------------------------------------------------------


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
            held = _held(batch)
            is_other = claim is not None and held.state != ImportState.TO_IMPORT
            if is_other or held.cancel_asked_at is not None:
                raise Cancelled
            held.state, held.imported_at, held.imported_by = ImportState.IMPORTED, now, by
            held.episode_count, held.youth_count, held.row_count = episodes, youth, rows
            held.claimed_until, held.step, held.problems = None, "", []
            held.save()
            held.chunks.all().delete()
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
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
        )


def work_on_one(*, clock: Callable[[], datetime]) -> bool:
    """Check or bring in the file that has waited longest; False when there is nothing to do.

    One at a time, whoever asks: an import may take minutes, and reminders need the other workers.
    """
    now = clock()
    batch = _claim(now)
    if batch is None or batch.asked_by is None:
        return False
    if batch.attempts > ATTEMPTS:
        _give_up(batch, ImportState.FAILED, "It was cut off several times. Upload it again.")
        return True
    try:
        with _Beside(batch, clock) as tell:
            if batch.state == ImportState.TO_CHECK:
                found = check(batch=batch, opened=opener_of(batch), now=now, tell=tell)
                _keep(batch, found, now=now)
            else:
                by = batch.asked_by
                bring_in(batch=batch, opened=opener_of(batch), by=by, now=now, tell=tell)
    except Cancelled:
        _give_up(_fresh(batch), ImportState.CANCELLED)
    except HasProblems as error:
        _keep(batch, Found(rows=error.rows, problems=error.problems, summary={}), now=now)
    except Refused as error:
        _give_up(_fresh(batch), ImportState.FAILED, str(error))
    except SoftTimeLimitExceeded:
        log.warning("Import %s took too long", batch.public_id)
        says = "It took longer than an hour. Cut the file into parts."
        _give_up(_fresh(batch), ImportState.FAILED, says)
    except DatabaseError as error:
        log.warning("Import %s: %s", batch.public_id, type(error).__name__)
        raise  # its lease ends, and it is tried again
    return True


def _claim(now: datetime) -> ImportBatch | None:
    with transaction.atomic():
        if ImportBatch.objects.filter(state__in=AT_WORK, claimed_until__gte=now).exists():
            return None
        waiting = ImportBatch.objects.waiting(now).select_for_update(skip_locked=True)
        batch = waiting.first()
        if batch is None:
            return None
        batch.claimed_until, batch.attempts = now + LEASE, batch.attempts + 1
        batch.save(update_fields=["claimed_until", "attempts"])
    return ImportBatch.objects.select_related("asked_by", "unit").get(pk=batch.pk)


def _fresh(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.get(pk=batch.pk)


@transaction.atomic
def _keep(batch: ImportBatch, found: Found, *, now: datetime) -> None:
    """Keep what a check found."""
    held = _held(batch)
    if held.cancel_asked_at is not None:
        _give_up(held, ImportState.CANCELLED)
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


def forget_old_files(*, now: datetime) -> int:
    """Delete the files that nobody brought in within a day; gives how many."""
    old = ImportBatch.objects.filter(
        Q(state__in=WAITING_FOR_PEOPLE, received_at__lt=now - KEPT_FOR)
    )
    number = 0
    for batch in old.order_by("pk"):
        with transaction.atomic():
            held = _held(batch)
            if held.state in WAITING_FOR_PEOPLE:
                _give_up(held, ImportState.EXPIRED)
                number += 1
    return number
