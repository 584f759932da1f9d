"""One youth is logged twice at night; the supervisor merges the two records, and can undo it."""

import re

import pytest

from tests.journeys.conftest import DESKTOP, PHONE

NAMES = {  # made up, and unlike each other, so that none is offered as a match for another
    (PHONE, True): ("Seraphina Dunmorrow", "Serafina Dunmorrow"),
    (DESKTOP, False): ("Barnaby Oxenthwaite", "Barnabie Oxenthwaite"),
}


@pytest.mark.parametrize(
    ("size", "scripts"), NAMES, ids=["390", "1280-no-scripts"], scope="function"
)
def test_one_youth_logged_twice_becomes_one_and_two_again(visit, size, scripts):
    names = NAMES[size, scripts]
    sam = visit(size, scripts=scripts)
    sam.sign_in("supervisor")

    # The second worker hears the name otherwise, and passes over the match.
    first, second = (log(sam, name) for name in names)
    assert "This youth may be on file twice." in sam.text()
    sam.looks_at_both_sizes("episode-on-file-twice")

    # Both are open: one was logged in error. The page says what to do first.
    sam.follow("Compare the two records")
    assert "They cannot be merged yet" in sam.text()
    sam.looks_at_both_sizes("duplicates-two-open")
    sam.open(second)
    sam.follow("Close without a return")
    sam.choose("Why does it end?", "Opened in error")
    sam.type_into("What happened?", "The same youth was logged twice")
    sam.choose("When", "Just now")
    sam.press("Close the episode")
    sam.open(first)
    sam.follow("Add Height")
    sam.type_into("Height", "5'6")
    sam.type_into("Hair", "Black, braids")
    sam.press("Save the description")

    # Compare, choose, confirm.
    sam.open("/duplicates")
    sam.looks_at_both_sizes("duplicates")
    sam.page.get_by_role("link", name=re.compile(names[1])).first.click()
    sam.page.wait_for_load_state()
    assert "Is this one youth?" in sam.text()
    sam.looks_at_both_sizes("duplicates-compare")
    sam.press("Check the merge")
    assert "Merge these two records?" in sam.text()
    sam.looks_at_both_sizes("duplicates-confirm")
    sam.press("Merge the records")
    assert "The two records are one now." in sam.text()
    sam.looks_at_both_sizes("duplicates-merged")

    # The old link still works, and shows the youth under the name that was kept.
    pair = sam.page.url
    sam.open(second)
    assert names[0] in sam.text()

    sam.page.goto(pair)
    sam.follow("Undo the merge…")
    assert "There are two records again, as before the merge" in sam.text()
    sam.looks_at_both_sizes("duplicates-undo")
    sam.press("Undo the merge")
    assert "The merge is undone." in sam.text()
    sam.open(second)
    assert names[1] in sam.text()

    # Two youth after all: that is remembered.
    sam.page.goto(pair)
    sam.follow("These are two youth…")
    sam.type_into("How do you know?", "They are cousins")
    sam.looks_at_both_sizes("duplicates-two-youth")
    sam.press("They are two youth")
    assert "They are cousins" in sam.text()
    sam.looks_at_both_sizes("duplicates-decided")


def log(visitor, name):
    """Log this youth missing as a new one, whoever is offered; return the episode's address."""
    visitor.open("/log")
    visitor.type_into("1. Who is missing?", name)
    visitor.choose("2. When were you told?", "Just now")
    if visitor.has_scripts:
        visitor.page.wait_for_load_state("networkidle")
    visitor.press("Start the clocks")
    none = visitor.page.get_by_text("None of these: add a new youth")
    if none.count():
        none.click()
        visitor.press("Start the clocks")
    assert "/episodes/" in visitor.page.url, visitor.text()
    return visitor.page.url.removeprefix(visitor.site)
