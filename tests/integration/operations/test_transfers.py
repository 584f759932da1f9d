"""An episode goes to another unit: offered, accepted, declined, taken back."""

from datetime import timedelta

import pytest

from casework.access.scoping import may_see_episode
from casework.models import Reminder, Role, Transfer
from casework.operations import notices, transfers
from casework.operations.transfers import Refused
from tests.factories import UserFactory
from tests.integration.scenes import bring_back, log

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def olga(other_unit):
    return UserFactory(name="Olga", role=Role.SUPERVISOR, unit=other_unit)


@pytest.fixture
def offered(episode, sam, other_unit, olga, now):
    return transfers.offer(
        episode=episode, to_unit=other_unit, note="Placed there since Monday", by=sam, now=now
    )


def told(about):
    rows = Reminder.objects.filter(dedupe_key__contains=f":{about}:", cancelled_at=None)
    return sorted(row.person.name for row in rows)


def test_until_it_is_accepted_the_old_unit_and_worker_hold_it(offered, episode, unit, ana, olga):
    episode.refresh_from_db()

    assert (episode.unit, episode.assigned_to) == (unit, ana)
    assert not may_see_episode(olga, episode)
    assert told("offered") == ["Olga"]


def test_accepted_youth_episode_and_worker_move_together(
    offered, episode, jordan, other_unit, ana, olga, omar, now
):
    transfers.accept(transfer=offered, to=omar, by=olga, now=now + HOUR)

    episode.refresh_from_db()
    jordan.refresh_from_db()
    assert (episode.unit, episode.assigned_to) == (other_unit, omar)
    assert (jordan.unit, jordan.caseworker) == (other_unit, omar)
    assert may_see_episode(omar, episode)
    assert not may_see_episode(ana, episode)


def test_both_sides_are_told_once_it_is_accepted(offered, olga, omar, now):
    transfers.accept(transfer=offered, to=omar, by=olga, now=now)

    assert told("assigned") == ["Omar"]
    assert told("handed-on") == ["Ana"]
    assert told("accepted") == ["Sam"]
    assert told("offered") == []


def test_its_rules_and_zone_stay(offered, episode, olga, omar, now):
    before = (episode.jurisdiction, episode.protocol_version, episode.time_zone)
    due = list(episode.duties.order_by("pk").values_list("code", "due_at"))

    transfers.accept(transfer=offered, to=omar, by=olga, now=now)

    episode.refresh_from_db()
    assert (episode.jurisdiction, episode.protocol_version, episode.time_zone) == before
    assert list(episode.duties.order_by("pk").values_list("code", "due_at")) == due


def test_it_goes_only_to_somebody_of_the_new_unit(offered, ana, olga, now):
    with pytest.raises(Refused, match="Ana could not open the youth of Springfield Unit 2"):
        transfers.accept(transfer=offered, to=ana, by=olga, now=now)

    assert Transfer.objects.get().is_waiting


def test_declined_the_reason_stands_and_the_old_unit_is_told(offered, episode, unit, olga, now):
    transfers.decline(transfer=offered, why="No bed here", by=olga, now=now)

    episode.refresh_from_db()
    assert episode.unit == unit
    assert Transfer.objects.get().declined_why == "No bed here"
    assert told("declined") == ["Sam"]


def test_taken_back_whoever_was_asked_is_told(offered, sam, now):
    transfers.take_back(transfer=offered, by=sam, now=now)

    assert told("offered") == []
    assert told("taken-back") == ["Olga"]


@pytest.mark.parametrize("act", ["accept", "decline", "take_back"])
def test_an_answered_transfer_is_not_answered_again(offered, act, olga, omar, now):
    transfers.take_back(transfer=offered, by=olga, now=now)
    more = {"accept": {"to": omar}, "decline": {"why": "No"}, "take_back": {}}[act]

    with pytest.raises(Refused, match="answered or taken back already"):
        getattr(transfers, act)(transfer=offered, by=olga, now=now, **more)


def test_it_is_offered_to_one_unit_at_a_time(offered, episode, other_unit, sam, now):
    with pytest.raises(Refused, match="on offer already"):
        transfers.offer(episode=episode, to_unit=other_unit, note="Again", by=sam, now=now)


def test_it_is_not_offered_to_its_own_unit(episode, unit, sam, now):
    with pytest.raises(Refused, match="in that unit already"):
        transfers.offer(episode=episode, to_unit=unit, note="Here", by=sam, now=now)


def test_whoever_does_not_answer_is_asked_again_after_four_hours(offered, olga, now):
    asked = [notices.keep_asking(now=now + hours * HOUR) for hours in (1, 3, 4, 5, 8)]

    # What is asked in the same four hours again finds its key taken.
    assert told("offered") == ["Olga"] * 3
    assert asked[:2] == [0, 0]


def test_nobody_is_asked_again_about_an_episode_that_is_finished(offered, episode, ana, now):
    bring_back(episode, by=ana, now=now)
    episode.duties.update(not_needed_at=now, not_needed_by=ana)

    assert notices.keep_asking(now=now + 5 * HOUR) == 0


def test_no_notice_names_the_youth(offered, jordan):
    for row in Reminder.objects.exclude(says=""):
        for name in jordan.names:
            assert name not in row.says


def test_the_youth_stays_while_the_old_unit_works_on_another_episode_of_theirs(
    offered, episode, jordan, unit, other_unit, ana, olga, omar, now
):
    bring_back(episode, by=ana, now=now)
    again = log(jordan, by=ana, now=now + HOUR)

    transfers.accept(transfer=offered, to=omar, by=olga, now=now + 2 * HOUR)

    jordan.refresh_from_db()
    again.refresh_from_db()
    assert (jordan.unit, again.unit, again.assigned_to) == (unit, unit, ana)
