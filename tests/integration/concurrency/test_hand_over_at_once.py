"""Several hands on who holds an episode: it always ends with one active person, or with nobody said
so, and everybody else is told.
"""

import uuid
from functools import partial

import pytest

from casework.models import Assignment, Role, Transfer, User
from casework.operations import assignments, people, transfers
from casework.operations.assignments import assign, undo
from tests.factories import UnitFactory, UserFactory, YouthFactory
from tests.integration.scenes import log


@pytest.fixture
def ben(unit):
    return UserFactory(name="Ben", role=Role.CASEWORKER, unit=unit)


def refusal_of(act):
    """What the act gave, or the sentence that refused it."""
    try:
        return act()
    except (assignments.Refused, people.Refused, transfers.Refused) as refused:
        return str(refused)


def test_of_two_who_reassign_at_once_one_is_told_of_the_other(
    at_once, unit, ana, ben, sam, oona, now
):
    some = [log(YouthFactory(unit=unit), by=ana, now=now) for _ in range(5)]
    seen = {one.public_id: ana.public_id for one in some}
    give = partial(assign, now=now, seen=seen)

    results = at_once(
        [
            partial(refusal_of, partial(give, episodes=order, to=to, by=by, batch=uuid.uuid4()))
            for order, to, by in ((some, ben, sam), (some[::-1], oona, oona)) * 3
        ]
    )

    told = [one for one in results if isinstance(one, str)]
    holders = {type(one).objects.get(pk=one.pk).assigned_to.name for one in some}
    assert len(told) == 5
    assert len(holders) == 1
    assert all(f"{some[0].reference} by {holders.copy().pop()}" in one for one in told)
    assert Assignment.objects.count() == 5


def test_the_same_form_many_times_at_once_hands_over_once(at_once, episode, ben, sam, now):
    batch = uuid.uuid4()
    give = partial(assign, episodes=[episode], to=ben, by=sam, now=now, batch=batch)

    at_once([partial(refusal_of, give)] * 6)

    assert Assignment.objects.count() == 1


def test_an_undo_beside_a_change_leaves_what_was_changed(
    at_once, episode, ana, ben, sam, oona, now
):
    batch = assign(episodes=[episode], to=ben, by=sam, now=now, batch=uuid.uuid4())[0].batch
    on = partial(assign, episodes=[episode], to=oona, by=oona, now=now, batch=uuid.uuid4())

    at_once(
        [
            partial(refusal_of, on),
            *[partial(refusal_of, partial(undo, batch=batch, by=sam, now=now))] * 4,
        ]
    )

    # Whichever came first: the change counts, and nothing was undone twice.
    episode.refresh_from_db()
    assert episode.assigned_to == oona
    assert Assignment.objects.filter(batch=batch).count() == 1


def test_who_is_deactivated_at_this_moment_is_never_given_anything(
    at_once, unit, ana, ben, sam, adam, now
):
    some = [log(YouthFactory(unit=unit), by=ana, now=now) for _ in range(4)]
    give = [
        partial(
            refusal_of, partial(assign, episodes=[one], to=ben, by=sam, now=now, batch=uuid.uuid4())
        )
        for one in some
    ]
    close = partial(
        refusal_of, partial(people.deactivate, person=ben, by=adam, now=now, hand_over={})
    )

    at_once([*give[:2], close, *give[2:]])

    ben.refresh_from_db()
    held = ben.episodes.count()
    assert ben.is_active == (held > 0)


def test_intake_never_gives_a_youth_to_an_account_that_is_closing(
    at_once, unit, ana, ben, adam, now
):
    youth = [YouthFactory(unit=unit, caseworker=ben) for _ in range(4)]
    close = partial(
        refusal_of, partial(people.deactivate, person=ben, by=adam, now=now, hand_over={})
    )

    at_once([close, *(partial(log, one, by=ana, now=now) for one in youth)])

    ben.refresh_from_db()
    held = ben.episodes.count()
    assert ben.is_active == (held > 0)
    assert all(one.episodes.count() == 1 for one in youth)


def test_two_who_hand_over_to_each_other_and_leave_do_not_lock_up(
    at_once, unit, ana, ben, adam, now
):
    of_ana = log(YouthFactory(unit=unit), by=ana, now=now)
    of_ben = log(YouthFactory(unit=unit), by=ben, now=now)
    close = partial(people.deactivate, by=adam, now=now)

    results = at_once(
        [
            partial(refusal_of, partial(close, person=ana, hand_over={of_ana.public_id: ben})),
            partial(refusal_of, partial(close, person=ben, hand_over={of_ben.public_id: ana})),
        ]
    )

    assert sum(isinstance(one, str) for one in results) == 1
    for episode in (of_ana, of_ben):
        episode.refresh_from_db()
        assert episode.assigned_to is not None
        assert episode.assigned_to.is_active


def test_two_admins_who_close_each_others_account_leave_one(at_once, adam, now):
    alma = UserFactory(role=Role.ADMIN, unit=None)
    close = partial(people.deactivate, now=now, hand_over={})

    at_once(
        [
            partial(refusal_of, partial(close, person=alma, by=adam)),
            partial(refusal_of, partial(close, person=adam, by=alma)),
        ]
    )

    assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1


def test_a_transfer_is_accepted_declined_or_taken_back_never_two_of_these(
    at_once, episode, sam, now
):
    there = UnitFactory(name="Springfield Unit 9")
    omar = UserFactory(role=Role.CASEWORKER, unit=there)
    transfer = transfers.offer(episode=episode, to_unit=there, note="Moved", by=sam, now=now)

    results = at_once(
        [
            partial(refusal_of, act)
            for act in (
                partial(transfers.accept, transfer=transfer, to=omar, by=omar, now=now),
                partial(transfers.take_back, transfer=transfer, by=sam, now=now),
                partial(transfers.decline, transfer=transfer, why="No", by=omar, now=now),
            )
        ]
    )

    episode.refresh_from_db()
    transfer = Transfer.objects.get()
    assert sum(isinstance(one, str) for one in results) == 2
    assert (episode.unit == there) == (transfer.accepted_at is not None)
