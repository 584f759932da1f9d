"""The demo agency: believable, marked as made up, near to now, and never in a visitor's way."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from io import StringIO
from statistics import mean
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, TestCase, override_settings
from django.urls import reverse

from casework.access.finding import find_youth
from casework.access.scoping import episodes_visible_to
from casework.local.serve import DEMO_ACCOUNTS, DEMO_PASSWORD
from casework.management.agency.keys import is_ours
from casework.management.agency.people import AGENCY
from casework.models import (
    Delivery,
    Duty,
    DutyEvidence,
    Episode,
    EpisodeStatus,
    Placement,
    Reminder,
    Role,
    Sex,
    Unit,
    User,
    WorkState,
    Youth,
)
from casework.notifications import sweep
from casework.operations import episodes
from casework.operations.episodes import Telling
from casework.policies.time_state import TimeState
from casework.policies.time_words import Moment, Precision
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

MOST_INBOX_ROWS = 12
DAY = timedelta(days=1)
FAST_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # as every test has them


def start_demo(at: datetime = NOW) -> str:
    """Start the demo at this moment; what the command says."""
    said = StringIO()
    with mock.patch("django.utils.timezone.now", return_value=at):
        call_command("make_demo_agency", stdout=said)
    return said.getvalue()


def first_start() -> str:
    """Make the agency, and the statistics that PostgreSQL cannot make inside a transaction."""
    said = start_demo()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return said


def account(name: str) -> User:
    return User.objects.get(email=f"{name}@porchlight.test")


def past_episodes(now: datetime) -> list[Episode]:
    """Those written in bulk; the scenes around now are younger than two weeks."""
    episodes = Episode.objects.filter(told_at__lt=now - 14 * DAY).select_related("youth")
    return list(episodes.order_by("id"))


def test_it_is_made_only_in_a_demonstration(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=true"):
        start_demo()

    assert not Unit.objects.exists()


class TestTheAgency(TestCase):
    """What a first start makes; made once for all of these, because it takes seconds."""

    @classmethod
    def setUpTestData(cls) -> None:
        with override_settings(DEMO=True, PASSWORD_HASHERS=FAST_HASHERS):
            cls.said = first_start()

    def test_everybody_is_made_up_and_marked_so(self):
        agency = Unit.objects.get(name=AGENCY)

        assert "200 youth" in self.said
        assert Youth.objects.count() == 200
        assert Youth.objects.filter(case_number__startswith="DEMO-").count() == 200
        assert User.objects.exclude(email__endswith="@porchlight.test").count() == 0
        assert Placement.objects.exclude(phone__contains="-555-01").count() == 0
        assert Counter(agency.children.values_list("jurisdiction", "time_zone")) == {
            ("us-mo", "America/Chicago"): 2,
            ("us", "America/Denver"): 1,
        }

    def test_the_accounts_that_the_launcher_prints_can_sign_in_and_no_others(self):
        for email in DEMO_ACCOUNTS:
            client = Client()
            answer = client.post(
                reverse("account_login"), {"login": email, "password": DEMO_PASSWORD}
            )
            assert answer.status_code == 302, email
            assert client.get(reverse("home"), follow=True).status_code == 200, email

        others = User.objects.exclude(email__in=DEMO_ACCOUNTS)
        assert others.count() >= 10
        assert not any(person.has_usable_password() for person in others)

    def test_each_account_sees_what_its_role_should(self):
        agency_wide = episodes_visible_to(account("oncall")).with_work_left().count()
        supervised = episodes_visible_to(account("supervisor")).with_work_left()
        elsewhere = episodes_visible_to(account("other-unit")).with_work_left()

        assert 0 < supervised.count() < agency_wide
        assert not set(supervised) & set(elsewhere)
        assert not episodes_visible_to(account("admin")).exists()
        assert Episode.objects.open().filter(assigned_to=account("caseworker")).count() >= 2

    def test_youth_are_found_by_how_their_names_sound_and_by_case_number(self):
        worker = account("oncall")
        youth = Youth.objects.exclude(nickname="").order_by("id").first()
        assert youth is not None

        assert youth in find_youth(worker, f"{youth.given_name} {youth.family_name}").youth
        assert youth in find_youth(worker, youth.case_number or "").youth
        accented = Youth.objects.filter(family_name="Muñoz").order_by("id").first()
        assert accented is not None
        assert accented in find_youth(worker, f"{accented.given_name} munoz").youth

    def test_the_past_resembles_the_published_figures(self):
        past = past_episodes(NOW)
        days = [(one.ended_at - one.told_at) / DAY for one in past]

        # Sources: casework/management/agency/figures.py
        assert len(past) > 150
        assert share(length < 2 for length in days) == pytest.approx(0.33, abs=0.02)
        assert share(length < 7 for length in days) == pytest.approx(0.48, abs=0.02)
        assert mean(days) == pytest.approx(34, abs=4)
        assert len(past) / len({one.youth_id for one in past}) == pytest.approx(2.5, abs=0.2)
        assert share(outcomes("report_to_police", past, "on time")) == pytest.approx(0.86, abs=0.03)
        assert share(outcomes("report_to_ncmec", past, "never")) == pytest.approx(0.47, abs=0.04)
        assert share(outcomes("report_to_ncmec", past, "late")) == pytest.approx(0.22, abs=0.04)
        girls = [one for one in past if one.youth.sex == Sex.FEMALE]
        boys = [one for one in past if one.youth.sex == Sex.MALE]
        assert share(outcomes("screen_for_trafficking", girls, "never")) == pytest.approx(
            0.59, abs=0.03
        )
        assert share(outcomes("screen_for_trafficking", boys, "never")) == pytest.approx(
            0.72, abs=0.03
        )

    def test_the_past_is_settled_and_reminds_nobody(self):
        past = past_episodes(NOW)

        assert all(one.ended_at < NOW for one in past)
        assert not Duty.objects.open().filter(episode__in=past).exists()
        assert not Reminder.objects.filter(episode__in=past).exists()
        assert not DutyEvidence.objects.filter(recorded_at__gt=NOW).exists()
        for duty in Duty.objects.filter(episode__in=past).prefetch_related("evidence"):
            last = duty.evidence.all()[0]
            assert duty.work_state in (WorkState.DONE, WorkState.NOT_NEEDED)
            assert last.happened_at in (duty.done_at, duty.not_needed_at)

    def test_nobody_was_missing_twice_at_once_or_outside_a_placement(self):
        for youth in Youth.objects.prefetch_related("episodes__placement"):
            absences = sorted(youth.episodes.all(), key=lambda one: one.told_at)
            for earlier, later in zip(absences, absences[1:], strict=False):
                assert earlier.ended_at is not None
                assert earlier.ended_at < (later.last_seen_at or later.told_at)
            for absence in absences:
                assert absence.placement is not None
                assert absence.placement.started_at <= absence.told_at

    def test_there_are_open_episodes_in_every_state_of_the_clock(self):
        left = list(Episode.objects.with_work_left().prefetch_related("duties"))
        duties = [duty for one in left for duty in one.duties.all()]

        assert {one.status(has_open_duties=True) for one in left} == {
            EpisodeStatus.MISSING,
            EpisodeStatus.LOCATED,
            EpisodeStatus.RETURNED,
        }
        assert {duty.time_state(NOW) for duty in duties if duty.is_open} == set(TimeState)
        assert {duty.work_state for duty in duties} == set(WorkState)
        assert any(duty.is_provisional for duty in duties)
        assert any(duty.done_at and duty.due_at and duty.done_at > duty.due_at for duty in duties)
        assert {one.last_seen_precision for one in left} >= {
            Precision.ABOUT,
            Precision.DATE_ONLY,
            Precision.UNKNOWN,
        }
        assert max(NOW - one.told_at for one in left if one.is_open) > 7 * DAY
        assert len({one.unit_id for one in left}) == 3
        assert any(one.recorded_by.role == Role.ON_CALL for one in left)

    def test_inboxes_are_believable_after_one_sweep(self):
        while sweep.address_due(now=NOW):
            pass

        for email in DEMO_ACCOUNTS:
            rows = Delivery.objects.inbox_of(User.objects.get(email=email))
            assert rows.count() <= MOST_INBOX_ROWS, email
        for name in ("caseworker", "other-unit", "supervisor", "oncall"):
            assert Delivery.objects.inbox_of(account(name)).exists(), name

    def test_a_second_start_changes_nothing(self):
        before = rows()

        assert "everything is there" in start_demo(NOW + timedelta(hours=11))
        assert rows() == before


def outcomes(code: str, episodes: list[Episode], which: str) -> list[bool]:
    """For each duty of this code, whether its outcome is that one."""
    found = []
    for duty in Duty.objects.filter(code=code, episode__in=episodes):
        outcome = "never"
        if duty.done_at is not None and duty.due_at is not None:
            outcome = "late" if duty.done_at > duty.due_at else "on time"
        found.append(outcome == which)
    return found


def share(answers: Iterable[bool]) -> float:
    counted = list(answers)
    return sum(counted) / len(counted)


def rows() -> list[int]:
    models = (Unit, User, Youth, Placement, Episode, Duty, DutyEvidence, Reminder)
    return [model._default_manager.count() for model in models]


def test_daily_starts_end_what_is_stale_spare_a_visitors_and_find_youth_for_every_scene():
    first_start()
    worker = account("caseworker")
    demo_before = list(Episode.objects.open())
    youth = worker.youth.exclude(episodes__ended_at__isnull=True, episodes__isnull=False).first()
    assert youth is not None
    visitors = episodes.log_missing(
        by=worker,
        now=NOW,
        submission_key=uuid.uuid4(),
        telling=Telling(told=Moment(NOW, Precision.EXACT)),
        youth=youth,
    )
    tomorrow = NOW + timedelta(hours=26)

    assert "15 episodes opened" in start_demo(tomorrow)

    for episode in demo_before:
        episode.refresh_from_db()
        assert not episode.is_open
        assert not episode.duties.open().exists()
    visitors.refresh_from_db()
    assert visitors.is_open
    assert not is_ours(visitors)
    fresh = [one for one in Episode.objects.open() if one != visitors]
    assert len(fresh) == len(demo_before)
    assert all(is_ours(one) for one in fresh)
    assert min(tomorrow - one.told_at for one in fresh) < timedelta(minutes=10)

    # Youth rest two days between scenes: on the third day the first come on again.
    for days in (1, 2):
        assert "15 episodes opened" in start_demo(tomorrow + days * DAY)
