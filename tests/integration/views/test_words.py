"""The hint about words, on every page where people write about a youth. It never blocks."""

import html
import logging
import re
import uuid

import pytest
from django.urls import reverse

from casework.forms.base import NarrativeField
from casework.forms.episodes import NoteForm
from casework.forms.youth import DescriptionForm
from casework.models import AuditEvent, FlagMark, Note
from casework.operations.flags import raise_by_hand
from casework.operations.youth import Description
from tests.integration.scenes import bring_back, evidence

WORD, WHY = "runner", "“runner”: Running is something a youth did, not who they are."
NARRATIVE = f"Known {WORD} of this placement."


def words_of(response) -> str:
    return html.unescape(response.content.decode())


@pytest.fixture
def browser(as_person, ana):
    return as_person(ana)


def sent(**answers: str) -> dict[str, str]:
    """A form whose "when" is just now."""
    return {**evidence(), **answers}


def test_a_note_is_saved_as_it_was_written_and_then_the_hint_follows(browser, episode):
    page = browser.post(
        reverse("note", args=[episode.public_id]),
        sent(kind="information", text=NARRATIVE),
        follow=True,
    )

    assert Note.objects.get(kind="information").text == NARRATIVE
    said = words_of(page)
    assert said.index("Added to the timeline.") < said.index(WHY)
    assert said.count('class="message') == 2


@pytest.mark.parametrize(
    ("address", "answers"),
    [
        ("end", {"reason": "found_elsewhere", "why": NARRATIVE}),
        ("record_return", {"known": "placement", "where": NARRATIVE}),
        ("describe", {"marks": NARRATIVE}),
        ("set_time last_seen", {"why": NARRATIVE, "happened": "earlier", "happened_time": "1 am"}),
    ],
)
def test_every_page_that_takes_a_narrative_hints(browser, episode, address, answers):
    name, *rest = address.split()
    url = reverse(name, args=[episode.public_id, *rest])

    page = browser.post(url, sent(**answers), follow=True)

    assert WHY in words_of(page)


def test_undoing_a_return_hints(browser, episode, ana, now):
    bring_back(episode, by=ana, now=now)

    page = browser.post(
        reverse("undo_return", args=[episode.public_id]), {"reason": NARRATIVE}, follow=True
    )

    assert WHY in words_of(page)


def test_evidence_of_a_duty_hints(browser, police):
    page = browser.post(police.get_absolute_url(), sent(note=NARRATIVE), follow=True)

    assert WHY in words_of(page)


def test_what_was_hinted_at_once_is_not_hinted_at_again_where_it_was_left_alone(browser, police):
    browser.post(police.get_absolute_url(), sent(note=NARRATIVE), follow=True)
    page = browser.get(police.get_absolute_url())
    based_on = re.search(r'name="based_on" value="([^"]+)"', page.content.decode())[1]

    corrected = sent(note=NARRATIVE, based_on=based_on, reference_number="26-0311")

    assert WHY not in words_of(browser.post(police.get_absolute_url(), corrected, follow=True))


def test_the_youths_own_words_bring_no_hint(browser, police):
    page = browser.post(
        police.get_absolute_url(), sent(note=f"He said “I am a {WORD}”."), follow=True
    )

    assert WHY not in words_of(page)


# --- While somebody writes ---------------------------------------------------------------------


def test_while_somebody_writes_the_hint_comes_as_a_piece_of_the_page(browser, db):
    page = browser.post(reverse("check_words"), {"note": NARRATIVE})

    assert WHY in words_of(page)
    assert "<h1" not in words_of(page)


def test_a_text_without_such_words_brings_nothing(browser, db):
    assert browser.post(reverse("check_words"), {"note": "Seen."}).content.strip() == b""


def test_markup_in_a_text_stays_text(browser, db):
    page = browser.post(reverse("check_words"), {"note": "<b>AWOL</b><script>x</script>"})

    assert "<b>" not in page.content.decode()
    assert "<script>" not in page.content.decode()


def test_what_is_checked_is_neither_kept_nor_logged(browser, db, caplog):
    caplog.set_level(logging.DEBUG)
    before = AuditEvent.objects.count()

    browser.post(reverse("check_words"), {"note": f"Quillfeather is a {WORD}"})

    assert AuditEvent.objects.count() == before
    assert "Quillfeather" not in caplog.text


def test_nothing_that_people_write_travels_in_an_address(browser, db):
    assert browser.get(reverse("check_words"), {"note": WORD}).status_code == 405


def test_a_field_sends_only_its_own_text(ana, now):
    form = NoteForm(zone=ana.unit.zone, now=now)

    box = str(form["text"])

    assert f'hx-post="{reverse("check_words")}"' in box
    assert 'hx-params="text"' in box


def test_a_description_is_a_narrative_where_people_describe_in_their_own_words(now):
    form = DescriptionForm(None, on_file=Description(), today=now.date())

    narrative = {name for name, field in form.fields.items() if isinstance(field, NarrativeField)}
    assert narrative == {"marks", "medical_needs"}


# --- The checklist, whose questions are saved one by one ------------------------------------------


@pytest.fixture
def question(episode):
    return reverse("answer_item", args=[episode.public_id, "pull.older_person"])


def test_evidence_of_an_answer_hints_on_the_next_page(browser, question):
    page = browser.post(question, sent(answer="yes", evidence=NARRATIVE), follow=True)

    assert WHY in words_of(page)


def test_an_answer_saved_by_scripts_comes_back_with_the_hint_beside_it(browser, question):
    page = browser.post(
        question, sent(answer="yes", evidence=NARRATIVE), headers={"HX-Request": "true"}
    )

    assert WHY in words_of(page)
    assert "What you wrote is saved as it stands" in words_of(page)


@pytest.mark.parametrize("page", ["raise_flag", "set_aside_flag"])
def test_reasons_of_a_flag_hint(browser, episode, ana, now, page):
    flag = raise_by_hand(
        episode=episode, by=ana, now=now, mark=FlagMark.ENDANGERED, why="No medicine along."
    )
    about = episode if page == "raise_flag" else flag
    answers = {
        "mark": "endangered",
        "reason": "facts_old",
        "review": "24h",
        "why": NARRATIVE,
        "submission_key": str(uuid.uuid4()),
    }

    said = words_of(browser.post(reverse(page, args=[about.public_id]), answers, follow=True))

    assert WHY in said
