"""The checklist as people meet it: on a phone and a desk, with and without scripts."""

import re

import pytest

from tests.journeys.conftest import DESKTOP, PHONE

NARROW = (320, 720)
MEDICINE = "[id='danger.medicine_or_care']"
TAKEN = "[id='danger.taken']"


def open_checklist(visitor, name: str) -> str:
    """Log somebody missing and open the checklist; its path."""
    visitor.open("/log")
    visitor.type_into("Who is missing?", name)
    visitor.choose("When were you told?", "Just now")
    visitor.press("Start the clocks")
    path = re.search(r"/episodes/[0-9a-f-]+", visitor.page.url).group() + "/checklist"
    visitor.open(path)
    return path


def choose(visitor, item: str, answer: str) -> None:
    visitor.page.locator(item).locator("label").filter(has_text=re.compile(f"^{answer}$")).click()


def save(visitor, item: str) -> None:
    """Save one question, and wait until it is back, or says why not."""
    button = visitor.page.locator(item).get_by_role("button", name=re.compile("^Save answer"))
    if not visitor.has_scripts:
        with visitor.page.expect_navigation():
            button.click()
        return
    visitor.page.locator(item).locator(".item__form").evaluate("form => form.dataset.old = 'yes'")
    button.click()
    visitor.page.wait_for_selector(
        f"{item} .item__form:not([data-old]), {item} [data-save-message] [role=alert]"
    )
    visitor.page.wait_for_selector(
        ".htmx-request, .htmx-swapping, .htmx-settling", state="detached"
    )


NAMES = {  # made up, and unlike each other, so that none is offered as a match for another
    True: "Peregrine Oakhollow",
    False: "Wilhelmina Drostan",
}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_answers_are_saved_one_by_one(visit, scripts):
    visitor = visit(PHONE, scripts=scripts)
    visitor.sign_in("caseworker")
    open_checklist(visitor, NAMES[scripts])
    medicine = visitor.page.locator(MEDICINE)
    assert "Not assessed" in visitor.text()
    visitor.looks_at_both_sizes("checklist-blank")

    assert not medicine.get_by_label("What tells you this?").is_visible()
    choose(visitor, MEDICINE, "Yes")
    assert medicine.get_by_text("Not saved yet").is_visible()
    assert medicine.get_by_text("If yes, ask next:").is_visible()
    medicine.get_by_label("What tells you this?").fill("Insulin pen left in the room")
    medicine.get_by_label("Who or what told you?").select_option("Caregiver")
    save(visitor, MEDICINE)

    assert medicine.get_by_text(re.compile(r"Saved .* by ")).is_visible()
    assert not medicine.get_by_text("Not saved yet").is_visible()
    verdict = visitor.page.locator("#verdict").inner_text()
    assert "Endangered, because the youth needs medicine" in verdict
    assert "1 of 41 answered" in verdict
    if scripts:
        focused = visitor.page.evaluate("document.activeElement.id")
        assert focused == "danger-medicine_or_care-save"
        assert "Endangered" in visitor.page.locator("#announcer").inner_text()
    else:
        assert visitor.page.url.endswith("#danger.medicine_or_care")
    visitor.looks_at_both_sizes("checklist-endangered")

    visitor.page.reload()
    evidence = visitor.page.locator(MEDICINE).get_by_label("What tells you this?")
    assert evidence.input_value() == "Insulin pen left in the room"


@pytest.mark.parametrize(("size", "scripts"), [(NARROW, True), (PHONE, False)], ids=str)
def test_what_cannot_be_saved_says_so_beside_its_question(visit, size, scripts):
    visitor = visit(size, scripts=scripts)
    visitor.sign_in("caseworker")
    open_checklist(visitor, "Isolde Marchbanks" if scripts else "Fitzgerald Umberto")
    taken = visitor.page.locator(TAKEN)
    choose(visitor, TAKEN, "Don't know")
    taken.get_by_text("When was that?").click()
    taken.get_by_label("When was it true?").fill("when it rained")
    save(visitor, TAKEN)

    assert taken.get_by_role("alert").is_visible()
    assert taken.get_by_label("When was it true?").input_value() == "when it rained"
    if scripts:
        assert visitor.page.evaluate("document.activeElement.className") == "error-summary"
    else:  # a browser that goes to a place in a page moves no focus
        assert visitor.page.url.endswith("#danger.taken")
    visitor.looks("checklist-error")


def test_two_people_at_once_and_neither_is_lost(visit):
    ana, sam = visit(DESKTOP), visit(PHONE)
    ana.sign_in("caseworker")
    path = open_checklist(ana, "Cordelia Nightingale")
    sam.sign_in("supervisor")
    sam.open(path)
    choose(sam, TAKEN, "No")
    save(sam, TAKEN)
    choose(ana, TAKEN, "Yes")
    save(ana, TAKEN)

    told = ana.page.locator(TAKEN).inner_text()
    assert re.search(r"answered No at .* Yours: Yes\. Save again to put yours above it\.", told)
    ana.looks("checklist-conflict")
    save(ana, TAKEN)

    assert "Answers so far (2)" in ana.page.locator(TAKEN).inner_text()
    assert "Endangered" in ana.page.locator("#verdict").inner_text()


def test_signed_out_meanwhile_the_answer_stays_on_the_page(visit):
    visitor = visit(PHONE)
    visitor.sign_in("caseworker")
    open_checklist(visitor, "Ludovic Penhaligon")
    choose(visitor, TAKEN, "Don't know")
    visitor.page.context.clear_cookies(name=re.compile("session"))
    save(visitor, TAKEN)

    words = visitor.page.locator(TAKEN).get_by_role("alert").inner_text()
    assert "you are signed out" in words
    assert visitor.page.locator(TAKEN).get_by_label("Don't know").is_checked()
    visitor.looks("checklist-signed-out")
