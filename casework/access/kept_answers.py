"""Answers that were sent after the session had ended: kept through sign-in, then shown again.

They wait in the anonymous session (in the database, never in the browser) for a few minutes and
are handed out once, to the page that they were meant for.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest, QueryDict

from casework.policies.first_sent import FIELD, first_sent

SESSION_KEY = "kept_answers"
KEPT_FOR = timedelta(minutes=15)  # long enough to sign in, short on a shared computer


def keep(request: HttpRequest, *, now: datetime) -> None:
    """Keep what this request posted until the person has signed in."""
    answers = request.POST.copy()
    answers.pop("csrfmiddlewaretoken", None)
    answers[FIELD] = first_sent(answers.get(FIELD, ""), now=now).isoformat()
    request.session[SESSION_KEY] = {
        "path": request.path,
        "answers": answers.urlencode(),
        "until": (now + KEPT_FOR).isoformat(),
    }


def answers_of(request: HttpRequest, *, now: datetime) -> QueryDict | None:
    """What the form of this page is bound to: what was posted, or kept; None for a blank form."""
    return request.POST.copy() if request.method == "POST" else take(request, now=now)


def take(request: HttpRequest, *, now: datetime) -> QueryDict | None:
    """The answers kept for this page, once; None when there are none, or no more."""
    kept = request.session.get(SESSION_KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[SESSION_KEY]
    if now > datetime.fromisoformat(kept["until"]):
        return None
    return QueryDict(kept["answers"], mutable=True)
