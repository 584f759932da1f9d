"""A friend calls from an unknown number: who is it about, and where are they now?"""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE

PEOPLE = {  # made up, and unlike everybody in the demonstration
    PHONE: ("Ottoline Farnsworth", "Otoleen Farnsworth", "(314) 555-7701", "5557701"),
    DESKTOP: ("Barnaby Thistlewood", "Barnabee Thistlewod", "(314) 555-7702", "5557702"),
}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["390", "1280"])
def test_a_youth_is_found_by_phone_by_ear_and_from_another_unit(visit, size):
    name, by_ear, phone, last_seven = PEOPLE[size]
    ana = visit(size)
    ana.sign_in("caseworker")
    ana.open("/log")
    ana.type_into("1. Who is missing?", name)
    ana.choose("2. When were you told?", "Just now")
    ana.press("Start the clocks")
    episode = ana.page.url

    # A phone is written down on the way.
    ana.follow("Add phones and accounts")
    ana.press("Add it")
    assert "Enter the number, address or account name" in ana.text()
    ana.looks("contacts-errors")
    ana.choose("What is it?", "Phone number")
    ana.type_into("Number, address or account name", phone)
    ana.type_into("Whose, or where?", "Older sister’s phone")
    ana.press("Add it")
    assert phone in ana.page.locator("main").inner_text()
    ana.looks("contacts")
    ana.page.goto(episode)
    ana.looks("episode-with-contacts")

    def search(visitor, typed):
        visitor.page.get_by_label("Find a youth or an episode").fill(typed)
        visitor.page.get_by_role("search").get_by_role("button").click()
        visitor.page.wait_for_url("**/search/*")
        visitor.page.get_by_text(f"“{typed}”").wait_for()

    # The number on the display is enough; reload and Back keep working, and no name is in an address.
    search(ana, last_seven)
    assert name in ana.text()
    assert "phone number ends with it" in ana.text()
    ana.looks("search-phone")
    search(ana, by_ear)
    assert name in ana.text()
    ana.looks("search-by-ear")
    ana.page.reload()
    assert name in ana.text()
    assert name.split()[0].lower() not in ana.page.url.lower()
    ana.follow(name)
    assert ana.page.url == episode
    ana.page.go_back()
    assert name in ana.text()
    search(ana, "ma")
    ana.looks("search-many")
    search(ana, "Nobody Knows")
    assert "Nothing found for “Nobody Knows”" in ana.text()
    ana.looks("search-nothing")
    ana.open("/search")
    ana.looks("search")

    # Another unit's worker learns that there is a record, and whom to ask. Scripts are not needed.
    theo = visit(size, scripts=False)
    theo.sign_in("other-unit")
    search(theo, name)
    assert "A record exists in" in theo.text()
    assert "on record" in theo.text()
    theo.looks("search-elsewhere")
