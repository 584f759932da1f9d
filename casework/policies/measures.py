"""Heights and weights: read as people type them, printed as a report asks for them. Pure.

Kept in whole centimeters and kilograms; said in feet, inches and pounds.
"""

import re
import unicodedata

CM_IN_AN_INCH = 2.54  # by definition
KG_IN_A_POUND = 0.45359237  # by definition
INCHES_IN_A_FOOT = 12

# Outside these a figure is a slip of the finger. They hold an infant and the tallest adult.
SHORTEST_CM, TALLEST_CM = 40, 250
LIGHTEST_KG, HEAVIEST_KG = 2, 300

HEIGHT_LIKE_THIS = "Enter a height like 5 ft 6 or 168 cm"
GRAMS_IN_A_KG = 1000
WEIGHT_LIKE_THIS = "Enter a weight like 130 lb or 59 kg"

_NUMBER = r"[0-9]{1,3}(?:\.[0-9]{1,2})?"
_INCHES = r"(?:in\.?|inch|inches|\"|'')"
_HEIGHTS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<feet>[1-8]) ?(?:ft\.?|feet|foot|'(?!')),? ?(?:(?P<inches>{_NUMBER}) ?{_INCHES}?)?",
        rf"(?P<only_inches>{_NUMBER}) ?{_INCHES}",
        rf"(?P<cm>{_NUMBER}) ?(?:cm|centimeters?|centimetres?)",
        rf"(?P<meters>{_NUMBER}) ?(?:m|meters?|metres?)",
    )
)
_WEIGHTS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<pounds>{_NUMBER}) ?(?:lbs?\.?|pounds?|#)",
        rf"(?P<kg>{_NUMBER}) ?(?:kgs?|kilos?|kilograms?)",
    )
)
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "′": "'", "`": "'", "“": '"', "”": '"'})


class MeasureProblem(Exception):
    """What was typed is no height or weight; the sentence says what to type instead."""


def parse_height(text: str) -> int:
    """The height in centimeters: "5 ft 6", 5'6", "66 in", "168 cm" or "1.68 m".

    A bare number is refused: it could be inches or centimeters. Raises MeasureProblem.
    """
    found = _figures(_HEIGHTS, text)
    inches = found.get("inches", 0.0)
    if "feet" in found and inches < INCHES_IN_A_FOOT:
        cm = (found["feet"] * INCHES_IN_A_FOOT + inches) * CM_IN_AN_INCH
    elif "only_inches" in found:
        cm = found["only_inches"] * CM_IN_AN_INCH
    else:
        cm = found.get("cm", found.get("meters", 0.0) * 100)
    if not SHORTEST_CM <= round(cm) <= TALLEST_CM:
        raise MeasureProblem(HEIGHT_LIKE_THIS)
    return round(cm)


def parse_weight(text: str) -> int:
    """The weight in grams: "130 lb" or "59 kg". In grams, so that pounds come back as they were.

    A bare number is refused: it could be pounds or kilograms. Raises MeasureProblem.
    """
    found = _figures(_WEIGHTS, text)
    kg = found.get("kg", found.get("pounds", 0.0) * KG_IN_A_POUND)
    if not LIGHTEST_KG <= round(kg) <= HEAVIEST_KG:
        raise MeasureProblem(WEIGHT_LIKE_THIS)
    return round(kg * GRAMS_IN_A_KG)


def height_words(cm: int | None) -> str:
    """A height as it is said: "5 ft 6 in"; empty when it is not known."""
    if cm is None:
        return ""
    feet, inches = divmod(round(cm / CM_IN_AN_INCH), INCHES_IN_A_FOOT)
    return f"{feet} ft {inches} in"


def weight_words(grams: int | None) -> str:
    """A weight as it is said: "130 lb"; empty when it is not known."""
    return "" if grams is None else f"{round(grams / GRAMS_IN_A_KG / KG_IN_A_POUND)} lb"


def _figures(forms: tuple[re.Pattern[str], ...], text: str) -> dict[str, float]:
    """The figures of the first form that the text has; none when it has no form that we know.

    "About" is allowed and not kept: what is known of a height or a weight is always about.
    """
    typed = " ".join(unicodedata.normalize("NFKC", text).lower().translate(_STRAIGHT).split())
    typed = re.sub(r"^(?:about|around|approx\.?|~) ?", "", typed)
    for form in forms:
        if found := form.fullmatch(typed):
            return {name: float(value) for name, value in found.groupdict().items() if value}
    return {}
