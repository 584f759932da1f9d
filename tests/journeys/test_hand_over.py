"""Youth go to another worker and back, and from one unit to another."""

import re

from tests.journeys.conftest import PHONE, Visitor

NAME = "Clementine Larkspur"  # made up


def log_missing(visitor: Visitor, name: str) -> str:
    """Log this youth missing; the path of the episode's page."""
    visitor.open("/log")
    visitor.type_into("1. Who is missing?", name)
    visitor.choose("2. When were you told?", "Just now")
    visitor.press("Start the clocks")
    return visitor.page.url.removeprefix(visitor.site)


def tick(visitor: Visitor, *names: str) -> None:
    for name in names:
        visitor.page.get_by_label(re.compile(re.escape(name))).check()


def test_youth_are_handed_over_and_back_and_go_to_another_unit(visit):
    dana, sam, oona = visit(), visit(PHONE), visit(PHONE, scripts=False)
    for visitor, who in ((dana, "caseworker"), (sam, "supervisor"), (oona, "oncall")):
        visitor.sign_in(who)
    names = [f"{NAME} {order}" for order in ("One", "Two", "Three")]
    episodes = [log_missing(dana, name) for name in names]

    # Nothing ticked: the page says so. Then three at once, on a page that lists them.
    sam.open("/reassign")
    sam.press("Reassign what is ticked…")
    assert "Select at least one youth" in sam.text()
    tick(sam, *names)
    sam.looks_at_both_sizes("reassign-select")
    sam.press("Reassign what is ticked…")
    assert all(name in sam.text() for name in names)
    sam.press("Reassign")
    assert "Select who holds it from now on" in sam.text()
    sam.choose("Who holds it from now on?", "Amara Osei")
    sam.looks_at_both_sizes("reassign-confirm")
    sam.press("Reassign")
    assert "3 youth handed to Amara Osei" in sam.text()
    sam.looks_at_both_sizes("reassigned")
    done = sam.page.url.removeprefix(sam.site)
    sam.open(episodes[0])
    assert "Amara Osei" in sam.page.locator("main aside").inner_text()

    # Undone, all three are Dana's again.
    sam.open(done)
    sam.press("Undo")
    assert "Undone: 3 youth held as before" in sam.text()
    sam.looks_at_both_sizes("reassigned-undone")
    dana.open("/")
    mine = dana.page.locator("section", has_text="Assigned to you").first.inner_text()
    assert all(name in mine for name in names)

    # The first goes to the West unit: offered, waiting, accepted there.
    sam.open(episodes[0])
    sam.follow("Transfer to another unit")
    sam.choose("To which unit?", "Missouri West Unit")
    sam.type_into("Why, and what should they know?", "Has family there.")
    sam.looks_at_both_sizes("transfer-offer")
    sam.press("Offer it")
    assert "Until they accept, your unit holds it" in sam.text()
    transfer = sam.page.url.removeprefix(sam.site)
    dana.open(episodes[0])
    assert names[0] in dana.text()
    oona.open(transfer)
    oona.choose("Who holds it from now on?", "Grace Lindgren")
    oona.looks_at_both_sizes("transfer")
    oona.press("Accept")
    assert "Grace Lindgren holds it now" in oona.text()
    dana.open(episodes[0])
    assert names[0] not in dana.text()
    sam.open("/transfers")
    sam.looks_at_both_sizes("transfers")

    # Who is here, and who is away.
    sam.open("/people")
    assert "Away until" in sam.text()
    sam.looks_at_both_sizes("people")
    sam.follow("Ben Kowalski")
    assert "Carmen Ruiz stands in" in sam.text()
    sam.looks_at_both_sizes("person")
    sam.follow("Plan an absence")
    sam.press("Save the absence")
    sam.looks_at_both_sizes("absence")
