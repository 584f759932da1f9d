"""The timeline of an episode: what happened, newest first; corrections beside what they correct."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.models import (
    Assignment,
    Duty,
    DutyEvidence,
    Episode,
    Flag,
    FlagStep,
    FlagStepKind,
    Known,
    Note,
)
from casework.models.duty import Outcome
from casework.policies.time_phrases import clock, moment, moment_as_known
from casework.policies.time_words import Precision

LATE_NOTE = timedelta(minutes=15)  # recorded later than this after it happened: print both times


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


def timeline_of(
    episode: Episode,
    *,
    duties: Iterable[Duty],
    notes: Iterable[Note],
    flags: Iterable[Flag],
    assignments: Iterable[Assignment],
    now: datetime,
) -> list[Entry]:
    """What happened, newest first; corrections stand beside what they correct."""
    entries = [_told(episode, now), *_located(episode, now), *_returned(episode, now)]
    entries += [
        evidence_entry(duty, entry, now=now) for duty in duties for entry in duty.evidence.all()
    ]
    entries += [_of_note(episode, note, now) for note in notes]
    entries += [_of_assignment(episode, assignment, now) for assignment in assignments]
    entries += [_of_flag(episode, flag, step, now) for flag in flags for step in flag.steps.all()]
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


def _located(episode: Episode, now: datetime) -> list[Entry]:
    if episode.located_at is None or episode.located_by is None:
        return []
    entry = _entry(
        episode,
        title="Located: contact is safe",
        at=episode.located_at,
        precision=episode.located_precision,
        by=episode.located_by.name,
        recorded_at=episode.located_recorded_at,
        detail=_medical(episode) if episode.returned_at is None else "",
        now=now,
    )
    return [entry]


def _returned(episode: Episode, now: datetime) -> list[Entry]:
    if episode.returned_at is None or episode.returned_by is None:
        return []
    entry = _entry(
        episode,
        title=f"{episode.get_returned_to_display()}: return duties started",
        at=episode.returned_at,
        precision=episode.returned_precision,
        by=episode.returned_by.name,
        recorded_at=episode.returned_recorded_at,
        detail=_medical(episode),
        now=now,
    )
    return [entry]


def _medical(episode: Episode) -> str:
    if episode.medical_care_needed == Known.NOT_KNOWN:
        return "Medical care needed now: not known yet."
    return f"Medical care needed now: {episode.get_medical_care_needed_display().lower()}."


def evidence_entry(duty: Duty, entry: DutyEvidence, *, now: datetime) -> Entry:
    """One entry of evidence, with everything that was said in it."""
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
            ("Listed by NCMEC as", entry.get_ncmec_type_display()),
            ("Tool", _tool(entry)),
            ("Screened by", entry.screener),
            ("Result", entry.get_screening_result_display()),
            ("How", entry.method),
        )
        if value
    ]
    return _entry(
        duty.episode,
        title=f"{duty.name}: {outcome}",
        at=entry.happened_at,
        precision=entry.happened_precision,
        by=entry.recorded_by.name,
        recorded_at=entry.recorded_at,
        detail="\n".join(part for part in (" · ".join(facts), entry.note) if part),
        url=duty.get_absolute_url() if duty.withdrawn_at is None else "",
        is_correction=entry.is_correction,
        now=now,
    )


def _tool(entry: DutyEvidence) -> str:
    version = f"version {entry.screening_version}" if entry.screening_version else ""
    return ", ".join(words for words in (entry.screening_tool, version) if words)


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


def _of_assignment(episode: Episode, given: Assignment, now: datetime) -> Entry:
    before = given.from_person.name if given.from_person else "nobody"
    to = given.to_person.name if given.to_person else "nobody yet"
    undone = ""
    if given.undone_at and given.undone_by:
        undone = f"Undone by {given.undone_by.name}, {clock(given.undone_at, episode.zone)}."
    return _entry(
        episode,
        title=f"Held by {to}, before by {before}",
        at=given.at,
        by=given.by.name,
        detail="\n".join(part for part in (given.note, undone) if part),
        now=now,
    )


FLAG_STEPS = {
    FlagStepKind.RAISED: "Flag raised",
    FlagStepKind.BACK: "Flag back",
    FlagStepKind.CEASED: "Flag no longer found",
    FlagStepKind.CONFIRMED: "Flag confirmed",
    FlagStepKind.SET_ASIDE: "Flag set aside",
    FlagStepKind.LOOKED_AGAIN: "Flag looked at again, still set aside",
    FlagStepKind.AGREED: "Second person agreed to set the flag aside",
}


def _of_flag(episode: Episode, flag: Flag, step: FlagStep, now: datetime) -> Entry:
    kind = FlagStepKind(step.kind)
    words = step.words
    if kind is FlagStepKind.RAISED and step.by is None:
        words = f"Because {words}. Rule {flag.code}: {flag.says}"
    return _entry(
        episode,
        title=f"{FLAG_STEPS[kind]}: {flag.get_mark_display()}",
        at=step.at,
        by=step.by.name if step.by else "the rules",
        detail=words,
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
    when = moment_as_known(at, Precision(precision), zone, now=now)
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
