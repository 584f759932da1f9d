"""Heights and weights, as people type them and as we print them."""

import pytest

from casework.policies.measures import (
    HEIGHT_LIKE_THIS,
    INCHES_IN_A_FOOT,
    WEIGHT_LIKE_THIS,
    MeasureProblem,
    height_words,
    parse_height,
    parse_weight,
    weight_words,
)


@pytest.mark.parametrize(
    "typed",
    [
        "5 ft 6",
        "5 ft 6 in",
        "5ft6in",
        "5 ft. 6 in.",
        "5 feet, 6 inches",
        "5 foot 6",
        "5'6",
        "5'6\"",
        "5’6”",
        "5′6″",
        "5' 6''",
        "66 in",
        "66 inches",
        "168 cm",
        "168cm",
        "1.68 m",
        " About 5 FT 6 ",
        "~168 cm",
    ],
)
def test_a_height_is_read_however_it_is_typed(typed):
    assert parse_height(typed) == 168
    assert height_words(parse_height(typed)) == "5 ft 6 in"


@pytest.mark.parametrize(("typed", "cm"), [("6 ft", 183), ("5'", 152), ("5 ft 11.5 in", 182)])
def test_a_height_needs_no_inches_and_may_have_half_ones(typed, cm):
    assert parse_height(typed) == cm


@pytest.mark.parametrize(
    "typed", ["", "tall", "168", "5.6", "5 ft 12", "5 ft 66", "12 cm", "900 cm", "9 ft", "5 lb"]
)
def test_what_is_no_height_is_refused_with_an_example(typed):
    with pytest.raises(MeasureProblem, match=HEIGHT_LIKE_THIS):
        parse_height(typed)


@pytest.mark.parametrize("inches", range(4 * INCHES_IN_A_FOOT, 7 * INCHES_IN_A_FOOT))
def test_a_height_in_feet_and_inches_is_printed_as_it_was_typed(inches):
    feet, rest = divmod(inches, INCHES_IN_A_FOOT)

    assert height_words(parse_height(f"{feet} ft {rest} in")) == f"{feet} ft {rest} in"


@pytest.mark.parametrize(
    ("typed", "grams"),
    [
        ("130 lb", 58_967),
        ("130lbs", 58_967),
        ("130 pounds", 58_967),
        ("130#", 58_967),
        ("about 130 lb.", 58_967),
        ("59 kg", 59_000),
        ("58.8 kilos", 58_800),
    ],
)
def test_a_weight_is_read_however_it_is_typed(typed, grams):
    assert parse_weight(typed) == grams
    assert weight_words(grams) == "130 lb"


@pytest.mark.parametrize("typed", ["", "heavy", "130", "0 lb", "1 kg", "999 lb", "5 ft"])
def test_what_is_no_weight_is_refused_with_an_example(typed):
    with pytest.raises(MeasureProblem, match=WEIGHT_LIKE_THIS):
        parse_weight(typed)


@pytest.mark.parametrize("pounds", range(40, 400))
def test_a_weight_in_pounds_is_printed_as_it_was_typed(pounds):
    assert weight_words(parse_weight(f"{pounds} lb")) == f"{pounds} lb"


def test_what_is_not_known_has_no_words():
    assert (height_words(None), weight_words(None)) == ("", "")
