"""Several people say "I'm on it" at one moment: one is, everybody else learns who."""

from functools import partial

from casework.models import Acknowledgement, Reminder, Role
from casework.operations.acknowledgements import HeldBySomebody, acknowledge, hand_back
from casework.policies.ladder import ReminderKind
from tests.factories import UserFactory


def say(duty, person, now):
    """The name of whoever is on it, as this person learns it."""
    try:
        return acknowledge(duty=duty, by=person, now=now).by.name
    except HeldBySomebody as error:
        return error.held.by.name


def test_of_many_at_once_one_is_on_it_and_all_learn_who(at_once, police, unit, now):
    people = [UserFactory(name=f"Person {n}", role=Role.CASEWORKER, unit=unit) for n in range(6)]

    learned = at_once([partial(say, police, person, now) for person in people])

    held = Acknowledgement.objects.get()
    assert set(learned) == {held.by.name}
    assert Reminder.objects.get(kind=ReminderKind.TAKEN_UP).person == held.by


def test_one_person_who_presses_many_times_is_on_it_once(at_once, police, ana, now):
    at_once([partial(say, police, ana, now) for _ in range(6)])

    assert Acknowledgement.objects.count() == 1
    assert Reminder.objects.filter(kind=ReminderKind.TAKEN_UP).count() == 1


def test_handing_back_while_another_takes_it_leaves_one_or_nobody(at_once, police, ana, sam, now):
    acknowledge(duty=police, by=ana, now=now)

    at_once([partial(hand_back, duty=police, by=ana, now=now), partial(say, police, sam, now)])

    holders = [held.by for held in Acknowledgement.objects.held_at(now)]
    assert holders in ([], [sam])
