"""The "reminders are running" light, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from casework.health import Part, Readiness
from casework.policies.time_phrases import clock, duration, zone_words

STOPPED = {
    Part.DATABASE: "the database does not answer",
    Part.BROKER: "the message broker does not answer",
    Part.WORKER: "the worker takes no work",
    Part.BEAT: "the clock that wakes the worker has stopped",
}


@dataclass(frozen=True)
class Light:
    """Whether reminders go out, and what to do when they do not."""

    is_on: bool
    words: str
    detail: str


def light_of(readiness: Readiness, *, now: datetime, zone: tzinfo | None) -> Light:
    """The light at `now`; the first thing that is wrong is named."""
    zone = zone or ZoneInfo("UTC")
    at = f"{clock(now, zone)} {zone_words(now, zone)}"
    if readiness.is_ready:
        return Light(True, "Reminders are running", f"{_remarks(readiness)}checked {at}")
    words, wrong = "Reminders are not running", _wrong(readiness)
    if readiness.is_running and readiness.is_sending and readiness.unreached:
        words = "Reminders do not reach everybody"
        wrong = f"{counted(readiness.unreached, 'reminder')} reached nobody who could act"
    return Light(
        False, words, f"{wrong}. Watch due times by hand and tell your admin. Checked {at}"
    )


def counted(number: int, what: str) -> str:
    """ "1 message", "3 messages"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def silence_words(readiness: Readiness) -> str:
    """How long the clock has not ticked."""
    since = readiness.seconds_since_tick
    if since is None:
        return "the clock has never ticked"
    return f"no tick for {duration(timedelta(seconds=since))}"


def _wrong(readiness: Readiness) -> str:
    """Why reminders do not go out."""
    stopped = readiness.stopped
    if not readiness.is_running and not readiness.is_ticking and readiness.database:
        because = f": {STOPPED[stopped]}" if stopped else ""
        return f"{silence_words(readiness)}{because}"
    if stopped:
        return STOPPED[stopped]
    waited = duration(timedelta(seconds=readiness.oldest_unsent_seconds or 0))
    return f"the oldest unsent message waits for {waited}"


def _remarks(readiness: Readiness) -> str:
    """What is less than well, as sentences; "" when all is."""
    words = ""
    if readiness.is_by_cron_alone:
        stopped = readiness.stopped
        because = STOPPED[stopped] if stopped else "no worker does"
        words += f"Cron alone sends them, once a minute: {because}. "
    if retrying := readiness.retrying:
        words += (
            f"{counted(retrying, 'message')} failed to go out by email and will be tried again. "
        )
    if given_up := readiness.given_up_last_day:
        words += (
            f"{counted(given_up, 'message')} could not be delivered in the last day; "
            "the supervisors were told. "
        )
    return words
