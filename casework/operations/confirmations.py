"""What the agency has confirmed of its protocols: kept entry by entry, worth what it says today."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from casework import audit
from casework.models import ConfirmationKind, DutyConfirmation, User
from casework.operations.protocols import protocol_for, protocols_in_use
from casework.operations.submissions import KeyReused
from casework.policies.fingerprint import fingerprints
from casework.policies.rules import Protocol


class UnknownDuty(ValueError):
    """The protocol, or one of its duties, does not exist (any more)."""


class NotConfirmed(ValueError):
    """There is no confirmation to withdraw."""


class Confirmed(StrEnum):
    """How a duty stands with the agency."""

    YES = "yes"
    CHANGED_SINCE = "changed_since"
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one duty stands, and the latest entry about it, if there is one."""

    confirmed: Confirmed
    latest: DutyConfirmation | None = None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many of a protocol's duties in force the agency has not confirmed."""

    unconfirmed: int
    duties: int


@transaction.atomic
def confirm(
    *,
    by: User,
    now: datetime,
    jurisdiction: str,
    codes: Collection[str],
    confirmed_by: str,
    confirmed_on: date,
    submission_key: uuid.UUID,
    note: str = "",
) -> list[DutyConfirmation]:
    """Keep that `confirmed_by` stands for these duties of a protocol as they read now.

    All of them or none: raises `UnknownDuty` when the protocol lacks one. Two people may confirm
    the same duty; both stay on record. The same form sent again adds nothing; raises `KeyReused`
    when its key belongs to something else.
    """
    return _add(
        ConfirmationKind.CONFIRMED,
        by=by,
        now=now,
        jurisdiction=jurisdiction,
        codes=codes,
        submission_key=submission_key,
        confirmed_by=confirmed_by,
        confirmed_on=confirmed_on,
        note=note,
    )


@transaction.atomic
def withdraw(
    *,
    by: User,
    now: datetime,
    jurisdiction: str,
    codes: Collection[str],
    reason: str,
    submission_key: uuid.UUID,
) -> list[DutyConfirmation]:
    """Take the confirmation of these duties back, for a reason. What was confirmed stays on record.

    All of them or none: raises `UnknownDuty` as `confirm` does, and `NotConfirmed` when one has no
    confirmation. The same form sent again adds nothing; `KeyReused` is raised as by `confirm`.
    """
    is_new = not DutyConfirmation.objects.filter(submission_key=submission_key).exists()
    if is_new and not set(codes) <= withdrawable(standing(jurisdiction)):
        raise NotConfirmed("Not saved: one of these duties is not confirmed (any more).")
    return _add(
        ConfirmationKind.WITHDRAWN,
        by=by,
        now=now,
        jurisdiction=jurisdiction,
        codes=codes,
        submission_key=submission_key,
        note=reason,
    )


def standing(jurisdiction: str) -> Mapping[str, Standing]:
    """How each duty of a jurisdiction's protocol stands, by its code. Asks the database once."""
    protocol = protocol_for(jurisdiction)
    latest = {entry.code: entry for entry in latest_entries(protocol.code)}
    return {
        code: _standing(latest.get(code), now_says)
        for code, now_says in fingerprints(protocol).items()
    }


def withdrawable(stands: Mapping[str, Standing]) -> set[str]:
    """The duties whose confirmation stands, or stood before their rules changed."""
    return {code for code, one in stands.items() if one.confirmed is not Confirmed.NO}


def unconfirmed_count(jurisdiction: str, day: date) -> Tally:
    """How many duties in force on a local day are not confirmed. Asks the database once."""
    return tally_of(protocol_for(jurisdiction), standing(jurisdiction), day)


def tally_of(protocol: Protocol, stands: Mapping[str, Standing], day: date) -> Tally:
    """The same from standings that are known already."""
    in_force = protocol.duties_on(day)
    confirmed = [code for code in in_force if stands[code].confirmed is Confirmed.YES]
    return Tally(unconfirmed=len(in_force) - len(confirmed), duties=len(in_force))


def standings() -> Mapping[str, Mapping[str, Standing]]:
    """How each duty of every protocol stands, by the protocol's code. Asks the database once."""
    latest: dict[str, dict[str, DutyConfirmation]] = {}
    for entry in latest_entries():
        latest.setdefault(entry.jurisdiction, {})[entry.code] = entry
    return {
        code: {
            duty: _standing(latest.get(code, {}).get(duty), now_says)
            for duty, now_says in fingerprints(protocol).items()
        }
        for code, protocol in protocols_in_use().items()
    }


def latest_entries(jurisdiction: str | None = None) -> QuerySet[DutyConfirmation]:
    """The latest entry about each duty, of one jurisdiction or of all."""
    entries = DutyConfirmation.objects.select_related("recorded_by")
    if jurisdiction is not None:
        entries = entries.filter(jurisdiction=jurisdiction)
    return entries.order_by("jurisdiction", "code", "-id").distinct("jurisdiction", "code")


def history(jurisdiction: str) -> QuerySet[DutyConfirmation]:
    """Every entry about a jurisdiction's duties, newest first."""
    entries = DutyConfirmation.objects.filter(jurisdiction=jurisdiction)
    return entries.select_related("recorded_by").order_by("-id")


def _standing(latest: DutyConfirmation | None, now_says: str) -> Standing:
    if latest is None or latest.kind == ConfirmationKind.WITHDRAWN:
        return Standing(confirmed=Confirmed.NO, latest=latest)
    if latest.fingerprint != now_says:
        return Standing(confirmed=Confirmed.CHANGED_SINCE, latest=latest)
    return Standing(confirmed=Confirmed.YES, latest=latest)


def _add(
    kind: ConfirmationKind,
    *,
    by: User,
    now: datetime,
    jurisdiction: str,
    codes: Collection[str],
    submission_key: uuid.UUID,
    **said: str | date,
) -> list[DutyConfirmation]:
    """Save one entry a duty, and one line of the audit trail about them all."""
    protocol = protocols_in_use().get(jurisdiction)
    if protocol is None:
        raise UnknownDuty(f"Not saved: there is no protocol {jurisdiction}.")
    rules_say = fingerprints(protocol)
    if unknown := set(codes) - set(rules_say):
        raise UnknownDuty(f"Not saved: {jurisdiction} has no duty {', '.join(sorted(unknown))}.")
    entries = [
        DutyConfirmation(
            jurisdiction=jurisdiction,
            code=code,
            kind=kind,
            fingerprint=rules_say[code],
            protocol_version=protocol.version,
            recorded_at=now,
            recorded_by=by,
            submission_key=submission_key,
            **said,
        )
        for code in sorted(set(codes))
    ]
    try:
        with transaction.atomic():
            DutyConfirmation.objects.bulk_create(entries)
    except IntegrityError:
        if saved := _sent_before(entries, submission_key):
            return saved
        raise
    audit.record(
        f"protocol.{kind}",
        subject=None,
        by=by,
        at=now,
        jurisdiction=jurisdiction,
        version=protocol.version,
        duties=[entry.code for entry in entries],
        entries=[str(entry.public_id) for entry in entries],
    )
    return entries


def _sent_before(entries: list[DutyConfirmation], key: uuid.UUID) -> list[DutyConfirmation]:
    """What the same form added when it was sent first; empty when it was not."""
    saved = list(DutyConfirmation.objects.filter(submission_key=key).order_by("code"))
    meant, kept = ({(e.jurisdiction, e.kind, e.code) for e in each} for each in (entries, saved))
    if saved and meant != kept:
        raise KeyReused
    return saved
