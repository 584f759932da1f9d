"""What differs between two readings of an episode's duties, in sentences.

One reading is what stands, the other what would stand: after a time was corrected, under another
jurisdiction, or when told on another day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Self

from casework.policies.due import PlannedDuty
from casework.policies.time_phrases import duration, moment


class Change(StrEnum):
    """How a duty differs in the second reading."""

    ADDED = "added"
    GONE = "gone"
    EARLIER = "earlier"
    LATER = "later"
    TIMED = "timed"
    UNTIMED = "untimed"
    OTHER_RULE = "other rule"


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A duty as one reading states it; `rule` in words, `due_at` None for no set time.

    `runs` is whether its clock still runs: not of a duty that is settled, nor of the missing time
    once that is over.
    """

    code: str
    title: str
    due_at: datetime | None
    rule: str
    is_provisional: bool = False
    runs: bool = True

    @classmethod
    def of(cls, planned: PlannedDuty) -> Self:
        """A planned duty, stated."""
        return cls(
            code=planned.rule.code,
            title=planned.rule.title,
            due_at=planned.due.due_at,
            rule=planned.due.set_by.clock_words,
            is_provisional=planned.due.provisional,
        )


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One duty in two readings; the first is None for a duty that is new, the second for one gone."""

    before: Stated | None
    after: Stated | None

    @property
    def _either(self) -> Stated:
        stated = self.after or self.before
        if stated is None:
            raise ValueError("A difference needs at least one reading")
        return stated

    @property
    def code(self) -> str:
        return self._either.code

    @property
    def title(self) -> str:
        return self._either.title

    @property
    def change(self) -> Change | None:
        """What kind of difference it is; None for two readings that say the same, to the minute."""
        if self.before is None:
            return Change.ADDED
        if self.after is None:
            return Change.GONE
        first, then = (_minute(one) for one in (self.before, self.after))
        if first == then:
            return None if self.before.rule == self.after.rule else Change.OTHER_RULE
        if first is None:
            return Change.TIMED
        if then is None:
            return Change.UNTIMED
        return Change.EARLIER if then < first else Change.LATER

    def words(self, zone: tzinfo, *, now: datetime) -> str:
        """The difference as a sentence, with both times where it has two."""
        before, after = (_when(one, zone, now) for one in (self.before, self.after))
        because = f" ({self._either.rule})" if self._either.due_at else ""
        match self.change:
            case Change.ADDED:
                return f"{self.title}: new, {_due(after)}{because}."
            case Change.GONE:
                return f"{self.title}: no longer asked for{f'; it was due {before}' if before else ''}."
            case Change.EARLIER | Change.LATER:
                apart = f"{self._by} {self.change}"
                return f"{self.title}: {apart}, due {after} instead of {before}{because}."
            case Change.TIMED:
                return f"{self.title}: now due {after}{because}; it had no set time."
            case Change.UNTIMED:
                return f"{self.title}: now without a set time; it was due {before}."
            case Change.OTHER_RULE:
                return f"{self.title}: {_due(after)} as before, by another rule{because}."
        return f"{self.title}: {_due(after)}, as before."

    @property
    def _by(self) -> str:
        moments = [one.due_at for one in (self.before, self.after) if one and one.due_at]
        apart = abs(moments[0] - moments[1]) if len(moments) > 1 else timedelta()
        length = duration(apart)
        return "less than a minute" if length == "now" else length


def _minute(stated: Stated | None) -> datetime | None:
    """The due time as it is printed; seconds apart are no difference to anybody."""
    if stated is None or stated.due_at is None:
        return None
    return stated.due_at.replace(second=0, microsecond=0)


def _when(stated: Stated | None, zone: tzinfo, now: datetime) -> str:
    if stated is None or stated.due_at is None:
        return ""
    return moment(stated.due_at, zone, now=now)


def _due(when: str) -> str:
    return f"due {when}" if when else "without a set time"


def differences(before: Sequence[Stated], after: Sequence[Stated]) -> list[Difference]:
    """What differs: first in the order of `after`, then what is gone. The same is left out."""
    stood = {one.code: one for one in before}
    now_stands = {one.code for one in after}
    pairs = [Difference(before=stood.get(one.code), after=one) for one in after]
    pairs += [Difference(before=one, after=None) for one in before if one.code not in now_stands]
    return [pair for pair in pairs if pair.change is not None]
