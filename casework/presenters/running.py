"""The page that says how reminders run: each figure in words, with what to do about it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.conf import settings
from django.urls import reverse

from casework.health import Part, Readiness
from casework.models import Message, Pulse, User
from casework.notifications import pulses
from casework.notifications.sending import ATTEMPTS
from casework.policies.time_phrases import duration, moment
from casework.presenters.health import STOPPED, counted, silence_words
from casework.presenters.mail_words import server_words

IN_THE_RUNBOOK = "An admin follows “Reminders have stopped” in the runbook."


@dataclass(frozen=True, kw_only=True)
class Line:
    """One part or figure: how it stands, and what to do; `state` colors the tag."""

    name: str
    state: str
    tag: str
    words: str
    to_do: str = ""


@dataclass(frozen=True, kw_only=True)
class MailRow:
    """One message that did not arrive: to whom, when, and what the mail server said."""

    to: str
    at: str
    attempts: str
    said: str


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """One person whose address is refused; no `url` for a reader who cannot open their page."""

    name: str
    url: str
    unit: str
    since: str
    said: str


def lines_of(
    readiness: Readiness, beats: Mapping[str, Pulse], *, now: datetime, zone: tzinfo
) -> list[Line]:
    """The parts that must run, then the figures."""

    def last(name: str, never: str) -> str:
        return f"Last {moment(beats[name].at, zone, now=now)}." if name in beats else never

    return [
        _sweep(readiness, last(pulses.SWEEP, "It has never run.")),
        _broker(readiness),
        _cron(readiness, last(pulses.CRON, "Not set up: the worker sends alone.")),
        _ping(beats.get(pulses.PING), now=now, zone=zone),
        _unreached(readiness),
        _unsent(readiness),
        _retrying(readiness),
        _given_up(readiness),
        _digests(beats, last(pulses.DIGEST, "Nobody has had anything to put in one.")),
    ]


def _digests(beats: Mapping[str, Pulse], last: str) -> Line:
    name = "Daily digests"
    failed = sum(one.startswith(pulses.DIGEST_FAILED) for one in beats)
    if failed:
        return Line(
            name=name,
            state="overdue",
            tag=f"Not made for {'1 person' if failed == 1 else f'{failed} people'}",
            words=f"All of it is in their inbox. Each is tried again every hour. {last}",
            to_do="An admin tells them to look at their inbox, and reads why in the log.",
        )
    is_used = pulses.DIGEST in beats
    return Line(
        name=name,
        state="success" if is_used else "neutral",
        tag="Works" if is_used else "None yet",
        words=last,
    )


def _sweep(readiness: Readiness, last: str) -> Line:
    name = "Worker and clock"
    if readiness.is_ticking:
        return Line(name=name, state="success", tag="Works", words=f"Looks for what is due. {last}")
    stopped = readiness.stopped
    because = f": {STOPPED[stopped]}" if stopped in (Part.WORKER, Part.BEAT) else ""
    words = silence_words(readiness)
    return Line(
        name=name,
        state="overdue",
        tag="Stopped",
        words=f"{words[:1].upper()}{words[1:]}{because}. {last}",
        to_do=f"Watch due times by hand. {IN_THE_RUNBOOK}",
    )


def _broker(readiness: Readiness) -> Line:
    name = "Message broker"
    if not readiness.broker:
        return Line(
            name=name,
            state="overdue",
            tag="Stopped",
            words="Redis does not answer, so nothing wakes the worker.",
            to_do=f"Watch due times by hand. {IN_THE_RUNBOOK}",
        )
    waiting = readiness.queue_length or 0
    words = f"{counted(waiting, 'ring')} of the clock in it, for a worker to take."
    return Line(
        name=name,
        state="success",
        tag="Works",
        words=words if waiting else "Nothing waits in it.",
    )


def _cron(readiness: Readiness, last: str) -> Line:
    name = "Second path, by cron"
    if readiness.seconds_since_cron is None:
        return Line(name=name, state="neutral", tag="Not used", words=last)
    if readiness.is_by_cron_alone or readiness.is_ticking:
        return Line(name=name, state="success", tag="Set up", words=last)
    return Line(
        name=name,
        state="overdue",
        tag="Stopped",
        words=last,
        to_do="An admin looks at the crontab: “Without Celery” in the runbook.",
    )


def _ping(ping: Pulse | None, *, now: datetime, zone: tzinfo) -> Line:
    name = "Sign of life to the outside"
    if not settings.DEADMAN_URL:
        return Line(
            name=name,
            state="neutral",
            tag="Not used",
            words="Nobody outside is told while all is well, so nobody notices when all stops.",
            to_do="An admin can set DEADMAN_URL.",
        )
    if ping is None:
        return Line(name=name, state="unknown", tag="Not yet", words="None has been sent yet.")
    at = moment(ping.at, zone, now=now)
    if ping.detail:
        return Line(
            name=name,
            state="overdue",
            tag="Fails",
            words=f"{ping.detail} Last tried {at}.",
            to_do="An admin looks at DEADMAN_URL and at the service behind it.",
        )
    is_old = now - ping.at > timedelta(minutes=5)
    return Line(
        name=name,
        state="overdue" if is_old else "success",
        tag="Stopped" if is_old else "Works",
        words=f"Last arrived {at}.",
        to_do=IN_THE_RUNBOOK if is_old else "",
    )


def _unreached(readiness: Readiness) -> Line:
    name = "Reached nobody"
    if not readiness.unreached:
        return Line(
            name=name, state="success", tag="None", words="Every reminder was given to somebody."
        )
    return Line(
        name=name,
        state="overdue",
        tag=counted(readiness.unreached, "reminder"),
        words="Nobody who could act has it. It is tried again each minute.",
        to_do=(
            "Look at the overdue duties now and call whoever should act. An admin makes sure that "
            "somebody is on call, and opens what is in their own inbox."
        ),
    )


def _unsent(readiness: Readiness) -> Line:
    name = "Oldest unsent"
    waited = readiness.oldest_unsent_seconds
    if waited is None:
        return Line(name=name, state="success", tag="None", words="Nothing that is due waits.")
    words = f"Waits for {duration(timedelta(seconds=waited))}."
    if waited < 60:
        words = "Waits for less than a minute."
    if readiness.is_sending:
        return Line(name=name, state="success", tag="On its way", words=words)
    return Line(
        name=name,
        state="overdue",
        tag="Late",
        words=words,
        to_do=f"Watch due times by hand. {IN_THE_RUNBOOK}",
    )


def _retrying(readiness: Readiness) -> Line:
    name = "Mail to be tried again"
    if not readiness.retrying:
        return Line(name=name, state="success", tag="None", words="No message has failed.")
    return Line(
        name=name,
        state="due_soon",
        tag=counted(readiness.retrying, "message"),
        words=f"Each is in the inbox too, and is tried up to {ATTEMPTS} times, less and less often.",
        to_do="If there are many, the mail server is down: an admin looks at EMAIL_URL.",
    )


def _given_up(readiness: Readiness) -> Line:
    name = "Mail given up in the last day"
    if not readiness.given_up_last_day:
        return Line(name=name, state="success", tag="None", words="Every message arrived so far.")
    return Line(
        name=name,
        state="due_soon",
        tag=counted(readiness.given_up_last_day, "message"),
        words="Each is in the inbox too, and somebody above was told.",
        to_do="Tell the people below yourself. An admin corrects their address.",
    )


def mail_rows(messages: Iterable[Message], *, now: datetime, zone: tzinfo) -> Iterator[MailRow]:
    """Messages that were given up, or wait for their next attempt."""
    for message in messages:
        yield MailRow(
            to=message.recipient.name if message.recipient else "The agency’s on-call address",
            at=moment(message.failed_at or message.next_attempt_at, zone, now=now),
            attempts=counted(message.attempts, "attempt"),
            said=server_words(message.last_error),
        )


def refused_rows(
    people: Iterable[User], *, with_pages: bool, now: datetime, zone: tzinfo
) -> Iterator[RefusedRow]:
    """People whose address a mail server refuses."""
    for person in people:
        if person.email_refused_at is not None:
            yield RefusedRow(
                name=person.name,
                url=reverse("person", args=[person.public_id]) if with_pages else "",
                unit=person.unit.name if person.unit else "Whole agency",
                since=moment(person.email_refused_at, zone, now=now),
                said=person.email_refused_why,
            )
