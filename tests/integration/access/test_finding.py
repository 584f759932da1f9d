"""Who is found by what somebody types, and in what order."""

import pytest

from casework.access.finding import MOST, find_youth
from casework.operations.youth import keep_names_findable
from tests.factories import EpisodeFactory, YouthFactory

pytestmark = pytest.mark.django_db


def youth(unit, given_name, family_name="", **fields):
    return YouthFactory(given_name=given_name, family_name=family_name, unit=unit, **fields)


def names_found(user, typed):
    return [one.given_name for one in find_youth(user, typed).youth]


def test_the_nearest_come_first_exact_then_beginning_then_alike(unit, ana):
    youth(unit, "Jordyn", "Abel")
    youth(unit, "Jordana", "Baker")
    youth(unit, "Jordan", "Young")

    assert names_found(ana, "jordan") == ["Jordan", "Jordana", "Jordyn"]


@pytest.mark.parametrize("typed", ["jor", "JORDAN", "Jordin", "jodran", "ibáñez", "ibanez jord"])
def test_a_youth_is_found_however_the_name_is_typed(unit, ana, typed):
    youth(unit, "Jordan", "Ibáñez")

    assert names_found(ana, typed) == ["Jordan"]


def test_every_typed_word_must_match(unit, ana):
    youth(unit, "Jordan", "Smith")
    youth(unit, "Jordan", "Avery")

    found = find_youth(ana, "jordin smyth").youth

    assert [one.family_name for one in found] == ["Smith"]


def test_a_case_number_comes_first_and_resembles_nobody(unit, ana):
    youth(unit, "Sean", "Adams")  # "SYN" sounds like it
    youth(unit, "Zoë", "Young", case_number="SYN-0123")

    assert names_found(ana, " syn-0123 ") == ["Zoë"]


def test_names_that_many_bear_give_the_nearest_few(unit, ana):
    for _ in range(MOST + 3):
        youth(unit, "Maria")
    nickname = youth(unit, "Zoë", nickname="Mar")
    keep_names_findable(nickname)

    found = find_youth(ana, "mar").youth

    assert len(found) == MOST
    assert found[0] == nickname


def test_a_youth_with_two_fitting_names_is_found_once(unit, ana):
    youth(unit, "Mary", "Marshall", nickname="Mars")

    assert names_found(ana, "mar") == ["Mary"]


def test_an_open_episode_comes_with_the_match(unit, ana):
    missing = youth(unit, "Jordan")
    episode = EpisodeFactory(youth=missing)

    (found,) = find_youth(ana, "jordan").youth

    assert found.open_episode == episode


def test_youth_of_another_unit_are_not_found_but_a_full_name_is_said_to_be_on_file(
    other_unit, ana, oona
):
    youth(other_unit, "Jordan", "Avery", case_number="SYN-7")

    assert names_found(oona, "jordan avery") == ["Jordan"]
    assert names_found(ana, "SYN-7") == []
    assert not find_youth(ana, "jordan").is_on_file_elsewhere
    assert find_youth(ana, "jordan avery").is_on_file_elsewhere
    assert not find_youth(ana, "jordan marlowe").is_on_file_elsewhere


@pytest.mark.parametrize("typed", ["", "  ", "jo", "–", "%%%", "___", "jor%"])
def test_too_little_or_nothing_but_marks_finds_nobody_or_just_the_letters(unit, ana, typed):
    youth(unit, "Jordan")

    assert names_found(ana, typed) == (["Jordan"] if "jor" in typed else [])


@pytest.mark.parametrize("typed", ["Aiana Pacheco", "Aiyana Pachecko", "Ayana Pacheco"])
def test_one_sure_name_finds_a_youth_whose_other_name_has_a_slip(ana, typed):
    aiyana = YouthFactory(given_name="Aiyana", family_name="Pacheco", unit=ana.unit)
    YouthFactory(given_name="Marcus", family_name="Pacheco", unit=ana.unit)

    assert [youth.pk for youth in find_youth(ana, typed).youth] == [aiyana.pk]


def test_a_shared_family_name_alone_is_no_match(ana):
    YouthFactory(given_name="Marcus", family_name="Pacheco", unit=ana.unit)

    assert list(find_youth(ana, "Aiana Pacheco").youth) == []
