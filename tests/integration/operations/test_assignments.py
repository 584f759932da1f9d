"""Who holds an episode: given, taken, left, given back."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail

from casework.access.people import who_may_hold
from casework.access.scoping import may_see_episode
from casework.models import (
    Assignment,
    AuditEvent,
    Channel,
    Delivery,
    Message,
    Reminder,
    Role,
    Unit,
    User,
)
from casework.notifications.addressing import address_due
from casework.notifications.sweep import sweep
from casework.operations import assignments, notices, transfers
from casework.operations.acknowledgements import acknowledge
from casework.operations.assignments import ChangedSince, Refused, assign, take, undo
from casework.operations.submissions import KeyReused
from casework.policies.ladder import Audience
from tests.factories import EpisodeFactory, ReminderFactory, UnitFactory, UserFactory, YouthFactory
from tests.integration.scenes import bring_back, log

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ben(unit: Unit) -> User:
    return UserFactory(name="Ben", role=Role.CASEWORKER, unit=unit)


@pytest.fixture
def three(unit, ana, now):
    return [log(YouthFactory(unit=unit), by=ana, now=now) for _ in range(3)]


def give(episodes, to, *, by, now, **more):
    return assign(
        episodes=episodes, to=to, by=by, now=now, batch=more.pop("batch", uuid.uuid4()), **more
    )


def again(episodes):
    """These as they are now, as a page would read them."""
    return [type(one).objects.get(pk=one.pk) for one in episodes]


def holders(episodes):
    return [type(one).objects.get(pk=one.pk).assigned_to for one in episodes]


def told(about):
    """Who is told, by name; the audience where it is no person."""
    rows = Reminder.objects.filter(dedupe_key__contains=f":{about}:", cancelled_at=None)
    return sorted(row.person.name if row.person else row.audience for row in rows)


def test_three_go_to_one_person_and_old_and_new_are_told(three, ana, ben, sam, now):
    give(three, ben, by=sam, now=now, note="Ana goes off shift")

    assert holders(three) == [ben] * 3
    assert told("assigned") == ["Ben"] * 3
    assert told("handed-on") == ["Ana"] * 3
    assert {entry.note for entry in Assignment.objects.all()} == {"Ana goes off shift"}


def test_it_is_audited_with_from_and_to(episode, ana, ben, sam, now):
    give([episode], ben, by=sam, now=now)

    line = AuditEvent.objects.get(event="episode.assigned")
    assert line.subject_id == episode.public_id
    assert line.detail["from"] == str(ana.public_id)
    assert line.detail["to"] == str(ben.public_id)


def test_reminders_stay_as_they_are_and_the_new_holder_hears_of_each_timed_duty(
    episode, ben, sam, now
):
    before = set(Reminder.objects.filter(duty__isnull=False).values_list("pk", "cancelled_at"))

    give([episode], ben, by=sam, now=now)

    after = set(Reminder.objects.filter(duty__isnull=False).values_list("pk", "cancelled_at"))
    assert before < after
    new = Reminder.objects.filter(person=ben, topic="duty")
    timed = episode.duties.open().filter(due_at__isnull=False)
    assert set(new.values_list("duty", flat=True)) == set(timed.values_list("pk", flat=True))


def test_whoever_was_on_a_duty_is_not_any_more(episode, ana, ben, sam, now):
    duty = episode.duties.get(code="report_to_police")
    acknowledge(duty=duty, by=ana, now=now)

    give([episode], ben, by=sam, now=now)

    assert not duty.acknowledgements.held_at(now).exists()
    assert not duty.reminders.waiting().filter(paused_until__gt=now).exists()
    acknowledge(duty=duty, by=ben, now=now)


def test_nobody_is_told_what_they_did_themselves(episode, sam, now):
    give([episode], sam, by=sam, now=now)

    assert told("assigned") == []
    assert told("handed-on") == ["Ana"]


def test_the_same_form_sent_again_does_nothing(three, ben, sam, now):
    batch = uuid.uuid4()

    first = give(three, ben, by=sam, now=now, batch=batch)
    again = give(three, ben, by=sam, now=now, batch=batch)

    assert sorted(one.pk for one in again) == sorted(one.pk for one in first)
    assert told("assigned") == ["Ben"] * 3


@pytest.mark.parametrize("what", ["person", "nobody", "note", "episodes", "somebody else's"])
def test_the_same_key_with_another_answer_is_refused(three, ana, ben, sam, oona, now, what):
    batch = uuid.uuid4()
    give(three[:2], ben, by=sam, now=now, batch=batch)
    answers = {
        "person": (three[:2], sam, sam, ""),
        "nobody": (three[:2], None, sam, ""),
        "note": (three[:2], ben, sam, "Something else"),
        "episodes": (three, ben, sam, ""),
        "somebody else's": (three[:2], ben, oona, ""),
    }
    episodes, to, by, note = answers[what]

    with pytest.raises(KeyReused, match="Check it and save again"):
        give(again(episodes), to, by=by, now=now, batch=batch, note=note)

    assert holders(three) == [ben, ben, ana]


def test_with_one_that_was_theirs_already_the_same_form_does_nothing(three, ben, sam, now):
    give(three[:1], ben, by=sam, now=now)
    batch = uuid.uuid4()

    first = give(again(three), ben, by=sam, now=now, batch=batch)

    assert len(first) == 2
    assert len(give(again(three), ben, by=sam, now=now, batch=batch)) == 2


@pytest.mark.parametrize("who", ["omar", "adam", "ruth"])
def test_who_could_not_open_the_episode_cannot_hold_it(request, who, episode, ana, sam, now):
    with pytest.raises(Refused, match="could not open the youth of St. Louis Unit 4"):
        give([episode], request.getfixturevalue(who), by=sam, now=now)

    assert holders([episode]) == [ana]


def test_a_deactivated_person_cannot_hold_it(episode, ana, ben, sam, adam, now):
    User.objects.filter(pk=ben.pk).update(is_active=False, deactivated_at=now, deactivated_by=adam)

    with pytest.raises(Refused, match="Ben’s account is deactivated"):
        give([episode], ben, by=sam, now=now)


def test_one_that_cannot_go_keeps_all_where_they_are(episode, other_unit, ana, oona, ben, now):
    elsewhere = log(YouthFactory(unit=other_unit), by=oona, now=now)

    with pytest.raises(Refused):
        give([episode, elsewhere], ben, by=oona, now=now)

    assert holders([episode, elsewhere]) == [ana, oona]


def test_more_than_a_hundred_are_refused(unit, sam, ben, now, monkeypatch):
    monkeypatch.setattr(assignments, "MOST", 2)
    some = [EpisodeFactory(youth__unit=unit) for _ in range(3)]

    with pytest.raises(Refused, match="at most 2 youth at a time. You selected 3"):
        give(some, ben, by=sam, now=now)


def test_what_somebody_gave_away_since_the_page_was_made_is_said_first(
    episode, ana, ben, sam, oona, now
):
    give([episode], ben, by=oona, now=now)

    with pytest.raises(ChangedSince, match=f"Held now: {episode.reference} by Ben"):
        give([episode], sam, by=sam, now=now, seen={episode.public_id: ana.public_id})

    assert holders([episode]) == [ben]


def test_giving_it_to_whoever_has_it_says_so(episode, ana, sam, now):
    with pytest.raises(Refused, match="Ana holds this already"):
        give([episode], ana, by=sam, now=now)


# --- Nobody holds it ------------------------------------------------------------------------


def test_left_to_nobody_the_supervisors_are_asked_at_once(episode, sam, now):
    give([episode], None, by=sam, now=now)

    assert holders([episode]) == [None]
    assert told("unassigned") == [Audience.SUPERVISOR]


def test_they_are_asked_again_every_four_hours_until_somebody_holds_it(episode, sam, ben, now):
    give([episode], None, by=sam, now=now)

    asked = [notices.keep_asking(now=now + timedelta(hours=hour)) for hour in range(1, 13)]
    give([episode], ben, by=sam, now=now + timedelta(hours=13))

    assert asked == [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert notices.keep_asking(now=now + timedelta(hours=40)) == 0
    assert told("unassigned") == []  # what waited is called off


def test_asked_twice_in_the_same_moment_is_asked_once(episode, sam, now):
    give([episode], None, by=sam, now=now)
    later = now + timedelta(hours=5)

    for _ in range(3):
        notices.keep_asking(now=later)

    assert Reminder.objects.filter(dedupe_key__contains=":unassigned:").count() == 2


def test_an_episode_that_never_had_anybody_is_asked_about_too(unit, now):
    EpisodeFactory(youth__unit=unit, assigned_to=None, recorded_at=now, told_at=now)

    assert notices.keep_asking(now=now) == 1


def test_nobody_is_asked_about_an_episode_that_is_finished(episode, ana, sam, now):
    give([episode], None, by=sam, now=now)
    bring_back(episode, by=ana, now=now)
    episode.duties.update(not_needed_at=now, not_needed_by=ana)

    assert notices.keep_asking(now=now + timedelta(hours=5)) == 0


def test_a_caseworker_takes_what_nobody_holds(episode, ben, sam, now):
    give([episode], None, by=sam, now=now)

    take(episode=episode, by=ben, now=now)

    assert holders([episode]) == [ben]


def test_what_somebody_holds_cannot_be_taken(episode, ben, now):
    with pytest.raises(Refused, match="Ana holds it now"):
        take(episode=episode, by=ben, now=now)


# --- Undo -----------------------------------------------------------------------------------


def waiting_mail_of(person):
    return Delivery.objects.waiting().filter(recipient=person, channel=Channel.EMAIL)


def test_undone_within_ten_minutes_all_go_back_and_both_are_told(three, ana, ben, sam, now):
    batch = give(three, ben, by=sam, now=now)[0].batch
    sweep(clock=lambda: now, seconds=9)

    undone = undo(batch=batch, by=sam, now=now + 9 * MINUTE)

    assert holders(three) == [ana] * 3
    assert len(undone.given_back) == 3
    assert undone.left == []
    assert told("assigned") == ["Ana"] * 3 + ["Ben"] * 3
    assert told("handed-on") == ["Ana"] * 3 + ["Ben"] * 3


def test_undone_before_anything_went_out_nobody_hears_of_either(three, ana, ben, sam, now):
    sweep(clock=lambda: now, seconds=9)  # what is told when they are logged
    mail.outbox.clear()
    before = Delivery.objects.count()
    batch = give(three, ben, by=sam, now=now)[0].batch

    undo(batch=batch, by=sam, now=now + MINUTE)
    sweep(clock=lambda: now + MINUTE, seconds=9)

    assert told("assigned") == told("handed-on") == []
    assert Delivery.objects.count() == before
    assert mail.outbox == []


def test_undone_once_it_went_out_each_gets_one_more_mail(three, ana, ben, sam, now):
    sweep(clock=lambda: now, seconds=9)
    batch = give(three, ben, by=sam, now=now)[0].batch
    sweep(clock=lambda: now + MINUTE, seconds=9)
    mail.outbox.clear()

    undo(batch=batch, by=sam, now=now + 2 * MINUTE)
    sweep(clock=lambda: now + 2 * MINUTE, seconds=9)

    assert sorted(one.to[0] for one in mail.outbox) == sorted([ana.email, ben.email])
    assert "3 new items" in mail.outbox[0].subject


def test_mail_that_still_waits_is_called_off_and_the_undo_told_in_its_place(
    episode, ana, ben, sam, now
):
    sweep(clock=lambda: now, seconds=9)
    batch = give([episode], ben, by=sam, now=now)[0].batch
    address_due(now=now)  # it stands in the inbox, and the mail has not gone out
    mail.outbox.clear()

    undo(batch=batch, by=sam, now=now + MINUTE)
    assert not waiting_mail_of(ana).exists()
    assert not waiting_mail_of(ben).exists()
    sweep(clock=lambda: now + MINUTE, seconds=9)

    assert sorted(one.to[0] for one in mail.outbox) == sorted([ana.email, ben.email])
    assert {one.subject for one in mail.outbox} == {f"New item for you (ref {episode.reference})"}


def test_what_a_sweep_is_sending_is_not_called_off(episode, ana, ben, sam, now):
    batch = give([episode], ben, by=sam, now=now)[0].batch
    address_due(now=now)
    Message.objects.update(claimed_until=now + 2 * MINUTE)
    sending = waiting_mail_of(ben).count()

    undo(batch=batch, by=sam, now=now + MINUTE)

    assert waiting_mail_of(ben).count() == sending > 0


def test_given_back_one_hears_only_of_what_others_were_told_in_between(
    episode, police, ana, ben, sam, now
):
    address_due(now=now)
    batch = give([episode], ben, by=sam, now=now + MINUTE)[0].batch
    ReminderFactory(duty=police, due_at=now + 2 * MINUTE)
    address_due(now=now + 2 * MINUTE)

    undo(batch=batch, by=sam, now=now + 3 * MINUTE)

    handed = Reminder.objects.waiting().filter(person=ana, duty__isnull=False)
    assert [reminder.duty for reminder in handed] == [police]


def test_mail_that_nobody_holds_it_is_called_off_once_somebody_does(episode, ben, sam, oona, now):
    give([episode], None, by=oona, now=now)
    address_due(now=now)
    asked = waiting_mail_of(sam).filter(reminder__dedupe_key__contains=":unassigned:")
    assert asked.count() == 1

    give([episode], ben, by=oona, now=now)

    assert not asked.exists()


def test_after_ten_minutes_it_says_what_to_do_instead(episode, ben, sam, now):
    batch = give([episode], ben, by=sam, now=now)[0].batch

    with pytest.raises(Refused, match="Reassign them instead"):
        undo(batch=batch, by=sam, now=now + 11 * MINUTE)


def test_what_somebody_changed_since_is_left_as_it_is(three, ana, ben, sam, oona, now):
    batch = give(three, ben, by=sam, now=now)[0].batch
    give([three[0]], sam, by=oona, now=now + MINUTE)

    undone = undo(batch=batch, by=sam, now=now + 2 * MINUTE)

    assert holders(three) == [sam, ana, ana]
    assert [entry.episode for entry in undone.left] == [three[0]]


def test_there_and_back_again_since_counts_as_changed(episode, ben, sam, oona, now):
    batch = give([episode], ben, by=sam, now=now)[0].batch
    give([episode], sam, by=oona, now=now + MINUTE)
    give([episode], ben, by=oona, now=now + 2 * MINUTE)

    undone = undo(batch=batch, by=sam, now=now + 3 * MINUTE)

    assert (undone.given_back, holders([episode])) == ([], [ben])


def test_it_does_not_go_back_to_somebody_who_has_left_since(episode, ana, ben, sam, adam, now):
    batch = give([episode], ben, by=sam, now=now)[0].batch
    User.objects.filter(pk=ana.pk).update(is_active=False, deactivated_at=now, deactivated_by=adam)

    undone = undo(batch=batch, by=sam, now=now + MINUTE)

    assert (len(undone.left), holders([episode])) == (1, [ben])


def test_a_transfer_accepted_since_is_not_undone(episode, ana, ben, sam, oona, other_unit, now):
    batch = give([episode], oona, by=sam, now=now)[0].batch
    transfer = transfers.offer(episode=episode, to_unit=other_unit, note="Moved", by=sam, now=now)
    transfers.accept(transfer=transfer, to=oona, by=oona, now=now)

    undone = undo(batch=batch, by=sam, now=now + MINUTE)

    assert (len(undone.left), holders([episode])) == (1, [oona])


def test_undone_twice_there_is_nothing_left_to_undo(episode, ben, sam, now):
    batch = give([episode], ben, by=sam, now=now)[0].batch
    undo(batch=batch, by=sam, now=now)

    with pytest.raises(Refused, match="nothing to undo"):
        undo(batch=batch, by=sam, now=now)


def test_only_whoever_did_it_undoes_it(episode, ben, sam, oona, now):
    batch = give([episode], ben, by=sam, now=now)[0].batch

    with pytest.raises(Refused):
        undo(batch=batch, by=oona, now=now)


# --- Who may hold ---------------------------------------------------------------------------


def test_who_may_hold_an_episode_is_exactly_who_may_open_it(unit, other_unit, episode):
    above, below = UnitFactory(), UnitFactory(parent=unit)
    unit.parent = above
    unit.save()
    for role in Role:
        for office in (unit, other_unit, above, below):
            UserFactory(role=role, unit=office)
    UserFactory(role=Role.ON_CALL, unit=None)
    episode.refresh_from_db()

    able = {person for person in User.objects.all() if may_see_episode(person, episode)}

    assert set(who_may_hold([episode.unit])) == able


def test_for_two_units_it_is_whoever_may_open_both(unit, other_unit, ana, omar, oona):
    assert list(who_may_hold([unit, other_unit])) == [oona]
