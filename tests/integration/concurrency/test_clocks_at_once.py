"""Two people change what an episode's clocks rest on, at one moment: one wins, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Event
from time import sleep

from django.db import connection, transaction

from casework.models import Known, Outcome
from casework.operations import circumstances, moments, rules
from casework.operations.rules import NotMoved, Place
from casework.operations.youth import Description, describe
from casework.policies.anchors import Anchor
from casework.policies.conditions import Condition
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import exactly, log, reads_as_planned_afresh, record

MINUTE = timedelta(minutes=1)


def refused(act, *refusals: type[Exception]) -> bool:
    """Do it; whether it was refused."""
    try:
        act()
    except refusals:
        return True
    return False


def setting(episode, anchor, at, *, by, now):
    """Somebody sets a moment that was not known on their page."""

    def act() -> bool:
        return refused(
            lambda: moments.set_moment(
                episode=episode,
                by=by,
                now=now,
                anchor=anchor,
                happened=exactly(at),
                seen=None,
                why="Looked it up.",
            ),
            moments.ChangedMeanwhile,
        )

    return act


def test_two_people_set_one_moment_and_the_second_is_told(at_once, ana, sam, episode, now):
    times = {ana: now, sam: now - 3 * MINUTE}

    told = at_once(
        [
            setting(episode, Anchor.DETERMINED_MISSING, at, by=person, now=now)
            for person, at in times.items()
        ]
    )

    assert sorted(told) == [False, True]
    winner = next(person for person, late in zip(times, told, strict=True) if not late)
    episode.refresh_from_db()
    assert episode.determined_missing_at == times[winner]
    assert episode.notes.get().recorded_by == winner
    assert reads_as_planned_afresh(episode)


def test_two_moments_at_once_both_stand_and_every_clock_follows_both(at_once, ana, sam, now):
    episode = log(YouthFactory(unit=UnitFactory(jurisdiction="us-fl")), by=ana, now=now)
    told = episode.told_at

    refusals = at_once(
        [
            setting(episode, Anchor.FIRST_SUSPECTED, told - MINUTE, by=ana, now=now),
            setting(episode, Anchor.LAST_SEEN, told - 9 * MINUTE, by=sam, now=now),
        ]
    )

    assert refusals == [False, False]
    assert reads_as_planned_afresh(episode)
    waiting = list(episode.reminders.waiting().values_list("duty", "kind", "audience"))
    assert len(waiting) == len(set(waiting))


def test_two_people_answer_at_once_and_the_second_is_told(at_once, ana, sam, now):
    episode = log(YouthFactory(unit=UnitFactory(jurisdiction="us-fl")), by=ana, now=now)

    def answering(person, holds):
        return lambda: refused(
            lambda: circumstances.answer(
                episode=episode,
                by=person,
                now=now,
                answers={Condition.EXIGENT: holds},
                seen=None,
            ),
            circumstances.AnsweredMeanwhile,
        )

    told = at_once([answering(ana, Known.YES), answering(sam, Known.NO)])

    assert sorted(told) == [False, True]
    assert episode.circumstances.count() == 1
    assert reads_as_planned_afresh(episode)


def test_two_people_change_the_rules_at_once_and_the_second_is_told(
    at_once, sam, oona, episode, now
):
    here = Place(jurisdiction="us-mo", time_zone="America/Chicago")

    def moving(person, code):
        to = Place(jurisdiction=code, time_zone="America/New_York")
        return lambda: refused(
            lambda: rules.move(episode=episode, by=person, now=now, to=to, seen=here, why="Moved."),
            NotMoved,
        )

    told = at_once([moving(sam, "us-ky"), moving(oona, "us-fl")])

    assert sorted(told) == [False, True]
    assert episode.notes.count() == 1
    assert reads_as_planned_afresh(episode)


def test_a_report_recorded_while_a_moment_is_set_loses_neither(
    at_once, ana, sam, episode, police, now
):
    def report() -> bool:
        record(police, Outcome.DONE, by=sam, now=now)
        return False

    at_once([setting(episode, Anchor.DETERMINED_MISSING, now, by=ana, now=now), report])

    police.refresh_from_db()
    assert police.done_at == now
    assert police.due_at == now + timedelta(hours=2)
    assert not police.reminders.waiting().exists()
    assert episode.duties.in_force().filter(code="ncic_entry_due").count() == 1
    assert reads_as_planned_afresh(episode)


def test_recomputing_while_people_work_loses_nothing(at_once, ana, adam, episode, police, now):
    def recompute() -> bool:
        list(rules.recompute_open(by=adam, now=now, ids=[episode.pk]))
        return False

    def report() -> bool:
        record(police, Outcome.DONE, by=ana, now=now)
        return False

    at_once([recompute, report, recompute])

    police.refresh_from_db()
    assert police.done_at == now
    assert not police.reminders.waiting().exists()
    codes = list(episode.duties.in_force().values_list("code", "round"))
    assert len(codes) == len(set(codes))


def test_recomputing_waits_for_a_date_of_birth_and_then_counts_by_it(ana, adam, now):
    """The age is read once the episode is held, not when the command set out."""
    youth = YouthFactory(unit=UnitFactory(jurisdiction="us-fl"), born_on=date(2009, 1, 1))
    episode = log(youth, by=ana, now=now)
    seen = Description.of(youth)
    held = Event()

    def set_date_of_birth() -> None:
        try:
            with transaction.atomic():
                younger = replace(seen, born_on=date(2015, 1, 1))
                describe(youth=youth, by=ana, now=now, seen=seen, description=younger)
                held.set()
                until_somebody_waits()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        setting = threads.submit(set_date_of_birth)
        assert held.wait(timeout=30)
        list(rules.recompute_open(by=adam, now=now, ids=[episode.pk]))
        setting.result(timeout=30)

    police = episode.duties.get(code="report_to_police")
    assert police.rule.endswith("if an exigent criterion applies")
    assert police.open_questions == [
        "When someone first suspected that the youth is missing is not known yet: "
        "counted from when the agency was told."
    ]
    assert reads_as_planned_afresh(episode)


def until_somebody_waits() -> None:
    """Return once another connection waits for a lock that this one holds; fail after 10 seconds."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        sleep(0.05)
    raise AssertionError("Nobody waits for the episode")
