"""The proof of timeliness as tables: for an auditor, with the figures of the page and no names."""

import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO

from django.conf import settings

from casework.access.counts import CountScope, one_moment
from casework.access.duty_outcomes import COUNTED, DutyOutcome
from casework.access.timeliness import (
    DutyProof,
    DutyTotal,
    of,
    proof_of_episode,
    proofs_of,
    totals_of,
)
from casework.exports.about import about
from casework.exports.document import Cell, Column, Document, Fact, Meaning, Sheet
from casework.exports.work import Made, Work, one_long_moment
from casework.exports.writers import write
from casework.models import CountedMonth, Episode, Role
from casework.policies.count_definitions import DEFINITIONS, VERSION
from casework.policies.count_periods import CountPeriod
from casework.policies.file_formats import FileFormat
from casework.policies.time_words import Precision

OUTCOME_WORDS: Mapping[DutyOutcome, str] = {
    DutyOutcome.ON_TIME: "On time",
    DutyOutcome.LATE: "Late",
    DutyOutcome.NOT_DONE: "Not done",
    DutyOutcome.NOT_PROVABLE: "Not provable",
    DutyOutcome.STOPPED: "Clock stopped",
    DutyOutcome.NOT_NEEDED: "Not needed",
    DutyOutcome.NO_SET_TIME: "No set time",
    DutyOutcome.RUNNING: "Time not up",
}
OUTCOME_MEANINGS: Mapping[DutyOutcome, str] = {
    DutyOutcome.ON_TIME: "It happened by its due time, whenever it was written down.",
    DutyOutcome.LATE: "It happened after its due time.",
    DutyOutcome.NOT_DONE: "Its time is up, and nothing on record says that it was done.",
    DutyOutcome.NOT_PROVABLE: "It was done on the day on which it was due, at a time that nobody "
    "wrote down; or earlier records that were brought along do not say whether it was done. It does "
    "not count as on time.",
    DutyOutcome.STOPPED: "The episode ended before it was due and before it was done. It is "
    "neither on time nor late, whatever was done later.",
    DutyOutcome.NOT_NEEDED: "Somebody set it down as not needed, with the reason.",
    DutyOutcome.NO_SET_TIME: "The rule gives no limit.",
    DutyOutcome.RUNNING: "Its time was not up when this was made.",
}
_EXACTNESS = {
    Precision.EXACT: "time as recorded",
    Precision.ABOUT: "about",
    Precision.DATE_ONLY: "day only",
    Precision.UNKNOWN: "not known",
}
_NOTED_EVERY = 1_000  # rows
_Row = tuple[Column, Callable[[DutyProof], Cell]]


def write_timeliness(work: Work, to: IO[bytes]) -> Made:
    """Write the proof of a month or a year, duty by duty; never holds all of it in memory."""
    asked_at = moment_of(work.lock, now=work.now)
    with tempfile.TemporaryFile() as read:
        # Read first, written then: how far it is cannot be noted while nothing may be written.
        with one_long_moment():
            totals = totals_of(work.scope, work.period, now=asked_at)
            for proof in proofs_of(work.scope, work.period, now=asked_at):
                pickle.dump(proof, read)
        number = sum(total.number for total in totals)
        read.seek(0)
        document = Document(
            title=title_of(work.period),
            about=[*about(work), _as_of(asked_at, work.scope)],
            sheets=sheets(totals, _read_again(read, number, work), work.file_format),
            meanings=meanings(),
        )
        write(document, work.file_format, to)
    return Made(rows=number, lock=work.lock)


def _read_again(read: IO[bytes], number: int, work: Work) -> Iterator[DutyProof]:
    """The duties, saying now and then how far it is; stops where the file is canceled."""
    for done in range(number):
        if done % _NOTED_EVERY == 0:
            work.note(done, number)
        yield pickle.load(read)  # noqa: S301 (written above, by ourselves)


def period_document(
    scope: CountScope,
    period: CountPeriod,
    lock: CountedMonth | None,
    *,
    file_format: FileFormat,
    now: datetime,
) -> Document:
    """The proof of a month or a year as a file that is made at once; reads all its rows."""
    asked_at = moment_of(lock, now=now)
    with one_moment():
        totals = totals_of(scope, period, now=asked_at)
        proofs = list(proofs_of(scope, period, now=asked_at))
    facts = [
        Fact(key="agency", label="Agency", value=settings.AGENCY_NAME),
        Fact(key="scope", label="Of", value=scope.words),
        Fact(key="period", label="Period", value=period.label),
        Fact(
            key="is_over",
            label="Is the period over?",
            value="Yes" if period.is_over(now, scope.zones) else "NOT OVER: as of when it was made",
        ),
        _as_of(asked_at, scope),
        Fact(key="made_at", label="Made", value=_iso(now.astimezone(scope.zone))),
        Fact(
            key="lock",
            label="Locked",
            value=f"Version {lock.version}; duties as they are on file now"
            if lock
            else "Not locked",
        ),
        Fact(key="definitions_version", label="Definitions", value=VERSION),
    ]
    return Document(
        title=title_of(period),
        about=facts,
        sheets=sheets(totals, proofs, file_format),
        meanings=meanings(),
    )


def episode_document(episode: Episode, *, file_format: FileFormat, now: datetime) -> Document:
    """The proof of one episode, by its reference."""
    facts = [
        Fact(key="agency", label="Agency", value=settings.AGENCY_NAME),
        Fact(key="episode", label="Episode", value=episode.reference),
        Fact(key="unit", label="Unit", value=episode.unit.name),
        Fact(
            key="told_at", label="Agency told", value=_iso(episode.told_at.astimezone(episode.zone))
        ),
        Fact(
            key="ended_at",
            label="Ended",
            value=_iso(episode.ended_at.astimezone(episode.zone))
            if episode.ended_at
            else "Not ended",
        ),
        Fact(key="made_at", label="Made", value=_iso(now.astimezone(episode.zone))),
    ]
    proofs = proof_of_episode(episode, now=now)
    return Document(
        title=f"Proof of timeliness: episode {episode.reference}",
        about=facts,
        sheets=_duties(proofs, file_format),
        meanings=_outcome_meanings(),
    )


def title_of(period: CountPeriod) -> str:
    """ "Proof of timeliness: Mar 2026"."""
    return f"Proof of timeliness: {period.label}"


def moment_of(lock: CountedMonth | None, *, now: datetime) -> datetime:
    """When clocks are read: of a locked month at its lock, as the page of the counts does it."""
    return lock.locked_at if lock else now


def _as_of(asked_at: datetime, scope: CountScope) -> Fact:
    value = _iso(asked_at.astimezone(scope.zone))
    return Fact(key="as_of", label="Clocks read at", value=value)


def sheets(
    totals: Sequence[DutyTotal], proofs: Iterable[DutyProof], file_format: FileFormat
) -> list[Sheet]:
    """How often each duty became what, then duty by duty."""
    return [_totals(totals), *_duties(proofs, file_format)]


def meanings() -> list[Meaning]:
    """Of the outcomes, and of the figures of the counts that say the same."""
    figures = ("police", "ncmec", "screening", "conversation", "two_days")
    return _outcome_meanings() + [
        Meaning(key=one.key, label=one.label, words=one.words)
        for one in DEFINITIONS
        if one.key in figures
    ]


def _outcome_meanings() -> list[Meaning]:
    return [
        Meaning(key=outcome.value, label=words, words=OUTCOME_MEANINGS[outcome])
        for outcome, words in OUTCOME_WORDS.items()
    ]


def _totals(totals: Sequence[DutyTotal]) -> Sheet:
    columns = [
        Column(key="duty", label="Duty"),
        Column(
            key="figure",
            label="Figure of the counts",
            meaning="The figure on the page of the counts that says the same; empty for others",
        ),
        Column(
            key="of",
            label="Of",
            is_number=True,
            meaning="Duties of which it is said how many were on time: "
            + ", ".join(OUTCOME_WORDS[outcome].lower() for outcome in COUNTED),
        ),
        *(
            Column(key=outcome.value, label=words, is_number=True)
            for outcome, words in OUTCOME_WORDS.items()
        ),
        Column(key="two_days_of", label="2 days or more: of", is_number=True),
        Column(key="two_days_on_time", label="2 days or more: on time", is_number=True),
    ]
    rows: list[list[Cell]] = [
        [
            total.title,
            total.figure,
            of(total.outcomes),
            *(total.outcomes.get(outcome, 0) for outcome in OUTCOME_WORDS),
            of(total.two_days),
            total.two_days.get(DutyOutcome.ON_TIME, 0),
        ]
        for total in totals
    ]
    return Sheet(key="totals", title="By duty", columns=columns, rows=rows)


def _duties(proofs: Iterable[DutyProof], file_format: FileFormat) -> list[Sheet]:
    """Duty by duty; on paper the columns that fit on it, and each rule once below."""
    if file_format is not FileFormat.PDF:
        return [_duty_sheet(_EVERY, proofs)]
    rules: dict[tuple[Cell, ...], None] = {}

    def noted() -> Iterator[DutyProof]:
        for proof in proofs:
            rules[tuple(value(proof) for _, value in _RULE)] = None
            yield proof

    def each_rule() -> Iterator[Sequence[Cell]]:  # read when the duties have been
        yield from rules

    columns = [column for column, _ in _RULE]
    below = Sheet(key="rules", title="The rules", columns=columns, rows=each_rule())
    return [_duty_sheet(_ON_PAPER, noted()), below]


def _duty_sheet(columns: Sequence[_Row], proofs: Iterable[DutyProof]) -> Sheet:
    return Sheet(
        key="duties",
        title="Duty by duty",
        columns=[column for column, _ in columns],
        rows=_rows(columns, proofs),
    )


def _rows(columns: Sequence[_Row], proofs: Iterable[DutyProof]) -> Iterator[list[Cell]]:
    for proof in proofs:
        yield [value(proof) for _, value in columns]


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _local(at: datetime | None, proof: DutyProof) -> Cell:
    return at.astimezone(proof.zone) if at else None


def _happened(proof: DutyProof) -> Cell:
    if proof.happened_at is None or proof.precision is Precision.UNKNOWN:
        return None
    local = proof.happened_at.astimezone(proof.zone)
    return local.date() if proof.precision is Precision.DATE_ONLY else local


def _on_paper(row: _Row) -> _Row:
    """The same column, its moments in two parts so that a narrow one can break between them."""
    column, value = row

    def printed(proof: DutyProof) -> Cell:
        cell = value(proof)
        return _iso(cell).replace("T", " ") if isinstance(cell, datetime) else cell

    return column, printed


def _yes_no(fact: bool | None) -> Cell:
    return {True: "Yes", False: "No", None: "Not asked"}[fact]


def evidence_words(proof: DutyProof) -> str:
    """What is on record as evidence: "report number recorded, NCIC entry not confirmed"."""
    if not proof.is_done:
        return ""
    said = []
    if proof.has_number is not None:
        said.append(f"report number {'recorded' if proof.has_number else 'not recorded'}")
    if proof.ncic_confirmed is not None:
        said.append(f"NCIC entry {'confirmed' if proof.ncic_confirmed else 'not confirmed'}")
    return ", ".join(said)


def role_words(proof: DutyProof) -> str:
    """The role of whoever wrote the latest entry: "Caseworker"; empty without one."""
    return str(Role(proof.recorded_by_role).label) if proof.recorded_by_role else ""


def _late(proof: DutyProof) -> Cell:
    return None if proof.late_by is None else int(proof.late_by.total_seconds())


def _title(proof: DutyProof) -> str:
    return f"{proof.title}, round {proof.round}" if proof.round > 1 else proof.title


_REFERENCE: _Row = (
    Column(
        key="episode", label="Episode", meaning="Its reference; it says nothing about the youth"
    ),
    lambda proof: proof.reference,
)
_DUTY: _Row = (Column(key="duty", label="Duty"), _title)
_OUTCOME: _Row = (
    Column(key="outcome", label="Outcome"),
    lambda proof: OUTCOME_WORDS[proof.outcome],
)
_LATE: _Row = (
    Column(
        key="late_seconds",
        label="Late by (seconds)",
        is_number=True,
        meaning="From the due time until it happened; empty where only the day is on record",
    ),
    _late,
)
_DUE: _Row = (Column(key="due_at", label="Due"), lambda proof: _local(proof.due_at, proof))
_HAPPENED: _Row = (
    Column(
        key="happened_at",
        label="Happened",
        meaning="As the latest entry says: when it was done, tried, or found not needed",
    ),
    _happened,
)
_RECORDED: _Row = (
    Column(key="recorded_at", label="Recorded", meaning="When the latest entry was written"),
    lambda proof: _local(proof.recorded_at, proof),
)
_ROLE: _Row = (
    Column(
        key="recorded_by_role",
        label="By (role)",
        meaning="The role that the person who wrote it has now",
    ),
    role_words,
)
_SOURCE: _Row = (
    Column(key="source", label="Source", meaning="The law or rule that asks for it"),
    lambda proof: proof.source,
)
_ON_PAPER: Sequence[_Row] = (
    _REFERENCE,
    _DUTY,
    _OUTCOME,
    _LATE,
    _on_paper(_DUE),
    _on_paper(_HAPPENED),
    _on_paper(_RECORDED),
    _ROLE,
    (Column(key="evidence", label="Evidence"), evidence_words),
)
# On paper, once for each duty and edition.
_RULE: Sequence[_Row] = (
    (Column(key="name", label="Duty"), lambda proof: proof.title),
    (Column(key="rule", label="Rule"), lambda proof: proof.rule),
    (Column(key="basis", label="Stands behind it"), lambda proof: proof.basis.words),
    _SOURCE,
    (Column(key="verified", label="Source read?"), lambda proof: proof.verified.words),
    (Column(key="protocol", label="Edition of the rules"), lambda proof: proof.protocol_version),
)
_EVERY: Sequence[_Row] = (
    _REFERENCE,
    (
        Column(
            key="two_days", label="2 days or more", meaning="Whether the episode lasted so long"
        ),
        lambda proof: "Yes" if proof.is_long else "No",
    ),
    _DUTY,
    (Column(key="code", label="Code"), lambda proof: proof.code),
    _OUTCOME,
    _LATE,
    (
        Column(key="counted_from_at", label="Counted from"),
        lambda proof: _local(proof.counted_from_at, proof),
    ),
    (
        Column(key="counted_from", label="Counted from what"),
        lambda proof: ("provisional: " if proof.is_provisional else "") + proof.anchor.words,
    ),
    _DUE,
    _HAPPENED,
    (
        Column(key="happened_how_exactly", label="How exactly"),
        lambda proof: _EXACTNESS[proof.precision] if proof.precision else "",
    ),
    _RECORDED,
    _ROLE,
    (
        Column(
            key="is_correction",
            label="A correction",
            meaning="Whether the latest entry corrects an earlier one; all of them are kept",
        ),
        lambda proof: "Yes" if proof.is_correction else "No",
    ),
    (
        Column(key="first_recorded_at", label="First recorded"),
        lambda proof: _local(proof.first_recorded_at, proof),
    ),
    (
        Column(
            key="report_number",
            label="Report number recorded",
            meaning="Whether there is one; the number itself stays in the case",
        ),
        lambda proof: _yes_no(proof.has_number if proof.is_done else None),
    ),
    (
        Column(key="ncic_confirmed", label="NCIC entry confirmed"),
        lambda proof: _yes_no(proof.ncic_confirmed if proof.is_done else None),
    ),
    (Column(key="rule", label="Rule"), lambda proof: proof.rule),
    (Column(key="basis", label="Stands behind it"), lambda proof: proof.basis.words),
    _SOURCE,
    (Column(key="verified", label="Source read?"), lambda proof: proof.verified.words),
    (Column(key="protocol", label="Edition of the rules"), lambda proof: proof.protocol_version),
)
