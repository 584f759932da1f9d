"""Files of earlier records: received, and what people ask to be done with them."""

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from casework import audit
from casework.models import ImportBatch, ImportChunk, ImportState, Unit, User
from casework.models.import_batch import KEPT_FOR, STANDING, WAITING_FOR_PEOPLE
from casework.operations.import_staging import Refused
from casework.policies.import_columns import COLUMN_OF, guess_columns
from casework.policies.import_text import Opened, shape_of

__all__ = ["HowToRead", "Refused", "TooLarge"]

LARGEST_UPLOAD = 25 * 1024 * 1024  # bytes: 100,000 rows and more. docker/Caddyfile lets 26 MB by.
CHUNK = 1024 * 1024


class TooLarge(Refused):
    """The file is larger than the page takes."""


@dataclass(frozen=True, kw_only=True)
class HowToRead:
    """What somebody chose about a file: where our columns are, whose the rows are, how dates read."""

    columns: Mapping[str, int]
    unit: Unit | None = None
    date_order: str = ""
    since_1904: bool = False


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
    if ImportBatch.objects.filter(sha256=sha256, state__in=STANDING).exists():
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
    batch = held_batch(batch)
    if batch.state not in WAITING_FOR_PEOPLE:
        raise Refused(_not_now(batch))
    read_like(batch, how)
    batch.problems, batch.problem_count, batch.summary, batch.checked_at = [], 0, {}, None
    return _ask(batch, ImportState.TO_CHECK, by=by, now=now)


@transaction.atomic
def ask_import(*, batch: ImportBatch, by: User, now: datetime) -> ImportBatch:
    """Have a checked file brought in. Raises `Refused` for one that has problems."""
    batch = held_batch(batch)
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
    batch = held_batch(batch)
    if batch.state not in (ImportState.TO_CHECK, ImportState.TO_IMPORT, *WAITING_FOR_PEOPLE):
        raise Refused(_not_now(batch))
    audit.record("import.cancelled", subject=batch, by=by, at=now)
    if batch.claimed_until is not None and batch.claimed_until > now:
        batch.cancel_asked_at = now
        batch.save(update_fields=["cancel_asked_at"])
        return batch
    return give_up(batch, ImportState.CANCELLED)


def read_like(batch: ImportBatch, how: HowToRead) -> None:
    """Set how the file is read; the caller saves. Raises `Refused` for a column that is not there."""
    places = range(len(batch.headers))
    if any(at not in places or key not in COLUMN_OF for key, at in how.columns.items()):
        raise Refused("Choose columns that the file has.")
    batch.columns, batch.unit = dict(how.columns), how.unit
    batch.date_order, batch.since_1904 = how.date_order, how.since_1904


@transaction.atomic
def ask_undo(*, batch: ImportBatch, by: User, now: datetime) -> ImportBatch:
    """Have an import taken out again. Raises `Refused` where nothing was brought in."""
    batch = held_batch(batch)
    if batch.state in (ImportState.TO_UNDO, ImportState.UNDONE):
        return batch  # a second press
    if batch.state != ImportState.IMPORTED:
        raise Refused(_not_now(batch))
    return _ask(batch, ImportState.TO_UNDO, by=by, now=now)


def held_batch(batch: ImportBatch) -> ImportBatch:
    """The import as it is now, held until the transaction ends."""
    return ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)


def _ask(batch: ImportBatch, state: ImportState, *, by: User, now: datetime) -> ImportBatch:
    batch.state, batch.asked_at, batch.asked_by = state, now, by
    batch.attempts, batch.rows_done, batch.step = 0, 0, ""
    batch.claimed_until = batch.cancel_asked_at = None
    batch.failed_why = ""
    batch.save()
    return batch


def _not_now(batch: ImportBatch) -> str:
    return {
        ImportState.RECEIVED: "Check the file first.",
        ImportState.CHECKED: "The file has problems. Mend them, and upload it again.",
        ImportState.TO_CHECK: "The file is being checked. Wait until that is done.",
        ImportState.TO_IMPORT: "The file is being brought in. Wait until that is done.",
        ImportState.TO_UNDO: "The import is being taken out again.",
        ImportState.IMPORTED: "The file has been brought in already. You can undo that.",
        ImportState.UNDONE: "This import was undone. Upload the file again.",
    }.get(ImportState(batch.state), "This file is not kept any more. Upload it again.")


def give_up(batch: ImportBatch, state: ImportState, why: str = "") -> ImportBatch:
    """Forget the file, in this state."""
    batch.state, batch.failed_why, batch.claimed_until = state, why, None
    forget(batch)
    return batch


def forget(batch: ImportBatch) -> None:
    """Save the import without its file and without what may quote it.

    That is what its problems say, and the names of its columns: of a file without any, the first row
    is a youth's.
    """
    batch.headers, batch.columns = [], {}
    batch.problems, batch.problem_count = [], 0
    batch.save()
    batch.chunks.all().delete()


def forget_old_files(*, now: datetime) -> int:
    """Delete the files that nobody brought in within a day; gives how many."""
    old = ImportBatch.objects.filter(state__in=WAITING_FOR_PEOPLE, received_at__lt=now - KEPT_FOR)
    number = 0
    for batch in old.order_by("pk"):
        with transaction.atomic():
            held = held_batch(batch)
            if held.state in WAITING_FOR_PEOPLE:
                give_up(held, ImportState.EXPIRED)
                number += 1
    return number
