"""The main job: told, clocks, reminder, evidence, return. On a phone, with and without scripts."""

import re
import time

import pytest

from tests.journeys.conftest import PHONE

SECONDS_TO_REMIND = 20
NAMES = {  # made up, and unlike each other, so that none is offered as a match for another
    True: "Zephyr Quillonby",
    False: "Ignatius Fairwhether",
}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_youth_is_logged_and_everything_that_follows_happens(visit, scripts):
    ana = visit(PHONE, scripts=scripts)
    name = NAMES[scripts]

    # A worker is told at night and logs the youth.
    ana.sign_in("caseworker")
    ana.looks_at_both_sizes("home")
    ana.open("/log")
    ana.looks_at_both_sizes("intake")
    ana.type_into("1. Who is missing?", name)
    ana.choose("2. When were you told?", "Just now")
    ana.choose("3. When was the youth last seen?", "Not known yet")
    ana.choose("5. Is the youth in danger", "No")
    ana.press("Start the clocks")

    # The jurisdiction's clocks run: police and NCMEC within two hours in Missouri.
    assert "Clocks started. First: Report to police" in ana.text()
    clocks = ana.page.locator(".clock-strip").inner_text()
    assert re.search(r"in (2 h|1 h 59 min)\s+Report to police", clocks)
    assert re.search(r"in (2 h|1 h 59 min)\s+Report to NCMEC", clocks)
    assert "Provisional" in clocks
    assert name.split()[1] not in ana.page.title()
    episode = ana.page.url
    ana.looks_at_both_sizes("episode")

    # A real worker delivers the reminder, to the inbox and by mail.
    until = time.monotonic() + SECONDS_TO_REMIND
    while True:
        ana.open("/reminders")
        if name in ana.text() or time.monotonic() > until:
            break
        time.sleep(0.5)
    assert name in ana.text()
    ana.looks_at_both_sizes("reminders")
    adam = visit(PHONE, scripts=scripts)
    adam.sign_in("admin")
    adam.open("/demo/mailbox")
    adam.looks_at_both_sizes("mailbox")
    # One message tells of all that fell due together; so its subject names no episode.
    to_ana = adam.page.get_by_role("row").filter(has_text="caseworker@porchlight.test")
    to_ana.first.get_by_role("link").click()
    letter = adam.page.locator("main").inner_text()
    assert "caseworker@porchlight.test" in letter
    assert name.split()[1] not in letter
    assert "olice" not in letter
    adam.looks_at_both_sizes("letter")
    link = re.search(r"http://\S+/r/[0-9a-f-]+", letter).group(0)

    # The link leads to the duty after sign-in; the police would not take the report at first.
    ana.page.goto(link)
    ana.open(episode.removeprefix(ana.site))
    ana.follow("Report to police")
    ana.looks_at_both_sizes("duty")
    ana.choose("What happened?", "Tried, not done")
    ana.choose("When?", "Just now")
    ana.type_into("Note", "The desk would not take the report.")
    ana.press("Save")
    assert "your attempt is recorded" in ana.text()
    ana.follow("Report to police")
    ana.choose("What happened?", "Done")
    ana.choose("When?", "Just now")
    ana.type_into("Agency", "Example City Police")
    ana.press("Save")
    assert re.search(r"Report to police: done .* on time", ana.text())
    timeline = ana.page.locator(".timeline").inner_text()
    assert "Report to police: tried, not done" in timeline
    assert "Report to police: done" in timeline
    assert "Agency told: clocks started" in timeline
    assert timeline.index("police: done") < timeline.index("Agency told")
    ana.looks_at_both_sizes("episode-worked-on")

    # The youth is back: the missing clock stops, the return duties start.
    ana.follow("Youth located or returned")
    ana.looks_at_both_sizes("return")
    ana.choose("What do you know?", "Back at placement")
    ana.choose("When?", "Just now")
    ana.choose("Does the youth need medical care now?", "No")
    ana.press("Save and start return duties")
    assert "The missing clock has stopped" in ana.text()
    for duty in ("Tell police the youth is found", "Tell NCMEC", "Screen for trafficking"):
        assert duty in ana.page.locator("#duties").inner_text()
    ana.looks_at_both_sizes("episode-returned")

    # A return that was recorded by mistake can be taken back, after a page that says what that means.
    ana.follow("Recorded by mistake? Undo the return")
    ana.looks_at_both_sizes("undo-return")
