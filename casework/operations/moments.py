"""The moments of an episode, corrected or learned later; its clocks follow in the same transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from casework import audit
from casework.models import Episode, User
from casework.operations.assessing import reassess, reassess_later
from casework.operations.clocks import follow_facts, note_recount
from casework.operations.locks import locked
from casework.operations.readings import ENTERED, read
from casework.policies.anchors import IN_ORDER, Anchor, Anchors, out_of_order
from casework.policies.difference import Difference
from casework.policies.time_phrases import moment, moment_as_known
from casework.policies.time_words import Moment, Precision

# Recorded by the form of the return; here they can only be put right.
ONLY_CORRECTED = (Anchor.LOCATED, Anchor.RETURNED)
ALWAYS_KNOWN = (Anchor.TOLD, *ONLY_CORRECTED)
A_MINUTE = timedelta(minutes=1)


class Refused(Exception):
    """Why a moment was not set; the sentence says what to do."""


class ChangedMeanwhile(Refused):
    """Somebody else set this moment since it was shown; `standing` is what stands now."""

    def __init__(self, standing: datetime | None, words: str) -> None:
        super().__init__(f"Someone has changed this meanwhile. It now says: {words}. Check it.")
        self.standing = standing


def can_set(episode: Episode, anchor: Anchor) -> bool:
    """Whether this moment is one that people enter, and this episode's to enter now."""
    if anchor in ONLY_CORRECTED:
        return getattr(episode, f"{anchor}_at") is not None
    return anchor in ENTERED


@transaction.atomic
def set_moment(
    *,
    episode: Episode,
    by: User,
    now: datetime,
    anchor: Anchor,
    happened: Moment | None,
    seen: datetime | None,
    why: str = "",
) -> list[Difference]:
    """Set one moment (None: not known after all) and return what moved, also kept as a note.

    `seen` is the moment that stood on the page: where another stands by now this raises
    `ChangedMeanwhile` and changes nothing. Raises `Refused` for a moment that cannot be true.
    """
    episode = locked(episode)
    if not can_set(episode, anchor):
        raise ValueError(f"{anchor} is not entered here.")
    before = _words(episode, anchor, now)
    standing = getattr(episode, f"{anchor}_at")
    if standing != seen:
        raise ChangedMeanwhile(standing, before)
    if happened is None and anchor in ALWAYS_KNOWN:
        raise Refused("This moment is known. Enter the right time.")
    changed = _fields(anchor, _in_its_minute(happened, anchor, episode))
    if all(getattr(episode, name) == value for name, value in changed.items()):
        return []
    for name, value in changed.items():
        setattr(episode, name, value)
    _refuse_impossible(episode, anchor, now)
    try:
        with transaction.atomic():
            episode.save(update_fields=list(changed))
    except IntegrityError:  # the database refuses two episodes of a youth at one time
        raise Refused(
            "Another episode of this youth lasted then. Check the day, or ask your supervisor."
        ) from None
    reassess(episode, by=None, now=now, because_of=f"time of {anchor}")
    reassess_later(episode, by=None, now=now, because_of=f"time of {anchor}")
    said = follow_facts(episode, by=by, now=now)
    lead = f"{anchor.label}: {_words(episode, anchor, now)}. It said before: {before}. {why}"
    note_recount(episode, lead.strip(), said, by=by, now=now)
    audit.record("episode.moment_set", subject=episode, by=by, at=now, moment=anchor.value)
    return said


def _fields(anchor: Anchor, happened: Moment | None) -> Mapping[str, Any]:
    """The columns that this moment fills. A return ends the missing time: both are one moment."""
    names = [anchor.value, "ended"] if anchor is Anchor.RETURNED else [anchor.value]
    unknown = Precision.UNKNOWN if anchor is Anchor.LAST_SEEN else Precision.EXACT
    fields: dict[str, Any] = {}
    for name in names:
        fields[f"{name}_at"] = happened.at if happened else None
        fields[f"{name}_precision"] = happened.precision if happened else unknown
    return fields


def _in_its_minute(happened: Moment | None, anchor: Anchor, episode: Episode) -> Moment | None:
    """The moment, not before one of the same minute that it must follow.

    People type minutes, "just now" has seconds: told at 1:52:34 and decided at 1:52 is in order.
    """
    if happened is None or happened.precision is Precision.DATE_ONLY:
        return happened
    before = [getattr(episode, f"{first}_at") for first, then in IN_ORDER if then is anchor]
    same_minute = [at for at in before if at and happened.at < at < happened.at + A_MINUTE]
    return replace(happened, at=max(same_minute)) if same_minute else happened


def _words(episode: Episode, anchor: Anchor, now: datetime) -> str:
    at = getattr(episode, f"{anchor}_at")
    if at is None:
        return "not known yet"
    precision = Precision(getattr(episode, f"{anchor}_precision"))
    return moment_as_known(at, precision, episode.zone, now=now)


def _refuse_impossible(episode: Episode, anchor: Anchor, now: datetime) -> None:
    """Refuse a moment that contradicts another one; the sentence names both."""
    anchors: Anchors = read(episode).anchors
    if pair := out_of_order(anchors):
        first, then = pair
        other = then if anchor is first else first
        when = _words(episode, other, now)
        if anchor is then and anchor in anchors.day_only:
            raise Refused(
                f"Enter the time too, for example about 6 am: {other.label} is {when}, and this "
                "cannot be earlier. A best guess is fine."
            )
        side = "later" if anchor is first else "earlier"
        raise Refused(
            f"{anchor.label} cannot be {side} than this: {other.label} is {when}. Change one of them."
        )
    if episode.told_at > episode.recorded_at:
        logged = moment(episode.recorded_at, episode.zone, now=now)
        raise Refused(f"This was logged {logged}, so the agency had been told by then.")
    if episode.ended_at and episode.last_seen_at and episode.last_seen_at > episode.ended_at:
        raise Refused("The youth cannot have been last seen after the episode ended.")
