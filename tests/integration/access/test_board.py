"""The board: its order is the printed one, its figures are its rows, its pages leave nobody out."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from casework.access.board import (
    AgeBand,
    BoardFilter,
    Cursor,
    DutyState,
    FlagIs,
    LengthBand,
    Scope,
    Status,
    changes_since,
    fingerprint,
    last_30_days,
    page_of,
    rows_for,
    tiles,
    workload,
)
from casework.access.scoping import unit_ids_in_scope
from casework.models import (
    Duty,
    EndReason,
    Episode,
    FlagMark,
    Lane,
    PlacementKind,
    Role,
    Said,
    Standing,
    User,
    Youth,
)
from casework.operations import returns
from casework.policies.urgency import NEVER, Band
from tests.conftest import NOW
from tests.factories import PlacementFactory, UnitFactory, UserFactory, YouthFactory
from tests.integration.scenes import bring_back, check, exactly, log
from tests.integration.standings import all_of, in_printed_order, live_cases

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


# --- The order ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One agency for all tests of this module, each of which takes back what it did to it."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(PASSWORD_HASHERS=hashers):
            make_agency(NOW)
        yield
        transaction.set_rollback(True)


def make_agency(now: datetime) -> None:
    """Two units, one below the first, and one beside it; episodes of every kind, held by several
    people or by nobody.
    """
    unit = UnitFactory(name="St. Louis Unit 4")
    below = UnitFactory(name="St. Louis Unit 4 South", parent=unit)
    beside = UnitFactory(name="Springfield Unit 2")
    ana, bea, omar = (
        UserFactory(name=name, unit=of)
        for name, of in (("Ana", unit), ("Bea", below), ("Omar", beside))
    )
    UserFactory(name="Sam", role=Role.SUPERVISOR, unit=unit)
    UserFactory(name="Oona", role=Role.ON_CALL, unit=None)
    rng, made = Random(7), []
    for number in range(24):
        by = [ana, ana, bea, omar][number % 4]
        youth = YouthFactory(
            unit=by.unit, born_on=rng.choice([None, date(2009, 3, 3), date(2014, 3, 3)])
        )
        kind = rng.choice([PlacementKind.SHELTER, PlacementKind.GROUP_HOME])
        PlacementFactory(youth=youth, started_at=now - 40 * DAY, kind=kind)
        told_at = now - rng.choice([3 * MINUTE, HOUR, 3 * HOUR, 30 * HOUR, 8 * DAY, 31 * DAY])
        made.append(log(youth, by=by, now=now, told_at=told_at))
    late = Duty.objects.open().filter(episode__in=made[::3], due_at__lt=now)
    late.update(done_at=now, done_by=ana)
    for episode in made[::4]:
        check(episode, "danger.weather", Said.YES, by=episode.assigned_to, now=now)
    for episode in made[1::8]:
        check(episode, "sign.known_exploiter", Said.YES, by=episode.assigned_to, now=now)
    for episode in made[::5]:
        returns.record_located(
            episode=episode, by=episode.assigned_to, now=now, located=exactly(now)
        )
    for episode in made[::6]:
        bring_back(episode, by=episode.assigned_to, now=now)
    Episode.objects.filter(pk__in=[one.pk for one in made[2::7]]).update(assigned_to=None)


@pytest.fixture
def agency(db: None, world: None) -> list[Episode]:
    """Its episodes, in the order in which they were logged."""
    return list(Episode.objects.select_related("assigned_to").order_by("id"))


def _person(name: str) -> User:
    return User.objects.select_related("unit").get(name=name)


@pytest.fixture
def ana(agency: list[Episode]) -> User:
    """A caseworker of the first unit."""
    return _person("Ana")


@pytest.fixture
def sam(agency: list[Episode]) -> User:
    """The supervisor of the first unit and the one below."""
    return _person("Sam")


@pytest.fixture
def omar(agency: list[Episode]) -> User:
    """A caseworker of the unit beside."""
    return _person("Omar")


@pytest.fixture
def oona(agency: list[Episode]) -> User:
    """On call for the agency."""
    return _person("Oona")


@pytest.mark.parametrize("later", [timedelta(), 2 * HOUR, 30 * HOUR])
def test_what_people_recorded_is_in_the_printed_order(agency, oona, sam, now, later):
    now = now + later
    cases = live_cases(now)
    own = set(Episode.objects.filter(unit__in=unit_ids_in_scope(sam)).values_list("pk", flat=True))

    assert all_of(oona, BoardFilter(), now=now, size=7) == in_printed_order(cases, now=now)
    assert all_of(sam, BoardFilter(), now=now, size=7) == in_printed_order(
        [case for case in cases if case.id in own], now=now
    )


# --- Who sees what --------------------------------------------------------------------------


def test_each_person_sees_the_units_in_their_scope_and_no_others(agency, ana, sam, omar, oona, now):
    of_unit = {one.pk: one.unit_id for one in agency}

    def units(person: User, scope: Scope = Scope.BELOW) -> set[int]:
        return {of_unit[pk] for pk in all_of(person, BoardFilter(scope=scope), now=now)}

    below = set(sam.unit.descendants().values_list("pk", flat=True))
    assert units(ana) == {ana.unit_id}
    assert units(omar) == {omar.unit_id}
    assert units(sam) == {sam.unit_id} | below
    assert units(sam, Scope.UNIT) == {sam.unit_id}
    assert units(oona) == units(oona, Scope.UNIT) == set(of_unit.values())


def test_who_sees_no_cases_has_an_empty_board(agency, adam, ruth, now):
    sam_gone = UserFactory(role="supervisor", unit=agency[0].unit)
    sam_gone.is_active = False
    for person in (adam, ruth, sam_gone):
        for scope in Scope:
            assert page_of(person, BoardFilter(scope=scope), now=now).ids == []
            assert tiles(person, scope, now=now).overdue.count == 0
            assert workload(person, scope, now=now) == []
            assert last_30_days(person, scope, now=now) == []
        assert rows_for([one.pk for one in agency], person, now=now) == []


def test_rows_of_another_unit_are_not_given_even_by_their_id(agency, omar, now):
    rows = rows_for([one.pk for one in agency], omar, now=now)

    assert rows
    assert {row.episode.unit_id for row in rows} == {omar.unit_id}


def test_only_mine_is_what_is_assigned_to_me(agency, ana, now):
    mine = {one.pk for one in Episode.objects.filter(assigned_to=ana)}

    shown = set(all_of(ana, BoardFilter(scope=Scope.MINE), now=now))

    assert shown
    assert shown <= mine


# --- Filters --------------------------------------------------------------------------------


def test_every_tile_says_how_many_rows_its_list_has(agency, ana, sam, omar, oona, now):
    seen = set()
    for person in (ana, sam, omar, oona):
        for scope in Scope:
            for later in (timedelta(), 3 * HOUR, 9 * DAY):
                at = now + later
                for name, tile in vars(tiles(person, scope, now=at)).items():
                    assert tile.count == len(all_of(person, tile.filter, now=at, size=4)), name
                    seen |= {name} if tile.count else set()
    assert seen == {"overdue", "due_in_4h", "endangered", "unassigned", "over_7_days"}


def test_the_tiles_count_what_their_names_say(agency, oona, now):
    cases = live_cases(now)
    held = dict(Episode.objects.values_list("pk", "assigned_to"))
    shown = tiles(oona, Scope.BELOW, now=now)

    due = [case.next_due_at for case in cases if case.next_due_at]
    assert shown.overdue.count == sum(at < now for at in due)
    assert shown.due_in_4h.count == sum(now <= at <= now + 4 * HOUR for at in due)
    assert shown.endangered.count == sum(one.is_endangered and one.is_open for one in cases)
    assert shown.unassigned.count == sum(held[case.id] is None for case in cases)
    assert shown.over_7_days.count == sum(
        case.is_open and now - case.missing_since > 7 * DAY for case in cases
    )


@pytest.mark.parametrize(
    "parts",
    [
        [BoardFilter(status=one) for one in (Status.MISSING, Status.LOCATED, Status.RETURNED_OPEN)],
        [BoardFilter(age=one) for one in AgeBand],
        [BoardFilter(placement=one.value) for one in PlacementKind],
        [
            *(BoardFilter(length=one) for one in LengthBand if one is not LengthBand.OVER_7),
            BoardFilter(status=Status.RETURNED_OPEN),
        ],
    ],
    ids=["status", "age", "placement", "length"],
)
def test_the_values_of_a_filter_part_the_list_among_them(agency, oona, now, parts):
    found = [pk for one in parts for pk in all_of(oona, one, now=now)]

    assert sorted(found) == sorted(all_of(oona, BoardFilter(), now=now))
    assert len({len(all_of(oona, one, now=now)) for one in parts}) > 1


def test_filters_find_what_they_name(agency, ana, oona, now):
    def found(**only: object) -> set[int]:
        return set(all_of(oona, BoardFilter(**only), now=now))

    row = {one.pk: one for one in Standing.objects.all()}
    assert found(unit=ana.unit.public_id) == {p for p, r in row.items() if r.unit_id == ana.unit_id}
    assert found(worker=ana.public_id) == {p for p, r in row.items() if r.assigned_to_id == ana.pk}
    assert found(is_unassigned=True) == {p for p, r in row.items() if r.assigned_to_id is None}
    assert found(flag=FlagIs.LIKELY_TRAFFICKING) == {
        p for p, r in row.items() if r.mark == FlagMark.LIKELY_TRAFFICKING
    }
    assert found(flag=FlagIs.LIKELY_TRAFFICKING) < found(flag=FlagIs.ENDANGERED)
    assert found(flag=FlagIs.NONE) == {p for p, r in row.items() if r.is_assessed and not r.mark}
    assert found(flag=FlagIs.NOT_ASSESSED) == {
        p for p, r in row.items() if not r.is_assessed and r.ended_at is None
    }
    assert found(duty=DutyState.NONE) == {p for p, r in row.items() if r.next_due_at == NEVER}


def test_due_soon_is_whoever_s_next_duty_is_tagged_so(agency, oona, now):
    for later in (timedelta(), HOUR, 20 * HOUR):
        at = now + later
        rows = rows_for(all_of(oona, BoardFilter(), now=at), oona, now=at)
        tagged = {
            row.episode.pk
            for row in rows
            if row.next_duty is not None and row.next_duty.time_state(at).value == "due_soon"
        }
        assert set(all_of(oona, BoardFilter(duty=DutyState.DUE_SOON), now=at)) == tagged


def test_a_factor_counts_by_its_latest_answer(agency, ana, oona, now):
    yes, was_yes = agency[0], agency[4]
    for episode, *answers in ((yes, Said.YES), (was_yes, Said.YES, Said.NO)):
        for minute, said in enumerate(answers):
            check(episode, "pull.older_person", said, by=ana, now=now + minute * MINUTE)

    assert all_of(oona, BoardFilter(factor="pull.older_person"), now=now) == [yes.pk]


# --- Pages ----------------------------------------------------------------------------------


def test_whoever_does_not_move_is_on_one_page_once_while_others_move(agency, oona, now):
    everyone = all_of(oona, BoardFilter(), now=now)
    first = page_of(oona, BoardFilter(), now=now, size=6)
    shown, to_come = everyone[1], everyone[-1]

    # One who was shown is back with nothing to do; one who was to come is now the most urgent.
    Standing.objects.filter(pk=shown).update(lane=Lane.ORDINARY, next_due_at=NEVER)
    Standing.objects.filter(pk=to_come).update(lane=Lane.ENDANGERED)
    ids = list(first.ids)
    page = first
    while page.next is not None:
        at = now + 3 * HOUR  # nor does the clock move anybody
        page = page_of(oona, BoardFilter(), now=at, after=page.next, size=6)
        ids += page.ids

    stayed = [pk for pk in everyone if pk not in {shown, to_come}]
    assert [pk for pk in ids if pk in stayed] == stayed


def test_a_page_goes_on_where_it_was_when_its_last_row_has_gone(agency, oona, now):
    everyone = all_of(oona, BoardFilter(), now=now)
    first = page_of(oona, BoardFilter(), now=now, size=6)
    Standing.objects.filter(pk=first.ids[-1]).delete()

    rest = page_of(oona, BoardFilter(), now=now, after=first.next, size=50)

    assert set(everyone) - set(first.ids) <= set(rest.ids)


def test_a_cursor_says_nothing_of_a_youth_and_reads_back(agency, oona, now):
    page = page_of(oona, BoardFilter(), now=now, size=6)

    text = str(page.next)

    assert Cursor.read(text) == page.next
    assert len(text) < 60
    assert text.isascii()


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 55, "A" * 500, "=", "_" * 55])
def test_a_cursor_that_nobody_gave_shows_the_first_page(agency, oona, now, text):
    cursor = Cursor.read(text)

    assert page_of(oona, BoardFilter(), now=now, after=cursor) == page_of(
        oona, BoardFilter(), now=now
    )


def test_an_old_cursor_shows_the_first_page(agency, oona, now):
    cursor = page_of(oona, BoardFilter(), now=now, size=6).next
    tomorrow = now + DAY

    again = page_of(oona, BoardFilter(), now=tomorrow, after=cursor, size=6)

    assert again == page_of(oona, BoardFilter(), now=tomorrow, size=6)


# --- What a row and the figures show -----------------------------------------------------------


def test_a_row_has_the_episode_with_what_is_next(agency, oona, now):
    rows = rows_for(all_of(oona, BoardFilter(), now=now), oona, now=now)

    assert {row.band for row in rows} >= {
        Band.ENDANGERED_AND_OVERDUE,
        Band.ENDANGERED,
        Band.OVERDUE,
    }
    for row in rows:
        duties = row.episode.duties.open()
        due = [one.due_at for one in duties if one.due_at]
        assert row.open_duties == len(duties)
        assert row.next_duty in duties
        if row.episode.is_open and due:
            assert row.next_duty.due_at == min(due)
        assert list(row.flags) == list(row.episode.flags.all())


def test_the_workload_says_what_each_holds_and_first_what_nobody_does(agency, sam, now):
    shown = workload(sam, Scope.BELOW, now=now)

    assert shown[0].worker is None
    assert {one.worker.name for one in shown[1:]} == {"Ana", "Bea"}
    assert [one.overdue for one in shown[1:]] == sorted(
        (one.overdue for one in shown[1:]), reverse=True
    )
    for one in shown:
        held = Episode.objects.filter(
            assigned_to=one.worker, unit__in=[sam.unit, *sam.unit.descendants()]
        )
        assert one.open_episodes == held.open().count()
        assert one.open_duties == Duty.objects.open().filter(episode__in=held).count()
        late = Duty.objects.overdue_at(now).filter(episode__in=held)
        assert one.overdue == late.values("episode").distinct().count()


# --- Changes --------------------------------------------------------------------------------


def test_a_list_that_is_as_it_was_has_no_changes(agency, sam, now):
    shown = fingerprint(sam, BoardFilter(), now=now)

    assert changes_since(shown, sam, BoardFilter(), now=now) == 0
    assert len(shown) < 540


def test_each_row_that_changed_came_or_went_is_one_change(agency, ana, sam, now):
    mine = [one for one in agency if one.unit_id == ana.unit_id and one.pk not in _back(agency)]
    shown = fingerprint(sam, BoardFilter(), now=now)

    def changes() -> int:
        return changes_since(shown, sam, BoardFilter(), now=now)

    Episode.objects.filter(pk=mine[0].pk).update(assigned_to=sam)
    assert changes() == 1
    log(YouthFactory(unit=ana.unit), by=ana, now=now)
    assert changes() == 2
    Duty.objects.open().filter(episode=mine[1]).update(withdrawn_at=now)
    returns.end_otherwise(
        episode=mine[1],
        by=ana,
        now=now,
        ended=exactly(now),
        reason=EndReason.AGED_OUT,
        why="Eighteen.",
    )
    assert changes() == 3
    Youth.objects.filter(pk=mine[2].youth_id).update(nickname="Jojo")
    assert changes() == 4


def _back(agency: Sequence[Episode]) -> set[int]:
    return set(
        Episode.objects.filter(pk__in=[one.pk for one in agency], ended_at__isnull=False)
        .values_list("pk", flat=True)
    )  # fmt: skip


def test_who_is_pushed_off_a_full_page_is_no_change(agency, ana, sam, now):
    shown = fingerprint(sam, BoardFilter(), now=now, size=4)
    urgent = log(YouthFactory(unit=ana.unit), by=ana, now=now, told_at=now - 9 * DAY)
    check(urgent, "danger.weather", Said.YES, by=ana, now=now)

    assert changes_since(shown, sam, BoardFilter(), now=now, size=4) == 1
