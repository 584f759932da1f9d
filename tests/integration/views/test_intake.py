"""The intake form: whatever is typed, nothing is lost, and what is wrong is said beside it."""

import html
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from casework.models import Episode, Known, LeftFrom, Role, Youth
from casework.policies.time_words import Precision
from tests.factories import UnitFactory, UserFactory, YouthFactory
from tests.integration.scenes import bring_back, fields_on, intake

LOG = "/log"


def words_of(response) -> str:
    return html.unescape(response.content.decode())


@pytest.fixture
def browser(as_person, ana):
    return as_person(ana)


def test_the_form_opens_with_six_questions(browser):
    page = words_of(browser.get(reverse("log_youth")))

    for number in range(1, 7):
        assert f"{number}. " in page
    assert "Just now (2:04 a.m.)" in page


def test_a_new_youth_told_just_now(browser, ana, now):
    saved = browser.post(LOG, intake("Jordan Avery"))

    episode = Episode.objects.get()
    assert saved["Location"] == f"/episodes/{episode.public_id}"
    assert (episode.told_at, episode.told_precision) == (now, Precision.EXACT)
    assert (episode.last_seen_at, episode.last_seen_precision) == (None, Precision.UNKNOWN)
    assert "Clocks started. First: Report to police." in words_of(browser.get(saved["Location"]))


def test_everything_that_can_be_said(browser, jordan, now):
    browser.post(
        LOG,
        intake(
            "Jordan Q",
            match=str(jordan.public_id),
            told="earlier_today",
            told_time="1:30 am",
            last_seen="yesterday",
            last_seen_time="about 10:30 pm",
            left_from="school",
            in_danger="yes",
            police_called="no",
        ),
    )

    episode = Episode.objects.get()
    assert episode.youth == jordan
    assert episode.told_at == datetime(2026, 3, 3, 7, 30, tzinfo=UTC)
    assert episode.last_seen_at == datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
    assert episode.last_seen_precision == Precision.ABOUT
    assert (episode.left_from, episode.in_danger) == (LeftFrom.SCHOOL, Known.YES)
    assert episode.police_called == Known.NO


def test_in_danger_is_answered_with_911(browser):
    saved = browser.post(LOG, intake("Jordan Avery", in_danger="yes"), follow=True)

    assert "If nobody has, call 911 now." in words_of(saved)


NOT_SAVED = [
    ("no name", {"name": "  "}, "Enter the youth’s name, nickname or case number"),
    ("no told", {"told": ""}, "Select when you were told"),
    ("an unknown choice", {"told": "tomorrow"}, "Select a valid choice"),
    (
        "told in the future",
        {"told": "earlier_today", "told_time": "11 pm"},
        "That time is still to come today. Enter the day too: yesterday 10:30 pm",
    ),
    (
        "told on a day to come",
        {"told": "before_today", "told_time": "Mar 4 2026 10 pm"},
        "The time you were told must be now or earlier",
    ),
    (
        "not a time",
        {"told": "earlier_today", "told_time": "when it got dark"},
        "Enter a time like 10:30 pm",
    ),
    ("told earlier, no time", {"told": "earlier_today"}, "Enter about what time you were told"),
    (
        "just now, and a time",
        {"told_time": "1:30 am"},
        "You selected Just now. Clear the time, or select Earlier today",
    ),
    (
        "before today, no day",
        {"told": "before_today", "told_time": "1:30 am"},
        "Enter the day too, for example Mar 2 11:40 pm",
    ),
    (
        "a slip of the year",
        {"told": "before_today", "told_time": "Mar 2 2024 10 pm"},
        "This is more than a year ago. Check the day",
    ),
    (
        "last seen after told",
        {
            "told": "earlier_today",
            "told_time": "1:00 am",
            "last_seen": "today",
            "last_seen_time": "1:30 am",
        },
        "“Last seen” is later than “told”. Change one of them, or select Not known yet",
    ),
    (
        "last seen in the future",
        {"last_seen": "today", "last_seen_time": "11:30 pm"},
        "That time is still to come today. Enter the day too: yesterday 10:30 pm",
    ),
    (
        "last seen before that, no day",
        {"last_seen": "before_that"},
        "Enter the day, for example Mar 2 10 pm, or select Not known yet",
    ),
    (
        "last seen not known, and a time",
        {"last_seen": "not_known", "last_seen_time": "10 pm"},
        "You selected Not known yet. Clear the time, or select the day",
    ),
    ("a name as long as a letter", {"name": "J" * 161}, "Enter a name of at most 160 characters"),
    ("a broken key", {"submission_key": "1"}, "Enter a valid UUID"),
]


@pytest.mark.parametrize(
    ("answers", "says"),
    [pytest.param(answers, says, id=name) for name, answers, says in NOT_SAVED],
)
def test_what_cannot_be_saved_says_why_and_keeps_what_was_typed(browser, answers, says):
    sent = intake("Jordan Avery", in_danger="no") | answers

    page = browser.post(LOG, sent)

    assert page.status_code == 200
    assert says in words_of(page)
    assert "<title>Error:" in words_of(page)
    assert not Episode.objects.exists()
    assert not Youth.objects.exists()
    kept = fields_on(page)
    for name, value in sent.items():
        if value.strip() and value != "tomorrow":
            assert kept[name] == value


def test_the_corrected_form_is_saved_with_the_time_of_its_first_sending(browser, now, set_clock):
    page = browser.post(LOG, intake("Jordan Avery", last_seen="before_that"))
    set_clock(now + timedelta(minutes=7))

    browser.post(LOG, fields_on(page) | {"last_seen": "not_known"})

    episode = Episode.objects.get()
    assert (episode.told_at, episode.recorded_at) == (now, now + timedelta(minutes=7))


# --- The night on which the clocks change --------------------------------------------------


@pytest.fixture
def ana_after_the_change(as_person, ana, set_clock):
    """Ana's browser on the morning after the clocks went back."""
    set_clock(datetime(2026, 11, 1, 14, 0, tzinfo=UTC))
    return as_person(ana)


def test_an_hour_that_came_twice_is_asked_about_and_the_answer_works(ana_after_the_change):
    browser = ana_after_the_change
    sent = intake("Jordan Avery", told="earlier_today", told_time="1:30 am")

    asks = browser.post(LOG, sent)

    assert not Episode.objects.exists()
    assert "Before the clocks changed (CDT)" in words_of(asks)
    assert "After the clocks changed (CST)" in words_of(asks)
    assert fields_on(asks)["told_time"] == "1:30 am"
    browser.post(LOG, fields_on(asks) | {"told_fold": "1"})
    assert Episode.objects.get().told_at == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


def test_the_first_of_the_two_hours_can_be_meant_too(ana_after_the_change):
    browser = ana_after_the_change

    browser.post(
        LOG, intake("Jordan Avery", told="earlier_today", told_time="1:30 am", told_fold="0")
    )

    assert Episode.objects.get().told_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_the_hour_of_the_last_sighting_is_asked_about_too(ana_after_the_change):
    browser = ana_after_the_change
    sent = intake("Jordan Avery", last_seen="today", last_seen_time="1:30 am")

    asks = browser.post(LOG, sent)
    browser.post(LOG, fields_on(asks) | {"last_seen_fold": "0"})

    assert Episode.objects.get().last_seen_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_an_hour_that_never_was_is_said(as_person, ana, set_clock):
    set_clock(datetime(2026, 3, 8, 14, 0, tzinfo=UTC))
    browser = as_person(ana)

    page = browser.post(LOG, intake("Jordan Avery", told="earlier_today", told_time="2:30 am"))

    assert not Episode.objects.exists()
    assert "clocks" in words_of(page)
    assert fields_on(page)["told_time"] == "2:30 am"


@pytest.mark.parametrize(
    ("told", "due"),
    [
        (datetime(2026, 3, 7, 19, 52, tzinfo=UTC), "Sun Mar 8, 2:52 p.m. CDT"),
        (datetime(2026, 10, 31, 18, 52, tzinfo=UTC), "Sun Nov 1, 12:52 p.m. CST"),
    ],
    ids=["clocks-go-forward", "clocks-go-back"],
)
def test_a_federal_day_across_a_clock_change_on_the_page(db, as_person, set_clock, told, due):
    set_clock(told)
    unit = UnitFactory(jurisdiction="us", time_zone="America/Chicago")
    browser = as_person(UserFactory(unit=unit))

    episode_page = browser.post(LOG, intake("Jordan Avery"), follow=True)

    assert due in words_of(episode_page)
    police = Episode.objects.get().duties.get(code="report_to_police")
    assert due in words_of(browser.get(police.get_absolute_url()))


# --- Who is meant ----------------------------------------------------------------------------


def test_a_name_that_is_on_file_is_asked_about(browser, jordan):
    page = browser.post(LOG, intake("Jordan Quillfeather"))

    assert not Episode.objects.exists()
    assert "Is it one of these youth?" in words_of(page)
    assert str(jordan.public_id) in words_of(page)


def test_none_of_these_adds_another_youth_of_that_name(browser, jordan):
    asks = browser.post(LOG, intake("Jordan Quillfeather"))

    browser.post(LOG, fields_on(asks) | {"match": "new"})

    assert Episode.objects.get().youth != jordan


def test_a_match_selected_for_another_name_is_not_logged(browser, jordan, unit):
    YouthFactory(given_name="Sam", family_name="Reedmark", unit=unit)

    page = browser.post(LOG, intake("Sam Reedmark", match=str(jordan.public_id)))

    assert not Episode.objects.exists()
    assert (
        "You selected Jordan Quillfeather, but the name is now “Sam Reedmark”. "
        "Select who is meant, or None of these"
    ) in words_of(page)
    assert "match" not in fields_on(page)


def test_a_match_selected_before_the_name_became_a_new_one_is_asked_about_once(browser, jordan):
    page = browser.post(LOG, intake("Robin Sparrow", match=str(jordan.public_id)))

    assert not Episode.objects.exists()
    assert (
        "You selected Jordan Quillfeather, but nobody on file matches “Robin Sparrow”. "
        "Change the name back, or save again to add a new youth under this name"
    ) in words_of(page)
    browser.post(LOG, fields_on(page))
    assert Episode.objects.get().youth.family_name == "Sparrow"


def test_none_of_these_selected_for_another_name_is_asked_about_again(browser, jordan):
    asks = browser.post(LOG, intake("Jordan"))
    answer = fields_on(asks) | {"match": "new", "name": "Jordan Quillfeather"}

    page = browser.post(LOG, answer)

    assert not Episode.objects.exists()
    assert (
        "You selected None of these for “Jordan”, but the name is now “Jordan Quillfeather”."
    ) in words_of(page)
    assert "match" not in fields_on(page)
    browser.post(LOG, fields_on(page) | {"match": "new"})
    assert Episode.objects.get().youth != jordan


def test_while_typing_an_answer_for_another_name_is_not_carried_on(browser, jordan):
    typed = {"name": "Jordan", "match": "new", "matched_name": "Jordan"}

    same = browser.post(reverse("matches"), typed)
    other = browser.post(reverse("matches"), typed | {"name": "Jordan Q"})

    assert fields_on(same) == {"match": "new", "matched_name": "Jordan"}
    assert fields_on(other) == {"matched_name": "Jordan Q"}


@pytest.mark.parametrize(
    "typed", ["jordin", "JORDAN QUIL", "Jodran", "quillfeather jordan", "MO-77"]
)
def test_a_youth_is_found_however_the_name_is_typed(browser, jordan, typed):
    jordan.case_number = "mo-77"
    jordan.save()

    found = browser.post(reverse("matches"), {"name": typed})

    assert "Jordan Quillfeather, 15" in words_of(found)
    assert "Not missing" in words_of(found)
    assert "2010" not in words_of(found)  # no date of birth


@pytest.mark.parametrize(
    "typed", ["", "jo", "  ", "\x00", "\x00\x00\x00abc", "'--", "%%%", "j" * 5000]
)
def test_no_search_breaks(browser, jordan, typed):
    assert browser.post(reverse("matches"), {"name": typed}).status_code == 200
    assert browser.post(LOG, intake(typed, match="\x00")).status_code in {200, 302}


def test_a_match_says_that_the_youth_is_already_logged(browser, episode):
    found = browser.post(reverse("matches"), {"name": "Jordan"})

    assert "Already logged missing, 1:52 a.m." in words_of(found)


@pytest.mark.parametrize("match", ["nonsense", str(uuid.uuid4())])
def test_a_match_that_does_not_exist_is_not_taken(browser, match):
    page = browser.post(LOG, intake("Jordan Avery", match=match))

    assert "Select one of the matches, or None of these" in words_of(page)
    assert not Episode.objects.exists()


def test_a_youth_of_another_unit_cannot_be_posted(browser, other_unit):
    theirs = YouthFactory(unit=other_unit, family_name="Elsewhere")

    page = browser.post(LOG, intake("Somebody New", match=str(theirs.public_id)))

    assert page.status_code == 200
    assert "Elsewhere" not in words_of(page)
    assert not Episode.objects.exists()


def test_a_new_youth_cannot_be_put_into_another_unit(browser, other_unit):
    page = browser.post(LOG, intake("Jordan Avery", unit=str(other_unit.pk)))

    assert not Episode.objects.filter(unit=other_unit).exists()
    assert page.status_code in {200, 302}


def test_on_call_logs_a_youth_of_any_unit(as_person, oona, jordan):
    saved = as_person(oona).post(LOG, intake("Jordan", match=str(jordan.public_id)))

    assert Episode.objects.get().unit == jordan.unit
    assert saved.status_code == 302


def test_on_call_chooses_the_unit_of_a_new_youth(as_person, oona, unit, other_unit):
    as_person(oona).post(LOG, intake("Jordan Avery", unit=str(other_unit.pk)))

    assert Episode.objects.get().unit == other_unit


# --- Whose clock it is -----------------------------------------------------------------------


@pytest.fixture
def agency(db):
    """The agency itself follows the federal base, in another zone than its units."""
    return UnitFactory(name="Agency", jurisdiction="us", time_zone="America/New_York")


@pytest.fixture
def at_the_agency(as_person, agency, unit, other_unit):
    """The browser of somebody on call who belongs to the agency's root."""
    return as_person(UserFactory(role=Role.ON_CALL, unit=agency))


def test_on_call_is_asked_for_the_unit_and_nothing_is_guessed(at_the_agency, unit):
    page = at_the_agency.get(LOG)

    assert '<option value="" selected>Choose the unit</option>' in words_of(page)
    assert "Deadlines here" not in words_of(page)
    assert "They follow from the unit that is responsible" in words_of(page)
    asks = at_the_agency.post(LOG, intake("Jordan Avery", unit=""))
    assert "Select the unit that is responsible for this youth" in words_of(asks)
    assert not Episode.objects.exists()
    at_the_agency.post(LOG, fields_on(asks) | {"unit": str(unit.pk)})
    assert Episode.objects.get().jurisdiction == unit.jurisdiction == "us-mo"


def test_on_call_need_not_say_the_unit_of_a_youth_on_file(at_the_agency, jordan):
    at_the_agency.post(LOG, intake("Jordan", match=str(jordan.public_id), unit=""))

    assert Episode.objects.get().unit == jordan.unit


def test_the_deadlines_shown_are_those_of_the_unit_chosen(at_the_agency, unit):
    page = at_the_agency.post(LOG, intake("", unit=str(unit.pk)))

    assert f"{unit.name} follows Missouri" in words_of(page)


def test_a_supervisor_starts_from_the_own_unit(as_person, sam, unit):
    UnitFactory(parent=unit)

    page = as_person(sam).get(LOG)

    assert f'<option value="{unit.pk}" selected' in words_of(page)
    assert "Choose the unit" not in words_of(page)


def test_the_zone_assumed_before_the_unit_is_known_is_said(at_the_agency):
    page = words_of(at_the_agency.get(LOG))

    assert "Times are taken as EST until the unit is known, then as its own." in page


def test_where_all_units_keep_one_zone_there_is_nothing_to_assume(as_person, oona, other_unit):
    assert "Times are CST." in words_of(as_person(oona).get(LOG))


def test_a_time_typed_under_one_zone_is_not_quietly_read_in_another(at_the_agency, unit):
    sent = fields_on(at_the_agency.get(LOG)) | intake(
        "Jordan Avery", unit=str(unit.pk), told="earlier_today", told_time="1:30 am"
    )

    asks = at_the_agency.post(LOG, sent)

    assert not Episode.objects.exists()
    assert "Times are now CST, not EST: that is the zone of the youth’s unit." in words_of(asks)
    at_the_agency.post(LOG, fields_on(asks) | {"unit": str(unit.pk)})
    assert Episode.objects.get().told_at == datetime(2026, 3, 3, 7, 30, tzinfo=UTC)


# --- Twice -----------------------------------------------------------------------------------------


def test_the_same_form_again_leads_to_the_same_episode(browser, jordan):
    answers = intake("Jordan", match=str(jordan.public_id))

    first, second = browser.post(LOG, answers), browser.post(LOG, answers)

    assert first["Location"] == second["Location"]
    assert Episode.objects.count() == 1


def test_the_same_form_for_a_new_name_again_leads_to_the_same_episode(browser):
    answers = intake("Jordan Avery")

    first, second = browser.post(LOG, answers), browser.post(LOG, answers)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Youth.objects.count() == 1


def test_another_form_for_a_missing_youth_becomes_a_note_on_the_episode(
    as_person, sam, episode, jordan
):
    answers = intake(
        "Jordan",
        match=str(jordan.public_id),
        last_seen="today",
        last_seen_time="12:30 am",
        left_from="school",
        in_danger="yes",
        police_called="yes",
    )
    browser = as_person(sam)

    page = browser.post(LOG, answers, follow=True)

    assert page.redirect_chain == [(f"/episodes/{episode.public_id}", 302)]
    assert Episode.objects.count() == 1
    note = episode.notes.get()
    assert note.recorded_by == sam
    for said in ("told again", "Tue Mar 3, 12:30 a.m. CST", "school", "danger", "Police called"):
        assert said in note.text
    assert "Already logged missing by Ana." in words_of(page)
    browser.post(LOG, answers)
    assert episode.notes.count() == 1


def test_a_youth_who_was_back_starts_a_new_episode(browser, episode, jordan, ana, now):
    bring_back(episode, by=ana, now=now)

    saved = browser.post(LOG, intake("Jordan", match=str(jordan.public_id)))

    assert saved["Location"] != f"/episodes/{episode.public_id}"
    assert Episode.objects.count() == 2


# --- Names ---------------------------------------------------------------------------------------

NAMES = [
    "<script>alert(1)</script>",
    "<img/src=x onerror=alert(1)>",
    "{{ settings.SECRET_KEY }}",
    "Robert'); DROP TABLE casework_youth;--",
    '" autofocus onfocus="alert(1)',
]


@pytest.mark.parametrize("name", NAMES)
def test_markup_in_a_name_is_only_text(browser, name):
    page = browser.post(LOG, intake(name), follow=True)

    assert page.status_code == 200
    raw = page.content.decode()
    if "<" in name:
        assert name not in raw
    assert name in words_of(page)
    assert name in words_of(browser.get("/"))


def test_a_right_to_left_name_is_kept_and_marks_that_turn_text_around_are_not(browser):
    page = browser.post(LOG, intake("زينب \u202eالسعدي"), follow=True)

    youth = Youth.objects.get()
    assert (youth.given_name, youth.family_name) == ("زينب", "السعدي")
    assert "زينب السعدي" in words_of(page)
    assert "\u202e" not in words_of(page)


def test_a_form_sent_before_for_another_youth_is_not_taken_for_saved(browser, ana):
    first = intake("Quentin Alderwood")
    browser.post(reverse("log_youth"), first)

    page = browser.post(reverse("log_youth"), first | {"name": "Philippa Stonehill"})

    assert "Not saved: this form had been sent before, for something else." in words_of(page)
    again = fields_on(page)
    assert again["name"] == "Philippa Stonehill"
    browser.post(reverse("log_youth"), again)
    assert Episode.objects.filter(youth__family_name="Stonehill").count() == 1
