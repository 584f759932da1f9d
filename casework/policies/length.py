"""How long a duty may take, as a protocol file states it: "2 hours"."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

# Calendar days, business days and court days come next, each as a further form of this sentence.
_FORM = re.compile(
    r"(?P<immediately>immediately, at most )?(?P<hours>[1-9][0-9]{0,3}) hours?", re.ASCII
)


@dataclass(frozen=True)
class Length:
    """A length of elapsed time, the same across a clock change.

    `cap` is the limit. `immediately` says that the law asks for the act at once (a target of
    zero) and gives `cap` as the moment it may never pass.
    """

    cap: timedelta
    immediately: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2 hours" or "immediately, at most 24 hours"; ValueError says what is allowed."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError('Write it as "2 hours" or "immediately, at most 24 hours"')
        return cls(
            cap=timedelta(hours=int(match["hours"])),
            immediately=match["immediately"] is not None,
        )

    @property
    def target(self) -> timedelta:
        """What to aim for: nothing at all when the law says "immediately"."""
        return timedelta() if self.immediately else self.cap

    @property
    def words(self) -> str:
        """For people: "2 hours", "immediately, never later than 24 hours"."""
        hours = self.cap // timedelta(hours=1)
        limit = "1 hour" if hours == 1 else f"{hours} hours"
        return f"immediately, never later than {limit}" if self.immediately else limit
