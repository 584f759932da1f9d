"""The protocols pages: what is loaded, what each duty says, and confirming it."""

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from casework.models import DutyConfirmation
from casework.operations.confirmations import Confirmed, standing
from casework.operations.protocols import protocol_for, protocols_in_use
from casework.policies.fingerprint import rules_by_duty
from casework.policies.rules import Verified
from tests.factories import UnitFactory
from tests.integration.models.rows import a_confirmation
from tests.integration.operations.test_confirmations import confirmed
from tests.integration.scenes import fields_on

MISSOURI = "/protocols/us-mo"
POLICE, NCMEC = "report_to_police", "report_to_ncmec"
TOTAL = len(protocol_for("us-mo").duties_on(date(2026, 3, 3)))


def words_of(response) -> str:
    """What one reads on the page."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(text).split())


def box_of(response, code: str) -> str:
    """What the box of a duty sends."""
    return re.search(rf'name="duties" value="({code}:[0-9a-f]+)"', response.content.decode())[1]


def filled_in(page, *codes: str, **answers: str) -> dict[str, object]:
    """The form of the page with these duties ticked."""
    return fields_on(page) | {
        "duties": [box_of(page, code) for code in codes],
        "confirmed_by": "J. Ortiz, counsel",
        "confirmed_on": "Mar 2",
        **answers,
    }


@pytest.fixture
def browser(as_person, adam):
    return as_person(adam)


# --- The list -----------------------------------------------------------------------------------


def test_what_units_use_stands_first_with_who_uses_it(browser, episode, other_unit, adam, now):
    confirmed(adam, now, POLICE, NCMEC)

    words = words_of(browser.get("/protocols"))

    used, others = words.split("Others that are loaded")
    assert f"In use by {other_unit.name} and {episode.unit.name}; 1 open episode" in used
    assert f"2 of {TOTAL} confirmed" in used
    assert "Missouri us-mo" in used
    assert "Missouri us-mo" not in others
    for protocol in protocols_in_use().values():
        assert f"{protocol.name} {protocol.code}" in words
    assert "Porchlight’s" in words


def test_a_unit_without_a_protocol_is_told_loudly(browser, unit):
    UnitFactory(name="North Office", jurisdiction="us-zz")

    response = browser.get("/protocols")

    assert "There is no protocol “us-zz”: North Office should follow it." in words_of(response)
    assert 'message--error" role="alert"' in response.content.decode()


def test_each_protocol_can_be_tried(browser, unit):
    page = browser.get("/protocols").content.decode()

    assert f'{reverse("try_protocol")}?jurisdiction=us-mo"' in page


# --- One protocol -------------------------------------------------------------------------------


def test_each_duty_says_its_rules_where_they_come_from_and_that_nobody_has_confirmed_it(browser):
    words = words_of(browser.get(MISSOURI))

    for said in (
        "The agency has not confirmed any of the",
        "Report to police",
        "Within 2 hours after the agency decided that the youth is missing.",
        f"Missouri, stricter than {protocol_for('us').name}",
        f"{protocol_for('us').name}, holds here too",
        "Required by state policy",
        "Source: Missouri Child Welfare Manual 4.8.3.",
        "Source seen",
        "Not verified: check with counsel",
        "Not confirmed by the agency yet",
        "If they refuse:",
    ):
        assert said in words, said


def test_past_and_future_rules_are_marked(browser):
    words = words_of(browser.get("/protocols/us-il"))

    assert "Not in force any more: ended Jul 31, 2024" in words
    assert "In force since Aug 1, 2024" in words


def test_confirming_is_said_on_the_page_and_in_its_history(browser, adam, now):
    page = browser.get(MISSOURI)

    saved = browser.post(
        f"{MISSOURI}?show=all", filled_in(page, POLICE, NCMEC, note="Read it twice."), follow=True
    )

    words = words_of(saved)
    assert saved.redirect_chain == [(f"{MISSOURI}?show=all", 302)]
    assert "2 duties confirmed by J. Ortiz, counsel." in words
    assert words.count("Confirmed on Mar 2 by J. Ortiz, counsel") == 2
    assert f"The agency has not confirmed {TOTAL - 2} of the {TOTAL} duties" in words
    history = words.split("History newest first")[1]
    assert "J. Ortiz, counsel confirmed 2 duties" in history
    assert "recorded by Adam" in history
    assert "Report to NCMEC; Report to police" in history
    assert "Read it twice." in history


def test_changed_since_says_who_had_confirmed_it_and_when(browser):
    a_confirmation(code=POLICE, confirmed_by="J. Ortiz")

    assert "Changed since it was confirmed on Mar 3 by J. Ortiz" in words_of(browser.get(MISSOURI))


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"duties": []}, "Tick at least one duty"),
        ({"confirmed_by": " "}, "Enter who at the agency confirmed it"),
        ({"confirmed_on": ""}, "Enter on which day it was confirmed, for example Mar 3"),
        ({"confirmed_on": "soon"}, "Enter a day like Mar 3, or today"),
        ({"confirmed_on": "Mar 4 2026"}, "The day must be today or earlier"),
        ({"confirmed_on": "Mar 2 at noon"}, "Enter a day like Mar 3, or today"),
        ({"duties": ["tell_the_press:0000"]}, "A duty has changed since you opened this page"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_stands_in_the_summary_and_beside_the_field(browser, answers, says):
    page = browser.get(MISSOURI)

    refused = browser.post(MISSOURI, filled_in(page, POLICE, NCMEC) | answers)

    assert words_of(refused).count(says) == 2
    assert not DutyConfirmation.objects.exists()
    linked = re.findall(r'<li><a href="#([^"]+)"', refused.content.decode())
    assert all(f'id="{target}"' in refused.content.decode() for target in linked)


def test_what_was_ticked_and_typed_stays_when_something_is_wrong(browser):
    page = browser.get(MISSOURI)

    refused = browser.post(MISSOURI, filled_in(page, POLICE, confirmed_on="soon", note="Kept"))

    text = refused.content.decode()
    assert re.search(rf'value="{box_of(page, POLICE)}" id="id_duties_\d+" checked', text)
    assert text.count(" checked>") == 1
    assert "Kept" in text
    assert 'value="soon"' in text


def test_nobody_confirms_words_that_have_changed_since_the_page_was_opened(browser):
    page = browser.get(MISSOURI)
    stale = f"{POLICE}:{'0' * 16}"

    refused = browser.post(MISSOURI, filled_in(page, NCMEC) | {"duties": [stale]})

    assert "so nothing is saved. Read it again below" in words_of(refused)
    assert not DutyConfirmation.objects.exists()


def test_the_same_form_twice_is_one_confirmation(browser):
    answers = filled_in(browser.get(MISSOURI), POLICE)

    for _ in range(2):
        assert browser.post(MISSOURI, answers).status_code == 302

    assert DutyConfirmation.objects.count() == 1


def test_all_that_are_shown_are_ticked_without_a_script(browser, adam, now):
    confirmed(adam, now, POLICE)

    page = browser.get(f"{MISSOURI}?show=unconfirmed&tick=all").content.decode()

    assert page.count(" checked>") == page.count('name="duties"') == TOTAL - 1
    assert f'value="{POLICE}:' not in page


def test_the_filters_show_what_is_not_confirmed_or_not_verified(browser, adam, now):
    confirmed(adam, now, POLICE, NCMEC)
    doubtful = browser.get(f"{MISSOURI}?show=unverified").content.decode()
    open_ones = browser.get(f"{MISSOURI}?show=unconfirmed").content.decode()

    unverified = {
        code
        for code, rules in rules_by_duty(protocol_for("us-mo")).items()
        if any(rule.verified is Verified.UNVERIFIED for rule in rules)
    }
    assert unverified
    assert set(re.findall(r'name="duties" value="(\w+):', doubtful)) == unverified
    assert f"Not confirmed ({TOTAL - 2})" in doubtful
    assert f'value="{POLICE}:' not in open_ones
    assert 'value="tell_parents:' in open_ones


def test_when_everything_is_confirmed_the_page_says_so(browser, adam, now):
    confirmed(adam, now, *protocol_for("us-mo").duties_on(now.date()))

    words = words_of(browser.get(f"{MISSOURI}?show=unconfirmed"))

    assert f"The agency has confirmed all {TOTAL} duties in these rules." in words
    assert "The agency has confirmed every duty here." in words


def test_a_protocol_that_is_not_loaded_is_not_found(browser):
    assert browser.get("/protocols/us-zz").status_code == 404
    assert browser.get("/protocols/us-zz/withdraw").status_code == 404


# --- Withdrawing --------------------------------------------------------------------------------


def test_a_confirmation_is_withdrawn_with_a_reason(browser, adam, now):
    confirmed(adam, now, POLICE, NCMEC)
    page = browser.get(f"{MISSOURI}/withdraw")

    saved = browser.post(
        f"{MISSOURI}/withdraw",
        fields_on(page) | {"duties": [POLICE], "reason": "A new edition."},
        follow=True,
    )

    words = words_of(saved)
    assert "The confirmation of 1 duty is withdrawn." in words
    assert "Confirmation of 1 duty withdrawn" in words
    assert "A new edition." in words
    assert standing("us-mo")[POLICE].confirmed is Confirmed.NO
    assert standing("us-mo")[NCMEC].confirmed is Confirmed.YES


def test_withdrawing_asks_which_and_why(browser, adam, now):
    confirmed(adam, now, POLICE)
    page = browser.get(f"{MISSOURI}/withdraw")

    refused = words_of(browser.post(f"{MISSOURI}/withdraw", fields_on(page)))
    gone = words_of(
        browser.post(f"{MISSOURI}/withdraw", fields_on(page) | {"duties": [NCMEC], "reason": "x"})
    )

    assert refused.count("Tick at least one duty") == 2
    assert refused.count("Enter why the confirmation is withdrawn") == 2
    assert gone.count("One of these duties is not confirmed any more, so nothing is saved") == 2
    assert standing("us-mo")[POLICE].confirmed is Confirmed.YES


def test_with_nothing_confirmed_there_is_nothing_to_withdraw(browser):
    assert "Withdraw a confirmation" not in words_of(browser.get(MISSOURI))
    assert "Nothing of this protocol is confirmed." in words_of(browser.get(f"{MISSOURI}/withdraw"))


# --- Where people work --------------------------------------------------------------------------


def test_the_page_of_a_duty_says_whether_its_rule_is_confirmed(as_person, ana, adam, police, now):
    before = words_of(as_person(ana).get(police.get_absolute_url()))

    confirmed(adam, now, POLICE)

    after = words_of(as_person(ana).get(police.get_absolute_url()))
    assert "Not confirmed by the agency yet." in before
    assert "Confirmed on Mar 2 by J. Ortiz, counsel." in after


def test_a_duty_of_an_older_version_says_of_which_the_confirmation_is(
    as_person, ana, adam, police, now
):
    confirmed(adam, now, POLICE)
    police.protocol_version = "2025.4"
    police.save()

    words = words_of(as_person(ana).get(police.get_absolute_url()))

    version = protocol_for("us-mo").version
    assert f"Confirmed on Mar 2 by J. Ortiz, counsel, for version {version}." in words


def test_only_admins_find_protocols_in_the_menu(as_person, ana, adam):
    assert 'href="/protocols"' in as_person(adam).get("/").content.decode()
    assert 'href="/protocols"' not in as_person(ana).get("/").content.decode()
