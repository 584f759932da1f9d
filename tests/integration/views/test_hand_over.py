"""The pages that say who holds what: select, confirm, undo, take, transfer."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Assignment, Role, Transfer
from casework.operations import absences, transfers
from casework.operations.assignments import assign
from tests.factories import UserFactory, YouthFactory
from tests.integration.scenes import fields_on, log

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(unit):
    return UserFactory(name="Ben Kowalski", role=Role.CASEWORKER, unit=unit)


@pytest.fixture
def browser(as_person, sam):
    return as_person(sam)


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def confirmed(browser, *episodes, to, **changed):
    """The answer to the confirm page, filled in as it was drawn."""
    page = browser.post("/reassign", {"episode": [str(one.public_id) for one in episodes]})
    drawn = page.context["form"]
    answers = {
        "episode": drawn.initial["episode"],
        "held": drawn.initial["held"],
        "confirm": "yes",
        "submission_key": str(uuid.uuid4()),
        "to": str(to.public_id) if to else "nobody",
        **changed,
    }
    return browser.post("/reassign", answers)


def test_confirming_hands_over_and_leads_to_what_was_done(browser, episode, ben):
    answer = confirmed(browser, episode, to=ben, note="Ana is off")

    page = browser.get(answer["Location"])
    episode.refresh_from_db()
    assert episode.assigned_to == ben
    assert "1 youth handed to Ben Kowalski" in words_of(page)
    assert "Until 2:14 a.m. CST you can undo this." in words_of(page)
    assert "Ana to Ben Kowalski" in words_of(page)


def test_the_same_form_with_another_answer_is_not_taken_as_the_same(browser, episode, ana, ben):
    key = str(uuid.uuid4())
    confirmed(browser, episode, to=ben, submission_key=key)

    page = confirmed(browser, episode, to=ana, submission_key=key)

    episode.refresh_from_db()
    assert episode.assigned_to == ben
    assert "Not saved: this form had been sent before, for something else." in words_of(page)
    assert page.context["form"].data["submission_key"] != key


def test_the_page_that_is_drawn_carries_all_that_its_answer_needs(browser, episode):
    page = browser.get(f"/reassign?episode={episode.public_id}")

    assert {"episode", "held", "confirm", "submission_key", "note"} <= set(fields_on(page))
    assert page.content.decode().count('type="radio" name="to"') == 3  # Ana, Sam, nobody yet


def test_the_note_stands_on_the_timeline_for_the_next_person(browser, episode, ben, as_person):
    done = confirmed(browser, episode, to=ben, note="Grandmother calls at noon")["Location"]
    browser.post(f"{done}/undo")

    page = words_of(as_person(ben).get(episode.get_absolute_url()))

    assert "Held by Ben Kowalski, before by Ana" in page
    assert "Grandmother calls at noon Undone by Sam, 2:04 a.m." in page


def test_undo_gives_back_and_says_so(browser, episode, ana, ben):
    done = confirmed(browser, episode, to=ben)["Location"]

    page = browser.post(f"{done}/undo", follow=True)

    episode.refresh_from_db()
    assert episode.assigned_to == ana
    assert "Undone: 1 youth held as before" in words_of(page)
    assert "<title>Undone" in page.content.decode()
    assert "handed to" not in words_of(page)
    assert "Ana to Ben Kowalski Undone Ana" in words_of(page)  # the last says who holds it now
    assert ">Undo<" not in page.content.decode()


def test_after_an_undo_the_next_step_is_to_reassign_the_same_youth(browser, episode, ben):
    done = confirmed(browser, episode, to=ben)["Location"]
    page = browser.post(f"{done}/undo", follow=True)

    again = browser.post("/reassign", {"episode": fields_on(page)["episode"]})

    assert again.context["form"].initial["episode"] == [str(episode.public_id)]


def test_what_was_undone_in_part_says_who_holds_each(browser, episode, unit, ana, ben, sam, now):
    other = log(YouthFactory(unit=unit), by=ana, now=now)
    done = confirmed(browser, episode, other, to=ben)["Location"]
    assign(episodes=[other], to=sam, by=sam, now=now, batch=uuid.uuid4())

    page = words_of(browser.post(f"{done}/undo", follow=True))

    assert "2 youth handed to Ben Kowalski, 1 of them undone" in page
    assert f"it cannot go back: {other.reference}." in page
    assert "Ana to Ben Kowalski Undone Ana" in page
    assert "Ana to Ben Kowalski Sam" in page


def test_after_ten_minutes_it_is_not_called_a_thing_to_undo(browser, episode, ben, now, set_clock):
    done = confirmed(browser, episode, to=ben)["Location"]
    set_clock(now + timedelta(minutes=11))

    page = browser.get(done)

    assert "An undo is possible for ten minutes: reassign instead." in words_of(page)
    assert "Reassign this youth" in words_of(page)
    assert ">Undo<" not in page.content.decode()


def test_nothing_ticked_is_said_on_the_page_where_one_ticks(browser, episode):
    page = browser.post("/reassign", {})

    assert "Select at least one youth to reassign." in words_of(page)
    assert "Jordan Quillfeather" in words_of(page)


def test_more_than_the_most_stay_ticked(browser, unit, ana, now, monkeypatch):
    monkeypatch.setattr("casework.operations.assignments.MOST", 1)
    some = [log(YouthFactory(unit=unit), by=ana, now=now) for _ in range(2)]

    page = browser.post("/reassign", {"episode": [str(one.public_id) for one in some]})

    assert "You selected 2; they are still ticked." in words_of(page)
    assert page.content.decode().count(" checked") == 2


def test_what_is_not_in_scope_is_left_out_as_if_it_did_not_exist(
    browser, episode, other_unit, omar, now
):
    theirs = log(YouthFactory(unit=other_unit, given_name="Canary"), by=omar, now=now)

    page = browser.post("/reassign", {"episode": [str(episode.public_id), str(theirs.public_id)]})

    assert "Some of what you selected is left out" in words_of(page)
    assert "Canary" not in words_of(page)


def test_an_answer_that_names_anothers_record_changes_nothing(browser, other_unit, omar, ben, now):
    theirs = log(YouthFactory(unit=other_unit), by=omar, now=now)

    browser.post(
        "/reassign",
        {
            "episode": [str(theirs.public_id)],
            "confirm": "yes",
            "submission_key": str(uuid.uuid4()),
            "to": str(ben.public_id),
        },
    )

    theirs.refresh_from_db()
    assert theirs.assigned_to == omar


def test_what_somebody_changed_since_is_shown_and_saving_again_goes_on(
    browser, episode, ana, ben, oona, now
):
    stale = [f"{episode.public_id}:{ana.public_id}"]
    assign(episodes=[episode], to=ben, by=oona, now=now, batch=uuid.uuid4())

    page = confirmed(browser, episode, to=ana, held=stale)
    shown = page.context["form"].data.getlist("held")
    again = confirmed(browser, episode, to=ana, held=shown)

    episode.refresh_from_db()
    assert f"Held now: {episode.reference} by Ben Kowalski." in words_of(page)
    assert again.status_code == 302
    assert episode.assigned_to == ana


@pytest.mark.parametrize("held", ["nonsense", "1:2", ""])
def test_a_page_that_was_tampered_with_is_no_error_of_the_server(browser, episode, ben, held):
    assert confirmed(browser, episode, to=ben, held=[held]).status_code == 200


def test_who_is_away_is_marked_and_warned_about(browser, episode, ana, ben, now):
    absences.plan_absence(
        person=ben,
        stand_in=ana,
        starts_at=now,
        ends_at=now + timedelta(days=2),
        by=ben,
        now=now,
    )

    asked = browser.get(f"/reassign?episode={episode.public_id}")
    done = browser.get(confirmed(browser, episode, to=ben)["Location"])

    assert "holds none. Away until Thu Mar 5: Ana stands in" in words_of(asked)
    assert "Ben Kowalski: Away until Thu Mar 5: Ana stands in" in words_of(done)


def test_a_refused_address_is_marked(browser, episode, ben, now):
    ben.email_refused_at, ben.email_refused_why = now, "550 unknown"
    ben.save()

    page = browser.get(f"/reassign?episode={episode.public_id}")

    assert "The mail server refuses this address" in words_of(page)


def test_whoever_is_deactivated_or_elsewhere_is_not_offered(browser, episode, ben, omar, adam, now):
    ben.is_active, ben.deactivated_at, ben.deactivated_by = False, now, adam
    ben.save()

    page = browser.get(f"/reassign?episode={episode.public_id}")

    assert [one.name for one in page.context["form"].people.values()] == ["Ana", "Sam"]


def test_left_to_nobody_it_is_counted_at_home_and_stands_on_top_of_the_inbox(
    browser, episode, as_person, ana
):
    confirmed(browser, episode, to=None)

    assert browser.get("/").context["tiles"][3].number == 1
    assert "Nobody yet" in words_of(browser.get("/"))
    assert "Give this youth to somebody 1" in words_of(browser.get("/reminders"))
    assert "I take this" in words_of(as_person(ana).get(episode.get_absolute_url()))


def test_the_inbox_shows_the_most_urgent_whom_nobody_holds_and_leads_to_the_rest(
    browser, unit, ana, now, monkeypatch
):
    monkeypatch.setattr("casework.views.reminders.ROWS", 2)
    some = [log(YouthFactory(unit=unit), by=ana, now=now) for _ in range(3)]
    assign(episodes=some, to=None, by=ana, now=now, batch=uuid.uuid4())

    page = browser.get("/reminders")

    assert "Give these youth to somebody 2+" in words_of(page)
    assert "that page has the rest" in words_of(page)
    assert 'href="/reassign?worker=nobody"' in page.content.decode()
    assert len(browser.get("/reassign?worker=nobody").context["rows"]) == 3


def test_a_caseworker_takes_it_with_one_press(browser, as_person, episode, ben):
    confirmed(browser, episode, to=None)

    page = as_person(ben).post(reverse("take", args=[episode.public_id]), follow=True)

    episode.refresh_from_db()
    assert episode.assigned_to == ben
    assert "You hold this episode now" in words_of(page)


def test_all_that_one_worker_holds_is_ticked(browser, episode, ana, unit, ben, now):
    log(YouthFactory(unit=unit), by=ben, now=now)

    page = browser.get(f"/reassign?worker={ana.public_id}")

    assert page.content.decode().count('name="episode"') == 1
    assert page.content.decode().count(" checked") == 1


def test_the_page_where_one_ticks_stays_small_and_goes_on_where_it_ended(
    browser, unit, ana, now, monkeypatch
):
    monkeypatch.setattr("casework.operations.assignments.MOST", 2)
    logged = {
        str(log(YouthFactory(unit=unit), by=ana, now=now, told_at=told).public_id)
        for told in (now - timedelta(minutes=minutes) for minutes in range(1, 4))
    }

    first = browser.get("/reassign")
    second = browser.get(first.context["next_url"])

    pages = [[str(row.public_id) for row in page.context["rows"]] for page in (first, second)]
    assert [len(page) for page in pages] == [2, 1]
    assert {one for page in pages for one in page} == logged
    assert "Show the next 2" in words_of(first)
    assert second.context["next_url"] == ""
    assert "Back to the first page" in words_of(second)


def test_the_page_where_one_ticks_asks_no_more_queries_for_many(browser, unit, ana, now):
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.get("/reassign")
        return len(asked)

    log(YouthFactory(unit=unit), by=ana, now=now)
    with_one = count()
    for _ in range(5):
        log(YouthFactory(unit=unit), by=ana, now=now)

    assert count() == with_one


def test_whom_nobody_holds_can_be_listed_by_themselves(browser, unit, ana, episode, now):
    alone = log(YouthFactory(unit=unit), by=ana, now=now)
    assign(episodes=[alone], to=None, by=ana, now=now, batch=uuid.uuid4())

    page = browser.get("/reassign?worker=nobody")

    assert [row.public_id for row in page.context["rows"]] == [alone.public_id]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/reassign", "There is nobody to reassign."),
        ("/reassign?worker=nobody", "Every youth is held by somebody."),
        ("/reassign?worker={ben}", "Ben Kowalski holds no youth with anything left to do."),
    ],
)
def test_where_there_is_nothing_to_tick_the_page_says_so_and_where_to_go(
    browser, ben, address, words
):
    page = browser.get(address.format(ben=ben.public_id))

    assert words in words_of(page)
    assert "See who is missing now" in words_of(page)
    assert "Tick the youth" not in words_of(page)


def test_sent_while_signed_out_the_choice_waits(client, as_person, sam, episode, ben):
    page = as_person(sam).get(f"/reassign?episode={episode.public_id}")
    answers = {
        "kept_for": re.search(r'name="kept_for" value="([^"]+)"', page.content.decode()).group(1),
        "episode": str(episode.public_id),
        "held": page.context["form"].initial["held"],
        "confirm": "yes",
        "submission_key": str(uuid.uuid4()),
        "to": str(ben.public_id),
    }
    client.post("/reassign", answers)
    client.force_login(sam)

    shown = client.get("/reassign")

    assert shown.context["form"].data["to"] == str(ben.public_id)
    assert not Assignment.objects.exists()


# --- Transfers ------------------------------------------------------------------------------


@pytest.fixture
def olga(other_unit):
    return UserFactory(name="Olga", role=Role.SUPERVISOR, unit=other_unit)


@pytest.fixture
def offered(episode, other_unit, sam, olga, now):
    return transfers.offer(
        episode=episode, to_unit=other_unit, note="Placed there", by=sam, now=now
    )


def test_the_unit_that_is_asked_sees_who_it_is_and_what_is_open(as_person, olga, offered, episode):
    page = words_of(as_person(olga).get(offered.get_absolute_url()))

    assert "Jordan Quillfeather" in page
    assert "Report to police" in page
    assert as_person(olga).get(episode.get_absolute_url()).status_code == 404


def test_once_it_is_declined_the_youth_is_a_stranger_there_again(as_person, olga, offered, now):
    transfers.decline(transfer=offered, why="No bed", by=olga, now=now)

    for address in (offered.get_absolute_url(), "/transfers"):
        page = words_of(as_person(olga).get(address))
        assert "Quillfeather" not in page
        assert "A youth of another unit" in page


def test_accepted_on_the_page_it_belongs_to_the_new_unit(as_person, olga, omar, offered, episode):
    page = as_person(olga).post(
        offered.get_absolute_url(), {"to": str(omar.public_id)}, follow=True
    )

    assert page.redirect_chain[-1][0] == episode.get_absolute_url()
    assert "Omar holds it now, and both units are told" in words_of(page)


def test_the_unit_that_offers_cannot_accept_for_the_other(browser, offered, ana):
    browser.post(offered.get_absolute_url(), {"to": str(ana.public_id)})

    assert Transfer.objects.get().is_waiting


def test_only_the_unit_that_offers_takes_it_back(as_person, olga, sam, offered):
    address = reverse("take_back_transfer", args=[offered.public_id])

    as_person(olga).post(address)
    assert Transfer.objects.get().is_waiting

    as_person(sam).post(address)
    assert not Transfer.objects.get().is_waiting


def test_the_list_says_what_waits_for_whom(as_person, sam, olga, offered):
    incoming = words_of(as_person(olga).get("/transfers"))
    outgoing = words_of(as_person(sam).get("/transfers"))

    assert "Offered to you 1" in incoming
    assert "Offered by you, waiting 1" in outgoing
