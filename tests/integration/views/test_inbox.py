"""The inbox: whatever needs action is there, once, however much else has come in since."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from casework.models import Assignment, Channel, Message, Outcome, Reminder, Topic
from casework.policies.ladder import Audience, ReminderKind
from tests.factories import DutyFactory, EpisodeFactory, ReminderFactory, UnitFactory, YouthFactory
from tests.integration.models.rows import a_delivery, a_flag
from tests.integration.scenes import record

HOUR = timedelta(hours=1)


@pytest.fixture
def inbox_of(as_person):
    """The rows of a person's inbox: what needs action, and what is for information."""

    def read(person):
        context = as_person(person).get(reverse("inbox")).context
        return context["needs_action"], context["for_information"]

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
    inbox_of, badge_of, ana, open_duty, done_duty, now
):
    tell(ana, open_duty, at=now - 9 * HOUR)
    for minute in range(120):
        tell(ana, done_duty, at=now - timedelta(minutes=minute))

    needs_action, information = inbox_of(ana)

    assert [row.title for row in needs_action] == ["Call the school"]
    assert [(row.title, row.also) for row in information] == [
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
        DutyFactory(episode=episode, title="No set time", due_at=None),
        DutyFactory(episode=episode, title="First", due_at=open_duty.due_at - HOUR),
    ]
    for duty in duties:
        tell(ana, duty, at=now - HOUR)

    needs_action, _ = inbox_of(ana)

    assert [row.title for row in needs_action] == ["First", "Call the school", "No set time"]


def test_what_moved_out_of_sight_is_information_and_the_badge_does_not_count_it(
    inbox_of, badge_of, ana, open_duty, now
):
    tell(ana, open_duty, at=now - HOUR)
    episode = open_duty.episode
    episode.unit = UnitFactory()
    episode.save()

    needs_action, information = inbox_of(ana)

    assert needs_action == []
    assert [(row.title, row.about) for row in information] == [
        ("An item that is not yours now", "")
    ]
    assert badge_of(ana) == 0


def test_what_is_done_moves_to_information_and_the_badge_goes_down(
    inbox_of, badge_of, ana, open_duty, now
):
    tell(ana, open_duty, at=now - HOUR)
    record(open_duty, Outcome.DONE, by=ana, now=now)

    needs_action, information = inbox_of(ana)

    assert needs_action == []
    assert [row.title for row in information] == ["Call the school"]
    assert badge_of(ana) == 0


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
    as_person, inbox_of, ana, open_duty, done_duty, now
):
    tell(ana, open_duty, at=now - HOUR)
    tell(ana, done_duty, at=now - HOUR)

    as_person(ana).post(reverse("mark_seen"))

    needs_action, information = inbox_of(ana)
    assert [row.is_new for row in information] == [False]
    assert [row.is_new for row in needs_action] == [True]


def test_what_came_in_after_the_page_was_made_stays_new(as_person, inbox_of, ana, done_duty, now):
    tell(ana, done_duty, at=now)

    shown_at = (now - HOUR).isoformat()
    as_person(ana).post(reverse("mark_seen"), {"shown_at": shown_at})

    _, information = inbox_of(ana)
    assert [row.is_new for row in information] == [True]


def test_nobody_marks_for_another(as_person, inbox_of, ana, sam, done_duty, now):
    tell(ana, done_duty, at=now - HOUR)

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
