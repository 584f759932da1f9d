"""Channels: the ways in which a message leaves. A new one is one more entry in `SENDERS`."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from smtplib import SMTPRecipientsRefused
from typing import Any, Protocol

from django.core.mail import EmailMultiAlternatives, get_connection

from casework.models import Channel, Delivery, Message
from casework.notifications.words import words_of

PERMANENT = 500  # from here on a mail server's answer is for good (RFC 5321, 4.2.1)


class Refused(Exception):
    """The address is refused for good; trying again would not help. The server's words."""


class _Mail(EmailMultiAlternatives):
    """A mail whose parts are kept apart by a line that is known: nothing has to be searched for one.

    The library draws a random line and looks through the text for it, a tenth of the work on a mail.
    """

    def __init__(self, *args: Any, apart: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._apart = apart

    def message(self, **how: Any) -> Any:
        """The mail as it is sent; of which class depends on Django's version."""
        message = super().message(**how)
        message.set_boundary(self._apart)
        return message


class Send(Protocol):
    """Hand one message over, telling what is `left` to tell in it.

    Raises `Refused`, or whatever else says that it was not taken.
    """

    def __call__(self, message: Message, left: Sequence[Delivery], *, now: datetime) -> None: ...


@contextlib.contextmanager
def emails() -> Iterator[Send]:
    """A way to send e-mails one after the other over one connection; after an error, a new one.

    It connects with the first message. `Send` raises what the mail library raises.
    """
    connection = get_connection()

    def send(message: Message, left: Sequence[Delivery], *, now: datetime) -> None:
        words = words_of(message, left, now=now)
        mail = _Mail(
            apart=f"=={message.public_id.hex}==",  # an address in the text has it with hyphens
            subject=words.subject,
            body=words.text,
            to=[message.recipient.email if message.recipient else message.address],
            headers={
                # The same for every attempt, so that a mail server can drop the copy that a crash
                # between sending and noting it may cause.
                "Message-ID": words.message_id,
                "Auto-Submitted": "auto-generated",
            },
            connection=connection,
        )
        mail.attach_alternative(words.html, "text/html")
        try:
            connection.open()  # nothing, where it is open
            mail.send()
        except Exception as error:
            hang_up()
            if said := _refusal(error):
                raise Refused(said) from error
            raise

    def hang_up() -> None:
        with contextlib.suppress(OSError):  # the server may have hung up first
            connection.close()

    try:
        yield send
    finally:
        hang_up()


def _refusal(error: Exception) -> str:
    """What the server says where it refuses the one address that we gave it; "" otherwise.

    Refusing the sender or the content says nothing about the address.
    """
    if isinstance(error, SMTPRecipientsRefused):
        for code, words in error.recipients.values():
            if code >= PERMANENT:
                return f"{code} {_text(words)}"
    return ""


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


# The inbox is not here: its rows are delivered by being written.
SENDERS: dict[Channel, Callable[[], AbstractContextManager[Send]]] = {Channel.EMAIL: emails}
