"""Makes the files that wait: claims one, writes it to a file of its own, keeps it whole."""

import logging
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import IO

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings

from casework.access.counts import lock_of
from casework.access.exports import scope_for
from casework.exports.count_tables import write_counts
from casework.exports.document import CannotBeWritten
from casework.exports.episode_rows import write_rows
from casework.exports.shared_file import write_shared
from casework.exports.timeliness import write_timeliness
from casework.exports.work import Made, Work
from casework.models import Export, ExportKind
from casework.operations import export_queue as queue
from casework.policies.count_periods import PeriodKind, read_period

log = logging.getLogger(__name__)

Maker = Callable[[Work, IO[bytes]], Made]
"""Writes the whole file and says what it wrote; raises `CannotBeWritten`."""

# What is not here is not offered.
MAKERS: Mapping[ExportKind, Maker] = {
    ExportKind.SHARED: write_shared,
    ExportKind.COUNTS: write_counts,
    ExportKind.ROWS: write_rows,
    ExportKind.TIMELINESS: write_timeliness,
}
NOT_ALLOWED = "Your account may not read these counts any more. Ask an admin."
TOO_LONG = "It took longer than 15 minutes. Ask for a shorter time, or for CSV."


def make_next(*, clock: Callable[[], datetime]) -> bool:
    """Make the file that has waited longest; whether there was one. Safe twice and in parallel."""
    export = queue.claim(now=clock())
    if export is None:
        return False
    try:
        _make(export, clock)
    except queue.Stopped:
        log.info("Export %s was cancelled or taken over; nothing of it is kept", export.public_id)
    except queue.Overtaken:
        log.info("Export %s is worked out again beside what was just shared", export.public_id)
        queue.try_again(export, now=clock())
    except CannotBeWritten as error:
        queue.give_up(export, words=str(error), now=clock())
    except SoftTimeLimitExceeded:
        queue.give_up(export, words=TOO_LONG, now=clock())
    except Exception as error:  # whatever it is, the next file must be made
        log.exception("Export %s failed: %s", export.public_id, type(error).__name__)
        queue.try_again(export, now=clock())
    finally:
        queue.let_go(export)
    return True


def _make(export: Export, clock: Callable[[], datetime]) -> None:
    now = clock()
    scope = scope_for(export.asked_by, export)
    if scope is None:
        raise CannotBeWritten(NOT_ALLOWED)
    period = read_period(export.period, starts=settings.FISCAL_YEAR_STARTS)
    lock = lock_of(scope, period.first) if period.kind is PeriodKind.MONTH else None

    def note(rows: int, of: int | None) -> None:
        queue.note_progress(export, rows=rows, of=of, now=clock())

    work = Work(export=export, scope=scope, period=period, lock=lock, now=now, note=note)
    with tempfile.TemporaryFile() as file:
        made = MAKERS[ExportKind(export.kind)](work, file)
        note(made.rows, made.rows)
        queue.keep(
            export,
            file,
            rows=made.rows,
            lock=made.lock,
            shared=made.shared,
            is_of_whole_period=work.is_over,
            now=clock(),
        )
