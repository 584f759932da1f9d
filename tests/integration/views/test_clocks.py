"""The pages on which clocks rest: a moment, what the rules ask, and whose rules apply."""

import html
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.access.kept_answers import KEPT_FOR
from casework.models import Known, Outcome
from casework.policies.anchors import Anchor
from casework.policies.conditions import Condition
from tests.factories import PASSWORD, UnitFactory, YouthFactory
from tests.integration.scenes import answer, bring_back, fields_on, log, record, set_time

MINUTE = timedelta(minutes=1)
WHY = "The caregiver called again."


def words_of(response) -> str:
    return html.unescape(response.content.decode())


def at(typed: str, **more: str) -> dict[str, str]:
    """What a browser sends of a typed moment."""
    return {"happened": "earlier", "happened_time": typed, "why": WHY, **more}


def send(browser, address: str, answers: dict[str, str]):
    """Open the page, fill in these answers and send it; the page that follows."""
    shown = fields_on(browser.get(address))
    return browser.post(address, shown | answers, follow=True)


@pytest.fixture
def browser(as_person, ana):
    return as_person(ana)


@pytest.fixture
def florida(ana, unit, now):
    """A youth of Ana's unit is missing by the rules of Florida."""
    unit.jurisdiction, unit.time_zone = "us-fl", "America/New_York"
    unit.save()
    return log(YouthFactory(unit=unit), by=ana, now=now)


def time_page(episode, anchor) -> str:
    return reverse("set_time", args=[episode.public_id, anchor.value])


def asked_page(episode) -> str:
    return reverse("circumstances", args=[episode.public_id])


def rules_page(episode, **to: str) -> str:
    query = f"?jurisdiction={to['to']}&time_zone={to['zone']}" if to else ""
    return reverse("change_rules", args=[episode.public_id]) + query


# --- A moment ------------------------------------------------------------------------------------


def test_a_moment_that_is_not_known_yet_is_asked_for(browser, episode):
    page = words_of(browser.get(time_page(episode, Anchor.DETERMINED_MISSING)))

    assert "When did the agency decide that the youth is missing?" in page
    assert "Not known yet." in page
    assert "Just now (2:04 a.m.)" in page


def test_the_page_says_what_stands(browser, episode):
    page = words_of(browser.get(time_page(episode, Anchor.TOLD)))

    assert "It now says: <strong>Tue Mar 3, 1:52 a.m. CST</strong>." in page


def test_what_moved_is_said_on_the_episode_page(browser, episode, police):
    page = send(browser, time_page(episode, Anchor.DETERMINED_MISSING), at("2 am"))

    episode.refresh_from_db()
    police.refresh_from_db()
    assert page.redirect_chain == [(episode.get_absolute_url(), 302)]
    assert episode.determined_missing_at == police.due_at - timedelta(hours=2)
    assert (
        "Report to police: 8 min later, due Tue Mar 3, 4:00 a.m. CST instead of Tue Mar 3, "
        "3:52 a.m. CST (within 2 hours after the agency decided that the youth is missing)."
    ) in words_of(page)
    assert WHY in words_of(page)  # on the timeline


def test_what_is_overdue_because_of_it_is_said_plainly_and_first(browser, episode):
    page = words_of(send(browser, time_page(episode, Anchor.TOLD), at("yesterday 11 pm")))

    said = page[page.index("Agency told is set.") :]
    assert said.index("It is overdue by 1 h 4 min.") < 400
    assert "Report to police: 2 h 52 min earlier, due Tue Mar 3, 1:00 a.m. CST" in said


def test_a_done_duty_is_not_called_overdue(browser, episode, police, ana, now):
    record(police, Outcome.DONE, by=ana, now=now)
    record(episode.duties.get(code="report_to_ncmec"), Outcome.DONE, by=ana, now=now)

    page = send(browser, time_page(episode, Anchor.TOLD), at("yesterday 11 pm"))

    assert "Report to police (done): 2 h 52 min earlier" in words_of(page)
    assert "It is overdue by" not in words_of(page)
    assert "1 h 4 min late" in words_of(page)


def test_a_clock_that_stands_still_is_not_called_overdue(browser, episode, ana, now, set_clock):
    bring_back(episode, by=ana, now=now)
    set_clock(now + timedelta(hours=9))

    page = send(browser, time_page(episode, Anchor.TOLD), at("Mar 3 1:50 am"))

    assert "Report to police: 2 min earlier" in words_of(page)
    assert "It is overdue by" not in words_of(page)


def test_nothing_moved_is_said_too(browser, episode):
    page = send(browser, time_page(episode, Anchor.LAST_SEEN), at("yesterday 10:30 pm"))

    assert "Last seen is set. No due time moved." in words_of(page)


def test_not_known_after_all(browser, episode, ana, now):
    set_time(episode, Anchor.DETERMINED_MISSING, now, by=ana, now=now)
    address = time_page(episode, Anchor.DETERMINED_MISSING)
    shown = fields_on(browser.get(address))

    browser.post(address, shown | {"happened": "not_known", "why": "It was another youth."})

    episode.refresh_from_db()
    assert episode.determined_missing_at is None


@pytest.mark.parametrize("anchor", [Anchor.TOLD])
def test_what_is_always_known_is_not_offered_as_unknown(browser, episode, anchor):
    assert "Not known</label>" not in words_of(browser.get(time_page(episode, anchor)))


NOT_SAVED = [
    ("nothing", {}, "happened", "Select when it happened"),
    ("no time", at(""), "happened_time", "Enter about what time, for example 6:15 am"),
    ("future", at("Mar 4 10 pm"), "happened_time", "The time must be now or earlier"),
    ("not a time", at("soon"), "happened_time", "Enter a time like 10:30 pm"),
    (
        "before told",
        at("1:51 am"),
        "happened_time",
        "cannot be earlier than this: Agency told is Tue Mar 3, 1:52 a.m. CST. Change one of them.",
    ),
    (
        "the day alone",
        at("Mar 3"),
        "happened_time",
        "Enter the time too, for example about 6 am: Agency told is Tue Mar 3, 1:52 a.m. CST",
    ),
]


@pytest.mark.parametrize(
    ("answers", "field", "says"),
    [pytest.param(*row, id=name) for name, *row in NOT_SAVED],
)
def test_what_cannot_be_saved_says_why_beside_its_field_and_keeps_what_was_typed(
    browser, episode, answers, field, says
):
    page = browser.post(time_page(episode, Anchor.DETERMINED_MISSING), answers)

    assert page.status_code == 200
    assert any(says in error for error in page.context["form"].errors[field])
    assert says in words_of(page)
    typed = {name: value for name, value in answers.items() if value}
    assert typed.items() <= fields_on(page).items()
    episode.refresh_from_db()
    assert episode.determined_missing_at is None
    assert not episode.notes.exists()


def test_a_correction_says_how_one_knows(browser, episode):
    page = send(browser, time_page(episode, Anchor.TOLD), at("1:50 am", why=""))

    assert "Enter how you know, for example: the caregiver called again" in words_of(page)
    assert fields_on(page)["happened_time"] == "1:50 am"


def test_what_was_not_known_needs_no_reason(browser, episode, now):
    send(browser, time_page(episode, Anchor.DETERMINED_MISSING), at("2 am", why=""))

    episode.refresh_from_db()
    assert episode.determined_missing_at == now - 4 * MINUTE


def test_a_day_alone_is_not_enough_for_when_the_agency_was_told(browser, episode):
    page = send(browser, time_page(episode, Anchor.TOLD), at("Mar 2"))

    assert "Enter the time too, for example about 6 am" in words_of(page)


def test_an_hour_that_the_clocks_repeat_is_asked_for(browser, ana, unit, now, set_clock):
    sunday = now.replace(month=11, day=1, hour=12)  # 6 a.m. in Missouri
    set_clock(sunday)
    browser.force_login(ana)
    told = sunday.replace(hour=6, minute=0)  # 1 a.m. CDT, before the clocks went back
    episode = log(YouthFactory(unit=unit), by=ana, now=sunday, told_at=told)
    address = time_page(episode, Anchor.DETERMINED_MISSING)

    page = browser.post(address, at("1:30 am"))
    assert "After the clocks changed (CST)" in words_of(page)
    browser.post(address, at("1:30 am", happened_fold="1"))

    episode.refresh_from_db()
    assert episode.determined_missing_at == told + timedelta(hours=1, minutes=30)


def test_an_hour_that_the_clocks_skip_is_refused(browser, ana, unit, now, set_clock):
    sunday = now.replace(day=8, hour=12)
    set_clock(sunday)
    browser.force_login(ana)
    episode = log(YouthFactory(unit=unit), by=ana, now=sunday, told_at=sunday.replace(hour=7))

    page = browser.post(time_page(episode, Anchor.DETERMINED_MISSING), at("2:30 am"))

    assert page.status_code == 200
    assert "happened_time" in page.context["form"].errors


def test_told_into_another_episode_is_refused_on_the_page(browser, jordan, ana, now, set_clock):
    bring_back(log(jordan, by=ana, now=now), by=ana, now=now + 60 * MINUTE)
    again = log(jordan, by=ana, now=now + 180 * MINUTE)
    set_clock(now + 200 * MINUTE)

    page = send(browser, time_page(again, Anchor.TOLD), at("2:30 am"))

    assert "Another episode of this youth lasted then. Check the day" in words_of(page)


def test_someone_set_it_meanwhile_and_the_second_person_decides(
    browser, as_person, sam, episode, now
):
    address = time_page(episode, Anchor.DETERMINED_MISSING)
    shown = fields_on(browser.get(address))
    as_person(sam).post(address, at("2 am"))

    page = browser.post(address, shown | at("1:58 am"))

    assert "Someone has changed this meanwhile. It now says: Tue Mar 3, 2:00 a.m. CST." in (
        words_of(page)
    )
    assert "Your entry is not saved yet." in words_of(page)
    assert fields_on(page)["happened_time"] == "1:58 am"
    browser.post(address, fields_on(page))
    episode.refresh_from_db()
    assert episode.determined_missing_at == now - 6 * MINUTE
    assert "It said before: Tue Mar 3, 2:00 a.m. CST." in episode.notes.order_by("-id")[0].text


@pytest.mark.parametrize("seen", ["", "yesterday", "0001-01-01T00:00:00+00:00", "9" * 400, "2026"])
def test_a_made_up_hidden_field_counts_as_nothing_seen(browser, episode, seen):
    page = browser.post(time_page(episode, Anchor.TOLD), at("1:50 am", seen=seen))

    assert "Someone has changed this meanwhile." in words_of(page)


@pytest.mark.parametrize(
    "name", ["first_report_made", "police_report_made", "flagged", "located", "returned", "lunch"]
)
def test_what_is_no_moment_to_be_entered_has_no_page(browser, episode, name):
    address = reverse("set_time", args=[episode.public_id, name])

    assert browser.get(address).status_code == browser.post(address, at("2 am")).status_code == 404


def test_a_recorded_return_can_be_put_right(browser, episode, ana, now):
    bring_back(episode, by=ana, now=now)
    address = time_page(episode, Anchor.RETURNED)

    page = send(browser, address, at("2 am"))

    episode.refresh_from_db()
    assert episode.returned_at == episode.ended_at == now - 4 * MINUTE
    assert "Screen for trafficking: 4 min earlier" in words_of(page)


def test_answers_sent_after_the_session_ended_are_kept(client, browser, ana, episode):
    address = time_page(episode, Anchor.DETERMINED_MISSING)
    shown = fields_on(browser.get(address))

    sent = client.post(address, at("2 am") | {KEPT_FOR: shown[KEPT_FOR]})
    assert sent["Location"].startswith(reverse("account_login"))
    client.post(
        reverse("account_login"), {"login": ana.email, "password": PASSWORD, "next": address}
    )
    page = client.get(address)

    assert fields_on(page)["happened_time"] == "2 am"
    assert fields_on(page)["why"] == WHY
    assert client.post(address, fields_on(page)).status_code == 302


@pytest.mark.parametrize("page", ["set_time", "circumstances", "rules"])
def test_no_title_or_address_names_the_youth(as_person, sam, episode, jordan, page):
    address = {
        "set_time": time_page(episode, Anchor.TOLD),
        "circumstances": asked_page(episode),
        "rules": rules_page(episode),
    }[page]

    seen = words_of(as_person(sam).get(address))

    title = seen[seen.index("<title>") : seen.index("</title>")]
    assert jordan.family_name not in title
    assert episode.reference in title


# --- What the rules ask --------------------------------------------------------------------------


def test_the_page_asks_what_these_rules_depend_on_and_nothing_else(browser, florida):
    page = words_of(browser.get(asked_page(florida)))

    assert Condition.EXIGENT.question in page
    assert Condition.EXIGENT.hint in page
    assert Condition.PARENTAL_RIGHTS_ENDED.question not in page


def test_nothing_is_answered_beforehand(browser, florida):
    shown = fields_on(browser.get(asked_page(florida)))

    assert shown["exigent"] == Known.NOT_KNOWN


def test_an_answer_is_kept_and_what_it_moved_is_said(browser, florida, ana):
    address = asked_page(florida)

    page = send(browser, address, {"exigent": "no"})

    assert page.redirect_chain == [(florida.get_absolute_url(), 302)]
    assert "Saved.<br>Report to police: " in words_of(page)
    assert "if no exigent criterion applies" in words_of(page)
    assert florida.circumstances.get().recorded_by == ana
    assert fields_on(browser.get(address))["exigent"] == "no"


@pytest.mark.parametrize("value", ["", "perhaps"])
def test_an_answer_that_is_none_is_refused_beside_its_question(browser, florida, value):
    page = send(browser, asked_page(florida), {"exigent": value})

    assert page.status_code == 200
    assert "exigent" in page.context["form"].errors
    assert not florida.circumstances.exists()


def test_someone_answered_meanwhile_and_nothing_is_overwritten_unseen(browser, sam, florida, now):
    address = asked_page(florida)
    shown = fields_on(browser.get(address))
    answer(florida, by=sam, now=now, exigent=Known.YES)

    page = browser.post(address, shown | {"exigent": "no"})

    assert "Sam has answered meanwhile, Tue Mar 3, 3:04 a.m. EST." in words_of(page)
    assert "Your answers are not saved yet" in words_of(page)
    assert florida.circumstances.get().holds == Known.YES
    browser.post(address, fields_on(page))
    assert florida.circumstances.order_by("-id")[0].holds == Known.NO


def test_rules_that_ask_for_nothing_say_so(browser, ana, unit, now, monkeypatch):
    monkeypatch.setattr("casework.views.clocks.asked_conditions", lambda _reading: [])
    episode = log(YouthFactory(unit=unit), by=ana, now=now)

    page = words_of(browser.get(asked_page(episode)))

    assert "ask for nothing besides times" in page
    assert "Save and move the clocks" not in page


def test_what_follows_from_the_age_is_said_on_the_episode_page(browser, ana, unit, now):
    unit.jurisdiction = "us-fl"
    unit.save()
    episode = log(YouthFactory(unit=unit, born_on=date(2014, 6, 1)), by=ana, now=now)

    assert "Yes, by the youth's age" in words_of(browser.get(episode.get_absolute_url()))


# --- Whose rules ---------------------------------------------------------------------------------

KENTUCKY = {"to": "us-ky", "zone": "America/New_York"}


@pytest.fixture
def sams(as_person, sam):
    return as_person(sam)


def test_a_caseworker_does_not_change_the_rules(browser, episode):
    address = rules_page(episode, **KENTUCKY)

    assert browser.get(address).status_code == browser.post(address).status_code == 403


def test_nothing_is_confirmed_before_the_differences_were_seen(sams, episode):
    page = words_of(sams.get(rules_page(episode)))

    assert "goes by the rules of Missouri" in page
    assert "Show what would change" in page
    assert "Use these rules" not in page


def test_the_differences_are_shown_and_nothing_changes_yet(sams, episode, police):
    page = words_of(sams.get(rules_page(episode, **KENTUCKY)))

    assert "What would change under the rules of Kentucky" in page
    assert (
        "Report to police: 10 h later, due Tue Mar 3, 2:52 p.m. EST instead of Tue Mar 3, "
        "4:52 a.m. EST"
    ) in page
    assert "Tell the juvenile officer: no longer asked for" in page
    police.refresh_from_db()
    assert police.rule.startswith("within 2 hours")


def test_confirmed_with_a_reason_the_rules_apply(sams, episode):
    address = rules_page(episode, **KENTUCKY)

    page = send(sams, address, {"why": "The court is in Kentucky."})

    episode.refresh_from_db()
    assert (episode.jurisdiction, episode.time_zone) == ("us-ky", "America/New_York")
    assert page.redirect_chain == [(episode.get_absolute_url(), 302)]
    assert "The rules of Kentucky apply now." in words_of(page)
    assert "The court is in Kentucky." in words_of(page)


def test_without_a_reason_nothing_changes_and_the_differences_stay_on_the_page(sams, episode):
    address = rules_page(episode, **KENTUCKY)

    page = send(sams, address, {"why": ""})

    assert "Enter why these rules apply" in words_of(page)
    assert "Report to police: 10 h later" in words_of(page)
    episode.refresh_from_db()
    assert episode.jurisdiction == "us-mo"


def test_a_reason_sent_after_the_session_ended_is_kept_with_the_differences(
    client, sams, sam, episode
):
    address = rules_page(episode, **KENTUCKY)
    shown = fields_on(sams.get(address)) | {"why": "The court is in Kentucky."}
    back = rules_page(episode)  # signing in leads to the page without its query

    client.post(address, shown)
    client.post(reverse("account_login"), {"login": sam.email, "password": PASSWORD, "next": back})
    page = client.get(back)

    assert "Report to police: 10 h later" in words_of(page)
    assert fields_on(page)["why"] == "The court is in Kentucky."
    client.post(address, fields_on(page))
    episode.refresh_from_db()
    assert episode.jurisdiction == "us-ky"


def test_somebody_changed_the_rules_meanwhile(sams, as_person, oona, episode):
    address = rules_page(episode, **KENTUCKY)
    shown = fields_on(sams.get(address)) | {"why": "The court is in Kentucky."}
    florida = rules_page(episode, to="us-fl", zone="America/New_York")
    hers = as_person(oona)
    hers.post(florida, fields_on(hers.get(florida)) | {"why": "It is in Florida."})

    page = sams.post(address, shown)

    assert "Someone has changed the rules meanwhile. Look at the differences again." in (
        words_of(page)
    )
    episode.refresh_from_db()
    assert episode.jurisdiction == "us-fl"


@pytest.mark.parametrize(
    ("to", "zone", "says"),
    [
        ("us-zz", "America/Chicago", "Select a jurisdiction from the list"),
        ("us-ky", "Mars/Olympus", "Select a time zone from the list"),
        ("", "", "Select a jurisdiction"),
    ],
)
def test_rules_or_a_zone_that_do_not_exist_are_refused(sams, episode, to, zone, says):
    page = sams.get(rules_page(episode, to=to, zone=zone))

    assert page.status_code == 200
    assert says in words_of(page)
    assert "Use these rules" not in words_of(page)


def test_the_same_rules_would_change_nothing(sams, episode):
    page = words_of(sams.get(rules_page(episode, to="us-mo", zone="America/Chicago")))

    assert "No duty and no due time would change." in page


def test_an_ended_episode_keeps_its_rules(sams, episode, ana, now):
    bring_back(episode, by=ana, now=now)

    page = sams.get(rules_page(episode, **KENTUCKY), follow=True)

    assert "The episode has ended. It keeps the rules that it was judged by." in words_of(page)


# --- Queries -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "at_most"), [("set_time", 10), ("circumstances", 10), ("rules", 13)]
)
def test_pages_ask_as_often_for_many_duties_as_for_few(as_person, sam, now, unit, page, at_most):
    asked = []
    for jurisdiction in ("us", "us-tn"):
        home = UnitFactory(jurisdiction=jurisdiction, parent=unit)
        episode = log(YouthFactory(unit=home), by=sam, now=now)
        address = {
            "set_time": time_page(episode, Anchor.LAST_SEEN),
            "circumstances": asked_page(episode),
            "rules": rules_page(episode, **KENTUCKY),
        }[page]
        browser = as_person(sam)
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        asked.append(len(queries))

    few, many = asked
    assert many == few <= at_most


def test_setting_a_moment_asks_as_often_however_many_duties_move(browser, ana, unit, now):
    asked = []
    for jurisdiction in ("us-dc", "us-tn"):
        unit.jurisdiction = jurisdiction
        unit.save()
        episode = log(YouthFactory(unit=unit), by=ana, now=now)
        with CaptureQueriesContext(connection) as queries:
            browser.post(time_page(episode, Anchor.LAST_SEEN), at("yesterday 10 pm"))
        moved = len(episode.notes.get().text.split("\n")) - 1
        asked.append((moved, len(queries)))

    (few, asked_for_few), (many, asked_for_many) = asked
    assert many > few > 0
    assert asked_for_many - asked_for_few <= 3 * (many - few)
