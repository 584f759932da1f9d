"""A new youth is described during the report to police, on a phone."""

import pytest

from tests.journeys.conftest import PHONE

NAMES = {  # made up, and unlike each other, so that none is offered as a match for another
    True: "Peregrine Oakshotte",
    False: "Tobiah Greenhallow",
}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_police_are_told_what_the_youth_looks_like(visit, scripts):
    ana = visit(PHONE, scripts=scripts)
    ana.sign_in("caseworker")
    ana.open("/log")
    ana.type_into("1. Who is missing?", NAMES[scripts])
    ana.choose("2. When were you told?", "Just now")
    ana.press("Start the clocks")
    episode = ana.page.url
    ana.follow("Report to police")
    card = ana.page.locator("section", has_text="Read this to them").last
    assert "Not known yet" in card.inner_text()
    ana.looks_at_both_sizes("report-nothing-known")

    # On the phone with the police: the form opens at the fact they ask for, and leads back.
    ana.follow("Add Height")
    assert ana.page.url.endswith("#div_id_height_cm")
    ana.type_into("Height", "tall")
    ana.press("Save the description")
    assert "Enter a height like 5 ft 6 or 168 cm" in ana.text()
    ana.looks_at_both_sizes("describe-errors")
    ana.type_into("Date of birth", "6/1/2010")
    ana.choose("Sex", "Female")
    ana.page.get_by_label("Black or African American").check()
    ana.page.get_by_label("White").check()
    ana.choose("Hispanic or Latino?", "No")
    ana.type_into("Height", "5'6")
    ana.type_into("Weight", "130 lb")
    ana.type_into("Hair", "Black, braids")
    ana.press("Save the description")

    for said in (
        *("Jun 1, 2010 (age ", "Female", "Black or African American, White"),
        *("Not Hispanic or Latino", "5 ft 6 in", "130 lb", "Black, braids"),
    ):
        assert said in card.inner_text()
    ana.looks_at_both_sizes("report-described")
    ana.page.goto(episode)
    ana.looks_at_both_sizes("episode-described")
    ana.follow("Change Height")
    assert ana.page.get_by_label("Height").input_value() == "5 ft 6 in"
    ana.looks_at_both_sizes("describe")
