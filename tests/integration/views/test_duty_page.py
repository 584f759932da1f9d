"""Recording a duty: what happened, when, and the proof; nobody overwrites anybody."""

import html
from datetime import timedelta

import pytest

from casework.models import AuditEvent, Known, Outcome, WorkState
from casework.operations import returns
from tests.integration.scenes import bring_back, evidence, fields_on, record


def words_of(response) -> str:
    return html.unescape(response.content.decode())


@pytest.fixture
def browser(as_person, ana):
    return as_person(ana)


@pytest.fixture
def address(police):
    return police.get_absolute_url()


def test_the_page_says_the_rule_its_source_and_what_its_clock_counts_from(browser, address):
    page = words_of(browser.get(address))

    assert "Within 2 hours after the agency decided that the youth is missing." in page
    assert "Missouri Child Welfare Manual 4.8.3" in page
    assert (
        "Provisional: counted from Tue Mar 3, 1:52 a.m. CST. When the agency decided that the youth "
        "is missing is not known yet: counted from when the agency was told."
    ) in page
    assert "Tue Mar 3, 3:52 a.m. CST" in page


def test_every_look_at_a_duty_is_in_the_audit_trail(browser, address, police, ana, now):
    browser.get(address)

    event = AuditEvent.objects.get(event="duty.read")
    assert (event.subject_id, event.by, event.at) == (police.public_id, ana.public_id, now)


def test_done_in_time(browser, address, police, ana, now):
    page = browser.post(
        address,
        evidence(
            agency="St. Louis Police",
            officer="M. Okafor",
            reference_number="26-0311",
            ncic_entry="yes",
        ),
        follow=True,
    )

    police.refresh_from_db()
    assert (police.work_state, police.done_at, police.done_by) == (WorkState.DONE, now, ana)
    assert police.evidence.get().ncic_entry == Known.YES
    assert page.redirect_chain == [(police.episode.get_absolute_url(), 302)]
    assert "Report to police: done 2:04 a.m., on time." in words_of(page)
    assert "26-0311" in words_of(page)


def test_late_is_said_as_a_fact(browser, address, police, now, set_clock):
    set_clock(police.due_at + timedelta(minutes=37))

    page = browser.post(address, evidence(), follow=True)

    assert "37 min late" in words_of(page)


def test_what_proof_is_still_needed_is_said(browser, address):
    page = words_of(browser.post(address, evidence(), follow=True))

    assert "Report number and confirmation of the NCIC entry still needed" in page


def test_an_attempt_keeps_the_clock_running(browser, address, police):
    page = browser.post(address, evidence(outcome="tried", note="Line busy"), follow=True)

    police.refresh_from_db()
    assert police.work_state == WorkState.TRIED
    assert "your attempt is recorded. The clock keeps running." in words_of(page)


def test_happened_earlier_at_a_typed_time(browser, address, police, now):
    browser.post(address, evidence(happened="earlier", happened_time="1:55 am"))

    police.refresh_from_db()
    assert police.done_at == now - timedelta(minutes=9)


NOT_SAVED = [
    ("no outcome", {"outcome": ""}, "Select what happened"),
    ("no moment", {"happened": ""}, "Select when it happened"),
    ("no time", {"happened": "earlier"}, "Enter about what time, for example"),
    ("a time and just now", {"happened_time": "1:55 am"}, "Clear the time, or select Earlier"),
    (
        "in the future",
        {"happened": "earlier", "happened_time": "Mar 4 10 pm"},
        "The time must be now or earlier",
    ),
    ("not a time", {"happened": "earlier", "happened_time": "soon"}, "Enter a time like 10:30 pm"),
    (
        "not needed, no reason",
        {"outcome": "not_needed", "note": ""},
        "Enter why this duty is not needed",
    ),
    ("too long", {"note": "n" * 10_001}, "Enter a note of at most 10,000 characters"),
]


@pytest.mark.parametrize(
    ("answers", "says"),
    [pytest.param(answers, says, id=name) for name, answers, says in NOT_SAVED],
)
def test_what_cannot_be_saved_says_why_and_keeps_what_was_typed(
    browser, address, police, answers, says
):
    sent = evidence(note="Spoke to the desk", reference_number="26-0311") | answers

    page = browser.post(address, sent)

    assert page.status_code == 200
    assert says in words_of(page)
    assert not police.evidence.exists()
    kept = fields_on(page)
    assert {name: kept.get(name) for name, value in sent.items() if value} == {
        name: value for name, value in sent.items() if value
    }


def test_a_note_of_ten_thousand_characters_is_kept_whole(browser, address, police):
    note = "ab\n" * 3_333 + "z"

    browser.post(address, evidence(note=note.replace("\n", "\r\n")))

    assert len(note) == 10_000
    assert police.evidence.get().note == note


def test_the_second_of_two_people_is_told_who_and_when_and_can_add_a_correction(
    as_person, ana, sam, address, police, now, set_clock
):
    anas, sams = as_person(ana), as_person(sam)
    page = anas.get(address)
    sams.post(address, evidence(officer="B. Lindqvist"))
    set_clock(now + timedelta(minutes=3))
    typed = evidence(officer="M. Okafor", reference_number="26-0311", note="Took it at once")

    told = anas.post(address, fields_on(page) | typed)

    assert told.status_code == 200
    words = words_of(told)
    assert "Sam recorded “Done, 2:04 a.m.” at 2:04 a.m. Your entry is not saved yet." in words
    assert "Add mine as a correction" in words
    assert police.evidence.count() == 1
    on_page = fields_on(told)
    assert {name: on_page[name] for name in typed if name != "submission_key"} == {
        name: value for name, value in typed.items() if name != "submission_key"
    }

    saved = anas.post(address, on_page)

    assert saved.status_code == 302
    newest = police.evidence.order_by("-recorded_at", "-id").first()
    assert (newest.recorded_by, newest.officer, newest.is_correction) == (ana, "M. Okafor", True)
    assert police.evidence.count() == 2
    timeline = words_of(anas.get(police.episode.get_absolute_url()))
    assert "M. Okafor" in timeline
    assert "B. Lindqvist" in timeline


def test_the_same_form_twice_is_one_entry(browser, address, police):
    answers = evidence()

    first, second = browser.post(address, answers), browser.post(address, answers)

    assert (first.status_code, second.status_code) == (302, 302)
    assert police.evidence.count() == 1


def test_nothing_is_asked_twice(browser, address, police, ana, now):
    record(
        police,
        Outcome.TRIED,
        by=ana,
        now=now,
        agency="St. Louis Police",
        officer="M. Okafor",
        note="Line busy",
    )

    on_page = fields_on(browser.get(address))

    assert (on_page["agency"], on_page["officer"]) == ("St. Louis Police", "M. Okafor")
    assert on_page["note"] == ""


def test_a_duty_of_an_undone_return_says_so(browser, episode, ana, now):
    bring_back(episode, by=ana, now=now)
    asked = episode.duties.get(code="ask_about_medical_care")
    returns.undo_return(episode=episode, by=ana, now=now, reason="Mistaken.")

    page = browser.post(asked.get_absolute_url(), evidence(note="Kept words"))

    assert "This duty no longer applies: what it rested on has been taken back." in words_of(page)
    assert fields_on(page)["note"] == "Kept words"
