"""Finding a youth by what somebody types, within what that person may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from casework.access.names import called_exactly, nearest, similar, words_of
from casework.access.scoping import names_visible_to, youth_visible_to
from casework.models import Episode, User, Youth, YouthName
from casework.policies.name_keys import NameKeys

SHORTEST = 3  # letters before a search starts
MOST = 5  # matches: more than a phone can show at once helps nobody
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
    words = words_of(typed)
    if sum(len(word.folded) for word in words) < SHORTEST:
        return Found([], False)
    visible = youth_visible_to(user)
    numbered = visible.filter(pk__in=_with_case_number(typed.strip()))
    names = names_visible_to(user)
    near = _nearest(numbered, names, words)
    youth = _with_details(visible, near)
    return Found(youth, is_on_file_elsewhere=not youth and _is_elsewhere(words))


def _with_case_number(number: str) -> QuerySet[Youth, int]:
    """The ids of the youth with this case number; a record that was merged stands for the kept one."""
    return Youth.objects.filter(case_number__iexact=number).values_list(
        Coalesce("merged_into", "pk"), flat=True
    )


def _nearest(
    numbered: QuerySet[Youth], names: QuerySet[YouthName], words: list[NameKeys]
) -> dict[int, int]:
    """The ids of at most `MOST` youth, each with how near it is: 0 is nearest."""
    near = dict.fromkeys(numbered.values_list("pk", flat=True), 0)
    if len(near) < MOST:
        for youth_id, distance in nearest(names, words, most=MOST).items():
            near.setdefault(youth_id, distance + 1)
    return dict(list(near.items())[:MOST]) or dict.fromkeys(
        similar(names, words, most=MOST), SIMILAR
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
    return len(words) > 1 and bool(called_exactly(YouthName.objects.all(), words, most=1))
