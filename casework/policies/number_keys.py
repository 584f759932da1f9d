"""The key under which a report number is found, however it was written down."""

SEPARATORS = " -–—./#:"  # what people put between the parts of a number, and leave out again
SHORTEST = 4  # characters: shorter ones are on half of all reports


def number_key(typed: str) -> str:
    """A report number in capitals, without what separates its parts: "24-118 842" as "24118842".

    Empty when it is too short, or holds no digit.
    """
    key = typed.strip().upper().translate(str.maketrans("", "", SEPARATORS))
    return key if len(key) >= SHORTEST and any(one.isdigit() for one in key) else ""
