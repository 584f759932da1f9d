"""Looking names up: which youth bear all the words that somebody typed, and how nearly.

Each way of looking reads one index in its own order and stops when it has enough. What many are
called is then found as quickly as what few are.
"""

from collections.abc import Callable
from functools import reduce
from operator import or_

import jellyfish
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from casework.models import YouthName
from casework.policies.name_keys import NameKeys, name_keys

MOST_WORDS = 4
MOST_NAMESAKES = 200  # youth with the same name, or the same sound, who are compared
SHORTEST_BY_EAR = 3  # letters: "Jo" sounds like every name with a J alone
LONG_WORD = 5  # letters from which a name may hold two slips
SPARE = 2  # rows read for each youth wanted: of one youth, several names can match

Names = QuerySet[YouthName]
Way = Callable[[NameKeys], Q]


def words_of(typed: str) -> list[NameKeys]:
    """The words of what somebody typed, as they are looked up."""
    return name_keys([typed.replace("\0", " ")])[:MOST_WORDS]  # PostgreSQL takes no such character


def nearest(names: Names, words: list[NameKeys], *, most: int) -> dict[int, int]:
    """The ids of at most `most` youth who bear all these words, each with how nearly.

    0 is exactly, 1 beginning with them, 2 with letters swapped or sounding alike.
    """
    near: dict[int, int] = {}
    for distance, look_up in enumerate((called_exactly, _beginning, called_alike)):
        if len(near) >= most:
            break
        for youth_id in look_up(names, words, most=most):
            near.setdefault(youth_id, distance)
    return dict(list(near.items())[:most])


def called_exactly(names: Names, words: list[NameKeys], *, most: int) -> list[int]:
    """The ids of at most `most` youth who bear exactly these words, the newest first."""
    rarest, *others = _rarest_first(words)
    found = _with_all(names.filter(_exactly(rarest)), others, _exactly)
    return _ids(found.order_by("-youth"), most)


def called_alike(
    names: Names, words: list[NameKeys], *, most: int, with_beginnings: bool = True
) -> list[int]:
    """The ids of at most `most` youth whose names resemble these words, or begin with them.

    A statement for each key: an OR over several would be answered from no index in its order.
    """
    rarest, *others = _rarest_first(words)
    way = _alike_or_beginning if with_beginnings else _alike
    keys = [_by_prefix(rarest)] if with_beginnings and others else []
    found: dict[int, None] = {}
    for key in (*keys, *_by_letters(rarest)):
        part = _with_all(names.filter(key), others, way)
        found |= dict.fromkeys(_ids(part.order_by("-youth"), most))
    for key in _by_sound(rarest):
        part = _with_all(names.filter(key), others, way)
        # Another word has narrowed them down already, and each further row costs a look at it.
        of = most * SPARE if others else MOST_NAMESAKES
        found |= dict.fromkeys(_spelled_nearest(part, rarest, of=of)[:most])
    return list(found)[:most]


def _spelled_nearest(names: Names, word: NameKeys, *, of: int) -> list[int]:
    """The ids of these youth, whose names are all but spelled like the word first.

    A short sound is that of hundreds of names: `of` the newest are looked at.
    """
    rows = names.order_by("-youth").values_list("youth", "folded")[:of]
    near = sorted(rows, key=lambda row: jellyfish.damerau_levenshtein_distance(word.folded, row[1]))
    return list(dict.fromkeys(youth_id for youth_id, _ in near))


def similar(names: Names, words: list[NameKeys], *, most: int) -> list[int]:
    """Youth who bear one word exactly and the others nearly: "Aiana Pacheco" for "Aiyana Pacheco"."""
    if len(words) < 2:
        return []
    found: dict[int, None] = {}
    for sure in words:
        others = [word.folded for word in words if word != sure]
        namesakes = _ids(names.filter(_exactly(sure)).order_by("-youth"), MOST_NAMESAKES)
        called: dict[int, set[str]] = {}
        for youth_id, folded in YouthName.objects.filter(youth__in=namesakes).values_list(
            "youth", "folded"
        ):
            called.setdefault(youth_id, set()).add(folded)
        for youth_id, bears in called.items():
            if all(any(is_nearly(word, other) for other in bears) for word in others):
                found[youth_id] = None
    return list(found)[:most]


def is_nearly(typed: str, name: str) -> bool:
    """Whether one slip, or two in a longer word, turns one into the other."""
    slips = 1 if len(typed) < LONG_WORD else 2
    return jellyfish.damerau_levenshtein_distance(typed, name) <= slips


class AlongThePrefixIndex(OrderBy):
    """By letters, as the index of beginnings has them: whatever the language of the database."""

    template = "%(expression)s USING ~<~ /* ASC */"  # Django looks for the word to compare orders


def _beginning(names: Names, words: list[NameKeys], *, most: int) -> list[int]:
    """The shortest and first in the alphabet come first, so what is complete leads."""
    rarest, *others = _rarest_first(words)
    found = _with_all(names.filter(_by_prefix(rarest)), others, _by_prefix)
    return _ids(found.order_by(AlongThePrefixIndex(F("folded")), "youth"), most)


def _exactly(word: NameKeys) -> Q:
    return Q(folded=word.folded)


def _by_prefix(word: NameKeys) -> Q:
    return Q(folded__startswith=word.folded)


def _by_letters(word: NameKeys) -> list[Q]:
    """With the letters in another order. A number resembles nobody's name."""
    return [Q(letters=word.letters)] if word.folded.isalpha() else []


def _by_sound(word: NameKeys) -> list[Q]:
    """By sound; two letters say too little of it, and are looked for as a beginning."""
    is_heard = word.folded.isalpha() and word.sound and len(word.folded) >= SHORTEST_BY_EAR
    return [Q(sound=word.sound)] if is_heard else []


def _alike(word: NameKeys) -> Q:
    return reduce(or_, (*_by_letters(word), *_by_sound(word)), _exactly(word))


def _alike_or_beginning(word: NameKeys) -> Q:
    return _alike(word) | _by_prefix(word)


def _rarest_first(words: list[NameKeys]) -> list[NameKeys]:
    """The longest is the rarest, more often than not: the look-up starts from it."""
    return sorted(words, key=lambda word: -len(word.folded))


def _with_all(names: Names, words: list[NameKeys], way: Way) -> Names:
    """Of these names those whose youth also bear all these words."""
    for word in words:
        names = names.filter(youth__in=YouthName.objects.filter(way(word)).values("youth"))
    return names


def _ids(names: Names, most: int) -> list[int]:
    """The ids of the first `most` youth, each once."""
    rows = names.values_list("youth", flat=True)[: most * SPARE]
    return list(dict.fromkeys(rows))[:most]
