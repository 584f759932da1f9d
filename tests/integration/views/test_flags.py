"""Flags on the pages: why, what is not known, what people decided; and where the mark stands."""

import html
import re
import uuid
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from casework.models import (
    AuditEvent,
    Delivery,
    Flag,
    FlagMark,
    FlagStepKind,
    Informant,
    Known,
    Said,
    SetAsideReason,
)
from casework.notifications import sweep
from casework.operations import flags
from casework.operations.flags import SettingAside
from casework.policies.anchors import Anchor
from risk import ruleset
from tests.factories import EpisodeFactory, UserFactory
from tests.integration.models.rows import a_flag, a_flag_step
from tests.integration.scenes import bring_back, check, fields_on, log, set_time

MEDICINE, WEATHER, ONLINE = "danger.medicine_or_care", "danger.weather", "sign.met_online_left"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTHING_LOW = re.compile(r"\b(low|lower|safe enough|no danger|not urgent|no risk)\b", re.IGNORECASE)


def words_of(response) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text))


def list_of(response) -> str:
    """The words of the lists of youth alone, without how they are sorted."""
    page = response.content.decode()
    tables = re.findall(r'<table class="board".*?</table>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", table) for table in tables)


def panel_of(response) -> str:
    """The words of "Why flagged"."""
    found = re.search(r'<section class="panel why".*?</section>', response.content.decode(), re.S)
    assert found
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found.group())))


def header_of(response) -> str:
    found = re.search(r'<p class="identity__tags">.*?</p>', response.content.decode(), re.S)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.group()))


@pytest.fixture
def browser(as_person, ana):
    return as_person(ana)


@pytest.fixture
def page(browser, episode):
    """Ana looks at the episode."""
    return lambda: browser.get(episode.get_absolute_url())


@pytest.fixture
def answered(episode, ana, now):
    """Ana answers questions with Yes, or as a test says."""

    def answer(*keys, said=Said.YES, at=now, **given):
        for key in keys:
            check(episode, key, said, by=ana, now=at, **given)

    return answer


@pytest.fixture
def flag_of(episode):
    return lambda code: episode.flags.get(code=code)


def address(name, record) -> str:
    return reverse(name, args=[record.public_id])


def setting(now, **fields) -> SettingAside:
    usual = {"reason": SetAsideReason.HANDLED, "why": "Medicine was taken along"}
    return SettingAside(**{**usual, "review_at": now + DAY, **fields})


def set_aside_answers(**answers: str) -> dict[str, str]:
    return {"reason": "handled", "why": "Medicine was taken along", "review": "24h", **answers}


# --- The panel ---------------------------------------------------------------------------------


def test_it_follows_the_actions_and_comes_before_the_duties(page, answered):
    answered(MEDICINE)

    text = page().content.decode()

    assert text.index("Youth located or returned") < text.index('id="why-flagged"')
    assert text.index('id="why-flagged"') < text.index('id="duties"')


def test_sentence_facts_unknowns_rule_and_what_to_do_stand_in_this_order(page, answered, now):
    answered(
        MEDICINE,
        evidence="Insulin pen left in the room <b>today</b>",
        informant=Informant.CAREGIVER,
    )

    panel = panel_of(page())

    order = [
        "Why this youth is flagged",
        "Endangered, because the youth needs medicine",
        "What it rests on",
        "Insulin pen left in the room <b>today</b>",
        "caregiver, recorded Tue Mar 3, 2:04 a.m. CST by Ana",
        "What could change this",
        "Not known yet",
        "A Yes to one of these could change this",
        "By which rule",
        "The youth needs medicine or medical care within 24 hours.",
        "Rule E1, version 2026.1",
        "Source:",
        "What to do differently",
        "Tell police and NCMEC which medicine or care and by when.",
    ]
    places = [panel.index(words) for words in order]
    assert places == sorted(places)


def test_open_questions_lead_to_their_place_on_the_checklist(page, episode):
    text = page().content.decode()

    links = re.findall(rf'href="{address("checklist", episode)}#([a-z_.]+)"', text)
    assert len(links) == 5
    assert set(links) <= {item.key for item in ruleset().asked}


def test_without_a_flag_it_says_how_far_the_questions_are(page, answered):
    answered(MEDICINE, said=Said.NO)

    response = page()

    assert f"Not assessed: 1 of {len(ruleset().tonight)} questions" in panel_of(response)
    assert "Not assessed" in header_of(response)
    assert "Missing" in header_of(response)


def test_with_every_question_answered_no_it_still_says_urgent(page, answered):
    tonight = ruleset().tonight
    answered(*(item.key for item in tonight), said=Said.NO)

    response = page()

    number = len(tonight)
    assert f"No flag so far: {number} of {number} questions" in panel_of(response)
    assert "Every youth who is missing is urgent" in panel_of(response)
    assert "No flag so far" in header_of(response)


@pytest.mark.parametrize("keys", [[], [MEDICINE], [ONLINE]], ids=["none", "danger", "online"])
def test_nothing_says_or_implies_little_danger(page, answered, keys):
    answered(*keys)

    assert NOTHING_LOW.findall(panel_of(page())) == []


def test_facts_that_raise_nothing_are_plain_lines(browser, jordan, ana, now):
    episode = log(jordan, by=ana, now=now, told_at=now - 30 * HOUR)

    panel = panel_of(browser.get(episode.get_absolute_url()))

    assert "On record: The youth is missing from foster care or a facility." in panel
    assert "On record: The youth has been missing for 30 hours." in panel
    assert "Not assessed" in panel


def test_what_others_count_is_not_this_youths_probability(page, answered):
    answered(ONLINE)

    panel = panel_of(page())

    assert "one in seven in 2024" in panel
    assert "one in six in 2022" in panel
    assert "It is not the probability for this youth" in panel


def test_likely_trafficking_asks_whether_the_youth_was_identified(
    page, answered, episode, ana, now
):
    assert "Identified as a victim" not in panel_of(page())
    answered(ONLINE)

    response = page()

    assert "Identified as a victim by police or the agency?" in panel_of(response)
    assert reverse("set_time", args=[episode.public_id, "identified"]) in response.content.decode()
    set_time(episode, Anchor.IDENTIFIED, now, by=ana, now=now)
    assert "Identified as a victim by police or the agency?" not in panel_of(page())


def test_danger_said_at_intake_names_who_said_it(browser, jordan, ana, now):
    episode = log(jordan, by=ana, now=now, in_danger=Known.YES)

    panel = panel_of(browser.get(episode.get_absolute_url()))

    assert "Endangered: Whoever told us said that the youth is in danger right now." in panel
    assert "Raised by Ana, Tue Mar 3, 2:04 a.m. CST." in panel
    assert "ask for an endangered entry" in panel


def test_what_the_facts_no_longer_say_stands_and_says_so(page, answered, now):
    answered(WEATHER)
    answered(WEATHER, said=Said.NO, at=now)

    panel = panel_of(page())

    assert "The facts no longer say so. It stands until someone sets it aside." in panel
    assert "Endangered: The weather or the place is dangerous" in panel


# --- Deciding ----------------------------------------------------------------------------------


def test_confirming_is_one_press_and_names_who(browser, page, answered, flag_of):
    answered(WEATHER)

    after = browser.post(address("confirm_flag", flag_of("E10")), follow=True)

    assert "The flag is confirmed." in words_of(after)
    assert "Confirmed by Ana, Tue Mar 3, 2:04 a.m. CST." in panel_of(page())
    assert address("confirm_flag", flag_of("E10")) not in after.content.decode()


@pytest.mark.parametrize("name", ["confirm_flag", "agree_flag"])
def test_looking_at_the_address_of_a_button_decides_nothing(browser, answered, flag_of, name):
    answered(MEDICINE)

    browser.get(address(name, flag_of("E1")))

    assert flag_of("E1").confirmed_at is None


def test_a_flag_is_set_aside_on_its_own_page(browser, answered, flag_of, now):
    answered(WEATHER)
    form = browser.get(address("set_aside_flag", flag_of("E10")))
    assert fields_on(form)["review"] == "24h"
    assert "In 24 hours (Wed Mar 4, 2:04 a.m. CST)" in words_of(form)

    after = browser.post(
        address("set_aside_flag", flag_of("E10")), set_aside_answers(review="3d"), follow=True
    )

    assert "The flag is set aside. The supervisor is told." in words_of(after)
    flag = flag_of("E10")
    assert (flag.set_aside_reason, flag.review_at) == ("handled", now + 3 * DAY)


def test_it_stays_visible_as_one_line(page, answered, flag_of, ana, now):
    answered(WEATHER)
    flags.set_aside(flag=flag_of("E10"), by=ana, now=now, setting=setting(now))

    response = page()

    assert (
        "Flag set aside by Ana, Tue Mar 3, 2:04 a.m. CST – Medicine was taken along. "
        "Review Wed Mar 4, 2:04 a.m. CST." in panel_of(response)
    )
    assert "Every flag is set aside for now. Every youth who is missing is urgent" in panel_of(
        response
    )
    assert "Raise again" in panel_of(response)
    assert "Flag set aside" in header_of(response)
    assert "Endangered" not in header_of(response)


def test_when_the_review_is_due_the_page_asks_to_look_again(
    as_person, page, answered, flag_of, episode, ana, now, set_clock
):
    answered(WEATHER)
    flags.set_aside(flag=flag_of("E10"), by=ana, now=now, setting=setting(now))
    assert "Look again" not in panel_of(page())

    set_clock(now + DAY)

    browser = as_person(ana)
    due = panel_of(browser.get(episode.get_absolute_url()))
    assert "Review was due Wed Mar 4" in due
    assert "Look again" in due
    form = browser.get(address("set_aside_flag", flag_of("E10")))
    assert fields_on(form)["why"] == "Medicine was taken along"
    browser.post(address("set_aside_flag", flag_of("E10")), set_aside_answers())
    assert flag_of("E10").review_at == now + 2 * DAY


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"reason": ""}, "Select why it is set aside"),
        ({"reason": "whim"}, "Select a valid choice"),
        ({"why": "  "}, "Enter what you know"),
        ({"why": "x" * 301}, "Enter a sentence of at most 300 characters"),
        ({"review": ""}, "Select when somebody looks at it again"),
        ({"review": "never"}, "Select a valid choice"),
    ],
)
def test_a_setting_aside_without_a_part_is_refused_and_nothing_typed_is_lost(
    browser, answered, flag_of, answers, says
):
    answered(WEATHER)
    sent = set_aside_answers(**answers)

    refused = browser.post(address("set_aside_flag", flag_of("E10")), sent)

    assert refused.status_code == 200
    assert says in words_of(refused)
    assert fields_on(refused)["why"].strip() == sent["why"].strip()
    assert flag_of("E10").set_aside_at is None


def test_the_second_to_set_it_aside_learns_who_was_first_and_keeps_the_words(
    browser, answered, flag_of, sam, now
):
    answered(WEATHER)
    flags.set_aside(flag=flag_of("E10"), by=sam, now=now, setting=setting(now))

    refused = browser.post(
        address("set_aside_flag", flag_of("E10")), set_aside_answers(why="Snow has stopped")
    )

    assert "Sam has set this flag aside already." in words_of(refused)
    assert fields_on(refused)["why"] == "Snow has stopped"


def test_the_same_form_sent_twice_is_one_setting_aside(browser, answered, flag_of):
    answered(WEATHER)
    where = address("set_aside_flag", flag_of("E10"))
    browser.post(where, set_aside_answers())

    again = browser.post(where, set_aside_answers(), follow=True)

    assert "You have set this flag aside already." in words_of(again)
    steps = flag_of("E10").steps.filter(kind=FlagStepKind.SET_ASIDE)
    assert steps.count() == 1


def test_a_medical_flag_says_that_it_counts_until_another_person_agrees(
    browser, as_person, page, answered, flag_of, episode, sam
):
    answered(MEDICINE)
    where = address("set_aside_flag", flag_of("E1"))
    assert "This one takes two people" in words_of(browser.get(where))

    after = browser.post(where, set_aside_answers(), follow=True)

    assert "The flag still counts until someone else agrees." in words_of(after)
    assert "It still counts until someone else agrees" in panel_of(page())
    assert "Endangered" in header_of(page())
    assert "Agree to set it aside" not in panel_of(page())
    theirs = as_person(sam).get(episode.get_absolute_url())
    assert "It still counts until a second person agrees" in panel_of(theirs)
    assert "Agree to set it aside" in panel_of(theirs)
    agreed = as_person(sam).post(address("agree_flag", flag_of("E1")), follow=True)
    assert "You agreed. The flag is set aside." in words_of(agreed)
    assert "Sam agreed." in panel_of(page())


def test_what_cannot_be_done_is_said(browser, answered, flag_of, ana, now):
    answered(MEDICINE, WEATHER)
    for code in ("E1", "E10"):
        flags.set_aside(flag=flag_of(code), by=ana, now=now, setting=setting(now))

    agreed = browser.post(address("agree_flag", flag_of("E1")), follow=True)
    confirmed = browser.post(address("confirm_flag", flag_of("E10")), follow=True)

    assert "Someone else must agree" in words_of(agreed)
    assert "Raise it again, with the reason." in words_of(confirmed)


def test_a_new_fact_brings_it_back_and_says_why(page, answered, flag_of, ana, now):
    answered(ONLINE)
    flags.set_aside(flag=flag_of("S1"), by=ana, now=now, setting=setting(now))

    answered("sign.branding", at=now + HOUR)

    assert "Back because the youth" in panel_of(page())
    assert "Flag back: Signs present" in words_of(page())


def test_a_person_raises_a_flag_with_one_reason(browser, page, episode):
    form = browser.get(address("raise_flag", episode))
    assert fields_on(form)["mark"] == "endangered"

    after = browser.post(
        address("raise_flag", episode),
        {"mark": "endangered", "why": "Left without shoes", "submission_key": str(uuid.uuid4())},
        follow=True,
    )

    assert "The flag is raised." in words_of(after)
    assert "Left without shoes" in panel_of(after)
    assert "Endangered" in header_of(after)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"mark": "endangered", "why": ""}, "Enter why you raise it"),
        ({"mark": "low", "why": "No coat"}, "Select a valid choice"),
        ({"mark": "", "why": "No coat"}, "Select what it is"),
    ],
)
def test_raising_without_a_reason_is_refused(browser, episode, answers, says):
    refused = browser.post(address("raise_flag", episode), answers)

    assert says in words_of(refused)
    assert not episode.flags.exists()


def test_a_flag_for_a_youth_who_is_back_is_refused_in_words(browser, episode, ana, now, page):
    bring_back(episode, by=ana, now=now)

    refused = browser.post(
        address("raise_flag", episode),
        {"mark": "endangered", "why": "No coat", "submission_key": str(uuid.uuid4())},
    )

    assert "The youth is not missing any more." in words_of(refused)
    assert fields_on(refused)["why"] == "No coat"
    assert "Raise a flag" not in panel_of(page())


def test_raise_again_starts_from_the_mark_that_was_set_aside(browser, episode):
    form = browser.get(f"{address('raise_flag', episode)}?mark=likely_trafficking")

    assert fields_on(form)["mark"] == "likely_trafficking"


def test_markup_in_a_reason_is_only_text(browser, episode):
    after = browser.post(
        address("raise_flag", episode),
        {
            "mark": "endangered",
            "why": "<script>alert(1)</script>",
            "submission_key": str(uuid.uuid4()),
        },
        follow=True,
    )

    assert "<script>alert(1)" not in after.content.decode()
    assert "<script>alert(1)</script>" in html.unescape(after.content.decode())


def test_whoever_reads_a_flag_to_set_it_aside_leaves_a_trace(browser, answered, flag_of, ana):
    answered(WEATHER)

    browser.get(address("set_aside_flag", flag_of("E10")))

    event = AuditEvent.objects.get(event="flag.read")
    assert (event.by, event.subject_id) == (ana.public_id, flag_of("E10").public_id)


# --- The mark everywhere -----------------------------------------------------------------------


def test_the_mark_stands_wherever_the_youth_does(browser, answered, episode, now, as_person, oona):
    answered(ONLINE)
    sweep.address_due(now=now)
    duty = episode.duties.get(code="report_to_police")

    pages = {
        "header": header_of(browser.get(episode.get_absolute_url())),
        "caseload": list_of(browser.get("/")),
        "duty": words_of(browser.get(duty.get_absolute_url())),
        "inbox": words_of(browser.get("/reminders")),
        "matches": words_of(browser.post("/log/matches", {"name": "Jordan Quillfeather"})),
        "on call": list_of(as_person(oona).get("/")),
    }

    for name, words in pages.items():
        assert "Endangered" in words, name
        assert "Likely trafficking" in words, name
    assert "The youth left to meet someone met online." in pages["caseload"]


def test_a_caseload_says_who_is_not_assessed(browser, episode, answered):
    assert "Not assessed" in list_of(browser.get("/"))

    answered(*(item.key for item in ruleset().tonight), said=Said.NO)

    assert "No flag so far" in list_of(browser.get("/"))


def test_a_flag_that_was_set_aside_leaves_the_lists(browser, answered, flag_of, ana, now):
    answered(WEATHER)
    flags.set_aside(flag=flag_of("E10"), by=ana, now=now, setting=setting(now))

    words = list_of(browser.get("/"))

    assert "Endangered" not in words
    assert "Flag set aside" in words


def test_a_message_about_a_flag_leads_to_why(browser, answered, flag_of, episode, ana, now):
    answered(MEDICINE)
    sweep.address_due(now=now)
    message = Delivery.objects.inbox_of(ana).get(reminder__flag=flag_of("E1"))

    inbox = words_of(browser.get("/reminders"))
    opened = browser.get(reverse("reminder", args=[message.public_id]))

    assert "Flag raised: Endangered" in inbox
    assert opened["Location"] == f"{episode.get_absolute_url()}#why-flagged"


def test_flags_that_wait_for_a_decision_lead_the_inbox_once_each(
    browser, answered, flag_of, ana, now
):
    answered(MEDICINE, WEATHER)
    flags.confirm(flag=flag_of("E10"), by=ana, now=now)
    sweep.address_due(now=now)

    context = browser.get("/reminders").context

    assert [row.title for row in context["flags"]] == [
        "Flag raised: Endangered. The youth needs medicine or medical care within 24 hours."
    ]
    assert any(row.title.startswith("Flag confirmed: Endangered.") for row in context["past"])


def test_a_youth_who_is_back_leaves_no_flag_to_look_at(browser, answered, episode, ana, now):
    answered(MEDICINE)
    sweep.address_due(now=now)
    bring_back(episode, by=ana, now=now)

    assert browser.get("/reminders").context["flags"] == []


def test_a_message_says_how_the_flag_stands_now(
    as_person, sam, answered, flag_of, ana, now, set_clock
):
    answered(MEDICINE)
    sweep.address_due(now=now)
    flags.set_aside(flag=flag_of("E1"), by=ana, now=now, setting=setting(now))

    assert "Flag waits for a second person to agree" in words_of(as_person(sam).get("/reminders"))
    flags.agree(flag=flag_of("E1"), by=sam, now=now)
    assert "Flag set aside: Endangered" in words_of(as_person(sam).get("/reminders"))
    set_clock(now + DAY)
    assert "to be looked at again" in words_of(as_person(sam).get("/reminders"))


def test_a_message_about_an_episode_that_moved_away_says_nothing(
    browser, answered, flag_of, episode, ana, now, other_unit
):
    answered(MEDICINE)
    sweep.address_due(now=now)
    message = Delivery.objects.inbox_of(ana).get(reminder__flag=flag_of("E1"))
    episode.refresh_from_db()
    episode.unit = other_unit
    episode.save()

    inbox = words_of(browser.get("/reminders"))
    opened = browser.get(reverse("reminder", args=[message.public_id]))

    assert "An item that is not yours now" in inbox
    assert "Endangered" not in inbox
    assert "Quillfeather" not in inbox
    assert "This item is not yours any more" in words_of(opened)


def test_the_timeline_tells_what_happened_to_a_flag(page, answered, flag_of, ana, now):
    answered(WEATHER)
    flags.confirm(flag=flag_of("E10"), by=ana, now=now)

    words = words_of(page())
    assert "Flag raised: Endangered" in words
    assert "by the rules" in words
    assert "Flag confirmed: Endangered" in words
    assert "Rule E10: The weather or the place is dangerous" in words


# --- How the rules fare ------------------------------------------------------------------------


def fared(code, kind, *, times, at, flag=None):
    flag = flag or a_flag(code=code)
    for _ in range(times):
        a_flag_step(flag=flag, kind=kind, at=at)


@pytest.fixture
def review(as_person, adam):
    return lambda: words_of(as_person(adam).get("/flags"))


def test_before_any_flag_the_page_says_so(review):
    assert "No flag has been raised yet." in review()


def test_it_counts_by_rule_lately_and_in_all(review, as_person, adam, answered, flag_of, ana, now):
    answered(WEATHER)
    flags.set_aside(flag=flag_of("E10"), by=ana, now=now, setting=setting(now))
    fared("E10", FlagStepKind.RAISED, times=2, at=now - 91 * DAY, flag=flag_of("E10"))

    rows = as_person(adam).get("/flags").context["review"].rows

    (row,) = [row for row in rows if row.code == "E10"]
    assert (row.raised.recent, row.raised.ever) == (1, 3)
    assert (row.set_aside.recent, row.confirmed.recent, row.undecided) == (1, 0, 0)
    assert row.reasons == ["Already handled: 1"]
    assert "Already handled: 1" in review()


@pytest.mark.parametrize(
    ("raised", "back", "aside", "asks"),
    [(20, 0, 11, True), (20, 0, 10, False), (19, 0, 19, False), (15, 5, 11, True)],
)
def test_a_rule_set_aside_in_over_half_of_twenty_asks_for_a_review(
    review, now, raised, back, aside, asks
):
    flag = a_flag()
    fared("E10", FlagStepKind.RAISED, times=raised, at=now, flag=flag)
    fared("E10", FlagStepKind.BACK, times=back, at=now, flag=flag)
    for _ in range(aside):
        a_flag_step(flag=flag, kind=FlagStepKind.SET_ASIDE, at=now, reason="facts_wrong")

    assert ("Rule E10 asks for a review" in review()) == asks
    assert (f"Set aside {aside} times of {raised + back} in 90 days." in review()) == asks


def test_what_was_long_ago_asks_for_nothing(review, now):
    flag = a_flag()
    for kind in (FlagStepKind.RAISED, FlagStepKind.SET_ASIDE):
        for _ in range(30):
            a_flag_step(flag=flag, kind=kind, at=now - 91 * DAY, reason="handled")

    assert "asks for a review" not in review()


def test_it_names_no_youth_no_worker_and_no_episode(review, as_person, adam, answered, episode):
    answered(WEATHER, evidence="Seen at the lake")

    page = as_person(adam).get("/flags").content.decode()

    for secret in ("Quillfeather", "Ana", episode.reference, str(episode.public_id), "lake"):
        assert secret not in page, secret


def test_people_count_as_well_and_a_retired_rule_keeps_its_row(review, now, ana):
    a_flag(code="T99")
    a_flag_step(flag=Flag.objects.get(), at=now)
    by_hand = a_flag(code="person", raised_by=UserFactory())
    a_flag_step(flag=by_hand, at=now)

    words = review()

    assert "A person raised it" in words
    assert "A rule of an earlier version." in words


# --- In a terminal -----------------------------------------------------------------------------


def explained(*words) -> list[str]:
    out = StringIO()
    call_command("explain_assessment", *words, stdout=out)
    return out.getvalue().splitlines()


def test_the_command_prints_the_reasons_of_the_page(page, answered, episode, flag_of, ana, now):
    answered(MEDICINE, ONLINE, evidence="Insulin pen left in the room")
    flags.set_aside(flag=flag_of("S1"), by=ana, now=now, setting=setting(now))
    flags.raise_by_hand(
        episode=episode, by=ana, now=now, mark=FlagMark.ENDANGERED, why="Left without shoes"
    )

    lines = explained(episode.reference)

    panel = panel_of(page())
    assert lines[0] in panel
    questions = [
        line.removeprefix("A Yes could change this: ") for line in lines if "A Yes" in line
    ]
    assert questions
    for question in questions:
        assert question in panel
    assert any(line.startswith("Flag set aside by Ana") for line in lines)
    assert any("Left without shoes" in line for line in lines[1:])
    for code in ("T3", "E1"):
        assert any(f"Rule {code}:" in line for line in lines), code
    assert not any("Rule S1:" in line for line in lines)
    assert "Every youth who is missing is urgent" in lines[-1]


def test_the_command_takes_an_id_or_a_reference_in_any_case(episode):
    by_id = explained(str(episode.public_id))

    assert by_id == explained(episode.reference.lower())


@pytest.mark.parametrize("named", ["NOSUCH1", str(uuid.uuid4()), ""])
def test_the_command_says_what_to_give_where_there_is_no_such_episode(db, named):
    with pytest.raises(CommandError, match="Give the reference"):
        explained(named)


def test_the_command_names_no_youth(episode, answered):
    answered(ONLINE)

    assert "Quillfeather" not in "\n".join(explained(episode.reference))


def test_reassess_judges_what_another_version_judged_and_says_what_changed(
    episode, answered, now, monkeypatch
):
    other = EpisodeFactory()
    check(other, WEATHER, Said.YES, by=other.recorded_by, now=now)
    out, progress = StringIO(), StringIO()
    call_command("reassess", stdout=out, stderr=progress)
    assert "0 open episodes were judged by version 2026.1; 0 changed." in out.getvalue()

    episode.youth.born_on = now.date().replace(year=now.year - 12)
    episode.youth.save()
    another = replace(ruleset(), digest="0" * 16)
    monkeypatch.setattr("casework.operations.assessing.ruleset", lambda: another)
    out = StringIO()
    call_command("reassess", stdout=out, stderr=progress)

    assert "2 open episodes were judged" in out.getvalue()
    assert "E11: raised in 1 episode. The youth is 12 years old or younger." in out.getvalue()
    assert "2 judged of 2 open" in progress.getvalue()
