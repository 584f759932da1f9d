"""How an episode is shown: who it is about, its clocks, its timeline, and its row in a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.urls import reverse

from casework.models import Duty, DutyEvidence, Episode, EpisodeStatus, Known, LeftFrom, Note, Youth
from casework.models.duty import Outcome
from casework.policies.rules import Phase
from casework.policies.time_phrases import clock, duration, moment
from casework.policies.time_words import Precision
from casework.presenters.due import Clock, Due, DutyRow, clock_of, due_of, row_of

CLOCKS_SHOWN = 3
LATE_NOTE = timedelta(minutes=15)  # recorded later than this after it happened: print both times


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The head of the episode page."""

    name_and_age: str
    status: str
    reference: str
    duration: str
    duration_label: str
    since: datetime | None
    last_seen: str
    place: str
    notice: str
    is_endangered: bool = False
    photo_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened."""

    title: str
    at: datetime | None
    when: str
    by: str = ""
    recorded: str = ""
    detail: str = ""
    url: str = ""
    is_correction: bool = False
    sort_at: datetime


@dataclass(frozen=True, kw_only=True)
class CaseloadRow:
    """One episode in a list."""

    name_and_age: str
    url: str
    reference: str
    status: str
    missing_for: str
    place: str
    worker: str
    next_title: str
    next_due: Due | None
    open_count: int


@dataclass(frozen=True, kw_only=True)
class EpisodePage:
    """Everything the episode page prints."""

    identity: Identity
    clocks: list[Clock]
    more_count: int
    open_duties: list[DutyRow]
    closed_duties: list[DutyRow]
    timeline: list[Entry]


def age_on(youth: Youth, today: date) -> int | None:
    """The youth's age in years on this local day; None when the date of birth is not known."""
    if youth.born_on is None:
        return None
    had_birthday = (today.month, today.day) >= (youth.born_on.month, youth.born_on.day)
    return today.year - youth.born_on.year - (not had_birthday)


def display_name(youth: Youth) -> str:
    """The name on screen: "Jordan Avery", with a nickname in quotes."""
    name = " ".join(part for part in (youth.given_name, youth.family_name) if part)
    if not name:
        return youth.nickname
    return f"{name} “{youth.nickname}”" if youth.nickname else name


def name_and_age(youth: Youth, zone: tzinfo, *, now: datetime) -> str:
    """The name with the age in this zone, where it is known: "Jordan Avery, 15"."""
    age = age_on(youth, now.astimezone(zone).date())
    return display_name(youth) if age is None else f"{display_name(youth)}, {age}"


def last_seen_words(episode: Episode, now: datetime) -> str:
    """When the youth was last seen, as exactly as it is known."""
    if episode.last_seen_at is None:
        return "time not known yet"
    words = moment(episode.last_seen_at, episode.zone, now=now)
    if episode.last_seen_precision == Precision.DATE_ONLY:
        return words.rsplit(", ", 1)[0]
    return f"about {words}" if episode.last_seen_precision == Precision.ABOUT else words


def place_words(episode: Episode) -> str:
    """Where the youth was last."""
    if episode.left_from == LeftFrom.PLACEMENT:
        return episode.placement.name if episode.placement else "placement"
    if episode.left_from == LeftFrom.NOT_KNOWN:
        placement = f" (placed at {episode.placement.name})" if episode.placement else ""
        return f"place not known yet{placement}"
    return "school" if episode.left_from == LeftFrom.SCHOOL else "somewhere else"


def missing_for(episode: Episode, now: datetime) -> tuple[str, datetime]:
    """A label and the moment it counts from; from last seen when that is known to the hour."""
    if episode.last_seen_at and episode.last_seen_precision != Precision.DATE_ONLY:
        return "Missing for", episode.last_seen_at
    return "Told", episode.told_at


def identity_of(episode: Episode, *, now: datetime, has_open_duties: bool) -> Identity:
    """The head of the episode page at `now`."""
    status = episode.status(has_open_duties=has_open_duties)
    label, since = missing_for(episode, now)
    until = episode.ended_at or now
    length = duration(until - since)
    if episode.ended_at is not None:
        label = "Was missing for" if label == "Missing for" else "Back after being told for"
    elif label == "Told":
        label, length = "Told", f"{length} ago" if length != "now" else "just now"
    return Identity(
        name_and_age=name_and_age(episode.youth, episode.zone, now=now),
        status=status.value,
        reference=episode.reference,
        duration=length,
        duration_label=label,
        since=since if episode.is_open and label == "Missing for" else None,
        last_seen=last_seen_words(episode, now),
        place=place_words(episode),
        notice=_notice(episode, now),
    )


def _notice(episode: Episode, now: datetime) -> str:
    late = episode.recorded_at - episode.told_at
    parts = []
    if late > LATE_NOTE:
        parts.append(f"Logged {duration(late)} after you were told.")
    if episode.returned_at is not None:
        back = moment(episode.returned_at, episode.zone, now=now)
        parts.append(f"{episode.get_returned_to_display()}, {back}.")
    elif episode.ended_at is not None:
        end = moment(episode.ended_at, episode.zone, now=now)
        parts.append(f"Closed, {episode.get_end_reason_display().lower()}, {end}.")
    elif episode.located_at is not None:
        parts.append(f"Located {moment(episode.located_at, episode.zone, now=now)}.")
    return " ".join(parts)


def urgency(duty: Duty) -> tuple[bool, bool, float, int, int]:
    """The order of open duties: due soonest, then those without a set time, in calling order.

    What was left open when the youth returned comes after the return duties.
    """
    left_open = duty.phase == Phase.MISSING and not duty.episode.is_open
    due = duty.due_at.timestamp() if duty.due_at else 0.0
    return (left_open, duty.due_at is None, due, duty.order, duty.pk)


def page_of(
    episode: Episode, *, duties: list[Duty], notes: Iterable[Note], now: datetime
) -> EpisodePage:
    """The whole episode page; each duty comes with its evidence prefetched."""
    for duty in duties:
        duty.episode = episode
    open_duties = sorted((duty for duty in duties if duty.is_open), key=urgency)
    closed = [duty for duty in duties if not duty.is_open]
    running = [duty for duty in open_duties if duty.due_at and duty.clock_at(now) == now]
    return EpisodePage(
        identity=identity_of(episode, now=now, has_open_duties=bool(open_duties)),
        clocks=[clock_of(duty, now=now) for duty in running[:CLOCKS_SHOWN]],
        more_count=max(0, len(open_duties) - min(len(running), CLOCKS_SHOWN)),
        open_duties=[row_of(duty, now=now) for duty in open_duties],
        closed_duties=[row_of(duty, now=now) for duty in closed],
        timeline=timeline_of(episode, duties=duties, notes=notes, now=now),
    )


def timeline_of(
    episode: Episode, *, duties: Iterable[Duty], notes: Iterable[Note], now: datetime
) -> list[Entry]:
    """What happened, newest first; corrections stand beside what they correct."""
    entries = [_told(episode, now)]
    if episode.located_at is not None:
        entries.append(
            _entry(
                episode,
                title="Located: contact is safe, not back yet",
                at=episode.located_at,
                by=episode.located_by.name if episode.located_by else "",
                now=now,
            )
        )
    if episode.returned_at is not None:
        entries.append(
            _entry(
                episode,
                title=f"{episode.get_returned_to_display()}: return duties started",
                at=episode.returned_at,
                by=episode.returned_by.name if episode.returned_by else "",
                detail=_medical(episode),
                now=now,
            )
        )
    entries += [
        _of_evidence(episode, duty, entry, now) for duty in duties for entry in duty.evidence.all()
    ]
    entries += [_of_note(episode, note, now) for note in notes]
    return sorted(entries, key=lambda entry: entry.sort_at, reverse=True)


def _told(episode: Episode, now: datetime) -> Entry:
    details = []
    if episode.in_danger == Known.YES:
        details.append("In danger right now, as far as known then.")
    if episode.police_called != Known.NOT_KNOWN:
        called = (
            "Police had been called"
            if episode.police_called == Known.YES
            else "Nobody had called the police"
        )
        details.append(f"{called} by then.")
    return _entry(
        episode,
        title="Agency told: clocks started",
        at=episode.told_at,
        precision=episode.told_precision,
        by=episode.recorded_by.name,
        recorded_at=episode.recorded_at,
        verb="logged",
        detail=" ".join(details),
        now=now,
    )


def _medical(episode: Episode) -> str:
    if episode.medical_care_needed == Known.NOT_KNOWN:
        return "Medical care needed now: not known yet."
    return f"Medical care needed now: {episode.get_medical_care_needed_display().lower()}."


def _of_evidence(episode: Episode, duty: Duty, entry: DutyEvidence, now: datetime) -> Entry:
    outcome = {
        Outcome.DONE: "done",
        Outcome.TRIED: "tried, not done",
        Outcome.NOT_NEEDED: "not needed",
    }[Outcome(entry.outcome)]
    facts = [
        f"{label}: {value}"
        for label, value in (
            ("Spoke to", entry.contact_name),
            ("Agency", entry.agency),
            ("Officer", entry.officer),
            ("Badge", entry.badge),
            ("Reference", entry.reference_number),
            ("NCIC entry", entry.get_ncic_entry_display() if entry.ncic_entry else ""),
            ("How", entry.method),
        )
        if value
    ]
    return _entry(
        episode,
        title=f"{duty.title}: {outcome}",
        at=entry.happened_at,
        precision=entry.happened_precision,
        by=entry.recorded_by.name,
        recorded_at=entry.recorded_at,
        detail="\n".join(part for part in (" · ".join(facts), entry.note) if part),
        url=duty.get_absolute_url() if duty.withdrawn_at is None else "",
        is_correction=entry.is_correction,
        now=now,
    )


def _of_note(episode: Episode, note: Note, now: datetime) -> Entry:
    source = f"Source: {note.source}" if note.source else ""
    return _entry(
        episode,
        title=note.get_kind_display(),
        at=note.happened_at,
        precision=note.happened_precision,
        by=note.recorded_by.name,
        recorded_at=note.recorded_at,
        detail="\n".join(part for part in (note.text, source) if part),
        now=now,
    )


def _entry(
    episode: Episode,
    *,
    title: str,
    at: datetime,
    now: datetime,
    by: str = "",
    precision: str = Precision.EXACT,
    recorded_at: datetime | None = None,
    verb: str = "recorded",
    detail: str = "",
    url: str = "",
    is_correction: bool = False,
) -> Entry:
    zone = episode.zone
    when = moment(at, zone, now=now)
    if precision == Precision.DATE_ONLY:
        when = when.rsplit(", ", 1)[0]
    elif precision == Precision.ABOUT:
        when = f"about {when}"
    recorded = ""
    if recorded_at is not None and recorded_at - at > LATE_NOTE:
        same_day = recorded_at.astimezone(zone).date() == at.astimezone(zone).date()
        words = clock(recorded_at, zone) if same_day else moment(recorded_at, zone, now=now)
        recorded = f"{verb} {words}"
    return Entry(
        title=title,
        at=at,
        when=when,
        by=f"by {by}" if by else "",
        recorded=recorded,
        detail=detail,
        url=url,
        is_correction=is_correction,
        sort_at=at,
    )


def caseload_row(episode: Episode, *, now: datetime) -> CaseloadRow:
    """One row of a list; expects the episode's open duties in `episode.open_duties`."""
    duties: list[Duty] = list(episode.open_duties)  # type: ignore[attr-defined]
    for duty in duties:
        duty.episode = episode
    duties.sort(key=urgency)
    # While the youth is missing every clock runs; after the return only those of the return.
    running = [duty for duty in duties if duty.clock_at(now) == now] or duties
    first = running[0] if running else None
    label, since = missing_for(episode, now)
    length = duration((episode.ended_at or now) - since)
    if label == "Told":
        length = f"told {length} ago" if length != "now" else "told just now"
    return CaseloadRow(
        name_and_age=name_and_age(episode.youth, episode.zone, now=now),
        url=episode.get_absolute_url(),
        reference=episode.reference,
        status=episode.status(has_open_duties=bool(duties)).value,
        missing_for=""
        if episode.status(has_open_duties=True) == EpisodeStatus.RETURNED
        else length,
        place=place_words(episode),
        worker=episode.assigned_to.name if episode.assigned_to else "Nobody yet",
        next_title=first.title if first else "",
        next_due=due_of(first, now=now) if first else None,
        open_count=len(duties),
    )


def next_due_at(episode: Episode, *, now: datetime) -> tuple[int, float, int]:
    """The order of a caseload: the earliest running clock first, so overdue ones lead."""
    times = [
        duty.due_at.timestamp()
        for duty in episode.open_duties  # type: ignore[attr-defined]
        if duty.due_at and (episode.is_open or duty.phase == Phase.RETURN)
    ]
    return (0 if times else 1, min(times, default=0.0), episode.pk)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of the description; an empty value is not known yet."""

    label: str
    value: str


def facts_of(episode: Episode, *, now: datetime) -> list[Fact]:
    """The youth's description as it stood when the episode began."""
    described = episode.description_at_start
    height, weight = described.get("height_cm"), described.get("weight_kg")
    inches = round(height / 2.54) if height else 0
    return [
        Fact(label="Height", value=f"{inches // 12} ft {inches % 12} in" if height else ""),
        Fact(label="Weight", value=f"{round(weight * 2.205)} lb" if weight else ""),
        Fact(label="Eyes", value=described.get("eye_color") or ""),
        Fact(label="Hair", value=described.get("hair_color") or ""),
        Fact(label="Marks", value=described.get("marks") or ""),
        Fact(label="Medical needs", value=described.get("medical_needs") or ""),
        Fact(label="Placement", value=episode.placement.name if episode.placement else ""),
        Fact(label="Placement phone", value=episode.placement.phone if episode.placement else ""),
    ]


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button of the episode page."""

    label: str
    url: str
    is_primary: bool = False
    icon: str = ""


def actions_of(episode: Episode) -> list[Action]:
    """What can be done on the episode page: the return only while the youth is missing."""
    note = Action(
        label="Add a sighting or update",
        url=reverse("note", args=[episode.public_id]),
        is_primary=episode.is_open,
    )
    if not episode.is_open:
        return [note]
    back = Action(
        label="Youth located or returned", url=reverse("record_return", args=[episode.public_id])
    )
    return [note, back]
