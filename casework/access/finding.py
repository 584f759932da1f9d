"""Finding a youth by what somebody types, within what that person may see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jellyfish
from django.db.models import Case, Min, Q, QuerySet, Value, When

from casework.access.scoping import names_visible_to, youth_visible_to
from casework.models import Episode, User, Youth, YouthName
from casework.policies.name_keys import NameKeys, name_keys

SHORTEST = 3  # letters before a search starts
MOST = 5  # matches: more than a phone can show at once helps nobody
MOST_WORDS = 4
MOST_NAMESAKES = 200  # youth with the same name whose other names are compared
LONG_WORD = 5  # letters from which a name may hold two slips
SIMILAR = 4  # how near a similar name is; see `_nearest`


@dataclass(frozen=True)
class Found:
    """The youth who may be meant, nearest first, and whether one is on file in another unit."""

    youth: Sequence[Youth]
    is_on_file_elsewhere: bool


def find_youth(user: User, typed: str) -> Found:
    """Youth whose names match every typed word: exactly, by prefix, by sound or with letters swapped.

    Nearest first: the case number, which matches as a whole; then exact names, then beginnings,
    then what only resembles; of more than `MOST`, those added last. Each youth carries
    `open_episode`. Of a youth outside the person's scope only the fact that there is one with
    exactly this name is told.
    """
    typed = typed.replace("\0", " ")  # PostgreSQL takes no such character
    words = name_keys([typed])[:MOST_WORDS]
    if sum(len(word.folded) for word in words) < SHORTEST:
        return Found([], False)
    visible = youth_visible_to(user)
    numbered = visible.filter(case_number__iexact=typed.strip())
    names = names_visible_to(user)
    near = _nearest(numbered, names, words) or _similar(names, words)
    youth = _with_details(visible, near)
    return Found(youth, is_on_file_elsewhere=not youth and _is_elsewhere(words))


def _exactly(word: NameKeys) -> Q:
    return Q(folded=word.folded)


def _by_prefix(word: NameKeys) -> Q:
    return Q(folded__startswith=word.folded)


def _by_likeness(word: NameKeys) -> Q:
    if not word.folded.isalpha():  # a case number resembles nobody's name
        return _by_prefix(word)
    alike = _by_prefix(word) | Q(letters=word.letters)
    return alike | Q(sound=word.sound) if word.sound else alike


def _nearest(
    numbered: QuerySet[Youth], names: QuerySet[YouthName], words: list[NameKeys]
) -> dict[int, int]:
    """The ids of at most `MOST` youth, each with how near it is: 0 is nearest."""
    near = dict.fromkeys(numbered.values_list("pk", flat=True), 0)
    # One way after the other, so that what many are called is answered from an index of its own.
    for distance, way in enumerate((_exactly, _by_prefix, _by_likeness), start=1):
        if len(near) >= MOST:
            break
        for youth_id in _called(names, words, way)[:MOST]:
            near.setdefault(youth_id, distance)
    return dict(list(near.items())[:MOST])


def _similar(names: QuerySet[YouthName], words: list[NameKeys]) -> dict[int, int]:
    """Youth who bear one word exactly and the others nearly: "Aiana Pacheco" for "Aiyana Pacheco"."""
    if len(words) < 2:
        return {}
    similar: dict[int, int] = {}
    for sure in words:
        others = [word.folded for word in words if word != sure]
        namesakes = names.filter(_exactly(sure)).order_by("-youth").values("youth")[:MOST_NAMESAKES]
        called: dict[int, set[str]] = {}
        for youth_id, folded in YouthName.objects.filter(
            youth__in=list(namesakes.values_list("youth", flat=True))
        ).values_list("youth", "folded"):
            called.setdefault(youth_id, set()).add(folded)
        for youth_id, bears in called.items():
            if all(any(_is_nearly(word, other) for other in bears) for word in others):
                similar[youth_id] = SIMILAR
    return dict(list(similar.items())[:MOST])


def _is_nearly(typed: str, name: str) -> bool:
    """Whether one slip, or two in a longer word, turns one into the other."""
    slips = 1 if len(typed) < LONG_WORD else 2
    return jellyfish.damerau_levenshtein_distance(typed, name) <= slips


def _called(
    names: QuerySet[YouthName], words: list[NameKeys], way: Callable[[NameKeys], Q]
) -> QuerySet[YouthName, int]:
    """The ids of youth who bear all these words in this way, the nearest and newest first.

    Grouped, and ordered by what no index holds: PostgreSQL then works through the matches, few
    or many, and never through all youth in search of a match.
    """
    rarest, *others = sorted(words, key=lambda word: -len(word.folded))
    names = names.filter(way(rarest))
    for word in others:
        names = names.filter(youth__in=YouthName.objects.filter(way(word)).values("youth"))
    distance = Case(When(_exactly(rarest), then=Value(0)), default=Value(1))
    return (
        names.values("youth")
        .annotate(distance=Min(distance))
        .order_by("distance", "-youth")
        .values_list("youth", flat=True)
    )


def _with_details(visible: QuerySet[Youth], near: dict[int, int]) -> list[Youth]:
    """These youth with all that a match shows, in order."""
    youth = sorted(
        visible.filter(pk__in=near).select_related("unit").prefetch_related("placements"),
        key=lambda one: (near[one.pk], one.family_name, one.given_name, one.pk),
    )
    open_episodes = {
        episode.youth_id: episode
        for episode in Episode.objects.open()
        .filter(youth__in=youth)
        .select_related("recorded_by")
        .prefetch_related("flags")
    }
    for one in youth:
        one.open_episode = open_episodes.get(one.pk)  # type: ignore[attr-defined]
    return youth


def _is_elsewhere(words: list[NameKeys]) -> bool:
    """Whether anyone in the agency has exactly these names (two words or more)."""
    return len(words) > 1 and _called(YouthName.objects.all(), words, _exactly).exists()
