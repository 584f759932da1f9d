"""Who hears a reminder is looked up when it is sent: people leave, and cases move."""

import pytest

from casework.models import Delivery, Role, User
from casework.notifications.recipients import recipients_of
from casework.policies.ladder import Audience
from tests.factories import TOLD, EpisodeFactory, UnitFactory, UserFactory


def deactivate(*people: User) -> None:
    User.objects.filter(pk__in=[person.pk for person in people]).update(
        is_active=False, deactivated_at=TOLD, deactivated_by=people[0]
    )


@pytest.fixture
def episode(unit, ana):
    return EpisodeFactory(youth__unit=unit, assigned_to=ana, recorded_by=ana)


def heard_by(episode, audience):
    episode.refresh_from_db()
    return [(recipient.user, recipient.why) for recipient in recipients_of(episode, audience)]


def test_the_owner(episode, ana, sam):
    assert heard_by(episode, Audience.OWNER) == [(ana, "It is assigned to you.")]


def test_a_new_owner_hears_what_was_planned_for_the_old_one(episode, ana, unit):
    eva = UserFactory(unit=unit)
    episode.assigned_to = eva
    episode.save()

    assert heard_by(episode, Audience.OWNER) == [
        (eva, "It is assigned to you."),
        (ana, "You logged it."),
    ]


def test_when_the_owner_has_left_the_supervisor_hears_why(episode, ana, sam):
    deactivate(ana)

    assert heard_by(episode, Audience.OWNER) == [
        (sam, "Nobody who could act on it holds it. You supervise this unit.")
    ]


def test_when_nobody_is_assigned_the_supervisor_hears_why(episode, ana, sam):
    episode.assigned_to = None
    episode.save()

    assert heard_by(episode, Audience.OWNER) == [
        (sam, "Nobody who could act on it holds it. You supervise this unit."),
        (ana, "You logged it."),
    ]


def test_an_owner_who_moved_to_another_unit_hears_nothing_more(episode, ana, sam, other_unit):
    ana.unit = other_unit
    ana.save(update_fields=["unit"])

    assert [user for user, _ in heard_by(episode, Audience.OWNER)] == [sam]


def test_whoever_took_the_call_at_night_is_reminded_too(episode, ana, oona):
    episode.recorded_by = oona
    episode.save()

    assert heard_by(episode, Audience.OWNER) == [
        (ana, "It is assigned to you."),
        (oona, "You logged it."),
    ]


def test_every_supervisor_of_the_unit(episode, sam, unit):
    second = UserFactory(role=Role.SUPERVISOR, unit=unit)

    assert [user for user, _ in heard_by(episode, Audience.SUPERVISOR)] == [sam, second]


def test_a_unit_without_a_supervisor_is_heard_by_the_one_above(episode, unit):
    region = UnitFactory()
    unit.parent = region
    unit.save()
    vera = UserFactory(role=Role.SUPERVISOR, unit=region)

    assert heard_by(episode, Audience.SUPERVISOR) == [(vera, "You supervise this unit.")]


def test_the_supervisor_of_another_unit_hears_nothing(episode, other_unit, oona):
    UserFactory(role=Role.SUPERVISOR, unit=other_unit)

    assert [user for user, _ in heard_by(episode, Audience.SUPERVISOR)] == [oona]


def test_without_any_supervisor_the_on_call_person_hears_why(episode, sam, oona):
    deactivate(sam)

    assert heard_by(episode, Audience.SUPERVISOR) == [
        (oona, "This unit has no supervisor. You are on call for the agency.")
    ]


def test_everyone_on_call(episode, oona, adam):
    second = UserFactory(role=Role.ON_CALL, unit=None)

    assert [user for user, _ in heard_by(episode, Audience.ON_CALL)] == [oona, second]


def test_at_the_very_end_an_admin_hears_the_whole_reason(episode, ana, adam):
    deactivate(ana)

    [(user, why)] = heard_by(episode, Audience.OWNER)

    assert user == adam
    assert why == (
        "Nobody who could act on it holds it. This unit has no supervisor. "
        "Nobody is on call, so it reaches you as an admin."
    )


def test_the_longest_reason_fits_its_column(episode, ana, adam):
    deactivate(ana)

    [(_, why)] = heard_by(episode, Audience.OWNER)

    assert len(why) <= Delivery._meta.get_field("why").max_length


def test_nobody(episode, ana, ruth):
    deactivate(ana)

    assert heard_by(episode, Audience.OWNER) == []
