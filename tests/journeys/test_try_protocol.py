"""An admin tries a protocol: an example, a mistake put right, a comparison; with and without scripts."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE

NARROW = (320, 720)
RICH = (
    "?jurisdiction=us-wa&told=2026-03-07T13:52&last_seen=2026-03-06T23:30&age=15"
    "&gone_overnight=yes&located=2026-03-09T09:00&returned=2026-03-09T10:00"
    "&other_jurisdiction=us-fl"
)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_admin_tries_a_protocol(visit, scripts):
    adam = visit(PHONE, scripts=scripts)
    adam.sign_in("admin")
    adam.open("/protocols/try")
    assert "Nothing has been tried yet." in adam.text()
    adam.looks_at_both_sizes("try-empty")

    adam.follow("The day before the clocks go forward")
    assert "Texas, version" in adam.text()
    assert "CDT" in adam.text()
    adam.looks_at_both_sizes("try-example")

    adam.page.get_by_label("Agency told", exact=True).fill("Nov 1 2026 1:30 am")
    adam.press("Show what is due")
    assert adam.page.title().startswith("Error:")
    assert "happened twice on Nov 1" in adam.text()
    adam.looks_at_both_sizes("try-errors")

    adam.page.get_by_label("Agency told", exact=True).fill("Nov 1 2026 1:30 am CST")
    adam.press("Show what is due")
    assert "Agency told: Sun Nov 1, 1:30 a.m. CST" in adam.text()


def test_all_that_a_trial_can_show(visit):
    adam = visit(NARROW)
    adam.sign_in("admin")

    adam.open(f"/protocols/try{RICH}")

    assert "In Florida instead of Washington" in adam.text()
    assert "Once located or back" in adam.text()
    adam.looks("try-rich")
    adam.looks_at_both_sizes("try-rich")
    for width, height in (NARROW, PHONE, DESKTOP):
        adam.page.set_viewport_size({"width": width, "height": height})
        phone = adam.page.locator(".phone").bounding_box()
        assert phone is not None
        assert phone["width"] <= 390
