"""Long work, such as a file to be made or history to be brought in: one piece at a time.

So of the worker's two processes one is always free for reminders, which go before files.
"""

from datetime import datetime

from django.db import connection

from casework.models import Export, ImportBatch
from casework.models.import_batch import AT_WORK

_ONE_AT_A_TIME = 7_160_019  # a number of our own for PostgreSQL's advisory locks


def is_none_going_on(*, now: datetime) -> bool:
    """Whether nobody makes a file or works on an import; whoever else asks waits until this
    transaction, in which the caller claims a piece of work, is over.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    imports = ImportBatch.objects.filter(state__in=AT_WORK, claimed_until__gte=now)
    return not (Export.objects.claimed_at(now).exists() or imports.exists())
