"""The present: open episodes around the clock's now, made fresh when they have become stale."""

from datetime import datetime, timedelta
from random import Random

from casework.management.agency import evidence
from casework.management.agency.figures import SEED
from casework.management.agency.hand_over import hand_over
from casework.management.agency.keys import CASE_NUMBERS, is_ours
from casework.management.agency.people import OFFICES
from casework.management.agency.scenes import SCENES
from casework.management.agency.stage import Case, NobodyFree, Stage, catch_up, record
from casework.models import Duty, Episode, Known, Outcome, ReturnedTo, User
from casework.operations import returns
from casework.policies.rules import Phase
from casework.policies.time_words import Moment, Precision

FRESH_FOR = timedelta(hours=12)
OFFICE_OF = {office.name: office for office in OFFICES}


def bring_near(*, now: datetime) -> int:
    """Play every scene again if the last time was long ago; return how many episodes were opened.

    The demo's own episodes of the last time are ended first. What visitors logged stays as it is.
    """
    if _is_fresh(now):
        return 0
    rng = Random(SEED)  # noqa: S311 (made-up data, not a secret)
    _end_stale(rng, now)
    stage = Stage(rng, now=now)
    cases: list[Case] = []
    for scene in SCENES:
        try:
            cases.append(scene(stage))
        except NobodyFree:
            continue  # visitors logged every youth of that unit; the count that is printed tells
    catch_up(cases, now=now)
    hand_over(cases, now=now)
    return len(cases)


def _is_fresh(now: datetime) -> bool:
    recent = Episode.objects.filter(
        recorded_at__gt=now - FRESH_FOR, youth__case_number__startswith=CASE_NUMBERS
    )
    return any(is_ours(episode) for episode in recent.select_related("youth").order_by("id"))


def _end_stale(rng: Random, now: datetime) -> None:
    """Let the youth of the last time be back, and settle what was left to do."""
    left = (
        Episode.objects.with_work_left()
        .filter(youth__case_number__startswith=CASE_NUMBERS)
        .select_related("youth", "unit", "assigned_to", "recorded_by")
        .order_by("id")
    )
    for episode in left:
        if is_ours(episode):
            _end(rng, episode, now)


def _end(rng: Random, episode: Episode, now: datetime) -> None:
    by = episode.assigned_to or episode.recorded_by
    if episode.is_open:
        episode = returns.record_returned(
            episode=episode,
            by=by,
            now=now,
            returned=Moment(
                min(_latest_moment(episode) + timedelta(hours=2), now), Precision.EXACT
            ),
            returned_to=ReturnedTo.PLACEMENT,
            medical_care_needed=Known.NO,
        )
    for duty in episode.duties.open().order_by("order", "id"):
        _settle(rng, duty, episode, by, now)


def _settle(rng: Random, duty: Duty, episode: Episode, by: User, now: datetime) -> None:
    back_at = episode.ended_at or now
    at = min(back_at + timedelta(minutes=rng.randrange(30, 180)), now)
    if duty.phase == Phase.MISSING:
        lines = {"note": evidence.BACK}
        record(duty, Outcome.NOT_NEEDED, at=at, by=by, now=now, lines=lines)
        return
    office = OFFICE_OF[episode.unit.name]
    lines = evidence.proof(rng, code=duty.code, asked=duty.evidence_fields, office=office)
    record(duty, Outcome.DONE, at=at, by=by, now=now, lines=lines)


def _latest_moment(episode: Episode) -> datetime:
    """The last thing that is known to have happened while the youth was missing."""
    entries = Duty.objects.filter(episode=episode).values_list("evidence__happened_at", flat=True)
    moments = [episode.told_at, episode.located_at, *entries]
    return max(moment for moment in moments if moment is not None)
