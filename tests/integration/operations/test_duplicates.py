"""Youth on file twice are found when they are added, when more is known, and once a day."""

import uuid
from datetime import date, timedelta
from io import StringIO

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import AuditEvent, ContactKind, PossibleDuplicate, Pulse, Youth
from casework.operations import duplicates
from casework.operations.contacts import add_contact
from casework.operations.duplicates import (
    PULSE,
    Refused,
    ask_again,
    likely_records_of,
    look_at_changes,
    look_for_duplicates,
    put_side_by_side,
    say_not_the_same,
)
from casework.operations.youth import Description, add_youth, describe
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import a_merge_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def add(ana, unit, now):
    """Ana adds a youth, as the intake form does."""

    def one(given_name, family_name="", **fields):
        return add_youth(
            by=ana,
            now=now,
            **{"unit": unit} | fields,
            given_name=given_name,
            family_name=family_name,
        )

    return one


def pairs():
    return [
        (pair.youth_a, pair.youth_b, pair.reasons)
        for pair in PossibleDuplicate.objects.order_by("pk")
    ]


def test_a_youth_added_with_a_name_on_file_is_a_possible_duplicate(jordan, add):
    other = add("Jordan", "Quillfeather")

    assert pairs() == [(jordan, other, ["same_name", "unit"])]
    event = AuditEvent.objects.get(event="duplicate.found")
    assert (event.by, event.detail) == (None, {})


@pytest.mark.parametrize(
    "name", [("Jordin", "Quillfeather"), ("Jodran", "Quillfeather"), ("Jordan", "Quilfeather")]
)
def test_so_is_one_whose_name_is_written_otherwise_in_the_same_unit(jordan, add, name):
    other = add(*name)

    assert [pair[:2] for pair in pairs()] == [(jordan, other)]


def test_a_namesake_by_sound_alone_in_another_unit_is_not(jordan, add):
    add("Jordin", "Quillfeather", unit=UnitFactory())

    assert pairs() == []


def test_a_namesake_with_a_clearly_different_birth_date_is_not(jordan, unit):
    namesake = YouthFactory(
        given_name="Jordan", family_name="Quillfeather", born_on=date(2008, 3, 9), unit=unit
    )

    assert likely_records_of(namesake) == []


def test_a_birth_date_set_later_finds_what_the_name_alone_did_not(jordan, add, ana, now):
    other = add("Jordin", "Quillfeather", unit=UnitFactory())
    described = Description(born_on=date(2010, 1, 6))  # day and month swapped

    describe(youth=other, by=ana, now=now, seen=Description(), description=described)

    assert pairs() == [(jordan, other, ["sounds_alike", "day_and_month"])]


def test_a_pair_is_recorded_once(jordan, add, now):
    other = add("Jordan", "Quillfeather")

    assert look_for_duplicates(other, now=now) == []
    assert look_for_duplicates(jordan, now=now) == []
    assert len(pairs()) == 1


def test_not_the_same_is_remembered_and_never_asked_again(jordan, add, sam, now):
    other = add("Jordan", "Quillfeather")
    pair = PossibleDuplicate.objects.get()

    say_not_the_same(pair=pair, by=sam, now=now, why="They are cousins")
    say_not_the_same(pair=pair, by=sam, now=now + DAY, why="Sent twice")
    look_for_duplicates(other, now=now + DAY)

    pair.refresh_from_db()
    assert (pair.not_same_by, pair.not_same_at, pair.not_same_why) == (sam, now, "They are cousins")
    assert not PossibleDuplicate.objects.undecided().exists()


def test_it_is_remembered_for_the_record_that_one_is_merged_into(jordan, add, sam, unit, now):
    cousin = add("Jordan", "Quillfeather")
    say_not_the_same(pair=PossibleDuplicate.objects.get(), by=sam, now=now, why="Cousins")
    again = add("Jordan", "Quillfeather")  # Jordan once more
    PossibleDuplicate.objects.filter(not_same_at__isnull=True).delete()
    a_merge_of(again, jordan, by=sam, now=now)

    assert look_for_duplicates(Youth.objects.get(pk=again.pk), now=now) == []
    assert [pair[:2] for pair in pairs()] == [(jordan, cousin)]


def test_not_the_same_can_be_taken_back(jordan, add, sam, now):
    add("Jordan", "Quillfeather")
    pair = PossibleDuplicate.objects.get()
    say_not_the_same(pair=pair, by=sam, now=now, why="Cousins")

    ask_again(pair=pair, by=sam, now=now)
    ask_again(pair=pair, by=sam, now=now)

    assert PossibleDuplicate.objects.undecided().get() == pair
    assert AuditEvent.objects.filter(event="duplicate.asked_again").count() == 1


def test_merged_records_are_not_said_to_be_two_youth(jordan, add, sam, now):
    other = add("Jordan", "Quillfeather")
    pair = PossibleDuplicate.objects.get()
    a_merge_of(jordan, other, by=sam, now=now)

    with pytest.raises(Refused, match="Undo the merge first"):
        say_not_the_same(pair=pair, by=sam, now=now, why="Cousins")


def test_people_put_any_two_records_side_by_side(jordan, add, sam, now):
    taylor = add("Taylor", "Otherwise")

    pair = put_side_by_side(one=taylor, other=jordan, by=sam, now=now)
    again = put_side_by_side(one=jordan, other=taylor, by=sam, now=now)

    assert pair == again
    assert (pair.youth_a, pair.youth_b, pair.compared_by) == (jordan, taylor, sam)
    with pytest.raises(Refused, match="same record"):
        put_side_by_side(one=jordan, other=jordan, by=sam, now=now)


# --- Every hour --------------------------------------------------------------------------------


def test_the_regular_look_finds_what_changed_since(jordan, add, unit, ana, monkeypatch):
    other = add("Jordin", "Quillfeather", unit=UnitFactory())
    look_at_changes(now=exactly_now())
    for youth in (jordan, other):
        add_contact(
            youth=youth,
            by=ana,
            now=exactly_now(),
            kind=ContactKind.PHONE,
            value="(314) 555-0144",
            label="",
            submission_key=uuid.uuid4(),
        )

    assert look_at_changes(now=exactly_now()) == 1
    assert look_at_changes(now=exactly_now()) == 0
    assert pairs() == [(jordan, other, ["sounds_alike", "contact"])]


def exactly_now():
    """The database's own clock: the history tells by it when a row changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_the_regular_look_reads_only_what_changed(jordan, unit, now):
    later = exactly_now() + 30 * DAY
    Pulse.objects.create(name=PULSE, at=later)

    with CaptureQueriesContext(connection) as asked:
        assert look_at_changes(now=later) == 0

    assert len(asked) <= 10
    assert Pulse.objects.get(name=PULSE).at == later


@pytest.fixture
def looked_at(monkeypatch):
    """The records that a look has compared, in order; `ends_at` ends it at that one, once."""
    seen, ends_at = [], {}
    look = duplicates.look_for_duplicates

    def note(youth, *, now):
        seen.append(youth.pk)
        if error := ends_at.pop(youth.pk, None):
            raise error
        return look(youth, now=now)

    monkeypatch.setattr(duplicates, "look_for_duplicates", note)
    return seen, ends_at


def test_a_look_that_is_cut_off_goes_on_where_it_was(unit, looked_at):
    seen, ends_at = looked_at
    youth = sorted(YouthFactory(unit=unit).pk for _ in range(4))
    began = exactly_now()
    ends_at[youth[2]] = SoftTimeLimitExceeded()

    with pytest.raises(SoftTimeLimitExceeded):
        look_at_changes(now=began)
    assert not Pulse.objects.filter(name=PULSE).exists()
    look_at_changes(now=began + DAY)

    assert seen == [*youth[:3], *youth[2:]]
    assert Pulse.objects.get(name=PULSE).at == began  # what changed since is for the next look
    assert not Pulse.objects.filter(name=duplicates.SO_FAR).exists()


def test_one_record_that_takes_all_the_time_is_passed_over_the_second_time(unit, looked_at):
    seen, ends_at = looked_at
    youth = sorted(YouthFactory(unit=unit).pk for _ in range(2))
    ends_at[youth[0]] = SoftTimeLimitExceeded()

    with pytest.raises(SoftTimeLimitExceeded):
        look_at_changes(now=exactly_now())
    look_at_changes(now=exactly_now())

    assert seen == youth


def test_one_record_that_cannot_be_compared_does_not_stop_the_rest(unit, looked_at, caplog):
    seen, ends_at = looked_at
    youth = sorted(YouthFactory(unit=unit, given_name="Jordan").pk for _ in range(3))
    ends_at[youth[1]] = RuntimeError("no answer")

    look_at_changes(now=exactly_now())

    assert seen == youth
    assert f"Youth {youth[1]} could not be compared" in caplog.text
    assert "Jordan" not in caplog.text


def test_the_command_prints_how_many_and_nobodys_name(jordan, unit):
    YouthFactory(given_name="Jordan", family_name="Quillfeather", born_on=None, unit=unit)
    out = StringIO()

    call_command("look_for_duplicates", stdout=out)

    assert out.getvalue() == "1 new possible duplicate.\n"


def test_what_is_asked_does_not_grow_with_the_records_on_file(jordan, add, unit, now):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            look_for_duplicates(jordan, now=now)
        return len(asked)

    with_few = queries()
    for number in range(20):
        YouthFactory(given_name=f"Jordan{number}", family_name="Quillfeather", unit=unit)

    assert queries() <= with_few + 6 <= 25
    assert PossibleDuplicate.objects.count() == 20
