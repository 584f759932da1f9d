"""A youth is logged missing: one episode, its duties and their reminders, in one transaction."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from casework import audit
from casework.models import (
    EndReason,
    Episode,
    FlagMark,
    Known,
    LeftFrom,
    Placement,
    Unit,
    User,
    Youth,
)
from casework.operations import clocks
from casework.operations.assessing import reassess
from casework.operations.flags import hand_raised
from casework.operations.locks import locked_youth
from casework.operations.protocols import protocol_for
from casework.operations.submissions import KeyReused
from casework.operations.youth import add_youth, split_name
from casework.policies.time_words import Moment, Precision

SAID_AT_INTAKE = "Whoever told us said that the youth is in danger right now."
REFERENCE_TRIES = 3  # a new reference may, very rarely, be taken already


class AlreadyMissing(Exception):
    """The youth already has an open episode; `episode` is that one."""

    def __init__(self, episode: Episode) -> None:
        super().__init__("This youth is already logged as missing.")
        self.episode = episode


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What a worker was told at intake. Only the moment of being told is needed."""

    told: Moment
    last_seen: Moment | None = None
    left_from: LeftFrom = LeftFrom.NOT_KNOWN
    in_danger: Known = Known.NOT_KNOWN
    police_called: Known = Known.NOT_KNOWN


def log_missing(
    *,
    by: User,
    now: datetime,
    submission_key: uuid.UUID,
    telling: Telling,
    youth: Youth | None = None,
    new_name: str = "",
    unit: Unit | None = None,
) -> Episode:
    """Open the episode of this youth, or of a youth added under `new_name`, and start its clocks.

    However often one form is submitted, at once or one after the other, there is one episode: a
    repeated `submission_key` returns the first one. Raises `AlreadyMissing` when the youth is logged
    missing from elsewhere: in an open episode, or in one that lasted when the agency was told; and
    `KeyReused` when the key belongs to an episode of somebody else, or of another youth.
    """
    for tries_left in reversed(range(REFERENCE_TRIES)):
        try:
            with transaction.atomic():
                if first := _sent_before(submission_key, by, youth, new_name):
                    return first
                return _open_episode(
                    by=by,
                    now=now,
                    submission_key=submission_key,
                    telling=telling,
                    youth=locked_youth(youth)
                    if youth
                    else _added(new_name, unit or _unit_of(by), by=by, now=now),
                )
        except IntegrityError:
            # Another submission won; its transaction has ended, so that its row can be read now.
            if first := _sent_before(submission_key, by, youth, new_name):
                return first
            other = _episode_at(_on_file(youth), telling.told.at) if youth else None
            if other is not None:
                raise AlreadyMissing(other) from None
            if not tries_left:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _sent_before(
    submission_key: uuid.UUID, by: User, youth: Youth | None, new_name: str
) -> Episode | None:
    """The episode that this very form has opened; None for a form that was not sent before."""
    first = Episode.objects.filter(submission_key=submission_key).select_related("youth").first()
    if first is None:
        return None
    is_same = first.youth == _on_file(youth) if youth else _is_called(first.youth, new_name)
    if first.recorded_by_id != by.pk or not is_same:
        raise KeyReused
    return first


def _on_file(youth: Youth) -> Youth:
    """The record that stands for this youth by now: another one after a merge."""
    return Youth.objects.get(pk=youth.pk).merged_into or youth


def _is_called(youth: Youth, name: str) -> bool:
    """Whether this is the name under which the youth was added; after a merge it may be an alias."""
    is_name = (youth.given_name, youth.family_name) == split_name(name)
    return is_name or " ".join(name.split()) in youth.aliases


def _added(name: str, unit: Unit, *, by: User, now: datetime) -> Youth:
    given_name, family_name = split_name(name)
    return add_youth(by=by, now=now, unit=unit, given_name=given_name, family_name=family_name)


def _episode_at(youth: Youth, told_at: datetime) -> Episode | None:
    """The youth's open episode, or the one that lasted at this moment."""
    return (
        youth.episodes.exclude(end_reason=EndReason.OPENED_IN_ERROR)
        .filter(Q(ended_at__isnull=True) | Q(told_at__lte=told_at, ended_at__gt=told_at))
        .order_by("-told_at", "-id")
        .first()
    )


def is_logged_already(submission_key: uuid.UUID) -> bool:
    """Whether this form has been submitted before; `log_missing` then gives its episode."""
    return Episode.objects.filter(submission_key=submission_key).exists()


def _unit_of(user: User) -> Unit:
    if user.unit is None:
        raise ValueError("A youth needs a unit, and this person has none.")
    return user.unit


def _open_episode(
    *, by: User, now: datetime, submission_key: uuid.UUID, telling: Telling, youth: Youth
) -> Episode:
    unit = youth.unit
    protocol = protocol_for(unit.jurisdiction)
    last_seen = telling.last_seen
    episode = Episode.objects.create(
        youth=youth,
        unit=unit,
        assigned_to=_worker_for(youth, by),
        jurisdiction=protocol.code,
        protocol_version=protocol.edition,
        time_zone=unit.time_zone,
        told_at=telling.told.at,
        told_precision=telling.told.precision,
        last_seen_at=last_seen.at if last_seen else None,
        last_seen_precision=last_seen.precision if last_seen else Precision.UNKNOWN,
        left_from=telling.left_from,
        placement=current_placement(youth, telling.told.at),
        in_danger=telling.in_danger,
        police_called=telling.police_called,
        description_at_start=description_of(youth),
        recorded_at=now,
        recorded_by=by,
        submission_key=submission_key,
    )
    clocks.plan(episode, now=now)
    if telling.in_danger == Known.YES:
        hand_raised(episode, by=by, now=now, mark=FlagMark.ENDANGERED, why=SAID_AT_INTAKE)
    reassess(episode, by=by, now=now, because_of="logged")
    audit.record("episode.logged", subject=episode, by=by, at=now, youth=str(youth.public_id))
    return episode


def _worker_for(youth: Youth, by: User) -> User:
    """Who holds the duties: the youth's own caseworker, or else whoever logged the youth.

    Reminders go to both: see `casework.notifications.recipients`.
    """
    # Asked anew, not taken from `youth`: an account may have been closed at this very moment, and
    # then the database refuses it as the holder, and this is tried again.
    return User.objects.filter(youth=youth, is_active=True).first() or by


def current_placement(youth: Youth, at: datetime) -> Placement | None:
    """Where the youth was placed at that moment."""
    return (
        youth.placements.filter(started_at__lte=at)
        .exclude(ended_at__lte=at)
        .order_by("-started_at", "-id")
        .first()
    )


def description_of(youth: Youth) -> dict[str, str | int | None]:
    """The youth's description as it stands, to keep with the episode; None means not known."""
    return {
        "height_cm": youth.height_cm,
        "weight_grams": youth.weight_grams,
        "eye_color": youth.eye_color or None,
        "hair_color": youth.hair_color or None,
        "marks": youth.marks or None,
        "medical_needs": youth.medical_needs or None,
    }
