"""Answers that were sent after the session had ended: kept through sign-in, then shown again.

They wait in the anonymous session (in the database, never in the browser) for a few minutes and
are handed out once, to the page that they were meant for.
"""

import time

from django.http import HttpRequest, QueryDict

SESSION_KEY = "kept_answers"
KEPT_FOR = 15 * 60  # seconds: long enough to sign in, short on a shared computer
TOO_LARGE = 200_000  # characters


def keep(request: HttpRequest) -> None:
    """Keep what this request posted until the person has signed in."""
    answers = request.POST.copy()
    answers.pop("csrfmiddlewaretoken", None)
    encoded = answers.urlencode()
    if len(encoded) <= TOO_LARGE:
        request.session[SESSION_KEY] = {
            "path": request.path,
            "answers": encoded,
            "until": time.time() + KEPT_FOR,
        }


def answers_of(request: HttpRequest) -> QueryDict | None:
    """What the form of this page is bound to: what was posted, or kept; None for a blank form."""
    return request.POST.copy() if request.method == "POST" else take(request)


def take(request: HttpRequest) -> QueryDict | None:
    """The answers kept for this page, once; None when there are none."""
    kept = request.session.get(SESSION_KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[SESSION_KEY]
    return QueryDict(kept["answers"]) if time.time() < kept["until"] else None
