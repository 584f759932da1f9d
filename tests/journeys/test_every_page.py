"""Every page at both widths, light and dark: no accessibility fault, nothing to scroll sideways."""

import re

import pytest

from tests.journeys.conftest import DESKTOP, PHONE

NARROW = (320, 720)
PAGES = {
    "caseworker": {
        "caseload": "/",
        "intake-blank": "/log",
        "inbox": "/reminders",
        "preferences": "/me/reminders",
    },
    "supervisor": {"supervisor-home": "/", "running": "/reminders/running"},
    "oncall": {"oncall-home": "/", "oncall-intake": "/log", "oncall-inbox": "/reminders"},
    "admin": {
        "admin-home": "/",
        "protocols": "/protocols",
        "protocol": "/protocols/us-mo",
        "protocol-not-confirmed": "/protocols/us-mo?show=unconfirmed&tick=all",
        "protocol-long": "/protocols/us-fl",
        "protocol-withdraw": "/protocols/us-mo/withdraw",
        "flags": "/flags",
        "admin-mailbox": "/demo/mailbox",
        "refused": "/audit",
    },
    "auditor": {
        "audit": "/audit",
        "password": "/password/change",
        "auditor-exports": "/counts/exports",
        "auditor-exports-ask": "/counts/exports/ask",
        "auditor-exports-monthly": "/counts/exports/monthly",
    },
}


@pytest.mark.parametrize("who", PAGES)
def test_pages_of_each_role(visit, who):
    visitor = visit(PHONE)
    visitor.sign_in(who)

    for name, path in PAGES[who].items():
        visitor.open(path)
        visitor.looks_at_both_sizes(name)


def test_pages_that_need_no_account(visit):
    visitor = visit(PHONE)

    for name, path in {
        "sign-in": "/sign-in",
        "password-forgot": "/password/forgot",
        "gallery": "/demo/components",
        "nothing-here": "/nothing-here",
    }.items():
        visitor.open(path)
        visitor.looks_at_both_sizes(name)


def test_pages_that_say_what_is_wrong(visit):
    ana = visit(PHONE)
    ana.sign_in("caseworker")

    ana.open("/log")
    ana.press("Start the clocks")
    assert "There is a problem" in ana.text()
    assert "Enter the youth’s name, nickname or case number" in ana.text()
    assert "Select when you were told" in ana.text()
    assert ana.page.title().startswith("Error:")
    ana.looks_at_both_sizes("intake-errors")

    ana.open("/")
    ana.follow_first("main table a")
    ana.looks_at_both_sizes("episode-of-the-demo")
    episode = ana.page.url
    ana.follow("Add a sighting or update")
    ana.press("Add to the timeline")
    ana.looks_at_both_sizes("note-errors")
    ana.page.goto(episode)
    ana.follow("Close without a return")
    ana.press("Close the episode")
    ana.looks_at_both_sizes("end-errors")
    ana.page.goto(episode)
    ana.follow_first("#duties .duty__title")
    ana.press("Save")
    ana.looks_at_both_sizes("duty-errors")


def test_nothing_scrolls_sideways_on_the_narrowest_phone(visit):
    ana = visit(NARROW)
    ana.sign_in("caseworker")

    for path in ("/", "/log", "/reminders", "/demo/components"):
        ana.open(path)
        ana.looks(f"narrow{path.replace('/', '-')}")
    ana.open("/")
    ana.follow_first("main table a")
    ana.looks("narrow-episode")


def test_matches_appear_while_typing_and_lead_to_the_open_episode(visit):
    ana = visit(PHONE)
    ana.sign_in("caseworker")
    ana.open("/")
    row = ana.page.locator("main table th a").first.inner_text()
    name = re.sub(r"[“,].*", "", row).strip()

    ana.open("/log")
    ana.page.get_by_label("1. Who is missing?").press_sequentially(name, delay=20)
    match = ana.page.locator("#matches").get_by_text(name).first
    match.wait_for()
    ana.looks("intake-matches")
    match.click()
    ana.choose("2. When were you told?", "Just now")
    ana.choose("6. Has anyone called", "Yes")
    ana.press("Start the clocks")

    assert "Already logged missing" in ana.text()
    assert "Police called: yes." in ana.page.locator(".timeline").inner_text()
    assert name.split()[-1] not in ana.page.url


def test_answers_survive_a_session_that_ended(visit):
    ana = visit(PHONE, scripts=False)
    ana.sign_in("caseworker")
    ana.open("/log")
    ana.type_into("1. Who is missing?", "Quinn Keptname")
    ana.choose("2. When were you told?", "Just now")
    ana.page.context.clear_cookies(name="porchlight_session")
    ana.press("Start the clocks")
    assert "/sign-in" in ana.page.url

    ana.page.get_by_label("Email", exact=True).fill("caseworker@porchlight.test")
    ana.page.get_by_label("Password", exact=True).fill("porchlight-demo")
    ana.press("Sign in")

    assert "Your answers are kept" in ana.text()
    assert ana.page.get_by_label("1. Who is missing?").input_value() == "Quinn Keptname"
    ana.press("Start the clocks")
    assert "Clocks started" in ana.text()


def test_going_back_and_saving_again_makes_no_second_episode(visit):
    ana = visit(DESKTOP)
    ana.sign_in("caseworker")
    ana.open("/log")
    ana.type_into("1. Who is missing?", "Remy Pressedtwice")
    ana.choose("2. When were you told?", "Just now")
    key = ana.page.locator("input[name=submission_key]").input_value()
    ana.press("Start the clocks")
    first = ana.page.url

    ana.open("/log")
    ana.type_into("1. Who is missing?", "Remy Pressedtwice")
    ana.choose("2. When were you told?", "Just now")
    ana.page.evaluate(
        "key => { document.querySelector('input[name=submission_key]').value = key }", key
    )
    ana.page.wait_for_timeout(800)
    ana.page.locator("#matches").get_by_text("None of these").click()
    ana.press("Start the clocks")

    assert ana.page.url == first


def test_a_youth_is_logged_with_the_keyboard_alone(visit):
    ana = visit(DESKTOP)
    ana.sign_in("caseworker")
    ana.open("/log")
    page = ana.page

    page.get_by_label("1. Who is missing?").focus()
    page.keyboard.type("Kit Keyboardonly")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/episodes/**")

    assert "Clocks started" in ana.text()
