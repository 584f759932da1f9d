"""Notes what was sent.

A note does not wait for the disk, so that the next message need not either. PostgreSQL brings it there
within a second. Whoever kills this process takes nothing from it. Should PostgreSQL itself be
killed in that second, this process still knows what it has sent, and notes it again before it sends
anything more; until then the claims, which did wait for the disk, keep others off. Only where both
go down in the same second is what was sent in it sent twice.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from casework.models import Delivery, Message
from casework.notifications import failures

log = logging.getLogger(__name__)

_WAITS = "sent_at IS NULL AND failed_at IS NULL AND cancelled_at IS NULL"
# One statement: the less time passes between sending and this, the fewer are sent twice. It also
# says whether the message after this one is still ours.
_NOTE = f"""
    WITH message AS (
        UPDATE {Message._meta.db_table}
        SET sent_at = %(now)s, claimed_until = NULL, last_error = ''
        WHERE id = %(message)s AND {_WAITS}
    ), deliveries AS (
        UPDATE {Delivery._meta.db_table} SET
            sent_at = CASE WHEN id = ANY(%(told)s) THEN %(now)s::timestamptz END,
            cancelled_at = CASE WHEN id <> ALL(%(told)s) THEN %(now)s::timestamptz END
        WHERE message_id = %(message)s AND {_WAITS}
    )
    SELECT EXISTS (
        SELECT FROM {Message._meta.db_table}
        WHERE id = %(after)s AND claimed_until = %(claim)s AND {_WAITS}
    ), set_config('synchronous_commit', 'off', TRUE)
"""  # noqa: S608 (names of tables and a constant)

_not_on_disk: list[dict[str, Any]] = []


def note_sent(
    message: Message, told: Sequence[Delivery], now: datetime, *, after: Message | None
) -> bool:
    """Whosever claim it is by now: it has been sent. What was not told in it is called off.

    Gives whether the message after it still waits under the claim that we know.
    """
    words: dict[str, Any] = {
        "message": message.pk,
        "told": [delivery.pk for delivery in told],
        "now": now,
        "after": after and after.pk,
        "claim": after and after.claimed_until,
    }
    _not_on_disk.append(words)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, words)
        is_next_ours, _ = cursor.fetchone()
    if message.recipient is not None and message.recipient.email_refused_at is not None:
        failures.forget_refusal(message.recipient)
    return bool(is_next_ours)


def note_again() -> None:
    """Note again what this process had sent when the database went away under it; else nothing.
    Also before long work, after which the claims would have run out.

    Raises what says that the database is still away. A note that it refuses is logged and left: its
    message is sent again when its claim has run out.
    """
    for words in list(_not_on_disk):
        try:
            with connection.cursor() as cursor:
                cursor.execute(_NOTE, words)
        except (InterfaceError, OperationalError):
            raise
        except DatabaseError as error:
            log.error("Cannot note message %s: %s", words["message"], type(error).__name__)
            _not_on_disk.remove(words)
    wait_for_disk()


def wait_for_disk() -> None:
    """Come back when every note is on the disk: a commit that waits takes those before it along."""
    if _not_on_disk:
        Message.objects.filter(pk=_not_on_disk[-1]["message"]).update(claimed_until=None)
        _not_on_disk.clear()
