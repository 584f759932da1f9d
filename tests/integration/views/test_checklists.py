"""The checklist page: each question is a form of its own, and says how it stands."""

import html
import re
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.access.kept_answers import KEPT_FOR
from casework.models import (
    ChecklistAnswer,
    EndReason,
    FlagMark,
    Informant,
    Said,
    SetAsideReason,
)
from casework.operations import flags, returns
from casework.policies.time_words import Precision
from risk import ruleset
from tests.factories import PASSWORD, PlacementFactory
from tests.integration.scenes import bring_back, check, exactly, fields_on, log

HTMX = {"HX-Request": "true"}
MEDICINE, TAKEN, ONLINE, MOVED = (
    "danger.medicine_or_care",
    "danger.taken",
    "pull.online_contact",
    "push.placement_disruption",
)


def words_of(response) -> str:
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def page_of(episode) -> str:
    return reverse("checklist", args=[episode.public_id])


def item_of(episode, key) -> str:
    return reverse("answer_item", args=[episode.public_id, key])


def piece(response, key) -> str:
    """The part of the page about one question."""
    parts = re.split(r'<li class="item" id="([^"]+)">', response.content.decode())
    return html.unescape(parts[parts.index(key) + 1].split("</ol>\n          </section>")[0])


def form_on(response, key) -> dict[str, str]:
    """What a browser would send of the form of one question."""
    found = re.search(
        rf'<form class="item__form[^>]*action="[^"]*{re.escape(key)}#.*?</form>',
        response.content.decode(),
        re.DOTALL,
    )
    assert found, key
    fields = fields_on(SimpleNamespace(content=found.group().encode()))
    informant = re.search(r'<option value="([^"]*)" selected>', found.group())
    return fields | {"informant": informant.group(1) if informant else ""}


def send(browser, episode, key, *, headers=None, **answers: str):
    """Open the page, fill in the form of one question and send it."""
    shown = form_on(browser.get(page_of(episode)), key)
    return browser.post(item_of(episode, key), shown | answers, headers=headers)


@pytest.fixture
def browser(as_person, ana):
    return as_person(ana)


# --- The page -----------------------------------------------------------------------------------


def test_every_question_stands_on_the_page_once_and_is_not_asked_yet(browser, episode):
    page = browser.get(page_of(episode))

    keys = re.findall(r'<li class="item" id="([^"]+)">', page.content.decode())
    assert sorted(keys) == sorted(item.key for item in ruleset().asked)
    assert {form_on(page, key)["answer"] for key in keys} == {Said.NOT_ASKED}
    assert words_of(page).index("Tonight first") < words_of(page).index("Later")


def test_tonights_questions_come_first_and_those_of_danger_before_all(browser, episode):
    page = browser.get(page_of(episode))

    keys = re.findall(r'<li class="item" id="([^"]+)">', page.content.decode())
    tonight = {item.key for item in ruleset().tonight}
    assert set(keys[: len(tonight)]) == tonight
    assert keys[0] == MEDICINE


def test_a_question_says_why_it_is_asked_and_from_where(browser, episode):
    item = ruleset().items[ONLINE]

    on_page = piece(browser.get(page_of(episode)), ONLINE)

    for words in (item.words().help, item.words().why, item.source, item.words().evidence):
        assert words in on_page


def test_nothing_answered_reads_not_assessed_never_low(browser, episode):
    page = words_of(browser.get(page_of(episode)))

    assert "Not assessed" in page
    assert "0 of 41 answered · 41 not asked yet. Of those for tonight, 0 of 24 answered." in page
    assert "Every youth who is missing is urgent, with or without a flag." in page
    assert "No flag so far" not in page
    assert not re.search(r"low(er)? risk|low danger", page, re.IGNORECASE)


def test_progress_is_said_in_words(browser, episode, ana, now):
    for key, said in ((MEDICINE, Said.NO), (TAKEN, Said.DONT_KNOW), (ONLINE, Said.DONT_KNOW)):
        check(episode, key, said, by=ana, now=now)

    page = words_of(browser.get(page_of(episode)))

    assert "1 of 41 answered · 2 don’t know · 38 not asked yet" in page
    assert "Of those for tonight, 1 of 24 answered" in page
    assert "Last answer Tue Mar 3, 2:04 a.m. CST by Ana" in page


def test_all_of_tonight_answered_no_reads_no_flag_so_far(browser, episode, ana, now):
    for item in ruleset().tonight:
        check(episode, item.key, Said.NO, by=ana, now=now)

    page = words_of(browser.get(page_of(episode)))

    assert "No flag so far (24 of 24 answered)" in page
    assert "Every youth who is missing is urgent" in page


def test_a_flag_raised_by_a_person_is_no_flag_so_far_to_nobody(browser, episode, ana, sam, now):
    for item in ruleset().tonight:
        check(episode, item.key, Said.NO, by=ana, now=now)
    why = "She was afraid when she called."
    flags.raise_by_hand(episode=episode, by=sam, now=now, mark=FlagMark.ENDANGERED, why=why)

    verdict = (
        words_of(browser.get(page_of(episode))).split('id="verdict"')[1].split("</section>")[0]
    )

    assert "No flag so far" not in verdict
    assert "The answers raise nothing as they stand: for tonight, 24 of 24 answered." in verdict
    assert f"Raised by Sam: {why}" in verdict
    assert 'data-state="endangered"' in verdict


def test_a_flag_that_is_set_aside_marks_nothing_any_more(browser, episode, ana, sam, now):
    key = "danger.self_harm"
    check(episode, key, Said.YES, by=ana, now=now)
    assert 'data-state="endangered"' in piece(browser.get(page_of(episode)), key)
    flag = episode.flags.get()
    setting = flags.SettingAside(
        reason=SetAsideReason.FACTS_WRONG, why="Another youth.", review_at=now + timedelta(days=1)
    )
    flags.set_aside(flag=flag, by=ana, now=now, setting=setting)
    if flag.needs_second_person:
        flags.agree(flag=flag, by=sam, now=now)

    page = browser.get(page_of(episode))

    assert "Flag set aside" in words_of(page)
    assert 'data-state="endangered"' not in page.content.decode()


def test_what_the_record_knows_is_shown_with_its_numbers_and_not_asked(
    browser, episode, jordan, now
):
    for months in (1, 4, 7):
        start = now - timedelta(days=30 * months)
        PlacementFactory(youth=jordan, started_at=start, ended_at=start + timedelta(days=20))

    page = browser.get(page_of(episode))

    assert re.search(r"Age</dt> <dd>15", words_of(page))
    assert "1 in 30 days, 1 in 90 days, 1 in 365 days" in words_of(page)
    assert re.search(r"Placements in 12 months</dt> <dd>3", words_of(page))
    for never_asked in ("danger.age_12_or_under", "sign.frequent_runs", "sign.from_care"):
        assert f'id="{never_asked}"' not in page.content.decode()
    assert "The youth has had 3 placements in 12 months. This counts as Yes" in piece(page, MOVED)
    assert "1 of 41 answered" in words_of(page)


def test_what_is_not_on_record_is_not_known(browser, episode, jordan):
    jordan.born_on = None
    jordan.save()

    page = words_of(browser.get(page_of(episode)))

    for fact in ("Age", "Placements in 12 months", "Identified as a victim of trafficking"):
        row = page.split(f"<dt>{fact}</dt>")[1][:150]
        assert "Not known yet" in row, fact


def test_no_name_stands_in_the_title_or_an_address(browser, episode, jordan):
    page = browser.get(page_of(episode)).content.decode()

    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL).group(1)
    addresses = " ".join(re.findall(r'(?:href|action|hx-post)="([^"]*)"', page))
    assert jordan.family_name not in title + addresses
    assert episode.reference in title


# --- Saving -------------------------------------------------------------------------------------


def test_an_answer_is_saved_by_itself_and_the_page_comes_back_to_it(browser, episode, ana, now):
    sent = send(
        browser,
        episode,
        MEDICINE,
        answer="yes",
        evidence="Insulin pen left in the room",
        informant="caregiver",
        true_time="yesterday 9:30 pm",
    )

    assert sent.status_code == 302
    assert sent["Location"] == f"{page_of(episode)}#{MEDICINE}"
    saved = ChecklistAnswer.objects.get()
    assert (saved.key, saved.answer, saved.informant) == (MEDICINE, Said.YES, Informant.CAREGIVER)
    assert saved.evidence == "Insulin pen left in the room"
    assert (saved.true_at, saved.true_precision) == (
        now.replace(hour=3, minute=30),
        Precision.EXACT,
    )
    assert (saved.recorded_by, saved.recorded_at) == (ana, now)
    on_page = piece(browser.get(page_of(episode)), MEDICINE)
    assert "Saved 2:04 a.m. by Ana" in on_page
    assert "Endangered" in on_page
    assert ruleset().items[MEDICINE].words().follow_up in on_page


def test_scripts_get_the_question_and_what_it_changes_and_nothing_else(browser, episode):
    sent = send(browser, episode, MEDICINE, headers=HTMX, answer="yes")

    assert sent.status_code == 200
    words = words_of(sent)
    assert "<html" not in words
    assert words.count("<h4") == 1
    assert re.search(r'id="verdict"[^>]*hx-swap-oob="true"', words)
    assert "Endangered, because the youth needs medicine or medical care" in words
    assert re.search(r'role="status" data-announce="Saved 2:04 a\.m\. by Ana\. Endangered', words)


def test_the_form_that_comes_back_can_be_saved_again(browser, episode):
    first = send(browser, episode, MEDICINE, headers=HTMX, answer="yes", evidence="Inhaler")

    again = form_on(first, MEDICINE) | {"answer": "no"}
    browser.post(item_of(episode, MEDICINE), again, headers=HTMX)

    assert list(episode.answers.values_list("answer", "evidence")) == [
        ("no", "Inhaler"),
        ("yes", "Inhaler"),
    ]


def test_earlier_answers_of_a_question_stay_readable(browser, episode, ana, sam, now):
    check(episode, MEDICINE, Said.DONT_KNOW, by=ana, now=now)
    minute = timedelta(minutes=1)
    check(episode, MEDICINE, Said.YES, by=sam, now=now + minute, evidence="Insulin")

    on_page = piece(browser.get(page_of(episode)), MEDICINE)

    assert "Answers so far (2)" in on_page
    history = on_page.split("Answers so far")[1]
    for words in ("Don't know", "2:04 a.m. CST", "Ana", "Yes", "2:05 a.m. CST", "Sam", "Insulin"):
        assert words in history


def test_a_time_that_is_left_as_it_stands_is_kept_to_the_second(browser, episode, ana, now):
    at = now - timedelta(hours=3, seconds=17)
    check(episode, MEDICINE, Said.YES, by=ana, now=now, true=exactly(at))

    send(browser, episode, MEDICINE, answer="yes", evidence="More is known")

    assert episode.answers.first().true_at == at


def test_evidence_of_markup_is_shown_as_text(browser, episode):
    attack = '<script>alert("x")</script></textarea><img src=x onerror=y>'

    send(browser, episode, MEDICINE, answer="yes", evidence=attack)

    page = browser.get(page_of(episode)).content.decode()
    assert episode.answers.get().evidence == attack
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert form_on(browser.get(page_of(episode)), MEDICINE)["evidence"] == attack


def test_not_asked_yet_alone_is_nothing_to_save(browser, episode):
    refused = send(browser, episode, MEDICINE)

    assert "Select Yes, No or Don’t know first" in words_of(refused)
    assert not episode.answers.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"answer": "maybe"}, "Select one of the answers shown"),
        ({"answer": "declined"}, "Select one of the answers shown"),
        ({"answer": "yes", "true_time": "9 pm"}, "That time is still to come today"),
        ({"answer": "yes", "true_time": "when it rained"}, "Enter a time like 10:30 pm"),
        ({"answer": "yes", "informant": "a bird"}, "Select who or what told you"),
        ({"answer": "yes", "evidence": "x" * 2001}, "Enter at most 2,000 characters"),
    ],
)
@pytest.mark.parametrize("headers", [None, HTMX])
def test_what_cannot_be_saved_is_said_beside_it_and_nothing_typed_is_lost(
    browser, episode, typed, words, headers
):
    answers = {"evidence": "Said so twice", **typed}

    refused = send(browser, episode, MEDICINE, headers=headers, **answers)

    assert refused.status_code == 200
    assert words in words_of(refused)
    assert "This answer is not saved yet" in words_of(refused)
    assert form_on(refused, MEDICINE)["evidence"] == answers["evidence"]
    assert form_on(refused, MEDICINE)["true_time"] == typed.get("true_time", "")
    assert ("<title>Error:" in refused.content.decode()) == (headers is None)
    assert not episode.answers.exists()


def test_a_youth_who_is_back_may_have_chosen_not_to_say(browser, episode, ana, now):
    assert "Youth chose not to say" not in words_of(browser.get(page_of(episode)))
    bring_back(episode, by=ana, now=now)

    sent = send(browser, episode, MEDICINE, answer="declined")

    assert sent.status_code == 302
    assert "1 youth chose not to say" in words_of(browser.get(page_of(episode)))


# --- Two people, late forms, closed episodes ------------------------------------------------------


@pytest.mark.parametrize("headers", [None, HTMX])
def test_the_second_of_two_people_is_told_and_can_put_theirs_above(
    browser, episode, sam, now, headers
):
    shown = form_on(browser.get(page_of(episode)), MEDICINE)
    check(episode, MEDICINE, Said.NO, by=sam, now=now, evidence="Took it along")

    told = browser.post(
        item_of(episode, MEDICINE),
        shown | {"answer": "yes", "evidence": "Pen is here"},
        headers=headers,
    )

    assert "Sam answered No at 2:04 a.m. Yours: Yes. Save again to put yours above it." in (
        words_of(told)
    )
    assert episode.answers.count() == 1
    assert form_on(told, MEDICINE)["evidence"] == "Pen is here"
    assert "Took it along" in words_of(told)

    browser.post(item_of(episode, MEDICINE), form_on(told, MEDICINE), headers=headers)

    assert list(episode.answers.values_list("answer", flat=True)) == ["yes", "no"]


def test_a_form_sent_twice_is_one_answer(browser, episode):
    answers = form_on(browser.get(page_of(episode)), MEDICINE) | {"answer": "yes"}

    sent = [browser.post(item_of(episode, MEDICINE), answers) for _ in range(2)]

    assert [response.status_code for response in sent] == [302, 302]
    assert episode.answers.count() == 1


def test_a_form_sent_again_as_something_else_is_refused_and_can_be_saved(browser, episode):
    answers = form_on(browser.get(page_of(episode)), MEDICINE) | {"answer": "yes"}
    browser.post(item_of(episode, MEDICINE), answers)

    refused = browser.post(item_of(episode, MEDICINE), answers | {"answer": "no"})

    assert "this form had been sent before, for something else" in words_of(refused)
    again = browser.post(item_of(episode, MEDICINE), form_on(refused, MEDICINE))
    assert "Ana answered Yes at 2:04 a.m. Yours: No." in words_of(again)
    browser.post(item_of(episode, MEDICINE), form_on(again, MEDICINE))
    assert episode.answers.first().answer == Said.NO


def test_an_answer_to_a_question_that_is_gone_is_not_lost(browser, episode):
    typed = {"submission_key": str(uuid.uuid4()), "answer": "yes", "evidence": "Kept words"}

    for headers in (None, HTMX):
        told = browser.post(item_of(episode, "push.no_such"), typed, headers=headers)

        assert "There is no such question any more" in words_of(told)
        assert "Kept words" in words_of(told)
    assert browser.get(item_of(episode, "push.no_such")).status_code == 404
    assert not episode.answers.exists()


@pytest.mark.parametrize("key", ["sign.from_care", "sign.push_and_pull"])
def test_what_nobody_is_asked_cannot_be_answered(browser, episode, key):
    told = browser.post(item_of(episode, key), {"answer": "yes", "evidence": "x"})

    assert "There is no such question any more" in words_of(told)
    assert not episode.answers.exists()


def test_a_closed_episode_shows_its_answers_and_takes_none(browser, episode, ana, now):
    check(episode, MEDICINE, Said.YES, by=ana, now=now)
    late = form_on(browser.get(page_of(episode)), TAKEN)
    returns.end_otherwise(
        episode=episode,
        by=ana,
        now=now,
        ended=exactly(now),
        reason=EndReason.OPENED_IN_ERROR,
        why="Was asleep upstairs.",
    )

    page = browser.get(page_of(episode))
    refused = browser.post(item_of(episode, TAKEN), late | {"answer": "yes", "evidence": "Seen"})

    assert "Its answers stay as they are" in words_of(page)
    assert "item__form" not in page.content.decode()
    assert "<strong>Yes</strong>" in piece(page, MEDICINE)
    assert "This episode is closed. Its answers stay as they are." in words_of(refused)
    assert form_on(refused, TAKEN)["evidence"] == "Seen"
    assert episode.answers.count() == 1


def test_an_answer_outlives_the_session(client, browser, episode, ana):
    answers = form_on(browser.get(page_of(episode)), MEDICINE) | {
        "answer": "yes",
        "evidence": "Insulin pen left in the room",
    }
    assert KEPT_FOR in answers
    address = item_of(episode, MEDICINE)

    sent_away = client.post(address, answers)
    client.post(sent_away["Location"], {"login": ana.email, "password": PASSWORD})
    page = client.get(address)

    assert "Your answer is kept: check it and save it." in words_of(page)
    assert form_on(page, MEDICINE)["evidence"] == "Insulin pen left in the room"
    client.post(address, form_on(page, MEDICINE))
    assert episode.answers.get().answer == Said.YES


def test_scripts_of_somebody_signed_out_are_told_so(client, episode):
    assert client.post(item_of(episode, MEDICINE), headers=HTMX).status_code == 401


def test_the_address_of_a_question_leads_to_it(browser, episode):
    assert browser.get(item_of(episode, MEDICINE))["Location"] == f"{page_of(episode)}#{MEDICINE}"


# --- Carried over -----------------------------------------------------------------------------------


@pytest.fixture
def earlier(jordan, ana, now):
    """Jordan was missing in November; then the answer was Yes."""
    then = now - timedelta(days=110)
    past = log(jordan, by=ana, now=then)
    answer = check(
        past,
        ONLINE,
        Said.YES,
        by=ana,
        now=then,
        evidence="A gaming chat",
        informant=Informant.CAREGIVER,
    )
    bring_back(past, by=ana, now=then + timedelta(hours=5))
    return answer


@pytest.fixture
def again(earlier, jordan, ana, now):
    """Jordan is missing again."""
    return log(jordan, by=ana, now=now)


def still_true(response, key) -> dict[str, str]:
    found = re.search(r'<form class="item__earlier".*?</form>', piece(response, key), re.DOTALL)
    assert found
    return fields_on(SimpleNamespace(content=found.group().encode()))


def test_an_earlier_answer_is_offered_never_taken_over(browser, again):
    page = browser.get(page_of(again))

    on_page = piece(page, ONLINE)
    assert "From last episode, Nov 2025: Yes – still true?" in on_page
    assert "A gaming chat" in on_page
    assert form_on(page, ONLINE)["answer"] == Said.NOT_ASKED
    assert "0 of 41 answered" in words_of(page)
    assert not again.answers.exists()


@pytest.mark.parametrize("headers", [None, HTMX])
def test_one_tap_says_that_it_is_still_true(browser, again, earlier, ana, headers):
    answers = still_true(browser.get(page_of(again)), ONLINE)

    browser.post(item_of(again, ONLINE), answers, headers=headers)

    carried = again.answers.get()
    assert carried.carried_from == earlier
    assert (carried.answer, carried.evidence, carried.informant, carried.recorded_by) == (
        Said.YES,
        "A gaming chat",
        Informant.CAREGIVER,
        ana,
    )
    on_page = piece(browser.get(page_of(again)), ONLINE)
    assert "still true?" not in on_page
    assert "Still true, as in the episode of Nov 2025" in on_page


def test_still_true_does_not_cover_what_somebody_answered_meanwhile(browser, again, sam, now):
    answers = still_true(browser.get(page_of(again)), ONLINE)
    check(again, ONLINE, Said.NO, by=sam, now=now)

    told = browser.post(item_of(again, ONLINE), answers)

    assert "Sam answered No at 2:04 a.m. Yours: Yes." in words_of(told)
    assert again.answers.get().answer == Said.NO


def test_only_the_answer_that_was_offered_can_be_carried_over(browser, again, ana, now):
    other = check(again, TAKEN, Said.YES, by=ana, now=now)
    answers = still_true(browser.get(page_of(again)), ONLINE)

    browser.post(item_of(again, ONLINE), answers | {"carried_from": str(other.public_id)})

    assert not again.answers.filter(key=ONLINE).exists()


# --- How much it costs --------------------------------------------------------------------------------


def test_a_full_checklist_asks_the_database_no_more_than_an_empty_one(
    browser, again, ana, sam, now
):
    def queries(address: str) -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    empty = queries(page_of(again))
    for person in (ana, sam):
        for item in ruleset().asked:
            check(again, item.key, Said.YES, by=person, now=now)

    assert queries(page_of(again)) == empty <= 12
