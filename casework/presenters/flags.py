"""Flags in a few words: the marks beside a youth's name, the first reason, what was set aside.

A flag says what was found, never how much danger there is; without one a youth is missing all the
same. Nothing here implies otherwise.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from casework.models import Episode, Flag, FlagMark
from casework.policies.time_phrases import moment

# What speaks of another person leads.
_FIRST = (FlagMark.LIKELY_TRAFFICKING, FlagMark.ENDANGERED, FlagMark.SIGNS_PRESENT)


@dataclass(frozen=True, kw_only=True)
class MarkTag:
    """A mark as a tag: the state gives its color, the words say the same."""

    words: str
    state: str


def marks_of(
    flags: Iterable[Flag], *, is_open: bool = False, is_assessed: bool | None = None
) -> list[MarkTag]:
    """The marks of an episode as tags; of an open one also what it means that there is none.

    `is_assessed` is None where nobody has looked: nothing is said then.
    """
    every = list(flags)
    marks = {flag.mark for flag in every if flag.is_standing}
    words = []
    if marks & {FlagMark.ENDANGERED, FlagMark.LIKELY_TRAFFICKING}:
        words.append(FlagMark.ENDANGERED.label)
    if FlagMark.LIKELY_TRAFFICKING in marks:
        words.append(FlagMark.LIKELY_TRAFFICKING.label)
    elif FlagMark.SIGNS_PRESENT in marks:
        words.append(FlagMark.SIGNS_PRESENT.label)
    if words:
        return [MarkTag(words=word, state="endangered") for word in words]
    tags = [MarkTag(words="Flag set aside", state="neutral")] if every else []
    if is_open and is_assessed is False:
        tags.append(MarkTag(words="Not assessed", state="unknown"))
    elif is_open and is_assessed and not every:
        tags.append(MarkTag(words="No flag so far", state="neutral"))
    return tags


def first_reason(flags: Iterable[Flag]) -> str:
    """Why, in a few words, for a list; empty where no flag counts."""
    standing = [flag for flag in flags if flag.is_standing]
    if not standing:
        return ""
    return min(standing, key=urgency).says


def aside_words(flag: Flag, episode: Episode, *, now: datetime) -> str:
    """ "Flag set aside by J. Ortiz Tue Mar 3, 3:10 a.m. CST – medicine was taken along. Review …"."""
    if flag.set_aside_at is None or flag.set_aside_by is None or flag.review_at is None:
        return ""
    when = moment(flag.set_aside_at, episode.zone, now=now)
    review = moment(flag.review_at, episode.zone, now=now)
    due = "Review was due" if flag.is_review_due(now) else "Review"
    return (
        f"Flag set aside by {flag.set_aside_by.name}, {when} – {ended(flag.set_aside_why)} "
        f"{due} {review}."
    )


def flag_title(flag: Flag, *, now: datetime) -> str:
    """What a message about this flag is about, as things stand now."""
    mark = flag.get_mark_display()
    if flag.waits_for_second_person:
        return f"Flag waits for a second person to agree: {mark}"
    if flag.is_review_due(now):
        return f"Flag set aside, to be looked at again: {mark}"
    if flag.set_aside_at is not None:
        return f"Flag set aside: {mark}"
    return f"Flag {'confirmed' if flag.confirmed_at else 'raised'}: {mark}. {flag.says}"


def urgency(flag: Flag) -> tuple[int, datetime, int]:
    """The order of flags on a page."""
    return (_FIRST.index(FlagMark(flag.mark)), flag.raised_at, flag.pk)


def sentence(words: str) -> str:
    """A phrase as a sentence: it begins large and ends with a full stop."""
    return ended(f"{words[:1].upper()}{words[1:]}")


def ended(words: str) -> str:
    """The words with a full stop, where none stands."""
    return words if words.endswith((".", "!", "?", "”")) else f"{words}."
