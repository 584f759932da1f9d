"""The database keeps the board's rows: whatever is done to the records, they say what is so."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection

from casework.models import (
    Duty,
    Episode,
    Flag,
    FlagMark,
    Known,
    Outcome,
    Placement,
    PlacementKind,
    Said,
    SetAsideReason,
    Standing,
    User,
    Youth,
)
from casework.operations import assessing, duties, flags, moments, returns
from casework.operations.flags import SettingAside
from casework.operations.youth import Description, describe
from casework.policies.anchors import Anchor
from casework.policies.urgency import NEVER
from tests.factories import DutyFactory, EpisodeFactory, PlacementFactory, UserFactory, YouthFactory
from tests.integration.models.rows import a_flag, an_assessment, set_aside_by
from tests.integration.scenes import bring_back, check, exactly, log, record, set_time
from tests.integration.standings import as_they_are, as_they_should_be

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
REFUSALS = (
    assessing.EpisodeClosed,
    duties.NoLongerNeeded,
    duties.TooEarly,
    flags.Refused,
    moments.Refused,
    returns.Refused,
)


class Office:
    """Does things at random, as people do: each step may be refused, and then changes nothing."""

    def __init__(self, seed: int, *, ana: User, now: datetime) -> None:
        self.rng, self.ana, self.now = Random(seed), ana, now
        self.second = UserFactory(unit=ana.unit)

    def step(self) -> None:
        self.now += self.rng.choice([MINUTE, HOUR, 7 * HOUR])
        acts: list[Callable[[], object]] = [
            self.log, self.record, self.record, self.come_back, self.undo, self.locate,
            self.raise_flag, self.set_aside, self.answer, self.assess, self.reassign,
            self.describe, self.move_time,
        ]  # fmt: skip
        with suppress(*REFUSALS):
            self.rng.choice(acts)()

    def _one(self, rows):
        found = list(rows.order_by("id"))
        return self.rng.choice(found) if found else None

    def log(self) -> None:
        youth = YouthFactory(
            unit=self.ana.unit, born_on=self.rng.choice([None, date(2009, 5, 1), date(2013, 1, 9)])
        )
        PlacementFactory(youth=youth, started_at=self.now - timedelta(days=9))
        log(
            youth, by=self.ana, now=self.now, told_at=self.now - self.rng.choice([MINUTE, 5 * HOUR])
        )

    def record(self) -> None:
        if duty := self._one(Duty.objects.open().filter(episode__told_at__lt=self.now)):
            outcome = self.rng.choice(list(Outcome))
            record(duty, outcome, by=self.ana, now=self.now, note="It was said on the phone.")

    def come_back(self) -> None:
        if episode := self._one(Episode.objects.open()):
            bring_back(episode, by=self.ana, now=self.now)

    def undo(self) -> None:
        if episode := self._one(Episode.objects.filter(returned_at__isnull=False)):
            returns.undo_return(episode=episode, by=self.ana, now=self.now, reason="Another youth.")

    def locate(self) -> None:
        if episode := self._one(Episode.objects.open().filter(located_at__isnull=True)):
            returns.record_located(
                episode=episode, by=self.ana, now=self.now, located=exactly(self.now)
            )

    def raise_flag(self) -> None:
        if episode := self._one(Episode.objects.open()):
            mark = self.rng.choice(list(FlagMark))
            flags.raise_by_hand(episode=episode, by=self.ana, now=self.now, mark=mark, why="Heard.")

    def set_aside(self) -> None:
        flag = self._one(Flag.objects.all())
        if flag is not None and flag.set_aside_at is None:
            setting = SettingAside(
                reason=SetAsideReason.HANDLED, why="Seen to.", review_at=self.now + HOUR
            )
            flags.set_aside(flag=flag, by=self.ana, now=self.now, setting=setting)
        elif flag is not None:
            flags.agree(flag=flag, by=self.second, now=self.now)

    def answer(self) -> None:
        if episode := self._one(Episode.objects.all()):
            key = self.rng.choice(
                ["danger.weather", "sign.known_exploiter", "danger.medicine_or_care"]
            )
            check(episode, key, self.rng.choice([Said.YES, Said.NO]), by=self.ana, now=self.now)

    def assess(self) -> None:
        if episode := self._one(Episode.objects.all()):
            is_assessed = self.rng.choice([True, False])
            an_assessment(episode=episode, is_assessed=is_assessed, made_at=self.now)

    def reassign(self) -> None:
        if episode := self._one(Episode.objects.all()):
            to = self.rng.choice([None, self.ana, self.second])
            Episode.objects.filter(pk=episode.pk).update(assigned_to=to)

    def describe(self) -> None:
        if youth := self._one(Youth.objects.all()):
            seen = Description.of(youth)
            born_on = self.rng.choice([None, date(2012, 2, 29), date(2008, 8, 8)])
            describe(
                youth=youth, by=self.ana, now=self.now, seen=seen,
                description=replace(seen, born_on=born_on),
            )  # fmt: skip

    def move_time(self) -> None:
        if episode := self._one(Episode.objects.open()):
            at = episode.told_at - 3 * HOUR
            set_time(episode, Anchor.LAST_SEEN, at, by=self.ana, now=self.now)


@pytest.mark.parametrize("seed", range(6))
def test_after_anything_people_do_the_rows_say_what_the_records_say(seed, ana, now):
    office = Office(seed, ana=ana, now=now)
    for _ in range(3):
        office.log()

    for _ in range(30):
        office.step()
        assert as_they_are() == as_they_should_be(office.now)

    assert as_they_are()


def test_a_row_goes_when_no_work_is_left_and_comes_again(episode, ana, now):
    assert Standing.objects.filter(pk=episode.pk).exists()

    Duty.objects.filter(episode=episode).update(withdrawn_at=now)
    bare = {"ended_at": now, "ended_by": ana, "ended_recorded_at": now, "end_reason": "aged_out"}
    Episode.objects.filter(pk=episode.pk).update(**bare)
    assert not Standing.objects.filter(pk=episode.pk).exists()

    Duty.objects.filter(episode=episode, code="report_to_police").update(withdrawn_at=None)
    assert Standing.objects.get(pk=episode.pk).open_duties == 1


def test_a_duty_counts_as_overdue_here_as_everywhere(ana, now):
    """Also what was overdue when the youth came back; not what was left open before its time."""
    for minutes, back in ((90, False), (90, True), (300, False), (300, True)):
        youth = YouthFactory(unit=ana.unit)
        episode = log(youth, by=ana, now=now, told_at=now - minutes * MINUTE)
        if back:
            bring_back(episode, by=ana, now=now)

    for hours in (0, 1, 5, 40):
        at = now + hours * HOUR
        overdue = set(Duty.objects.overdue_at(at).values_list("episode", flat=True))
        rows = Standing.objects.filter(next_due_at__lt=at)
        assert set(rows.values_list("pk", flat=True)) == overdue


def test_a_place_that_turns_out_to_be_another_kind_is_said_so(jordan, ana, now):
    place = PlacementFactory(youth=jordan)
    episode = log(jordan, by=ana, now=now)

    Placement.objects.filter(pk=place.pk).update(kind=PlacementKind.SHELTER)

    assert Standing.objects.get(pk=episode.pk).placement_kind == PlacementKind.SHELTER


def test_many_rows_written_by_one_statement_are_followed_together(ana):
    episodes = [EpisodeFactory(assigned_to=ana, youth__unit=ana.unit) for _ in range(20)]
    Duty.objects.bulk_create(
        DutyFactory.build(episode=episode, code=f"duty_{number}", due_at=None)
        for episode in episodes
        for number in range(5)
    )

    assert set(Standing.objects.values_list("open_duties", "next_due_at")) == {(5, NEVER)}


def test_a_duty_that_is_removed_counts_no_more():
    duty = DutyFactory()

    Duty.objects.filter(pk=duty.pk).delete()

    assert Standing.objects.get().open_duties == 0


def test_what_does_not_concern_the_board_writes_nothing(episode, police, now):
    before = _version(episode)

    Episode.objects.filter(pk=episode.pk).update(police_called=Known.YES)
    Duty.objects.filter(pk=police.pk).update(tried_at=now, phone="555-0100")
    Youth.objects.filter(pk=episode.youth_id).update(eye_color="Brown")

    assert _version(episode) == before


def _version(episode: Episode) -> str:
    """Which version of the row it is: another after every write, also in one transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ctid::text FROM casework_standing WHERE episode_id = %s", [episode.pk]
        )
        return cursor.fetchone()[0]


def test_rebuilding_sets_right_what_was_written_past_the_triggers(episode, ana, now, capsys):
    other = log(YouthFactory(unit=ana.unit), by=ana, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM casework_standing WHERE episode_id = %s", [other.pk])
        cursor.execute("UPDATE casework_standing SET mark = 'endangered'")
        cursor.execute("SET session_replication_role = DEFAULT")

    call_command("rebuild_standing")
    assert "2 were wrong" in capsys.readouterr().out
    assert as_they_are() == as_they_should_be(now)

    call_command("rebuild_standing")
    assert "all were right" in capsys.readouterr().out


def test_a_flag_counts_until_as_many_people_have_set_it_aside_as_it_takes(ana):
    episode = EpisodeFactory(assigned_to=ana, youth__unit=ana.unit)
    an_assessment(episode=episode, is_assessed=True)
    flag = a_flag(episode=episode, needs_second_person=True)

    def mark() -> str:
        return Standing.objects.get(pk=episode.pk).mark

    assert mark() == FlagMark.ENDANGERED
    Flag.objects.filter(pk=flag.pk).update(**set_aside_by(ana))
    assert mark() == FlagMark.ENDANGERED
    Flag.objects.filter(pk=flag.pk).update(agreed_at=flag.raised_at, agreed_by=UserFactory())
    assert mark() == ""
