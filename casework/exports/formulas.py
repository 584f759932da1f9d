"""Text that a spreadsheet would run as a formula is made plain text.

OWASP, CSV Injection: a cell that begins with = + - @ TAB or CR. Blanks, marks that cannot be seen
and full-width letters before or instead of them are treated as what a spreadsheet makes of them.
"""

import unicodedata

_DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫")  # noqa: RUF001 (meant)
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
QUOTE = "'"


def neutral(text: str) -> str:
    """The text, with a ' before it where a spreadsheet would take it for a formula."""
    if not text:
        return text
    if text[0] in _DANGEROUS:
        return QUOTE + text
    first = next((letter for letter in text if unicodedata.category(letter) not in _UNSEEN), "")
    return QUOTE + text if first in _DANGEROUS else text
