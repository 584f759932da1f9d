"""The keys under which a phone number, an e-mail address or an account is found, however typed."""

import re

FEWEST_DIGITS, MOST_DIGITS = 7, 15  # without area code; E.164, the longest there is
AREA_DIGITS = 10  # a North American number with its area code: the whole of it
LOCAL_DIGITS = 7  # what people remember, or read off a screen

_PHONE = re.compile(r"\+?[\d\s().\-–/]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ADDRESS = re.compile(r"^(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}/+(?:@|add/|user/|in/|u/)?([^/?#\s]+)")
_ACCOUNT = re.compile(r"[^\s@/]{2,}")


def phone_key(typed: str) -> str:
    """The digits of a phone number, without the 1 of North America; empty when it is none.

    "(314) 555-0144", "+1 314.555.0144" and "3145550144" are the same number.
    """
    typed = typed.strip()
    if not _PHONE.fullmatch(typed):
        return ""
    digits = "".join(letter for letter in typed if letter in "0123456789")
    if len(digits) == AREA_DIGITS + 1 and digits.startswith("1"):
        digits = digits[1:]
    return digits if FEWEST_DIGITS <= len(digits) <= MOST_DIGITS else ""


def email_key(typed: str) -> str:
    """An e-mail address in lower case; empty when it is none."""
    typed = typed.strip().lower()
    return typed if _EMAIL.fullmatch(typed) else ""


def account_key(typed: str) -> str:
    """The name of an account in lower case, without the @; empty when it is none.

    "@Jordan_x", "jordan_x" and "https://www.instagram.com/jordan_x/" are the same account.
    """
    typed = typed.strip().lower()
    if address := _ADDRESS.match(typed):
        typed = address.group(1)
    typed = typed.removeprefix("@")
    return typed if _ACCOUNT.fullmatch(typed) else ""
