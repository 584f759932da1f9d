"""A friend calls from an unknown number: who is it about, and where are they now?"""

from tests.journeys.conftest import PHONE

# Made up, and unlike everybody in the demonstration.
NAME, BY_EAR = "Barnaby Thistlewood", "Barnabee Thistlewod"
NUMBER, LAST_SEVEN = "(314) 555-7702", "5557702"


def test_a_youth_is_found_by_phone_by_ear_and_from_another_unit(visit):
    ana = visit(PHONE)
    ana.sign_in("caseworker")
    ana.open("/log")
    ana.type_into("1. Who is missing?", NAME)
    ana.choose("2. When were you told?", "Just now")
    ana.press("Start the clocks")
    episode = ana.page.url

    # A phone is written down on the way.
    ana.follow("Add phones and accounts")
    ana.press("Add it")
    assert "Enter the number, address or account name" in ana.text()
    ana.looks_at_both_sizes("contacts-errors")
    ana.choose("What is it?", "Phone number")
    ana.type_into("Number, address or account name", NUMBER)
    ana.type_into("Whose, or where?", "Older sister’s phone")
    ana.press("Add it")
    assert NUMBER in ana.page.locator("main").inner_text()
    ana.looks_at_both_sizes("contacts")
    ana.page.goto(episode)
    ana.looks_at_both_sizes("episode-with-contacts")

    def search(visitor, typed):
        visitor.page.get_by_label("Find a youth or an episode").fill(typed)
        visitor.page.get_by_role("search").get_by_role("button").click()
        visitor.page.wait_for_url("**/search/*")
        visitor.page.get_by_text(f"“{typed}”").wait_for()

    # The number on the display is enough; reload and Back keep working, and no name is in an address.
    search(ana, LAST_SEVEN)
    assert NAME in ana.text()
    assert "phone number ends with it" in ana.text()
    ana.looks_at_both_sizes("search-phone")
    search(ana, BY_EAR)
    assert NAME in ana.text()
    ana.looks_at_both_sizes("search-by-ear")
    ana.page.reload()
    assert NAME in ana.text()
    assert NAME.split()[0].lower() not in ana.page.url.lower()
    ana.follow(NAME)
    assert ana.page.url == episode
    ana.page.go_back()
    assert NAME in ana.text()
    search(ana, "ma")
    ana.looks_at_both_sizes("search-many")
    search(ana, "Nobody Knows")
    assert "Nothing found for “Nobody Knows”" in ana.text()
    ana.looks_at_both_sizes("search-nothing")
    ana.open("/search")
    ana.looks_at_both_sizes("search")

    # Another unit's worker learns that there is a record, and whom to ask. Scripts are not needed.
    theo = visit(scripts=False)
    theo.sign_in("other-unit")
    search(theo, NAME)
    assert "A record exists in" in theo.text()
    assert "on record" in theo.text()
    theo.looks_at_both_sizes("search-elsewhere")
