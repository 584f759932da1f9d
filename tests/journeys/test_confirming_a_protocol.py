"""An admin reads a protocol, confirms some of it with counsel's name, and takes one back."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE


@pytest.mark.parametrize(
    ("size", "code", "scripts"),
    [(PHONE, "us-ak", True), (DESKTOP, "us-az", False)],
    ids=["phone", "without scripts"],
)
def test_confirming_and_withdrawing(visit, size, code, scripts):
    admin = visit(size, scripts=scripts)
    admin.sign_in("admin")
    admin.open(f"/protocols/{code}")
    assert "The agency has not confirmed any of the" in admin.text()

    # Pressed too early: everything that is missing is said at once.
    admin.press("Confirm the ticked duties")
    for said in (
        "Tick at least one duty",
        "Enter who at the agency confirmed it",
        "Enter on which day it was confirmed",
    ):
        assert said in admin.text()
    admin.looks_at_both_sizes("protocol-errors")

    # Everything is ticked with one link, and one duty is left for later.
    admin.open(f"/protocols/{code}")
    admin.follow("Tick all that are shown")
    admin.page.get_by_role("checkbox", name="Report to NCMEC").uncheck()
    admin.type_into("Who at the agency confirmed it?", "J. Ortiz, counsel")
    admin.type_into("On which day?", "today")
    admin.press("Confirm the ticked duties")
    assert "duties confirmed by J. Ortiz, counsel." in admin.text()
    assert "The agency has not confirmed 1 of the" in admin.text()
    admin.looks_at_both_sizes("protocol-confirmed")

    # One is taken back, for a reason that stays.
    admin.follow("Withdraw a confirmation")
    admin.page.get_by_role("checkbox", name="Report to police").check()
    admin.type_into("Why?", "Counsel wants to see the new edition.")
    admin.press("Withdraw")
    assert "The confirmation of 1 duty is withdrawn." in admin.text()
    assert "The agency has not confirmed 2 of the" in admin.text()
    assert "Counsel wants to see the new edition." in admin.text()
