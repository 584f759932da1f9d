"""The one exception that this package shows to a person."""


class Problem(Exception):
    """Something is in the way. The message says what, and what to do about it."""
