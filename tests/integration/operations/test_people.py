"""Accounts, absences and back-ups."""

import uuid
from datetime import timedelta

import pytest

from casework.access.people import who_may_stand_in
from casework.models import Absence, Assignment, AuditEvent, Role, User
from casework.operations import absences, people
from casework.operations.assignments import assign
from casework.operations.people import Account, AddressTaken, Refused
from casework.operations.returns import undo_return
from tests.factories import UnitFactory, UserFactory, YouthFactory
from tests.integration.scenes import bring_back, log

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def ben(unit):
    return UserFactory(name="Ben", role=Role.CASEWORKER, unit=unit)


def account_of(person, **changed):
    fields = {
        "name": person.name,
        "email": person.email,
        "role": Role(person.role),
        "unit": person.unit,
        "phone": person.phone,
    }
    return Account(**fields | changed)


def away(person, stand_in, now, *, starts=0, ends=3):
    return absences.plan_absence(
        person=person,
        stand_in=stand_in,
        starts_at=now + starts * DAY,
        ends_at=now + ends * DAY,
        by=person,
        now=now,
    )


# --- Absences -------------------------------------------------------------------------------


def test_somebody_is_away_from_the_first_moment_up_to_the_end(ana, ben, now):
    away(ana, ben, now, starts=1, ends=2)

    at = [
        Absence.objects.at(now + hours * timedelta(hours=1)).exists() for hours in (23, 24, 47, 48)
    ]
    assert at == [False, True, True, False]


def test_a_second_absence_in_that_time_is_refused_in_words(ana, ben, now):
    away(ana, ben, now, ends=3)

    with pytest.raises(absences.Refused, match="Ana is away in that time already"):
        away(ana, ben, now, starts=2, ends=5)


def test_cancelled_it_stands_in_nobodys_way(ana, ben, now):
    first = away(ana, ben, now)
    absences.cancel_absence(absence=first, by=ana, now=now)

    away(ana, ben, now)

    assert Absence.objects.at(now).count() == 1


@pytest.mark.parametrize("who", ["omar", "adam", "ruth", "ana"])
def test_who_could_not_open_the_youth_cannot_stand_in(request, who, ana, now):
    with pytest.raises(absences.Refused, match="could not open what Ana holds"):
        away(ana, request.getfixturevalue(who), now)


def test_who_may_stand_in_for_whom(unit, ana, ben, sam, omar, oona, adam, ruth):
    vera = UserFactory(name="Vera", role=Role.SUPERVISOR, unit=UnitFactory())
    unit.parent = vera.unit
    unit.save()
    other_admin = UserFactory(name="Alma", role=Role.ADMIN, unit=None)
    sam.refresh_from_db()

    assert [one.name for one in who_may_stand_in(ana)] == ["Ben", "Oona", "Sam", "Vera"]
    assert [one.name for one in who_may_stand_in(sam)] == ["Oona", "Vera"]
    assert list(who_may_stand_in(oona)) == []
    assert list(who_may_stand_in(adam)) == [other_admin]


def test_an_absence_that_is_over_is_refused(ana, ben, now):
    with pytest.raises(absences.Refused, match="today or later"):
        away(ana, ben, now, starts=-3, ends=-1)


def test_the_backup_is_set_and_taken_away(ana, ben, now):
    absences.set_backup(person=ana, backup=ben, by=ana, now=now)
    assert User.objects.get(pk=ana.pk).backup == ben

    absences.set_backup(person=ana, backup=None, by=ana, now=now)
    assert User.objects.get(pk=ana.pk).backup is None


def test_somebody_of_another_unit_is_no_backup(ana, omar, now):
    with pytest.raises(absences.Refused):
        absences.set_backup(person=ana, backup=omar, by=ana, now=now)


# --- Accounts -------------------------------------------------------------------------------


def test_a_new_account_has_no_password(adam, unit, now):
    account = Account(name="Dee", email="dee@agency.example", role=Role.CASEWORKER, unit=unit)

    dee = people.add_person(account=account, by=adam, now=now)

    assert not dee.has_usable_password()
    assert AuditEvent.objects.get(event="user.added").subject_id == dee.public_id


def test_an_address_is_given_once_whatever_its_case(adam, ana, unit, now):
    account = Account(name="Dee", email=ana.email.upper(), role=Role.CASEWORKER, unit=unit)

    with pytest.raises(AddressTaken):
        people.add_person(account=account, by=adam, now=now)


def test_another_address_is_not_a_refused_one(ana, adam, now):
    User.objects.filter(pk=ana.pk).update(email_refused_at=now, email_refused_why="550 unknown")

    people.change_person(
        person=ana, account=account_of(ana, email="ana.new@agency.example"), by=adam, now=now
    )

    ana.refresh_from_db()
    assert (ana.email_refused_at, ana.email_refused_why) == (None, "")


def test_the_same_address_stays_refused(ana, adam, now):
    User.objects.filter(pk=ana.pk).update(email_refused_at=now, email_refused_why="550 unknown")

    people.change_person(person=ana, account=account_of(ana, phone="555-0101"), by=adam, now=now)

    assert User.objects.get(pk=ana.pk).email_refused_at == now


def test_who_holds_episodes_does_not_move_away_from_them(episode, ana, adam, other_unit, now):
    with pytest.raises(Refused, match="Ana holds 1 episode that they could not open then"):
        people.change_person(person=ana, account=account_of(ana, unit=other_unit), by=adam, now=now)

    assert User.objects.get(pk=ana.pk).unit != other_unit


def test_nobody_changes_their_own_role(adam, unit, now):
    UserFactory(role=Role.ADMIN, unit=None)
    with pytest.raises(Refused, match="your own role"):
        people.change_person(
            person=adam, account=account_of(adam, role=Role.AUDITOR), by=adam, now=now
        )


# --- Leaving --------------------------------------------------------------------------------


def test_deactivated_what_they_held_is_with_others_in_the_same_moment(
    ana, ben, sam, adam, unit, now
):
    first, second = (log(YouthFactory(unit=unit), by=ana, now=now) for _ in range(2))

    people.deactivate(
        person=ana, by=adam, now=now, hand_over={first.public_id: ben, second.public_id: None}
    )

    for episode in (first, second):
        episode.refresh_from_db()
    ana.refresh_from_db()
    assert (ana.is_active, ana.deactivated_by) == (False, adam)
    assert (first.assigned_to, second.assigned_to) == (ben, None)
    assert Assignment.objects.filter(from_person=ana).count() == 2


def test_with_an_episode_left_over_nothing_happens_at_all(ana, ben, adam, unit, now):
    first, second = (log(YouthFactory(unit=unit), by=ana, now=now) for _ in range(2))

    with pytest.raises(Refused, match="Ana holds 1 episode that nobody was chosen for"):
        people.deactivate(person=ana, by=adam, now=now, hand_over={first.public_id: ben})

    first.refresh_from_db()
    assert first.assigned_to == ana
    assert User.objects.get(pk=ana.pk).is_active


def test_return_duties_that_are_open_are_handed_over_too(episode, ana, adam, now):
    bring_back(episode, by=ana, now=now)

    with pytest.raises(Refused, match="holds 1 episode"):
        people.deactivate(person=ana, by=adam, now=now, hand_over={})


def test_what_is_finished_keeps_the_name_of_who_held_it(episode, ana, adam, now):
    bring_back(episode, by=ana, now=now)
    episode.duties.update(not_needed_at=now, not_needed_by=ana)

    people.deactivate(person=ana, by=adam, now=now, hand_over={})

    episode.refresh_from_db()
    assert episode.assigned_to == ana


def test_the_last_admin_stays(adam, now):
    other = UserFactory(role=Role.ADMIN, unit=None)
    people.deactivate(person=other, by=adam, now=now, hand_over={})

    with pytest.raises(Refused, match="last admin"):
        people.deactivate(person=adam, by=other, now=now, hand_over={})


def test_nobody_closes_their_own_account(adam, now):
    UserFactory(role=Role.ADMIN, unit=None)
    with pytest.raises(Refused, match="your own account"):
        people.deactivate(person=adam, by=adam, now=now, hand_over={})


def test_reactivated_they_may_hold_episodes_again(ana, ben, sam, adam, episode, now):
    people.deactivate(person=ben, by=adam, now=now, hand_over={})

    people.reactivate(person=ben, by=adam, now=now)
    assign(episodes=[episode], to=ben, by=sam, now=now, batch=uuid.uuid4())

    episode.refresh_from_db()
    assert episode.assigned_to == ben


def test_a_youth_whose_caseworker_left_is_held_by_whoever_logs_it(jordan, ana, ben, adam, now):
    jordan.caseworker = ben
    jordan.save()
    people.deactivate(person=ben, by=adam, now=now, hand_over={})

    episode = log(jordan, by=ana, now=now)

    assert episode.assigned_to == ana


def test_an_undone_return_is_left_to_the_supervisor_where_its_holder_has_gone(
    episode, ana, sam, adam, now
):
    bring_back(episode, by=ana, now=now)
    episode.duties.update(not_needed_at=now, not_needed_by=ana)
    people.deactivate(person=ana, by=adam, now=now, hand_over={})

    undo_return(episode=episode, by=sam, now=now, reason="Wrong youth")

    episode.refresh_from_db()
    assert episode.assigned_to is None


def test_nobody_is_away_for_over_a_year(ana, ben, now):
    with pytest.raises(absences.Refused, match="hand over what they hold"):
        away(ana, ben, now, ends=367)

    assert away(ana, ben, now, ends=366).pk
