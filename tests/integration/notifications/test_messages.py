"""What leaves the house says that something is due, never what or about whom."""

import email
import email.policy
import re
from datetime import date, timedelta
from email.header import decode_header, make_header
from itertools import product

import pytest
from django.core import mail

from casework.models import (
    Delivery,
    LeftFrom,
    Message,
    Reminder,
    Role,
    Said,
    SetAsideReason,
)
from casework.notifications.addressing import address_due
from casework.notifications.sending import send_due
from casework.notifications.words import Words, told_in, words_of
from casework.operations.flags import SettingAside, set_aside
from casework.policies.ladder import Audience, ReminderKind
from tests.factories import (
    DutyFactory,
    EpisodeFactory,
    PlacementFactory,
    ReminderFactory,
    UnitFactory,
    UserFactory,
    YouthFactory,
)
from tests.integration.scenes import check, log

# Names that could slip through escaping, wrapping or a header.
YOUTH = {
    "plain": {"given_name": "Zephyrine", "family_name": "Quixwell"},
    "markup": {"given_name": "<b>Zorro</b>", "family_name": "<script>alert(1)</script>"},
    "headers": {"given_name": "Zed\r\nBcc: zoe@zuz.test", "family_name": "Qux\nX-Zed: yes"},
    "template": {"given_name": "{{ settings.SECRET_KEY }}", "family_name": "{% now 'Y' %}Zq"},
    "right-to-left": {"given_name": "\u202eزينب", "family_name": "קוקס"},
    "quotes": {"given_name": 'O\'Zeal "Zee"', "family_name": "Qu'oy; DROP TABLE"},
    "nickname": {"given_name": "", "family_name": "", "nickname": "Zizou", "aliases": ["Zuzu"]},
}
NEVER_SAID = re.compile(
    r"police|missing|ncmec|youth|child|foster|trafficking|endanger|\bage\b|runaway|placement"
    r"|juvenile|guardian|parents|screen|medical",
    re.IGNORECASE,
)


ADDRESSES = re.compile(r"http://127\.0\.0\.1:8000/(r/[0-9a-f-]{36}|me/reminders|reminders)")


def everything_in(message) -> str:
    """Every header and both bodies as people read them, without the address of the item."""
    parts = [
        str(make_header(decode_header(str(value))))
        for name, value in message.items()
        if name not in {"Date", "Message-ID", "Content-Type"}
    ]
    parts += [
        part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart()
    ]
    return ADDRESSES.sub("", "\n".join(map(str, parts)))


def said_in(words: Words) -> set[str]:
    """All that a message says, without its addresses."""
    return {ADDRESSES.sub("", text) for text in (words.subject, words.text, words.html)}


@pytest.fixture
def region(db):
    """A unit whose name gives nothing away, with one person for each audience."""
    unit = UnitFactory(name="Office 4")
    UserFactory(role=Role.SUPERVISOR, unit=unit)
    UserFactory(role=Role.ON_CALL, unit=None)
    return unit


@pytest.mark.parametrize("names", YOUTH.values(), ids=YOUTH)
def test_no_message_says_what_or_about_whom(names, region, now):
    worker = UserFactory(unit=region)
    youth = YouthFactory(
        **({"unit": region, "born_on": date(2009, 1, 9), "marks": "Scar on the chin"} | names)
    )
    PlacementFactory(youth=youth, name="Maple House")
    episode = log(youth, by=worker, now=now, left_from=LeftFrom.PLACEMENT)
    duties = list(episode.duties.all())
    Reminder.objects.all().delete()
    Reminder.objects.bulk_create(
        Reminder(
            episode=episode,
            duty=duty,
            kind=kind,
            audience=audience,
            due_at=now,
            person=worker if audience is Audience.PERSON else None,
            dedupe_key=f"{number}:0",
            planned_at=now,
        )
        for number, (duty, kind, audience) in enumerate(product(duties, ReminderKind, Audience))
    )

    while address_due(now=now):
        pass
    told = list(Delivery.objects.filter(channel="email"))
    assert len({delivery.reminder_id for delivery in told}) >= len(duties) * len(ReminderKind)
    texts = set()
    for moment in (now, now + timedelta(days=3)):
        for delivery in told:
            texts |= said_in(words_of(delivery.message, [delivery], now=moment))
        for message in Message.objects.all():
            texts |= said_in(words_of(message, list(told_in(message)), now=moment))
    send_due(now=now)
    texts |= {everything_in(message.message()) for message in mail.outbox}

    people = {str(name) for name in youth.names}
    words = {word for name in people for word in re.findall(r"\w{3,}", name)} - {
        "now",
        "settings",
        "test",
    }
    initials = f"{youth.given_name[:1]}{youth.family_name[:1]}"
    titles = {duty.title for duty in duties}
    for text in texts:
        said = text.replace(f"ref {episode.reference}", "")
        for secret in {*people, *titles, *words, "Maple House", "Office 4", "Scar on the chin"}:
            assert secret not in said
        assert len(initials) < 2 or not re.search(rf"\b{re.escape(initials)}\b", said)
        assert not NEVER_SAID.search(said)
        assert not re.search(r"\b17\b", said)  # the age


@pytest.fixture
def told_ana(episode, police, ana, now):
    """The delivery of one duty's notice to Ana."""
    address_due(now=now)
    return Delivery.objects.get(
        recipient=ana, reminder__duty=police, reminder__kind="notice", channel="email"
    )


def words_about(*deliveries: Delivery, now) -> Words:
    return words_of(deliveries[0].message, deliveries, now=now)


def test_the_parts_of_a_mail_are_kept_apart_by_a_line_that_stands_in_neither(told_ana, now):
    send_due(now=now)
    [sent] = mail.outbox
    raw = sent.message().as_bytes()

    read = email.message_from_bytes(raw, policy=email.policy.default)
    plain, rich = read.iter_parts()
    assert plain.get_content().strip() == sent.body.strip()
    assert rich.get_content_type() == "text/html"
    apart = read.get_boundary()
    assert apart not in plain.get_content() + rich.get_content()
    assert Message.objects.get().public_id.hex in apart


def test_a_notice_says_that_there_is_something_new(told_ana, episode, now):
    words = words_about(told_ana, now=now)

    assert words.subject == f"New item for you (ref {episode.reference})"
    assert "Why you got this: It is assigned to you." in words.text
    assert f"http://127.0.0.1:8000/r/{told_ana.public_id}" in words.text
    assert "http://127.0.0.1:8000/me/reminders" in words.text


@pytest.mark.parametrize("kind", [kind for kind in ReminderKind if kind != ReminderKind.NOTICE])
def test_a_reminder_says_by_when_in_the_zone_of_the_episode(told_ana, episode, now, kind):
    told_ana.reminder.kind = kind

    words = words_about(told_ana, now=now)

    assert words.subject == f"Action due by Tue Mar 3, 3:52 a.m. CST (ref {episode.reference})"


@pytest.mark.parametrize("kind", ReminderKind)
def test_once_late_every_message_says_since_when(told_ana, police, now, kind):
    told_ana.reminder.kind = kind

    words = words_about(told_ana, now=police.due_at + timedelta(minutes=1))

    assert words.subject.startswith("Action overdue since Tue Mar 3, 3:52 a.m. CST")
    assert "Action overdue since" in words.text
    assert "Action overdue since" in words.html


def test_a_message_names_the_line_of_the_unit_or_else_of_the_agency(told_ana, unit, settings, now):
    settings.ON_CALL_PHONE = "555-0142"
    assert "555-0142" in words_about(told_ana, now=now).text

    told_ana.reminder.episode.unit.on_call_phone = "555-0177"
    text = words_about(told_ana, now=now).text
    assert "555-0177" in text
    assert "555-0142" not in text


# --- Several in one ------------------------------------------------------------------------------


def test_what_is_overdue_is_counted_before_what_is_due_and_what_is_new(told_ana, episode, now):
    """Each duty stands once, however many of its steps are told; reports to the center lead."""
    told = list(told_in(told_ana.message))
    kinds = dict.fromkeys(told[2:], ReminderKind.NOTICE)
    for delivery in told:
        delivery.reminder.kind = kinds.get(delivery, ReminderKind.DUE_SOON)

    early = words_about(*told, *told[:1], now=now)
    late = words_about(*told, now=now + timedelta(hours=3))

    assert early.subject.startswith("2 actions due, the first by Tue Mar 3, 3:52 a.m. CST, ")
    assert re.search(r", 1 new item$", early.subject)
    assert late.subject.startswith("2 actions overdue")
    addresses = re.findall(r"/r/([0-9a-f-]{36})", late.text)
    codes = [Delivery.objects.get(public_id=one).reminder.duty.code for one in addresses]
    assert codes[:2] == ["report_to_ncmec", "report_to_police"]
    assert len(set(codes)) == len(codes) == len(told)


def test_of_very_many_ten_are_listed_and_the_rest_counted(unit, ana, now):
    duty = DutyFactory(episode=EpisodeFactory(youth__unit=unit, assigned_to=ana, recorded_by=ana))
    for number in range(13):
        ReminderFactory(duty=DutyFactory(episode=duty.episode, code=f"each_{number}"), due_at=now)
    address_due(now=now)

    words = words_of(Message.objects.get(), list(told_in(Message.objects.get())), now=now)

    assert words.subject.startswith("13 actions due, the first by")
    assert words.text.count("/r/") == words.html.count("/r/") == 10
    assert "And 3 more." in words.text
    assert "and 3 more" in words.html


# --- About flags, and the digest -----------------------------------------------------------------


def test_mail_about_a_flag_is_as_any_other(episode, ana, sam, now):
    """Raised, set aside and to be looked at again: nobody can tell from the mail that it is a flag."""
    check(episode, "sign.met_online_left", Said.YES, by=ana, now=now)
    flag = episode.flags.get(code="T3")
    setting = SettingAside(
        reason=SetAsideReason.FACTS_WRONG, why="It was Zorro", review_at=now + timedelta(hours=8)
    )
    set_aside(flag=flag, by=ana, now=now, setting=setting)
    for moment in (now, setting.review_at):
        while address_due(now=moment):
            pass
    about_flag = Delivery.objects.filter(reminder__flag=flag, channel="email")

    texts = [words_about(delivery, now=setting.review_at) for delivery in about_flag]

    assert len(texts) == 6  # ana and sam: raised, set aside, to be looked at again
    for words in texts:
        assert words.subject == f"New item for you (ref {episode.reference})"
        for text in (words.text, words.html):
            assert not NEVER_SAID.search(text)
            assert not re.search(r"flag|danger|sign of|aside|Zorro|Jordan|online|review", text)
