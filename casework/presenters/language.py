"""The gentle hint about words: which one, why, and what to write instead. It never blocks."""

from collections.abc import Iterable

from risk.language import FoundWord, find_words

NAMED = 3  # words in one hint: a longer list would be passed over


def hint_while_writing(texts: Iterable[str]) -> str:
    """The hint about texts that are not saved yet, line by line; empty when there is none."""
    return _hint(texts, "You can save it as it is.")


def hint_after_saving(texts: Iterable[str]) -> str:
    """The hint about texts that are saved as they were written; empty when there is none."""
    return _hint(texts, "What you wrote is saved as it stands. To say it better, add to it.")


def _hint(texts: Iterable[str], ending: str) -> str:
    found = _each_once(texts)
    if not found:
        return ""
    lines = [_line(word) for word in found[:NAMED]]
    if len(found) > NAMED:
        lines.append(f"And {len(found) - NAMED} more.")
    return "\n".join(
        [
            "Words to think about:" if len(found) > 1 else "A word to think about:",
            *lines,
            f"{ending} A youth’s own words stay: put them in quotation marks.",
        ]
    )


def _each_once(texts: Iterable[str]) -> list[FoundWord]:
    """The words found, each advice once, in the order in which they were written."""
    found: dict[str, FoundWord] = {}
    for text in texts:
        for word in find_words(text):
            found.setdefault(word.why, word)
    return list(found.values())


def _line(found: FoundWord) -> str:
    instead = found.instead if found.instead.endswith("?") else f"{found.instead}."
    return f"“{' '.join(found.word.split())}”: {found.why} Write instead: {instead}"
