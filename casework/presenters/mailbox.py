"""The demonstration's caught mail, read from the catcher's Maildir."""

import email.policy
import mailbox
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One caught message."""

    key: str
    sender: str
    to: str
    subject: str
    at: datetime | None
    text: str

    @property
    def address(self) -> str:
        """To whom, in small letters and without a name beside it."""
        return parseaddr(self.to)[1].lower()


def letters(folder: Path | None, *, most: int) -> list[Letter]:
    """The newest messages first; empty when nothing was caught yet."""
    if folder is None or not folder.is_dir():
        return []
    box = mailbox.Maildir(folder, create=False)
    newest = sorted(box.keys(), reverse=True)[:most]
    return [letter for key in newest if (letter := read_letter(folder, key))]


def read_letter(folder: Path | None, key: str) -> Letter | None:
    """The message with this key, or None."""
    if folder is None or not folder.is_dir():
        return None
    try:
        content = mailbox.Maildir(folder, create=False).get_bytes(key)
    except KeyError:
        return None
    message = email.message_from_bytes(content, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    date = message["Date"]
    return Letter(
        key=key,
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        at=parsedate_to_datetime(date) if date else None,
        text=body.get_content() if body else "",
    )
