"""What a search found, in words: who, how old, where they are now, and what matches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from casework.access.searching import (
    MOST,
    FoundEpisode,
    FoundYouth,
    Match,
    Results,
    What,
    whom_to_ask,
)
from casework.models import EndReason, Episode, Unit, Youth
from casework.policies.clock_words import WEEKDAYS, day_words
from casework.policies.name_match import Likeness
from casework.policies.time_phrases import duration
from casework.presenters.episodes import missing_for, name_and_age

EPISODES_SHOWN = 4

WAYS = {
    Likeness.EXACT: "matches",
    Likeness.BEGINNING: "begins with it",
    Likeness.SOUND: "sounds alike",
    Likeness.LETTERS: "has the same letters",
    Likeness.SLIP: "is nearly the same",
}


@dataclass(frozen=True, kw_only=True)
class EpisodeLink:
    """One episode of a youth that was found."""

    url: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One result."""

    name_and_age: str
    url: str
    """Of the latest episode; empty for a youth without one."""
    status: str
    is_missing: bool
    unit: str
    reference: str
    why: str
    """What matches, in words: "nickname sounds alike"."""
    others: list[EpisodeLink]
    more_others: int


@dataclass(frozen=True, kw_only=True)
class InUnit:
    """That there is a record in another unit, and whom to ask. Nothing of the record itself."""

    words: str
    whom: list[tuple[str, str]]
    """Names and phone numbers, in the order in which to try them."""


@dataclass(frozen=True, kw_only=True)
class ResultsPage:
    """Everything that the page of results prints."""

    count_words: str
    youth: list[Hit]
    youth_more: str
    episodes: list[Hit]
    episodes_more: str
    elsewhere: list[InUnit]
    has_many_elsewhere: bool


def page_of_results(results: Results, *, now: datetime) -> ResultsPage:
    """The results as the page prints them."""
    return ResultsPage(
        count_words=_count_words(results),
        youth=[_youth_hit(found, now) for found in results.youth],
        youth_more=_more("youth", is_more=results.has_more_youth),
        episodes=[_episode_hit(found, now) for found in results.episodes],
        episodes_more=_more("episodes", is_more=results.has_more_episodes),
        elsewhere=_in_units(results.elsewhere),
        has_many_elsewhere=results.has_many_elsewhere,
    )


def _count_words(results: Results) -> str:
    """ "3 youth and 1 episode found", for the page and for screen readers."""
    youth, episodes = len(results.youth), len(results.episodes)
    parts = []
    if youth:
        parts.append(f"{'more than ' if results.has_more_youth else ''}{youth} youth")
    if episodes:
        more = "more than " if results.has_more_episodes else ""
        parts.append(f"{more}{episodes} episode{'' if episodes == 1 else 's'}")
    return f"{' and '.join(parts)} found" if parts else "Nothing found"


def _more(what: str, *, is_more: bool) -> str:
    if not is_more:
        return ""
    return f"Showing the {MOST} nearest {what}. Add a letter, a second name or a number."


def _youth_hit(found: FoundYouth, now: datetime) -> Hit:
    youth, episodes = found.youth, list(found.episodes)
    latest = episodes[0] if episodes else None
    others = episodes[1 : 1 + EPISODES_SHOWN]
    return Hit(
        name_and_age=name_and_age(youth, youth.unit.zone, now=now),
        url=latest.get_absolute_url() if latest else "",
        status=status_words(latest, now=now) if latest else "Not missing, no episode on file",
        is_missing=bool(latest and latest.is_open),
        unit=youth.unit.name,
        reference=latest.reference if latest else "",
        why=match_words(found.match),
        others=[
            EpisodeLink(
                url=one.get_absolute_url(),
                words=f"{one.reference}: {status_words(one, now=now)}",
            )
            for one in others
        ],
        more_others=max(0, len(episodes) - 1 - len(others)),
    )


def _episode_hit(found: FoundEpisode, now: datetime) -> Hit:
    episode = found.episode
    return Hit(
        name_and_age=name_and_age(episode.youth, episode.zone, now=now),
        url=episode.get_absolute_url(),
        status=status_words(episode, now=now),
        is_missing=episode.is_open,
        unit=episode.unit.name,
        reference=episode.reference,
        why=match_words(found.match),
        others=[],
        more_others=0,
    )


def match_words(match: Match) -> str:
    """What matches and how: "police report number matches", "nickname sounds alike"."""
    way = WAYS[match.likeness]
    if match.what is What.PHONE and match.likeness is Likeness.BEGINNING:
        way = "ends with it"
    return f"{match.what} {way}"


def status_words(episode: Episode, *, now: datetime) -> str:
    """How an episode stands: "Missing for 4 h", "Located, not back yet", "Returned Mar 3"."""
    if episode.ended_at is None:
        if episode.located_at is not None:
            return "Located, not back yet"
        label, since = missing_for(episode, now)
        length = duration(now - since)
        if label == "Told":
            return "Missing, told just now" if length == "now" else f"Missing, told {length} ago"
        return f"Missing for {'less than a minute' if length == 'now' else length}"
    local = episode.ended_at.astimezone(episode.zone)
    year = "" if local.year == now.astimezone(episode.zone).year else f", {local.year}"
    day = f"{WEEKDAYS[local.weekday()]} {day_words(local.date())}{year}"
    is_back = episode.end_reason == EndReason.RETURNED
    return f"{'Returned' if is_back else episode.get_end_reason_display()} {day}"


def _in_units(elsewhere: Sequence[Youth]) -> list[InUnit]:
    """A line for each unit; how many records there are in one says nothing that is needed."""
    units = {youth.unit_id: youth.unit for youth in elsewhere}
    return [
        InUnit(words=f"A record exists in {unit.name}.", whom=list(_whom(unit)))
        for unit in units.values()
    ]


def _whom(unit: Unit) -> Iterable[tuple[str, str]]:
    """Whom to ask about a record of this unit: its supervisors, then whoever is on call."""
    for person in whom_to_ask(unit):
        yield f"{person.name}, supervisor", person.phone
    if phone := unit.on_call_phone or settings.ON_CALL_PHONE:
        yield "On-call line", phone
