"""The page that tries a protocol: the same answer as the command, and what it says when refused."""

import html
import json
import re
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.management.commands.explain_protocol import OPTIONS
from casework.operations.protocols import protocols_in_use
from casework.policies.anchors import Anchor
from casework.policies.trial import conditions_of

TRY = "/protocols/try"
TOLD = "2026-03-07T13:52"
# Told on the day before the clocks go forward; every other moment is known.
RICH = {
    "told": TOLD,
    "last_seen": "2026-03-06T23:30",
    "first_suspected": "2026-03-07T13:00",
    "notified": "2026-03-07T14:05",
    "determined_missing": "2026-03-07T14:52",
    "first_report_made": "2026-03-07T15:10",
    "police_report_made": "2026-03-07T15:30",
    "flagged": "2026-03-08T10:00",
    "located": "2026-03-09T09:00",
    "returned": "2026-03-09T10:00",
}


@pytest.fixture
def ask(as_person, adam):
    """What the page answers to an admin."""
    browser = as_person(adam)

    def answer(**asked: str):
        return browser.get(TRY, asked)

    return answer


def words_of(response) -> str:
    """What stands on the page, without its markup."""
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)
    assert main
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main.group())).split())


def on_page(response) -> list[tuple]:
    """Each duty that the page answers with."""
    answer = response.context["answer"]
    return sorted(
        (row.code, row.due_at, row.rule, row.is_provisional)
        for _, rows in answer.phases
        for row in rows
    )


def by_command(jurisdiction: str, *words: str) -> list[tuple]:
    """The same, as `explain_protocol` prints it."""
    out = StringIO()
    call_command("explain_protocol", jurisdiction, *words, "--format=json", stdout=out)
    return sorted(
        (
            row["code"],
            row["due"] and datetime.fromisoformat(row["due"]),
            row["rule"],
            row["provisional"],
        )
        for row in json.loads(out.getvalue())
    )


# --- The same answer as the command ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("moments", "age", "said"),
    [
        ({"told": TOLD}, "", ""),
        *((RICH, age, said) for age in ("12", "17") for said in ("yes", "no")),
    ],
    ids=["told only", "12, all yes", "12, all no", "17, all yes", "17, all no"],
)
def test_for_every_jurisdiction_page_and_command_say_the_same(ask, moments, age, said):
    protocols = protocols_in_use()
    words = [f"--{OPTIONS[Anchor(name)]}={text}" for name, text in moments.items()]
    words += [f"--age={age}"] if age else []

    assert len(protocols) >= 33
    for code, protocol in protocols.items():
        conditions = conditions_of(protocol) if said else []
        fields = {one.value.replace(" ", "_"): said for one in conditions}
        options = [
            f"--condition={'' if said == 'yes' else 'not-'}{one.value.replace(' ', '-')}"
            for one in conditions
        ]

        page = ask(jurisdiction=code, age=age, **moments, **fields)

        assert on_page(page) == by_command(code, *words, *options), code


def test_zone_and_holidays_asked_for_count_on_both(ask):
    place = {"zone": "America/Chicago", "calendar": "us"}

    page = ask(jurisdiction="us-wa", told="2026-11-25T14:00", gone_overnight="yes", **place)

    command = by_command(
        "us-wa",
        "--told=2026-11-25T14:00",
        "--condition=gone-overnight",
        "--tz=America/Chicago",
        "--calendar=us",
    )
    assert on_page(page) == command
    assert "Counted in America/Chicago; business days leave out the federal holidays." in words_of(
        page
    )


# --- What the page says ---------------------------------------------------------------------------


def test_an_answer_begins_with_a_sentence_and_shows_what_was_understood(ask):
    words = words_of(ask(jurisdiction="us-mo", told="Mar 7 2026 1:52 pm"))

    assert re.search(
        r"Missouri, version [\w.]+: \d+ duties, \d+ with a due time, \d+ provisional\.", words
    )
    assert "Agency told: Sat Mar 7, 1:52 p.m. CST." in words
    assert "Counted in America/Chicago" in words


def test_each_duty_comes_with_its_time_rule_source_and_open_questions(ask):
    words = words_of(ask(jurisdiction="us", told=TOLD, zone="America/Chicago"))

    assert "Report to NCMEC report_to_ncmec Sun Mar 8, 2:52 p.m. CDT" in words
    assert "Immediately, never later than 24 hours after the agency was told." in words
    assert "Counted from Sat Mar 7, 1:52 p.m. CST, when the agency was told." in words
    assert "42 USC 671(a)(35)(B)" in words
    assert "Required by law · source seen" in words


def test_an_unknown_anchor_is_called_provisional_with_the_question(ask):
    words = words_of(ask(jurisdiction="us-mo", told=TOLD))

    assert "Provisional" in words
    assert (
        "When the agency decided that the youth is missing is not known yet: "
        "counted from when the agency was told." in words
    )
    assert (
        "Also holds: Federal base (United States): immediately, never later than 24 hours" in words
    )


def test_a_recurring_duty_says_when_it_comes_back(ask):
    words = words_of(ask(jurisdiction="us-fl", told=TOLD, first_suspected="2026-03-07T13:00"))

    assert "Comes back weekly for the first 30 days: Sat Mar 21, 1:00 p.m. EDT; Sat Mar 28" in words


def test_return_duties_stand_apart(ask):
    missing = ask(jurisdiction="us-tx", told=TOLD)
    back = ask(jurisdiction="us-tx", told=TOLD, returned="2026-03-09T10:00")

    assert "Once located or back" not in words_of(missing)
    assert "Once located or back" in words_of(back)
    _, rows = back.context["answer"].phases[1]
    assert "tell_court_of_return" in {row.code for row in rows}


def test_before_anything_is_asked_the_page_says_what_it_is_for_and_gives_examples(ask):
    page = ask()

    words = words_of(page)
    assert "Nothing is stored" in words
    assert "Nothing has been tried yet." in words
    assert "There is a problem" not in words
    for example in (
        "A call at night",
        "The day before the clocks go forward",
        "The day before the clocks go back",
        "Before a holiday weekend",
    ):
        assert example in words


def test_every_example_can_be_clicked(ask, as_person, adam):
    for jurisdiction in ("", "us-tx", "us-az"):
        examples = ask(jurisdiction=jurisdiction).context["examples"]

        assert len(examples) == (2 if jurisdiction == "us-az" else 4)
        for example in examples:
            page = as_person(adam).get(example.url.partition("#")[0])
            assert page.context["answer"] is not None, example.url


def test_a_link_that_names_a_jurisdiction_only_chooses_it(ask):
    page = ask(jurisdiction="us-fl")

    assert "There is a problem" not in words_of(page)
    assert '<option value="us-fl" selected>' in page.content.decode()
    assert "Does any exigent criterion apply?" in words_of(page)


def test_only_the_conditions_that_the_jurisdictions_depend_on_are_asked(ask):
    assert "have an attorney" not in words_of(ask(jurisdiction="us-mo", told=TOLD))
    assert "Does the youth have an attorney?" in words_of(ask(jurisdiction="us-wa", told=TOLD))
    assert "Does the youth have an attorney?" in words_of(
        ask(jurisdiction="us-mo", told=TOLD, other_jurisdiction="us-wa")
    )


def test_nothing_is_stored(ask):
    with CaptureQueriesContext(connection) as asked:
        ask(jurisdiction="us-mo", other_jurisdiction="us-ks", **RICH)

    writes = [q["sql"] for q in asked if not q["sql"].lstrip().upper().startswith("SELECT")]
    assert writes == []
    assert len(asked) <= 6


# --- How it looks on a phone ----------------------------------------------------------------------


def test_the_phone_shows_the_three_most_urgent_clocks_as_they_stand_when_told(ask):
    phone = ask(jurisdiction="us-mo", told=TOLD).context["answer"].phone

    assert phone.at == "Sat Mar 7, 1:52 p.m. CST"
    assert len(phone.clocks) == 3
    assert phone.clocks[0].due.relative.startswith("in ")
    assert phone.more_count == len(phone.duties) - 3
    police = next(duty for duty in phone.duties if duty.title == "Report to police")
    assert (police.due.relative, police.due.absolute) == ("in 2 h", "Sat Mar 7, 3:52 p.m. CST")


def test_on_the_phone_the_clocks_stand_and_lead_to_rows_of_the_answer(ask):
    page = ask(jurisdiction="us-mo", told=TOLD)

    body = page.content.decode()
    assert "data-due=" not in body
    for duty in page.context["answer"].phone.duties:
        assert f'id="{duty.url.removeprefix("#")}"' in body


def test_after_the_return_the_missing_clocks_stand_still_on_the_phone(ask):
    phone = ask(jurisdiction="us-tx", **RICH).context["answer"].phone

    assert phone.at == "Mon Mar 9, 10:01 a.m. CDT"
    states = {duty.due.state_words for duty in phone.duties}
    assert "Left open when the youth returned" in states
    assert phone.clocks[0].due.relative.startswith("in ")


# --- What differs ---------------------------------------------------------------------------------


def test_the_difference_between_two_jurisdictions_is_said_in_sentences(ask):
    words = words_of(
        ask(jurisdiction="us", told=TOLD, zone="America/Chicago", other_jurisdiction="us-mo")
    )

    assert "In Missouri instead of Federal base (United States)" in words
    assert (
        "Report to police: 22 h earlier, due Sat Mar 7, 3:52 p.m. CST instead of "
        "Sun Mar 8, 2:52 p.m. CDT" in words
    )
    assert re.search(r"\d+ dut(y is|ies are) the same\.", words)


def test_the_difference_between_two_told_times_is_said_in_sentences(ask):
    words = words_of(
        ask(jurisdiction="us", told=TOLD, zone="America/Chicago", other_told="Mar 8 2026 1:52 pm")
    )

    assert "In Federal base (United States), told Sun Mar 8, 1:52 p.m. CDT" in words
    assert (
        "Report to police: 23 h later, due Mon Mar 9, 1:52 p.m. CDT instead of "
        "Sun Mar 8, 2:52 p.m. CDT" in words
    )


def test_two_trials_that_agree_say_so(ask):
    page = ask(jurisdiction="us", told=TOLD, other_jurisdiction="us")

    assert "Nothing differs:" in words_of(page)


def test_the_second_told_time_is_refused_beside_its_own_field(ask):
    page = ask(jurisdiction="us", told=TOLD, last_seen="2026-03-07T10:00", other_told="Mar 6 2026")

    assert page.context["form"].errors == {
        "other_told": ["“Last seen” is later than “Agency told”. Change one of them"]
    }
    assert page.context["answer"] is None


# --- What cannot be used --------------------------------------------------------------------------

CHICAGO = {"jurisdiction": "us", "zone": "America/Chicago"}


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ({"told": TOLD}, "jurisdiction", "Select a jurisdiction"),
        ({"jurisdiction": "us", "told": ""}, "told", "Enter when the agency was told"),
        ({"jurisdiction": "us-zz", "told": TOLD}, "jurisdiction", "There is no protocol “us-zz”"),
        ({"jurisdiction": "us", "told": "soon"}, "told", "Enter a time like 10:30 pm"),
        ({"jurisdiction": "us", "told": "Mar 7 2026 1:52"}, "told", "Enter 1:52 am or 1:52 pm"),
        (
            {**CHICAGO, "told": "Nov 1 2026 1:30 am"},
            "told",
            '1:30 a.m. happened twice on Nov 1: write "Nov 1 2026 1:30 am CDT" for the first or '
            '"Nov 1 2026 1:30 am CST" for the second',
        ),
        ({**CHICAGO, "told": "2026-11-01T01:30"}, "told", "2026-11-01T01:30-05:00 or 2026-11-01"),
        (
            {**CHICAGO, "told": "Mar 8 2026 2:30 am"},
            "told",
            "2:30 a.m. did not happen on Mar 8: the clocks went from 2:00 to 3:00 a.m.",
        ),
        ({**CHICAGO, "told": "2026-03-08T02:30"}, "told", "does not exist in America/Chicago"),
        (
            {"jurisdiction": "us", "told": TOLD, "last_seen": "2026-03-08T13:00"},
            "last_seen",
            "“Last seen” is later than “Agency told”. Change one of them",
        ),
        (
            {
                "jurisdiction": "us",
                "told": TOLD,
                "located": "2026-03-09T13:00",
                "returned": "2026-03-09T12:00",
            },
            "located",
            "“Located” is later than “Returned”. Change one of them",
        ),
        ({"jurisdiction": "us", "told": TOLD, "zone": "Chicago"}, "zone", 'no time zone "Chicago"'),
        ({"jurisdiction": "us", "told": TOLD, "zone": "../etc"}, "zone", "no time zone"),
        (
            {"jurisdiction": "us", "told": TOLD, "calendar": "us-zz"},
            "calendar",
            'There is no holiday calendar "us-zz": write "us" for the federal holidays',
        ),
        ({"jurisdiction": "us", "told": TOLD, "age": "200"}, "age", "Write the age in years"),
        ({"jurisdiction": "us", "told": TOLD, "age": "²"}, "age", "Write the age in years"),
        (
            {"jurisdiction": "us-fl", "told": TOLD, "exigent": "perhaps"},
            "exigent",
            "Select Yes, No or Not known",
        ),
        (
            {"jurisdiction": "us", "told": TOLD, "other_jurisdiction": "us-zz"},
            "other_jurisdiction",
            "There is no protocol “us-zz”",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field(ask, asked, field, said):
    page = ask(**asked)

    assert list(page.context["form"].errors) == [field]
    assert said in page.context["form"].errors[field][0]
    assert said in words_of(page)
    assert "There is a problem" in words_of(page)
    assert page.context["answer"] is None


def test_all_that_is_wrong_is_said_at_once(ask):
    page = ask(jurisdiction="us", told="soon", located="later", age="x", calendar="us-zz")

    assert set(page.context["form"].errors) == {"told", "located", "age", "calendar"}


def test_the_repeated_hour_is_taken_when_it_is_named(ask):
    first, second = (
        ask(**CHICAGO, told=f"Nov 1 2026 1:30 am {zone}").context["answer"].phone.at
        for zone in ("CDT", "CST")
    )

    assert (first, second) == ("Sun Nov 1, 1:30 a.m. CDT", "Sun Nov 1, 1:30 a.m. CST")


@pytest.mark.parametrize("told", ["9998-12-31T23:59", "1970-01-01T00:00", "2028-02-29T12:00"])
def test_no_day_is_too_far_for_any_jurisdiction(ask, told):
    for code in protocols_in_use():
        assert ask(jurisdiction=code, told=told).context["answer"] is not None, code


def test_what_was_typed_is_kept_and_cannot_become_markup(ask):
    page = ask(jurisdiction="us", told='"><script>alert(1)</script>')

    assert b"<script>alert" not in page.content


def test_only_admins_may_try(as_person, ana, sam, oona, ruth):
    for person in (ana, sam, oona, ruth):
        assert as_person(person).get(TRY).status_code == 403


def test_a_time_without_a_day_is_todays(ask):
    at = ask(**CHICAGO, told="1:52 am").context["answer"].phone.at

    assert at == "Tue Mar 3, 1:52 a.m. CST"
