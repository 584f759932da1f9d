"""The blocks about where, when, how often and how long; see `pattern_parts`."""

from collections.abc import Sequence
from datetime import date

from casework.access.patterns import LENGTHS, PARTS_OF_A_DAY, STILL_MISSING
from casework.models import Unit
from casework.models.youth import PlacementKind
from casework.policies.clock_words import MONTHS
from casework.policies.periods import month_words
from casework.policies.small_numbers import share_words
from casework.presenters.bars import Amount, bars_of, columns_of
from casework.presenters.pattern_parts import (
    TOO_FEW,
    Block,
    Reading,
    Row,
    Table,
    episodes_words,
    most_words,
    parts_block,
)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PARTS = ("Midnight to 6 a.m.", "6 a.m. to noon", "Noon to 6 p.m.", "6 p.m. to midnight")
BANDS = ("Under 24 hours", "1 to 3 days", "3 to 7 days", "7 to 30 days", "30 days or more")
OFTEN = 3  # and more: as often as this within a period calls for another plan


def unit_block(reading: Reading, parts: Sequence[tuple[str, Sequence[Unit], str]]) -> Block:
    """By unit: each part is a name, the units that are counted for it, and its address."""
    numbers = [sum(reading.counts.by_unit[unit.pk] for unit in units) for _, units, _ in parts]
    return parts_block(
        reading,
        key="units",
        title="Unit by unit",
        question="Where fewer youth left: what is done differently there?",
        definition=(
            "Episodes by the unit that held them, each with the units below it. A unit with more "
            "youth has more episodes: how many youth each cares for is not counted here."
        ),
        labels=[name for name, _, _ in parts],
        numbers=numbers,
        sentence=lambda amounts: most_words(amounts, reading.total),
        head="Unit",
        urls=[url for _, _, url in parts],
    )


def month_block(reading: Reading) -> Block:
    """Month by month, over a long line where nothing is hidden."""
    period = reading.span.along
    months = period.months
    numbers = [reading.counts.by_month[month] for month in months]
    cells = reading.shown(numbers)
    title, question = "Month by month", "What changed here in the months that stand out?"
    definition = (
        "Episodes by the month in which the agency was told, on the calendar of the time zone "
        "named above. A month that is not over is shown so far."
    )
    if cells is None:
        return Block(
            key="months", title=title, sentence=TOO_FEW, question=question, definition=definition
        )
    amounts = [
        Amount(label=month_words(month), number=cell.number, words=reading.words(cell))
        for month, cell in zip(months, cells, strict=True)
    ]
    sentence = _month_sentence(amounts, sum(numbers))
    short = [
        Amount(label=one.label, number=one.number, words=one.words if one.number else "")
        for one in amounts
    ]
    return Block(
        key="months",
        title=title,
        sentence=sentence,
        question=question,
        definition=definition,
        columns=columns_of("months", title, sentence, short, _ticks(months)),
        table=Table(
            heads=("Month", "Episodes"),
            rows=[Row(label=one.label, cells=[one.words]) for one in reversed(amounts)],
        ),
    )


def _month_sentence(amounts: Sequence[Amount], total: int) -> str:
    """The last month may not be over, so it is not called the lowest."""
    begun = f"{episodes_words(total)} started in {len(amounts)} months"
    known = [one for one in amounts if one.number is not None]
    if not known or len(known) < len(amounts):
        return f"{begun}. Months with few are hidden."
    highest = max(known, key=lambda one: one.number or 0)
    lowest = min(known[:-1] or known, key=lambda one: one.number or 0)
    return f"{begun}: most in {highest.label} ({highest.words}), fewest in {lowest.label} ({lowest.words})."


def _ticks(months: Sequence[date]) -> list[tuple[str, str]]:
    """The month's letter, and the year under its first month."""
    return [
        (MONTHS[month.month - 1][0], str(month.year) if at == 0 or month.month == 1 else "")
        for at, month in enumerate(months)
    ]


def kind_block(reading: Reading) -> Block:
    """By kind of placement at the time."""
    by_kind = reading.counts.by_kind
    return parts_block(
        reading,
        key="kinds",
        title="Kinds of placement",
        question="What do youth in this kind of placement ask for and not get?",
        definition=(
            "The placement on file when the agency was told, wherever the youth was seen last. How "
            "many youth live in each kind is not counted here, so a common kind leads."
        ),
        labels=[*(kind.label for kind in PlacementKind), "No placement on file"],
        numbers=[*(by_kind[kind.value] for kind in PlacementKind), by_kind[""]],
        sentence=lambda amounts: most_words(amounts, reading.total),
        head="Kind",
    )


def place_block(reading: Reading) -> Block:
    """The places that were left most often, by name: for people who see these youth anyway."""
    title = "Places youth left most often"
    question = "What would the youth who left this place ask us to change?"
    definition = (
        "Placements by name and kind, as they are on file; two spellings are two places. Up to ten, "
        "and only those that were left twice or more. More youth may live there than elsewhere: the number is no verdict on the place."
    )
    places = [place for place in reading.counts.places if place.episodes > 1]
    if not places:
        words = "No place was left more than once."
        return Block(
            key="places", title=title, sentence=words, question=question, definition=definition
        )
    first = places[0]
    return Block(
        key="places",
        title=title,
        sentence=(
            f"Youth left {reading.counts.places_in_all:,} different places. Most often: "
            f"{first.name}, {share_words(first.episodes, reading.total)}."
        ),
        question=question,
        definition=definition,
        chart=bars_of(
            "places",
            title,
            [
                Amount(label=place.name, number=place.episodes, words=f"{place.episodes:,}")
                for place in places
            ],
        ),
        table=Table(
            heads=("Place", "Episodes", "Youth"),
            rows=[
                Row(
                    label=f"{place.name} ({place.kind.label.lower()})",
                    cells=[share_words(place.episodes, reading.total), f"{place.youth:,}"],
                )
                for place in places
            ],
        ),
    )


def repeat_block(reading: Reading) -> Block:
    """Youth by how often they were missing within the period."""
    times = reading.counts.youth_by_times
    once, twice, all_youth = times[1], times[2], times.total()
    often = all_youth - once - twice
    missed = [once, 2 * twice, reading.total - once - 2 * twice]
    title, question = "More than once", "After the first time, what did we change for the youth?"
    definition = (
        "Youth by the number of their episodes within the period and these units; episodes "
        "elsewhere or before are not counted. The episodes of all lines add up to all episodes."
    )
    cells = reading.shown([once, twice, often])
    # Youth and episodes lead to each other, so here it is all or nothing.
    if cells is None or any(cell.number is None for cell in cells):
        return Block(
            key="repeat", title=title, sentence=TOO_FEW, question=question, definition=definition
        )
    labels = ("Once", "Twice", f"{OFTEN} times or more")
    return Block(
        key="repeat",
        title=title,
        sentence=(
            f"{share_words(twice + often, all_youth)} youth were missing more than once. They make "
            f"up {share_words(missed[1] + missed[2], reading.total)} episodes."
        ),
        question=question,
        definition=definition,
        chart=bars_of(
            "repeat",
            "Youth by how often they were missing",
            [
                Amount(label=label, number=number, words=f"{number:,}")
                for label, number in zip(labels, (once, twice, often), strict=True)
            ],
        ),
        table=Table(
            heads=("Missing", "Youth", "Their episodes"),
            rows=[
                Row(
                    label=label,
                    cells=[share_words(number, all_youth), share_words(episodes, reading.total)],
                )
                for label, number, episodes in zip(
                    labels, (once, twice, often), missed, strict=True
                )
            ],
        ),
    )


def part_of_day_block(reading: Reading) -> Block:
    """By the local part of the day at which the agency was told."""
    by_part = reading.counts.by_part_of_day
    numbers = [*(by_part[at] for at in range(len(PARTS_OF_A_DAY) + 1)), by_part[None]]
    labels = [*PARTS, "Hour not known"]
    if not by_part[None]:
        labels, numbers = labels[:-1], numbers[:-1]
    return parts_block(
        reading,
        key="hours",
        title="Time of day",
        question="Who is awake and within reach of a youth at that hour?",
        definition=(
            "When the agency was told, in the local time of the place; when the youth left is often "
            "not known to the hour."
        ),
        labels=labels,
        numbers=numbers,
        sentence=lambda amounts: most_words(amounts, reading.total, lead="Told most often"),
        head="Told",
    )


def weekday_block(reading: Reading) -> Block:
    """By the local day of the week on which the agency was told."""
    by_day = reading.counts.by_weekday
    return parts_block(
        reading,
        key="weekdays",
        title="Day of the week",
        question="What is different on that day: visits, school, who works?",
        definition="The day on which the agency was told, in the local time of the place.",
        labels=WEEKDAYS,
        numbers=[by_day[day] for day in range(1, len(WEEKDAYS) + 1)],
        sentence=lambda amounts: most_words(amounts, reading.total, lead="Told most often"),
        head="Told",
    )


def length_block(reading: Reading) -> Block:
    """By how long the youth was missing."""
    by_length = reading.counts.by_length
    return parts_block(
        reading,
        key="lengths",
        title="How long youth were missing",
        question="What brought some youth back soon, and what kept others away?",
        definition=(
            "Elapsed time from when the youth was last seen, or, where that is not known to the "
            "hour, from when the agency was told, to the end of the episode. A length of exactly 3 "
            "days counts in the longer line."
        ),
        labels=[*BANDS, "Still missing"],
        numbers=[*(by_length[at] for at in range(len(LENGTHS) + 1)), by_length[STILL_MISSING]],
        sentence=lambda amounts: most_words(amounts, reading.total),
        head="Missing for",
    )
