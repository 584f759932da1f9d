"""A phone, an address and an account are the same however they are typed."""

import pytest

from casework.policies.contact_keys import account_key, email_key, phone_key
from casework.policies.name_keys import name_keys
from casework.policies.name_match import Called, Likeness, NameMatch, name_match
from casework.policies.number_keys import number_key


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("(314) 555-0144", "3145550144"),
        ("+1 314.555.0144", "3145550144"),
        ("314/555 0144", "3145550144"),
        ("555-0144", "5550144"),
        ("+44 20 7946 0018", "442079460018"),
        ("555-014", ""),
        ("1234567890123456", ""),
        ("call 555-0144", ""),
        ("٣١٤٥٥٥٠١٤٤", ""),
        ("", ""),
    ],
)
def test_a_phone_is_its_digits_without_the_countrys_1(typed, key):
    assert phone_key(typed) == key


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("@Jordan_X", "jordan_x"),
        ("https://www.instagram.com/jordan_x/", "jordan_x"),
        ("snapchat.com/add/jordan_x?share=1", "jordan_x"),
        ("tiktok.com/@jordan_x", "jordan_x"),
        ("jordan x", ""),
        ("@", ""),
        ("a/b", ""),
    ],
)
def test_an_account_is_its_name_in_small_letters(typed, key):
    assert account_key(typed) == key


@pytest.mark.parametrize(
    ("typed", "key"), [(" Jo@Mail.Example ", "jo@mail.example"), ("jo@mail", ""), ("a b@c.de", "")]
)
def test_an_email_address_is_in_small_letters(typed, key):
    assert email_key(typed) == key


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("24-118 842", "24118842"),
        ("mp/24.0088#1", "MP2400881"),
        ("n/a", ""),
        ("24-1", ""),
        ("", ""),
    ],
)
def test_a_report_number_is_what_stands_between_its_separators(typed, key):
    assert number_key(typed) == key


NAMES = [(Called.NAME, "José"), (Called.NAME, "Avery"), (Called.NICKNAME, "Pepe")]


@pytest.mark.parametrize(
    ("typed", "match"),
    [
        ("jose", NameMatch(Likeness.EXACT, Called.NAME)),
        ("jose av", NameMatch(Likeness.BEGINNING, Called.NAME)),
        ("pepe", NameMatch(Likeness.EXACT, Called.NICKNAME)),
        ("averie", NameMatch(Likeness.SOUND, Called.NAME)),
        ("yvare", NameMatch(Likeness.LETTERS, Called.NAME)),
        ("jose averly", NameMatch(Likeness.SLIP, Called.NAME)),
    ],
)
def test_a_match_is_as_near_as_its_weakest_word(typed, match):
    assert name_match(name_keys([typed]), NAMES) == match
