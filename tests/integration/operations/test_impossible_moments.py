"""A moment that cannot be true is refused, in a sentence that says what to do."""

from datetime import UTC, datetime, timedelta

import pytest

from casework.operations import moments, returns
from casework.operations.moments import ChangedMeanwhile, Refused
from casework.policies.anchors import Anchor
from casework.policies.time_words import Moment, Precision
from tests.integration.scenes import bring_back, exactly, log, reads_as_planned_afresh, set_time

DECIDED = Anchor.DETERMINED_MISSING.label
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
THE_DAY = Moment(at=datetime(2026, 3, 3, 6, 0, tzinfo=UTC), precision=Precision.DATE_ONLY)

TOLD = "Agency told is Tue Mar 3, 1:52 a.m. CST."
SEEN = "Last seen is Mon Mar 2, 10:52 p.m. CST."
IMPOSSIBLE = [
    (Anchor.LAST_SEEN, 1, f"Last seen cannot be later than this: {TOLD}"),
    (Anchor.FIRST_SUSPECTED, 1, f"First suspected missing cannot be later than this: {TOLD}"),
    (Anchor.FIRST_SUSPECTED, -240, f"First suspected missing cannot be earlier than this: {SEEN}"),
    (Anchor.NOTIFIED, -1, f"Caseworker notified cannot be earlier than this: {TOLD}"),
    (Anchor.DETERMINED_MISSING, -1, f"{DECIDED} cannot be earlier than this: {TOLD}"),
    (Anchor.TOLD, -240, f"Agency told cannot be earlier than this: {SEEN}"),
]


@pytest.mark.parametrize(("anchor", "minutes", "says"), IMPOSSIBLE)
def test_a_moment_that_contradicts_another_is_refused_and_names_both(
    jordan, ana, now, anchor, minutes, says
):
    told = now - 12 * MINUTE
    episode = log(jordan, by=ana, now=now, told_at=told, last_seen=exactly(told - 3 * HOUR))

    with pytest.raises(Refused) as refusal:
        set_time(episode, anchor, told + minutes * MINUTE, by=ana, now=now)

    assert str(refusal.value) == f"{says} Change one of them."
    assert not episode.notes.exists()


def test_told_after_the_decision_is_refused(episode, ana, now):
    set_time(episode, Anchor.DETERMINED_MISSING, episode.told_at + MINUTE, by=ana, now=now)

    with pytest.raises(Refused, match=f"Agency told cannot be later than this: {DECIDED} is"):
        set_time(episode, Anchor.TOLD, episode.told_at + 2 * MINUTE, by=ana, now=now)


def test_told_after_it_was_logged_is_refused(episode, ana, now):
    with pytest.raises(Refused, match=r"This was logged Tue Mar 3, 2:04 a\.m\. CST, so the agency"):
        set_time(episode, Anchor.TOLD, now + MINUTE, by=ana, now=now + HOUR)


def test_told_while_an_earlier_episode_of_the_youth_lasted_is_refused(jordan, ana, now):
    first = log(jordan, by=ana, now=now)
    bring_back(first, by=ana, now=now + HOUR)
    again = log(jordan, by=ana, now=now + 3 * HOUR)
    later = now + 4 * HOUR

    with pytest.raises(Refused, match="Another episode of this youth lasted then"):
        set_time(again, Anchor.TOLD, now + 30 * MINUTE, by=ana, now=later)

    again.refresh_from_db()
    assert again.told_at == now + 3 * HOUR - 12 * MINUTE
    assert set_time(again, Anchor.TOLD, now + HOUR, by=ana, now=later)


def test_a_youth_who_was_back_before_the_agency_was_told_was_last_seen_before_that(
    episode, ana, now
):
    bring_back(episode, by=ana, now=now, at=episode.told_at - 2 * HOUR)

    with pytest.raises(Refused, match="Last seen cannot be later than this: Returned is"):
        set_time(episode, Anchor.LAST_SEEN, episode.told_at - HOUR, by=ana, now=now)


@pytest.mark.parametrize("anchor", [Anchor.NOTIFIED, Anchor.DETERMINED_MISSING])
def test_the_day_of_being_told_needs_a_time_and_says_so(episode, ana, now, anchor):
    with pytest.raises(Refused, match="Enter the time too, for example about 6 am: Agency told is"):
        set_time(episode, anchor, THE_DAY, by=ana, now=now)


def test_minutes_that_people_type_are_not_before_the_seconds_of_just_now(jordan, ana, now):
    told = now + timedelta(seconds=34)
    episode = log(jordan, by=ana, now=told, told_at=told)

    set_time(episode, Anchor.DETERMINED_MISSING, now, by=ana, now=told + MINUTE)

    episode.refresh_from_db()
    assert episode.determined_missing_at == told
    assert reads_as_planned_afresh(episode)


@pytest.mark.parametrize("anchor", [Anchor.TOLD, Anchor.RETURNED])
def test_what_is_known_cannot_become_unknown(episode, ana, now, anchor):
    bring_back(episode, by=ana, now=now)

    with pytest.raises(Refused, match="Enter the right time"):
        set_time(episode, anchor, None, by=ana, now=now)


@pytest.mark.parametrize(
    "anchor", [Anchor.FIRST_REPORT_MADE, Anchor.POLICE_REPORT_MADE, Anchor.FLAGGED]
)
def test_a_moment_that_a_record_makes_is_not_entered_here(episode, anchor):
    assert not moments.can_set(episode, anchor)


@pytest.mark.parametrize("anchor", [Anchor.LOCATED, Anchor.RETURNED])
def test_a_return_is_recorded_by_its_own_form_and_only_put_right_here(episode, ana, now, anchor):
    with pytest.raises(ValueError, match="is not entered here"):
        set_time(episode, anchor, now, by=ana, now=now)


def test_whoever_saw_an_older_moment_is_told_what_stands_now(episode, ana, sam, now):
    set_time(episode, Anchor.DETERMINED_MISSING, now, by=sam, now=now)

    with pytest.raises(ChangedMeanwhile) as refusal:
        moments.set_moment(
            episode=episode,
            by=ana,
            now=now,
            anchor=Anchor.DETERMINED_MISSING,
            happened=exactly(now - MINUTE),
            seen=None,
        )

    assert refusal.value.standing == now
    assert "It now says: Tue Mar 3, 2:04 a.m. CST." in str(refusal.value)
    episode.refresh_from_db()
    assert episode.determined_missing_at == now


def test_located_after_the_return_is_refused(episode, ana, now):
    returns.record_located(episode=episode, by=ana, now=now, located=exactly(now))
    bring_back(episode, by=ana, now=now + HOUR)

    with pytest.raises(Refused, match="Located cannot be later than this: Returned is"):
        set_time(episode, Anchor.LOCATED, now + 2 * HOUR, by=ana, now=now + 3 * HOUR)
