"""A youth is described by several people, and nobody overwrites anybody unknowingly."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework.models import AuditEvent, Known, Race, Sex
from casework.operations.youth import DescribedSince, Description, describe
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import log, reads_as_planned_afresh


def change(youth, *, by, now, seen=None, **facts):
    """`by`, who saw what is on file unless a test says otherwise, changes these facts."""
    seen = seen or Description.of(youth)
    return describe(youth=youth, by=by, now=now, seen=seen, description=replace(seen, **facts))


def test_every_fact_can_be_set_and_is_unknown_again_when_cleared(jordan, ana, now):
    whole = Description(
        born_on=date(2011, 2, 3),
        sex=Sex.FEMALE,
        races=[Race.WHITE, Race.ASIAN],
        is_hispanic=Known.NO,
        height_cm=168,
        weight_grams=59_000,
        eye_color="Brown",
        hair_color="Black, braids",
        marks="Scar on the chin",
        medical_needs="Asthma inhaler",
    )

    describe(youth=jordan, by=ana, now=now, seen=Description.of(jordan), description=whole)
    jordan.refresh_from_db()
    assert Description.of(jordan) == whole

    describe(youth=jordan, by=ana, now=now, seen=whole, description=Description())
    jordan.refresh_from_db()
    assert Description.of(jordan) == Description()


def test_the_trail_says_which_facts_changed_and_never_to_what(jordan, ana, now):
    change(jordan, by=ana, now=now, height_cm=168, marks="Scar on the chin")

    event = AuditEvent.objects.get(event="youth.described")
    assert (event.subject_id, event.by, event.at) == (jordan.public_id, ana.public_id, now)
    assert event.detail == {"facts": ["height_cm", "marks"]}


def test_the_same_form_twice_is_one_change(jordan, ana, now):
    seen = Description.of(jordan)
    for _ in range(2):
        change(jordan, by=ana, now=now, seen=seen, height_cm=168)

    assert AuditEvent.objects.filter(event="youth.described").count() == 1


def test_two_people_who_learn_different_things_do_not_meet(jordan, ana, sam, now):
    both_saw = Description.of(jordan)
    change(jordan, by=sam, now=now, seen=both_saw, eye_color="Brown")
    change(jordan, by=ana, now=now, seen=both_saw, height_cm=168)

    jordan.refresh_from_db()
    assert (jordan.eye_color, jordan.height_cm) == ("Brown", 168)


def test_the_second_of_two_who_differ_is_told_who_was_first(jordan, ana, sam, now):
    both_saw = Description.of(jordan)
    change(jordan, by=sam, now=now, seen=both_saw, height_cm=170)
    change(jordan, by=ana, now=now + timedelta(minutes=1), marks="Scar")

    with pytest.raises(DescribedSince) as refused:
        change(jordan, by=ana, now=now, seen=both_saw, height_cm=168, weight_grams=59_000)

    told = refused.value
    assert (told.facts, told.by, told.at) == (["height_cm"], sam, now)
    assert told.on_file.height_cm == 170
    jordan.refresh_from_db()
    assert (jordan.height_cm, jordan.weight_grams) == (170, None)


def test_a_change_that_left_no_trace_is_still_not_overwritten(jordan, ana, now):
    saw = Description.of(jordan)
    type(jordan).objects.filter(pk=jordan.pk).update(height_cm=170)

    with pytest.raises(DescribedSince) as refused:
        change(jordan, by=ana, now=now, seen=saw, height_cm=168)

    assert (refused.value.by, refused.value.at) == (None, None)


def test_what_was_known_when_told_stays_as_it_was(episode, ana, now):
    change(episode.youth, by=ana, now=now, height_cm=168)

    episode.refresh_from_db()
    assert episode.description_at_start["height_cm"] is None


def test_clocks_that_depend_on_the_age_follow_the_date_of_birth(ana, now):
    """Mississippi reports youth under 18 and those of 18 or older in different ways."""
    youth = YouthFactory(unit=UnitFactory(jurisdiction="us-ms"), born_on=None)
    episode = log(youth, by=ana, now=now)
    in_force = episode.duties.in_force()
    assert in_force.filter(code__startswith="ncmec_through").count() == 2

    change(youth, by=ana, now=now, born_on=date(2012, 6, 1))

    left = in_force.get(code__startswith="ncmec_through")
    assert (left.code, left.is_provisional) == ("ncmec_through_state_office", False)
    assert "The date of birth is set." in episode.notes.get().text
    assert reads_as_planned_afresh(episode)
