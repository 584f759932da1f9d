"""Answers that were sent after the session had ended: kept through sign-in, then shown again.

They wait in the anonymous session (in the database, never in the browser) for a few minutes and
are handed out once, to the page that they were meant for and the person whose page it was. Whose
it was stands in the form, under our signature: on a shared computer the next person to sign in
gets nothing, and what a stranger posts is not stored.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, QueryDict

from casework.models import User
from casework.policies.first_sent import FIELD, first_sent

KEPT_FOR = "kept_for"  # the field of a form that says whose page it was
SESSION_KEY = "kept_answers"
LONGEST_WAIT = timedelta(minutes=15)  # long enough to sign in, short on a shared computer

_SIGNER = signing.Signer(salt="casework.access.kept_answers")


def signed_name(user: User) -> str:
    """What a form carries to say whose page it is; only this server can write it."""
    return _SIGNER.sign(str(user.public_id))


def keep(request: HttpRequest, *, now: datetime) -> None:
    """Keep what this request posted until that person has signed in; nothing from a stranger."""
    answers = request.POST.copy()
    person = _person(answers.pop(KEPT_FOR, [""])[-1])
    if person is None:
        return
    answers.pop("csrfmiddlewaretoken", None)
    answers[FIELD] = first_sent(answers.get(FIELD, ""), now=now).isoformat()
    request.session[SESSION_KEY] = {
        "person": str(person),
        "path": request.path,
        "answers": answers.urlencode(),
        "until": (now + LONGEST_WAIT).isoformat(),
    }


def drop_those_of_others(request: HttpRequest, user: User) -> bool:
    """When `user` signs in: forget what waits for somebody else. Whether there was any."""
    kept = request.session.get(SESSION_KEY)
    if not kept or kept["person"] == str(user.public_id):
        return False
    del request.session[SESSION_KEY]
    return True


def answers_of(request: HttpRequest, *, now: datetime) -> QueryDict | None:
    """What the form of this page is bound to: what was posted, or kept; None for a blank form."""
    return request.POST.copy() if request.method == "POST" else take(request, now=now)


def take(request: HttpRequest, *, now: datetime) -> QueryDict | None:
    """The answers kept for this page and person, once; None when there are none, or no more."""
    if not isinstance(request.user, User) or drop_those_of_others(request, request.user):
        return None
    kept = request.session.get(SESSION_KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[SESSION_KEY]
    if now > datetime.fromisoformat(kept["until"]):
        return None
    return QueryDict(kept["answers"], mutable=True)


def _person(signed: str) -> UUID | None:
    """The id of the person that a form names; None where the signature is not ours."""
    try:
        return UUID(_SIGNER.unsign(signed))
    except (signing.BadSignature, ValueError):
        return None
