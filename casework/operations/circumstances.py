"""What a jurisdiction's clocks depend on besides moments: answered, changed, never guessed."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from casework import audit
from casework.models import Circumstance, Episode, Known, User
from casework.operations.clocks import follow_facts, note_recount
from casework.operations.locks import locked
from casework.operations.readings import read
from casework.policies.conditions import Condition
from casework.policies.difference import Difference


class AnsweredMeanwhile(Exception):
    """Somebody else answered since the page was shown; `latest` is their last answer."""

    def __init__(self, latest: Circumstance) -> None:
        super().__init__("Someone has answered meanwhile.")
        self.latest = latest


def latest_answer(episode: Episode) -> Circumstance | None:
    """The last answer that anybody gave about this episode."""
    return (
        episode.circumstances.select_related("recorded_by").order_by("-recorded_at", "-id").first()
    )


@transaction.atomic
def answer(
    *,
    episode: Episode,
    by: User,
    now: datetime,
    answers: Mapping[Condition, Known],
    seen: uuid.UUID | None,
) -> list[Difference]:
    """Keep the answers that are new, and return what moved, also kept as a note.

    `seen` is the last answer that stood on the page. Where there is a later one this raises
    `AnsweredMeanwhile` and changes nothing.
    """
    episode = locked(episode)
    latest = latest_answer(episode)
    if latest is not None and latest.public_id != seen:
        raise AnsweredMeanwhile(latest)
    standing = read(episode).answers
    new = {
        condition: holds
        for condition, holds in answers.items()
        if holds != standing.get(condition, Known.NOT_KNOWN)
    }
    if not new:
        return []
    Circumstance.objects.bulk_create(
        Circumstance(
            episode=episode, condition=condition, holds=holds, recorded_at=now, recorded_by=by
        )
        for condition, holds in new.items()
    )
    said = follow_facts(episode, by=by, now=now)
    lead = " ".join(f"{one.question} {Known(holds).label}." for one, holds in new.items())
    note_recount(episode, lead, said, by=by, now=now)
    audit.record("episode.circumstances_answered", subject=episode, by=by, at=now)
    return said
