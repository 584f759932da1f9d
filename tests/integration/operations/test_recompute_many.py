"""Many open episodes follow a changed file: all at once, and each by its own clocks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from casework.models import AuditEvent, Duty, Episode, Reminder
from casework.operations import rules
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import log, reads_as_planned_afresh

HOUR = timedelta(hours=1)


@pytest.fixture
def logged_before(ana, now):
    """So many episodes, logged while two of the duties had an hour more by an older file."""

    def log_all(number: int, jurisdiction: str = "us-mo") -> list[Episode]:
        unit = UnitFactory(jurisdiction=jurisdiction)
        episodes = [
            log(YouthFactory(unit=unit), by=ana, now=now, told_at=now - part * HOUR / 10)
            for part in range(1, number + 1)
        ]
        Episode.objects.filter(pk__in=[one.pk for one in episodes]).update(protocol_version="old")
        duties = Duty.objects.filter(episode__in=episodes)
        duties.update(protocol_version="old")
        reports = duties.filter(code__in=["report_to_police", "report_to_ncmec"])
        reports.update(due_at=F("due_at") + HOUR, rule="within more hours")
        return episodes

    return log_all


def recompute(episodes, *, by, now) -> int:
    """Recompute these, and give how often the database was asked."""
    with CaptureQueriesContext(connection) as asked:
        list(rules.recompute_open(by=by, now=now, ids=[one.pk for one in episodes]))
    return len(asked)


def test_a_chunk_asks_the_database_equally_often_however_many_episodes_it_has(
    logged_before, adam, now
):
    few, many = logged_before(2), logged_before(9)

    assert recompute(few, by=adam, now=now) == recompute(many, by=adam, now=now)


def test_where_nothing_changed_nothing_is_written(logged_before, adam, now):
    episodes = logged_before(3)
    recompute(episodes, by=adam, now=now)

    with CaptureQueriesContext(connection) as asked:
        list(rules.recompute_open(by=adam, now=now, ids=[one.pk for one in episodes]))

    words = {query["sql"].split()[0] for query in asked}
    assert words.isdisjoint({"INSERT", "UPDATE", "DELETE"})


def test_episodes_of_several_states_told_at_several_times_each_get_their_own(
    logged_before, adam, now
):
    episodes = [*logged_before(3), *logged_before(3, "us-ky"), *logged_before(2, "us-fl")]

    recompute(episodes, by=adam, now=now)

    for episode in Episode.objects.all():
        assert reads_as_planned_afresh(episode)
        assert {duty.protocol_version for duty in episode.duties.all()} == {
            episode.protocol_version
        }
        assert episode.notes.get().text.startswith("Rules: ")
    assert AuditEvent.objects.filter(event="note.added").count() == len(episodes)
    assert AuditEvent.objects.filter(event="episode.rules_changed").count() == len(episodes)


def test_only_duties_whose_time_moved_are_reminded_of_anew(logged_before, adam, now):
    episodes = logged_before(3)
    before = set(Reminder.objects.values_list("pk", flat=True))

    recompute(episodes, by=adam, now=now)

    anew = Reminder.objects.exclude(pk__in=before)
    assert set(anew.values_list("duty__code", flat=True)) == {"report_to_police", "report_to_ncmec"}
    assert set(anew.values_list("duty__episode", flat=True)) == {one.pk for one in episodes}
    assert not Reminder.objects.waiting().filter(pk__in=before, duty__in=_moved()).exists()


def _moved():
    return Duty.objects.filter(code__in=["report_to_police", "report_to_ncmec"])
