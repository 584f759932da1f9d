"""The clocks of an episode: planned from its protocol, and kept in step as more is learned.

Whoever calls these holds the episode (see `casework.operations.locks`) and is in a transaction: a
time, the due times that follow from it and their reminders change together or not at all.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from casework.models import Duty, EndReason, Episode, Note, NoteKind, User
from casework.models.duty import DutyQuerySet
from casework.operations import reminders
from casework.operations.notes import add_notes
from casework.operations.protocols import protocol_for
from casework.operations.readings import Reading, read, read_all
from casework.policies.difference import Difference, Stated, differences
from casework.policies.due import PlannedDuty
from casework.policies.rules import Phase
from casework.policies.time_words import Precision

# What a duty's clock says, and what else its rule says.
CLOCK = (
    *("anchor", "counted_from_at", "is_provisional", "open_questions", "due_at"),
    *("rule", "basis", "source", "verified"),
)
WORDS = (
    *("protocol_version", "title", "order", "repeats", "makes"),
    *("evidence_fields", "phone", "help", "if_refused"),
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What becomes of an episode's duties under a reading of it; nothing is saved yet.

    `changed` has with each duty the names of the columns that differ. `moved` are open duties whose
    due time or start differs: their reminders are planned anew.
    """

    reading: Reading
    added: list[Duty] = field(default_factory=list)
    changed: list[tuple[Duty, tuple[str, ...]]] = field(default_factory=list)
    moved: list[Duty] = field(default_factory=list)
    gone: list[Duty] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def plan(episode: Episode, *, now: datetime) -> list[Duty]:
    """Add the duties whose event has happened by now, with their reminders, and return them.

    So is the next round of a duty that comes back, once the round before is settled.
    """
    reading = read(episode)
    added = Duty.objects.bulk_create(_new_duties(reading, reading.planned(), now=now))
    _remind_of(added, now=now)
    return added


def follow_facts(episode: Episode, *, now: datetime) -> list[Difference]:
    """Bring the duties in line with a moment or a circumstance that was just set on the episode.

    Settled duties stay settled, but their clocks follow too: whether a report was in time depends
    on when the agency was really told.
    """
    outcome = _outcome(read(episode), now=now, settled_follow=True)
    _apply([outcome], now=now)
    version = protocol_for(episode.jurisdiction).version
    if episode.protocol_version != version:  # what is open was read by this file, all of it
        episode.protocol_version = version
        episode.save(update_fields=["protocol_version"])
    return outcome.differences


def under_rules(reading: Reading, *, now: datetime) -> Outcome:
    """What would become of the duties under the rules as they are now, without changing anything."""
    return _outcome(reading, now=now, settled_follow=False)


def follow_rules(episodes: Sequence[Episode], *, now: datetime) -> list[Outcome]:
    """Bring open duties in line with the protocol files as they are now; say what changed in each.

    What is settled keeps the rule that it was settled under. The rules that the episode itself
    names are the caller's to save.
    """
    outcomes = [under_rules(reading, now=now) for reading in read_all(episodes)]
    _apply(outcomes, now=now)
    return outcomes


def note_recount(
    episode: Episode,
    lead: str,
    said: Sequence[Difference],
    *,
    by: User,
    now: datetime,
) -> None:
    """Keep on the timeline what was set (`lead`, a sentence) and what moved because of it."""
    note_recounts([(episode, lead, said)], by=by, now=now)


def note_recounts(
    recounts: Iterable[tuple[Episode, str, Sequence[Difference]]], *, by: User, now: datetime
) -> None:
    """The same for many episodes at once, with what was set and what moved in each."""
    notes = []
    for episode, lead, said in recounts:
        lines = [lead, *(one.words(episode.zone, now=now) for one in said)]
        note = Note(
            episode=episode,
            kind=NoteKind.CLOCKS,
            text="\n".join(lines if said else [*lines, "No due time moved."]),
            happened_at=now,
            happened_precision=Precision.EXACT,
            recorded_at=now,
            recorded_by=by,
            submission_key=uuid.uuid4(),
        )
        notes.append(note)
    add_notes(notes, by=by, now=now)


def without_event(episode: Episode) -> DutyQuerySet:
    """The return duties in force whose event the episode does not tell of (any more).

    What the locating of the youth started is not among them after only the return was undone.
    """
    planned = read(episode).planned()
    return (
        episode.duties.in_force()
        .filter(phase=Phase.RETURN)
        .exclude(code__in=[item.rule.code for item in planned])
    )


def duty_from(planned: PlannedDuty, episode: Episode, *, now: datetime, number: int = 1) -> Duty:
    """The duty in this round, not saved yet, as its rule stands now."""
    rule, due = planned.rule, planned.due
    clock = due.set_by  # the rule whose clock this is; what it rests on goes with it
    return Duty(
        episode=episode,
        code=rule.code,
        round=number,
        protocol_version=protocol_for(episode.jurisdiction).version,
        title=rule.title,
        phase=rule.phase,
        order=rule.order,
        anchor=clock.anchor,
        counted_from_at=due.counted_from_at,
        is_provisional=due.provisional,
        open_questions=list(due.open_questions),
        due_at=planned.due_in_round(number, episode.zone),
        rule=clock.clock_words,
        repeats=clock.repeats.words if clock.repeats else "",
        makes=list(rule.makes),
        basis=clock.basis,
        source=clock.source,
        verified=clock.verified,
        evidence_fields=list(rule.evidence),
        phone=rule.phone,
        help=rule.help,
        if_refused=rule.if_refused,
        planned_at=now,
    )


def stated(duty: Duty) -> Stated:
    """The duty as it stands, to compare with another reading of it."""
    return Stated(
        code=f"{duty.code} {duty.round}",
        title=duty.name if duty.is_open else f"{duty.name} ({duty.work_state.lower()})",
        due_at=duty.due_at,
        rule=duty.rule,
        is_provisional=duty.is_provisional,
        runs=duty.is_open and reminds(duty),
    )


def _new_duties(
    reading: Reading, planned: Iterable[PlannedDuty], *, now: datetime
) -> Iterable[Duty]:
    """Duties that the episode does not have yet; none of the missing time once that is over.

    An episode that was opened in error gets none at all: what it had was withdrawn.
    """
    episode = reading.episode
    if episode.end_reason == EndReason.OPENED_IN_ERROR:
        return
    for item in planned:
        if not episode.is_open and item.rule.phase is not Phase.RETURN:
            continue
        rounds = [duty for duty in reading.duties if duty.code == item.rule.code]
        number = _next_round(item, rounds, episode) if rounds else 1
        if number is not None:
            yield duty_from(item, episode, now=now, number=number)


def _next_round(item: PlannedDuty, rounds: Sequence[Duty], episode: Episode) -> int | None:
    if item.due.set_by.repeats is None or any(duty.is_open for duty in rounds):
        return None
    last = max(rounds, key=lambda duty: duty.round)
    settled_at = last.done_at or last.not_needed_at
    return item.round_after(last.round, settled_at, episode.zone) if settled_at else None


def _outcome(reading: Reading, *, now: datetime, settled_follow: bool) -> Outcome:
    items = reading.planned()
    planned = {item.rule.code: item for item in items}
    outcome = Outcome(reading=reading, added=list(_new_duties(reading, items, now=now)))
    before = [stated(duty) for duty in reading.duties if duty.is_open or settled_follow]
    after = []
    for duty in reading.duties:
        if not duty.is_open and not settled_follow:
            continue
        fresh = _fresh(duty, planned, now=now)
        if fresh is None and duty.is_open:
            outcome.gone.append(duty)
            continue
        if fresh is not None:
            is_moved = (fresh.due_at, fresh.counted_from_at) != (duty.due_at, duty.counted_from_at)
            if is_moved and duty.is_open:
                outcome.moved.append(duty)
            if taken := _take_over(duty, fresh, CLOCK + WORDS if duty.is_open else CLOCK):
                outcome.changed.append((duty, taken))
        after.append(stated(duty))
    after += [stated(duty) for duty in outcome.added]
    return replace(outcome, differences=differences(before, after))


def _fresh(duty: Duty, planned: dict[str, PlannedDuty], *, now: datetime) -> Duty | None:
    """The duty as it would be planned now; None where the protocol does not ask for it (any more).

    A settled duty is read again only by the very file that it was planned from.
    """
    item = planned.get(duty.code)
    if item is None:
        return None
    fresh = duty_from(item, duty.episode, now=now, number=duty.round)
    if not duty.is_open and fresh.protocol_version != duty.protocol_version:
        return None
    is_over = duty.round > 1 and fresh.due_at is None
    return None if is_over else fresh


def _take_over(duty: Duty, fresh: Duty, names: Iterable[str]) -> tuple[str, ...]:
    """Let the duty say what the fresh one says; the names of what changed by that."""
    differing = tuple(name for name in names if getattr(duty, name) != getattr(fresh, name))
    for name in differing:
        setattr(duty, name, getattr(fresh, name))
    return differing


def _apply(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Save what became of the duties, and let their reminders follow."""
    moved = [duty for outcome in outcomes for duty in outcome.moved]
    gone = [duty for outcome in outcomes for duty in outcome.gone]
    added = [duty for outcome in outcomes for duty in outcome.added]
    _save_changed(outcomes)
    for duty in gone:
        duty.withdrawn_at = now
    Duty.objects.bulk_update(gone, ["withdrawn_at"], batch_size=1000)
    silenced = [duty.pk for duty in (*moved, *gone)]
    if silenced:
        reminders.cancel_waiting(Duty.objects.filter(pk__in=silenced), now=now)
        reminders.plan_again(*filter(reminds, moved), now=now)
    _remind_of(Duty.objects.bulk_create(added, batch_size=1000), now=now)


def _remind_of(added: Sequence[Duty], *, now: datetime) -> None:
    reminders.plan_first([duty for duty in added if reminds(duty)], now=now)


def _save_changed(outcomes: Sequence[Outcome]) -> None:
    """Write only the columns that differ; one statement where many duties come to say the same.

    After a new version of a protocol that is nearly all of them.
    """
    alike: dict[tuple[str, ...], list[Duty]] = defaultdict(list)
    for outcome in outcomes:
        for duty, names in outcome.changed:
            alike[names].append(duty)
    for names, duties in alike.items():
        values = {name: getattr(duties[0], name) for name in names}
        if all(getattr(duty, name) == values[name] for duty in duties for name in names):
            Duty.objects.filter(pk__in=[duty.pk for duty in duties]).update(**values)
        else:
            Duty.objects.bulk_update(duties, names, batch_size=200)


def reminds(duty: Duty) -> bool:
    """Whether an open duty reminds anybody: not of the missing time once that is over."""
    episode = duty.episode
    if episode.end_reason in (EndReason.OPENED_IN_ERROR, EndReason.DECEASED):
        return False
    return episode.is_open or duty.phase == Phase.RETURN
