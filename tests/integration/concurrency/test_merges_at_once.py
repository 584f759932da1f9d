"""Several hands on two records of one youth: one merge stands, and nothing is left behind."""

import uuid
from functools import partial

import pytest

from casework.models import ContactKind, Episode, Merge, Youth, YouthContact
from casework.operations import transfers
from casework.operations.contacts import add_contact
from casework.operations.duplicates import look_for_duplicates
from casework.operations.merging import (
    Choices,
    Refused,
    differing,
    merge,
    state_of,
    unmerge,
    usual_choice,
)
from tests.factories import UserFactory, YouthFactory
from tests.integration.scenes import a_merge_of, log


@pytest.fixture
def jo(unit, ana):
    return YouthFactory(given_name="Jo", family_name="Quillfeather", unit=unit, recorded_by=ana)


def what_came_of(act):
    """What the act gave, or the sentence that refused it."""
    try:
        return act()
    except Refused as refused:
        return str(refused)


def joining(keep, other, by, now):
    facts = {fact: usual_choice(keep, other, fact) for fact in differing(keep, other)}
    return partial(
        merge,
        keep=keep,
        other=other,
        choices=Choices(facts=facts),
        by=by,
        now=now,
        seen=state_of(keep, other),
    )


def test_of_many_who_merge_the_same_way_all_see_one_merge(at_once, jordan, jo, unit, now):
    people = [UserFactory(unit=unit) for _ in range(4)]

    entries = at_once([joining(jordan, jo, person, now) for person in people])

    assert len({entry.pk for entry in entries}) == 1


def test_of_two_who_merge_in_opposite_ways_one_is_told(at_once, jordan, jo, sam, now):
    results = at_once(
        [
            partial(what_came_of, joining(jordan, jo, sam, now)),
            partial(what_came_of, joining(jo, jordan, sam, now)),
        ]
    )

    assert sorted(isinstance(one, Merge) for one in results) == [False, True]
    assert Youth.objects.filter(merged_into__isnull=True).count() == 1


def test_three_records_merged_in_a_ring_leave_one_that_stands(at_once, jordan, jo, unit, sam, now):
    third = YouthFactory(given_name="Jordin", family_name="Quillfeather", unit=unit)
    ring = [(jordan, jo), (jo, third), (third, jordan)]

    at_once([partial(what_came_of, joining(*two, sam, now)) for two in ring])

    assert Youth.objects.filter(merged_into__isnull=True).exists()
    for youth in Youth.objects.filter(merged_into__isnull=False):
        assert youth.merged_into.merged_into is None


@pytest.mark.parametrize("turn", range(4))
def test_an_episode_logged_at_that_moment_is_never_left_with_the_record_that_went(
    turn, at_once, jordan, jo, sam, ana, now
):
    acts = [partial(what_came_of, joining(jordan, jo, sam, now)), partial(log, jo, by=ana, now=now)]
    at_once(acts if turn % 2 else acts[::-1])

    jo.refresh_from_db()
    holder = jo.merged_into or jo
    assert Episode.objects.get().youth == holder


@pytest.mark.parametrize("turn", range(4))
def test_nor_is_a_phone(turn, at_once, jordan, jo, sam, ana, now):
    adding = partial(
        add_contact,
        youth=jo,
        by=ana,
        now=now,
        kind=ContactKind.PHONE,
        value="3145550144",
        label="",
        submission_key=uuid.uuid4(),
    )
    acts = [partial(what_came_of, joining(jordan, jo, sam, now)), adding]

    at_once(acts if turn % 2 else acts[::-1])

    jo.refresh_from_db()
    assert YouthContact.objects.get().youth == (jo.merged_into or jo)


def test_a_merge_is_undone_once(at_once, jordan, jo, sam, now):
    entry = a_merge_of(jordan, jo, by=sam, now=now)

    at_once([partial(unmerge, entry=entry, by=sam, now=now)] * 4)

    jo.refresh_from_db()
    assert jo.merged_into is None
    assert Merge.objects.get().undone_by == sam


def test_a_pair_found_by_many_is_one_pair(at_once, jordan, unit, now):
    twin = YouthFactory(given_name="Jordan", family_name="Quillfeather", unit=unit)
    acts = [partial(look_for_duplicates, youth, now=now) for youth in (jordan, twin) * 3]

    found = at_once(acts)

    assert sum(len(new) for new in found) >= 1
    assert look_for_duplicates(twin, now=now) == []


def test_a_transfer_accepted_beside_a_merge_of_its_youth_waits_and_both_happen(
    at_once, jordan, jo, episode, sam, other_unit, omar, now
):
    olga = UserFactory(role="supervisor", unit=other_unit)
    boss = UserFactory(role="on_call", unit=None)
    offered = transfers.offer(episode=episode, to_unit=other_unit, note="Moved", by=sam, now=now)

    at_once(
        [
            partial(transfers.accept, transfer=offered, to=omar, by=olga, now=now),
            partial(what_came_of, joining(jordan, jo, boss, now)),
        ]
    )

    episode.refresh_from_db()
    assert (episode.unit, episode.assigned_to) == (other_unit, omar)
