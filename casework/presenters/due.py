"""How a duty is shown: its clock in words, what was done about it, and what is still needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.models import Duty, DutyEvidence, Known, ScreeningResult, WorkState
from casework.models.duty import Outcome
from casework.policies.anchors import Anchor
from casework.policies.rules import Basis, EvidenceField, Phase, Verified
from casework.policies.time_phrases import clock, due_words, duration, moment, moment_as_known
from casework.policies.time_state import TimeState, due_soon_lead
from casework.policies.time_words import Precision
from casework.presenters.holding import Holding

A_DAY = timedelta(days=1)
POLICE_REPORT = "report_to_police"
CALLED_ALREADY = (
    "Someone had called the police when this was logged. Get the report number and record it here."
)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A duty's clock at one moment, in words; `at` and `soon_at` let the page keep them true."""

    state: str
    state_words: str
    relative: str
    absolute: str
    at: datetime | None
    soon_at: datetime | None
    counted_from: str
    is_provisional: bool


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A duty in the clock strip."""

    title: str
    url: str
    due: Due


@dataclass(frozen=True, kw_only=True)
class DutyRow:
    """A duty in the list of duties."""

    title: str
    url: str
    is_open: bool
    due: Due | None
    work_words: str
    note: str = ""
    help: str = ""
    phone: str = ""
    owner: str = ""
    basis: str = ""
    rounds: str = ""
    still_needed: str = ""
    holding: Holding | None = None


def due_of(duty: Duty, *, now: datetime) -> Due:
    """The duty's clock as it stands at `now`."""
    state = duty.time_state(now)
    at, zone = duty.due_at, duty.episode.zone
    stands_still = duty.clock_at(now) != now
    if at is None:
        relative = absolute = ""
    else:
        relative = "" if stands_still else due_words(at, now)
        absolute = moment(at, zone, now=now)
    state_words = "At once" if at is None and duty.target_at else state.words
    state_name = state.value
    if stands_still and state is not TimeState.OVERDUE:
        is_back = duty.episode.returned_at is not None
        state_name = "stopped"
        state_words = f"Left open when the {'youth returned' if is_back else 'episode ended'}"
    return Due(
        state=state_name,
        state_words=state_words,
        relative=relative,
        absolute=absolute,
        at=None if stands_still else at,
        soon_at=None
        if at is None or stands_still
        else at - due_soon_lead(at - duty.counted_from_at),
        counted_from=duty.rule if at is not None else "",
        is_provisional=duty.is_provisional,
    )


def clock_of(duty: Duty, *, now: datetime) -> Clock:
    """The duty as one of the most urgent clocks."""
    return Clock(title=duty.name, url=duty.get_absolute_url(), due=due_of(duty, now=now))


def row_of(
    duty: Duty,
    *,
    now: datetime,
    skipped: Sequence[int] = (),
    holding: Holding | None = None,
) -> DutyRow:
    """The duty as a row; expects its evidence, newest first, to be prefetched.

    `skipped` are earlier rounds of it that went by without a word; `holding` says who is on it.
    """
    entries = list(duty.evidence.all())
    latest = entries[0] if entries else None
    is_tried = duty.work_state == WorkState.TRIED
    is_timed = duty.is_open and duty.due_at is not None and duty.clock_at(now) == now
    return DutyRow(
        title=duty.name,
        url=duty.get_absolute_url(),
        is_open=duty.is_open,
        due=due_of(duty, now=now) if duty.is_open else None,
        work_words=work_words(duty, latest, now=now),
        note=_note(duty, latest, is_tried=is_tried),
        # What has a clock says how; the rest says so on its own page, or the list grows too long.
        help=first_paragraph(duty.help) if is_timed and not is_tried else "",
        phone=duty.phone if duty.is_open else "",
        basis=basis_words(duty) if duty.due_at or duty.basis != Basis.PRACTICE else "",
        rounds=rounds_words(duty, skipped),
        still_needed=still_needed(latest, duty),
        holding=holding,
    )


def first_paragraph(text: str) -> str:
    """What of a duty's help stands in a list; the duty's own page has all of it."""
    return text.partition("\n\n")[0]


def rounds_words(duty: Duty, skipped: Sequence[int] = ()) -> str:
    """How a duty comes back: "round 2, weekly for the first 30 days; round 1 went by"."""
    if not duty.repeats:
        return ""
    words = f"round {duty.round}, {duty.repeats}"
    if not skipped:
        return words
    which = " and ".join(str(number) for number in skipped)
    return f"{words}; round{'s' if len(skipped) > 1 else ''} {which} went by"


def work_words(duty: Duty, latest: DutyEvidence | None, *, now: datetime) -> str:
    """What was done, by whom, and whether in time: "Done 4:29 a.m. by R. Diaz, 37 min late"."""
    if latest is None:
        return str(duty.work_state)
    when = when_words(latest.happened_at, latest.happened_precision, duty, now=now)
    who = latest.recorded_by.name
    if duty.done_at is not None:
        return f"Done {when} by {who}, {timeliness(duty)}"
    if duty.not_needed_at is not None:
        return f"Not needed, said {who} {when}"
    return f"Tried {when} by {who}"


def when_words(at: datetime, precision: str, duty: Duty, *, now: datetime) -> str:
    """A moment of an episode: the time alone when it was on the local day of `now`."""
    zone = duty.episode.zone
    is_today = at.astimezone(zone).date() == now.astimezone(zone).date()
    if is_today and precision in (Precision.EXACT, Precision.ABOUT):
        return f"{'about ' if precision == Precision.ABOUT else ''}{clock(at, zone)}"
    return moment_as_known(at, Precision(precision), zone, now=now)


def timeliness(duty: Duty) -> str:
    """Whether a done duty was in time, as a fact: "on time", "37 min late".

    Of a duty done on a day without a time, only another day than the due one settles it. It is
    neither where the episode had ended first: `casework.access.duty_outcomes` says the same.
    """
    if duty.due_at is None or duty.done_at is None:
        return "no set time"
    stops_at = duty.episode.ended_at if duty.phase == Phase.MISSING else None
    if stops_at is not None and stops_at <= duty.due_at and stops_at < duty.done_at:
        return "after its clock had stopped"
    late = duty.done_at - duty.due_at
    if duty.done_precision == Precision.DATE_ONLY:
        if duty.done_at <= duty.due_at < duty.done_at + A_DAY:
            return "time not recorded, so not provable"
        return "on time" if late < timedelta() else "late, time not recorded"
    if late.total_seconds() <= 0:
        return "on time"
    length = duration(late)
    return "less than a minute late" if length == "now" else f"{length} late"


def basis_words(duty: Duty) -> str:
    """What stands behind the time, and whether somebody has read the source."""
    words = Basis(duty.basis).words
    if duty.basis == Basis.PRACTICE or duty.verified == Verified.SOURCE_SEEN:
        return words
    return f"{words}, {Verified(duty.verified).words}"


def anchor_words(duty: Duty, *, now: datetime) -> str:
    """From which moment the clock counts, and what is not known yet that could move it."""
    if duty.due_at is None:
        return "At once; no limit is given." if duty.target_at else "It has no set time."
    counted = moment(duty.counted_from_at, duty.episode.zone, now=now)
    if duty.round > 1:
        return f"Round {duty.round} runs from {counted}, when the round before was due."
    if not duty.is_provisional:
        return f"Counted from {counted}, when {Anchor(duty.anchor).words}."
    return " ".join([f"Provisional: counted from {counted}.", *duty.open_questions])


def still_needed(latest: DutyEvidence | None, duty: Duty) -> str:
    """The proof that a finished duty lacks: "Report number still needed"."""
    if latest is None or latest.outcome != Outcome.DONE:
        return ""
    missing = []
    if EvidenceField.REFERENCE_NUMBER in duty.evidence_fields and not latest.reference_number:
        missing.append("report number")
    if EvidenceField.NCIC_ENTRY in duty.evidence_fields and latest.ncic_entry != Known.YES:
        missing.append("confirmation of the NCIC entry")
    if asks_screening(duty):
        said = {
            "name of the tool": latest.screening_tool,
            "version of the tool": latest.screening_version,
            "name of the screener": latest.screener,
            "result": latest.screening_result,
        }
        missing.extend(words for words, value in said.items() if not value)
    words = " and ".join(filter(None, [", ".join(missing[:-1]), *missing[-1:]]))
    return f"{words[0].upper()}{words[1:]} still needed" if words else ""


def asks_screening(duty: Duty) -> bool:
    """Whether the duty is a screening, recorded with its tool and its result."""
    return EvidenceField.SCREENING in duty.evidence_fields


def after_screening(result: ScreeningResult | None) -> str:
    """What a result asks of whoever recorded it; empty without one. No result ends the question."""
    if result is None:
        return ""
    if result is ScreeningResult.SIGNS:
        return "Signs are a reason to ask further: answer the checklist with what was found."
    return f"“{result.label}” does not close the question: ask again when something new is learned."


def _note(duty: Duty, latest: DutyEvidence | None, *, is_tried: bool) -> str:
    if latest is None:
        called = duty.code == POLICE_REPORT and duty.episode.police_called == Known.YES
        return CALLED_ALREADY if called and duty.is_open else ""
    if is_tried:
        return " ".join(words for words in (latest.note, duty.if_refused) if words)
    return f"Reference {latest.reference_number}" if latest.reference_number else ""


def said_words(entry: DutyEvidence, duty: Duty, *, now: datetime) -> str:
    """One entry in a sentence: "R. Diaz recorded Done at 4:29 a.m. (3:10 a.m.)"."""
    recorded = when_words(entry.recorded_at, Precision.EXACT, duty, now=now)
    happened = when_words(entry.happened_at, entry.happened_precision, duty, now=now)
    correction = "corrected this to" if entry.is_correction else "recorded"
    outcome = Outcome(entry.outcome).label
    sentence = f"{entry.recorded_by.name} {correction} “{outcome}, {happened}” at {recorded}"
    return sentence if sentence.endswith(".") else f"{sentence}."


def recorded_words(duty: Duty, *, now: datetime, following: Duty | None = None) -> str:
    """What was just saved, as a fact: "Done at 4:29 a.m., 37 min late".

    `following` is the next round of a duty that comes back.
    """
    then = ""
    if following is not None and following.due_at is not None:
        then = f" Next: round {following.round}, due {moment(following.due_at, duty.episode.zone, now=now)}."
    if duty.done_at is not None:
        when = when_words(duty.done_at, duty.done_precision, duty, now=now)
        return f"{duty.name}: done {when}, {timeliness(duty)}.{then}"
    if duty.not_needed_at is not None:
        return f"{duty.name}: set down as not needed.{then}"
    return f"{duty.name}: your attempt is recorded. The clock keeps running."
