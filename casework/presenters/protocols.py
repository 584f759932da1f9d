"""The protocols in words: who goes by each, and how much of it the agency has confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from casework.models import Duty
from casework.operations.confirmations import (
    Confirmed,
    Standing,
    Tally,
    standing,
    tally_of,
    unconfirmed_count,
)
from casework.operations.protocols import Use, is_agencys_own
from casework.policies.clock_words import day_words
from casework.policies.rules import Protocol, Verified

UNITS_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class ProtocolRow:
    """One protocol in the list."""

    name: str
    code: str
    version: str
    url: str
    try_url: str
    origin: str
    use: str
    confirmed: str
    is_confirmed: bool
    unverified: str


def rules_words(jurisdiction: str, day: date) -> str:
    """What stands beside an episode's rules: how many of its protocol's duties are unconfirmed.

    `day` is the local day by whose rules the episode is judged. Asks the database once.
    """
    return tally_words(unconfirmed_count(jurisdiction, day))


def tally_words(tally: Tally) -> str:
    """ "The agency has not confirmed 9 of the 21 duties in these rules yet." """
    if not tally.unconfirmed:
        return f"The agency has confirmed all {tally.duties} duties in these rules."
    if tally.unconfirmed == tally.duties:
        return f"The agency has not confirmed any of the {tally.duties} duties in these rules yet."
    return (
        f"The agency has not confirmed {tally.unconfirmed} of the {tally.duties} duties in these"
        " rules yet."
    )


def duties_words(number: int) -> str:
    """ "1 duty", "21 duties"."""
    return "1 duty" if number == 1 else f"{number} duties"


def duty_words(duty: Duty, *, now: datetime) -> str:
    """Whether the agency has confirmed the rule of an episode's duty, and who did it."""
    here = standing(duty.episode.jurisdiction).get(duty.code, Standing(confirmed=Confirmed.NO))
    today = now.astimezone(duty.episode.zone).date()
    words = standing_words(here, today=today)
    if here.confirmed is Confirmed.NO or here.latest is None:
        return f"{words}."
    own_file = duty.protocol_version.split(",")[0]
    if own_file == f"{duty.episode.jurisdiction} {here.latest.protocol_version}":
        return f"{words}."
    # The duty keeps the words of its day; the confirmation may be of others.
    return f"{words}, for version {here.latest.protocol_version}."


def standing_words(here: Standing, *, today: date) -> str:
    """ "Confirmed on Mar 3 by J. Ortiz", "Changed since it was confirmed on Mar 3 by J. Ortiz"."""
    latest = here.latest
    if here.confirmed is Confirmed.NO or latest is None or latest.confirmed_on is None:
        return "Not confirmed by the agency yet"
    on = f"on {day_and_year(latest.confirmed_on, today)}"
    if here.confirmed is Confirmed.CHANGED_SINCE:
        return f"Changed since it was confirmed {on} by {latest.confirmed_by}"
    return f"Confirmed {on} by {latest.confirmed_by}"


def row_of(
    protocol: Protocol, stands: Mapping[str, Standing], use: Use, *, today: date
) -> ProtocolRow:
    """One protocol in the list, counted by the duties in force on a day."""
    tally = tally_of(protocol, stands, today)
    doubtful = sum(
        any(rule.verified is Verified.UNVERIFIED for rule in rules)
        for rules in protocol.duties_on(today).values()
    )
    return ProtocolRow(
        name=protocol.name,
        code=protocol.code,
        version=protocol.version,
        url=reverse("protocol", args=[protocol.code]),
        try_url=f"{reverse('try_protocol')}?jurisdiction={protocol.code}",
        origin="the agency’s own" if is_agencys_own(protocol.code) else "Porchlight’s",
        use=use_words(use),
        confirmed=f"{tally.duties - tally.unconfirmed} of {tally.duties} confirmed",
        is_confirmed=not tally.unconfirmed,
        unverified=f"{doubtful} not verified" if doubtful else "",
    )


def use_words(use: Use) -> str:
    """ "In use by Unit 4 and Unit 5; 12 open episodes"; empty where nobody goes by it."""
    if not use.units and not use.open_episodes:
        return ""
    episodes = f"{use.open_episodes} open episode{'' if use.open_episodes == 1 else 's'}"
    return f"In use by {units_words(use.units)}; {episodes}" if use.units else f"{episodes}"


def units_words(units: Sequence[str]) -> str:
    """ "Unit 4, Unit 5 and 12 more units"."""
    named = list(units[:UNITS_NAMED])
    if more := len(units) - len(named):
        named.append(f"{more} more unit{'' if more == 1 else 's'}")
    return " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else "".join(named)


def unknown_words(jurisdiction: str, use: Use) -> str:
    """What is wrong where units or episodes go by a jurisdiction of which there is no file."""
    units = [f"{units_words(use.units)} should follow it"] if use.units else []
    episodes = [use_words(Use(open_episodes=use.open_episodes))] if use.open_episodes else []
    return (
        f"There is no protocol “{jurisdiction}”: {', '.join([*units, *episodes])}. "
        "The federal base is used instead. Put its file into a folder of PROTOCOL_DIRS, or give"
        " the unit the code of a protocol below."
    )


def day_and_year(day: date, today: date) -> str:
    """A day, with its year unless it is this year: "Mar 3", "Mar 3, 2025"."""
    return day_words(day) if day.year == today.year else full_day(day)


def full_day(day: date) -> str:
    """A day with its year: "Mar 3, 2025"."""
    return f"{day_words(day)}, {day.year}"
