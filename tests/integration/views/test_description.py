"""What police ask for: entered on one page, kept on the episode, read out from the report's page."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import AuditEvent, Outcome, Sex
from tests.factories import PlacementFactory
from tests.integration.scenes import evidence, exactly, fields_on, log, record

CARD = "Read this to them"


def words_of(response) -> str:
    return html.unescape(response.content.decode())


def card_of(response) -> str:
    return words_of(response).split(CARD)[1].split("</section>")[0]


@pytest.fixture
def browser(as_person, ana):
    return as_person(ana)


@pytest.fixture
def address(episode):
    return reverse("describe", args=[episode.public_id])


def test_a_new_youth_is_described(browser, address, episode, jordan):
    page = browser.get(address)

    saved = browser.post(
        address,
        fields_on(page)
        | {
            "born_on": "2/3/2011",
            "sex": "female",
            "races": ["white", "american_indian"],
            "is_hispanic": "yes",
            "height_cm": "5'6",
            "weight_grams": "130 lb",
            "eye_color": "Brown",
            "hair_color": "Black, braids",
            "marks": "Scar on the chin",
            "medical_needs": "Asthma inhaler",
        },
        follow=True,
    )

    jordan.refresh_from_db()
    assert (jordan.height_cm, jordan.weight_grams, jordan.sex) == (168, 58967, Sex.FEMALE)
    assert (jordan.races, jordan.is_hispanic) == (["american_indian", "white"], "yes")
    assert saved.redirect_chain == [(episode.get_absolute_url(), 302)]
    words = words_of(saved)
    for said in (
        "The description is saved.",
        "Feb 3, 2011 (age 15)",
        "Female",
        "American Indian or Alaska Native, White",
        "Hispanic or Latino",
        "5 ft 6 in",
        "130 lb",
        "Black, braids",
        "Scar on the chin",
        "Asthma inhaler",
    ):
        assert said in words
    assert "when told:" not in words


def test_every_look_at_it_is_in_the_audit_trail(browser, address, episode, ana):
    browser.get(address)

    event = AuditEvent.objects.get(event="youth.read")
    assert (event.subject_id, event.by) == (episode.youth.public_id, ana.public_id)
    assert event.detail == {"episode": str(episode.public_id)}


def test_saving_an_untouched_form_changes_nothing(browser, address, jordan):
    type(jordan).objects.filter(pk=jordan.pk).update(
        height_cm=169, weight_grams=60_000, races=["asian"], is_hispanic="no"
    )

    browser.post(address, fields_on(browser.get(address)))

    jordan.refresh_from_db()
    assert (jordan.races, jordan.is_hispanic) == (["asian"], "no")
    assert (jordan.height_cm, jordan.weight_grams) == (169, 60_000)
    assert not AuditEvent.objects.filter(event="youth.described").exists()


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"born_on": "15"}, "Enter a date of birth like Jun 1 2010 or 6/1/2010"),
        ({"height_cm": "168"}, "Enter a height like 5 ft 6 or 168 cm"),
        ({"weight_grams": "130"}, "Enter a weight like 130 lb or 59 kg"),
        ({"marks": "m" * 301}, "Enter at most 300 characters"),
        ({"eye_color": "e" * 41}, "Enter at most 40 characters"),
    ],
)
def test_what_cannot_be_saved_says_why_and_keeps_what_was_typed(
    browser, address, jordan, answers, says
):
    sent = fields_on(browser.get(address)) | {"hair_color": "Red"} | answers

    page = browser.post(address, sent)

    assert says in words_of(page)
    kept = fields_on(page)
    changing = {"csrfmiddlewaretoken"}
    assert {name: kept[name] for name in sent.keys() - changing} == {
        name: sent[name] for name in sent.keys() - changing
    }
    jordan.refresh_from_db()
    assert jordan.hair_color == ""


def test_the_second_of_two_people_sees_both_answers_and_loses_none(
    as_person, ana, sam, address, jordan, now, set_clock
):
    anas, sams = as_person(ana), as_person(sam)
    page = fields_on(anas.get(address))
    sams.post(address, page | {"height_cm": "5 ft 7", "eye_color": "Brown"})
    set_clock(now + timedelta(minutes=3))

    told = anas.post(address, page | {"height_cm": "5 ft 6", "marks": "Scar on the chin"})

    words = words_of(told)
    assert "Sam (Tue Mar 3, 2:04 a.m. CST) entered “5 ft 7 in”, you “5 ft 6 in”." in words
    assert "Your changes are not saved yet." in words
    on_page = fields_on(told)
    assert on_page["height_cm"] == "5 ft 6"
    assert on_page["marks"] == "Scar on the chin"
    assert on_page["eye_color"] == "Brown"
    jordan.refresh_from_db()
    assert (jordan.height_cm, jordan.marks) == (170, "")

    anas.post(address, on_page)

    jordan.refresh_from_db()
    assert (jordan.height_cm, jordan.marks, jordan.eye_color) == (168, "Scar on the chin", "Brown")


def test_races_that_two_people_select_meet_in_words_and_neither_is_lost(
    as_person, ana, sam, address, jordan
):
    anas, sams = as_person(ana), as_person(sam)
    page = fields_on(anas.get(address))
    sams.post(address, page | {"races": ["asian", "white"], "is_hispanic": "no"})

    told = anas.post(address, page | {"races": ["black"]})

    assert "entered “Asian, White”, you “Black or African American”" in words_of(told)
    assert fields_on(told) | {"races": "black", "is_hispanic": "no"} == fields_on(told)
    jordan.refresh_from_db()
    assert jordan.races == ["asian", "white"]

    anas.post(address, fields_on(told))

    jordan.refresh_from_db()
    assert (jordan.races, jordan.is_hispanic) == (["black"], "no")


def test_what_only_the_other_person_selected_stays_selected(as_person, ana, sam, address, jordan):
    anas, sams = as_person(ana), as_person(sam)
    page = fields_on(anas.get(address))
    sams.post(address, page | {"races": ["asian", "white"], "marks": "Freckles"})

    told = anas.post(address, page | {"marks": "Scar"})
    told = words_of(told)

    boxes = re.findall(r'<input[^>]*name="races"[^>]*>', told)
    assert [re.search('value="(.*?)"', box)[1] for box in boxes if "checked" in box] == [
        "asian",
        "white",
    ]


@pytest.mark.parametrize("seen", ["", "made-up"])
def test_a_form_that_lost_what_was_seen_overwrites_nothing(browser, address, jordan, seen):
    type(jordan).objects.filter(pk=jordan.pk).update(height_cm=170)

    page = browser.post(address, {"seen": seen, "height_cm": "5 ft 6"})

    assert "Someone entered “5 ft 7 in”, you “5 ft 6 in”." in words_of(page)
    jordan.refresh_from_db()
    assert jordan.height_cm == 170


def test_what_was_different_when_told_stands_beside_what_is_known_now(browser, jordan, ana, now):
    jordan.marks, jordan.height_cm = "Scar on the chin", 160
    jordan.save()
    episode = log(jordan, by=ana, now=now)
    jordan.marks = "Scar on the left cheek"
    jordan.save()

    page = words_of(browser.get(episode.get_absolute_url()))

    assert "Scar on the left cheek" in page
    assert "when told: Scar on the chin" in page
    assert page.count("when told:") == 1


def test_the_police_are_read_all_that_is_known(browser, jordan, ana, now, settings):
    settings.AGENCY_NAME, settings.ON_CALL_PHONE = "Example Agency", "555-0142"
    jordan.nickname, jordan.aliases = "JJ", ["Jojo"]
    jordan.height_cm, jordan.sex = 168, Sex.FEMALE
    jordan.races, jordan.is_hispanic = ["pacific_islander"], "no"
    jordan.save()
    PlacementFactory(youth=jordan, name="Maple House", phone="555-0123")
    episode = log(
        jordan,
        by=ana,
        now=now,
        last_seen=exactly(now - timedelta(hours=3)),
        left_from="school",
    )
    ncmec = episode.duties.get(code="report_to_ncmec")
    record(ncmec, Outcome.DONE, by=ana, now=now, reference_number="NC-77")

    card = card_of(browser.get(episode.duties.get(code="report_to_police").get_absolute_url()))

    for said in (
        "Jordan Quillfeather",
        "JJ, Jojo",
        "Jun 1, 2010 (age 15)",
        "Female",
        "Native Hawaiian or Other Pacific Islander",
        "Not Hispanic or Latino",
        "5 ft 6 in",
        "Mon Mar 2, 11:04 p.m. CST",
        "school",
        "Maple House, 555-0123",
        "NC-77",
        "Example Agency, 555-0142",
        "Ask them not to say publicly that the youth is in foster care.",
    ):
        assert said in card
    assert (
        f"{reverse('describe', args=[episode.public_id])}?for=report_to_police#div_id_marks" in card
    )


def test_ncmec_is_read_the_police_agency_and_the_newest_number(browser, episode, police, ana, now):
    for minute, number in enumerate(("26-0311", "26-0312")):
        record(
            police,
            Outcome.TRIED,
            by=ana,
            now=now + timedelta(minutes=minute),
            agency="Example City Police",
            reference_number=number,
        )

    card = card_of(browser.get(episode.duties.get(code="report_to_ncmec").get_absolute_url()))

    assert "Example City Police, 26-0312" in card
    assert "26-0311" not in card


def test_what_is_not_known_says_so_and_is_never_no(browser, police):
    card = card_of(browser.get(police.get_absolute_url()))

    assert "No number yet" in card
    assert card.count("Not known yet") >= 11
    assert "None" not in card


def test_how_ncmec_lists_it_is_recorded_with_its_report_and_changed_with_a_later_entry(
    browser, episode
):
    report = episode.duties.get(code="report_to_ncmec")
    page = browser.get(report.get_absolute_url())
    assert "How does NCMEC list it?" in words_of(page)

    saved = browser.post(
        report.get_absolute_url(), evidence(ncmec_type="family_abduction"), follow=True
    )

    episode.refresh_from_db()
    assert episode.ncmec_type == "family_abduction"
    assert "Listed by NCMEC as: Family abduction" in words_of(saved)
    again = fields_on(browser.get(report.get_absolute_url()))
    assert again["ncmec_type"] == "family_abduction"
    for answer in ("nonfamily_abduction", "not_recorded"):
        kept = fields_on(browser.get(report.get_absolute_url()))
        browser.post(report.get_absolute_url(), kept | {"ncmec_type": answer})
        episode.refresh_from_db()
        assert episode.ncmec_type == answer
    entries = report.evidence.order_by("recorded_at", "id").values_list("ncmec_type", flat=True)
    assert list(entries) == ["family_abduction", "nonfamily_abduction", "not_recorded"]


def test_a_report_that_says_nothing_of_the_type_leaves_it_as_it_is(browser, episode):
    type(episode).objects.filter(pk=episode.pk).update(ncmec_type="lost_or_injured")

    browser.post(episode.duties.get(code="report_to_ncmec").get_absolute_url(), evidence())

    episode.refresh_from_db()
    assert episode.ncmec_type == "lost_or_injured"


def test_an_attempt_does_not_say_again_what_somebody_has_changed_meanwhile(browser, episode):
    report = episode.duties.get(code="report_to_ncmec")
    type(episode).objects.filter(pk=episode.pk).update(ncmec_type="endangered")
    page = browser.get(report.get_absolute_url())
    assert "On file: Endangered" in words_of(page)

    type(episode).objects.filter(pk=episode.pk).update(ncmec_type="family_abduction")
    browser.post(report.get_absolute_url(), fields_on(page) | evidence(outcome="tried"))

    episode.refresh_from_db()
    assert report.evidence.get().outcome == "tried"
    assert episode.ncmec_type == "family_abduction"


def test_only_the_report_to_ncmec_asks_how_ncmec_lists_it(browser, episode, police):
    assert "ncmec_type" not in words_of(browser.get(police.get_absolute_url()))

    browser.post(police.get_absolute_url(), evidence(ncmec_type="family_abduction"))

    episode.refresh_from_db()
    assert episode.ncmec_type == "not_recorded"


def test_other_duties_have_nothing_to_read_out(browser, episode):
    other = episode.duties.get(code="tell_parents")

    assert CARD not in words_of(browser.get(other.get_absolute_url()))


def test_who_adds_a_fact_during_the_report_comes_back_to_the_report(browser, address, police):
    from_report = f"{address}?for=report_to_police"
    page = browser.get(from_report)

    assert f'action="{from_report}"' in words_of(page)
    saved = browser.post(from_report, fields_on(page) | {"height_cm": "5 ft 6"}, follow=True)

    assert saved.redirect_chain == [(police.get_absolute_url(), 302)]
    assert "5 ft 6 in" in card_of(saved)


@pytest.mark.parametrize("code", ["nothing", "tell_parents", "%00"])
def test_any_other_way_leads_back_to_the_episode(browser, address, episode, code):
    saved = browser.post(f"{address}?for={code}", {})

    assert saved["Location"] == episode.get_absolute_url()


def test_the_number_of_queries_does_not_grow(browser, address, episode, police, ana, now):
    ncmec = episode.duties.get(code="report_to_ncmec")

    def counts() -> list[int]:
        found = []
        for page in (address, ncmec.get_absolute_url()):
            browser.get(page)
            with CaptureQueriesContext(connection) as asked:
                browser.get(page)
            found.append(len(asked))
        return found

    record(police, Outcome.TRIED, by=ana, now=now, reference_number="1")
    with_little = counts()
    for _ in range(5):
        record(police, Outcome.TRIED, by=ana, now=now, reference_number="2")

    assert counts() == with_little
    assert with_little[0] <= 8
