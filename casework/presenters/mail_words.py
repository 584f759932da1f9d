"""What a mail server, or the way to it, said of a message that did not arrive: without code."""

import re

_CLASS = re.compile(r"^[A-Z]\w*(?:Error|Exception|Disconnected|Refused|Closed|NotSupported): ?")
_NUMBER = re.compile(r"^\[Errno -?\d+\] ")
_ANSWER = re.compile(r"^\((\d{3}), b?(['\"])(.*?)\2(?:, .*)?\)$", re.DOTALL)


def server_words(said: str) -> str:
    """Its words as people can pass them on: "451 Try later", "Connection refused"."""
    words = _NUMBER.sub("", _CLASS.sub("", said))
    answer = _ANSWER.match(words)
    if answer is not None:
        words = f"{answer[1]} {answer[3]}"
    return words or ("no answer" if said else "")
