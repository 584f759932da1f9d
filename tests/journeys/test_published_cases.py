"""Published case descriptions, paraphrased and with made-up names: the pages take them as they are.

The times of day are not in the sources; plausible ones stand in for them.
"""

from collections.abc import Callable

from tests.journeys.conftest import PHONE, Visitor


def logged(visitor: Visitor, name: str, *, last_seen: str = "Not known yet", **answers: str) -> str:
    """Log a youth who is not on file, told just now; return the address of the episode."""
    visitor.open("/log")
    visitor.type_into("1. Who is missing?", name)
    visitor.choose("2. When were you told?", "Just now")
    visitor.choose("3. When was the youth last seen?", last_seen)
    if "where_from" in answers:
        visitor.choose("4. Where from?", answers["where_from"])
    visitor.choose("5. Is the youth in danger", answers.get("danger", "Not known yet"))
    visitor.choose("6. Has anyone called the police?", answers.get("police", "Not known yet"))
    visitor.press("Start the clocks")
    assert "Clocks started" in visitor.text(), visitor.page.locator("main").inner_text()
    return visitor.page.url


def learned(visitor: Visitor, text: str, *, kind: str, when: str, source: str = "") -> None:
    """Add what somebody told to the timeline of the episode on the screen."""
    visitor.follow("Add a sighting or update")
    visitor.choose("What is it?", kind)
    visitor.type_into("What was seen, said or found?", text)
    visitor.type_into("Who or what told you?", source)
    visitor.choose("When?", when)
    visitor.press("Add to the timeline")
    assert text in visitor.page.locator(".timeline").inner_text()


def described(visitor: Visitor, **facts: str) -> None:
    """Say what the youth looks like and needs."""
    visitor.follow_first("aside .facts a")
    for label, text in facts.items():
        visitor.type_into(label.replace("_", " "), text)
    visitor.press("Save the description")


def came_back(visitor: Visitor, known: str, where: str) -> None:
    """Record that the youth is located or back."""
    visitor.follow("Youth located or returned")
    visitor.choose("What do you know?", known)
    visitor.choose("When?", "Just now")
    visitor.choose("Does the youth need medical care now?", "No")
    visitor.type_into("Where is the youth, and who is with them?", where)
    visitor.press("Save and start return duties")


def test_two_children_left_before_dawn_and_were_found_next_door(
    visit: Callable[..., Visitor],
) -> None:
    ana = visit(PHONE)
    ana.sign_in("caseworker")

    for name in ("Linnea Hollowbrook", "Magnus Hollowbrook"):
        logged(ana, name, last_seen="Today", where_from="Placement", police="Yes")
        learned(
            ana,
            "Seen on the home's camera before dawn. The foster parent names a friend's house.",
            kind="Sighting",
            when="Not known",
            source="Home security camera",
        )
        came_back(ana, "Back at placement", "Found in brush behind the next house, unhurt")
        text = ana.text()
        assert "Where the youth is: Found in brush behind the next house, unhurt" in text
        assert "Screen for trafficking" in ana.page.locator("#duties").inner_text()


def test_a_girl_of_sixteen_held_at_gunpoint_and_placed_elsewhere(
    visit: Callable[..., Visitor],
) -> None:
    ana = visit(PHONE)
    ana.sign_in("caseworker")

    logged(ana, "Beatrix Sundqvist", danger="Yes", police="Yes")
    assert "call 911" in ana.page.locator("main").inner_text()
    described(ana, Date_of_birth="Jun 1 2010")
    assert "Beatrix Sundqvist, 16" in ana.page.locator("h1").inner_text()
    learned(
        ana,
        "A video shows her held at gunpoint by a man who says she had tried to get away.",
        kind="Something we learned",
        when="Not known",
        source="A video on social media",
    )
    came_back(ana, "Back, at a different safe place", "With child protection; a man was arrested")
    ana.looks("case-gunpoint")
    assert "Back, at a different safe place" in ana.text()


def test_a_girl_who_had_moved_through_many_homes_and_died(visit: Callable[..., Visitor]) -> None:
    ana = visit(PHONE)
    ana.sign_in("caseworker")

    logged(ana, "Thessaly Varnhagen", where_from="Placement")
    learned(
        ana,
        "Twelve to sixteen homes in eighteen months. Left group homes before.",
        kind="Something we learned",
        when="Not known",
        source="Case file",
    )
    ana.follow("Close without a return")
    ana.choose("Why does it end?", "Deceased")
    ana.type_into("What happened?", "Found in a motel. Police have told the agency.")
    ana.choose("When?", "Just now")
    ana.press("Close the episode")

    text = ana.text()
    ana.looks("case-deceased")
    assert "Closed, deceased" in text
    assert "Left open when the episode ended" in text
    assert "Back" not in ana.page.locator(".identity").inner_text()


def test_a_resident_whose_history_was_known_and_who_arranged_a_meeting_by_phone(
    visit: Callable[..., Visitor],
) -> None:
    ana = visit(PHONE)
    ana.sign_in("caseworker")

    logged(ana, "Corisande Whitlaw", last_seen="Today", where_from="Placement")
    for text, source in (
        ("Solicited online in an earlier placement; limits on the internet there.", "Court papers"),
        ("Told staff of photos sold online, and that it had stopped.", "Staff"),
        ("Arranged a meeting by phone and left. The phone was not watched.", "Staff"),
    ):
        learned(ana, text, kind="Something we learned", when="Not known", source=source)

    timeline = ana.page.locator(".timeline").inner_text()
    assert timeline.count("time not known") == 3
    assert "Source: Court papers" in timeline
