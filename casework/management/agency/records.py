"""What was done in the past: each duty's fate, the evidence of it, and the audit trail."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from casework.management.agency import evidence
from casework.management.agency.figures import (
    NCMEC,
    OTHER_DUTIES,
    POLICE,
    SCREENING,
    Fate,
    deal,
)
from casework.management.agency.keys import key_of
from casework.management.agency.people import OFFICES, email_of
from casework.models import (
    AuditEvent,
    Duty,
    DutyEvidence,
    Episode,
    Outcome,
    Sex,
    User,
)
from casework.operations.clocks import duty_from
from casework.operations.readings import Reading
from casework.policies.rules import Phase

OFFICE_OF = {office.name: office for office in OFFICES}
LONGEST_LATE = timedelta(days=6)
AT_LEISURE = timedelta(hours=30)  # how long a duty without a set time took at most
REVIEWED_AFTER_DAYS = (7, 13)  # the review of a closed file, which settles what is left
TRIED_FIRST = 0.3
# A report on the return is needed only where one was made.
ANSWERS_TO = {
    "tell_police_of_return": "report_to_police",
    "tell_ncmec_of_return": "report_to_ncmec",
}


def make_records(rng: Random, episodes: list[Episode]) -> None:
    """Add the duties of these past episodes, all settled, with their evidence and audit events."""
    duties = [duty for episode in episodes for duty in _duties_of(episode)]
    fates = _fates(rng, duties)
    reviews = {
        episode: _end(episode) + timedelta(days=rng.uniform(*REVIEWED_AFTER_DAYS))
        for episode in episodes
    }
    supervisors = {
        office.name: User.objects.get(email=email_of(office.supervisor[0])) for office in OFFICES
    }
    entries = [
        entry
        for duty in duties
        for entry in _Settling(
            rng,
            duty,
            fates,
            reviewed_at=reviews[duty.episode],
            supervisor=supervisors[duty.episode.unit.name],
        ).entries()
    ]
    Duty.objects.bulk_create(duties, batch_size=1000)
    DutyEvidence.objects.bulk_create(entries, batch_size=1000)
    Episode.objects.bulk_update(episodes, ["ncmec_type"], batch_size=1000)
    AuditEvent.objects.bulk_create(_audit_events(episodes, entries), batch_size=2000)


def _end(episode: Episode) -> datetime:
    if episode.ended_at is None:
        raise ValueError("A past episode has ended.")
    return episode.ended_at


def _duties_of(episode: Episode) -> Iterable[Duty]:
    for item in Reading(episode=episode).planned():
        is_return = item.rule.phase is Phase.RETURN
        yield duty_from(item, episode, now=_end(episode) if is_return else episode.recorded_at)


def _outlasts(duty: Duty) -> bool:
    """Whether the duty fell due while it still made sense; the published shares are of these."""
    if duty.due_at is None or duty.phase == Phase.RETURN:
        return True
    return _end(duty.episode) > duty.due_at


Fates = Mapping[tuple[Episode, str], Fate]


def _fates(rng: Random, duties: list[Duty]) -> Fates:
    """What becomes of each duty that fell due, dealt in the shares that `figures` names."""
    piles: dict[tuple[str, str], list[Duty]] = {}
    for duty in duties:
        if _outlasts(duty):
            is_by_sex = duty.code == "screen_for_trafficking"
            sex = duty.episode.youth.sex if is_by_sex else ""
            piles.setdefault((duty.code, sex), []).append(duty)
    fates = {}
    for (code, sex), pile in piles.items():
        shares = {"report_to_police": POLICE, "report_to_ncmec": NCMEC}.get(code, OTHER_DUTIES)
        if sex:
            shares = SCREENING[Sex(sex)]
        for duty, fate in zip(pile, deal(rng, shares, len(pile)), strict=True):
            fates[duty.episode, code] = fate
    return fates


class _Settling:
    """Settles one duty and gives the entries of its evidence, oldest first."""

    def __init__(
        self, rng: Random, duty: Duty, fates: Fates, *, reviewed_at: datetime, supervisor: User
    ) -> None:
        self.rng, self.duty, self.fates = rng, duty, fates
        self.reviewed_at, self.supervisor = reviewed_at, supervisor
        self.worker = duty.episode.assigned_to or supervisor
        self.end = _end(duty.episode)

    def entries(self) -> list[DutyEvidence]:
        """The evidence; the duty says afterwards what the last entry says."""
        duty, code = self.duty, self.duty.code
        fate = self.fates.get((duty.episode, code))
        answers_to = self.fates.get((duty.episode, ANSWERS_TO.get(code, "")))
        if code == "preserve_evidence" and self.rng.random() < 0.85:
            return [self._not_needed(self._in_time(), evidence.NOT_NEEDED[code])]
        if answers_to is Fate.NEVER:
            return [self._not_needed(self._in_time(), evidence.NOT_NEEDED[code])]
        if fate is None:  # the youth was back before it was due
            if self.rng.random() < 0.6:
                return [self._done(self._in_time())]
            return [self._not_needed(self.end, evidence.BACK_BEFORE)]
        if fate is Fate.NEVER:
            return [self._not_needed(self.reviewed_at, evidence.NO_RECORD, by=self.supervisor)]
        if fate is Fate.LATE and duty.due_at is not None:
            tried = [self._tried(self._in_time())] if self.rng.random() < TRIED_FIRST else []
            return [*tried, self._done(self._late(duty.due_at))]
        return [self._done(self._in_time())]

    def _in_time(self) -> datetime:
        """A moment before the duty is due and, while it is one of the missing time, before its end."""
        start = self.duty.counted_from_at
        limit = self.duty.due_at or start + AT_LEISURE
        if self.duty.phase == Phase.MISSING:
            limit = min(limit, self.end)
        return start + self.rng.uniform(0.1, 0.9) * (limit - start)

    def _late(self, due_at: datetime) -> datetime:
        limit = due_at + LONGEST_LATE
        if self.duty.phase == Phase.MISSING:
            limit = min(limit, self.end)
        return due_at + self.rng.uniform(0.05, 0.95) * (limit - due_at)

    def _done(self, at: datetime) -> DutyEvidence:
        duty = self.duty
        duty.done_at, duty.done_by = at, self.worker
        lines = evidence.proof(
            self.rng,
            code=duty.code,
            asked=duty.evidence_fields,
            office=OFFICE_OF[duty.episode.unit.name],
        )
        if duty.code == "report_to_ncmec" and (listed := evidence.listed_as(duty.episode)):
            lines["ncmec_type"] = duty.episode.ncmec_type = listed
        return self._entry(Outcome.DONE, at, self.worker, lines)

    def _tried(self, at: datetime) -> DutyEvidence:
        self.duty.tried_at = at
        return self._entry(Outcome.TRIED, at, self.worker, {"note": evidence.TRIED})

    def _not_needed(self, at: datetime, why: str, *, by: User | None = None) -> DutyEvidence:
        self.duty.not_needed_at, self.duty.not_needed_by = at, by or self.worker
        return self._entry(Outcome.NOT_NEEDED, at, by or self.worker, {"note": why})

    def _entry(
        self, outcome: Outcome, at: datetime, by: User, lines: dict[str, Any]
    ) -> DutyEvidence:
        return DutyEvidence(
            duty=self.duty,
            outcome=outcome,
            happened_at=at,
            recorded_at=at + timedelta(minutes=self.rng.randrange(1, 40)),
            recorded_by=by,
            submission_key=key_of(self.duty.episode.submission_key, self.duty.code, at),
            **lines,
        )


def _audit_events(episodes: list[Episode], entries: list[DutyEvidence]) -> Iterable[AuditEvent]:
    """The events that the operations would have recorded, in the order of their time."""
    events = [
        _event("duty." + one.outcome, one.duty, one.recorded_by, one.recorded_at) for one in entries
    ]
    for episode in episodes:
        events.append(_event("episode.logged", episode, episode.recorded_by, episode.recorded_at))
        for what, at, by in (
            ("located", episode.located_at, episode.located_by),
            ("returned", episode.returned_at, episode.returned_by),
        ):
            if at is not None and by is not None:
                events.append(_event(f"episode.{what}", episode, by, at))
    return sorted(events, key=lambda event: event.at)


def _event(event: str, subject: Episode | Duty, by: User, at: datetime) -> AuditEvent:
    return AuditEvent(
        event=event,
        at=at,
        by=by.public_id,
        by_role=by.role,
        subject=type(subject).__name__,
        subject_id=subject.public_id,
    )
