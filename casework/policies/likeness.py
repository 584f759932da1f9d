"""How alike two records of youth are, as reasons in words, and whether they are likely of one youth.

There is no score: a person reads the reasons and decides. The rule is printed on the page (`RULE`).
Twins and siblings share a birth date, a family name and a phone, so that names must always be alike.
Pure: no Django, no clock.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import jellyfish

from casework.policies.name_keys import NameKeys, name_keys

SHORT_WORD, LONG_WORD = 4, 5  # letters from which a name may hold one slip, and two

RULE = (
    "The names are alike, and the dates of birth are the same or nearly so. "
    "Where a date of birth is not known: the names are the same; or they are alike, and the unit, "
    "a phone number, an account or nearly the case number is the same."
)


class Likeness(StrEnum):
    """One reason to think that two records are of one youth; the value is stored."""

    SAME_NAME = "same_name"
    OTHER_NAME = "other_name"
    SOUNDS_ALIKE = "sounds_alike"
    LETTERS = "letters"
    ONE_NAME = "one_name"
    SAME_BIRTH_DATE = "same_birth_date"
    DAY_AND_MONTH = "day_and_month"
    ONE_DIGIT = "one_digit"
    CASE_NUMBER = "case_number"
    CONTACT = "contact"
    UNIT = "unit"

    @property
    def words(self) -> str:
        """The reason as the page prints it."""
        return _WORDS[self]


_WORDS = {
    Likeness.SAME_NAME: "The names are the same",
    Likeness.OTHER_NAME: "One is called by a nickname or another name of the other",
    Likeness.SOUNDS_ALIKE: "The names sound alike",
    Likeness.LETTERS: "The names differ in a letter or two",
    Likeness.ONE_NAME: "One name is the same, and more is not on file",
    Likeness.SAME_BIRTH_DATE: "The dates of birth are the same",
    Likeness.DAY_AND_MONTH: "In the dates of birth, day and month are swapped",
    Likeness.ONE_DIGIT: "The dates of birth differ in one digit",
    Likeness.CASE_NUMBER: "The case numbers differ in one character, or only in how they are written",
    Likeness.CONTACT: "A phone number or an account is the same",
    Likeness.UNIT: "The unit is the same",
}
_NAMES = frozenset(
    {Likeness.SAME_NAME, Likeness.OTHER_NAME, Likeness.SOUNDS_ALIKE, Likeness.LETTERS}
)
_BIRTH = frozenset({Likeness.SAME_BIRTH_DATE, Likeness.DAY_AND_MONTH, Likeness.ONE_DIGIT})
_SUPPORT = frozenset({Likeness.UNIT, Likeness.CASE_NUMBER, Likeness.CONTACT})


@dataclass(frozen=True, kw_only=True)
class Described:
    """What of a record is compared. `name` is given and family name; `also` every other name."""

    name: str
    also: tuple[str, ...] = ()
    born_on: date | None = None
    case_number: str = ""
    contacts: frozenset[str] = frozenset()
    unit: int | None = None


@dataclass(frozen=True)
class Comparison:
    """What is alike, in the order of `Likeness`, and whether the records are likely of one youth."""

    reasons: tuple[Likeness, ...]
    is_likely: bool


def compare(one: Described, other: Described) -> Comparison:
    """How alike these two are; the same whichever comes first."""
    reasons = set(_reasons(one, other))
    knows_both = one.born_on is not None and other.born_on is not None
    if knows_both:
        is_likely = bool(reasons & _BIRTH and reasons & (_NAMES | {Likeness.ONE_NAME}))
    else:
        is_likely = Likeness.SAME_NAME in reasons or bool(reasons & _NAMES and reasons & _SUPPORT)
    return Comparison(tuple(each for each in Likeness if each in reasons), is_likely)


def _reasons(one: Described, other: Described) -> Iterator[Likeness]:
    if (names := _names_alike(one, other)) is not None:
        yield names
    if (births := _births_alike(one.born_on, other.born_on)) is not None:
        yield births
    if _numbers_alike(one.case_number, other.case_number):
        yield Likeness.CASE_NUMBER
    if one.contacts & other.contacts:
        yield Likeness.CONTACT
    if one.unit is not None and one.unit == other.unit:
        yield Likeness.UNIT


def _names_alike(one: Described, other: Described) -> Likeness | None:
    """The strongest way in which every word of one name stands in the other's."""
    pairs = ((one, other), (other, one))
    ways = [_name_within(shorter, longer) for shorter, longer in pairs]
    order = list(Likeness)
    return min((way for way in ways if way is not None), key=order.index, default=None)


def _name_within(shorter: Described, longer: Described) -> Likeness | None:
    words = name_keys([shorter.name]) or name_keys(shorter.also)
    name, every = name_keys([longer.name]), name_keys([longer.name, *longer.also])
    if not words or not every:
        return None
    if len(words) == 1:
        is_all = len(every) == 1
        if not _all_in(words, every, "folded"):
            return None
        return Likeness.SAME_NAME if is_all else Likeness.ONE_NAME
    if _all_in(words, name, "folded"):
        return Likeness.SAME_NAME
    if _all_in(words, every, "folded"):
        return Likeness.OTHER_NAME
    if all(any(_sounds_like(word, each) for each in every) for word in words):
        return Likeness.SOUNDS_ALIKE
    if all(any(_is_slip(word, each) for each in every) for word in words):
        return Likeness.LETTERS
    return None


def _all_in(words: Iterable[NameKeys], names: Iterable[NameKeys], key: str) -> bool:
    return {getattr(word, key) for word in words} <= {getattr(name, key) for name in names}


def _sounds_like(one: NameKeys, other: NameKeys) -> bool:
    return one.folded == other.folded or bool(one.sound) and one.sound == other.sound


def _is_slip(one: NameKeys, other: NameKeys) -> bool:
    """Whether one slip, or two in a longer word, turns one into the other; or they sound alike."""
    if _sounds_like(one, other) or one.letters == other.letters:
        return True
    length = min(len(one.folded), len(other.folded))
    slips = 0 if length < SHORT_WORD else 1 if length < LONG_WORD else 2  # Ana is not Ava
    return jellyfish.damerau_levenshtein_distance(one.folded, other.folded) <= slips


def _births_alike(one: date | None, other: date | None) -> Likeness | None:
    if one is None or other is None:
        return None
    if one == other:
        return Likeness.SAME_BIRTH_DATE
    if other in _swapped(one):
        return Likeness.DAY_AND_MONTH
    digits = zip(one.isoformat(), other.isoformat(), strict=True)
    return Likeness.ONE_DIGIT if sum(a != b for a, b in digits) == 1 else None


def _swapped(day: date) -> set[date]:
    return {date(day.year, day.day, day.month)} if day.day <= 12 else set()


def near_birth_dates(day: date) -> set[date]:
    """This day, with day and month swapped, and every day whose writing differs in one digit."""
    near = {day} | _swapped(day)
    text = day.isoformat()
    for place, letter in enumerate(text):
        for digit in "0123456789" if letter != "-" else "":
            try:
                near.add(date.fromisoformat(text[:place] + digit + text[place + 1 :]))
            except ValueError:  # there is no such day
                continue
    return near


def _numbers_alike(one: str, other: str) -> bool:
    one, other = (_bare(number) for number in (one, other))
    if not one or not other:
        return False
    return jellyfish.damerau_levenshtein_distance(one, other) <= 1


def _bare(number: str) -> str:
    """A case number without what people write differently: "mo-0012" is "MO 0012"."""
    return "".join(letter for letter in number.casefold() if letter.isalnum())
