"""Searching: youth and episodes by whatever somebody has, within what that person may see.

The sister of `casework.access.finding`, which finds a youth while a name is typed. Of a record in
another unit only that there is one is told, and only to someone who has its full name or number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import F, Prefetch, QuerySet
from django.db.models.functions import Right

from casework.access.names import (
    AlongThePrefixIndex,
    called_alike,
    called_exactly,
    nearest,
    similar,
    words_of,
)
from casework.access.scoping import (
    contacts_visible_to,
    episodes_visible_to,
    names_elsewhere,
    names_visible_to,
    unit_ids_in_scope,
    youth_visible_to,
)
from casework.models import (
    ContactKind,
    DutyEvidence,
    Episode,
    Role,
    Unit,
    User,
    Youth,
    YouthContact,
)
from casework.models.duty import number_key_of
from casework.policies.contact_keys import (
    AREA_DIGITS,
    LOCAL_DIGITS,
    account_key,
    email_key,
    phone_key,
)
from casework.policies.name_keys import NameKeys
from casework.policies.name_match import Called, Likeness, name_match
from casework.policies.number_keys import number_key

SHORTEST = 2  # characters: some names have no more
LONGEST = 160
MOST = 20  # results of a kind: who has more to look through is helped by one more letter
MOST_ELSEWHERE = 3  # records of other units that are told of: a common name says nothing
SHORTEST_ELSEWHERE = 3  # letters of a name
SHORTEST_ACCOUNT = 3
MOST_ALIKE = 500  # rows with one number: a bound, and so high that no other index looks better


class What(StrEnum):
    """What of a record matches."""

    NAME = "name"
    NICKNAME = "nickname"
    OTHER_NAME = "another name"
    CASE_NUMBER = "case number"
    PHONE = "phone number"
    EMAIL = "email address"
    ACCOUNT = "account"
    REFERENCE = "episode reference"
    POLICE_NUMBER = "police report number"
    NCMEC_NUMBER = "NCMEC report number"
    OTHER_NUMBER = "number on a duty"


NUMBER_OF = {
    "report_to_police": What.POLICE_NUMBER,
    "report_to_ncmec": What.NCMEC_NUMBER,
}
CALLED = {
    Called.NAME: What.NAME,
    Called.NICKNAME: What.NICKNAME,
    Called.OTHER_NAME: What.OTHER_NAME,
}


@dataclass(frozen=True)
class Match:
    """Why a record was found, and how near that is."""

    likeness: Likeness
    what: What
    is_whole: bool = True
    """A full name or number: who has that may learn that there is a record elsewhere."""


@dataclass(frozen=True)
class FoundYouth:
    """A youth in scope, with every episode in scope, the newest first."""

    youth: Youth
    match: Match
    episodes: Sequence[Episode]
    place: int = 0
    """Where the look-up by name has it: what sounds alike is spelled nearest first."""


@dataclass(frozen=True)
class FoundEpisode:
    """An episode in scope."""

    episode: Episode
    match: Match


@dataclass(frozen=True, kw_only=True)
class Results:
    """What a search found: at most `MOST` of a kind, the nearest first."""

    youth: Sequence[FoundYouth] = ()
    has_more_youth: bool = False
    episodes: Sequence[FoundEpisode] = ()
    has_more_episodes: bool = False
    elsewhere: Sequence[Youth] = ()
    has_many_elsewhere: bool = False


def whom_to_ask(unit: Unit) -> list[User]:
    """The active supervisors of the nearest unit upward that has any."""
    office: Unit | None = unit
    while office is not None:
        people = office.people.filter(role=Role.SUPERVISOR, is_active=True).order_by("name", "id")
        if found := list(people):
            return found
        office = office.parent
    return []


@dataclass
class _Numbered:
    """What was found by a number, a phone or an account, wherever in the agency it is."""

    youth: dict[int, Match] = field(default_factory=dict)
    episodes: dict[int, Match] = field(default_factory=dict)


def search_for(user: User, typed: str) -> Results:
    """Everything in this person's scope that the typed text may mean, nearest first.

    At least `SHORTEST` characters; what is longer than `LONGEST` is cut.
    """
    typed = typed.replace("\0", " ").strip()[:LONGEST]
    words = [word for word in words_of(typed) if not word.folded.isdigit()]
    numbered = _by_number(user, typed)
    found = dict(numbered.youth)
    if words:
        names = names_visible_to(user)
        wanted = MOST + 1
        named = list(nearest(names, words, most=wanted)) or similar(names, words, most=wanted)
        for youth_id in named:
            found.setdefault(youth_id, Match(Likeness.SLIP, What.NAME))
    youth = _youth(user, found, numbered, words)
    episodes = _episodes(user, numbered.episodes)
    is_named = any(one.match.likeness is Likeness.EXACT for one in youth)
    elsewhere = _elsewhere(user, words, numbered, may_be_alike=not is_named)
    return Results(
        youth=youth[:MOST],
        has_more_youth=len(youth) > MOST,
        episodes=episodes[:MOST],
        has_more_episodes=len(episodes) > MOST,
        elsewhere=() if len(elsewhere) > MOST_ELSEWHERE else elsewhere,
        has_many_elsewhere=len(elsewhere) > MOST_ELSEWHERE,
    )


def kinds_of(typed: str) -> list[str]:
    """What a text was looked up as, for the audit trail: never the text."""
    kinds = {
        "name": any(not word.folded.isdigit() for word in words_of(typed)),
        "number": bool(number_key(typed)),
        "phone": bool(phone_key(typed)),
        "account": bool(_account(typed) or email_key(typed)),
    }
    return [kind for kind, holds in kinds.items() if holds]


# --- What each kind of text finds -------------------------------------------------------------


def _by_number(user: User, typed: str) -> _Numbered:
    """Youth and episodes by case number, reference, report number, phone or account."""
    found = _Numbered()
    for youth_id in _kept(Youth.objects.filter(case_number__iexact=typed)):
        found.youth[youth_id] = Match(Likeness.EXACT, What.CASE_NUMBER)
    if key := number_key(typed):
        for episode_id, code in (
            DutyEvidence.objects.annotate(key=number_key_of("reference_number"))
            .filter(key=key)
            .order_by()
            .values_list("duty__episode", "duty__code")[:MOST_ALIKE]
        ):
            what = NUMBER_OF.get(code, What.OTHER_NUMBER)
            found.episodes.setdefault(episode_id, Match(Likeness.EXACT, what))
    reference = "".join(typed.split()).upper()
    for episode_id in Episode.objects.filter(reference=reference).values_list("pk", flat=True):
        found.episodes[episode_id] = Match(Likeness.EXACT, What.REFERENCE)
    for youth_id, match in _by_contact(user, typed):
        found.youth.setdefault(youth_id, match)
    return found


def _kept(youth: QuerySet[Youth]) -> Iterable[int]:
    """The ids of these youth; a record that was merged stands for the one that was kept."""
    for youth_id, kept_id in youth.values_list("pk", "merged_into"):
        yield kept_id or youth_id


def _by_contact(user: User, typed: str) -> Iterable[tuple[int, Match]]:
    """Youth by a phone's last digits, by an e-mail address, by the beginning of an account."""
    contacts = YouthContact.objects.order_by()
    if phone := phone_key(typed):
        ending = contacts.annotate(last=Right("key", LOCAL_DIGITS)).filter(
            kind=ContactKind.PHONE, last=phone[-LOCAL_DIGITS:], key__endswith=phone
        )
        for youth_id, key in ending.values_list("youth", "key")[:MOST_ALIKE]:
            likeness = Likeness.EXACT if key == phone else Likeness.BEGINNING
            is_whole = key == phone and len(phone) >= AREA_DIGITS
            yield youth_id, Match(likeness, What.PHONE, is_whole)
    if key := email_key(typed) or _account(typed):
        same = contacts.exclude(kind=ContactKind.PHONE).filter(key=key)
        # A beginning is told of in scope alone, so it is looked for in scope alone.
        begun = contacts_visible_to(user).exclude(kind=ContactKind.PHONE)
        begun = begun.filter(key__startswith=key).order_by(AlongThePrefixIndex(F("key")))
        for rows in (same[:MOST_ALIKE], begun[: MOST + 1]):
            for youth_id, kind, on_file in rows.values_list("youth", "kind", "key"):
                likeness = Likeness.EXACT if key == on_file else Likeness.BEGINNING
                what = What.EMAIL if kind == ContactKind.EMAIL else What.ACCOUNT
                yield youth_id, Match(likeness, what, is_whole=key == on_file)


def _account(typed: str) -> str:
    key = account_key(typed)
    return key if len(key) >= SHORTEST_ACCOUNT else ""


# --- What this person may see of it -----------------------------------------------------------


def _youth(
    user: User, found: dict[int, Match], numbered: _Numbered, words: list[NameKeys]
) -> list[FoundYouth]:
    """Of these youth those in scope, the nearest first, one more than `MOST` at most."""
    places = {youth_id: place for place, youth_id in enumerate(found)}
    episodes = episodes_visible_to(user).order_by("-told_at", "-id").defer("description_at_start")
    visible = (
        youth_visible_to(user)
        .filter(pk__in=found)
        .select_related("unit")
        .defer("medical_needs", "marks")
        .prefetch_related(Prefetch("episodes", queryset=episodes, to_attr="episodes_in_scope"))
    )
    rows = [
        FoundYouth(
            youth,
            numbered.youth.get(youth.pk) or _named(youth, words),
            youth.episodes_in_scope,
            place=places[youth.pk],
        )
        for youth in visible
    ]
    return sorted(rows, key=_rank)[: MOST + 1]


def _named(youth: Youth, words: list[NameKeys]) -> Match:
    """By which name this youth was found."""
    names = [
        (Called.NAME, youth.given_name),
        (Called.NAME, youth.family_name),
        (Called.NICKNAME, youth.nickname),
        *((Called.OTHER_NAME, other) for other in youth.aliases),
    ]
    match = name_match(words, names)
    return Match(match.likeness, CALLED[match.called])


def _rank(found: FoundYouth) -> tuple[object, ...]:
    """Nearest first; of those who only sound alike in the order found; then who is missing now."""
    youth, likeness = found.youth, found.match.likeness
    is_missing = any(episode.is_open for episode in found.episodes)
    place = found.place if likeness is Likeness.SOUND else 0
    return (likeness, place, not is_missing, youth.family_name, youth.given_name, youth.pk)


def _episodes(user: User, found: dict[int, Match]) -> list[FoundEpisode]:
    if not found:
        return []
    visible = (
        episodes_visible_to(user)
        .filter(pk__in=found)
        .select_related("youth", "unit")
        .defer("description_at_start", "youth__medical_needs", "youth__marks")
        .order_by("-told_at", "-id")
    )
    return [FoundEpisode(episode, found[episode.pk]) for episode in visible]


# --- What is told of other units -----------------------------------------------------------------


def _elsewhere(
    user: User, words: list[NameKeys], numbered: _Numbered, *, may_be_alike: bool
) -> list[Youth]:
    """Youth of other units who bear exactly this name, nearly this full name, or this number.

    At most one more than are told of.
    """
    units = unit_ids_in_scope(user)
    if units is None:
        return []
    most = MOST_ELSEWHERE + 1
    found = dict.fromkeys(pk for pk, match in numbered.youth.items() if match.is_whole)
    if numbered.episodes:
        of_others = Episode.objects.filter(pk__in=numbered.episodes).exclude(unit__in=units)
        found |= dict.fromkeys(of_others.values_list("youth", flat=True))
    if words and all(len(word.folded) >= SHORTEST_ELSEWHERE for word in words):
        names = names_elsewhere(user)
        found |= dict.fromkeys(called_exactly(names, words, most=most))
        # What only resembles a full name is told of where nobody is called exactly that.
        if may_be_alike and len(words) > 1 and not found:
            found |= dict.fromkeys(called_alike(names, words, most=most, with_beginnings=False))
    if not found:
        return []
    elsewhere = (
        Youth.objects.filter(pk__in=found, merged_into=None)
        .exclude(unit__in=units)
        .select_related("unit")
        .only("public_id", "unit")
    )
    return list(elsewhere.order_by("unit__name", "pk")[:most])
