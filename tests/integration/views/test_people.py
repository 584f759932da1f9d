"""The people's pages: the list, absences, back-ups, accounts."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from casework.models import Absence, Role, User
from tests.factories import UnitFactory, UserFactory, YouthFactory
from tests.integration.scenes import log

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(unit):
    return UserFactory(name="Ben Kowalski", role=Role.CASEWORKER, unit=unit)


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_supervisor_sees_their_unit_and_those_below(as_person, sam, ana, omar, unit):
    below = UserFactory(name="Wes", role=Role.SUPERVISOR, unit=UnitFactory(parent=unit))

    page = words_of(as_person(sam).get("/people"))

    assert all(name in page for name in ("Ana", "Sam", below.name))
    assert "Omar" not in page


def test_an_admin_sees_everybody_and_no_youth(as_person, adam, ana, omar, episode, jordan):
    page = words_of(as_person(adam).get("/people"))

    assert "Ana" in page
    assert "Omar" in page
    assert jordan.family_name not in page


def test_the_list_says_who_is_away_out_of_reach_and_holds_what(
    as_person, sam, ana, ben, episode, now
):
    User.objects.filter(pk=ana.pk).update(
        backup=ben, email_refused_at=now, email_refused_why="550 unknown"
    )
    plan(as_person(ben), ben, ana)

    page = words_of(as_person(sam).get("/people"))

    assert "The mail server refuses this address" in page
    assert "1 open" in page
    assert "Away Mon Mar 9 to Fri Mar 13: Ana stands in" in page


def test_the_list_asks_as_often_for_many_as_for_few(
    as_person, sam, unit, ana, now, django_assert_max_num_queries
):
    browser = as_person(sam)
    browser.get("/people")
    for number in range(20):
        one = UserFactory(name=f"Worker {number}", unit=unit)
        Absence.objects.create(
            person=one,
            stand_in=ana,
            starts_at=now,
            ends_at=now.replace(day=9),
            recorded_at=now,
            recorded_by=one,
        )

    with django_assert_max_num_queries(12):
        browser.get("/people")


def plan(browser, person, who, **changed):
    answers = {
        "first_day": "Mar 9",
        "last_day": "Mar 13",
        "stand_in": str(who.public_id),
        **changed,
    }
    return browser.post(reverse("plan_absence", args=[person.public_id]), answers, follow=True)


def test_an_absence_lasts_from_the_first_morning_to_the_last_midnight(as_person, ana, ben):
    page = plan(as_person(ana), ana, ben)

    absence = Absence.objects.get()
    assert "Away Mon Mar 9 to Fri Mar 13: Ben Kowalski stands in" in words_of(page)
    # Daylight saving time has begun in St. Louis by then.
    assert absence.starts_at.isoformat() == "2026-03-09T05:00:00+00:00"
    assert absence.ends_at.isoformat() == "2026-03-14T05:00:00+00:00"


def test_from_today_means_from_now(as_person, ana, ben, now):
    plan(as_person(ana), ana, ben, first_day="today")

    assert Absence.objects.get().starts_at == now


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("first_day", "soon", "Enter a day like Mar 9, Monday or today"),
        ("first_day", "yesterday", "Enter a day like Mar 9, Monday or today"),
        ("first_day", "Mar 1", "at most six months from now"),
        ("last_day", "Mar 8", "The last day must be Mar 9 or later"),
        ("stand_in", "", "Select who stands in"),
    ],
)
def test_what_cannot_be_is_said_beside_its_question(as_person, ana, ben, field, typed, says):
    page = plan(as_person(ana), ana, ben, **{field: typed})

    assert says in words_of(page)
    assert not Absence.objects.exists()


def test_a_stand_in_who_is_away_too_is_warned_about(as_person, ana, ben, sam):
    plan(as_person(sam), ben, sam, last_day="Mar 10")

    page = plan(as_person(ana), ana, ben)

    assert "Ben Kowalski is away in some of that time too" in words_of(page)


def test_back_early_ends_it(as_person, ana, ben):
    plan(as_person(ana), ana, ben, first_day="today")
    absence = Absence.objects.get()

    page = as_person(ana).post(reverse("cancel_absence", args=[absence.public_id]), follow=True)

    assert "Reminders go to Ana again." in words_of(page)
    assert "No absence is planned." in words_of(page)


def test_the_backup_is_chosen(as_person, ana, ben):
    address = reverse("set_backup", args=[ana.public_id])

    page = as_person(ana).post(address, {"backup": str(ben.public_id)}, follow=True)

    assert "Ben Kowalski steps in when Ana does not react." in words_of(page)


# --- Accounts -------------------------------------------------------------------------------


def answers(**changed):
    return {
        "name": "Dee Larsen",
        "email": "dee@agency.example",
        "role": "caseworker",
        "phone": "",
        **changed,
    }


def test_who_is_added_gets_a_link_to_choose_a_password(as_person, adam, unit):
    as_person(adam).post("/people/add", answers(unit=str(unit.public_id)))

    dee = User.objects.get(email="dee@agency.example")
    assert (dee.role, dee.unit, dee.has_usable_password()) == ("caseworker", unit, False)
    assert mail.outbox[0].to == ["dee@agency.example"]
    assert "/password/new/" in mail.outbox[0].body


def test_a_caseworker_needs_a_unit(as_person, adam):
    page = as_person(adam).post("/people/add", answers(unit=""))

    assert "Select the unit: caseworkers and supervisors need one" in words_of(page)


def test_an_address_that_is_taken_is_said_beside_it(as_person, adam, ana, unit):
    page = as_person(adam).post(
        "/people/add", answers(unit=str(unit.public_id), email=ana.email.upper())
    )

    assert "There is an account with this email address already" in words_of(page)


def test_who_holds_episodes_is_not_deactivated_before_somebody_is_chosen(
    as_person, adam, ana, ben, episode, jordan
):
    address = reverse("deactivate", args=[ana.public_id])
    browser = as_person(adam)

    asked = browser.post(address, {})
    assert "Select who gets it" in words_of(asked)
    assert episode.reference in words_of(asked)
    assert jordan.family_name not in words_of(asked)

    browser.post(address, {"everything": str(ben.public_id)})
    episode.refresh_from_db()
    ana.refresh_from_db()
    assert (episode.assigned_to, ana.is_active) == (ben, False)


def test_each_may_go_to_somebody_else(as_person, adam, ana, ben, sam, unit, episode, now):
    second = log(YouthFactory(unit=unit), by=ana, now=now)

    as_person(adam).post(
        reverse("deactivate", args=[ana.public_id]),
        {"everything": str(ben.public_id), f"to_{second.public_id.hex}": "nobody"},
    )

    second.refresh_from_db()
    assert second.assigned_to is None


def test_the_last_on_call_person_takes_a_tick(as_person, adam, oona):
    address = reverse("deactivate", args=[oona.public_id])

    asked = as_person(adam).post(address, {})
    assert "Tick this, or give somebody else the role On-call first" in words_of(asked)

    as_person(adam).post(address, {"no_one_on_call": "on"})
    assert not User.objects.get(pk=oona.pk).is_active


@pytest.fixture
def of_oona(oona, unit):
    """What the form says of the only person on call, with another role chosen."""
    return answers(name=oona.name, email=oona.email, role="supervisor", unit=str(unit.public_id))


def test_another_role_for_the_last_on_call_person_takes_a_tick(as_person, adam, oona, of_oona):
    browser, address = as_person(adam), reverse("change_person", args=[oona.public_id])

    asked = browser.post(address, of_oona)
    oona.refresh_from_db()
    assert "Tick this, or give somebody else the role On-call first" in words_of(asked)
    assert 'name="no_one_on_call"' in asked.content.decode()
    assert oona.role == Role.ON_CALL

    browser.post(address, of_oona | {"no_one_on_call": "on"})
    oona.refresh_from_db()
    assert oona.role == Role.SUPERVISOR


def test_the_tick_is_asked_for_only_where_nobody_would_be_on_call(
    as_person, adam, oona, of_oona, unit
):
    browser, address = as_person(adam), reverse("change_person", args=[oona.public_id])
    shown = browser.get(address)
    browser.post(address, of_oona | {"role": "on_call", "phone": "314-555-0142"})
    oona.refresh_from_db()
    assert 'name="no_one_on_call"' not in shown.content.decode()
    assert oona.phone == "314-555-0142"

    UserFactory(role=Role.ON_CALL, unit=unit)
    browser.post(address, of_oona)
    oona.refresh_from_db()
    assert oona.role == Role.SUPERVISOR


def test_deactivated_they_are_signed_out_and_can_come_back(as_person, adam, ben):
    browser = as_person(ben)
    as_person(adam).post(reverse("deactivate", args=[ben.public_id]), {})
    assert browser.get("/")["Location"].startswith("/sign-in")

    as_person(adam).post(reverse("reactivate", args=[ben.public_id]))
    assert User.objects.get(pk=ben.pk).is_active


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ON_CALL])
def test_nobody_sends_a_peer_away_and_gets_what_would_reach_them(as_person, sam, unit, role):
    peer = UserFactory(name="Vera", role=role, unit=unit)
    browser = as_person(sam)

    page = browser.get(f"/people/{peer.public_id}")
    assert "Plan an absence" not in page.content.decode()
    for path in ("absence", "back-up"):
        assert browser.post(f"/people/{peer.public_id}/{path}").status_code == 403
