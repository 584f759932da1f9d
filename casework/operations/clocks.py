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
from casework.operations.protocols import protocol_for, protocols_in_use
from casework.operations.readings import Reading, read, read_all
from casework.policies.difference import Difference, Stated, differences
from casework.policies.due import PlannedDuty
from casework.policies.rules import Phase
from casework.policies.time_words import Precision

# What a duty's clock says, and what else its rule says.
CLOCK = (
    *("anchor", "counted_from_at", "is_provisional", "open_questions", "due_at", "target_at"),
    *("rule", "basis", "source", "verified"),
)
WORDS = (
    *("protocol_version", "title", "order", "repeats", "makes"),
    *("evidence_fields", "phone", "help", "if_refused"),
)
OPEN = ("round", *CLOCK, *WORDS)


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
    return _add(list(_new_duties(reading, reading.planned(), now=now)), now=now)


def follow_facts(episode: Episode, *, now: datetime, by: User | None = None) -> list[Difference]:
    """Bring the duties in line with a moment or a circumstance that was just set on the episode.

    Settled duties stay settled, but their clocks follow too: whether a report was in time depends
    on when the agency was really told. Where the protocol's file has changed since, open duties
    follow that as well, and a note of its own says so.
    """
    outcome = _outcome(read(episode), now=now, settled_follow=True)
    _apply([outcome], now=now)
    edition = protocol_for(episode.jurisdiction).edition
    if episode.protocol_version != edition and not is_without_file(episode):
        lead = f"The rules have changed: {edition}. Before: {episode.protocol_version}."
        episode.protocol_version = edition  # by which all that is open has now been read
        episode.save(update_fields=["protocol_version"])
        if by is not None:
            note_recount(episode, lead, outcome.differences, by=by, now=now)
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
        protocol_version=protocol_for(episode.jurisdiction).edition,
        title=rule.title,
        phase=rule.phase,
        order=rule.order,
        anchor=clock.anchor,
        counted_from_at=_start_of_round(planned, number, episode),
        is_provisional=due.provisional,
        open_questions=list(due.open_questions),
        due_at=planned.due_in_round(number, episode.zone),
        target_at=due.target_at if number == 1 else None,
        rule=clock.clock_words,
        repeats=planned.repeats.words if planned.repeats else "",
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


def _start_of_round(planned: PlannedDuty, number: int, episode: Episode) -> datetime:
    """A later round runs from when the one before it was due: what was done earlier is not its."""
    before = planned.due_in_round(number - 1, episode.zone) if number > 1 else None
    return before or planned.due.counted_from_at


def is_without_file(episode: Episode) -> bool:
    """Whether no file has the rules that this episode goes by: then its clocks stay as they are."""
    return episode.jurisdiction not in protocols_in_use()


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
    """Duties that the episode does not have, or has no more; none once it was opened in error.

    One that somebody had begun before it was withdrawn is taken up again, with all its evidence.
    Once the missing time is over, nothing of it is added, but what was withdrawn can come back.
    """
    episode = reading.episode
    if episode.end_reason == EndReason.OPENED_IN_ERROR or episode.imported_in_id is not None:
        return  # of the past that was brought along nobody is asked to do more
    withdrawn = {(duty.code, duty.round): duty for duty in reading.withdrawn}
    for item in planned:
        is_over = not episode.is_open and item.rule.phase is not Phase.RETURN
        rounds = [duty for duty in reading.duties if duty.code == item.rule.code]
        number = _next_round(item, rounds, episode) if rounds else 1
        if number is None:
            continue
        fresh = duty_from(item, episode, now=now, number=number)
        earlier = withdrawn.get((item.rule.code, number))
        if earlier is not None and (is_over or earlier.tried_at is not None):
            _take_over(earlier, fresh, OPEN)
            earlier.withdrawn_at = None
            yield earlier
        elif not is_over:
            yield fresh


def _next_round(item: PlannedDuty, rounds: Sequence[Duty], episode: Episode) -> int | None:
    if item.repeats is None or any(duty.is_open for duty in rounds):
        return None
    last = max(rounds, key=lambda duty: duty.round)
    settled_at = last.done_at or last.not_needed_at
    return item.round_after(last.round, settled_at, episode.zone) if settled_at else None


def _outcome(reading: Reading, *, now: datetime, settled_follow: bool) -> Outcome:
    items = reading.planned()
    planned = {item.rule.code: item for item in items}
    if is_without_file(reading.episode):
        return Outcome(reading=reading, added=list(_new_duties(reading, items, now=now)))
    outcome = Outcome(reading=reading, added=list(_new_duties(reading, items, now=now)))
    read_again = [duty for duty in reading.duties if duty.is_open or settled_follow]
    before = [stated(duty) for duty in read_again]
    after = []
    for duty in read_again:
        item = planned.get(duty.code)
        fresh = _fresh(duty, planned, number=_number(duty, item, reading.duties), now=now)
        if fresh is None and duty.is_open:
            outcome.gone.append(duty)
            continue
        if fresh is not None:
            is_moved = (fresh.due_at, fresh.counted_from_at) != (duty.due_at, duty.counted_from_at)
            if is_moved and duty.is_open:
                outcome.moved.append(duty)
            if taken := _take_over(duty, fresh, OPEN if duty.is_open else CLOCK):
                outcome.changed.append((duty, taken))
        after.append(stated(duty))
    after += [stated(duty) for duty in outcome.added]
    return replace(outcome, differences=differences(before, after))


def _fresh(
    duty: Duty, planned: dict[str, PlannedDuty], *, number: int, now: datetime
) -> Duty | None:
    """The duty as it would be planned now; None where the protocol does not ask for it (any more).

    A settled duty is read again only by the rule that it was planned from: by the same files, or by
    a newer one of its jurisdiction that still says the same.
    """
    item = planned.get(duty.code)
    if item is None:
        return None
    fresh = duty_from(item, duty.episode, now=now, number=number)
    if not duty.is_open and fresh.protocol_version != duty.protocol_version:
        place = f"{duty.episode.jurisdiction} "
        says_the_same = (fresh.rule, fresh.source) == (duty.rule, duty.source)
        if not duty.protocol_version.startswith(place) or not says_the_same:
            return None
    is_over = number > 1 and fresh.due_at is None
    return None if is_over else fresh


def _number(duty: Duty, item: PlannedDuty | None, duties: Sequence[Duty]) -> int:
    """Which round this is: of an open one that nobody has begun, the one after the last settled."""
    if item is None or duty.round == 1 or not duty.is_open or duty.tried_at is not None:
        return duty.round
    settled = [other for other in duties if other.code == duty.code and not other.is_open]
    return _next_round(item, settled, duty.episode) or duty.round if settled else duty.round


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
    _add(added, now=now)


def _add(added: Sequence[Duty], *, now: datetime) -> list[Duty]:
    """Save duties that are new, or in force again, with their reminders."""
    again = [duty for duty in added if not duty._state.adding]
    Duty.objects.bulk_update(again, [*OPEN, "withdrawn_at"], batch_size=1000)
    new = Duty.objects.bulk_create((duty for duty in added if duty._state.adding), batch_size=1000)
    reminders.plan_again(*filter(reminds, again), now=now)
    reminders.plan_first(list(filter(reminds, new)), now=now)
    return [*again, *new]


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
