"""Patterns: what episodes have in common, in numbers that add up and lead to no youth."""

import html
import random
import re
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.models import ChecklistAnswer, EndReason, Episode, Role, Said, Unit, User
from casework.models.youth import PlacementKind
from casework.policies.time_words import Precision
from tests.factories import (
    EpisodeFactory,
    PlacementFactory,
    UnitFactory,
    UserFactory,
    YouthFactory,
)

pytestmark = pytest.mark.usefixtures("clock_stands")

DAY = timedelta(days=1)
CONFLICT, ONLINE = "push.family_conflict", "pull.online_contact"
YEAR = 2025  # whole, on the day of these tests


@pytest.fixture
def words_of(as_person):
    """What the page of patterns says to a person."""

    def read(person: User, address: str = "/patterns") -> str:
        answer = as_person(person).get(address)
        assert answer.status_code == 200
        text = re.sub(r"<svg.*?</svg>", " ", answer.content.decode(), flags=re.S)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))

    return read


def missing(
    unit: Unit,
    told_at: datetime,
    *,
    by: User,
    length: timedelta | None = timedelta(hours=5),
    youth=None,
    place: str = "",
    kind: PlacementKind = PlacementKind.GROUP_HOME,
    end_reason: EndReason = EndReason.FOUND_ELSEWHERE,
    **answers: Said,
) -> Episode:
    """One episode of the past, with these answers."""
    youth = youth or YouthFactory(unit=unit, recorded_by=by)
    ended = told_at + length if length else None
    episode = EpisodeFactory(
        youth=youth,
        unit=unit,
        assigned_to=by,
        recorded_by=by,
        told_at=told_at,
        recorded_at=told_at,
        time_zone=unit.time_zone,
        placement=PlacementFactory(
            youth=youth, name=place, kind=kind, started_at=told_at - DAY, ended_at=told_at
        )
        if place
        else None,
        ended_at=ended,
        ended_recorded_at=ended,
        ended_by=by if ended else None,
        end_reason=end_reason if ended else "",
    )
    for key, said in answers.items():
        say(episode, key.replace("__", "."), said, by=by)
    return episode


def say(episode: Episode, key: str, said: Said, *, by: User, later: timedelta = DAY) -> None:
    ChecklistAnswer.objects.create(
        episode=episode,
        key=key,
        answer=said,
        recorded_at=episode.told_at + later,
        recorded_by=by,
        submission_key=f"00000000-0000-4000-8000-{random.randrange(10**12):012}",
    )


def some(number: int, unit: Unit, by: User, *, start: datetime, **given) -> list[Episode]:
    return [missing(unit, start + index * DAY, by=by, **given) for index in range(number)]


# --- The figures, pinned ----------------------------------------------------------------------


@pytest.fixture
def winter(unit, sam, now) -> list[Episode]:
    """24 episodes of Sam's unit: 12 with conflict at home, 4 without, 3 where nobody knows."""
    start = now - 60 * DAY
    return [
        *some(12, unit, sam, start=start, push__family_conflict=Said.YES, place="Maple House"),
        *some(4, unit, sam, start=start, push__family_conflict=Said.NO),
        *some(3, unit, sam, start=start, push__family_conflict=Said.DONT_KNOW),
        *some(5, unit, sam, start=start),
    ]


def test_a_factor_is_told_of_the_episodes_in_which_it_is_known_and_unknown_is_never_no(
    words_of, sam, winter
):
    page = words_of(sam)

    assert "24 episodes started, involving 24 youth." in page
    assert "Most often: Conflict or violence at home, in 12 of 16 episodes" in page
    assert "Conflict or violence at home 12 of 16 19 of 24" in page
    assert "Something was asked in 19 of 24 (79%) episodes." in page


def test_the_last_answer_of_an_episode_counts(words_of, sam, winter):
    say(winter[0], CONFLICT, Said.NO, by=sam, later=2 * DAY)
    say(winter[1], CONFLICT, Said.NOT_ASKED, by=sam, later=2 * DAY)

    assert "Conflict or violence at home 10 of 15 18 of 24" in words_of(sam)


def test_both_at_once_are_counted_by_episode(words_of, sam, winter):
    say(winter[0], ONLINE, Said.YES, by=sam)
    say(winter[12], ONLINE, Said.YES, by=sam)

    page = words_of(sam)

    assert "In 1 of 24 (4%) episodes the youth had something to get away from" in page
    assert "Only something to get away from 11 of 24 (46%)" in page
    assert "Only something to go toward 1 of 24 (4%)" in page
    assert "Nothing asked yet 5 of 24 (21%)" in page


def test_the_page_speaks_of_what_youth_leave_and_never_calls_them_by_it(words_of, sam, winter):
    page = words_of(sam)

    assert "What youth leave, and what draws them" in page
    assert not re.search(r"\b(running|run ?away|runner|awol|abscond)", page, re.IGNORECASE)


def test_what_was_opened_in_error_counts_nowhere(words_of, sam, unit, winter, now):
    missing(unit, now - 30 * DAY, by=sam, end_reason=EndReason.OPENED_IN_ERROR)

    assert "24 episodes started" in words_of(sam)


def test_places_kinds_and_lengths(words_of, sam, unit, winter, now):
    missing(unit, now - 30 * DAY, by=sam, length=3 * DAY)
    missing(unit, now - 20 * DAY, by=sam, length=None)

    page = words_of(sam)

    assert "Most often: Maple House, 12 of 26 (46%)." in page
    assert "Group home 12 of 26 (46%)" in page
    assert "No placement on file 14 of 26 (54%)" in page
    assert "Under 24 hours 24 of 26 (92%)" in page
    assert "1 to 3 days 0 of 26 (0%) 3 to 7 days 1 of 26 (4%)" in page
    assert "Still missing 1 of 26 (4%)" in page


def test_a_length_counts_from_last_seen_where_that_is_known_to_the_hour(
    words_of, sam, unit, ana, now
):
    episode = missing(unit, now - 30 * DAY, by=sam, length=timedelta(hours=20))
    Episode.objects.filter(pk=episode.pk).update(
        last_seen_at=episode.told_at - timedelta(hours=5), last_seen_precision=Precision.ABOUT
    )

    assert "1 to 3 days 1 of 1" in words_of(sam)


def test_youth_who_were_missing_more_than_once(words_of, sam, unit, winter, now):
    youth = winter[0].youth
    for days in (30, 20):
        missing(unit, now - days * DAY, by=sam, youth=youth)

    page = words_of(sam)

    assert "26 episodes started, involving 24 youth." in page
    assert "1 of 24 (4%) youth were missing more than once. They make up 3 of 26 (12%)" in page
    assert "3 times or more 1 of 24 (4%) 3 of 26 (12%)" in page


def test_months_days_and_hours_are_those_of_the_place(words_of, sam, unit):
    """11 p.m. on Sunday, Nov 30 in Missouri is December in London already."""
    missing(unit, datetime.fromisoformat("2025-12-01T05:00:00+00:00"), by=sam)

    page = words_of(sam)

    assert "Nov 2025 1 " in page
    assert "Dec 2025 0 " in page
    assert "Told most often: Sunday, 1 of 1." in page
    assert "Told most often: 6 p.m. to midnight, 1 of 1." in page


def test_a_moment_known_to_the_day_has_no_hour(words_of, sam, unit, now):
    episode = missing(unit, now - 30 * DAY, by=sam)
    Episode.objects.filter(pk=episode.pk).update(told_precision=Precision.DATE_ONLY)

    assert "Hour not known 1 of 1" in words_of(sam)


# --- Which episodes -----------------------------------------------------------------------------


def test_a_period_a_unit_and_a_kind_of_placement_can_be_chosen(words_of, sam, unit, winter, now):
    annex = UnitFactory(name="St. Louis Annex", parent=unit)
    some(3, annex, sam, start=now - 20 * DAY, place="Oak Home", kind=PlacementKind.FOSTER_HOME)
    some(5, annex, sam, start=datetime.fromisoformat("2024-06-03T12:00:00+00:00"))

    assert "27 episodes started" in words_of(sam, "/patterns?period=12")
    assert "5 episodes started" in words_of(sam, "/patterns?period=2024")
    assert "3 episodes started" in words_of(sam, f"/patterns?unit={annex.public_id}")
    assert "12 episodes started" in words_of(sam, "/patterns?kind=group_home")
    assert "St. Louis Annex 3 of 27 (11%)" in words_of(sam)


def test_another_units_episodes_are_not_counted_and_its_address_is_not_found(
    words_of, as_person, sam, other_unit, omar, winter, now
):
    some(5, other_unit, omar, start=now - 20 * DAY)

    assert "24 episodes started" in words_of(sam)
    assert as_person(sam).get(f"/patterns?unit={other_unit.public_id}").status_code == 404
    for address in ("/patterns?unit=x", "/patterns?period=7", "/patterns?kind=castle"):
        assert as_person(sam).get(address).status_code == 404


def test_without_episodes_the_page_says_so(words_of, sam, adam):
    for person in (sam, adam):
        page = words_of(person)
        assert "No youth was missing in this time." in page
        assert "There are no numbers for this time." in page


def test_where_nobody_was_asked_it_says_so(words_of, sam, unit, now):
    some(2, unit, sam, start=now - 20 * DAY)

    assert "Nobody has answered these questions for any of these episodes yet." in words_of(sam)


def test_units_add_up_to_the_whole_in_every_figure(as_person, unit, other_unit, sam, now):
    """Random trees of units and episodes: what each unit counts is together what the top counts."""
    chance = random.Random(6)
    head = UnitFactory(name="Region")
    vera = UserFactory(role=Role.SUPERVISOR, unit=head)
    tree = [head]
    for number in range(5):
        tree.append(UnitFactory(name=f"Office {number}", parent=chance.choice(tree)))
    for _ in range(60):
        missing(
            chance.choice(tree),
            now - chance.randrange(1, 300) * DAY,
            by=vera,
            length=chance.choice([None, DAY, 9 * DAY]),
            place=chance.choice(["", "Maple House", "Oak Home"]),
            **{chance.choice(["push__isolation", "pull__belonging"]): chance.choice(Said.values)},
        )

    browser = as_person(vera)
    whole = figures(browser, head)
    units = Counter()
    for one in tree:
        units += figures(browser, one, alone=True)

    assert whole.total() > 300
    assert units == whole


def figures(browser: Client, unit: Unit, *, alone: bool = False) -> Counter[str]:
    """Every number of the page's tables of parts, under what it counts."""
    address = f"/patterns?unit={unit.public_id}"
    page = browser.get(address).context["page"]
    counted: Counter[str] = Counter()
    for block in page.blocks:
        if block.key in {"units", "repeat", "places", "months"} or block.table is None:
            continue
        for row in block.table.rows:
            counted[f"{block.key}: {row.label}"] += int(row.cells[0].split(" ")[0])
    if alone:
        for child in Unit.objects.filter(parent=unit):
            counted -= figures(browser, child)
    return counted


# --- Small numbers ------------------------------------------------------------------------------


@pytest.fixture
def last_year(unit, sam) -> list[Episode]:
    """60 episodes of last year: 40 with conflict at home, 3 without."""
    start = datetime.fromisoformat("2025-05-01T12:00:00+00:00")
    return [
        *some(40, unit, sam, start=start, push__family_conflict=Said.YES, place="Maple House"),
        *some(3, unit, sam, start=start, push__family_conflict=Said.NO),
        *some(17, unit, sam, start=start),
    ]


def test_an_admin_counts_the_whole_agency_and_reads_no_small_number(words_of, adam, last_year):
    page = words_of(adam, f"/patterns?period={YEAR}")

    assert "60 episodes started" in page
    assert "Numbers from 1 to 10 are hidden" in page
    assert "Something was asked in 43 of 60 (72%) episodes." in page
    assert "40 of 43" not in page, "it would tell that 3 answered No"
    assert not re.search(r"(?<!1 to )\b([1-9]|10) of \d", page)


def test_an_admin_reads_no_name_of_a_place_a_youth_or_a_worker(words_of, adam, sam, last_year):
    page = words_of(adam, f"/patterns?period={YEAR}")

    for name in ("Maple House", last_year[0].youth.family_name, sam.name):
        assert name not in page


def test_a_supervisor_reads_every_number_of_youth_whom_they_see(words_of, sam, last_year):
    page = words_of(sam, f"/patterns?period={YEAR}")

    assert "40 of 43 (93%)" in page
    assert "You see every number, small ones too" in page


def test_an_admin_chooses_only_years_that_do_not_overlap(as_person, adam, unit, last_year):
    browser = as_person(adam)
    page = browser.get("/patterns").content.decode()

    assert re.findall(r'<option value="(\w+)"', page) == ["2026", "2025", "2024", "2023"]
    assert "unit" not in browser.get("/patterns").context["form"].fields
    # What is not offered changes nothing when it is typed.
    typed = browser.get(f"/patterns?period={YEAR}&unit={unit.public_id}&kind=group_home")
    assert typed.context["page"].whose == "the whole agency"
    assert "60 episodes" in typed.context["page"].sentence
    assert browser.get("/patterns?period=12").status_code == 404


def test_a_year_with_few_episodes_shows_an_admin_nothing(words_of, adam, unit, sam):
    some(10, unit, sam, start=datetime.fromisoformat("2025-05-01T12:00:00+00:00"))

    page = words_of(adam, f"/patterns?period={YEAR}")

    assert "Fewer than 11 episodes started: too few to show anything of them." in page
    assert "To discuss" not in page


def test_the_agency_sets_what_is_small(words_of, settings, adam, last_year):
    settings.SMALL_NUMBERS = 5

    assert "Numbers from 1 to 4 are hidden" in words_of(adam, f"/patterns?period={YEAR}")


def test_nothing_that_an_admin_is_shown_adds_up_to_a_small_number(as_person, adam, unit, sam):
    """Random years: of each table with something hidden, what is hidden together is not small."""
    chance = random.Random(11)
    start = datetime.fromisoformat("2025-01-05T12:00:00+00:00")
    for at in range(90):
        missing(
            unit,
            start + chance.choice([at, at % 20, 200]) * DAY + chance.randrange(24) * DAY / 24,
            by=sam,
            length=chance.choice([DAY, DAY / 2, DAY / 3, 9 * DAY]),
            place=chance.choice(["", "", "Maple House"]),
            kind=chance.choice(PlacementKind.values),
            **{chance.choice(["push__isolation", "pull__belonging"]): chance.choice(Said.values)},
        )

    page = as_person(adam).get(f"/patterns?period={YEAR}").context["page"]

    tables = [block for block in page.blocks if block.chart and block.key in {"kinds", "hours"}]
    assert tables
    for block in tables:
        numbers = [bar.words for bar in block.chart.bars]
        shown = sum(int(words) for words in numbers if words.isdigit())
        hidden = sum(not words.isdigit() for words in numbers)
        assert hidden == 0 or 90 - shown >= 11 + hidden, block.key


# --- How often the database is asked ------------------------------------------------------------


@pytest.mark.parametrize("person", ["sam", "adam"])
def test_the_page_asks_as_often_for_many_as_for_few(as_person, request, person, unit, sam, now):
    browser = as_person(request.getfixturevalue(person))
    address = f"/patterns?period={YEAR}"
    start = datetime.fromisoformat("2025-05-01T12:00:00+00:00")
    some(1, unit, sam, start=start, push__isolation=Said.YES, place="Maple House")

    def queries() -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            browser.get(address)
        return len(asked)

    few = queries()
    for number in range(3):
        annex = UnitFactory(name=f"Annex {number}", parent=unit)
        some(10, annex, sam, start=start, pull__belonging=Said.YES, place=f"House {number}")

    assert queries() == few <= 9
