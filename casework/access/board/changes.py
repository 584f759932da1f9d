"""Whether a list that somebody has open still says what is so, and how many rows changed."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

from django.utils.crypto import salted_hmac

from casework.access.board.filters import BoardFilter
from casework.access.board.pages import PAGE, page_of
from casework.access.board.rows import case_of
from casework.models import Standing, User
from casework.policies.urgency import band_of

_SALT = "casework.access.board.changes"
_ROW, _CONTENT = 4, 4  # bytes of the hash that say which row it is, and what it shows
_MORE = b"+"  # rows followed that the page does not show


def fingerprint(
    user: User,
    filter: BoardFilter,  # noqa: A002
    *,
    now: datetime,
    size: int = PAGE,
) -> str:
    """The first page of a list as it stands, in at most 540 letters that go into an address.

    Keyed hashes: nothing about a youth can be read from them. They cover what moves a row and what
    it shows: its clock, duty, worker, flag, assessment, place and name; not the text of a duty.
    """
    rows, has_more = _rows(user, filter, now=now, size=size)
    packed = b"".join(row + content for row, content in rows.items())
    return base64.urlsafe_b64encode(packed + (_MORE if has_more else b"")).decode().rstrip("=")


def changes_since(
    shown: str,
    user: User,
    filter: BoardFilter,  # noqa: A002
    *,
    now: datetime,
    size: int = PAGE,
) -> int:
    """How many rows of the first page came, went, or changed since `shown`, a `fingerprint`.

    0: nothing changed. Who is only pushed off the end of a full page is not counted. What cannot
    be read counts as one change.
    """
    before = _read(shown)
    if before is None:
        return 1
    after, has_more = _rows(user, filter, now=now, size=size)
    came = sum(row not in before for row in after)
    went = sum(row not in after for row in before)
    changed = sum(row in after and after[row] != content for row, content in before.items())
    if has_more:
        went = max(0, went - came)
    return changed + came + went


def _rows(
    user: User,
    filter: BoardFilter,  # noqa: A002
    *,
    now: datetime,
    size: int,
) -> tuple[Mapping[bytes, bytes], bool]:
    page = page_of(user, filter, now=now, size=size)
    standings = Standing.objects.select_related("youth").in_bulk(page.ids)
    rows = {}
    for pk in page.ids:
        if (one := standings.get(pk)) is None:
            continue
        band = band_of(case_of(one), now=now)
        shows = [
            *(band, now >= one.soon_at, one.next_due_at, one.next_duty_id, one.open_duties),
            *(one.missing_since_at, one.located_at, one.ended_at, one.assigned_to_id),
            *(one.mark, one.leading_flag_id, one.is_assessed, one.placement_kind),
            *(one.unit_id, one.youngest_first, one.youth.names),
        ]
        rows[_hash(str(pk), _ROW)] = _hash(f"{pk}{shows!r}", _CONTENT)
    return rows, page.next is not None


def _hash(text: str, length: int) -> bytes:
    return salted_hmac(_SALT, text, algorithm="sha256").digest()[:length]


def _read(shown: str) -> dict[bytes, bytes] | None:
    try:
        packed = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4)).removesuffix(_MORE)
    except (ValueError, binascii.Error):
        return None
    width = _ROW + _CONTENT
    if len(packed) % width:
        return None
    rows = [packed[at : at + width] for at in range(0, len(packed), width)]
    return {row[:_ROW]: row[_ROW:] for row in rows}
