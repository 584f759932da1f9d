"""Saved views on the page: save, open, change, delete, and what the inbox says of who entered."""

from datetime import timedelta

import pytest
from django.test import Client

from casework.access.board import BoardFilter, Status
from casework.models import Channel, Delivery, Reminder, SavedView
from casework.operations import saved_views
from tests.factories import EpisodeFactory, YouthFactory
from tests.integration.scenes import log

EVERYBODY = BoardFilter(status=Status.MISSING)
LONG = "length=over_7d"


@pytest.fixture
def browser(as_person, sam) -> Client:
    return as_person(sam)


def save(browser, *, name="Long gone", query=LONG, **more):
    return browser.post("/views/save", {"name": name, "query": query, **more})


def test_the_filter_on_the_page_is_kept_under_a_name(browser, sam):
    blank = browser.get(f"/views/save?{LONG}").content.decode()
    answer = save(browser)

    assert "Missing for: Over 7 days" in blank
    assert f'value="{LONG}"' in blank
    assert answer["Location"] == f"/missing?{LONG}"
    page = browser.get(answer["Location"]).content.decode()
    assert "Saved as “Long gone”." in page
    assert '<a href="/missing?length=over_7d" aria-current="page">Long gone</a>' in page
    assert sam.saved_views.get().query == LONG


def test_a_name_is_asked_for_and_what_was_chosen_stays(browser):
    page = save(browser, name=" ", tell="on").content.decode()

    assert "Enter a name for this view" in page
    assert f'value="{LONG}"' in page
    assert "checked" in page


def test_a_name_that_is_taken_is_refused_in_words(browser):
    save(browser)
    page = save(browser, name="long GONE", query="flag=endangered").content.decode()

    assert "You have a view of this name. Choose another name, or delete that one." in page


def test_what_a_filter_cannot_say_is_not_kept(browser, sam):
    save(browser, query="flag=<script>&next=https://elsewhere.example&worker=Jordan")

    assert sam.saved_views.get().query == ""


def test_all_views_stand_on_one_page_with_what_they_are_limited_to(browser, sam):
    empty = browser.get("/views").content.decode()
    save(browser, tell="on")

    page = browser.get("/views").content.decode()

    assert "You have no saved views yet." in empty
    assert "Missing for: Over 7 days" in page
    assert "You are told" in page


def test_a_view_is_changed(browser, sam):
    save(browser)
    view = sam.saved_views.get()

    form = browser.get(f"/views/{view.public_id}").content.decode()
    browser.post(f"/views/{view.public_id}", {"name": "Over a week", "tell": "on"})

    assert 'value="Long gone"' in form
    view.refresh_from_db()
    assert (view.name, view.query, view.is_telling) == ("Over a week", LONG, True)


def test_a_view_is_deleted_after_a_question(browser, sam):
    save(browser)
    address = f"/views/{sam.saved_views.get().public_id}/delete"

    question = browser.get(address).content.decode()
    assert "Delete the view “Long gone”?" in question
    assert SavedView.objects.exists()
    browser.post(address)

    assert not SavedView.objects.exists()
    assert browser.get(address).status_code == 404


def test_somebody_elses_view_does_not_exist(browser, as_person, ana, now):
    theirs = saved_views.save(by=ana, now=now, name="Anas", wanted=EVERYBODY, tell=False)

    for path in (f"/views/{theirs.public_id}", f"/views/{theirs.public_id}/delete"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"name": "Mine now"}).status_code == 404
    assert "Anas" not in browser.get("/views").content.decode()
    assert "Anas" not in browser.get("/missing").content.decode()
    theirs.refresh_from_db()
    assert theirs.name == "Anas"


def test_forms_carry_their_token_and_whose_page_it_is(browser, sam):
    save(browser)
    view = sam.saved_views.get()

    for path in (
        "/views/save",
        f"/views/{view.public_id}",
        f"/views/{view.public_id}/delete",
    ):
        page = browser.get(path).content.decode()
        assert page.count('name="kept_for"') >= 1, path
        assert page.count("csrfmiddlewaretoken") >= 2, path


# --- What the inbox says -------------------------------------------------------------------


def told(view, *, to, now) -> str:
    """Who entered is told to this person; the page of the inbox's message."""
    saved_views.notice_entries(now=now)
    reminder = Reminder.objects.get(of_view__view=view)
    delivery = Delivery.objects.create(
        reminder=reminder,
        recipient=to,
        why="Your saved view.",
        channel=Channel.INBOX,
        created_at=now,
        sent_at=now,
    )
    return f"/r/{delivery.public_id}"


def test_the_inbox_says_who_entered_and_leads_there(browser, sam, ana, unit, now):
    view = saved_views.save(by=sam, now=now, name="Everybody", wanted=EVERYBODY, tell=True)
    youth = YouthFactory(given_name="Jordan", family_name="Quillfeather", unit=unit)
    episode = log(youth, by=ana, now=now)

    message = told(view, to=sam, now=now)

    page = browser.get("/reminders").content.decode()
    assert "A youth entered your view “Everybody”" in page
    assert "Jordan Quillfeather" in page
    assert browser.get(message)["Location"] == episode.get_absolute_url()


def test_of_many_the_inbox_says_how_many_and_leads_to_the_view(browser, sam, ana, unit, now):
    view = saved_views.save(by=sam, now=now, name="Everybody", wanted=EVERYBODY, tell=True)
    for _ in range(21):
        EpisodeFactory(youth=YouthFactory(unit=unit), assigned_to=ana)

    message = told(view, to=sam, now=now + timedelta(minutes=1))

    page = browser.get("/reminders").content.decode()
    assert "21 youth entered your view “Everybody”" in page
    assert browser.get(message)["Location"] == "/missing"


def test_who_may_no_longer_see_the_youth_reads_no_name(browser, sam, ana, unit, other_unit, now):
    view = saved_views.save(by=sam, now=now, name="Everybody", wanted=EVERYBODY, tell=True)
    youth = YouthFactory(given_name="Jordan", family_name="Quillfeather", unit=unit)
    episode = log(youth, by=ana, now=now)
    message = told(view, to=sam, now=now)
    type(episode).objects.filter(pk=episode.pk).update(unit=other_unit)

    page = browser.get("/reminders").content.decode()

    assert "Quillfeather" not in page
    assert browser.get(message)["Location"] == "/missing"


def test_a_message_about_somebody_elses_view_does_not_name_it(browser, sam, ana, unit, now):
    view = saved_views.save(by=ana, now=now, name="Anas own", wanted=EVERYBODY, tell=True)
    episode = log(YouthFactory(unit=unit), by=ana, now=now)

    message = told(view, to=sam, now=now)

    assert "Anas own" not in browser.get("/reminders").content.decode()
    assert browser.get(message)["Location"] == episode.get_absolute_url()
