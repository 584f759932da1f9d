"""Possible duplicates: two records that are likely of one youth, found by rules or named by people.

Each record is compared with the few that an index finds to resemble it, never all with all.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, transaction
from django.db.models import Q

from casework import audit
from casework.access.names import called_alike, called_exactly, similar
from casework.models import PossibleDuplicate, Pulse, User, Youth, YouthContact, YouthName
from casework.notifications import pulses
from casework.policies.likeness import Comparison, Described, compare, near_birth_dates
from casework.policies.name_keys import name_keys

log = logging.getLogger(__name__)

PULSE = "duplicates"  # when all that had changed was last looked at
SO_FAR = "duplicates so far"  # of a look that was cut off: the number of the youth it has reached
OVERLAP = timedelta(hours=1)  # longer than any transaction that was open then
FIRST_LOOK = timedelta(days=30)
MOST = 50  # records that one is compared with


class Refused(Exception):
    """Why nothing was decided; the sentence says what to do."""


def described(youth: Youth) -> Described:
    """What of this record is compared with another."""
    return Described(
        name=f"{youth.given_name} {youth.family_name}".strip(),
        also=(youth.nickname, *youth.aliases),
        born_on=youth.born_on,
        case_number=youth.case_number or "",
        contacts=frozenset(f"{contact.kind} {contact.key}" for contact in youth.contacts.all()),
        unit=youth.unit_id,
    )


def comparison_of(one: Youth, other: Youth) -> Comparison:
    """How alike these two records are as they stand now."""
    return compare(described(one), described(other))


def look_for_duplicates(youth: Youth, *, now: datetime) -> list[PossibleDuplicate]:
    """Keep in mind each record that is likely of the same youth; return what is new.

    What somebody has called "not the same" is not asked again, nor what is known already.
    """
    likely = _likely(youth)
    known = _decided_or_known(youth, [other for other, _ in likely])
    new = [
        _pair_of(youth, other, comparison, now=now)
        for other, comparison in likely
        if other.pk not in known
    ]
    # Somebody may find the same at this moment.
    PossibleDuplicate.objects.bulk_create(new, ignore_conflicts=True)
    audit.record_each("duplicate.found", [(pair, {}) for pair in new], by=None, at=now)
    return new


def _decided_or_known(youth: Youth, others: Sequence[Youth]) -> set[int]:
    """Of these the ids of those that stand beside the youth already, or were called another youth.

    What was said of a record that has been merged was said of the one that it was merged into.
    """
    if not others:
        return set()
    stands_for = {one.pk: one.pk for one in (youth, *others)}
    merged = Youth.objects.filter(merged_into__in=list(stands_for))
    stands_for |= {pk: kept for pk, kept in merged.values_list("pk", "merged_into") if kept}
    mine = [pk for pk, kept in stands_for.items() if kept == youth.pk]
    pairs = PossibleDuplicate.objects.filter(Q(youth_a__in=mine) | Q(youth_b__in=mine))
    known = set()
    for a, b, not_same_at in pairs.values_list("youth_a", "youth_b", "not_same_at"):
        if not_same_at is not None or youth.pk in (a, b):
            known |= {stands_for.get(a), stands_for.get(b)}
    return {pk for pk in known if pk is not None}


def likely_records_of(youth: Youth) -> list[Youth]:
    """Other records of the whole agency that are likely of the same youth, as things stand now."""
    return [other for other, _ in _likely(youth)]


def _likely(youth: Youth) -> list[tuple[Youth, Comparison]]:
    if youth.merged_into_id is not None:
        return []
    mine = described(youth)
    compared = [(other, compare(mine, described(other))) for other in _candidates(youth)]
    return [(other, comparison) for other, comparison in compared if comparison.is_likely]


def _pair_of(
    one: Youth, other: Youth, comparison: Comparison, *, now: datetime, by: User | None = None
) -> PossibleDuplicate:
    first, second = sorted((one, other), key=lambda youth: youth.pk)
    return PossibleDuplicate(
        youth_a=first,
        youth_b=second,
        reasons=list(comparison.reasons),
        found_at=now,
        compared_by=by,
    )


def _candidates(youth: Youth) -> Iterable[Youth]:
    """Records that resemble this one in their names, or in birth date and one name, or a contact."""
    near = {*_by_name(youth), *_by_birth_date(youth), *_by_contact(youth)} - {youth.pk}
    return (
        Youth.objects.filter(pk__in=near, merged_into__isnull=True)
        .prefetch_related("contacts")
        .order_by("pk")
    )


def _by_name(youth: Youth) -> Iterator[int]:
    """Given name and family name, of several words the first and the last; nickname likewise."""
    family = name_keys([youth.family_name])[-1:]
    for called in (youth.given_name, youth.nickname):
        words = [*name_keys([called])[:1], *family]
        if words:
            for look_up in (called_exactly, called_alike, similar):
                yield from look_up(YouthName.objects.all(), words, most=MOST)


def _by_birth_date(youth: Youth) -> Iterable[int]:
    if youth.born_on is None:
        return []
    words = name_keys(youth.names)
    names = YouthName.objects.filter(
        Q(folded__in=[word.folded for word in words])
        | Q(sound__in=[word.sound for word in words if word.sound])
        | Q(letters__in=[word.letters for word in words])
    )
    born = Youth.objects.filter(born_on__in=near_birth_dates(youth.born_on))
    return (
        born.filter(pk__in=names.values("youth"))
        .order_by("-pk")
        .values_list("pk", flat=True)[:MOST]
    )


def _by_contact(youth: Youth) -> Iterator[int]:
    for contact in youth.contacts.all():
        same = YouthContact.objects.filter(key=contact.key, kind=contact.kind)
        yield from same.order_by("-pk").values_list("youth", flat=True)[:MOST]


def look_at_changes(*, now: datetime) -> int:
    """Look for duplicates of every youth that was added or changed since the last time.

    Returns how many pairs are new. A look that is cut off by the task's time limit goes on next time
    where it was; one record that cannot be compared does not stop the rest.
    """
    unfinished = Pulse.objects.filter(name=SO_FAR).first()
    began_at, reached = (unfinished.at, pulses.place_of(SO_FAR)) if unfinished else (now, 0)
    found = 0
    to_compare = sorted(pk for pk in _changed_since(_since(now)) if pk > reached)
    for youth_id in to_compare:
        try:
            with transaction.atomic():
                youth = Youth.objects.prefetch_related("contacts").filter(pk=youth_id).first()
                found += len(look_for_duplicates(youth, now=now)) if youth else 0
        except SoftTimeLimitExceeded:
            if youth_id == to_compare[0]:  # one that takes all the time must not hold up the rest
                pulses.note_place(SO_FAR, youth_id, now=began_at)
            raise
        except OperationalError:
            raise  # the database was busy or away: the same record next time
        except Exception:  # one bad record must not stop the rest
            log.exception("Youth %s could not be compared", youth_id)
        pulses.note_place(SO_FAR, youth_id, now=began_at)
    # What has changed since this look began is for the next one.
    pulses.beat(PULSE, now=began_at)
    Pulse.objects.filter(name=SO_FAR).delete()
    return found


def _since(now: datetime) -> datetime:
    last = Pulse.objects.filter(name=PULSE).first()
    return last.at - OVERLAP if last else now - FIRST_LOOK


def _changed_since(since: datetime) -> list[int]:
    history = Youth.pgh_event_model.objects.order_by("-pgh_id")  # type: ignore[attr-defined]
    changed: dict[int, None] = {}
    for youth_id, at in history.values_list("pgh_obj", "pgh_created_at").iterator():
        if at < since:
            break
        changed[youth_id] = None
    recent = YouthContact.objects.order_by("-pk").values_list("youth", "recorded_at")
    for youth_id, at in recent.iterator():
        if at < since:
            break
        changed[youth_id] = None
    return list(changed)


@transaction.atomic
def put_side_by_side(*, one: Youth, other: Youth, by: User, now: datetime) -> PossibleDuplicate:
    """The pair of these two records, new when nobody has compared them yet.

    Raises `Refused` for one and the same record.
    """
    if one.pk == other.pk:
        raise Refused("This is the same record. Select another one.")
    pair = _pair_of(one, other, comparison_of(one, other), now=now, by=by)
    pair, is_new = PossibleDuplicate.objects.get_or_create(
        youth_a=pair.youth_a,
        youth_b=pair.youth_b,
        defaults={"reasons": pair.reasons, "found_at": now, "compared_by": by},
    )
    if is_new:
        audit.record("duplicate.compared", subject=pair, by=by, at=now)
    return pair


@transaction.atomic
def say_not_the_same(
    *, pair: PossibleDuplicate, by: User, now: datetime, why: str
) -> PossibleDuplicate:
    """Keep that these are two youth, and why; nobody is asked again. Twice changes nothing.

    Raises `Refused` when the records have been merged meanwhile.
    """
    pair = _held(pair)
    if pair.not_same_at is not None:
        return pair
    if not PossibleDuplicate.objects.undecided().filter(pk=pair.pk).exists():
        raise Refused("Someone has merged one of these records. Undo the merge first.")
    pair.not_same_at, pair.not_same_by, pair.not_same_why = now, by, why
    pair.save(update_fields=["not_same_at", "not_same_by", "not_same_why"])
    audit.record("duplicate.not_same", subject=pair, by=by, at=now)
    return pair


@transaction.atomic
def ask_again(*, pair: PossibleDuplicate, by: User, now: datetime) -> PossibleDuplicate:
    """Take back that these are two youth. Twice changes nothing."""
    pair = _held(pair)
    if pair.not_same_at is not None:
        pair.not_same_at, pair.not_same_by, pair.not_same_why = None, None, ""
        pair.save(update_fields=["not_same_at", "not_same_by", "not_same_why"])
        audit.record("duplicate.asked_again", subject=pair, by=by, at=now)
    return pair


def _held(pair: PossibleDuplicate) -> PossibleDuplicate:
    return PossibleDuplicate.objects.select_for_update(of=("self",)).get(pk=pair.pk)
