"""Reading what a mail server sends back: a delivery status notification (RFC 3464).

It comes from outside and may be anything: what cannot be read is not ours. Nothing is raised.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Mail
from email.utils import parseaddr
from uuid import UUID

LARGEST = 64 * 1024  # bytes that are read: a notification holds the first lines of ours, and the
# library takes long over mail that is made to be read slowly
DEEPEST = 10  # parts within parts
_MESSAGE_ID = re.compile(
    r"<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@[^<>\s]{1,255}>",
    re.IGNORECASE,
)
_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})")
_DIAGNOSTIC_TYPE = re.compile(r"^\s*[\w-]+\s*;\s*")


@dataclass(frozen=True)
class Bounce:
    """What a notification says of one of our messages.

    It has failed when the server has stopped trying; the address is refused when the status says so
    too (5.x). `sent_to` is the address that ours was sent to, "" where that is not returned.
    """

    message_id: UUID
    has_failed: bool
    is_refused: bool
    status: str
    said: str
    sent_to: str


def read_bounce(raw: bytes) -> Bounce | None:
    """The bounce in this mail; None when it is not a notification about a message of ours.

    Where it tells of several recipients, the worst counts: each of our messages has one.
    """
    try:
        return _read(raw[:LARGEST])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # the library's answer to mail that is broken or meant to break it


def _read(raw: bytes) -> Bounce | None:
    parts = list(_parts(message_from_bytes(raw), depth=0))
    statuses = [
        block
        for part in parts
        if part.get_content_type() == "message/delivery-status"
        for block in _blocks(part)
        if block.get("Action")
    ]
    returned = [
        block
        for part in parts
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}
        for block in _returned(part)
    ]
    message_id = _our_id(returned)
    if message_id is None or not statuses:
        return None
    # Not "delayed", "delivered", "relayed" or "expanded" (RFC 3464, 2.3.3).
    failed = [block for block in statuses if _text(block, "Action").strip().lower() == "failed"]
    block = (failed or statuses)[0]
    status = _STATUS.match(_text(block, "Status"))
    return Bounce(
        message_id=message_id,
        has_failed=bool(failed),
        is_refused=bool(failed) and status is not None and status[1] == "5",
        status=".".join(status.groups()) if status else "",
        said=_said(block),
        sent_to=parseaddr(_text(returned[0], "To"))[1].lower(),
    )


def _parts(mail: Mail, *, depth: int) -> Iterator[Mail]:
    """The mail and its parts, without going into what is returned or reported in it."""
    yield mail
    if depth < DEEPEST and mail.get_content_maintype() == "multipart":
        payload = mail.get_payload()
        for part in payload if isinstance(payload, list) else []:
            if isinstance(part, Mail):
                yield from _parts(part, depth=depth + 1)


def _blocks(part: Mail) -> list[Mail]:
    """The groups of fields of a report: the message's, then one for each recipient."""
    payload = part.get_payload()
    return (
        [block for block in payload if isinstance(block, Mail)] if isinstance(payload, list) else []
    )


def _returned(part: Mail) -> list[Mail]:
    """The headers of the message that comes back."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [block for block in payload if isinstance(block, Mail)]
    text = part.get_payload(decode=True)
    return [message_from_bytes(text)] if isinstance(text, bytes) else []


def _our_id(returned: list[Mail]) -> UUID | None:
    for headers in returned:
        if found := _MESSAGE_ID.search(_text(headers, "Message-ID")):
            return UUID(found[1])
    return None


def _said(block: Mail) -> str:
    """The server's words in one line; its status where it said nothing."""
    words = _DIAGNOSTIC_TYPE.sub("", _text(block, "Diagnostic-Code"))
    words = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(words.split())[:300] or f"Status {_text(block, 'Status').strip()[:20]}"


def _text(block: Mail, name: str) -> str:
    return str(block.get(name, ""))
