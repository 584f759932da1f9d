"""How one hears of things: chosen on one's own page, and what the rules ask never switched off."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.core import mail
from django.urls import reverse

from casework.models import AuditEvent, Cadence, FirstReminder, ReminderPreferences, Topic, User
from casework.notifications.addressing import address_due
from casework.notifications.digest import make_digests
from casework.notifications.sending import send_due
from casework.operations.absences import plan_absence
from casework.operations.preferences import Choice, Refused, choose
from tests.factories import DutyFactory, EpisodeFactory, ReminderFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/me/reminders"


def choices(**changes: str) -> dict[str, str]:
    """What a browser sends of the form as it first stands."""
    return {
        "first_reminder": "nudge",
        "untimed": "each",
        "flags": "each",
        "cases": "each",
        "views": "digest",
        "digest_hour": "8",
        **changes,
    }


def words_of(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_somebody_who_has_chosen_nothing_sees_the_defaults(as_person, ana):
    form = as_person(ana).get(PAGE).context["form"]

    assert {name: str(form[name].value()) for name in form.fields} == choices()


def test_what_was_chosen_is_kept_and_audited(as_person, ana, now):
    browser = as_person(ana)

    saved = browser.post(
        PAGE,
        choices(first_reminder="late_nudge", untimed="digest", flags="off", digest_hour="17"),
        follow=True,
    )

    kept = ReminderPreferences.objects.get(user=ana)
    assert kept.first_reminder == FirstReminder.QUARTER
    assert (kept.untimed, kept.flags, kept.cases, kept.digest_hour) == ("digest", "off", "each", 17)
    event = AuditEvent.objects.get(event="preferences.chosen")
    assert (event.by, event.subject_id, event.at) == (ana.public_id, ana.public_id, now)
    assert event.detail["flags"] == "off"
    assert "Saved. It holds from the next message on." in words_of(saved)
    assert browser.get(PAGE).context["form"]["digest_hour"].value() == 17


def test_one_changes_only_ones_own(as_person, ana, sam):
    as_person(ana).post(PAGE, choices(flags="off"))

    assert list(ReminderPreferences.objects.values_list("user", flat=True)) == [ana.pk]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"untimed": "off"}, "Select a valid choice"),
        ({"flags": ""}, "Select how often email should come"),
        ({"first_reminder": ""}, "Select when the first reminder should come"),
        ({"first_reminder": "off"}, "Select a valid choice"),
        ({"digest_hour": "24"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_nothing_changes(as_person, ana, changes, says):
    response = as_person(ana).post(PAGE, choices(**changes))

    assert says in words_of(response)
    assert not ReminderPreferences.objects.exists()


def test_duties_with_a_time_limit_stand_there_without_a_switch(as_person, ana):
    page = as_person(ana).get(PAGE)

    assert "Each time, always. Nobody can switch these off." in words_of(page)
    assert 'name="duty"' not in page.content.decode()


def test_email_about_a_duty_with_a_time_limit_goes_out_whatever_was_chosen(
    as_person, ana, now, client
):
    as_person(ana).post(
        PAGE, choices(untimed="digest", flags="off", cases="off", views="off", duty="off")
    )
    duty = DutyFactory(episode=EpisodeFactory(youth__unit=ana.unit, assigned_to=ana))
    timed = ReminderFactory(duty=duty, due_at=now)
    about_a_flag = ReminderFactory(duty=duty, due_at=now, topic=Topic.FLAG)

    address_due(now=now)

    assert timed.deliveries.filter(channel="email", message__isnull=False).exists()
    assert set(about_a_flag.deliveries.values_list("channel", flat=True)) == {"inbox"}


def test_the_operation_refuses_what_the_form_does_not_offer(ana, now):
    off = Choice(
        first_reminder=FirstReminder.HALF,
        untimed=Cadence.OFF,
        flags=Cadence.OFF,
        cases=Cadence.OFF,
        views=Cadence.OFF,
        digest_hour=8,
    )

    with pytest.raises(Refused, match="cannot be switched off"):
        choose(person=ana, choice=off, by=ana, now=now)


# --- Where messages reach one ----------------------------------------------------------------------


def test_it_says_where_messages_go_and_who_stands_in(as_person, ana, sam, now):
    eva = UserFactory(name="Eva", unit=ana.unit)
    ana.backup = eva
    ana.save(update_fields=["backup"])
    plan_absence(
        person=ana, stand_in=eva, starts_at=now, ends_at=now + timedelta(days=2), by=ana, now=now
    )

    page = as_person(ana).get(PAGE)
    words = words_of(page)

    assert f"{ana.email} Takes mail, as far as we know" in words
    assert "Away until Thu Mar 5: Eva stands in" in words
    assert "Steps in when you do not react Eva" in words
    assert "the digest’s hour in Chicago time, as St. Louis Unit 4 has it" in words
    assert reverse("person", args=[ana.public_id]) in page.content.decode()


def test_somebody_without_a_unit_reads_that_hours_are_utc(as_person, oona):
    assert "the digest’s hour in UTC" in words_of(as_person(oona).get(PAGE))


def test_a_refused_address_is_told_there_and_above_every_page(as_person, ana, now):
    User.objects.filter(pk=ana.pk).update(
        email_refused_at=now, email_refused_why="550 5.1.1 No such user"
    )
    browser = as_person(ana)

    words = words_of(browser.get(PAGE))
    assert "Refused since Tue Mar 3, 2:04 a.m. CST. Ask your admin to correct it." in words
    assert "The mail server said: “550 5.1.1 No such user”" in words
    for address in ("/", "/log", "/reminders", PAGE):
        assert "Email does not reach you" in words_of(browser.get(address))


def test_nobody_else_reads_that_banner(as_person, ana, sam, now):
    User.objects.filter(pk=ana.pk).update(email_refused_at=now)

    assert "Email does not reach you" not in words_of(as_person(sam).get("/"))


def test_it_is_linked_from_the_inbox_and_from_the_foot_of_each_page(as_person, ana, ruth):
    for address in ("/", "/reminders"):
        assert f'href="{PAGE}"' in as_person(ana).get(address).content.decode()
    assert PAGE not in as_person(ruth).get("/audit").content.decode()


def test_mail_leads_there(episode, now, clock_stands):
    address_due(now=now)
    send_due(now=now)

    assert PAGE in mail.outbox[0].body


# --- The digest keeps the hour ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "hour", "early", "due"),
    [
        # Chicago: the night before the clocks go forward, after it, and on an ordinary day.
        (datetime(2026, 3, 7, 20, tzinfo=UTC), 8, datetime(2026, 3, 8, 12, 59, tzinfo=UTC), 13),
        (datetime(2026, 3, 6, 20, tzinfo=UTC), 8, datetime(2026, 3, 7, 13, 59, tzinfo=UTC), 14),
        # The hour that the change skips strikes at the change, 8:00 UTC.
        (datetime(2026, 3, 7, 20, tzinfo=UTC), 2, datetime(2026, 3, 8, 7, 59, tzinfo=UTC), 8),
        # The clocks go back: 8 a.m. is 14:00 UTC again.
        (datetime(2026, 10, 31, 20, tzinfo=UTC), 8, datetime(2026, 11, 1, 13, 59, tzinfo=UTC), 14),
    ],
)
def test_the_digest_comes_at_the_hour_in_ones_zone_also_when_clocks_change(
    waiting_for_digest, ana, written, hour, early, due
):
    ReminderPreferences.objects.filter(user=ana).update(digest_hour=hour)
    waiting_for_digest(written)

    assert make_digests(now=early) == 0
    assert make_digests(now=early + timedelta(minutes=1)) == 1
    assert (early + timedelta(minutes=1)).hour == due
    assert make_digests(now=early + timedelta(minutes=2)) == 0


def test_the_hour_that_comes_twice_strikes_once(waiting_for_digest, ana):
    ReminderPreferences.objects.filter(user=ana).update(digest_hour=1)
    waiting_for_digest(datetime(2026, 10, 31, 20, tzinfo=UTC))
    first, second = (datetime(2026, 11, 1, hour, tzinfo=UTC) for hour in (6, 7))

    assert make_digests(now=first) == 1
    waiting_for_digest(first + timedelta(minutes=30))
    assert make_digests(now=second) == 0


def test_the_digest_holds_numbers_alone(waiting_for_digest, ana, now):
    reminder = waiting_for_digest(now - timedelta(days=1))
    make_digests(now=now)
    send_due(now=now)

    (letter,) = mail.outbox
    assert letter.subject == "1 item needs action, 0 overdue, 1 new item for your information"
    assert letter.to == [ana.email]
    said = letter.subject + letter.body + str(letter.alternatives)
    for secret in (reminder.episode.reference, reminder.episode.youth.family_name, "police"):
        assert secret not in said


@pytest.fixture
def waiting_for_digest(ana):
    """Let something that Ana wants to hear of once a day wait since then."""
    ReminderPreferences.objects.create(user=ana, untimed=Cadence.DIGEST)
    duty = DutyFactory(
        episode=EpisodeFactory(youth__unit=ana.unit, assigned_to=ana),
        due_at=None,
        target_at=datetime(2026, 3, 3, tzinfo=UTC),
    )

    def wait(since: datetime):
        reminder = ReminderFactory(
            duty=duty, kind="notice", topic=Topic.UNTIMED, due_at=since, planned_at=since
        )
        address_due(now=since)
        return reminder

    return wait
