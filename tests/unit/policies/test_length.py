"""Lengths, as protocol files write them."""

from datetime import timedelta

import pytest

from casework.policies.length import Length


@pytest.mark.parametrize(
    ("text", "target", "cap", "words"),
    [
        ("1 hour", 1, 1, "1 hour"),
        ("2 hours", 2, 2, "2 hours"),
        ("24 hours", 24, 24, "24 hours"),
        ("immediately, at most 24 hours", 0, 24, "immediately, never later than 24 hours"),
    ],
)
def test_a_length_has_a_target_a_limit_and_words(text, target, cap, words):
    length = Length.parse(text)

    assert (length.target, length.cap) == (timedelta(hours=target), timedelta(hours=cap))
    assert length.words == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 hours",
        "24",
        "hours",
        "-2 hours",
        "2 days",
        "2 business days",
        "immediately",
        "٢ hours",
    ],
)
def test_a_length_that_cannot_be_computed_is_refused_with_what_to_write(text):
    with pytest.raises(ValueError, match='"2 hours" or "immediately, at most 24 hours"'):
        Length.parse(text)
