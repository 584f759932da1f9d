"""The months behind a trend: whatever is written, and in whatever way, they say what the episodes say."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F, Sum

from casework.models import EndReason, Episode, MonthTally, Unit
from casework.operations.tallies import fold
from casework.policies.time_words import Precision
from casework.tasks import fold_month_tallies
from tests.factories import EpisodeFactory, UnitFactory, UserFactory, YouthFactory

pytestmark = pytest.mark.django_db
FIRST = datetime(2025, 8, 1, tzinfo=UTC)
TWO_DAYS = timedelta(days=2)


@pytest.fixture
def units(db) -> list[Unit]:
    """Three units, each on a calendar of its own."""
    return [
        UnitFactory(time_zone=zone)
        for zone in ("America/New_York", "Pacific/Honolulu", "Asia/Tokyo")
    ]


@pytest.fixture
def by(units):
    return UserFactory(unit=units[0])


def as_they_are() -> Counter:
    """By unit and month: started, ended, and both of 2 days or more."""
    found: Counter = Counter()
    for row in MonthTally.objects.all():
        for name in ("started", "ended", "started_long", "ended_long"):
            found[row.unit_id, row.begins_on, name] += getattr(row, name)
    return Counter({key: number for key, number in found.items() if number})


def as_they_should_be() -> Counter:
    found: Counter = Counter()
    for episode in Episode.objects.exclude(ended_at=None).select_related("unit"):
        if episode.end_reason == EndReason.OPENED_IN_ERROR:
            continue
        began = min(episode.told_at, episode.ended_at)
        is_known = episode.last_seen_precision in (Precision.EXACT, Precision.ABOUT)
        length = episode.ended_at - (episode.last_seen_at if is_known else began)
        for what, at in (("started", began), ("ended", episode.ended_at)):
            day = at.astimezone(ZoneInfo(episode.unit.time_zone)).date().replace(day=1)
            found[episode.unit_id, day, what] += 1
            found[episode.unit_id, day, f"{what}_long"] += length >= TWO_DAYS
    return +found


def an_episode(chance: random.Random, units: list[Unit], by) -> Episode:
    told_at = FIRST + timedelta(minutes=chance.randrange(60 * 24 * 200))
    return EpisodeFactory.build(
        youth=YouthFactory(unit=units[0], recorded_by=by),
        unit=chance.choice(units),
        assigned_to=None,
        recorded_by=by,
        told_at=told_at,
        last_seen_at=told_at - timedelta(hours=chance.randrange(1, 60)),
        last_seen_precision=chance.choice([Precision.EXACT, Precision.DATE_ONLY]),
        first_suspected_at=None,
        **ended(chance, told_at, by),
    )


def ended(chance: random.Random, told_at: datetime, by) -> dict:
    if chance.random() < 0.3:
        return {"ended_at": None, "ended_by": None, "ended_recorded_at": None, "end_reason": ""}
    at = told_at + timedelta(minutes=chance.randrange(60 * 24 * 70))
    reasons = [EndReason.FOUND_ELSEWHERE, EndReason.OPENED_IN_ERROR]
    return {
        "ended_at": at,
        "ended_by": by,
        "ended_recorded_at": at,
        "end_reason": chance.choices(reasons, [4, 1])[0],
    }


@pytest.mark.parametrize("seed", range(3))
def test_they_follow_whatever_is_written(units, by, seed):
    chance = random.Random(seed)
    Episode.objects.bulk_create([an_episode(chance, units, by) for _ in range(25)])
    assert as_they_are() == as_they_should_be()

    for _ in range(20):
        what = chance.randrange(6)
        some = chance.sample(list(Episode.objects.all()), 4)
        ids = [episode.pk for episode in some]
        if what == 0:
            for episode in some:
                Episode.objects.filter(pk=episode.pk).update(**ended(chance, episode.told_at, by))
        elif what == 1:
            Episode.objects.filter(pk__in=ids).update(unit=chance.choice(units))
        elif what == 2:
            Episode.objects.filter(pk__in=ids).update(
                told_at=F("told_at") - timedelta(hours=chance.randrange(1, 900)),
                last_seen_at=F("last_seen_at") - timedelta(hours=900),
            )
        elif what == 3:
            Episode.objects.filter(pk__in=ids).update(last_seen_precision=Precision.EXACT)
        elif what == 4:
            an_episode(chance, units, by).save()
        else:
            zones = ("Pacific/Kiritimati", "America/Chicago", "Pacific/Pago_Pago")
            unit = chance.choice(units)
            unit.time_zone = chance.choice(zones)
            unit.save()
        assert as_they_are() == as_they_should_be(), what


def test_a_removed_episode_is_counted_no_more(units, by):
    chance = random.Random(4)
    Episode.objects.bulk_create([an_episode(chance, units, by) for _ in range(9)])

    Episode.objects.filter(pk__in=list(Episode.objects.values_list("pk", flat=True)[:5])).delete()

    assert Episode.objects.count() == 4
    assert as_they_are() == as_they_should_be()


def test_what_does_not_change_a_month_writes_nothing(units, by):
    Episode.objects.bulk_create([an_episode(random.Random(5), units, by) for _ in range(5)])
    rows = MonthTally.objects.count()

    Episode.objects.update(in_danger="yes")

    assert MonthTally.objects.count() == rows


def test_folding_leaves_one_row_a_month_and_the_same_sums(units, by):
    chance = random.Random(6)
    for _ in range(20):
        an_episode(chance, units, by).save()
    before = as_they_are()
    rows = MonthTally.objects.count()

    fewer = fold()

    assert fewer > 0
    assert MonthTally.objects.count() == rows - fewer
    assert (
        MonthTally.objects.count()
        == MonthTally.objects.values("unit", "begins_on").distinct().count()
    )
    assert as_they_are() == before
    assert fold() == 0


def test_they_are_folded_every_hour(units, by):
    chance = random.Random(7)
    for _ in range(6):
        an_episode(chance, units[:1], by).save()
    before = MonthTally.objects.aggregate(Sum("started"), Sum("ended"))

    fold_month_tallies()

    assert (
        MonthTally.objects.count()
        == MonthTally.objects.values("unit", "begins_on").distinct().count()
    )
    assert MonthTally.objects.aggregate(Sum("started"), Sum("ended")) == before


def test_rebuilding_sets_right_what_was_written_past_the_triggers(units, by, capsys):
    Episode.objects.bulk_create([an_episode(random.Random(8), units, by) for _ in range(12)])
    MonthTally.objects.create(
        unit=units[0], begins_on=date(2019, 3, 1), started=4, ended=1, started_long=0, ended_long=0
    )

    call_command("rebuild_tallies")
    assert "months: 1 wrong" in capsys.readouterr().out
    assert as_they_are() == as_they_should_be()

    call_command("rebuild_tallies")
    assert "months: none wrong" in capsys.readouterr().out


def test_a_unit_whose_zone_changes_is_counted_on_its_new_calendar(units, by):
    told_at = datetime(2026, 3, 1, 3, tzinfo=UTC)  # still February in New York
    EpisodeFactory(
        unit=units[0],
        told_at=told_at,
        last_seen_at=None,
        last_seen_precision=Precision.UNKNOWN,
        first_suspected_at=None,
        ended_at=told_at + timedelta(hours=1),
        ended_by=by,
        ended_recorded_at=told_at,
        end_reason=EndReason.FOUND_ELSEWHERE,
    )
    assert [month for _, month, _ in as_they_are()] == [date(2026, 2, 1)] * 2

    Unit.objects.filter(pk=units[0].pk).update(time_zone="Europe/Berlin")

    assert [month for _, month, _ in as_they_are()] == [date(2026, 3, 1)] * 2
    with connection.cursor() as cursor:  # a name alone moves nothing
        cursor.execute("SELECT max(id) FROM casework_monthtally")
        (last,) = cursor.fetchone()
    Unit.objects.filter(pk=units[0].pk).update(name="Another name")
    assert MonthTally.objects.filter(pk__gt=last).count() == 0
