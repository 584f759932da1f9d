"""Lengths, as protocol files write them."""

import pytest

from casework.policies.length import Length, Unit


@pytest.mark.parametrize(
    ("text", "number", "unit", "words"),
    [
        ("1 hour", 1, Unit.HOURS, "1 hour"),
        ("24 hours", 24, Unit.HOURS, "24 hours"),
        ("48 business hours", 48, Unit.BUSINESS_HOURS, "48 business hours"),
        ("3 calendar days", 3, Unit.CALENDAR_DAYS, "3 calendar days"),
        ("1 business day", 1, Unit.BUSINESS_DAYS, "1 business day"),
        (
            "2 calendar days excluding weekends and holidays",
            2,
            Unit.OPEN_CALENDAR_DAYS,
            "2 calendar days excluding weekends and holidays",
        ),
        (
            "immediately, at most 24 hours",
            24,
            Unit.HOURS,
            "immediately, never later than 24 hours",
        ),
        ("immediately", None, Unit.HOURS, "immediately"),
    ],
)
def test_a_length_has_a_number_a_unit_and_words(text, number, unit, words):
    length = Length.parse(text)

    assert (length.number, length.unit, length.words) == (number, unit, words)
    assert length.immediately == text.startswith("immediately")


@pytest.mark.parametrize(
    "text",
    ["", "0 hours", "24", "hours", "-2 hours", "2 days", "2 weeks", "10 court days", "٢ hours"],
)
def test_a_length_that_cannot_be_computed_is_refused_with_what_to_write(text):
    with pytest.raises(ValueError, match='"2 hours", "48 business hours", "3 calendar days"'):
        Length.parse(text)


@pytest.mark.parametrize(
    ("looser", "tighter"),
    [
        ("25 hours", "24 hours"),
        ("2 business days", "24 hours"),
        ("3 calendar days", "2 calendar days excluding weekends and holidays"),
    ],
)
def test_lengths_are_compared(looser, tighter):
    assert Length.parse(looser).is_looser_than(Length.parse(tighter))
    assert not Length.parse(tighter).is_looser_than(Length.parse(looser))
