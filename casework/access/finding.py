"""Finding a youth by what somebody types, within what that person may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from casework.access.scoping import youth_visible_to
from casework.models import Episode, User, Youth, YouthName
from casework.policies.name_keys import NameKeys, name_keys

SHORTEST = 3  # letters before a search starts
MOST = 5  # matches: more than a phone can show at once helps nobody
MOST_WORDS = 4


@dataclass(frozen=True)
class Found:
    """The youth who may be meant, nearest first, and whether one is on file in another unit."""

    youth: Sequence[Youth]
    is_on_file_elsewhere: bool


def find_youth(user: User, typed: str) -> Found:
    """Youth whose names match every typed word by prefix, by sound or with letters swapped.

    A case number matches as a whole. Each youth carries `open_episode_id`. Of a youth outside the
    person's scope only the fact that there is one with exactly this name is told.
    """
    words = name_keys([typed])[:MOST_WORDS]
    if sum(len(word.folded) for word in words) < SHORTEST:
        return Found([], False)
    visible = youth_visible_to(user)
    matching = visible.filter(_by_name(words)) | visible.filter(case_number__iexact=typed.strip())
    youth = list(
        matching.annotate(
            nearness=Case(
                *(When(Exists(_names(Q(folded=word.folded))), then=Value(0)) for word in words),
                default=Value(1),
                output_field=IntegerField(),
            )
        )
        .select_related("unit")
        .prefetch_related("placements")
        .order_by("nearness", "family_name", "given_name", "id")[:MOST]
    )
    open_episodes = {
        episode.youth_id: episode
        for episode in Episode.objects.open().filter(youth__in=youth).select_related("recorded_by")
    }
    for one in youth:
        one.open_episode = open_episodes.get(one.pk)  # type: ignore[attr-defined]
    return Found(youth, is_on_file_elsewhere=not youth and _is_elsewhere(words))


def _names(condition: Q) -> QuerySet[YouthName]:
    return YouthName.objects.filter(condition, youth=OuterRef("pk"))


def _by_name(words: list[NameKeys]) -> Q:
    condition = Q()
    for word in words:
        matches = Q(folded__startswith=word.folded) | Q(letters=word.letters)
        if word.sound:
            matches |= Q(sound=word.sound)
        condition &= Q(pk__in=YouthName.objects.filter(matches).values("youth_id"))
    return condition


def _is_elsewhere(words: list[NameKeys]) -> bool:
    """Whether anyone in the agency has exactly these names (two words or more)."""
    if len(words) < 2:
        return False
    everyone = Youth.objects.all()
    for word in words:
        everyone = everyone.filter(
            pk__in=YouthName.objects.filter(folded=word.folded).values("youth_id")
        )
    return everyone.exists()
