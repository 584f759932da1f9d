"""Channels: the ways in which a message leaves. A new one is one more entry in `SENDERS`."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from django.core.mail import EmailMultiAlternatives, get_connection

from casework.models import Channel, Delivery
from casework.notifications.messages import message_for


class Send(Protocol):
    """Hand one message over. Raises whatever says that it was not taken."""

    def __call__(self, delivery: Delivery, *, now: datetime) -> None: ...


@contextlib.contextmanager
def emails() -> Iterator[Send]:
    """A way to send e-mails one after the other over one connection; after an error, a new one.

    It connects with the first message. `Send` raises what the mail library raises.
    """
    connection = get_connection()

    def send(delivery: Delivery, *, now: datetime) -> None:
        message = message_for(delivery, now=now)
        mail = EmailMultiAlternatives(
            subject=message.subject,
            body=message.text,
            to=[delivery.recipient.email],
            headers={
                # The same for every attempt, so that a mail server can drop the copy that a crash
                # between sending and noting it may cause.
                "Message-ID": message.message_id,
                "Auto-Submitted": "auto-generated",
            },
            connection=connection,
        )
        mail.attach_alternative(message.html, "text/html")
        try:
            connection.open()  # nothing, where it is open
            mail.send()
        except Exception:
            hang_up()
            raise

    def hang_up() -> None:
        with contextlib.suppress(OSError):  # the server may have hung up first
            connection.close()

    try:
        yield send
    finally:
        hang_up()


# The inbox is not here: its rows are delivered by being written.
SENDERS: dict[Channel, Callable[[], AbstractContextManager[Send]]] = {Channel.EMAIL: emails}
