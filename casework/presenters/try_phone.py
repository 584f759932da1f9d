"""How a trial's duties would look on a phone: the real page's words, over records never saved."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from casework.models import Duty, Episode
from casework.policies.anchors import Anchor
from casework.policies.due import PlannedDuty
from casework.policies.rules import Basis
from casework.policies.time_phrases import moment
from casework.policies.trial import Trial
from casework.presenters.due import (
    Clock,
    Due,
    DutyRow,
    basis_words,
    due_of,
    first_paragraph,
    rounds_words,
)
from casework.presenters.episodes import CLOCKS_SHOWN, urgency

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Phone:
    """The episode as its page on a phone would show it at a moment of the trial."""

    at: str
    clocks: list[Clock]
    more_count: int
    duties: list[DutyRow]


def phone_of(trial: Trial, planned: Iterable[PlannedDuty]) -> Phone:
    """The episode page at the latest of the moments tried, with nothing done yet.

    Drawn from records that are never saved, by the same words as the real page. The clocks stand:
    the times are imagined, so there is nothing to keep true.
    """
    anchors = trial.anchors
    at = max(known for anchor in Anchor if (known := anchors.at(anchor)) is not None)
    if at == anchors.returned:
        at += A_MINUTE  # the clocks of the missing time stop with the return, not before it
    episode = Episode(
        told_at=anchors.told,
        time_zone=trial.zone.key,
        returned_at=anchors.returned,
        ended_at=anchors.returned,
    )
    duties = sorted((_unsaved(one, episode) for one in planned), key=urgency)
    running = [duty for duty in duties if duty.due_at and duty.clock_at(at) == at]
    clocks = [
        Clock(title=duty.name, url=_row_url(duty), due=_standing(duty, at))
        for duty in running[:CLOCKS_SHOWN]
    ]
    return Phone(
        at=moment(at, trial.zone, now=at),
        clocks=clocks,
        more_count=len(duties) - len(clocks),
        duties=[_phone_row(duty, at) for duty in duties],
    )


def _unsaved(planned: PlannedDuty, episode: Episode) -> Duty:
    rule, due, repeats = planned.rule, planned.due, planned.due.set_by.repeats
    return Duty(
        episode=episode,
        code=rule.code,
        title=rule.title,
        phase=rule.phase,
        order=rule.order,
        repeats=repeats.words if repeats else "",
        anchor=due.set_by.anchor,
        counted_from_at=due.counted_from_at,
        is_provisional=due.provisional,
        due_at=due.due_at,
        rule=due.set_by.clock_words,
        basis=due.set_by.basis,
        verified=due.set_by.verified,
        phone=rule.phone,
        help=rule.help,
    )


def _phone_row(duty: Duty, at: datetime) -> DutyRow:
    is_timed = duty.due_at is not None and duty.clock_at(at) == at
    return DutyRow(
        title=duty.name,
        url=_row_url(duty),
        is_open=True,
        due=_standing(duty, at),
        work_words=str(duty.work_state),
        help=first_paragraph(duty.help) if is_timed else "",
        phone=duty.phone,
        basis=basis_words(duty) if duty.due_at or duty.basis != Basis.PRACTICE else "",
        rounds=rounds_words(duty),
    )


def _standing(duty: Duty, at: datetime) -> Due:
    return replace(due_of(duty, now=at), at=None, soon_at=None)


def _row_url(duty: Duty) -> str:
    """The duty's row in the answer, as there is no page about an imagined one."""
    return f"#duty-{duty.code}"
