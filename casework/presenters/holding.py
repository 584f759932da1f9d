"""Who is on a duty, in words, and the buttons "I'm on it" and "Not me any more"."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from casework.models import Acknowledgement, Duty, User
from casework.operations.clocks import reminds
from casework.policies.time_phrases import clock, moment, zone_words


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What a page says and offers about who is on a duty; `back` is the address to return to."""

    title: str
    words: str = ""
    acknowledge_url: str = ""
    hand_back_url: str = ""
    back: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.acknowledge_url)


def holding_of(
    duty: Duty, held: Acknowledgement | None, *, reader: User, back: str, now: datetime
) -> Holding:
    """Who is on this duty at `now`; `held` comes with its person. Empty where nothing climbs."""
    if not climbs(duty):
        return Holding(title=duty.name)
    if held is None or not held.holds_at(now):
        url = reverse("acknowledge_duty", args=[duty.public_id])
        return Holding(title=duty.name, acknowledge_url=url, back=back)
    until = soon_words(held.until, duty, now=now)
    if held.by_id != reader.pk:
        return Holding(title=duty.name, words=f"{held.by.name} is on it until {until}.")
    return Holding(
        title=duty.name,
        words=f"You are on it until {until}.",
        hand_back_url=reverse("hand_back_duty", args=[duty.public_id]),
        back=back,
    )


def climbs(duty: Duty) -> bool:
    """Whether the duty's reminders go up to other people until somebody acts."""
    return duty.is_open and duty.due_at is not None and reminds(duty)


def soon_words(at: datetime, duty: Duty, *, now: datetime) -> str:
    """A moment near `now` in the episode's zone: "3:22 a.m. CST"; with its day on another one."""
    zone = duty.episode.zone
    if at.astimezone(zone).date() != now.astimezone(zone).date():
        return moment(at, zone, now=now)
    return f"{clock(at, zone)} {zone_words(at, zone)}"
