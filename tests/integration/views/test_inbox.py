"""The inbox: whatever needs action is there, once, however much else has come in since; what can
wait, what is for information, and what is over stand apart.
"""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from casework.models import (
    Assignment,
    Channel,
    Message,
    Outcome,
    Reminder,
    Role,
    SetAsideReason,
    Topic,
)
from casework.notifications.addressing import address_due
from casework.operations import absences, transfers
from casework.operations.assignments import assign, undo
from casework.operations.notices import SAYS, About
from casework.policies.ladder import Audience, ReminderKind
from tests.factories import (
    DutyFactory,
    EpisodeFactory,
    ReminderFactory,
    UnitFactory,
    UserFactory,
    YouthFactory,
)
from tests.integration.models.rows import a_delivery, a_flag
from tests.integration.scenes import record

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def inbox_of(as_person):
    """The rows of a person's inbox: what needs action, and what is for information."""

    def read(person):
        context = as_person(person).get(reverse("inbox")).context
        return context["needs_action"], context["for_information"]

    return read


@pytest.fixture
def part_of(as_person):
    """One part of a person's inbox: "later", "past" or "flags"."""

    def read(person, part):
        return as_person(person).get(reverse("inbox")).context[part]

    return read


@pytest.fixture
def badge_of(as_person):
    """The figure beside "Reminders" in a person's menu."""

    def read(person):
        menu = as_person(person).get(reverse("home")).context["nav"]
        return next(item.count for item in menu if item.label == "Reminders")

    return read


def tell(person, duty, *, at, **fields):
    reminder = ReminderFactory(duty=duty, due_at=at, addressed_at=at)
    return a_delivery(
        reminder=reminder,
        recipient=person,
        channel=Channel.INBOX,
        created_at=at,
        sent_at=at,
        **fields,
    )


@pytest.fixture
def open_duty(ana, unit):
    episode = EpisodeFactory(youth=YouthFactory(unit=unit), assigned_to=ana, recorded_by=ana)
    return DutyFactory(episode=episode, title="Call the school")


@pytest.fixture
def done_duty(open_duty, ana, now):
    return DutyFactory(episode=open_duty.episode, title="Long done", done_at=now, done_by=ana)


def test_an_old_message_that_needs_action_is_not_pushed_out_by_newer_ones(
    inbox_of, part_of, badge_of, ana, open_duty, done_duty, now
):
    tell(ana, open_duty, at=now - 9 * HOUR)
    for minute in range(120):
        tell(ana, done_duty, at=now - timedelta(minutes=minute))

    needs_action, information = inbox_of(ana)

    assert [row.title for row in needs_action] == ["Call the school"]
    assert information == []
    assert [(row.title, row.also) for row in part_of(ana, "past")] == [
        ("Long done", "and 119 earlier messages")
    ]
    assert badge_of(ana) == 1


def test_a_duty_stands_once_with_its_latest_message(inbox_of, badge_of, ana, open_duty, now):
    for hours in (3, 1, 2):
        tell(ana, open_duty, at=now - hours * HOUR, why=f"{hours} hours ago")

    needs_action, information = inbox_of(ana)

    assert [row.why for row in needs_action] == ["1 hours ago"]
    assert information == []
    assert badge_of(ana) == 1


def test_the_soonest_due_leads(inbox_of, ana, open_duty, now):
    episode = open_duty.episode
    DutyFactory(episode=episode, title="Nobody was told of this one")
    duties = [
        open_duty,
        DutyFactory(episode=episode, title="At once", due_at=None, target_at=now),
        DutyFactory(episode=episode, title="First", due_at=open_duty.due_at - HOUR),
    ]
    for duty in duties:
        tell(ana, duty, at=now - HOUR)

    needs_action, _ = inbox_of(ana)

    assert [row.title for row in needs_action] == ["First", "Call the school", "At once"]


def test_what_moved_out_of_sight_is_past_and_the_badge_does_not_count_it(
    inbox_of, part_of, badge_of, ana, open_duty, now
):
    tell(ana, open_duty, at=now - HOUR)
    episode = open_duty.episode
    episode.unit = UnitFactory()
    episode.save()

    assert inbox_of(ana) == ([], [])
    assert [(row.title, row.about) for row in part_of(ana, "past")] == [
        ("An item that is not yours now", "")
    ]
    assert badge_of(ana) == 0


def test_what_is_done_is_past_and_the_badge_goes_down(
    inbox_of, part_of, badge_of, ana, open_duty, now
):
    tell(ana, open_duty, at=now - HOUR, why="It is assigned to you.")
    record(open_duty, Outcome.DONE, by=ana, now=now)

    assert inbox_of(ana) == ([], [])
    [row] = part_of(ana, "past")
    assert (row.title, row.why) == ("Call the school", "Done. It is assigned to you.")
    assert not row.is_new
    assert badge_of(ana) == 0


# --- What can wait ---------------------------------------------------------------------------


@pytest.fixture
def long_duty(open_duty, now):
    """Due in 28 days, of 30."""
    return DutyFactory(
        episode=open_duty.episode,
        title="Write to the court",
        counted_from_at=now - 48 * HOUR,
        due_at=now + 28 * 24 * HOUR,
    )


def news(person, duty, *, at):
    """What is told of a duty when it is new."""
    message = tell(person, duty, at=at)
    Reminder.objects.filter(pk=message.reminder_id).update(kind=ReminderKind.NOTICE)
    return message


@pytest.mark.usefixtures("clock_stands")
def test_what_is_due_in_weeks_waits_under_later_and_is_not_counted(
    inbox_of, part_of, badge_of, ana, open_duty, long_duty, now
):
    for duty in (open_duty, long_duty):
        news(ana, duty, at=now - HOUR)

    needs_action, information = inbox_of(ana)

    assert [row.title for row in needs_action] == ["Call the school"]
    assert [row.title for row in part_of(ana, "later")] == ["Write to the court"]
    assert information == []
    assert badge_of(ana) == 1


@pytest.mark.parametrize("days", [13, 27])
def test_it_moves_up_by_itself_when_half_of_its_time_is_over(
    inbox_of, part_of, set_clock, ana, long_duty, now, days
):
    news(ana, long_duty, at=now)
    set_clock(now + timedelta(days=days - 1, hours=23))
    assert bool(part_of(ana, "later")) == (days == 13)

    set_clock(now + timedelta(days=days + 1))

    assert [row.title for row in inbox_of(ana)[0]] == ["Write to the court"]
    assert part_of(ana, "later") == []


@pytest.mark.usefixtures("clock_stands")
@pytest.mark.parametrize("kind", [ReminderKind.NUDGE, ReminderKind.NOT_REACHED])
def test_what_somebody_was_reminded_of_since_does_not_wait(
    inbox_of, badge_of, ana, long_duty, now, kind
):
    news(ana, long_duty, at=now - HOUR)
    message = tell(ana, long_duty, at=now)
    Reminder.objects.filter(pk=message.reminder_id).update(kind=kind)

    assert [row.title for row in inbox_of(ana)[0]] == ["Write to the court"]
    assert badge_of(ana) == 1


# --- What has changed hands ------------------------------------------------------------------


@pytest.fixture
def ben(unit):
    return UserFactory(name="Ben", unit=unit)


def sweep_at(moment):
    while address_due(now=moment):
        pass


@pytest.mark.usefixtures("clock_stands")
def test_handed_over_it_leaves_the_old_holder_and_stays_with_the_supervisor(
    inbox_of, part_of, badge_of, episode, police, ana, ben, sam, now
):
    at = police.due_at - timedelta(minutes=20)  # the supervisor has heard too
    sweep_at(at)

    assign(episodes=[episode], to=ben, by=sam, now=at + MINUTE, batch=uuid.uuid4())
    sweep_at(at + 2 * MINUTE)
    sweep_at(police.due_at + MINUTE)

    assert inbox_of(ana)[0] == part_of(ana, "later") == []
    assert badge_of(ana) == 0
    [row] = [row for row in part_of(ana, "past") if row.title == police.name]
    assert row.why.startswith("With somebody else now.")
    for person in (ben, sam):
        assert police.name in [row.title for row in inbox_of(person)[0]]


@pytest.mark.usefixtures("clock_stands")
def test_given_back_it_is_theirs_again_and_not_the_others(
    inbox_of, episode, police, ana, ben, sam, now
):
    sweep_at(now)
    batch = uuid.uuid4()
    assign(episodes=[episode], to=ben, by=sam, now=now + MINUTE, batch=batch)
    sweep_at(now + MINUTE)
    assert police.name in [row.title for row in inbox_of(ben)[0]]

    undo(batch=batch, by=sam, now=now + 2 * MINUTE)

    assert police.name in [row.title for row in inbox_of(ana)[0]]
    assert inbox_of(ben)[0] == []


# --- What is settled is past -----------------------------------------------------------------


@pytest.mark.usefixtures("clock_stands")
def test_nobody_holds_it_is_past_once_somebody_does(inbox_of, part_of, episode, ana, ben, sam, now):
    assign(episodes=[episode], to=None, by=ana, now=now, batch=uuid.uuid4())
    sweep_at(now)
    asked = SAYS[About.UNASSIGNED]
    assert asked in [row.title for row in inbox_of(sam)[1]]

    assign(episodes=[episode], to=ben, by=sam, now=now, batch=uuid.uuid4())

    assert asked not in [row.title for row in inbox_of(sam)[1]]
    [row] = [row for row in part_of(sam, "past") if row.title == asked]
    assert row.why.startswith("Somebody holds it now.")


@pytest.mark.usefixtures("clock_stands")
def test_an_offer_is_past_once_it_is_answered_and_a_second_one_is_not(
    inbox_of, part_of, episode, sam, other_unit, now
):
    olga = UserFactory(name="Olga", role=Role.SUPERVISOR, unit=other_unit)
    offered = SAYS[About.OFFERED]

    def offer(at):
        transfer = transfers.offer(episode=episode, to_unit=other_unit, note="x", by=sam, now=at)
        sweep_at(at)
        return transfer

    first = offer(now)
    assert [row.title for row in inbox_of(olga)[1]] == [offered]
    transfers.take_back(transfer=first, by=sam, now=now + MINUTE)
    assert offered not in [row.title for row in inbox_of(olga)[1]]
    assert offered in [row.title for row in part_of(olga, "past")]

    offer(now + HOUR)

    assert offered in [row.title for row in inbox_of(olga)[1]]


@pytest.mark.usefixtures("clock_stands")
def test_a_flag_that_another_must_look_at_leaves_whoever_set_it_aside(
    part_of, badge_of, open_duty, ana, sam, now
):
    flag = a_flag(episode=open_duty.episode, needs_second_person=True)
    for person in (ana, sam):
        message = notice(person, open_duty.episode, at=now - HOUR, says="")
        Reminder.objects.filter(pk=message.reminder_id).update(flag=flag)
    flag.set_aside_at, flag.set_aside_by, flag.set_aside_why = now, ana, "Medicine is there"
    flag.set_aside_reason, flag.review_at = SetAsideReason.HANDLED, now + 9 * HOUR
    flag.save()

    assert [len(part_of(person, "flags")) for person in (ana, sam)] == [0, 1]
    assert [badge_of(person) for person in (ana, sam)] == [0, 1]
    assert part_of(ana, "past")[0].why.startswith("Somebody else must agree.")

    flag.agreed_at, flag.agreed_by = now, sam
    flag.save()

    assert part_of(sam, "flags") == []
    assert len(part_of(sam, "past")) == 1


def test_messages_to_others_are_theirs(inbox_of, badge_of, ana, sam, open_duty, now):
    tell(ana, open_duty, at=now - HOUR)

    assert inbox_of(sam) == ([], [])
    assert badge_of(sam) == 0


# --- Order, why, and what is folded ----------------------------------------------------------


def test_at_the_same_time_ncmec_and_screening_lead(inbox_of, ana, open_duty, now):
    episode = open_duty.episode
    duties = [
        open_duty,
        DutyFactory(episode=episode, title="Report to NCMEC", code="report_to_ncmec", order=90),
        DutyFactory(
            episode=episode,
            title="Screen",
            code="screen_for_trafficking",
            order=95,
            due_at=open_duty.due_at + HOUR,
        ),
    ]
    for duty in duties:
        tell(ana, duty, at=now - HOUR)

    needs_action, _ = inbox_of(ana)

    assert [row.title for row in needs_action] == ["Report to NCMEC", "Call the school", "Screen"]


@pytest.mark.parametrize(
    ("kind", "says", "why"),
    [
        (ReminderKind.ESCALATION, "", "Not recorded yet. You supervise."),
        (ReminderKind.TAKEN_UP, "", "You said that you are on it, and it is not done."),
        (ReminderKind.NOT_REACHED, "Mail to Bo failed.", "Mail to Bo failed. You supervise."),
        (ReminderKind.OVERDUE, "", "You supervise."),
    ],
)
def test_a_row_says_why_it_came(inbox_of, ana, open_duty, now, kind, says, why):
    message = tell(ana, open_duty, at=now - HOUR, why="You supervise.")
    Reminder.objects.filter(pk=message.reminder_id).update(kind=kind, says=says)

    needs_action, _ = inbox_of(ana)

    assert [row.why for row in needs_action] == [why]


def test_one_can_say_from_the_inbox_that_one_is_on_it(as_person, open_duty, ana, now, clock_stands):
    tell(ana, open_duty, at=now - HOUR)
    client = as_person(ana)
    row = client.get(reverse("inbox")).context["needs_action"][0]

    page = client.post(row.holding.acknowledge_url, {"next": row.holding.back}, follow=True)

    assert page.redirect_chain[-1][0] == reverse("inbox")
    assert page.context["needs_action"][0].holding.words == "You are on it until 2:34 a.m. CST."


def notice(person, episode, *, at, says="Another unit offers you an episode."):
    reminder = Reminder.objects.create(
        episode=episode,
        kind=ReminderKind.NOTICE,
        audience=Audience.PERSON,
        person=person,
        topic=Topic.CASE,
        says=says,
        due_at=at,
        addressed_at=at,
        dedupe_key=str(uuid.uuid4()),
        planned_at=at,
    )
    return a_delivery(
        reminder=reminder, recipient=person, channel=Channel.INBOX, created_at=at, sent_at=at
    )


def test_a_notice_says_its_line_and_the_youth_only_to_those_who_may_see_the_episode(
    inbox_of, ana, omar, open_duty, now
):
    for person in (ana, omar):
        notice(person, open_duty.episode, at=now)

    _, to_ana = inbox_of(ana)
    _, to_omar = inbox_of(omar)

    assert [row.title for row in to_ana] == ["Another unit offers you an episode."]
    assert to_ana[0].about.startswith("Jordan")
    assert [row.title for row in to_omar] == ["Another unit offers you an episode."]
    assert to_omar[0].about == ""
    assert to_omar[0].marks == []


def test_messages_that_say_the_same_are_one_row(inbox_of, ana, open_duty, now):
    for minute in range(3):
        notice(ana, open_duty.episode, at=now - minute * HOUR)
    notice(ana, open_duty.episode, at=now, says="An episode is yours now")

    _, information = inbox_of(ana)

    assert sorted((row.title, row.also) for row in information) == [
        ("An episode is yours now", ""),
        ("Another unit offers you an episode.", "and 2 earlier messages"),
    ]


# --- Seen ----------------------------------------------------------------------------------


def test_all_for_information_is_marked_as_seen_and_nothing_that_needs_action(
    as_person, inbox_of, ana, open_duty, now
):
    tell(ana, open_duty, at=now - HOUR)
    notice(ana, open_duty.episode, at=now - HOUR)

    as_person(ana).post(reverse("mark_seen"))

    needs_action, information = inbox_of(ana)
    assert [row.is_new for row in information] == [False]
    assert [row.is_new for row in needs_action] == [True]


def test_what_came_in_after_the_page_was_made_stays_new(as_person, inbox_of, ana, open_duty, now):
    notice(ana, open_duty.episode, at=now)

    shown_at = (now - HOUR).isoformat()
    as_person(ana).post(reverse("mark_seen"), {"shown_at": shown_at})

    _, information = inbox_of(ana)
    assert [row.is_new for row in information] == [True]


def test_nobody_marks_for_another(as_person, inbox_of, ana, sam, open_duty, now):
    notice(ana, open_duty.episode, at=now - HOUR)

    as_person(sam).post(reverse("mark_seen"))

    _, information = inbox_of(ana)
    assert [row.is_new for row in information] == [True]


def test_the_badge_counts_flags_to_look_at_until_somebody_decides(
    badge_of, ana, open_duty, now, clock_stands
):
    tell(ana, open_duty, at=now - HOUR)
    flag = a_flag(episode=open_duty.episode)
    message = notice(ana, open_duty.episode, at=now)
    Reminder.objects.filter(pk=message.reminder_id).update(flag=flag)
    assert badge_of(ana) == 2

    flag.confirmed_at, flag.confirmed_by = now, ana
    flag.save()

    assert badge_of(ana) == 1


# --- The address in a mail ---------------------------------------------------------------------


def opened(client, message):
    return client.get(reverse("reminder", args=[message.public_id]))


def to_the_agency(duty, *, at):
    mail = Message.objects.create(
        address="on-call@agency.example", created_at=at, next_attempt_at=at
    )
    return a_delivery(
        reminder=ReminderFactory(duty=duty, due_at=at, addressed_at=at),
        recipient=None,
        message=mail,
        created_at=at,
        sent_at=at,
    )


def test_a_mail_to_the_agency_opens_for_whoever_may_see_the_duty(
    as_person, ana, oona, open_duty, now
):
    message = to_the_agency(open_duty, at=now)

    for person in (ana, oona):
        assert opened(as_person(person), message)["Location"] == open_duty.get_absolute_url()
    message.refresh_from_db()
    assert message.seen_at is not None


@pytest.mark.parametrize("who", ["omar", "adam"])
def test_a_mail_to_the_agency_reveals_nothing_to_others(
    as_person, request, ana, open_duty, now, who
):
    message = to_the_agency(open_duty, at=now)
    hand_over(open_duty.episode, to=ana, by=ana, at=now)

    page = opened(as_person(request.getfixturevalue(who)), message)

    assert page.status_code == 200
    seen = page.content.decode()
    for secret in ("Jordan", open_duty.title, open_duty.episode.reference, ana.name):
        assert secret not in seen
    message.refresh_from_db()
    assert message.seen_at is None


def hand_over(episode, *, to, by, at):
    Assignment.objects.create(episode=episode, to_person=to, at=at, by=by, batch=uuid.uuid4())


def test_an_item_that_moved_says_to_whom_and_when_without_the_youth(
    as_person, ana, sam, omar, open_duty, now, clock_stands
):
    message = tell(omar, open_duty, at=now - HOUR)
    hand_over(open_duty.episode, to=ana, by=sam, at=now)

    seen = opened(as_person(omar), message).content.decode()

    assert "It moved to Ana, Tue Mar 3, 2:04 a.m. CST." in seen
    assert "Jordan" not in seen


def test_a_notice_opens_the_episode(as_person, ana, open_duty, now):
    message = notice(ana, open_duty.episode, at=now)

    page = opened(as_person(ana), message)

    assert page["Location"] == open_duty.episode.get_absolute_url()


def test_somebody_elses_mail_is_not_found(as_person, ana, sam, open_duty, now):
    message = tell(ana, open_duty, at=now - HOUR)

    assert opened(as_person(sam), message).status_code == 404


# --- Who has no cases of their own ---------------------------------------------------------------


@pytest.mark.usefixtures("clock_stands")
def test_what_reached_only_an_admin_stays_new_until_the_duty_is_settled(
    part_of, police, ana, adam, now
):
    reminder = ReminderFactory(
        duty=police,
        kind=ReminderKind.NOT_REACHED,
        audience=Audience.ADMIN,
        says="Mail to Oona could not be delivered. Tell them yourself.",
        due_at=now,
    )
    sweep_at(now)
    assert reminder.deliveries.filter(recipient=adam).exists()

    [row] = part_of(adam, "for_information")

    assert (row.is_new, part_of(adam, "past")) == (True, [])

    record(police, Outcome.DONE, by=ana, now=now)
    assert part_of(adam, "for_information") == []
    assert len(part_of(adam, "past")) == 1


@pytest.mark.usefixtures("clock_stands")
def test_after_an_undo_whoever_stands_in_still_has_the_duties(
    inbox_of, episode, police, ana, ben, sam, now
):
    absences.plan_absence(
        person=ana, stand_in=sam, starts_at=now, ends_at=now + timedelta(days=3), by=ana, now=now
    )
    sweep_at(now)
    assert police.name in [row.title for row in inbox_of(sam)[0]]
    batch = uuid.uuid4()
    assign(episodes=[episode], to=ben, by=sam, now=now + MINUTE, batch=batch)

    undo(batch=batch, by=sam, now=now + 2 * MINUTE)

    assert police.name in [row.title for row in inbox_of(sam)[0]]
