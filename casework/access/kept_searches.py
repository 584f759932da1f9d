"""What somebody searched for, kept in two halves, so that no name stands in an address or a session.

A search is posted; the address of its results holds a random id. One half of the words lies in the
session, the other in a cookie for that address alone. Either by itself is random bytes: whoever
reads the table of sessions, or the browser's files, learns at most how long the words were. After a
quarter of an hour, or when the session ends, they are gone.
"""

import secrets
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

SESSION_KEY = "searches"
LONGEST = timedelta(minutes=15)  # Back and reload work; a forgotten browser does not keep names
MOST = 10  # the latest


def keep(request: HttpRequest, typed: str, *, now: datetime) -> HttpResponseRedirect:
    """Keep what was typed, and give the answer that leads to its results."""
    search_id = uuid.uuid4()
    words = typed.encode()
    # As long as the words and never used again: without it nothing can be learned from the other.
    cover = secrets.token_bytes(len(words))
    half = {"half": _text(_joined(words, cover)), "at": now.isoformat()}
    kept = {**_kept(request, now), str(search_id): half}
    request.session[SESSION_KEY] = dict(list(kept.items())[-MOST:])
    answer = redirect("search_results", search_id)
    answer.set_cookie(
        _cookie(search_id),
        _text(cover),
        max_age=LONGEST,
        path=reverse("search_results", args=[search_id]),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return answer


def typed_for(request: HttpRequest, search_id: uuid.UUID, *, now: datetime) -> str | None:
    """What was searched for under this id in this browser; None when that is no longer kept."""
    one = _kept(request, now).get(str(search_id))
    cover = request.COOKIES.get(_cookie(search_id), "")
    if one is None or len(cover) != len(one["half"]):
        return None
    try:
        return _joined(urlsafe_b64decode(one["half"]), urlsafe_b64decode(cover)).decode()
    except ValueError:  # a cookie that somebody changed
        return None


def _kept(request: HttpRequest, now: datetime) -> Mapping[str, dict[str, str]]:
    return {
        key: one
        for key, one in request.session.get(SESSION_KEY, {}).items()
        if "half" in one and now - datetime.fromisoformat(one["at"]) <= LONGEST
    }


def _cookie(search_id: uuid.UUID) -> str:
    return f"search_{search_id.hex}"


def _joined(one: bytes, other: bytes) -> bytes:
    """Both halves give the words, the words and one half give the other."""
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _text(half: bytes) -> str:
    return urlsafe_b64encode(half).decode()
