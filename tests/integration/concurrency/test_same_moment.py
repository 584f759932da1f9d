"""Two hands on one record: nothing is lost, nothing is doubled, and the second person is told."""

import html
import re
from functools import partial

import pytest

from casework.models import (
    AuditEvent,
    Duty,
    DutyConfirmation,
    DutyEvidence,
    Episode,
    Note,
    Outcome,
    Reminder,
    Role,
    Youth,
)
from casework.operations import duties, returns
from casework.operations import episodes as episode_operations
from casework.operations.confirmations import Confirmed, standing
from tests.factories import UserFactory
from tests.integration.scenes import bring_back, evidence, fields_on, intake, log, record


@pytest.fixture(autouse=True)
def _the_clock_stands(clock_stands):
    """Views read the test's `now`."""


def words_of(response) -> str:
    return html.unescape(response.content.decode())


def test_twenty_submissions_of_one_form_are_one_episode(at_once, as_person, ana, jordan):
    answers = intake("Jordan", match=str(jordan.public_id))
    browsers = [as_person(ana) for _ in range(20)]

    sent = at_once([partial(browser.post, "/log", answers) for browser in browsers])

    episode = Episode.objects.get()
    assert {response.status_code for response in sent} == {302}
    assert {response["Location"] for response in sent} == {episode.get_absolute_url()}
    assert AuditEvent.objects.filter(event="episode.logged").count() == 1
    codes = list(Duty.objects.values_list("code", flat=True))
    assert len(codes) == len(set(codes))
    assert Reminder.objects.count() == Reminder.objects.filter(duty__episode=episode).count()
    assert not Note.objects.exists()


def test_twenty_submissions_for_a_new_name_add_one_youth(at_once, as_person, ana):
    answers = intake("Jordan Avery")
    browsers = [as_person(ana) for _ in range(20)]

    sent = at_once([partial(browser.post, "/log", answers) for browser in browsers])

    episode = Episode.objects.get()
    assert {response["Location"] for response in sent} == {episode.get_absolute_url()}
    assert Youth.objects.get() == episode.youth
    assert AuditEvent.objects.filter(event="youth.added").count() == 1


def test_two_people_log_the_same_youth_and_the_second_adds_to_the_first(
    at_once, as_person, ana, sam, jordan
):
    first, second = (intake("Jordan", match=str(jordan.public_id)) for _ in range(2))

    sent = at_once(
        [
            partial(as_person(ana).post, "/log", first | {"left_from": "school"}),
            partial(as_person(sam).post, "/log", second | {"left_from": "school"}),
        ]
    )

    episode = Episode.objects.get()
    assert {response["Location"] for response in sent} == {episode.get_absolute_url()}
    note = episode.notes.get()
    assert {note.recorded_by, episode.recorded_by} == {ana, sam}
    assert "school" in note.text


def test_two_people_record_one_duty_and_the_second_is_told(at_once, as_person, ana, sam, police):
    address = police.get_absolute_url()
    browsers = {"Ana": as_person(ana), "Sam": as_person(sam)}
    typed = {name: evidence(note=f"{name} called the desk") for name in browsers}

    sent = dict(
        zip(
            browsers,
            at_once([partial(browsers[n].post, address, typed[n]) for n in browsers]),
            strict=True,
        )
    )

    assert sorted(response.status_code for response in sent.values()) == [200, 302]
    [late] = [name for name, response in sent.items() if response.status_code == 200]
    [first] = set(browsers) - {late}
    assert DutyEvidence.objects.get().recorded_by.name == first
    assert f"{first} recorded “Done, 2:04 a.m.” at 2:04 a.m." in words_of(sent[late])
    on_page = fields_on(sent[late])
    assert on_page["note"] == f"{late} called the desk"

    browsers[late].post(address, on_page)

    newest = police.evidence.order_by("-id").first()
    assert (newest.recorded_by.name, newest.is_correction) == (late, True)
    assert police.evidence.count() == 2


def test_one_form_of_a_duty_sent_many_times_is_one_entry(at_once, as_person, ana, police):
    answers = evidence()
    browsers = [as_person(ana) for _ in range(8)]

    sent = at_once(
        [partial(browser.post, police.get_absolute_url(), answers) for browser in browsers]
    )

    assert {response.status_code for response in sent} == {302}
    assert police.evidence.count() == 1


def test_one_note_sent_many_times_is_one_note(at_once, as_person, ana, episode):
    answers = {
        "submission_key": "6c6f6e67-0000-4000-8000-000000000001",
        "kind": "sighting",
        "text": "Seen near the school",
        "happened": "just_now",
    }
    address = f"{episode.get_absolute_url()}/note"
    browsers = [as_person(ana) for _ in range(8)]

    sent = at_once([partial(browser.post, address, answers) for browser in browsers])

    assert {response.status_code for response in sent} == {302}
    assert episode.notes.count() == 1


def test_two_people_record_one_return_and_the_second_is_told(at_once, as_person, ana, sam, episode):
    address = f"{episode.get_absolute_url()}/return"
    answers = {"known": "placement", "happened": "just_now"}

    sent = at_once([partial(as_person(p).post, address, answers) for p in (ana, sam)])

    assert sorted(response.status_code for response in sent) == [200, 302]
    [late] = [response for response in sent if response.status_code == 200]
    assert "has already recorded this, Tue Mar 3, 2:04 a.m. CST." in words_of(late)
    codes = list(episode.duties.filter(phase="return").values_list("code", flat=True))
    assert len(codes) == len(set(codes)) == 5


def test_a_return_undone_while_someone_works_on_it_loses_nothing(at_once, ana, sam, episode, now):
    """Either the entry stands and the return too, or the return is undone and the entry refused."""
    bring_back(episode, by=ana, now=now)
    asked = episode.duties.get(code="ask_about_medical_care")

    def undo():
        try:
            returns.undo_return(episode=episode, by=ana, now=now, reason="Mistaken.")
        except returns.CannotUndo:
            return "refused"
        return "undone"

    def work():
        try:
            record(asked, Outcome.DONE, by=sam, now=now)
        except duties.NoLongerNeeded:
            return "refused"
        return "kept"

    undone, kept = at_once([undo, work])

    asked.refresh_from_db()
    assert {undone, kept} in ({"undone", "refused"}, {"refused", "kept"})
    assert asked.evidence.exists() == (kept == "kept")
    assert (asked.withdrawn_at is not None) == (undone == "undone")


def test_undone_and_logged_again_at_once_leaves_one_open_episode(
    at_once, ana, sam, episode, jordan, now
):
    bring_back(episode, by=ana, now=now)

    def undo():
        try:
            returns.undo_return(episode=episode, by=ana, now=now, reason="Mistaken.")
        except returns.CannotUndo:
            return "refused"
        return "undone"

    def log_again():
        try:
            log(jordan, by=sam, now=now)
        except episode_operations.AlreadyMissing:
            return "refused"
        return "logged"

    assert sorted(at_once([undo, log_again])).count("refused") == 1
    assert Episode.objects.open().count() == 1


def test_two_admins_confirm_the_same_duty_and_both_stay_on_record(at_once, as_person, adam, now):
    eve = UserFactory(name="Eve", role=Role.ADMIN, unit=None)
    pages = [as_person(person) for person in (adam, eve)]
    answers = [
        fields_on(page.get("/protocols/us-mo")) | confirming(page, f"Counsel {number}")
        for number, page in enumerate(pages)
    ]

    sent = at_once(
        [
            partial(page.post, "/protocols/us-mo", each)
            for page, each in zip(pages, answers, strict=True)
        ]
    )

    assert {response.status_code for response in sent} == {302}
    entries = DutyConfirmation.objects.filter(code="report_to_police")
    assert {entry.confirmed_by for entry in entries} == {"Counsel 0", "Counsel 1"}
    assert standing("us-mo")["report_to_police"].confirmed is Confirmed.YES


def test_ten_submissions_of_one_confirmation_are_one(at_once, as_person, adam):
    pages = [as_person(adam) for _ in range(10)]
    answers = fields_on(pages[0].get("/protocols/us-mo")) | confirming(pages[0], "Counsel")

    sent = at_once([partial(page.post, "/protocols/us-mo", answers) for page in pages])

    assert {response.status_code for response in sent} == {302}
    assert DutyConfirmation.objects.count() == 1
    assert AuditEvent.objects.filter(event="protocol.confirmed").count() == 1


def confirming(browser, who: str) -> dict[str, object]:
    page = browser.get("/protocols/us-mo").content.decode()
    box = re.search(r'name="duties" value="(report_to_police:[0-9a-f]+)"', page)[1]
    return {"duties": [box], "confirmed_by": who, "confirmed_on": "today"}
