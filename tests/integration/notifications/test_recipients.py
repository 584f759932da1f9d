"""Who hears a reminder is looked up when it is sent: people leave, and cases move."""

import uuid
from datetime import timedelta

import pytest

from casework.access.scoping import may_see_episode
from casework.models import Absence, Delivery, Role, User
from casework.notifications.addressing import address_due
from casework.notifications.directory import Directory
from casework.notifications.recipients import Place, recipients_of
from casework.operations.assignments import assign, undo
from casework.policies.ladder import Audience
from tests.factories import (
    TOLD,
    DutyFactory,
    EpisodeFactory,
    ReminderFactory,
    UnitFactory,
    UserFactory,
)


def deactivate(*people: User) -> None:
    User.objects.filter(pk__in=[person.pk for person in people]).update(
        is_active=False, deactivated_at=TOLD, deactivated_by=people[0]
    )


@pytest.fixture
def episode(unit, ana):
    return EpisodeFactory(youth__unit=unit, assigned_to=ana, recorded_by=ana)


def heard_by(episode, audience):
    episode.refresh_from_db()
    told = recipients_of(Place.of(episode), audience, Directory.at(TOLD))
    return [(recipient.person.user, recipient.why) for recipient in told]


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


def test_who_logged_it_and_handed_it_on_hears_nothing_more_until_that_is_undone(
    episode, ana, sam, unit
):
    eva = UserFactory(unit=unit)
    batch = uuid.uuid4()
    assign(episodes=[episode], to=eva, by=sam, now=TOLD, batch=batch)
    assert heard_by(episode, Audience.OWNER) == [(eva, "It is assigned to you.")]

    undo(batch=batch, by=sam, now=TOLD)
    assign(episodes=[episode], to=None, by=sam, now=TOLD, batch=uuid.uuid4())
    assign(episodes=[episode], to=ana, by=sam, now=TOLD, batch=uuid.uuid4())

    assert heard_by(episode, Audience.OWNER) == [(ana, "It is assigned to you.")]


def test_the_sweep_knows_too_that_it_was_handed_on(episode, ana, sam, unit):
    eva = UserFactory(unit=unit)
    assign(episodes=[episode], to=eva, by=sam, now=TOLD, batch=uuid.uuid4())
    reminder = ReminderFactory(duty=DutyFactory(episode=episode), due_at=TOLD)

    address_due(now=TOLD)

    told = reminder.deliveries.values_list("recipient", flat=True)
    assert set(told) == {eva.pk}


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


# --- Away, and stood in for ------------------------------------------------------------------


def away(person, stand_in):
    return Absence.objects.create(
        person=person,
        stand_in=stand_in,
        starts_at=TOLD - timedelta(days=1),
        ends_at=TOLD + timedelta(days=1),
        recorded_at=TOLD - timedelta(days=1),
        recorded_by=person,
    )


def test_whoever_stands_in_hears_instead_of_an_owner_who_is_away(episode, ana, unit, sam):
    eva = UserFactory(unit=unit)
    away(ana, eva)

    assert heard_by(episode, Audience.OWNER) == [(eva, "You stand in for Ana.")]


def test_an_absence_that_is_over_or_called_off_changes_nothing(episode, ana, unit):
    absence = away(ana, UserFactory(unit=unit))
    absence.cancelled_at, absence.cancelled_by = TOLD, ana
    absence.save()

    assert heard_by(episode, Audience.OWNER) == [(ana, "It is assigned to you.")]


def test_a_stand_in_who_cannot_see_the_episode_or_is_away_too_is_passed_over(
    episode, ana, sam, unit, other_unit
):
    away(ana, UserFactory(unit=other_unit))
    assert [user for user, _ in heard_by(episode, Audience.OWNER)] == [sam]

    Absence.objects.update(cancelled_at=TOLD, cancelled_by=ana)
    eva = UserFactory(unit=unit)
    away(ana, eva)
    away(eva, ana)
    assert [user for user, _ in heard_by(episode, Audience.OWNER)] == [sam]


def test_a_supervisor_who_is_away_is_stood_in_for(episode, sam, unit):
    vera = UserFactory(role=Role.SUPERVISOR, unit=unit)
    away(sam, vera)

    assert heard_by(episode, Audience.SUPERVISOR) == [(vera, "You stand in for Sam.")]


def test_the_back_up_of_the_owner_is_passed_over_where_there_is_none(episode, ana, sam, unit):
    assert heard_by(episode, Audience.BACKUP) == []

    eva = UserFactory(unit=unit)
    ana.backup = eva
    ana.save(update_fields=["backup"])

    assert heard_by(episode, Audience.BACKUP) == [(eva, "You are the back-up of Ana.")]


def test_the_agencys_address_is_passed_over_where_there_is_none(episode, oona):
    directory = Directory.at(TOLD)

    with_one = recipients_of(Place.of(episode), Audience.AGENCY, directory, has_agency_address=True)

    assert [recipient.person for recipient in with_one] == [None]
    assert heard_by(episode, Audience.AGENCY) == []


def test_a_named_person_hears_and_their_supervisor_when_they_have_left(episode, ana, sam):
    def heard():
        told = recipients_of(
            Place.of(episode), Audience.PERSON, Directory.at(TOLD), person_id=ana.pk
        )
        return [recipient.person.user for recipient in told]

    assert heard() == [ana]
    deactivate(ana)
    assert heard() == [sam]


@pytest.mark.parametrize("role", Role)
def test_who_may_see_is_the_same_for_one_as_for_many(role, unit, other_unit):
    """The directory repeats what the scoping of pages says: they may not drift apart."""
    region = UnitFactory()
    unit.parent = region
    unit.save()
    for place in (unit, other_unit, region):
        user = UserFactory(role=role, unit=place)
        directory = Directory.at(TOLD)
        for where in (unit, other_unit, region):
            episode = EpisodeFactory(youth__unit=where)
            assert directory.may_see(directory.people[user.pk], where.pk) == may_see_episode(
                user, episode
            )


def test_what_is_meant_for_somebody_away_reaches_their_stand_in_too(episode, ana, unit):
    eva = UserFactory(unit=unit)
    away(ana, eva)

    told = recipients_of(Place.of(episode), Audience.PERSON, Directory.at(TOLD), person_id=ana.pk)

    assert [(one.person.user, one.why) for one in told] == [
        (ana, "It is meant for you."),
        (eva, "You stand in for Ana."),
    ]
