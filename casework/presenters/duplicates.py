"""Possible duplicates in words: the list, two records side by side, what a merge would do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.urls import reverse

from casework.access.scoping import episodes_visible_to
from casework.models import Episode, Merge, PossibleDuplicate, Sex, User, Youth
from casework.operations.duplicates import comparison_of
from casework.operations.merging import (
    Choice,
    Choices,
    Undoing,
    both,
    differing,
    is_known,
    overlapping_placements,
)
from casework.policies.birth_dates import birth_date_words
from casework.policies.likeness import Likeness
from casework.policies.measures import height_words, weight_words
from casework.policies.time_phrases import moment
from casework.presenters.episodes import name_and_age
from casework.presenters.flags import MarkTag, ended, marks_of

LABELS = {
    "name": "Name",
    "nickname": "Nickname",
    "born_on": "Date of birth",
    "sex": "Sex",
    "races": "Race",
    "is_hispanic": "Ethnicity",
    "case_number": "Case number",
    "care": "Unit and caseworker",
    "height_cm": "Height",
    "weight_grams": "Weight",
    "eye_color": "Eyes",
    "hair_color": "Hair",
    "marks": "Marks",
    "medical_needs": "Medical needs",
}
NOT_KNOWN = "Not known yet"


@dataclass(frozen=True, kw_only=True)
class PairRow:
    """One pair in the list."""

    first: str
    second: str
    reasons: str
    found: str
    url: str
    note: str = ""
    undo_url: str = ""


@dataclass(frozen=True, kw_only=True)
class ComparedRow:
    """One fact of both records, and in words how they compare."""

    label: str
    first: str
    second: str
    verdict: str
    differs: bool
    is_known: bool


@dataclass(frozen=True, kw_only=True)
class EpisodeLine:
    """One episode of a record."""

    reference: str
    url: str
    words: str
    marks: list[MarkTag]


@dataclass(frozen=True, kw_only=True)
class RecordColumn:
    """All that hangs on one of the two records."""

    heading: str
    on_file: str
    is_merged: bool
    episodes: list[EpisodeLine]
    episodes_elsewhere: int
    placements: list[str]
    contacts: list[str]


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """Both records on one page."""

    reasons: list[str]
    is_likely: bool
    rows: list[ComparedRow]
    unknown: list[str]
    records: list[RecordColumn]


def fact_words(youth: Youth, fact: str) -> str:
    """What a record says of a fact; empty where it says nothing."""
    if not is_known(youth, fact):
        return ""
    if fact == "name":
        return f"{youth.given_name} {youth.family_name}".strip()
    if fact == "born_on":
        return birth_date_words(youth.born_on)
    if fact == "care":
        worker = youth.caseworker.name if youth.caseworker else "no caseworker"
        return f"{youth.unit.name}, {worker}"
    if fact == "height_cm":
        return height_words(youth.height_cm)
    if fact == "weight_grams":
        return weight_words(youth.weight_grams)
    if fact in ("races", "is_hispanic"):
        return youth.race if fact == "races" else youth.ethnicity
    return Sex(youth.sex).label if fact == "sex" else str(getattr(youth, fact))


def words_of_facts(pair: PossibleDuplicate) -> dict[str, tuple[str, str, str]]:
    """For each fact its name, and what the first and the second record say."""
    return {
        fact: (label, fact_words(pair.youth_a, fact), fact_words(pair.youth_b, fact))
        for fact, label in LABELS.items()
    }


def headings_of(pair: PossibleDuplicate, *, now: datetime) -> dict[str, str]:
    """The two records by their place on the page, as choices."""
    return {
        "first": f"{_called(pair.youth_a, now)}\nFirst record, {_on_file(pair.youth_a, now)}",
        "second": f"{_called(pair.youth_b, now)}\nSecond record, {_on_file(pair.youth_b, now)}",
    }


def side_by_side(pair: PossibleDuplicate, *, reader: User, now: datetime) -> SideBySide:
    """Both records, the facts that differ first, as far as the reader may see what hangs on them."""
    comparison = comparison_of(pair.youth_a, pair.youth_b)
    rows = [_row(*words) for words in words_of_facts(pair).values()]
    rows.append(
        _row("Other names", *(", ".join(youth.aliases) for youth in (pair.youth_a, pair.youth_b)))
    )
    columns = [("First record", pair.youth_a), ("Second record", pair.youth_b)]
    return SideBySide(
        reasons=[ended(reason.words) for reason in comparison.reasons],
        is_likely=comparison.is_likely,
        rows=sorted((row for row in rows if row.is_known), key=lambda row: not row.differs),
        unknown=[row.label.lower() for row in rows if not row.is_known],
        records=[_column(title, youth, reader, now) for title, youth in columns],
    )


def _row(label: str, first: str, second: str) -> ComparedRow:
    if first == second:
        verdict = "Same"
    elif first and second:
        verdict = "Differs"
    else:
        verdict = f"Only in the {'first' if first else 'second'} record"
    return ComparedRow(
        label=label,
        first=first or NOT_KNOWN,
        second=second or NOT_KNOWN,
        verdict=verdict,
        differs=bool(first and second and first != second),
        is_known=bool(first or second),
    )


def _column(title: str, youth: Youth, reader: User, now: datetime) -> RecordColumn:
    episodes = youth.episodes.prefetch_related("flags").order_by("-told_at", "-pk")
    seen = list(episodes.filter(pk__in=episodes_visible_to(reader).values("pk")))
    zone = youth.unit.zone
    placements = youth.placements.order_by("-started_at", "-pk")
    return RecordColumn(
        heading=f"{title}: {_called(youth, now)}",
        on_file=_on_file(youth, now),
        is_merged=youth.merged_into_id is not None,
        episodes=[_episode_line(episode, now) for episode in seen],
        episodes_elsewhere=episodes.count() - len(seen),
        placements=[
            f"{placement.name}, {placement.get_kind_display().lower()}, "
            f"{_from_to(placement.started_at, placement.ended_at, zone, now)}"
            for placement in placements
        ],
        contacts=[
            f"{contact.label or contact.get_kind_display()}: {contact.value}"
            for contact in youth.contacts.in_use()
        ],
    )


def _episode_line(episode: Episode, now: datetime) -> EpisodeLine:
    told = moment(episode.told_at, episode.zone, now=now)
    how = "open" if episode.is_open else episode.get_end_reason_display().lower()
    return EpisodeLine(
        reference=episode.reference,
        url=episode.get_absolute_url(),
        words=f"told {told}, {how}",
        marks=marks_of(episode.flags.all()),
    )


def _from_to(start: datetime, end: datetime | None, zone: tzinfo, now: datetime) -> str:
    """Days are enough: "from Tue Mar 3 to Thu Mar 5"."""
    first, last = (
        moment(at, zone, now=now).rsplit(", ", 1)[0] if at else "" for at in (start, end)
    )
    return f"from {first} to {last}" if last else f"since {first}"


def _called(youth: Youth, now: datetime) -> str:
    return name_and_age(youth, youth.unit.zone, now=now)


def _on_file(youth: Youth, now: datetime) -> str:
    since = moment(youth.recorded_at, youth.unit.zone, now=now).rsplit(", ", 1)[0]
    return f"on file since {since}, {youth.unit.name}"


def reason_words(codes: Iterable[str]) -> str:
    """Stored reasons in words; one that a newer version no longer knows is left out."""
    known = [Likeness(code).words for code in codes if code in list(Likeness)]
    return ". ".join(known)


def pair_rows(pairs: Iterable[PossibleDuplicate], *, now: datetime) -> list[PairRow]:
    """Pairs for the list, with what somebody decided about them."""
    return [
        PairRow(
            first=_called(pair.youth_a, now),
            second=_called(pair.youth_b, now),
            reasons=reason_words(pair.reasons) or "Put side by side by a person",
            found=moment(pair.found_at, pair.youth_a.unit.zone, now=now),
            url=pair.get_absolute_url(),
            note=not_same_words(pair, now=now),
        )
        for pair in pairs
    ]


def merge_rows(entries: Iterable[Merge], *, now: datetime) -> list[PairRow]:
    """Merges that stand, for the list."""
    return [
        PairRow(
            first=_called(entry.kept, now),
            second="",
            reasons="",
            found="",
            url="",
            note=merge_words(entry, now=now),
            undo_url=reverse("undo_merge", args=[entry.public_id]),
        )
        for entry in entries
    ]


def record_choices(records: Iterable[Youth], *, now: datetime) -> list[tuple[str, str]]:
    """Records as choices: who it is, and where and since when on file."""
    return [
        (str(youth.public_id), f"{_called(youth, now)}\nOn{_on_file(youth, now)[2:]}")
        for youth in records
    ]


def not_same_words(pair: PossibleDuplicate, *, now: datetime) -> str:
    """Who said that these are two youth, when and why; empty when nobody did."""
    if pair.not_same_at is None or pair.not_same_by is None:
        return ""
    when = moment(pair.not_same_at, pair.youth_a.unit.zone, now=now)
    return f"Not the same, says {pair.not_same_by.name}, {when}: {ended(pair.not_same_why)}"


def merge_words(entry: Merge, *, now: datetime) -> str:
    """Who merged, when, and undid it."""
    zone = entry.kept.unit.zone
    said = f"Merged by {entry.merged_by.name}, {moment(entry.merged_at, zone, now=now)}."
    if entry.undone_at is not None and entry.undone_by is not None:
        said += f" Undone by {entry.undone_by.name}, {moment(entry.undone_at, zone, now=now)}."
    return said


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a merge would do, to be confirmed."""

    kept: str
    values: list[tuple[str, str]]
    moves: list[str]
    stays_behind: list[str]
    also_called: str


def summary_of(kept: Youth, other: Youth, choices: Choices, *, now: datetime) -> Summary:
    """What the kept record will say where the two differ, what moves to it and what does not."""
    values = [
        (LABELS[fact], _value_after(kept, other, fact, choices.facts[fact]) or NOT_KNOWN)
        for fact in differing(kept, other)
    ]
    overlaps = overlapping_placements(kept, other)
    gone = {
        (theirs if choices.placements is not Choice.OTHER else ours) for ours, theirs in overlaps
    }
    counts = (
        (other.episodes.count(), "episode"),
        (other.placements.exclude(pk__in=[one.pk for one in gone]).count(), "placement"),
        (other.contacts.count(), "phone number or account"),
    )
    name = choices.facts.get("name")
    not_kept = other if name is not Choice.OTHER else kept
    return Summary(
        kept=_called(kept, now),
        values=values,
        moves=[_counted(number, word) for number, word in counts if number],
        stays_behind=sorted(one.name for one in gone),
        also_called=fact_words(not_kept, "name") if name is not None else "",
    )


def _value_after(kept: Youth, other: Youth, fact: str, chosen: Choice) -> str:
    if chosen is Choice.BOTH:
        return both(kept, other, fact)
    return fact_words(other if chosen is Choice.OTHER else kept, fact)


def _counted(number: int, word: str) -> str:
    if number == 1:
        return f"1 {word}"
    plural = word.replace("number or account", "numbers or accounts")
    return f"{number} {plural if plural != word else word + 's'}"


def what_stays(undoing: Undoing) -> list[str]:
    """What an undone merge leaves with the kept record, in sentences."""
    said = [
        f"Episode {episode.reference} was logged after the merge. It stays with the record that was kept."
        for episode in undoing.new_episodes
    ]
    facts = [LABELS[fact].lower() for fact in undoing.edited_facts]
    if facts:
        said.append(f"Changed since, and left as it is now: {', '.join(facts)}.")
    return said
