"""The dashboard and Missing now: what stands where, what each figure counts, and whom they show."""

import gzip
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.access.board import BoardFilter, DutyState, FlagIs, LengthBand, Scope, Status
from casework.access.board_address import query_of, read_filter, read_query
from casework.models import FlagMark, Outcome, PlacementKind, Role, Said
from casework.operations import returns
from casework.operations.flags import raise_by_hand
from tests.factories import DutyFactory, PlacementFactory, UnitFactory, UserFactory, YouthFactory
from tests.integration.models.rows import a_flag
from tests.integration.scenes import bring_back, check, exactly, log, record

HOUR = timedelta(hours=1)


@pytest.fixture
def vera(unit):
    """Supervisor of a unit above Ana's."""
    above = UnitFactory(name="Eastern Region")
    unit.parent = above
    unit.save()
    return UserFactory(name="Vera", role=Role.SUPERVISOR, unit=above)


def flag(episode, *, by, now, why="No coat, and it snows", mark=FlagMark.ENDANGERED):
    return raise_by_hand(episode=episode, by=by, now=now, mark=mark, why=why)


def locate(episode, *, by, now):
    return returns.record_located(episode=episode, by=by, now=now, located=exactly(now))


@pytest.fixture
def agency(ana, omar, oona, vera, unit, now):
    """Youth of two units in every state that a figure counts, by a word for each."""

    def missing(name, *, by=ana, unit=unit, told=2 * HOUR, **told_more):
        youth = YouthFactory(given_name=name, family_name="Quillfeather", unit=unit)
        PlacementFactory(
            youth=youth, kind=PlacementKind.GROUP_HOME, started_at=now - 90 * 24 * HOUR
        )
        return log(youth, by=by, now=now, told_at=now - told, **told_more)

    ours = {
        "fresh": missing("Fresh", told=HOUR / 2),
        "late": missing("Late", told=5 * HOUR),
        "endangered": missing("Endangered", told=HOUR / 4),
        "both": missing("Both", told=6 * HOUR),
        "long": missing("Long", told=9 * 24 * HOUR),
        "located": missing("Located", told=3 * HOUR),
        "returned": missing("Returned", told=4 * HOUR),
        "nobodys": missing("Nobodys", told=HOUR, by=oona),
        "theirs": missing("Theirs", by=omar, unit=omar.unit),
    }
    flag(ours["endangered"], by=ana, now=now)
    flag(ours["both"], by=ana, now=now, why="Needs daily insulin")
    locate(ours["located"], by=ana, now=now)
    bring_back(ours["returned"], by=ana, now=now)
    check(ours["late"], "push.unsafe_here", Said.YES, by=ana, now=now)
    type(ours["nobodys"]).objects.filter(pk=ours["nobodys"].pk).update(assigned_to=None)
    return ours


def rows_on(response) -> list[str]:
    """The given names in the list of a page, in its order."""
    page = response.content.decode()
    return re.findall(r'board__youth" scope="row"[^>]*><a href="[^"]+">(\w+) Quillfeather', page)


def tiles_on(response) -> dict[str, tuple[int, str]]:
    """The figures of the dashboard with their addresses, by their words."""
    found = re.findall(
        r'class="tile" href="([^"]+)".*?tile__number">(\d+)</span>.*?tile__words">(?:<svg.*?</svg>)?'
        r"([^<]+)<",
        response.content.decode(),
    )
    return {words: (int(number), url.replace("&amp;", "&")) for url, number, words in found}


# --- The dashboard -------------------------------------------------------------------------


def test_the_most_urgent_stands_first_under_the_words_of_its_group(as_person, sam, agency):
    home = as_person(sam).get("/")

    assert rows_on(home)[:2] == ["Both", "Endangered"]
    page = home.content.decode()
    groups = re.findall(r'scope="rowgroup"[^>]*>([^<]+)<', page)
    assert groups[:3] == [
        "Endangered, and a duty is overdue",
        "Endangered",
        "A duty is overdue",
    ]
    assert "Needs daily insulin" in page
    assert "First in 90 days" in page
    assert "Endangered, with a duty overdue." in page  # how we sort


def test_the_list_has_as_many_youth_as_its_heading_says(as_person, sam, agency):
    home = as_person(sam).get("/")

    assert "7 youth missing" not in home.content.decode()
    assert f"{len(rows_on(home))} youth missing" in home.content.decode()
    assert "Located" not in rows_on(home)
    assert "Returned" not in rows_on(home)


def test_who_is_located_or_back_stands_below(as_person, sam, agency):
    page = as_person(sam).get("/").content.decode()

    located = page[page.index('id="located-heading"') : page.index('id="returned-heading"')]
    returned = page[page.index('id="returned-heading"') : page.index('id="workload-heading"')]
    assert "Located Quillfeather" in located
    assert "Returned Quillfeather" in returned


def test_every_figure_leads_to_exactly_as_many_rows(as_person, agency, sam, vera, oona):
    for person in (sam, vera, oona):
        browser = as_person(person)
        for scope in Scope:
            tiles = tiles_on(browser.get(f"/?scope={scope}"))

            assert len(tiles) == 5
            for words, (number, url) in tiles.items():
                assert len(rows_on(browser.get(url))) == number, (person, scope, words)


def test_the_figures_count_what_they_say(as_person, sam, agency):
    tiles = tiles_on(as_person(sam).get("/"))

    assert {words: number for words, (number, _) in tiles.items()} == {
        "with a duty overdue, missing or back": 5,
        "with a duty due in 4 hours, missing or back": 3,
        "endangered": 2,
        "with nobody assigned, missing or back": 1,
        "missing over 7 days": 1,
    }


def test_the_list_behind_a_figure_says_that_some_of_them_are_back(as_person, sam, agency):
    _, url = tiles_on(as_person(sam).get("/"))["with a duty overdue, missing or back"]

    page = as_person(sam).get(url)

    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))
    assert "5 youth missing or back, with something left to do" in said
    assert "Missing or back, with something left to do Remove" in said


def test_of_a_youth_who_is_back_the_list_says_how_long_they_were_missing(
    as_person, sam, ana, unit, now
):
    for seen in (None, exactly(now - timedelta(hours=3))):
        episode = log(YouthFactory(unit=unit), by=ana, now=now, last_seen=seen)
        bring_back(episode, by=ana, now=now)

    page = as_person(sam).get("/missing?status=returned_open").content.decode()

    assert "Was missing for <strong>3 h</strong>" in page
    assert "From told to the end: <strong>12 min</strong>" in page
    assert "Missing for </span>" not in page


def test_every_number_of_the_workload_leads_to_exactly_as_many_rows(as_person, sam, agency):
    browser = as_person(sam)
    page = browser.get("/").content.decode()
    workload = page[page.index('id="workload-heading"') : page.index('id="days-heading"')]

    links = re.findall(r'<a href="([^"]+)">(\d+)<span', workload)

    assert len(links) >= 3
    for url, number in links:
        assert len(rows_on(browser.get(url.replace("&amp;", "&")))) == int(number), url


def test_a_supervisor_chooses_whose_youth(as_person, vera, agency):
    browser = as_person(vera)

    everybody = browser.get("/").content.decode()
    own_unit = browser.get("/?scope=unit")

    assert "My unit and units below" in everybody
    assert "Both Quillfeather" in everybody
    assert rows_on(own_unit) == []
    assert "No youth is missing." in own_unit.content.decode()
    assert "Theirs" not in everybody


def test_a_caseworker_sees_their_own_youth_then_the_others_flagged_first(as_person, ana, agency):
    page = as_person(ana).get("/").content.decode()

    mine, others = page.split('id="others-heading"')
    assert mine.index("Both Quillfeather") < mine.index("Endangered Quillfeather")
    assert mine.index("Endangered Quillfeather") < mine.index("Late Quillfeather")
    assert "Nobodys Quillfeather" in others
    assert "Nobody yet" in others
    assert 'class="tile"' not in page


def test_what_was_done_in_time_is_said_as_n_of_n(as_person, sam, agency, ana, now):
    record(agency["fresh"].duties.get(code="report_to_police"), Outcome.DONE, by=ana, now=now)

    page = as_person(sam).get("/").content.decode()

    strip = page[page.index('id="days-heading"') :]
    assert re.search(r"Police told</dt><dd>1 of \d", strip)
    assert "None was due" in strip or re.search(r"Screened after the return</dt><dd>\d of", strip)


def test_the_dashboard_is_small(as_person, sam, ana, unit):
    for number in range(60):
        youth = YouthFactory(unit=unit, given_name=f"Youth{chr(97 + number % 26)}")
        duty = DutyFactory(episode__youth=youth, episode__assigned_to=ana)
        a_flag(episode=duty.episode)

    page = as_person(sam).get("/")

    assert "60 youth missing" in page.content.decode()
    assert "Show the next 50" in page.content.decode()
    assert len(gzip.compress(page.content)) < 20_000


def test_the_page_says_how_fresh_it_is_and_whether_reminders_run(as_person, sam):
    page = as_person(sam).get("/").content.decode()

    assert "As of Tue Mar 3, 2:04 a.m. CST" in page
    assert "Reminders are not running" in page  # nothing has ticked in this test
    assert "<title>Dashboard" in page


# --- Missing now ---------------------------------------------------------------------------


def test_the_address_says_which_youth(as_person, sam, agency):
    browser = as_person(sam)

    for query, names in {
        "": {"Fresh", "Late", "Endangered", "Both", "Long", "Nobodys"},
        "status=located": {"Located"},
        "status=returned_open": {"Returned"},
        "flag=endangered": {"Endangered", "Both"},
        "flag=endangered&duty=overdue": {"Both"},
        "length=over_7d": {"Long"},
        "worker=nobody": {"Nobodys"},
        "factor=push.unsafe_here": {"Late"},
        "placement=group_home&length=under_24h&age=under_13": set(),
    }.items():
        page = browser.get(f"/missing?{query}" if query else "/missing")

        assert set(rows_on(page)) == names, query
        assert f"{len(names) or 'No'} youth" in page.content.decode(), query


def test_each_limit_can_be_lifted(as_person, sam, agency):
    browser = as_person(sam)
    page = browser.get("/missing?flag=endangered&duty=overdue").content.decode()

    chips = dict(
        re.findall(r'class="chip">([^<]+) <a href="([^"]+)">Remove', page.replace("&amp;", "&"))
    )

    assert chips.keys() == {"Flag: Endangered", "Duties: A duty is overdue"}
    assert set(rows_on(browser.get(chips["Duties: A duty is overdue"]))) == {"Endangered", "Both"}


def test_an_empty_list_says_what_to_do(as_person, sam, agency):
    page = as_person(sam).get("/missing?age=under_13&flag=likely_trafficking").content.decode()

    assert "No youth fits all of these. Remove one above to see more." in page


def test_empty_fields_of_the_form_leave_the_address(as_person, sam):
    answer = as_person(sam).get("/missing?scope=&status=&flag=endangered&duty=&after=")

    assert answer["Location"] == "/missing?flag=endangered"


def test_what_an_address_asks_that_there_is_not_is_said(as_person, sam, agency):
    page = as_person(sam).get("/missing?flag=purple").content.decode()

    assert "There is a problem" in page
    assert "Select one of the choices listed" in page


def test_pages_put_together_are_the_whole_list_once(
    as_person, monkeypatch, agency, ana, sam, vera, oona
):
    for person, number in ((ana, 8), (sam, 8), (vera, 8), (oona, 9)):
        browser = as_person(person)
        monkeypatch.setattr("casework.presenters.lists.PAGE", 50)
        whole = rows_on(browser.get("/missing?status=any"))
        monkeypatch.setattr("casework.presenters.lists.PAGE", 3)

        names, url = [], "/missing?status=any"
        while url:
            page = browser.get(url)
            names += rows_on(page)
            assert ("Back to the most urgent" in page.content.decode()) == ("after=" in url)
            following = re.search(r'href="([^"]+)">Show the next 3<', page.content.decode())
            url = following.group(1).replace("&amp;", "&") if following else ""

        assert names == whole
        assert len(set(names)) == len(names) == number


def test_who_has_no_cases_sees_no_list(as_person, adam, ruth):
    for person in (adam, ruth):
        browser = as_person(person)
        for path in ("/missing", "/missing/changes", "/views", "/views/save"):
            assert browser.get(path).status_code == 403


def test_a_unit_or_worker_of_others_shows_nobody(as_person, ana, omar, agency):
    browser = as_person(ana)

    for query in (f"unit={omar.unit.public_id}", f"worker={omar.public_id}"):
        page = browser.get(f"/missing?{query}")
        assert rows_on(page) == []
        assert "Omar" not in page.content.decode()
        assert omar.unit.name not in page.content.decode()


def test_as_many_queries_for_many_rows_as_for_few(as_person, ana, sam, oona, unit, now):
    browsers = [as_person(person) for person in (ana, sam, oona)]

    def queries() -> list[int]:
        numbers = []
        for browser in browsers:
            for address in ("/", "/missing", "/missing?status=any&flag=endangered"):
                browser.get(address)
                with CaptureQueriesContext(connection) as asked:
                    assert browser.get(address).status_code == 200
                numbers.append(len(asked))
        return numbers

    def log_more(number):
        for minute in range(number):
            youth = YouthFactory(unit=unit)
            PlacementFactory(youth=youth, started_at=now - 9 * 24 * HOUR)
            by = UserFactory(unit=unit)
            episode = log(youth, by=by, now=now, told_at=now - timedelta(minutes=minute))
            flag(episode, by=by, now=now)

    log_more(2)
    with_few = queries()
    log_more(12)

    assert queries() == with_few
    assert max(with_few) <= 35


# --- What has changed ----------------------------------------------------------------------


def changes_url(page) -> str:
    return re.search(r'hx-get="([^"]+)"', page.content.decode()).group(1).replace("&amp;", "&")


def test_a_list_that_has_not_changed_says_nothing(as_person, sam, agency):
    browser = as_person(sam)

    for address in ("/", "/missing", "/missing?flag=endangered"):
        answer = browser.get(changes_url(browser.get(address)), headers={"HX-Request": "true"})

        assert answer.status_code == 204
        assert answer.content == b""


def test_another_youth_is_one_change_with_the_way_to_see_it(as_person, sam, ana, agency, now):
    browser = as_person(sam)
    url = changes_url(browser.get("/"))
    log(YouthFactory(unit=ana.unit), by=ana, now=now)

    answer = browser.get(url, headers={"HX-Request": "true"}).content.decode()

    assert "<strong>1 change</strong>" in answer
    assert 'href="/"' in answer
    assert "Avery" not in answer


def test_a_duty_that_becomes_overdue_is_a_change(as_person, sam, agency, set_clock, now):
    browser = as_person(sam)
    url = changes_url(browser.get("/missing"))

    set_clock(now + timedelta(minutes=95))

    assert "change" in browser.get(url).content.decode()


def test_a_change_in_another_unit_is_none(as_person, sam, omar, agency, now):
    browser = as_person(sam)
    url = changes_url(browser.get("/"))

    log(YouthFactory(unit=omar.unit), by=omar, now=now)

    assert browser.get(url).status_code == 204


def test_who_was_signed_out_is_not_shown_the_sign_in_page_in_a_corner(client):
    answer = client.get("/missing/changes", headers={"HX-Request": "true"})

    assert answer.status_code == 401


# --- A filter in an address ----------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [
        BoardFilter(),
        BoardFilter(status=Status.MISSING),
        BoardFilter(scope=Scope.MINE, status=Status.RETURNED_OPEN),
        BoardFilter(is_unassigned=True, flag=FlagIs.NONE, length=LengthBand.DAYS_1_3),
        BoardFilter(duty=DutyState.DUE_4H, placement="shelter", factor="pull.family"),
    ],
)
def test_a_filter_reads_back_from_its_address(wanted):
    assert read_query(query_of(wanted)) == wanted


def test_an_address_says_nothing_that_it_was_not_asked(ana):
    asked = {"factor": "x' OR 1=1", "worker": "Jordan", "unit": "1", "flag": "<b>", "status": "?"}

    assert read_filter(asked) == BoardFilter(status=Status.MISSING)
