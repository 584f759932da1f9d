"""The episode page and what can be said on it: a note, located, returned, a return taken back."""

import html
from datetime import timedelta

import pytest
from django.urls import reverse

from casework.models import AuditEvent, Known, Outcome, ReturnedTo
from tests.factories import YouthFactory
from tests.integration.scenes import answer, bring_back, exactly, fields_on, log, record

LONG_NOTE = "n" * 10_000


def words_of(response) -> str:
    return html.unescape(response.content.decode())


def a_note(**answers: str) -> dict[str, str]:
    return {
        "submission_key": "6c6f6e67-0000-4000-8000-000000000001",
        "kind": "sighting",
        "text": "Seen near the school",
        "happened": "just_now",
        **answers,
    }


@pytest.fixture
def browser(as_person, ana):
    return as_person(ana)


@pytest.fixture
def address_of(episode):
    return lambda page: reverse(page, args=[episode.public_id])


def test_the_page_says_who_what_is_due_and_what_happened(browser, episode):
    page = words_of(browser.get(episode.get_absolute_url()))

    assert "Jordan Quillfeather, 15" in page
    assert "Report to police" in page
    assert "Tue Mar 3, 3:52 a.m. CST" in page
    assert "Agency told: clocks started" in page
    assert f"ref {episode.reference}" in page


def test_every_look_at_an_episode_is_in_the_audit_trail(browser, episode, ana, now):
    browser.get(episode.get_absolute_url())

    event = AuditEvent.objects.get(event="episode.read")
    assert (event.subject_id, event.by, event.at) == (episode.public_id, ana.public_id, now)


def test_logged_late_is_said_as_a_fact(browser, jordan, ana, now):
    episode = log(jordan, by=ana, now=now, told_at=now - timedelta(days=30))

    page = words_of(browser.get(episode.get_absolute_url()))

    assert "Logged 30 d after you were told." in page
    assert "Overdue" in page


def test_a_note_stands_on_the_timeline(browser, episode, address_of):
    page = browser.post(
        address_of("note"),
        a_note(source="Coach", happened="earlier", happened_time="about 12:30 am"),
        follow=True,
    )

    assert page.redirect_chain == [(episode.get_absolute_url(), 302)]
    for said in ("Seen near the school", "Coach", "about Tue Mar 3, 12:30 a.m. CST"):
        assert said in words_of(page)


def test_a_note_sent_twice_stands_there_once(browser, episode, address_of):
    for _ in range(2):
        browser.post(address_of("note"), a_note())

    assert episode.notes.count() == 1


def test_ten_thousand_characters_are_a_note_and_one_more_is_not(browser, episode, address_of):
    refused = browser.post(address_of("note"), a_note(text=LONG_NOTE + "n"))

    assert "Enter a note of at most 10,000 characters" in words_of(refused)
    assert fields_on(refused)["text"] == LONG_NOTE + "n"
    assert not episode.notes.exists()
    browser.post(address_of("note"), a_note(text=LONG_NOTE))
    assert episode.notes.get().text == LONG_NOTE


def test_markup_in_a_note_is_only_text(browser, address_of):
    page = browser.post(
        address_of("note"), a_note(text="<script>alert(1)</script>\nline two"), follow=True
    )

    assert "<script>alert(1)" not in page.content.decode()
    assert "<script>alert(1)</script>" in words_of(page)


def test_nobody_writes_a_correction_by_hand(browser, episode, address_of):
    browser.post(address_of("note"), a_note(kind="correction"))

    assert not episode.notes.exists()


def test_returned(browser, episode, address_of, now):
    page = browser.post(
        address_of("record_return"),
        {"known": "other_safe_place", "happened": "just_now", "medical_care_needed": "yes"},
        follow=True,
    )

    episode.refresh_from_db()
    assert (episode.returned_at, episode.returned_to) == (now, ReturnedTo.OTHER_SAFE_PLACE)
    assert episode.medical_care_needed == Known.YES
    for said in (
        "The missing clock has stopped. Return duties have started.",
        "Screen for trafficking",
        "Returned",
        "Medical care needed now: yes.",
    ):
        assert said in words_of(page)


def test_located(browser, episode, address_of, now):
    page = browser.post(
        address_of("record_return"), {"known": "located", "happened": "just_now"}, follow=True
    )

    episode.refresh_from_db()
    assert (episode.located_at, episode.returned_at) == (now, None)
    assert "Located, not back yet" in words_of(page)
    assert "Tell police the youth is found" in words_of(page)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"known": ""}, "Select what you know"),
        ({"happened": ""}, "Select when it happened"),
        ({"happened": "earlier"}, "Enter about what time"),
        (
            {"happened": "earlier", "happened_time": "Mar 4 6 am"},
            "The time must be now or earlier",
        ),
        (
            {"happened": "earlier", "happened_time": "yesterday 1 pm"},
            "The youth was last seen Mon Mar 2, 10:04 p.m. CST. Enter a later time.",
        ),
    ],
)
def test_a_return_that_cannot_be_saved_says_why(browser, jordan, ana, now, answers, says):
    episode = log(jordan, by=ana, now=now, last_seen=exactly(now - timedelta(hours=4)))
    sent = {"known": "placement", "happened": "just_now", "medical_care_needed": "no"} | answers

    page = browser.post(reverse("record_return", args=[episode.public_id]), sent)

    assert says in words_of(page)
    episode.refresh_from_db()
    assert episode.is_open
    kept = fields_on(page)
    assert {name: kept[name] for name, value in sent.items() if value} == {
        name: value for name, value in sent.items() if value
    }


def test_a_return_that_a_colleague_recorded_says_who_and_when(
    browser, episode, address_of, sam, now
):
    bring_back(episode, by=sam, now=now)

    page = browser.post(address_of("record_return"), {"known": "placement", "happened": "just_now"})

    assert "Sam has already recorded this, Tue Mar 3, 2:04 a.m. CST." in words_of(page)


def test_a_return_sent_twice_by_the_same_person_just_goes_on(
    browser, episode, address_of, ana, now
):
    bring_back(episode, by=ana, now=now)

    page = browser.post(
        address_of("record_return"), {"known": "placement", "happened": "just_now"}, follow=True
    )

    assert page.redirect_chain == [(episode.get_absolute_url(), 302)]
    assert "You have already recorded this." in words_of(page)


def test_where_the_youth_is_stands_on_the_timeline(browser, episode, address_of):
    answers = {"known": "located", "happened": "just_now", "where": "With an aunt in Rolla"}

    page = browser.post(address_of("record_return"), answers, follow=True)

    assert "Where the youth is: With an aunt in Rolla" in words_of(page)


def test_the_moment_of_a_return_needs_a_time(browser, episode, address_of):
    answers = {"known": "placement", "happened": "earlier", "happened_time": "today"}

    page = browser.post(address_of("record_return"), answers)

    assert "Enter the time too, for example about 6 am. A best guess is fine" in words_of(page)


def test_about_stays_about_and_a_late_entry_prints_both_times(browser, episode, address_of, now):
    answers = {"known": "located", "happened": "earlier", "happened_time": "about 1:30 am"}

    page = browser.post(address_of("record_return"), answers, follow=True)

    assert "about Tue Mar 3, 1:30 a.m. CST" in words_of(page)
    assert "recorded 2:04 a.m." in words_of(page)


def test_a_note_about_the_past_may_have_no_time(browser, episode, address_of):
    answers = {
        "submission_key": "6c6f6e67-0000-4000-8000-000000000007",
        "kind": "information",
        "text": "Left two group homes last year.",
        "happened": "not_known",
    }

    page = browser.post(address_of("note"), answers, follow=True)

    assert "Left two group homes last year." in words_of(page)
    assert "time not known" in words_of(page)


def test_a_return_is_taken_back_with_a_reason(browser, episode, address_of, ana, now):
    bring_back(episode, by=ana, now=now)

    needs = browser.post(address_of("undo_return"), {"reason": " "})
    assert "Enter what happened" in words_of(needs)
    page = browser.post(address_of("undo_return"), {"reason": "It was her sister."}, follow=True)

    episode.refresh_from_db()
    assert episode.is_open
    assert "The return is taken back. The clocks run on." in words_of(page)
    assert "It was her sister." in words_of(page)


def test_an_episode_is_closed_without_a_return(browser, episode, address_of, now):
    needs = browser.post(address_of("end"), {"happened": "just_now", "reason": "", "why": ""})
    assert "Select why it ends" in words_of(needs)
    assert "Enter what happened" in words_of(needs)

    page = browser.post(
        address_of("end"),
        {"happened": "just_now", "reason": "aged_out", "why": "Turned 21 today."},
        follow=True,
    )

    episode.refresh_from_db()
    assert (episode.ended_at, episode.end_reason) == (now, "aged_out")
    for said in ("The episode is closed.", "Closed, aged out of care,", "Turned 21 today."):
        assert said in words_of(page)


def test_nobody_closes_an_episode_as_returned_here(browser, episode, address_of):
    browser.post(address_of("end"), {"happened": "just_now", "reason": "returned", "why": "Back."})

    episode.refresh_from_db()
    assert episode.is_open


def test_a_return_that_cannot_be_taken_back_says_why(browser, address_of):
    page = browser.post(address_of("undo_return"), {"reason": "It was her sister."})

    assert "No return is recorded for this episode." in words_of(page)
    assert fields_on(page)["reason"] == "It was her sister."


def test_what_was_tried_about_a_duty_that_is_not_asked_for_any_more_stays_on_the_timeline(
    browser, unit, ana, now
):
    unit.jurisdiction = "us-tx"
    unit.save()
    episode = log(YouthFactory(unit=unit), by=ana, now=now)
    parents = episode.duties.get(code="tell_parents")
    record(parents, Outcome.TRIED, by=ana, now=now, note="Nobody answered the door.")
    answer(episode, by=ana, now=now, parental_rights_ended=Known.YES)

    page = words_of(browser.get(episode.get_absolute_url()))

    duties, timeline = page.split('<h2 id="timeline-heading">')
    assert "Nobody answered the door." in timeline
    assert parents.get_absolute_url() not in duties
