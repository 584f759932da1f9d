"""From an answer to a flag, to those who must know, to setting it aside, and back: on a phone."""

import re
import time

import pytest

from tests.journeys.conftest import PHONE, Visitor

SECONDS_TO_REMIND = 20
NAMES = {True: "Persimmon Oakhurst", False: "Barnaby Wexcombe"}  # made up
MEDICINE = "danger.medicine_or_care"
PUSH, PULL, SIGN = "push.unsafe_here", "pull.gifts_attention", "sign.branding"
TOLD_OF_NOTHING = ("flag", "danger", "traffick", "medicine", "insulin", "youth", "missing")


def log_missing(visitor: Visitor, name: str) -> str:
    """Log this youth missing; the path of the episode's page."""
    visitor.open("/log")
    visitor.type_into("1. Who is missing?", name)
    visitor.choose("2. When were you told?", "Just now")
    visitor.press("Start the clocks")
    return visitor.page.url.removeprefix(visitor.site)


def answer(visitor: Visitor, episode: str, key: str, said: str, *, evidence: str = "") -> None:
    """Answer one question of the checklist, with what tells so and who said it."""
    visitor.open(f"{episode}/checklist#{key}")
    item = visitor.page.locator(f"[id='{key}']")
    item.locator("label").filter(has_text=re.compile(f"^{said}$")).click()
    if evidence:
        item.get_by_label("What tells you this?").fill(evidence)
        item.get_by_label("Who or what told you?").select_option("Caregiver")
    button = item.get_by_role("button", name=re.compile("^Save answer"))
    if visitor.has_scripts:
        with visitor.page.expect_response(lambda response: "/checklist/" in response.url):
            button.click()
        visitor.until_settled()
    else:
        with visitor.page.expect_navigation():
            button.click()
    item.get_by_text("Not saved yet").wait_for(state="hidden")
    item.get_by_text(re.compile(r"Saved .* by ")).wait_for()


def why_flagged(visitor: Visitor, episode: str) -> str:
    """What the episode's page says about flags."""
    visitor.open(episode)
    return visitor.page.locator("#why-flagged").inner_text()


def wait_for_mail_to(adam: Visitor, recipient: str, reference: str) -> list[str]:
    """The letters about this episode to this person, once there are any."""
    until = time.monotonic() + SECONDS_TO_REMIND
    while True:
        adam.open("/demo/mailbox")
        rows = adam.page.locator("tbody tr").filter(has_text=reference).filter(has_text=recipient)
        if rows.count() or time.monotonic() > until:
            break
        time.sleep(0.5)
    assert rows.count(), f"No letter to {recipient} about {reference}"
    addresses = [row.get_by_role("link").first.get_attribute("href") or "" for row in rows.all()]
    letters = []
    for address in addresses:
        adam.open(address)
        letters.append(adam.page.locator("main").inner_text())
    return letters


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_answer_raises_a_flag_and_everything_that_follows_happens(visit, scripts):
    ana, sam = visit(PHONE, scripts=scripts), visit(PHONE, scripts=scripts)
    name = NAMES[scripts]
    ana.sign_in("caseworker")
    sam.sign_in("supervisor")
    episode = log_missing(ana, name)
    reference = re.search(r"ref ([A-Z0-9]+)", ana.text()).group(1)

    # Nothing is answered yet, and nothing on the page says that this means little danger.
    assert "Not assessed" in why_flagged(ana, episode)
    assert "low" not in re.findall(r"\w+", ana.text().lower())
    ana.looks("endangerment-not-assessed")

    # One answer: the flag stands on the episode with its reason, and beside the name in the list.
    answer(ana, episode, MEDICINE, "Yes", evidence="Insulin pen left in the room.")
    why = why_flagged(ana, episode)
    assert "Endangered, because the youth needs medicine" in why
    assert "Insulin pen left in the room." in why
    assert "caregiver" in why.lower()
    assert "E1" in why
    assert re.search(r"A Yes to one of these could change this", why)
    assert "Endangered" in ana.page.locator("main").inner_text()[:600]
    ana.looks("endangerment-endangered")
    ana.open("/")
    row = ana.page.locator("tr, li").filter(has_text=name.split()[1]).first
    assert "Endangered" in row.inner_text()
    ana.looks("endangerment-caseload")

    # The supervisor hears of it: in the inbox with the mark, by mail without a word of it.
    notice = sam.page.locator("li.duty").filter(has_text=name.split()[1]).filter(has_text="Flag")
    until = time.monotonic() + SECONDS_TO_REMIND
    while not notice.count() and time.monotonic() < until:
        time.sleep(0.5)
        sam.open("/reminders")
    assert "Flag raised: Endangered" in notice.first.inner_text()
    sam.looks("endangerment-inbox")
    adam = visit(PHONE, scripts=scripts)
    adam.sign_in("admin")
    for letter in wait_for_mail_to(adam, "supervisor@porchlight.test", reference):
        said = letter.lower()
        assert name.split()[1].lower() not in said
        assert [word for word in TOLD_OF_NOTHING if word in said] == []
    sam.follow_first(f"li.duty:has-text('{name.split()[1]}'):has-text('Flag') a")
    assert sam.page.url.endswith(f"{episode}#why-flagged")

    # Something to get away from, something to go toward, and a sign: likely trafficking.
    answer(sam, episode, PUSH, "Yes", evidence="Says she is safer anywhere else.")
    answer(sam, episode, PULL, "Yes", evidence="A new phone nobody here gave her.")
    answer(sam, episode, SIGN, "Yes", evidence="A fresh tattoo of a name.")
    why = why_flagged(sam, episode)
    assert "Likely trafficking, because" in why
    assert "T7" in why
    assert "A fresh tattoo of a name." in why
    assert "Preserve evidence" in sam.text()
    sam.looks("endangerment-likely-trafficking")

    # Setting aside takes a reason and a sentence; without them nothing happens.
    ana.open(episode)
    ana.follow_first("a:has-text('Set aside…'):has-text('medicine')")
    ana.looks("endangerment-set-aside")
    ana.press("Set the flag aside")
    assert "Select why it is set aside" in ana.text()
    assert "Enter what you know" in ana.text()
    ana.looks("endangerment-set-aside-errors")
    ana.choose("Why is it set aside?", "The facts are wrong")
    ana.type_into("In one sentence: what do you know?", "The runner took the spare pen along.")
    ana.press("Set the flag aside")

    # Medicine takes a second person: until then it counts, and the page says so.
    said = ana.text()
    assert "The flag still counts until someone else agrees." in said
    assert "Running is something a youth did, not who they are." in said
    assert "Endangered, because the youth needs medicine" in said
    ana.looks("endangerment-waits-for-second-person")
    sam.open(episode)
    sam.follow_first("button:has-text('Agree to set it aside')")
    why = sam.page.locator("#why-flagged").inner_text()
    assert "Flag set aside by" in why
    assert "took the spare pen along" in why
    assert "Endangered, because the youth needs medicine" not in why
    assert "Likely trafficking, because" in why
    sam.looks("endangerment-aside")

    # A new fact brings it back, and says why.
    answer(ana, episode, MEDICINE, "Yes", evidence="The spare pen was empty, says the caregiver.")
    why = why_flagged(ana, episode)
    assert "Back because" in why
    assert "The spare pen was empty" in why
    timeline = ana.page.locator(".timeline").last.inner_text()
    assert timeline.index("Back because") < timeline.index("spare pen along")
    ana.looks("endangerment-back")

    # An admin sees how the rules fare: numbers, and nobody's name.
    adam.open("/flags")
    assert name.split()[1] not in adam.text()
    row = adam.page.locator("tbody tr").filter(has_text="medicine")
    assert re.match(r"[1-9]", row.locator("td[data-label='Set aside']").inner_text())
    adam.looks("endangerment-rules")


def test_a_person_raises_a_flag_with_one_reason(visit):
    ana = visit(PHONE)
    ana.sign_in("caseworker")
    episode = log_missing(ana, "Clementine Ashgrovely")
    ana.follow("Raise a flag")
    ana.looks("raise-flag")
    ana.press("Raise the flag")
    assert "Enter why you raise it" in ana.text()
    ana.looks("raise-flag-errors")
    ana.type_into(
        "Why? What was seen, said or found?", "Crying on the phone, somebody took it away."
    )
    ana.press("Raise the flag")

    assert "The flag is raised." in ana.text()
    why = why_flagged(ana, episode)
    assert "somebody took it away" in why
    ana.follow_first("button:has-text('Confirm')")
    assert "The flag is confirmed." in ana.text()
    ana.looks("raise-flag-confirmed")
