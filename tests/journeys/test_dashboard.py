"""A supervisor finds who needs somebody first, and why; another browser hears that it changed."""

import re

from tests.journeys.conftest import PHONE, Visitor

FIRST, SECOND = "Quincy Larkspurton", "Odalys Fernhollow"  # made up
REASON = "Left without the inhaler, and the night is cold."


def log_missing(visitor: Visitor, name: str) -> str:
    """Log this youth missing; the path of the episode's page."""
    visitor.open("/log")
    visitor.type_into("1. Who is missing?", name)
    visitor.choose("2. When were you told?", "Just now")
    visitor.press("Start the clocks")
    return visitor.page.url.removeprefix(visitor.site)


def raise_a_flag(visitor: Visitor, episode: str) -> None:
    """Raise a flag on this episode, with the reason."""
    visitor.open(f"{episode}/flag")
    visitor.type_into("Why? What was seen, said or found?", REASON)
    visitor.press("Raise the flag")


def number_on_tile(visitor: Visitor, words: str) -> int:
    """The figure of the tile that says this."""
    tile = visitor.page.locator(".tile").filter(has_text=words)
    return int(tile.locator(".tile__number").inner_text())


def rows(visitor: Visitor) -> list[str]:
    """What each youth's row of the list says."""
    return visitor.page.locator(".board tbody tr:not(.board__band)").all_inner_texts()


def test_a_supervisor_finds_the_most_urgent_youth(visit):
    ana, sam = visit(PHONE), visit()
    ana.sign_in("caseworker")
    episode = log_missing(ana, FIRST)
    raise_a_flag(ana, episode)

    # The dashboard: five figures, and the youth with the flag and its reason before all without.
    sam.sign_in("supervisor")
    row = sam.page.locator(".board tr").filter(has_text=FIRST.split()[1])
    assert "Endangered" in row.inner_text()
    assert REASON in row.inner_text()
    assert "First in 90 days" in row.inner_text()
    places = [number for number, said in enumerate(rows(sam)) if "Endangered" not in said]
    mine = [number for number, said in enumerate(rows(sam)) if FIRST.split()[1] in said]
    assert mine
    assert all(mine[0] < place for place in places)
    sam.page.get_by_text("Most urgent first: how we sort").click()
    assert "Endangered, with a duty overdue." in sam.text()
    sam.looks_at_both_sizes("dashboard")

    # On paper it is a table at any width, and what cannot be pressed there is not printed.
    sam.page.emulate_media(media="print")
    board = sam.page.locator(".board").first
    assert board.evaluate("table => getComputedStyle(table).display") == "table"
    assert not sam.page.get_by_role("link", name="Filter this list").is_visible()
    assert sam.page.get_by_text(re.compile("^As of ")).is_visible()
    sam.page.emulate_media(media="screen")

    # Every figure leads to a list of exactly that many youth.
    endangered = number_on_tile(sam, "endangered")
    sam.follow_first(".tile:has-text('endangered')")
    assert len(rows(sam)) == endangered
    assert "Flag: Endangered" in sam.text()

    # The reason, one step on.
    sam.follow(FIRST)
    assert REASON in sam.page.locator("#why-flagged").inner_text()

    # Somebody logs another youth: the other browser says so, and moves no row by itself.
    sam.open("/")
    before = [said.split("\n")[0] for said in rows(sam)]
    log_missing(ana, SECOND)
    region = sam.page.locator("[data-look]")
    with sam.page.expect_response(lambda response: "/missing/changes" in response.url):
        sam.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    region.get_by_text("1 change").wait_for()
    assert [said.split("\n")[0] for said in rows(sam)] == before
    sam.looks_at_both_sizes("dashboard-changed")
    sam.follow_first("[data-look] a")
    assert any(SECOND.split()[1] in said for said in rows(sam))

    # When the answer does not come, the page does not pretend to be fresh.
    sam.page.route("**/missing/changes*", lambda route: route.fulfill(status=401))
    sam.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    region.get_by_text("This list could not be checked again.").wait_for()

    # All of it without scripts: filter, keep the filter under a name, find it again.
    plain = visit(PHONE, scripts=False)
    plain.sign_in("supervisor")
    assert FIRST.split()[1] in plain.text()
    plain.looks_at_both_sizes("dashboard")
    plain.follow("Filter this list")
    plain.page.get_by_text("Filter", exact=True).click()
    plain.page.get_by_label("Missing for").select_option("Under 24 hours")
    plain.page.get_by_label("Flag").select_option("Endangered")
    plain.press("Show these youth")
    assert re.search(r"/missing\?flag=endangered&length=under_24h$", plain.page.url)
    assert FIRST.split()[1] in plain.text()
    plain.follow("Save this view")
    plain.type_into("What do you call this view?", "Tonight")
    plain.press("Save the view")
    assert plain.page.get_by_role("link", name="Tonight").get_attribute("aria-current")

    # The same with scripts, looked at.
    sam.page.unroute("**/missing/changes*")
    sam.open("/missing?flag=endangered&length=under_24h")
    sam.page.get_by_text("Filter", exact=True).click()
    sam.looks_at_both_sizes("missing-filter")
    sam.follow("Change saved views")
    sam.looks_at_both_sizes("saved-views")
    sam.follow("Change")
    sam.follow("Delete this view")
    sam.press("Delete the view")
    assert "is deleted" in sam.text()
