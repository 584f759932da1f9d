"""The "reminders are running" light, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from casework.health import Readiness
from casework.policies.time_phrases import clock, duration, zone_words


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
        return Light(True, "Reminders are running", f"{_failures(readiness)}checked {at}")
    if not readiness.is_ticking:
        since = readiness.seconds_since_tick
        wrong = (
            "the clock has never ticked"
            if since is None
            else f"no tick for {duration(timedelta(seconds=since))}"
        )
    elif readiness.broker is False:
        wrong = "the message broker does not answer"
    else:
        waited = duration(timedelta(seconds=readiness.oldest_unsent_seconds or 0))
        wrong = f"the oldest unsent message waits for {waited}"
    return Light(
        False,
        "Reminders are not running",
        f"{wrong}. Watch due times by hand and tell your admin. Checked {at}",
    )


def _failures(readiness: Readiness) -> str:
    """The mail that does not get through, as sentences; "" when all of it does."""
    words = ""
    if retrying := readiness.retrying:
        words += f"{_messages(retrying)} failed to go out by email and will be tried again. "
    if given_up := readiness.given_up_last_day:
        words += (
            f"{_messages(given_up)} could not be delivered in the last day; "
            "the supervisors were told. "
        )
    return words


def _messages(number: int) -> str:
    return f"{number} message" if number == 1 else f"{number} messages"
