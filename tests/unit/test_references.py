"""An episode's short reference: read aloud, typed back, and next to never drawn twice."""

from casework.models import Episode
from casework.models.episode import REFERENCE_LETTERS, new_reference


def test_a_reference_fits_its_column_and_is_easy_to_read_aloud():
    reference = new_reference()

    assert len(reference) == 7 <= Episode._meta.get_field("reference").max_length
    assert not set(reference) & set("AEIOU01")


def test_among_fifty_thousand_references_two_that_are_alike_are_rare():
    alternatives = len(REFERENCE_LETTERS) ** len(new_reference())
    pairs = 50_000 * 49_999 / 2

    assert pairs / alternatives < 0.25
    assert len({new_reference() for _ in range(1_000)}) == 1_000
