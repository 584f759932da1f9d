"""Screening at return: tool, version, who, when and what came of it, or why it was not done."""

import html
import re

import pytest

from casework.models import Known, Race, Sex, WorkState
from casework.presenters.due import row_of
from tests.factories import YouthFactory
from tests.integration.scenes import bring_back, evidence, fields_on, log

SCREENED = {
    "screening_tool": "Human Trafficking Screening Tool (HTST)",
    "screening_version": "2017",
    "screener": "M. Achterberg",
    "screening_result": "no_signs",
}
STAYS_OPEN = "“No signs found” does not close the question: ask again when something new is learned"


def words_of(response) -> str:
    return html.unescape(response.content.decode())


@pytest.fixture
def screening(episode, ana, now):
    bring_back(episode, by=ana, now=now)
    return episode.duties.get(code="screen_for_trafficking")


@pytest.fixture
def browser(as_person, ana):
    return as_person(ana)


@pytest.fixture
def address(screening):
    return screening.get_absolute_url()


def row(duty, *, now):
    """The duty as it stands in the list of duties."""
    duty.refresh_from_db()
    return row_of(duty, now=now)


def test_a_screening_is_recorded_with_tool_version_screener_date_and_result(
    browser, address, screening, now
):
    page = words_of(browser.post(address, evidence(**SCREENED), follow=True))

    entry = screening.evidence.get()
    assert {name: getattr(entry, name) for name in SCREENED} == SCREENED
    assert entry.happened_at == now
    assert row(screening, now=now).still_needed == ""
    assert (
        "Tool: Human Trafficking Screening Tool (HTST), version 2017 · Screened by: M. Achterberg "
        "· Result: No signs found"
    ) in page


def test_a_negative_result_does_not_close_the_question_and_the_page_says_so(browser, address):
    before = words_of(browser.get(address))
    after = words_of(browser.post(address, evidence(**SCREENED), follow=True))

    assert "“No signs found” misses some of the youth who need help" in before
    assert STAYS_OPEN in after


def test_signs_lead_on_to_the_checklist(browser, address, screening):
    said = evidence(**SCREENED | {"screening_result": "signs"})

    assert "answer the checklist with what was found" in words_of(
        browser.post(address, said, follow=True)
    )
    checklist = f"/episodes/{screening.episode.public_id}/checklist"
    assert f'href="{checklist}"' in words_of(browser.get(address))


@pytest.mark.parametrize(
    ("missing", "needed"),
    [
        (("screening_tool",), "Name of the tool still needed"),
        (("screening_version",), "Version of the tool still needed"),
        (("screener", "screening_result"), "Name of the screener and result still needed"),
        (
            tuple(SCREENED),
            "Name of the tool, version of the tool, name of the screener and result still",
        ),
    ],
)
def test_done_without_its_proof_is_saved_and_says_what_is_still_needed(
    browser, address, screening, now, missing, needed
):
    said = {name: value for name, value in SCREENED.items() if name not in missing}

    browser.post(address, evidence(**said))

    assert screening.evidence.exists()
    assert row(screening, now=now).still_needed.startswith(needed)


def test_the_tools_are_the_agencys_choice_and_another_can_be_named(
    browser, address, screening, settings
):
    settings.SCREENING_TOOLS = ["Our own tool"]
    page = words_of(browser.get(address))

    browser.post(address, evidence(screening_tool="other", other_tool="The clinic’s tool"))

    assert re.findall(r"<option value=\"([^\"]*)\"", page)[:3] == ["", "Our own tool", "other"]
    assert screening.evidence.get().screening_tool == "The clinic’s tool"


def test_a_tool_that_is_not_on_the_list_any_more_stays_when_more_is_added(
    browser, address, screening, settings
):
    browser.post(address, evidence(**SCREENED))
    settings.SCREENING_TOOLS = ["Our own tool"]

    browser.post(address, fields_on(browser.get(address)) | {"screening_tool": "other"})

    latest = screening.evidence.first()
    assert (latest.is_correction, latest.screening_tool) == (True, SCREENED["screening_tool"])


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"screening_tool": "other"}, "Enter the name of the tool"),
        ({"other_tool": "The clinic’s"}, "Clear this name, or select Another tool"),
        ({"screening_tool": "A coin"}, "Select a valid choice"),
        ({"outcome": "not_needed"}, "Enter why this duty is not needed"),
    ],
)
def test_what_cannot_be_saved_says_why_and_keeps_what_was_typed(
    browser, address, screening, said, error
):
    page = browser.post(address, evidence(**SCREENED | said))

    assert error in words_of(page)
    assert not screening.evidence.exists()
    assert fields_on(page)["screener"] == "M. Achterberg"


def test_a_screening_that_was_not_done_says_why(browser, address, screening):
    browser.post(address, evidence(outcome="not_needed", note="Screened by the clinic at intake."))

    screening.refresh_from_db()
    assert screening.work_state == WorkState.NOT_NEEDED
    assert screening.evidence.get().note == "Screened by the clinic at intake."


def test_only_a_screening_asks_for_a_tool(browser, police):
    page = words_of(browser.get(police.get_absolute_url()))

    assert "screening_tool" not in page
    assert "What a screening settles" not in page


def test_whatever_the_sex_or_race_on_file_the_duties_and_the_page_are_the_same(browser, ana, now):
    def of_youth(**on_file: object) -> tuple[list[tuple[object, ...]], str]:
        youth = YouthFactory(
            given_name="Robin", family_name="Same", unit=ana.unit, recorded_by=ana, **on_file
        )
        episode = log(youth, by=ana, now=now)
        bring_back(episode, by=ana, now=now)
        duties = episode.duties.order_by("order", "id")
        told = [(one.code, one.order, one.due_at, one.help) for one in duties]
        page = words_of(browser.get(duties.get(code="screen_for_trafficking").get_absolute_url()))
        main = page[page.index("<main") : page.index("</main>")]
        own_ids = rf"{episode.reference}|[0-9a-f-]{{36}}|csrfmiddlewaretoken\" value=\"\w+"
        return told, re.sub(own_ids, "", main)

    each = [
        *(of_youth(sex=sex) for sex in Sex),
        *(of_youth(races=[race]) for race in Race),
        *(of_youth(is_hispanic=known) for known in Known),
    ]

    assert "Which tool?" in each[0][1]
    assert [one == each[0] for one in each] == [True] * len(each)


def test_a_corrected_screening_keeps_what_stood(browser, address, screening, ana, now):
    browser.post(address, evidence(**SCREENED))

    kept = fields_on(browser.get(address))
    browser.post(
        address,
        kept | {"screening_tool": SCREENED["screening_tool"], "screening_result": "unclear"},
    )

    assert [entry.screening_result for entry in screening.evidence.all()] == ["unclear", "no_signs"]
    assert screening.evidence.first().screener == "M. Achterberg"
