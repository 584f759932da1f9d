"""A mail server that a test can break."""

from collections.abc import Callable
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend


class MailServer:
    """Takes mail into `mail.outbox`, unless it is down or refuses the recipient."""

    def __init__(self) -> None:
        self.is_down = False
        self.refuses: set[str] = set()
        self.asked = 0

    def check(self, messages: list[EmailMessage]) -> None:
        """Raise what Python's SMTP client would raise."""
        self.asked += len(messages)
        if self.is_down:
            raise SMTPServerDisconnected("Connection unexpectedly closed")
        for message in messages:
            if refused := self.refuses & set(message.to):
                raise SMTPRecipientsRefused(dict.fromkeys(refused, (550, b"No such user")))


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """The mail server behind every message of this test."""
    server = MailServer()
    take: Callable[..., int] = EmailBackend.send_messages

    def send(backend: EmailBackend, messages: list[EmailMessage]) -> int:
        messages = list(messages)
        server.check(messages)
        return take(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    return server
