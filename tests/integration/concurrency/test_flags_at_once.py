"""Several hands on one flag: one decision stands, everybody else is told, nothing is doubled."""

from datetime import timedelta
from functools import partial

import pytest

from casework.models import Flag, FlagMark, FlagStepKind, Reminder, Role, Said, SetAsideReason
from casework.operations import flags
from casework.operations.flags import Refused, SettingAside
from tests.factories import UserFactory
from tests.integration.scenes import check


@pytest.fixture
def people(unit):
    return [UserFactory(name=f"Person {n}", role=Role.CASEWORKER, unit=unit) for n in range(6)]


def refusal_of(act):
    """What the act gave, or the sentence that refused it."""
    try:
        return act()
    except Refused as refused:
        return str(refused)


def set_aside(flag, person, now):
    setting = SettingAside(
        reason=SetAsideReason.HANDLED, why="Done", review_at=now + timedelta(days=1)
    )
    return flags.set_aside(flag=flag, by=person, now=now, setting=setting)


def test_one_of_many_sets_it_aside_and_the_others_learn_who(at_once, episode, ana, people, now):
    check(episode, "danger.weather", Said.YES, by=ana, now=now)
    flag = episode.flags.get()

    results = at_once(
        [partial(refusal_of, partial(set_aside, flag, person, now)) for person in people]
    )

    flag.refresh_from_db()
    refused = [one for one in results if isinstance(one, str)]
    assert refused == [f"{flag.set_aside_by.name} has set this flag aside already."] * 5
    assert flag.steps.filter(kind=FlagStepKind.SET_ASIDE).count() == 1
    assert Reminder.objects.filter(flag=flag, dedupe_key__contains=":aside:").count() == 2


def test_of_many_who_agree_one_is_the_second_person(at_once, episode, ana, people, now):
    check(episode, "danger.taken", Said.YES, by=ana, now=now)
    flag = set_aside(episode.flags.get(), ana, now)

    at_once([partial(flags.agree, flag=flag, by=person, now=now) for person in people])

    assert flag.steps.filter(kind=FlagStepKind.AGREED).count() == 1
    assert not Flag.objects.get().is_standing


def test_a_flag_is_confirmed_or_set_aside_never_both(at_once, episode, ana, people, now):
    check(episode, "danger.weather", Said.YES, by=ana, now=now)
    flag = episode.flags.get()
    confirming = [partial(flags.confirm, flag=flag, by=person, now=now) for person in people[:3]]
    setting = [partial(set_aside, flag, person, now) for person in people[3:]]

    at_once([partial(refusal_of, act) for act in [*confirming, *setting]])

    flag.refresh_from_db()
    assert (flag.confirmed_at is None) != (flag.set_aside_at is None)


def test_a_form_sent_many_times_raises_one_flag(at_once, episode, ana, now):
    raise_it = partial(
        flags.raise_by_hand,
        episode=episode,
        by=ana,
        now=now,
        mark=FlagMark.ENDANGERED,
        why="No coat",
    )

    raised = at_once([raise_it] * 6)

    assert len({flag.pk for flag in raised}) == 1
    assert Flag.objects.get().steps.count() == 1


def test_many_answers_of_many_people_raise_a_rules_flag_once(at_once, episode, ana, people, now):
    keys = [
        "sign.branding",
        "sign.controlled",
        "sign.organized_crime",
        "sign.substance_street",
        "sign.behaviour_change",
        "sign.family_trafficking",
    ]
    acts = [
        partial(check, episode, key, Said.YES, by=person, now=now)
        for key, person in zip(keys, people, strict=True)
    ]

    at_once(acts)

    assert sorted(episode.flags.values_list("code", flat=True)) == ["S1", "T8"]
    assert set(episode.flags.get(code="T8").because) == set(keys)
