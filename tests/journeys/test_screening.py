"""Screening after the return, and the hint about words, in a real browser."""

import re

import pytest

from tests.journeys.conftest import PHONE

NAMES = {True: "Halcyon Underwood", False: "Thaddeus Merriweather"}  # made up
WHY = "Running is something a youth did, not who they are."


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_screening_is_recorded_and_leads_on_to_the_checklist(visit, scripts):
    ana = visit(PHONE, scripts=scripts)
    ana.sign_in("caseworker")
    ana.open("/log")
    ana.type_into("1. Who is missing?", NAMES[scripts])
    ana.choose("2. When were you told?", "Just now")
    ana.press("Start the clocks")
    episode = ana.page.url.removeprefix(ana.site)
    ana.follow("Prepare to receive the youth")
    assert "I'm so glad to see you" in ana.text()
    ana.looks_at_both_sizes("prepare")
    ana.open(f"{episode}/return")
    ana.choose("What do you know?", "Back at placement")
    ana.choose("When?", "Just now")
    ana.press("Save and start return duties")
    ana.follow("Screen for trafficking")
    assert "No result settles the question." in ana.text()
    ana.looks_at_both_sizes("screening")

    # Another tool needs its name.
    ana.choose("What happened?", "Done")
    ana.choose("When?", "Just now")
    ana.page.get_by_label("Which tool?").select_option("Another tool")
    ana.choose("What came of it?", "No signs found")
    ana.press("Save")
    assert "Enter the name of the tool" in ana.text()
    ana.looks_at_both_sizes("screening-errors")
    ana.type_into("If another tool: its name", "The clinic’s own questions")
    ana.press("Save")

    said = ana.text()
    assert "“No signs found” does not close the question" in said
    ana.page.locator("#duties summary").first.click()
    duties = ana.page.locator("#duties").inner_text()
    assert "Version of the tool and name of the screener still needed" in duties
    timeline = ana.page.locator(".timeline").last.inner_text()
    assert "Tool: The clinic’s own questions · Result: No signs found" in timeline
    ana.looks_at_both_sizes("screening-recorded")
    ana.follow("Screen for trafficking")
    ana.follow("Answer the checklist with what was learned")
    assert "Endangerment checklist" in ana.text()
    ana.open(episode)
    ana.follow("Hold the supportive assessment")
    assert "What made you feel you couldn't stay?" in ana.text()
    ana.looks_at_both_sizes("conversation")


def test_the_hint_comes_while_somebody_writes_and_never_blocks(visit):
    ana = visit(PHONE)
    ana.sign_in("caseworker")
    ana.open("/")
    ana.follow_first("tbody a[href^='/episodes/'], .caseload a[href^='/episodes/']")
    ana.follow("Add a sighting or update")
    ana.choose("What is it?", "Sighting")
    box = ana.page.get_by_label("What was seen, said or found?")
    box.fill("A runner, seen at the station.")
    with ana.page.expect_response(lambda response: response.url.endswith("/words")) as sent:
        box.blur()
    assert set(re.findall(r'name="(\w+)"', sent.value.request.post_data or "")) <= {"text"}
    ana.page.wait_for_selector("[data-words] .message")
    assert WHY in ana.text()
    ana.page.wait_for_selector(f"#announcer:has-text('{WHY}')", state="attached")
    assert box.input_value() == "A runner, seen at the station."
    ana.looks_at_both_sizes("words-while-writing")
    with ana.page.expect_response(lambda response: response.url.endswith("/words")):
        box.fill("Went missing twice since June, seen at the station.")
        box.blur()
    ana.page.wait_for_selector("[data-words] .message", state="detached")

    box.fill("A runner, seen at the station.")
    ana.choose("When?", "Just now")
    ana.press("Add to the timeline")

    said = ana.text()
    assert said.index("Added to the timeline.") < said.index(WHY)
    assert "A runner, seen at the station." in ana.page.locator(".timeline").inner_text()
    ana.looks_at_both_sizes("words-after-saving")
