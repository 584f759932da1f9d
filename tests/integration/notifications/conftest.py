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
        self.connections = 0
        self.meanwhile: Callable[[], None] = lambda: None  # what happens while it takes a message

    def check(self, messages: list[EmailMessage]) -> None:
        """Raise what Python's SMTP client would raise."""
        self.asked += len(messages)
        self.meanwhile()
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

    def connect(backend: EmailBackend) -> None:
        if not getattr(backend, "is_connected", False):
            backend.is_connected = True  # type: ignore[attr-defined]
            server.connections += 1

    def hang_up(backend: EmailBackend) -> None:
        backend.is_connected = False  # type: ignore[attr-defined]

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    monkeypatch.setattr(EmailBackend, "open", connect)
    monkeypatch.setattr(EmailBackend, "close", hang_up)
    return server
