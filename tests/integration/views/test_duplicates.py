"""Possible duplicates on the pages: compare, confirm, merge, undo; who sees which."""

import html
import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import AuditEvent, Merge, PossibleDuplicate, Youth
from casework.operations.duplicates import look_for_duplicates, put_side_by_side
from tests.factories import TOLD, EpisodeFactory, PlacementFactory, UnitFactory, YouthFactory
from tests.integration.scenes import fields_on, intake, log

DAY = timedelta(days=1)


@pytest.fixture
def jo(unit, ana, now):
    """A second record of Jordan."""
    jo = YouthFactory(
        given_name="Jordin",
        family_name="Quillfeather",
        born_on=None,
        hair_color="Red",
        unit=unit,
        recorded_by=ana,
    )
    return jo


@pytest.fixture
def pair(jordan, jo, now):
    Youth.objects.filter(pk=jordan.pk).update(hair_color="Black")
    look_for_duplicates(jo, now=now)
    return PossibleDuplicate.objects.get()


@pytest.fixture
def browser(as_person, sam):
    return as_person(sam)


def words_of(response) -> str:
    main = response.content.decode().split("<main", 1)[-1].split("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


def answers_on(response, **changed):
    return {**fields_on(response), "step": "check", **changed}


# --- From intake to the list -------------------------------------------------------------------


def test_a_youth_added_although_one_is_on_file_comes_to_the_supervisors_list(
    jordan, as_person, ana, sam
):
    answers = intake("Jordan Quillfeather", match="new", matched_name="Jordan Quillfeather")
    logged = as_person(ana).post("/log", answers)
    assert logged.status_code == 302

    page = as_person(sam).get("/duplicates")

    assert words_of(page).count("Jordan Quillfeather") == 2
    assert "The names are the same. The unit is the same" in words_of(page)
    episode = as_person(sam).get(logged["Location"])
    assert "This youth may be on file twice. Compare the two records" in words_of(episode)
    assert "on file twice" not in words_of(as_person(ana).get(logged["Location"])).lower()


def test_an_empty_list_says_so_and_how_records_are_found(browser):
    said = words_of(browser.get("/duplicates"))

    assert "No two records in your units look like one youth." in said
    assert "Where a date of birth is not known" in said


# --- Side by side ------------------------------------------------------------------------------


def test_facts_stand_side_by_side_and_words_say_how_they_compare(browser, pair):
    said = words_of(browser.get(pair.get_absolute_url()))

    assert "The names sound alike. The unit is the same." in said
    assert "Name Jordan Quillfeather Jordin Quillfeather Differs" in said
    assert "Hair Black Red Differs" in said
    assert "Date of birth Jun 1, 2010 Not known yet Only in the first record" in said
    assert "Not known in either: nickname, sex, race, ethnicity, case number, height" in said


def test_the_title_and_the_address_name_nobody(browser, pair):
    page = browser.get(pair.get_absolute_url())

    title = re.search(r"<title>(.*?)</title>", page.content.decode()).group(1)
    assert title == "Compare two records – Porchlight"
    assert "uill" not in page.request["PATH_INFO"]


def test_only_what_both_know_is_asked_openly(browser, pair):
    text = browser.get(pair.get_absolute_url()).content.decode()
    openly, folded = text.split('<details class="disclosure">', 1)

    assert 'name="fact_hair_color"' in openly
    assert 'name="fact_born_on"' not in openly
    assert 'name="fact_born_on"' in folded
    assert 'name="fact_eye_color"' not in text


# --- Merge and undo ----------------------------------------------------------------------------


def test_check_confirm_merge_then_undo(browser, pair, jordan, jo, sam, ana, now):
    log(jo, by=ana, now=now)
    compare = browser.get(pair.get_absolute_url())
    answers = answers_on(compare, stays="first", fact_hair_color="second", fact_name="first")

    confirm = browser.post(pair.get_absolute_url(), answers)
    said = words_of(confirm)
    assert "Merge these two records?" in said
    assert "Jordan Quillfeather, 15: this record stays" in said
    assert "Hair Red" in said
    assert "1 episode of the other record moves to it." in said
    assert "“Jordin Quillfeather” stays as another name" in said
    assert not Merge.objects.exists()

    merged = browser.post(pair.get_absolute_url(), answers_on(confirm, step="merge"), follow=True)
    jordan.refresh_from_db()
    assert jordan.hair_color == "Red"
    assert jordan.episodes.count() == 1
    assert "Merged by Sam, Tue Mar 3, 2:04 a.m. CST." in words_of(merged)

    undo = reverse("undo_merge", args=[Merge.objects.get().public_id])
    assert undo in merged.content.decode()
    assert "There are two records again, as before the merge" in words_of(browser.get(undo))
    assert Merge.objects.standing().exists()
    undone = browser.post(undo, follow=True)
    assert "The merge is undone. There are two records again." in words_of(undone)
    assert jo.episodes.count() == 1
    assert "This merge has been undone already." in words_of(browser.get(undo, follow=True))


def test_change_something_brings_the_answers_back(browser, pair):
    address = pair.get_absolute_url()
    answers = answers_on(browser.get(address), stays="second", fact_hair_color="second")
    confirm = browser.post(address, answers)

    again = browser.post(address, answers_on(confirm, step="change"))

    assert fields_on(again)["stays"] == "second"
    assert fields_on(again)["fact_hair_color"] == "second"
    assert not Merge.objects.exists()


def test_what_changed_meanwhile_is_said_and_can_be_sent_again(browser, pair, jo):
    address = pair.get_absolute_url()
    confirm = browser.post(address, answers_on(browser.get(address)))
    Youth.objects.filter(pk=jo.pk).update(hair_color="Blond")

    refused = browser.post(address, answers_on(confirm, step="merge"))

    assert "One of the records has changed since you opened this page" in words_of(refused)
    assert "Hair Black Blond Differs" in words_of(refused)
    browser.post(address, answers_on(refused, step="merge"))
    assert Merge.objects.exists()


def test_two_open_episodes_say_what_to_do_first_and_offer_no_merge(
    browser, pair, jordan, jo, ana, now
):
    first, second = log(jordan, by=ana, now=now), log(jo, by=ana, now=now)

    page = browser.get(pair.get_absolute_url())

    said = words_of(page)
    assert f"Episodes {first.reference} and {second.reference} are both open." in said
    assert "Opened in error" in said
    assert first.get_absolute_url() in page.content.decode()
    assert "Check the merge" not in said


def test_placements_that_overlap_are_asked_about(browser, pair, jordan, jo):
    PlacementFactory(youth=jordan, name="Maple House")
    PlacementFactory(youth=jo, name="Birch Home", started_at=TOLD - 30 * DAY)
    address = pair.get_absolute_url()
    page = browser.get(address)
    said = words_of(page)
    assert "the youth lived in two places at the same time. Which is right?" in said
    assert "Maple House First record" in said
    assert "Birch Home Second record" in said

    confirm = browser.post(address, answers_on(page, stays="first", placements="second"))

    assert "The placement at Maple House no longer counts" in words_of(confirm)
    browser.post(address, answers_on(confirm, step="merge"))
    assert [one.name for one in jordan.placements.all()] == ["Birch Home"]


def test_an_undo_says_what_stays_and_what_stands_in_the_way(
    browser, pair, jordan, jo, unit, ana, now, sam
):
    address = pair.get_absolute_url()
    confirm = browser.post(address, answers_on(browser.get(address), stays="first"))
    browser.post(address, answers_on(confirm, step="merge"))
    episode = log(jordan, by=ana, now=now + DAY)
    undo = reverse("undo_merge", args=[Merge.objects.get().public_id])

    assert f"Episode {episode.reference} was logged after the merge." in words_of(browser.get(undo))

    third = YouthFactory(unit=unit)
    Youth.objects.filter(pk=jordan.pk).update(merged_into=third)
    said = words_of(browser.post(undo))
    assert "It cannot be undone now. The kept record has been merged into another one" in said
    assert "Undo the merge" not in said.split("cannot be undone now")[1].split("Undo that")[0]


# --- Two youth ---------------------------------------------------------------------------------


def test_two_youth_with_a_reason_and_taken_back(browser, pair):
    address = reverse("not_same", args=[pair.public_id])

    assert "Enter how you know" in words_of(browser.post(address, {"why": ""}))
    said = words_of(browser.post(address, {"why": "They are cousins"}, follow=True))
    assert "No two records in your units look like one youth." in said
    assert "Not the same, says Sam, Tue Mar 3, 2:04 a.m. CST: They are cousins." in said

    page = browser.get(pair.get_absolute_url())
    assert "Two youth" in words_of(page)
    assert "Check the merge" not in words_of(page)
    again = browser.post(reverse("ask_again", args=[pair.public_id]), follow=True)
    assert "Is this one youth?" in words_of(again)


# --- By hand -----------------------------------------------------------------------------------


def test_a_second_record_is_looked_for_by_name_and_compared(browser, episode, unit):
    other = YouthFactory(given_name="Birdie", family_name="Smith", unit=unit)
    address = reverse("another_record", args=[episode.public_id])

    found = browser.post(address, {"name": "birdy smith"})
    assert "Birdie Smith, 15" in words_of(found)
    compare = browser.post(address, {"name": "birdy smith", "record": str(other.public_id)})

    pair = PossibleDuplicate.objects.get()
    assert compare["Location"] == pair.get_absolute_url()
    assert "The rules find nothing alike" not in words_of(browser.get(pair.get_absolute_url()))


def test_likely_records_are_offered_before_anything_is_typed(browser, episode, jo):
    page = browser.get(reverse("another_record", args=[episode.public_id]))

    assert "Jordin Quillfeather" in words_of(page)
    assert not PossibleDuplicate.objects.exists()


@pytest.mark.parametrize(
    ("typed", "says"),
    [("", "Enter a name or a case number"), ("Zyx Nobody", "No other record matches")],
)
def test_nothing_found_says_what_to_do(browser, episode, typed, says):
    address = reverse("another_record", args=[episode.public_id])

    assert says in words_of(browser.post(address, {"name": typed}))


def test_a_record_of_another_unit_cannot_be_selected(browser, episode):
    theirs = YouthFactory(given_name="Birdie", family_name="Smith", unit=UnitFactory())
    address = reverse("another_record", args=[episode.public_id])

    browser.post(address, {"name": "Birdie Smith", "record": str(theirs.public_id)})

    assert not PossibleDuplicate.objects.exists()


# --- Who sees what -----------------------------------------------------------------------------


def test_of_a_pair_half_out_of_sight_only_the_number_is_told(
    jordan, other_unit, as_person, sam, oona, now
):
    theirs = YouthFactory(
        given_name="Jordan", family_name="Quillfeather", born_on=None, unit=other_unit
    )
    look_for_duplicates(theirs, now=now)
    pair = PossibleDuplicate.objects.get()

    said = words_of(as_person(sam).get("/duplicates"))

    assert "1 more may be the same as a youth of a unit that you do not see." in said
    assert "Quillfeather" not in said
    assert as_person(sam).get(pair.get_absolute_url()).status_code == 404
    assert as_person(oona).get(pair.get_absolute_url()).status_code == 200


def test_episodes_of_another_unit_are_counted_not_shown(
    browser, pair, jordan, other_unit, as_person, oona
):
    hidden = EpisodeFactory(youth=jordan, unit=other_unit, returned=True)

    page = browser.get(pair.get_absolute_url())

    assert hidden.reference not in page.content.decode()
    assert "1 more of another unit" in words_of(page)
    assert hidden.reference in as_person(oona).get(pair.get_absolute_url()).content.decode()


def test_reading_a_pair_is_on_record(browser, pair, jordan, jo, sam):
    browser.get(pair.get_absolute_url())

    event = AuditEvent.objects.get(event="duplicate.read")
    assert (event.by, event.subject_id) == (sam.public_id, pair.public_id)
    assert set(event.detail["youth"]) == {str(jordan.public_id), str(jo.public_id)}


def test_the_list_asks_the_database_as_often_for_many_pairs_as_for_few(
    browser, unit, sam, now, jordan
):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/duplicates").status_code == 200
        return len(queries)

    def add_pairs(number):
        for _ in range(number):
            other = YouthFactory(unit=unit, born_on=date(2011, 5, 5))
            put_side_by_side(one=jordan, other=other, by=sam, now=now)

    asked()
    add_pairs(2)
    with_few = asked()
    add_pairs(20)

    assert asked() == with_few <= 12


def test_a_form_sent_for_another_pair_changes_nothing(as_person, omar, pair):
    """A caseworker has no right to merge, whatever is posted."""
    for name in ("duplicate", "not_same", "ask_again"):
        address = reverse(name, args=[pair.public_id])
        assert as_person(omar).post(address, {"why": "x", "step": "merge"}).status_code == 403
    pair.refresh_from_db()
    assert pair.not_same_at is None
    assert not Merge.objects.exists()


def test_an_id_that_was_never_given_is_not_found(browser):
    for name in ("duplicate", "not_same", "ask_again", "undo_merge"):
        assert browser.get(reverse(name, args=[uuid.uuid4()])).status_code == 404
