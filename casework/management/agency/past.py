"""The past: two years of episodes that are over, written in bulk and without reminders."""

from datetime import datetime, timedelta
from random import Random

from casework.management.agency import records
from casework.management.agency.answers import make_answers
from casework.management.agency.figures import (
    EVER_MISSING,
    GIRLS_AMONG_MISSING,
    LEFT_CARE_WHILE_MISSING,
    MISSING_FROM_AGE,
    PAST,
    PAST_ENDS_BEFORE,
    draw,
)
from casework.management.agency.keys import episode_key
from casework.management.agency.lives import (
    Absence,
    absences,
    lengths_of_absences,
    stays,
)
from casework.management.agency.people import OFFICES, email_of
from casework.models import EndReason, Episode, Known, LeftFrom, Placement, Sex, User, Youth
from casework.operations.episodes import description_of
from casework.operations.protocols import protocol_for

LEAVING_FROM_AGE, GROWN_UP, USUAL_AGE = 17, 18, 15
# What callers knew; these shares are ours.
LEFT_FROM = {
    LeftFrom.PLACEMENT: 70,
    LeftFrom.SCHOOL: 12,
    LeftFrom.ELSEWHERE: 13,
    LeftFrom.NOT_KNOWN: 5,
}
IN_DANGER = {Known.YES: 8, Known.NO: 62, Known.NOT_KNOWN: 30}
POLICE_CALLED = {Known.YES: 35, Known.NO: 45, Known.NOT_KNOWN: 20}
MEDICAL_CARE = {Known.YES: 12, Known.NO: 60, Known.NOT_KNOWN: 28}
LOGGED_ON_CALL = 0.25
DECIDED = 0.6  # how often it was noted when the agency decided that the youth is missing
AREAS = {office.name: office.area for office in OFFICES}


def make_past(rng: Random, youth: list[Youth], *, now: datetime) -> int:
    """Add placements of all youth and the past episodes of some; return how many episodes."""
    on_call = User.objects.get(email=email_of("oncall"))
    away = _absences_by_youth(rng, youth, now)
    placements = [
        placement for one in youth for placement in _placements(rng, one, away.get(one, []), now)
    ]
    Placement.objects.bulk_create(placements)
    placed: dict[Youth, list[Placement]] = {}
    for placement in placements:
        placed.setdefault(placement.youth, []).append(placement)
    episodes = [
        _episode(rng, one, absence, placed[one], on_call)
        for one, absences_of_one in away.items()
        for absence in absences_of_one
    ]
    Episode.objects.bulk_create(episodes)
    records.make_records(rng, episodes)
    make_answers(episodes)
    return len(episodes)


def age_of(youth: Youth, now: datetime) -> int:
    """The age in whole years; that of most youth in care where no birthday is known."""
    return youth.age_on(now.date()) or USUAL_AGE


def _absences_by_youth(
    rng: Random, youth: list[Youth], now: datetime
) -> dict[Youth, list[Absence]]:
    """Who was missing, and when: the shares that `figures` names."""
    start, end = now - PAST, now - PAST_ENDS_BEFORE
    old_enough = [one for one in youth if age_of(one, now) >= MISSING_FROM_AGE]
    count = round(EVER_MISSING * len(old_enough))
    in_care = [one for one in old_enough if one.recorded_at < start]
    girls = round(GIRLS_AMONG_MISSING * count)
    missing = [
        *rng.sample([one for one in in_care if one.sex == Sex.FEMALE], girls),
        *rng.sample([one for one in in_care if one.sex != Sex.FEMALE], count - girls),
    ]
    lengths = lengths_of_absences(rng, len(missing), end - start)
    leavers = rng.sample(
        [one for one in missing if age_of(one, now) >= LEAVING_FROM_AGE],
        round(LEFT_CARE_WHILE_MISSING * len(missing)),
    )
    return {
        one: absences(
            rng,
            lengths[index],
            start=start,
            end=end,
            zone=one.unit.zone,
            last_reason=_left_care(one, now) if one in leavers else EndReason.RETURNED,
        )
        for index, one in enumerate(missing)
    }


def _left_care(youth: Youth, now: datetime) -> EndReason:
    return EndReason.AGED_OUT if age_of(youth, now) >= GROWN_UP else EndReason.COURT_ENDED


def _placements(rng: Random, youth: Youth, away: list[Absence], now: datetime) -> list[Placement]:
    area = AREAS[youth.unit.name]
    return [
        Placement(
            youth=youth,
            name=stay.name,
            kind=stay.kind,
            phone=f"{area}-555-01{rng.randrange(100):02}",
            started_at=stay.started_at,
            ended_at=stay.ended_at,
        )
        for stay in stays(rng, away, since=youth.recorded_at, age=age_of(youth, now), now=now)
    ]


def _episode(
    rng: Random, youth: Youth, absence: Absence, placements: list[Placement], on_call: User
) -> Episode:
    worker = youth.caseworker or youth.recorded_by
    unit = youth.unit
    protocol = protocol_for(unit.jurisdiction)
    told_at = absence.told_at
    is_back = absence.returned_to is not None
    decided_at = None
    if unit.jurisdiction != "us" and rng.random() < DECIDED:
        decided_at = told_at + timedelta(minutes=rng.randrange(3, 30))
    return Episode(
        youth=youth,
        unit=unit,
        assigned_to=worker,
        jurisdiction=protocol.code,
        protocol_version=protocol.edition,
        time_zone=unit.time_zone,
        told_at=told_at,
        told_precision=absence.told_precision,
        last_seen_at=absence.last_seen_at,
        last_seen_precision=absence.last_seen_precision,
        determined_missing_at=decided_at,
        located_at=absence.located_at,
        located_recorded_at=absence.located_at,
        located_by=worker if absence.located_at else None,
        returned_at=absence.ended_at if is_back else None,
        returned_recorded_at=absence.ended_at if is_back else None,
        returned_by=worker if is_back else None,
        returned_to=absence.returned_to or "",
        medical_care_needed=draw(rng, MEDICAL_CARE) if is_back else Known.NOT_KNOWN,
        ended_at=absence.ended_at,
        ended_recorded_at=absence.ended_at,
        ended_by=worker,
        end_reason=absence.end_reason,
        left_from=draw(rng, LEFT_FROM),
        placement=next(
            one
            for one in placements
            if one.started_at <= told_at and (one.ended_at is None or told_at < one.ended_at)
        ),
        in_danger=draw(rng, IN_DANGER),
        police_called=draw(rng, POLICE_CALLED),
        description_at_start=description_of(youth),
        recorded_at=told_at + timedelta(minutes=rng.randrange(2, 25)),
        recorded_by=on_call if rng.random() < LOGGED_ON_CALL else worker,
        submission_key=episode_key(youth.case_number, told_at),
    )
