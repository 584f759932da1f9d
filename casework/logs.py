"""Log lines carry ids, never people."""

import logging
import re
from types import TracebackType

# PostgreSQL repeats the offending values in these lines of its errors.
VALUES = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*$", re.MULTILINE)


class PrivateFormatter(logging.Formatter):
    """Format a record without the values that a database error quotes."""

    def formatException(  # noqa: N802 (the name is the standard library's)
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        return VALUES.sub(r"\1: (values left out of the log)", super().formatException(ei))
