"""What somebody searched for, kept on the server, so that no name stands in an address.

A search is posted; the words stay in the session under a random id, and the address of the results
holds only that id. Signing out ends the session and the words with it.
"""

import uuid
from datetime import datetime, timedelta

from django.http import HttpRequest

SESSION_KEY = "searches"
LONGEST = timedelta(hours=2)  # Back and reload work; a forgotten browser does not keep names long
MOST = 10  # the latest


def keep(request: HttpRequest, typed: str, *, now: datetime) -> uuid.UUID:
    """Keep what was typed, and return the id for the address of the results."""
    search_id = uuid.uuid4()
    kept = {**_kept(request, now), str(search_id): {"typed": typed, "at": now.isoformat()}}
    request.session[SESSION_KEY] = dict(list(kept.items())[-MOST:])
    return search_id


def typed_for(request: HttpRequest, search_id: uuid.UUID, *, now: datetime) -> str | None:
    """What was searched for under this id in this session; None when that is no longer kept."""
    one = _kept(request, now).get(str(search_id))
    return one["typed"] if one else None


def _kept(request: HttpRequest, now: datetime) -> dict[str, dict[str, str]]:
    return {
        key: one
        for key, one in request.session.get(SESSION_KEY, {}).items()
        if now - datetime.fromisoformat(one["at"]) <= LONGEST
    }
