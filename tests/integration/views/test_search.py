"""The box that finds a youth or an episode, whatever somebody has."""

import html
import logging
import re
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import AuditEvent, ContactKind, Outcome
from casework.operations.contacts import end_contact
from tests.factories import EpisodeFactory, UnitFactory, UserFactory, YouthFactory
from tests.integration.scenes import add_contact, bring_back, log, record

ROWS = re.compile(r"<tr>\s*<th scope=\"row\".*?</tr>", re.S)


@pytest.fixture
def zephyr(unit, ana):
    """A youth whom one can find in every way."""
    youth = YouthFactory(
        given_name="Zéphyrine",
        family_name="Quixwell",
        nickname="Fyn",
        aliases=["Marlowe"],
        case_number="SYN-0471",
        unit=unit,
    )
    add_contact(youth, ContactKind.PHONE, "(314) 555-0144", by=ana, label="Aunt’s phone")
    add_contact(youth, ContactKind.ACCOUNT, "@Zeph_x09", by=ana, label="Instagram")
    add_contact(youth, ContactKind.EMAIL, "Zeph@mail.example", by=ana)
    return youth


@pytest.fixture
def missing(zephyr, ana, now):
    """She is missing; police and NCMEC gave their numbers."""
    episode = log(zephyr, by=ana, now=now)
    police, ncmec = (episode.duties.get(code=f"report_to_{who}") for who in ("police", "ncmec"))
    record(police, Outcome.DONE, by=ana, now=now, reference_number="24-118 842")
    record(ncmec, Outcome.DONE, by=ana, now=now, reference_number="2031187")
    return episode


def find(browser, typed):
    """Search as the header's box does; gives the page of results."""
    sent = browser.post(reverse("search"), {"typed": typed})
    assert sent.status_code == 302, html.unescape(sent.content.decode())
    return browser.get(sent["Location"])


def words_of(page) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def hits_of(page) -> list[str]:
    """What the rows of the results say."""
    rows = ROWS.findall(page.content.decode())
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


WAYS = {
    "the whole name": ("Zéphyrine Quixwell", "name matches"),
    "without accents, small": ("zephyrine", "name matches"),
    "the family name first": ("quixwell zephyrine", "name matches"),
    "a beginning": ("quix", "name begins with it"),
    "two letters": ("qu", "name begins with it"),
    "by ear": ("Zeferine", "name sounds alike"),
    "letters swapped": ("Quiwxell", "name has the same letters"),
    "a slip beside a sure name": ("Zephyrine Quixwelk", "name is nearly the same"),
    "the nickname": ("fyn", "nickname matches"),
    "the nickname by ear": ("Phin", "nickname sounds alike"),
    "another name": ("marlowe", "another name matches"),
    "the beginning of another name": ("marl", "another name begins with it"),
    "the case number": ("syn-0471", "case number matches"),
    "a phone": ("314-555-0144", "phone number matches"),
    "a phone with the country's 1": ("+1 (314) 555.0144", "phone number matches"),
    "a phone's last seven digits": ("5550144", "phone number ends with it"),
    "an account": ("@zeph_x09", "account matches"),
    "an account's address": ("https://www.instagram.com/Zeph_x09/", "account matches"),
    "an account's beginning": ("zeph_", "account begins with it"),
    "an e-mail address": ("zeph@MAIL.example", "email address matches"),
}
NUMBERS = {
    "the police report": ("24-118 842", "police report number matches"),
    "the police report, other separators": ("24118-842", "police report number matches"),
    "the NCMEC report": ("2031187", "NCMEC report number matches"),
}


def test_a_youth_is_found_in_every_one_of_these_ways(as_person, ana, missing):
    browser = as_person(ana)

    found = {way: hits_of(find(browser, typed)) for way, (typed, _) in WAYS.items()}

    who = f"Zéphyrine Quixwell “Fyn”, 15 ref {missing.reference} Missing, told 12 min ago"
    assert found == {way: [f"{who} St. Louis Unit 4 {why}"] for way, (_, why) in WAYS.items()}


def test_an_episode_is_found_by_these_numbers(as_person, ana, missing):
    numbers = NUMBERS | {
        "its reference": (missing.reference.lower(), "episode reference matches"),
        "its reference, read aloud": (
            f"{missing.reference[:3]} {missing.reference[3:]}",
            "episode reference matches",
        ),
    }
    browser = as_person(ana)

    found = {way: hits_of(find(browser, typed)) for way, (typed, _) in numbers.items()}

    assert [len(hits) for hits in found.values()] == [1] * len(numbers)
    assert not [way for way, (_, why) in numbers.items() if not found[way][0].endswith(why)]


def test_a_contact_no_longer_in_use_still_finds(as_person, ana, missing, zephyr, now):
    for contact in zephyr.contacts.all():
        end_contact(contact=contact, by=ana, now=now)

    assert len(hits_of(find(as_person(ana), "314 555 0144"))) == 1


def test_the_nearest_come_first_and_among_equals_who_is_missing(as_person, ana, unit, now):
    names = {"Jodran": "letters", "Jordin": "sound", "Jordana": "beginning", "Jordan": "exact"}
    for name in names:
        YouthFactory(given_name=name, family_name="", unit=unit)
    log(YouthFactory(given_name="Jordan", family_name="Zzz", unit=unit), by=ana, now=now)

    hits = hits_of(find(as_person(ana), "jordan"))

    assert [hit.split()[0].strip(",") for hit in hits] == [
        "Jordan",
        "Jordan",
        "Jordana",
        "Jodran",
        "Jordin",
    ]
    assert "Missing" in hits[0]
    assert "Not missing" in hits[1]


def test_a_youth_who_is_back_comes_with_earlier_episodes(as_person, ana, zephyr, now, set_clock):
    first = log(zephyr, by=ana, now=now)
    bring_back(first, by=ana, now=now)
    set_clock(now + timedelta(days=2))
    second = log(zephyr, by=ana, now=now + timedelta(days=2))

    page = find(as_person(ana), "quixwell")

    assert "1 earlier" in hits_of(page)[0]
    assert f"{first.reference}: Returned Tue Mar 3" in words_of(page)
    assert second.get_absolute_url() in page.content.decode()


def test_what_many_are_called_is_cut_and_says_what_to_add(as_person, ana, unit):
    for _ in range(25):
        YouthFactory(given_name="Maria", unit=unit)

    page = find(as_person(ana), "maria")

    assert len(hits_of(page)) == 20
    assert "more than 20 youth found" in words_of(page)
    assert "Showing the 20 nearest youth. Add a letter, a second name or a number." in words_of(
        page
    )


def test_of_many_that_sound_alike_those_spelled_nearly_so_lead(as_person, ana, unit):
    near = YouthFactory(given_name="Katy", family_name="", unit=unit)
    for name in ("Gaudi", "Kuta", "Cedo", "Goethe", "Quito"):
        for _ in range(6):
            YouthFactory(given_name=name, family_name="", unit=unit)
    exact = YouthFactory(given_name="Kati", family_name="", unit=unit)

    hits = hits_of(find(as_person(ana), "kati"))

    assert [hit.split()[0].strip(",") for hit in hits[:2]] == [exact.given_name, near.given_name]
    assert len(hits) <= 20


def test_two_letters_are_a_beginning_and_no_sound(as_person, ana, unit):
    for name in ("Jo", "Joan", "Jay", "Gia"):
        YouthFactory(given_name=name, family_name="", unit=unit)

    hits = hits_of(find(as_person(ana), "jo"))

    assert [hit.split()[0].strip(",") for hit in hits] == ["Jo", "Joan"]


def test_nothing_found_repeats_the_words_and_says_how_to_go_on(as_person, ana, missing):
    page = find(as_person(ana), "Nobody <b>")

    assert "Nothing found for “Nobody <b>”" in words_of(page)
    assert "<b>" not in page.content.decode()
    assert "Try how the name sounds" in words_of(page)
    assert reverse("log_youth") in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter a name, a number, a phone or an account"),
        ("   ", "Enter a name, a number, a phone or an account"),
        ("q", "Enter at least 2 characters"),
        ("q" * 161, "Enter at most 160 characters"),
    ],
)
def test_too_little_or_too_much_is_said_in_words(as_person, ana, typed, said):
    page = as_person(ana).post(reverse("search"), {"typed": typed})

    assert page.status_code == 200
    assert said in words_of(page)


HOSTILE = (
    "'; DROP TABLE casework_youth; --",
    "%%%",
    "__",
    "\\\\",
    "qx\x00%",
    "((((((((",
    "\ud7ff\uffff",
    "١٢٣٤٥٦٧",
    "²²²²²²²",
    "a " * 80,
    "9" * 160,
    "@" * 160,
    "x@y.z" * 30,
)


def test_hostile_words_find_nothing_and_break_nothing(as_person, ana, missing):
    browser = as_person(ana)

    found = {typed: hits_of(find(browser, typed)) for typed in HOSTILE}

    assert found == {typed: [] for typed in HOSTILE}


# --- Who may learn what ------------------------------------------------------------------------

SECRETS = ("Zéphyrine", "Quixwell", "Fyn", "Marlowe", "Missing, told")


@pytest.mark.parametrize(
    "typed", ["quixwell", "Zeferine Quixwell", "SYN-0471", "3145550144", "@zeph_x09", "24118842"]
)
def test_of_another_unit_only_that_there_is_a_record_and_whom_to_ask(
    as_person, omar, sam, missing, settings, typed
):
    sam.phone, settings.ON_CALL_PHONE = "314-555-0101", "314-555-0199"
    sam.save()

    page = find(as_person(omar), typed)

    said = words_of(page)
    assert hits_of(page) == []
    assert "A record exists in St. Louis Unit 4. Ask: Sam, supervisor" in said
    assert "314-555-0101" in said
    assert "On-call line" in said
    assert "314-555-0199" in said
    assert "That you were told this is on record." in said
    assert not [
        word for word in (*SECRETS, missing.reference) if word not in typed and word in said
    ]


def test_a_part_of_a_name_or_number_says_nothing_of_another_unit(as_person, omar, missing):
    browser = as_person(omar)

    for typed in ("quix", "Zeferine", "Fy", "5550144", "zeph_", "SYN", "qu fy"):
        assert "A record exists" not in words_of(find(browser, typed)), typed
    assert not AuditEvent.objects.filter(event="search.out_of_unit").exists()


def test_a_name_that_many_bear_elsewhere_gives_no_unit_away(as_person, omar):
    for number in range(4):
        YouthFactory(given_name="Maria", unit=UnitFactory(name=f"Office {number}"))

    said = words_of(find(as_person(omar), "maria"))

    assert "Several records in other units match." in said
    assert "Office" not in said
    assert not AuditEvent.objects.filter(event="search.out_of_unit").exists()


def test_each_record_told_of_is_in_the_audit_trail_and_every_search_without_its_words(
    as_person, omar, missing, zephyr
):
    find(as_person(omar), "Zephyrine Quixwell")

    told = AuditEvent.objects.get(event="search.out_of_unit")
    made = AuditEvent.objects.get(event="search.made")
    assert (told.subject, told.subject_id, told.by) == ("Youth", zephyr.public_id, omar.public_id)
    assert made.detail == {
        "kinds": ["name"],
        "youth": 0,
        "episodes": 0,
        "has_many_elsewhere": False,
    }


def test_each_role_finds_what_it_may_see(as_person, ana, sam, omar, oona, missing, unit):
    below = UserFactory(unit=UnitFactory(name="Annex", parent=unit))
    above = UnitFactory(name="Region")
    unit.parent = above
    unit.save()
    vera = UserFactory(unit=above, role="supervisor")

    found = {
        name: len(hits_of(find(as_person(person), "SYN-0471")))
        for name, person in {
            "ana": ana, "sam": sam, "vera": vera, "oona": oona, "omar": omar, "below": below,
        }.items()
    }  # fmt: skip

    assert found == {"ana": 1, "sam": 1, "vera": 1, "oona": 1, "omar": 0, "below": 0}


def test_an_episode_of_ones_unit_is_found_when_the_youth_has_moved_on(
    as_person, ana, missing, zephyr, other_unit
):
    zephyr.unit = other_unit
    zephyr.save()

    assert len(hits_of(find(as_person(ana), missing.reference))) == 1
    assert hits_of(find(as_person(ana), "quixwell")) == []


# --- Privacy ------------------------------------------------------------------------------------


def test_what_was_typed_stands_in_no_address_title_or_log(as_person, ana, missing, caplog):
    caplog.set_level(logging.DEBUG)
    browser = as_person(ana)

    sent = browser.post(reverse("search"), {"typed": "Zephyrine Quixwell"})
    page = browser.get(sent["Location"])
    refused = browser.post(reverse("search"), {"typed": "Quixwell" * 30})

    around = [
        sent["Location"],
        *re.findall(r"<title>(.*?)</title>", page.content.decode() + refused.content.decode()),
        *re.findall(r'(?:href|action)="([^"]*)"', page.content.decode()),
        *(
            record.getMessage()
            for record in caplog.records
            if not record.name.startswith("django.db.backends")
        ),
    ]
    assert not [where for where in around if "quixwell" in where.lower()]


def test_reload_works_and_another_session_finds_nothing_under_the_same_address(
    as_person, ana, sam, missing
):
    browser = as_person(ana)
    address = browser.post(reverse("search"), {"typed": "quixwell"})["Location"]

    assert len(hits_of(browser.get(address))) == len(hits_of(browser.get(address))) == 1
    gone = as_person(sam).get(address, follow=True)
    assert "That search is no longer kept. Search again." in words_of(gone)


def test_the_words_go_when_somebody_signs_out(client, ana, missing):
    client.force_login(ana)
    address = client.post(reverse("search"), {"typed": "quixwell"})["Location"]
    client.post(reverse("account_logout"))
    client.force_login(ana)

    assert client.get(address)["Location"] == reverse("search")


def test_the_words_go_after_a_quarter_of_an_hour_and_after_ten_more_searches(
    as_person, ana, missing, now, set_clock
):
    browser = as_person(ana)
    first = browser.post(reverse("search"), {"typed": "quixwell"})["Location"]
    set_clock(now + timedelta(minutes=15, seconds=1))
    assert browser.get(first).status_code == 302

    address = browser.post(reverse("search"), {"typed": "quixwell"})["Location"]
    for _ in range(10):
        browser.post(reverse("search"), {"typed": "marlowe"})
    assert browser.get(address).status_code == 302
    assert len(browser.session["searches"]) == 10


def test_neither_the_session_nor_the_cookie_tells_what_was_searched_for(as_person, ana, missing):
    browser = as_person(ana)

    address = browser.post(reverse("search"), {"typed": "quixwell"})["Location"]

    (cookie,) = (one for one in browser.cookies.values() if one.key.startswith("search_"))
    (kept,) = browser.session["searches"].values()
    halves = [urlsafe_b64decode(half) for half in (kept["half"], cookie.value)]
    assert b"quixwell" not in halves
    assert bytes(a ^ b for a, b in zip(*halves, strict=True)) == b"quixwell"
    assert (cookie["path"], cookie["max-age"], cookie["httponly"]) == (address, 15 * 60, True)


@pytest.mark.parametrize("half", ["", "????????????", "/w==", None])
def test_half_a_search_finds_nothing(as_person, ana, missing, half):
    browser = as_person(ana)
    address = browser.post(reverse("search"), {"typed": "quixwell"})["Location"]
    (name,) = (name for name in browser.cookies if name.startswith("search_"))
    if half is None:
        del browser.cookies[name]
    else:
        browser.cookies[name] = half

    assert browser.get(address)["Location"] == reverse("search")


def test_the_box_is_on_the_pages_of_those_who_may_search_alone(as_person, ana, oona, adam, ruth):
    for person in (ana, oona):
        assert 'role="search"' in as_person(person).get(reverse("search")).content.decode()
    assert 'role="search"' not in as_person(adam).get(reverse("home")).content.decode()
    assert 'role="search"' not in as_person(ruth).get(reverse("audit")).content.decode()


# --- Cost ------------------------------------------------------------------------------------------


def test_many_results_ask_no_more_queries_than_few(as_person, ana, unit, now):
    browser = as_person(ana)

    def count() -> int:
        sent = browser.post(reverse("search"), {"typed": "jordan"})
        with CaptureQueriesContext(connection) as asked:
            browser.get(sent["Location"])
        return len(asked)

    for _ in range(2):
        EpisodeFactory(youth=YouthFactory(unit=unit), returned=True)
    with_few = count()
    for _ in range(12):
        EpisodeFactory(youth=YouthFactory(unit=unit), returned=True)

    assert count() == with_few <= 26
