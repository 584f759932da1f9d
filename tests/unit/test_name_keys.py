"""A name is found however it was typed: by its plain letters, its sound, its letters in order."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.policies.name_keys import fold, name_keys


def folded(*names):
    return [keys.folded for keys in name_keys(names)]


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("José", "jose"),
        ("O’Néil", "oneil"),
        ("O'Neil", "oneil"),
        ("O`Neil", "oneil"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Nguyễn", "nguyen"),
        ("Mary-Ann", "maryann"),
        ("Ｊｏｒｄａｎ", "jordan"),
        ("Jor\u200bdan", "jordan"),
        ("\u202eJordan", "jordan"),
        ("زينب", "زينب"),
        ("MO-77", "mo77"),
    ],
)
def test_a_word_is_folded_to_its_plain_letters(typed, plain):
    assert fold(typed) == plain


def test_every_word_of_every_name_has_keys_once():
    assert folded("Mary Ann", "Smith", "", "Ann") == ["mary", "ann", "smith"]


def test_punctuation_and_spaces_stand_between_words():
    assert folded("  Smith,John_Lee (JD) ") == ["smith", "john", "lee", "jd"]


@pytest.mark.parametrize("typed", ["", "  ", "---", "'", "\u200b", "\x00"])
def test_nothing_to_read_has_no_keys(typed):
    assert name_keys([typed]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jordan", "Jordin"), ("Stephen", "Steven"), ("Catherine", "Kathryn"), ("Smith", "Smyth")],
)
def test_names_that_sound_alike_share_a_sound(one, other):
    assert name_keys([one])[0].sound == name_keys([other])[0].sound != ""


def test_names_that_sound_different_do_not():
    assert name_keys(["Jordan"])[0].sound != name_keys(["Avery"])[0].sound


@pytest.mark.parametrize(("one", "other"), [("Jordan", "Jodran"), ("Avery", "Aveyr")])
def test_swapped_letters_share_their_letters(one, other):
    assert name_keys([one])[0].letters == name_keys([other])[0].letters


@given(st.lists(st.text(max_size=200), max_size=4))
def test_whatever_is_typed_the_keys_fit_and_are_found_again(names):
    for keys in name_keys(names):
        assert 1 <= len(keys.folded) <= 80
        assert len(keys.sound) <= 80
        assert len(keys.letters) <= 80
        assert sorted(keys.letters) == sorted(keys.folded)
        assert keys.folded in folded(keys.folded)


@given(st.text(alphabet=st.characters(whitelist_categories=("Lu", "Ll")), min_size=1, max_size=30))
def test_capitals_and_accents_written_apart_make_no_difference(word):
    decomposed = unicodedata.normalize("NFD", word)

    assert folded(word) == folded(decomposed) == folded(f"\u200e{word}")
