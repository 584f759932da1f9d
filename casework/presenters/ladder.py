"""The ladder of a duty in words: who was told, who hears of it next, when, and who that is now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.models import Acknowledgement, Delivery, Duty, User
from casework.notifications.outlook import Step
from casework.notifications.recipients import Recipient
from casework.policies.ladder import Audience, Ladder, ReminderKind
from casework.presenters.holding import soon_words

WHO = {
    Audience.OWNER: "whoever holds it",
    Audience.BACKUP: "back-up",
    Audience.SUPERVISOR: "supervisor",
    Audience.ON_CALL: "on-call manager",
    Audience.AGENCY: "on-call address",
    Audience.ADMIN: "admin",
    Audience.PERSON: "one person",
}
CLIMBING = (Audience.BACKUP, Audience.SUPERVISOR, Audience.ON_CALL, Audience.AGENCY)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One step: "supervisor", "3:22 a.m. CST", "Sam Ortiz"."""

    who: str
    when: str
    names: str = ""
    note: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LadderInWords:
    """Who was told last when, who hears next if nobody acts, and how it goes on."""

    told: list[Rung]
    rungs: list[Rung]
    then: str


def ladder_words(
    duty: Duty,
    ladder: Ladder,
    steps: Sequence[Step],
    *,
    told: Iterable[Delivery],
    owners: Sequence[Recipient],
    held: Acknowledgement | None,
    reader: User,
    now: datetime,
) -> LadderInWords:
    """The climb from `now` on: whoever must act, then the next step to each of the others.

    `told` has the latest message that reached each person, with that person. `owners` are those who hear as holders of the duty; `held` says who is on it, if anybody is.
    """
    rungs = [_first(duty, owners, held, reader=reader, now=now)]
    seen: set[str] = set()
    for step in steps:
        audience = Audience(step.reminder.audience)
        is_rung = audience in CLIMBING and step.reminder.kind != ReminderKind.NOT_REACHED
        if is_rung and audience not in seen:
            seen.add(audience)
            rungs.append(_rung(audience, step, duty, reader=reader, now=now))
    latest = sorted(told, key=lambda message: (message.sent_at or message.created_at, message.pk))
    return LadderInWords(
        told=[_told(message, duty, reader=reader, now=now) for message in latest],
        rungs=rungs,
        then=_then(duty, ladder, now=now),
    )


def _told(message: Delivery, duty: Duty, *, reader: User, now: datetime) -> Rung:
    person = message.recipient
    name = WHO[Audience.AGENCY] if person is None else person.name
    return Rung(
        who="you" if person == reader else name,
        when=soon_words(message.sent_at or message.created_at, duty, now=now),
        note="seen" if message.seen_at is not None else "",
    )


def _first(
    duty: Duty,
    owners: Sequence[Recipient],
    held: Acknowledgement | None,
    *,
    reader: User,
    now: datetime,
) -> Rung:
    if held is not None:
        until = soon_words(held.until, duty, now=now)
        if held.by_id == reader.pk:
            return Rung(who="you", when=f"are on it until {until}")
        return Rung(who=held.by.name, when=f"is on it until {until}")
    people = names_of(owners, reader=reader)
    return Rung(who=people or "nobody", when="now", warnings=warnings_of(owners))


def _rung(audience: Audience, step: Step, duty: Duty, *, reader: User, now: datetime) -> Rung:
    return Rung(
        who=WHO[audience],
        when="now" if step.at <= now else soon_words(step.at, duty, now=now),
        names=names_of(step.recipients, reader=reader) if audience is not Audience.AGENCY else "",
        note="paused until then" if step.is_paused else "",
        warnings=warnings_of(step.recipients),
    )


def names_of(recipients: Iterable[Recipient], *, reader: User) -> str:
    """Those people by name, the reader as "you": "you and Sam Ortiz"."""
    names = [
        "you" if recipient.person.user.pk == reader.pk else recipient.person.user.name
        for recipient in recipients
        if recipient.person is not None
    ]
    names.sort(key=lambda name: name != "you")
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def warnings_of(recipients: Sequence[Recipient]) -> tuple[str, ...]:
    """What keeps a step from reaching somebody."""
    if not recipients:
        return ("Reaches nobody",)
    return tuple(
        f"Mail to {recipient.person.user.name} is refused"
        for recipient in recipients
        if recipient.person is not None and recipient.person.user.email_refused_at is not None
    )


def _then(duty: Duty, ladder: Ladder, *, now: datetime) -> str:
    repeating = ladder.repeating
    if duty.due_at is None:
        return ""
    number = repeating.first_after(now, due_at=duty.due_at)
    every = repeating.every if number <= repeating.times else repeating.then_every
    who = [WHO[audience] for audience in repeating.audiences]
    people = " and ".join(filter(None, [", ".join(who[:-1]), *who[-1:]]))
    start = "Then" if now > duty.due_at else "Once it is overdue,"
    return f"{start} every {length_words(every)} until it is done: {people}."


def length_words(length: timedelta) -> str:
    """ "30 minutes", "4 hours"."""
    if length % HOUR:
        return f"{length // timedelta(minutes=1)} minutes"
    hours = length // HOUR
    return f"{hours} hour{'' if hours == 1 else 's'}"
