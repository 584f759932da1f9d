"""Other rules for an open episode: of another jurisdiction, or of a newer protocol file."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from casework import audit
from casework.models import Episode, User
from casework.operations.clocks import follow_rules, note_recount, note_recounts, under_rules
from casework.operations.locks import locked
from casework.operations.protocols import protocol_for, protocols_in_use
from casework.operations.readings import ENTERED, Reading, read, read_all
from casework.policies.anchors import Anchor, out_of_order
from casework.policies.difference import Difference

CHUNK = 200  # episodes a transaction: long enough to be quick, short enough to keep nobody waiting


class NotMoved(Exception):
    """Why the rules of an episode were not changed; the sentence says what to do."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose rules an episode goes by, and in which zone its times are told."""

    jurisdiction: str
    time_zone: str


def preview(episode: Episode, *, to: Place, now: datetime) -> list[Difference]:
    """What would change for the open duties under these rules; nothing is saved."""
    moved = copy(episode)
    _go_by(moved, to)
    return under_rules(read(moved), now=now).differences


@transaction.atomic
def move(
    *,
    episode: Episode,
    by: User,
    now: datetime,
    to: Place,
    seen: Place,
    why: str,
) -> list[Difference]:
    """Let an open episode go by other rules; its open duties and reminders follow.

    `seen` is what stood on the page. Raises `NotMoved` for an episode that has ended, for rules
    that are not known here, and when somebody has changed the rules meanwhile.
    """
    episode = locked(episode)
    if not episode.is_open:
        raise NotMoved("The episode has ended. It keeps the rules that it was judged by.")
    if to.jurisdiction not in protocols_in_use():
        raise NotMoved("There are no such rules. Select a jurisdiction from the list.")
    if seen != Place(jurisdiction=episode.jurisdiction, time_zone=episode.time_zone):
        raise NotMoved("Someone has changed the rules meanwhile. Look at the differences again.")
    newest = protocol_for(to.jurisdiction).edition
    if to == seen and episode.protocol_version == newest:
        raise NotMoved("The episode goes by these rules already.")
    before = f"{_rules_words(episode)}, {_zone_words(seen)}"
    _go_by(episode, to)
    episode.protocol_version = newest
    episode.save()
    (outcome,) = follow_rules([episode], now=now)
    lead = f"Rules: {_rules_words(episode)}, {_zone_words(to)}. Before: {before}. {why}"
    note_recount(episode, lead.strip(), outcome.differences, by=by, now=now)
    audit.record(
        "episode.rules_changed", subject=episode, by=by, at=now, jurisdiction=to.jurisdiction
    )
    return outcome.differences


def _go_by(episode: Episode, to: Place) -> None:
    """Let the episode go by these rules. A day without a time is that day in the new zone too.

    But where it would then begin after what it must precede, it keeps its start.
    """
    old, new = episode.zone, ZoneInfo(to.time_zone)
    reading = read(episode)
    known = reading.anchors
    stood = {one: at for one in ENTERED if one in known.day_only and (at := known.at(one))}
    episode.jurisdiction, episode.time_zone = to.jurisdiction, to.time_zone
    for anchor, at in stood.items():
        day = datetime.combine(at.astimezone(old).date(), time.min, new)
        setattr(episode, f"{anchor}_at", day)
    while kept := [one for one in _impossible(reading) if one in stood]:
        setattr(episode, f"{kept[0]}_at", stood.pop(kept[0]))


def _impossible(reading: Reading) -> tuple[Anchor, ...]:
    """The moments that contradict each other, if any do."""
    if reading.episode.told_at > reading.episode.recorded_at:
        return (Anchor.TOLD,)
    return out_of_order(reading.anchors) or ()


def recompute_open(*, by: User, now: datetime, ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Bring open episodes in line with the protocol files as they are now, chunk by chunk.

    Yields after each chunk how many episodes were read and in how many something changed, be it
    only the words of a rule. An episode whose rules have no file here is not read. Each chunk is
    one transaction: stopped half way, what is done is whole, and it can be started again.
    """
    for start in range(0, len(ids), CHUNK):
        yield _recompute(ids[start : start + CHUNK], by=by, now=now)


def would_change(ids: Sequence[int], *, now: datetime) -> Iterator[tuple[int, int]]:
    """What `recompute_open` would do, chunk by chunk; nothing is saved."""
    for start in range(0, len(ids), CHUNK):
        episodes = list(_open(ids[start : start + CHUNK]))
        outcomes = [under_rules(one, now=now) for one in read_all(episodes)]
        yield len(episodes), sum(bool(one.differences or one.changed) for one in outcomes)


def _open(ids: Sequence[int]) -> QuerySet[Episode]:
    here = Episode.objects.open().filter(pk__in=ids, jurisdiction__in=list(protocols_in_use()))
    # The youth are read after the episodes are held: what somebody waited for is seen.
    return here.order_by("pk").prefetch_related("youth", "unit")


@transaction.atomic
def _recompute(ids: Sequence[int], *, by: User, now: datetime) -> tuple[int, int]:
    episodes = list(_open(ids).select_for_update(of=("self",), no_key=True))
    was = {episode.pk: episode.protocol_version for episode in episodes}
    for episode in episodes:
        episode.protocol_version = protocol_for(episode.jurisdiction).edition
    outdated = [episode for episode in episodes if episode.protocol_version != was[episode.pk]]
    Episode.objects.bulk_update(outdated, ["protocol_version"])
    changed = [
        (outcome.reading.episode, outcome.differences)
        for outcome in follow_rules(episodes, now=now)
        if outcome.differences or outcome.changed
    ]
    note_recounts(
        [
            (one, f"Rules: {_rules_words(one)}. Before: {was[one.pk]}.", said)
            for one, said in changed
        ],
        by=by,
        now=now,
    )
    audit.record_each("episode.rules_changed", [(one, {}) for one, _ in changed], by=by, at=now)
    return len(episodes), len(changed)


def _zone_words(place: Place) -> str:
    return f"{place.time_zone.rpartition('/')[2].replace('_', ' ')} time"


def _rules_words(episode: Episode) -> str:
    protocol = protocol_for(episode.jurisdiction)
    return f"{protocol.name} ({episode.protocol_version})"
