"""Two records become one, and two again: nothing is lost, doubled, or left where it was not."""

import random
import uuid
from datetime import date, timedelta
from functools import partial

import pgtrigger
import pytest

from casework.access.finding import find_youth
from casework.models import (
    AuditEvent,
    ContactKind,
    Duty,
    EndReason,
    Episode,
    FlagMark,
    Known,
    Merge,
    Placement,
    PossibleDuplicate,
    Sex,
    Standing,
    Youth,
    YouthContact,
    YouthName,
)
from casework.operations.contacts import add_contact
from casework.operations.duplicates import put_side_by_side
from casework.operations.episodes import AlreadyMissing
from casework.operations.flags import raise_by_hand
from casework.operations.merging import (
    Choice,
    Choices,
    EpisodesOverlap,
    Refused,
    both,
    differing,
    merge,
    overlapping_placements,
    state_of,
    undoing_of,
    unmerge,
    usual_choice,
)
from casework.operations.returns import end_otherwise
from casework.operations.youth import Description, describe, keep_names_findable
from tests.factories import TOLD, EpisodeFactory, PlacementFactory, UserFactory, YouthFactory
from tests.integration.scenes import a_merge_of, bring_back, exactly, log

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def jo(unit, ana):
    """A second record of Jordan, logged at night with little known."""
    return YouthFactory(
        given_name="Jo", family_name="Quillfeather", born_on=None, unit=unit, recorded_by=ana
    )


@pytest.fixture
def merged(sam, now):
    """Sam merges two records by the usual choices, or as a test says."""
    return partial(a_merge_of, by=sam, now=now)


@pytest.fixture
def undone(sam, now):
    """Sam undoes a merge."""
    return lambda entry, *, at=now: unmerge(entry=entry, by=sam, now=at)


def rows_of(*youth):
    """All that hangs on these youth, as it stands: what a merge moves, and what follows it."""
    ids = [one.pk for one in youth]
    open_duties = Duty.objects.in_force().filter(episode__youth__in=ids)
    return {
        "youth": list(Youth.objects.filter(pk__in=ids).order_by("pk").values()),
        "names": sorted(
            YouthName.objects.filter(youth__in=ids).values_list(
                "youth", "folded", "sound", "letters"
            )
        ),
        "episodes": list(Episode.objects.filter(youth__in=ids).order_by("pk").values()),
        "placements": list(Placement.objects.filter(youth__in=ids).order_by("pk").values()),
        "contacts": list(YouthContact.objects.filter(youth__in=ids).order_by("pk").values()),
        "merged": list(Youth.objects.filter(merged_into__in=ids).order_by("pk").values()),
        "duties": sorted(open_duties.values_list("episode", "code", "round", "due_at")),
        "standing": list(
            Standing.objects.filter(youth__in=ids).order_by("pk").values("pk", "youth")
        ),
    }


# --- Merge -------------------------------------------------------------------------------------


def test_all_that_hangs_on_the_second_record_moves_to_the_kept_one(jordan, jo, merged, ana, now):
    episode = log(jo, by=ana, now=now)
    placement = PlacementFactory(youth=jo)
    contact = add_contact(
        youth=jo,
        by=ana,
        now=now,
        kind=ContactKind.PHONE,
        value="(314) 555-0144",
        label="",
        submission_key=uuid.uuid4(),
    )

    merged(jordan, jo)

    assert list(jordan.episodes.all()) == [episode]
    assert list(jordan.placements.all()) == [placement]
    assert list(jordan.contacts.all()) == [contact]
    assert Standing.objects.get(pk=episode.pk).youth_id == jordan.pk
    assert Youth.objects.get(pk=jo.pk).merged_into == jordan


def test_the_other_record_is_found_no_more_but_its_names_and_number_find_the_kept_one(
    jordan, jo, merged, ana
):
    Youth.objects.filter(pk=jo.pk).update(case_number="MO-77", nickname="Birdie")
    Youth.objects.filter(pk=jordan.pk).update(case_number="MO-12")

    merged(jordan, jo)

    for typed in ("Jordan Quillfeather", "Jo Quillfeather", "birdie", "MO-77", "MO-12"):
        assert list(find_youth(ana, typed).youth) == [jordan], typed


def test_what_one_record_knows_is_kept_and_of_two_answers_the_chosen_one(jordan, jo, merged):
    Youth.objects.filter(pk=jordan.pk).update(
        eye_color="Brown",
        hair_color="Black",
        is_hispanic="yes",
        marks="Scar on the chin",
        medical_needs="Insulin",
    )
    Youth.objects.filter(pk=jo.pk).update(
        eye_color="Green",
        hair_color="Red",
        height_cm=170,
        sex=Sex.FEMALE,
        races=["black"],
        is_hispanic="no",
        medical_needs="Asthma inhaler",
    )

    merged(jordan, jo, eye_color=Choice.OTHER, is_hispanic=Choice.KEPT)

    jordan.refresh_from_db()
    assert jordan.names == ["Jordan", "Quillfeather", "Jo Quillfeather"]
    assert (jordan.eye_color, jordan.hair_color) == ("Green", "Black")
    assert (jordan.height_cm, jordan.sex) == (170, Sex.FEMALE)
    assert (jordan.races, jordan.is_hispanic) == (["black"], "yes")
    assert jordan.born_on == date(2010, 6, 1)
    assert jordan.marks == "Scar on the chin"
    assert jordan.medical_needs == "Insulin; Asthma inhaler"  # neither may be lost


def test_the_name_not_chosen_stays_as_another_name(jordan, jo, merged):
    merged(jordan, jo, name=Choice.OTHER)

    jordan.refresh_from_db()
    assert jordan.names == ["Jo", "Quillfeather", "Jordan Quillfeather"]


def test_both_texts_stay_only_where_they_fit(jordan, jo):
    jordan.marks, jo.marks = "x" * 200, "y" * 120

    assert both(jordan, jo, "marks") == ""
    assert usual_choice(jordan, jo, "marks") == Choice.KEPT


def test_placements_at_one_time_ask_whose_stay_and_lose_none(jordan, jo, merged):
    ours = PlacementFactory(youth=jordan, name="Maple House")
    before = PlacementFactory(
        youth=jo, name="Oak", started_at=TOLD - 300 * DAY, ended_at=TOLD - 200 * DAY
    )
    theirs = PlacementFactory(youth=jo, name="Birch", started_at=TOLD - 30 * DAY)

    with pytest.raises(Refused, match="Select which is right"):
        merged(jordan, jo)
    entry = merged(jordan, jo, placements=Choice.OTHER)

    assert set(jordan.placements.all()) == {before, theirs}
    assert list(jo.placements.all()) == [ours]
    assert entry.parked == [ours.pk]


def test_the_kept_records_placements_win_when_it_is_told_so(jordan, jo, merged):
    ours = PlacementFactory(youth=jordan)
    theirs = PlacementFactory(youth=jo, started_at=TOLD - 30 * DAY)

    merged(jordan, jo, placements=Choice.KEPT)

    assert list(jordan.placements.all()) == [ours]
    assert list(jo.placements.all()) == [theirs]


def test_two_open_episodes_are_refused_with_what_to_do(jordan, jo, merged, ana, now):
    first, second = log(jordan, by=ana, now=now), log(jo, by=ana, now=now)

    with pytest.raises(EpisodesOverlap) as refused:
        merged(jordan, jo)

    said = str(refused.value)
    assert f"Both records have an open episode: {first.reference} and {second.reference}." in said
    assert "opened in error" in said
    assert "Quillfeather" not in said

    end_otherwise(
        episode=second,
        by=ana,
        now=now,
        ended=exactly(now),
        reason=EndReason.OPENED_IN_ERROR,
        why="The same youth twice",
    )
    merged(jordan, jo)
    assert jordan.episodes.count() == 2


def test_episodes_that_overlap_in_the_past_are_refused_too(jordan, jo, merged):
    EpisodeFactory(youth=jordan, returned=True)
    EpisodeFactory(youth=jo, returned=True, told_at=TOLD + HOUR, recorded_at=TOLD + 2 * HOUR)

    with pytest.raises(EpisodesOverlap, match="overlap, and a youth has one episode at a time"):
        merged(jordan, jo)


def test_episodes_one_after_the_other_are_fine(jordan, jo, merged):
    EpisodeFactory(youth=jordan, returned=True)
    again = TOLD + 5 * HOUR
    EpisodeFactory(youth=jo, told_at=again, recorded_at=again)

    merged(jordan, jo)

    assert jordan.episodes.count() == 2


def test_a_record_that_changed_since_it_was_shown_is_not_merged(jordan, jo, sam, ana, now):
    seen = state_of(jordan, jo)
    facts = {fact: usual_choice(jordan, jo, fact) for fact in differing(jordan, jo)}
    log(jo, by=ana, now=now)

    with pytest.raises(Refused, match="has changed since"):
        merge(keep=jordan, other=jo, choices=Choices(facts=facts), by=sam, now=now, seen=seen)

    assert not Merge.objects.exists()


def test_a_name_or_a_nickname_must_stay(jordan, unit, merged):
    jay = YouthFactory(given_name="", family_name="", nickname="Jay", unit=unit)

    with pytest.raises(Refused, match="Keep a name or a nickname"):
        merged(jordan, jay, name=Choice.OTHER, nickname=Choice.KEPT)


def test_one_record_is_not_merged_with_itself_nor_twice(jordan, jo, unit, merged, sam, now):
    facts = Choices(facts={})
    with pytest.raises(Refused, match="one and the same"):
        merge(keep=jordan, other=jordan, choices=facts, by=sam, now=now, seen="")
    entry = merged(jordan, jo)

    assert merged(jordan, jo) == entry  # the same form sent again
    with pytest.raises(Refused, match="merged one of these records already"):
        merged(jo, jordan)
    with pytest.raises(Refused, match="merged one of these records already"):
        merged(YouthFactory(unit=unit), jo)
    assert Merge.objects.count() == 1


def test_the_rules_judge_again_what_two_records_together_tell(jordan, jo, merged, ana, now):
    told, back = TOLD - 9 * DAY, TOLD - 8 * DAY
    EpisodeFactory(
        youth=jordan, returned=True, told_at=told, recorded_at=told, returned_at=back, ended_at=back
    )
    episode = log(jo, by=ana, now=now)
    assert episode.assessments.first().facts["episodes_30d"] == 1

    merged(jordan, jo)

    latest = episode.assessments.first()
    assert latest.facts["episodes_30d"] == 2
    assert latest.facts["age"] == 15  # the birth date was on the other record
    assert latest.because_of == "records merged"


def test_who_merged_and_undid_is_on_record_without_names(jordan, jo, merged, undone, sam):
    undone(merged(jordan, jo))

    events = AuditEvent.objects.filter(event__in=["youth.merged", "youth.unmerged"]).order_by("pk")
    assert [event.event for event in events] == ["youth.merged", "youth.unmerged"]
    for event in events:
        assert event.by == sam.public_id
        assert (event.subject_id, event.detail) == (
            jordan.public_id,
            {"other": str(jo.public_id)},
        )


def test_an_episode_logged_for_the_old_record_is_of_the_kept_one(jordan, jo, merged, ana, now):
    stale = Youth.objects.get(pk=jo.pk)
    merged(jordan, jo)

    episode = log(stale, by=ana, now=now)

    assert episode.youth == jordan
    with pytest.raises(AlreadyMissing):
        log(stale, by=ana, now=now)


def test_a_description_or_a_phone_for_the_old_record_is_of_the_kept_one(
    jordan, jo, merged, ana, now
):
    stale = Youth.objects.get(pk=jo.pk)
    merged(jordan, jo)

    described = Description(hair_color="Red")
    describe(youth=stale, by=ana, now=now, seen=Description(), description=described)
    add_contact(
        youth=stale,
        by=ana,
        now=now,
        kind=ContactKind.PHONE,
        value="3145550144",
        label="",
        submission_key=uuid.uuid4(),
    )

    jordan.refresh_from_db()
    assert jordan.hair_color == "Red"
    assert jordan.contacts.count() == 1


# --- Undo --------------------------------------------------------------------------------------


def test_undone_both_records_are_as_they_were(jordan, jo, merged, undone, ana, now):
    Youth.objects.filter(pk=jo.pk).update(case_number="MO-77", aliases=["Birdie"])
    keep_names_findable(Youth.objects.get(pk=jo.pk))
    Youth.objects.filter(pk=jordan.pk).update(case_number="MO-12")
    log(jo, by=ana, now=now)
    PlacementFactory(youth=jordan)
    PlacementFactory(youth=jo, started_at=TOLD - 30 * DAY)
    before = rows_of(jordan, jo)

    entry = merged(jordan, jo, placements=Choice.OTHER, case_number=Choice.OTHER)
    assert rows_of(jordan, jo) != before
    undone(entry)

    assert rows_of(jordan, jo) == before
    assert Merge.objects.get().undone_by == entry.merged_by


def test_undone_twice_is_undone_once(jordan, jo, merged, undone):
    entry = merged(jordan, jo)

    undone(entry)
    undone(entry)

    assert AuditEvent.objects.filter(event="youth.unmerged").count() == 1


def test_what_was_added_since_stays_with_the_kept_record(jordan, jo, merged, undone, ana, now):
    old = log(jo, by=ana, now=now)
    entry = merged(jordan, jo)
    bring_back(old, by=ana, now=now + HOUR)
    new = log(jordan, by=ana, now=now + DAY)
    jordan.refresh_from_db()
    seen = Description.of(jordan)
    described = Description(born_on=seen.born_on, hair_color="Red")
    describe(youth=jordan, by=ana, now=now + DAY, seen=seen, description=described)

    undoing = undoing_of(Merge.objects.get())
    assert list(undoing.new_episodes) == [new]
    assert list(undoing.edited_facts) == ["hair_color"]
    undone(entry, at=now + 2 * DAY)

    assert list(jordan.episodes.all()) == [new]
    assert list(jo.episodes.all()) == [old]
    assert Youth.objects.get(pk=jordan.pk).hair_color == "Red"


def test_merges_are_undone_the_latest_first(jordan, jo, unit, merged, undone):
    third = YouthFactory(given_name="Jordin", family_name="Quillfeather", unit=unit)
    first, second = merged(jordan, jo), merged(jordan, third)

    with pytest.raises(Refused, match="Undo that merge first"):
        undone(first)
    undone(second)
    undone(first)

    assert not Youth.objects.filter(merged_into__isnull=False).exists()


def test_a_chain_of_merges_leads_to_the_last_kept_record_and_back(
    jordan, jo, unit, merged, undone, ana, now
):
    third = YouthFactory(given_name="Jordin", family_name="Quillfeather", unit=unit)
    stale = Youth.objects.get(pk=jo.pk)
    before = rows_of(jordan, jo, third)
    first = merged(jordan, jo)
    between = rows_of(jordan, jo, third)
    second = merged(third, jordan)

    assert Youth.objects.get(pk=jo.pk).merged_into == third
    with pytest.raises(Refused, match="merged into another one since"):
        undone(first)
    undone(second)
    assert rows_of(jordan, jo, third) == between
    undone(Merge.objects.get(pk=first.pk))
    assert rows_of(jordan, jo, third) == before
    assert log(stale, by=ana, now=now).youth == jo


def test_a_placement_added_since_stands_in_the_way_of_one_that_comes_back(
    jordan, jo, merged, undone
):
    PlacementFactory(youth=jordan)
    theirs = PlacementFactory(youth=jo, started_at=TOLD - 30 * DAY)
    entry = merged(jordan, jo, placements=Choice.OTHER)
    Placement.objects.filter(pk=theirs.pk).update(ended_at=TOLD)
    PlacementFactory(youth=jordan, started_at=TOLD + DAY)

    with pytest.raises(Refused, match="A placement was added since"):
        undone(entry)


def test_a_flag_raised_by_hand_moves_with_its_episode(jordan, jo, merged, undone, ana, now):
    episode = log(jo, by=ana, now=now)
    flag = raise_by_hand(
        episode=episode, by=ana, now=now, mark=FlagMark.ENDANGERED, why="No coat, and it snows"
    )

    entry = merged(jordan, jo)
    assert jordan.episodes.get().flags.get(pk=flag.pk).is_standing
    undone(entry)

    assert jo.episodes.get().flags.get(pk=flag.pk).is_standing


def test_the_pair_is_to_be_decided_again_after_an_undo(jordan, jo, merged, undone, sam, now):
    pair = put_side_by_side(one=jordan, other=jo, by=sam, now=now)
    undecided = PossibleDuplicate.objects.undecided().filter(pk=pair.pk)

    entry = merged(jordan, jo)
    assert not undecided.exists()
    undone(entry)

    assert undecided.exists()


def test_a_merge_that_is_older_than_a_column_is_undone_and_leaves_the_column(
    jordan, jo, merged, undone
):
    entry = merged(jordan, jo)
    for stood in (entry.before, entry.after):
        for record in stood.values():
            del record["races"], record["is_hispanic"]
    with pgtrigger.ignore():
        entry.save(update_fields=["before", "after"])
    Youth.objects.filter(pk=jordan.pk).update(races=["asian"], is_hispanic="no")

    assert undoing_of(entry).edited_facts == []
    undone(Merge.objects.get(pk=entry.pk))

    jordan.refresh_from_db()
    assert (jordan.races, jordan.is_hispanic) == (["asian"], "no")
    assert Youth.objects.get(pk=jo.pk).races == []


# --- Any two records ---------------------------------------------------------------------------


def some_record(rng, unit, workers):
    """A record of a youth with anything or nothing on file."""
    maybe = lambda *values: rng.choice(["", *values])  # noqa: E731
    given = rng.choice(["Jordan", "Jo", "José", ""])
    youth = YouthFactory(
        given_name=given,
        family_name=rng.choice(["Quillfeather", "O’Néil", ""]),
        nickname=rng.choice(["Birdie", ""]) if given else "Jay",
        aliases=rng.sample(["Birdie", "Jordan Quillfeather", "Q."], rng.randint(0, 2)),
        born_on=rng.choice([None, date(2010, 6, 1), date(2010, 1, 6)]),
        sex=rng.choice(Sex.values),
        races=rng.choice([[], ["asian"], ["asian", "white"]]),
        is_hispanic=rng.choice(Known.values),
        case_number=rng.choice([None, f"MO-{rng.random()}"]),
        unit=unit,
        caseworker=rng.choice([None, *workers]),
        recorded_by=workers[0],
        height_cm=rng.choice([None, 160, 170]),
        weight_grams=rng.choice([None, 50_000]),
        eye_color=maybe("Brown", "Green"),
        hair_color=maybe("Black"),
        marks=maybe("Scar", "Tattoo"),
        medical_needs=maybe("Insulin", "x" * 290),
    )
    return youth


def hang_on(youth, rng, *, start, by, now):
    """Episodes, placements and phones, at times that may overlap with another record's placements."""
    for number in range(rng.randint(0, 2)):
        told = start + number * 10 * DAY
        EpisodeFactory(
            youth=youth,
            assigned_to=by,
            told_at=told,
            recorded_at=told,
            returned_at=told + DAY,
            ended_at=told + DAY,
            returned=True,
        )
    at = TOLD - rng.randint(100, 300) * DAY
    for _ in range(rng.randint(0, 3)):
        end = at + rng.randint(1, 60) * DAY
        PlacementFactory(youth=youth, started_at=at, ended_at=end)
        at = end + rng.randint(0, 20) * DAY
    for _ in range(rng.randint(0, 2)):
        add_contact(
            youth=youth,
            by=by,
            now=now,
            kind=ContactKind.PHONE,
            value=f"314555{rng.randint(1000, 9999)}",
            label="",
            submission_key=uuid.uuid4(),
        )


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_on_file_an_undone_merge_leaves_no_trace_on_it(
    seed, unit, ana, sam, now, merged, undone
):
    rng = random.Random(seed)  # noqa: S311 (made-up data)
    workers = [ana, UserFactory(unit=unit)]
    keep, other = (some_record(rng, unit, workers) for _ in range(2))
    hang_on(keep, rng, start=TOLD - 90 * DAY, by=ana, now=now)
    hang_on(other, rng, start=TOLD - 40 * DAY, by=ana, now=now)
    if rng.random() < 0.5:
        log(rng.choice([keep, other]), by=ana, now=now)
    before = rows_of(keep, other)
    facts = {
        fact: rng.choice([Choice.KEPT, Choice.OTHER, usual_choice(keep, other, fact)])
        for fact in differing(keep, other)
        if fact not in ("name", "nickname")
    }
    whose = rng.choice([Choice.KEPT, Choice.OTHER]) if overlapping_placements(keep, other) else None

    entry = merged(keep, other, placements=whose, **facts)

    after = rows_of(keep)
    assert len(after["episodes"]) == len(before["episodes"])
    assert len(after["contacts"]) == len(before["contacts"])
    every_placement = Placement.objects.filter(youth__in=[keep, other])
    assert every_placement.count() == len(before["placements"])
    undone(entry)
    assert rows_of(keep, other) == before
