"""The synthetic agency: as large as one asks for, the same each time, and true to the rules."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from casework.management.synthetic.make import NotEmpty, make_agency
from casework.models import (
    AssessmentRecord,
    ChecklistAnswer,
    Duty,
    DutyEvidence,
    Episode,
    Flag,
    Role,
    Standing,
    Unit,
    User,
    Youth,
    YouthName,
)
from casework.operations.protocols import protocol_for
from casework.policies.name_keys import name_keys
from risk import ruleset
from tests.factories import UnitFactory
from tests.integration.standings import as_they_are, as_they_should_be

pytestmark = pytest.mark.django_db
KINDS = (Unit, User, Youth, YouthName, Episode, Duty, DutyEvidence, Flag, AssessmentRecord)


@pytest.fixture
def agency(now):
    """Of 120 youth with 1,000 episodes."""
    make_agency(youth=120, episodes=1_000, now=now)


def test_it_has_as_many_as_were_asked_for_and_one_in_a_hundred_is_open(agency):
    assert Youth.objects.count() == 120
    assert Episode.objects.count() == 1_000
    assert Episode.objects.open().count() == 10
    assert all(model.objects.exists() for model in KINDS)
    assert set(User.objects.values_list("role", flat=True)) == set(Role.values)


def test_the_board_says_of_it_what_its_records_say(agency, now):
    assert as_they_are() == as_they_should_be(now)
    assert Standing.objects.filter(ended_at__isnull=False).exists()


def test_its_youth_are_found_by_the_keys_of_their_names(agency):
    for youth in Youth.objects.order_by("id")[:20]:
        kept = set(youth.name_words.values_list("folded", "sound", "letters"))
        assert kept == {(key.folded, key.sound, key.letters) for key in name_keys(youth.names)}


def test_its_duties_and_answers_are_those_of_the_rules(agency, now):
    rules = set(protocol_for("us-mo").duties_on(now.date()))
    assert set(Duty.objects.values_list("code", flat=True)) <= rules
    assert set(ChecklistAnswer.objects.values_list("key", flat=True)) <= set(ruleset().items)
    reported = DutyEvidence.objects.filter(duty__code="report_to_police")
    assert not reported.filter(reference_number="").exists()


def test_nothing_in_it_lies_in_the_future(agency, now):
    assert not Episode.objects.filter(told_at__gt=now).exists()
    assert not Episode.objects.filter(ended_at__gt=now).exists()
    assert not Duty.objects.filter(done_at__gt=now).exists()


def test_the_same_numbers_and_seed_make_the_same_agency(db, now):
    def made(seed: int) -> list[object]:
        with transaction.atomic():
            make_agency(youth=60, episodes=400, now=now, seed=seed)
            all_of_it = [
                *Youth.objects.order_by("id").values_list("public_id", "given_name", "born_on"),
                *Episode.objects.order_by("id").values_list("public_id", "told_at", "ended_at"),
                *Duty.objects.order_by("public_id").values_list("public_id", "due_at", "done_at"),
                *Flag.objects.order_by("public_id").values_list("public_id", "set_aside_at"),
            ]
            transaction.set_rollback(True)
        return all_of_it

    first = made(seed=1)

    assert made(seed=1) == first
    assert made(seed=2) != first


def test_it_is_never_put_beside_other_records(db, now):
    UnitFactory()

    with pytest.raises(NotEmpty, match="not empty"):
        make_agency(youth=1, episodes=1, now=now)


def test_it_is_only_made_where_this_is_a_demonstration(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=true"):
        call_command("make_agency", youth=1, episodes=1)
