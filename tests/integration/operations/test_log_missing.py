"""A youth is logged missing: one episode, its clocks, its reminders, its line in the audit trail."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casework.models import AuditEvent, Duty, Episode, Known, LeftFrom, Reminder, Youth
from casework.operations import episodes
from casework.operations.episodes import AlreadyMissing, Telling
from casework.policies.ladder import Audience, ReminderKind
from casework.policies.time_words import Moment, Precision
from tests.factories import PlacementFactory, UnitFactory, UserFactory, YouthFactory
from tests.integration.scenes import bring_back, exactly, log

pytestmark = pytest.mark.django_db

CENTRAL = ZoneInfo("America/Chicago")


def test_everything_told_is_kept(jordan, ana, now):
    seen = Moment(at=now - timedelta(hours=4), precision=Precision.ABOUT)

    episode = log(
        jordan,
        by=ana,
        now=now,
        last_seen=seen,
        left_from=LeftFrom.SCHOOL,
        in_danger=Known.YES,
        police_called=Known.NO,
    )

    episode.refresh_from_db()
    assert (episode.youth, episode.unit, episode.assigned_to) == (jordan, jordan.unit, ana)
    assert (episode.told_at, episode.recorded_at) == (now - timedelta(minutes=12), now)
    assert (episode.last_seen_at, episode.last_seen_precision) == (seen.at, Precision.ABOUT)
    assert (episode.left_from, episode.in_danger) == (LeftFrom.SCHOOL, Known.YES)
    assert (episode.police_called, episode.recorded_by) == (Known.NO, ana)
    assert (episode.jurisdiction, episode.time_zone) == ("us-mo", "America/Chicago")


def test_missouri_asks_for_both_reports_within_two_hours(episode, now):
    due = now - timedelta(minutes=12) + timedelta(hours=2)

    for code in ("report_to_police", "report_to_ncmec"):
        assert episode.duties.get(code=code).due_at == due


def test_a_duty_keeps_the_words_of_its_rule(police):
    assert police.title == "Report to police"
    assert police.rule == "within 2 hours after the agency decided that the youth is missing"
    assert police.source.startswith("Missouri Child Welfare Manual 4.8.3")
    assert police.is_provisional


def test_no_return_duty_before_the_return(episode):
    assert set(episode.duties.values_list("phase", flat=True)) == {"missing"}


def test_the_ladder_is_planned_with_the_duty(police, now):
    told, due = now - timedelta(minutes=12), police.due_at

    planned = police.reminders.order_by("due_at", "id").values_list("kind", "audience", "due_at")

    assert set(planned) == {
        (ReminderKind.NOTICE, Audience.OWNER, now),
        (ReminderKind.NUDGE, Audience.OWNER, told + timedelta(hours=1)),
        (ReminderKind.ESCALATION, Audience.BACKUP, due - timedelta(minutes=45)),
        (ReminderKind.LATE_NUDGE, Audience.OWNER, told + timedelta(minutes=90)),
        (ReminderKind.DUE_SOON, Audience.OWNER, due - timedelta(minutes=30)),
        (ReminderKind.ESCALATION, Audience.SUPERVISOR, due - timedelta(minutes=30)),
        (ReminderKind.ESCALATION, Audience.ON_CALL, due - timedelta(minutes=15)),
        (ReminderKind.OVERDUE, Audience.OWNER, due),
        (ReminderKind.OVERDUE, Audience.SUPERVISOR, due),
        (ReminderKind.ESCALATION, Audience.AGENCY, due + timedelta(minutes=15)),
        (ReminderKind.REPEAT, Audience.OWNER, due + timedelta(minutes=30)),
        (ReminderKind.REPEAT, Audience.SUPERVISOR, due + timedelta(minutes=30)),
        (ReminderKind.REPEAT, Audience.ON_CALL, due + timedelta(minutes=30)),
    }


def test_the_audit_trail_says_who_logged_whom_by_id(episode, jordan, ana, now):
    event = AuditEvent.objects.get(event="episode.logged")

    assert (event.by, event.by_role, event.at) == (ana.public_id, "caseworker", now)
    assert (event.subject, event.subject_id) == ("Episode", episode.public_id)
    assert event.detail == {"youth": str(jordan.public_id)}


def test_a_new_youth_is_added_and_can_be_found(ana, unit, now):
    episode = episodes.log_missing(
        by=ana,
        now=now,
        submission_key=uuid.uuid4(),
        telling=Telling(told=exactly(now)),
        new_name="Mary Ann O’Néil",
    )

    youth = episode.youth
    assert (youth.given_name, youth.family_name, youth.unit) == ("Mary Ann", "O’Néil", unit)
    assert set(youth.name_words.values_list("folded", flat=True)) == {"mary", "ann", "oneil"}
    assert AuditEvent.objects.filter(event="youth.added", subject_id=youth.public_id).exists()


def test_the_description_and_placement_stay_as_they_were(ana, unit, now):
    youth = YouthFactory(unit=unit, eye_color="Brown", height_cm=170)
    home = PlacementFactory(youth=youth)
    episode = log(youth, by=ana, now=now)

    Youth.objects.filter(pk=youth.pk).update(eye_color="Green")

    episode.refresh_from_db()
    assert episode.placement == home
    assert episode.description_at_start["eye_color"] == "Brown"
    assert episode.description_at_start["height_cm"] == 170
    assert episode.description_at_start["hair_color"] is None


def test_a_placement_that_had_ended_is_not_taken(ana, unit, now):
    youth = YouthFactory(unit=unit)
    PlacementFactory(youth=youth, ended_at=now - timedelta(days=3))

    assert log(youth, by=ana, now=now).placement is None


def test_the_same_form_twice_is_one_episode(jordan, ana, now):
    key, telling = uuid.uuid4(), Telling(told=exactly(now))
    first = episodes.log_missing(by=ana, now=now, submission_key=key, telling=telling, youth=jordan)

    again = episodes.log_missing(
        by=ana,
        now=now + timedelta(minutes=1),
        submission_key=key,
        telling=telling,
        youth=jordan,
    )

    assert again == first
    assert AuditEvent.objects.filter(event="episode.logged").count() == 1


def test_the_same_form_for_a_new_name_twice_is_one_youth(ana, now):
    key = uuid.uuid4()
    for _ in range(2):
        episodes.log_missing(
            by=ana,
            now=now,
            submission_key=key,
            telling=Telling(told=exactly(now)),
            new_name="Jordan Avery",
        )

    assert Youth.objects.count() == Episode.objects.count() == 1


def test_a_second_open_episode_is_refused_and_names_the_first(episode, jordan, ana, now):
    before = Duty.objects.count(), Reminder.objects.count(), AuditEvent.objects.count()

    with pytest.raises(AlreadyMissing) as refusal:
        log(jordan, by=ana, now=now)

    assert refusal.value.episode == episode
    assert (Duty.objects.count(), Reminder.objects.count(), AuditEvent.objects.count()) == before


def test_a_youth_who_came_back_can_be_logged_again(episode, jordan, ana, now):
    bring_back(episode, by=ana, now=now)

    second = log(jordan, by=ana, now=now + timedelta(days=2))

    assert second != episode
    assert second.is_open


def test_someone_without_a_unit_must_say_which_unit_a_new_youth_belongs_to(oona, now):
    with pytest.raises(ValueError, match="needs a unit"):
        episodes.log_missing(
            by=oona,
            now=now,
            submission_key=uuid.uuid4(),
            telling=Telling(told=exactly(now)),
            new_name="Jordan Avery",
        )

    assert not Youth.objects.exists()


def test_a_jurisdiction_without_a_file_gets_the_federal_base(now):
    unit = UnitFactory(jurisdiction="us-zz")
    worker = UserFactory(unit=unit)

    episode = log(YouthFactory(unit=unit), by=worker, now=now, told_at=now)

    assert episode.jurisdiction == "us"
    assert episode.duties.get(code="report_to_police").due_at == now + timedelta(hours=24)


@pytest.mark.parametrize("broken", ["clocks.plan", "reminders.plan_first", "audit.record"])
def test_a_failure_on_the_way_leaves_nothing_behind(jordan, ana, now, monkeypatch, broken):
    module = {"clocks.plan": "casework.operations.episodes.clocks.plan"}.get(
        broken,
        "casework.operations.clocks.reminders.plan_first"
        if broken == "reminders.plan_first"
        else "casework.operations.episodes.audit.record",
    )

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(module, fail)

    with pytest.raises(RuntimeError):
        log(jordan, by=ana, now=now)

    assert not Episode.objects.exists()
    assert not Duty.objects.exists()
    assert not Reminder.objects.exists()
    assert not AuditEvent.objects.exists()


def test_told_thirty_days_ago_is_overdue_at_once_and_says_so_once_each(jordan, ana, now):
    told = now - timedelta(days=30)

    episode = log(jordan, by=ana, now=now, told_at=told)

    police = episode.duties.get(code="report_to_police")
    assert police.due_at == told + timedelta(hours=2)
    assert police in episode.duties.overdue_at(now)
    planned = police.reminders.exclude(kind="repeat").values_list("audience", "kind", "due_at")
    assert sorted(planned) == sorted(
        [
            (Audience.OWNER, ReminderKind.OVERDUE, now),
            (Audience.BACKUP, ReminderKind.ESCALATION, now),
            (Audience.SUPERVISOR, ReminderKind.OVERDUE, now),
            (Audience.ON_CALL, ReminderKind.ESCALATION, now),
            (Audience.AGENCY, ReminderKind.ESCALATION, now),
        ]
    )


# Twenty-four hours are elapsed hours: the local clock shows another time after it has changed.
CLOCK_CHANGES = [
    pytest.param("2026-03-07 13:52", "2026-03-08 14:52", "CDT", id="clocks-go-forward"),
    pytest.param("2026-10-31 13:52", "2026-11-01 12:52", "CST", id="clocks-go-back"),
    pytest.param("2026-03-03 01:52", "2026-03-04 01:52", "CST", id="an-ordinary-night"),
    pytest.param("2026-12-31 13:52", "2027-01-01 13:52", "CST", id="over-new-year"),
]


@pytest.mark.parametrize(("told", "due", "zone"), CLOCK_CHANGES)
def test_twenty_four_hours_across_a_clock_change(told, due, zone):
    unit = UnitFactory(jurisdiction="us", time_zone="America/Chicago")
    worker = UserFactory(unit=unit)
    told_at = datetime.fromisoformat(told).replace(tzinfo=CENTRAL).astimezone(UTC)

    episode = log(YouthFactory(unit=unit), by=worker, now=told_at, told_at=told_at)

    local = episode.duties.get(code="report_to_police").due_at.astimezone(CENTRAL)
    assert f"{local:%Y-%m-%d %H:%M %Z}" == f"{due} {zone}"
