"""What can be wrong with a typed time, in words that say what to type instead."""

from datetime import datetime
from enum import StrEnum


class ProblemCode(StrEnum):
    """The kinds of problem; a form puts its own label into the words of FUTURE."""

    UNREADABLE = "unreadable"
    FUTURE = "future"
    MISSING_HOUR = "missing_hour"
    REPEATED_HOUR = "repeated_hour"
    WHICH_HALF_OF_DAY = "which_half_of_day"
    DAY_NEEDED = "day_needed"


class TimeProblem(Exception):
    """A time that cannot be used. `candidates` are the moments to choose from, earliest first."""

    def __init__(
        self, code: ProblemCode, message: str, candidates: tuple[datetime, ...] = ()
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.candidates = code, message, candidates
