"""The keys under which a name is found, however it was typed.

Three keys a word: its plain letters ("jose" for "José"), its English sound ("Jordin" sounds like
"Jordan") and its letters in order (so that "Jodran" finds "Jordan").
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import jellyfish

_LONGEST_WORD = 80
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class NameKeys:
    """The keys of one word of a name; each at most 80 characters."""

    folded: str
    sound: str
    letters: str


def fold(text: str) -> str:
    """Lower case, without accents, apostrophes or invisible marks: "O’Néil" becomes "oneil"."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", plain)
    return "".join(
        letter
        for letter in decomposed
        if unicodedata.category(letter) not in {"Mn", "Cf"} and letter not in "'’`-"
    )


def name_keys(names: Iterable[str]) -> list[NameKeys]:
    """The keys of every word in these names, each word once, in the order of first appearance."""
    words = dict.fromkeys(
        word[:_LONGEST_WORD] for name in names for word in _WORD.findall(fold(name))
    )
    return [
        NameKeys(
            folded=word,
            sound=jellyfish.metaphone(word)[:_LONGEST_WORD],
            letters="".join(sorted(word)),
        )
        for word in words
    ]
