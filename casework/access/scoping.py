"""Which records a person may see: the only road from an address to a record.

Someone else's record looks as if it did not exist: the `get_…_or_404` functions raise `Http404`
for it, as they do for an id that was never given.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.shortcuts import get_object_or_404

from casework.access.permissions import Permission
from casework.access.roles import PERMISSIONS, may
from casework.models import (
    Acknowledgement,
    Assignment,
    AuditEvent,
    Delivery,
    Duty,
    DutyEvidence,
    Episode,
    Flag,
    Merge,
    PossibleDuplicate,
    Reminder,
    Role,
    SavedView,
    Transfer,
    Unit,
    User,
    Youth,
    YouthContact,
    YouthName,
)
from casework.models.assignment import TransferQuerySet
from casework.models.duty import DutyQuerySet
from casework.models.episode import EpisodeQuerySet
from casework.models.flag import FlagQuerySet
from casework.models.merge import MergeQuerySet, PossibleDuplicateQuerySet
from casework.models.reminder import ReminderQuerySet

AGENCY_WIDE = frozenset({Role.ON_CALL})


_UNIT_AND_BELOW = """
    WITH RECURSIVE below AS (
        SELECT id FROM casework_unit WHERE id = %s
        UNION
        SELECT u.id FROM casework_unit u JOIN below b ON u.parent_id = b.id
    )
    SELECT id FROM below
"""


def unit_ids_in_scope(user: User) -> frozenset[int] | None:
    """The ids of the units whose records this person may see; None means all of them.

    Asks the database of supervisors alone: they see the units below theirs.
    """
    if not may(user, Permission.EPISODE_VIEW):
        return frozenset()
    if user.role in AGENCY_WIDE:
        return None
    if user.unit_id is None:
        return frozenset()
    if not _sees_units_below(user):
        return frozenset({user.unit_id})
    with connection.cursor() as cursor:
        cursor.execute(_UNIT_AND_BELOW, [user.unit_id])
        return frozenset(unit_id for (unit_id,) in cursor.fetchall())


def _sees_units_below(user: User) -> bool:
    return user.role == Role.SUPERVISOR and user.unit_id is not None


def _in_scope(user: User, path: str) -> Q:
    """That the unit at the end of `path` is in scope; asked within the query that it becomes part of."""
    units: frozenset[int] | RawSQL | None
    if may(user, Permission.EPISODE_VIEW) and _sees_units_below(user):
        units = RawSQL(_UNIT_AND_BELOW, [user.unit_id])  # noqa: S611 (the text is all ours)
    else:
        units = unit_ids_in_scope(user)
    return Q() if units is None else Q(**{f"{path}__in": units})


def units_of(user: User) -> QuerySet[Unit]:
    """The units in this person's scope."""
    units: QuerySet[Unit] = Unit.objects.filter(_in_scope(user, "pk"))
    return units


def has_several_units(user: User) -> bool:
    """Whether this person sees youth of more units than one."""
    units = unit_ids_in_scope(user)
    return units is None or len(units) > 1


def is_in_scope(user: User, unit: Unit) -> bool:
    """Whether this person sees the records of the unit."""
    units = unit_ids_in_scope(user)
    return units is None or unit.pk in units


def youth_visible_to(user: User) -> QuerySet[Youth]:
    """Youth of the units in this person's scope; of one who was on file twice the kept record."""
    return Youth.objects.filter(_in_scope(user, "unit"), merged_into__isnull=True)


def names_visible_to(user: User) -> QuerySet[YouthName]:
    """The names of these youth. Asks nothing of the youth's own table when the scope is everyone."""
    units = unit_ids_in_scope(user)
    names = YouthName.objects.all()
    return names if units is None else names.filter(youth__unit__in=units)


def contacts_visible_to(user: User) -> QuerySet[YouthContact]:
    """Phones and accounts of the youth in this person's scope."""
    return YouthContact.objects.filter(_in_scope(user, "youth__unit"))


def names_elsewhere(user: User) -> QuerySet[YouthName]:
    """The names of youth outside this person's scope: only that there is one may be told of them."""
    units = unit_ids_in_scope(user)
    if units is None:
        return YouthName.objects.none()
    return YouthName.objects.exclude(youth__unit__in=units)


def episodes_visible_to(user: User) -> EpisodeQuerySet:
    """Episodes of the units in this person's scope."""
    return Episode.objects.filter(_in_scope(user, "unit"))


def may_see_episode(user: User, episode: Episode) -> bool:
    """Whether this person's account is active and the episode in their scope."""
    return episodes_visible_to(user).filter(pk=episode.pk).exists()


def duties_visible_to(user: User) -> DutyQuerySet:
    """Duties of the episodes in this person's scope."""
    return Duty.objects.filter(_in_scope(user, "episode__unit"))


def flags_visible_to(user: User) -> FlagQuerySet:
    """Flags of the episodes in this person's scope."""
    return Flag.objects.filter(_in_scope(user, "episode__unit"))


def held_of(duties: Iterable[Duty], *, now: datetime) -> QuerySet[Acknowledgement]:
    """Who said "I'm on it" about these duties, which are in scope, where it holds at `now`."""
    return (
        Acknowledgement.objects.held_at(now)
        .filter(duty__in=list(duties))
        .select_related("by")
        .defer("by__password")
    )


def held_times_of(episode: Episode) -> QuerySet[Acknowledgement]:
    """Every time that somebody said "I'm on it" in an episode that is in scope, newest first."""
    return (
        Acknowledgement.objects.filter(duty__episode=episode)
        .select_related("duty", "by")
        .defer("duty__source", "duty__help", "duty__if_refused", "by__password")
    )


def last_holder_of(message: Delivery) -> Assignment | None:
    """Who was given the episode of this message last; None where nobody holds it, or always did."""
    last: Assignment | None = (
        Assignment.objects.filter(episode=message.reminder.episode_id, undone_at=None)
        .select_related("to_person")
        .order_by("-at", "-id")
        .first()
    )
    return last if last is not None and last.to_person is not None else None


def ledger_of(episode: Episode) -> ReminderQuerySet:
    """Every reminder of an episode that is in scope, with all that the ledger says of it."""
    acknowledged = Acknowledgement.objects.filter(
        duty=OuterRef("reminder__duty"), by=OuterRef("recipient"), at__gte=OuterRef("sent_at")
    ).order_by("at")
    deliveries = (
        Delivery.objects.select_related("recipient", "message")
        .defer("recipient__password")
        .annotate(acknowledged_at=Subquery(acknowledged.values("at")[:1]))
        .order_by("created_at", "recipient_id", "-channel", "id")  # the inbox, then mail
    )
    return (
        Reminder.objects.filter(episode=episode)
        .select_related("duty", "flag", "person")
        .defer("duty__source", "duty__help", "duty__if_refused", "person__password")
        .prefetch_related(Prefetch("deliveries", queryset=deliveries, to_attr="told"))
    )


def outcomes_of(duty_ids: Iterable[int]) -> Iterable[tuple[int, datetime, str]]:
    """What was recorded about these duties, whose episode is in scope: (duty, recorded at, outcome)."""
    entries = DutyEvidence.objects.filter(duty__in=duty_ids).order_by("recorded_at", "id")
    return entries.values_list("duty_id", "recorded_at", "outcome")


def duplicates_visible_to(user: User) -> PossibleDuplicateQuerySet:
    """Pairs of records both of which this person may see, also where they have been merged."""
    return PossibleDuplicate.objects.filter(
        _in_scope(user, "youth_a__unit"), _in_scope(user, "youth_b__unit")
    )


def half_visible_duplicates(user: User) -> PossibleDuplicateQuerySet:
    """Undecided pairs of which this person may see one record only: how many is all to be told."""
    one, other = _in_scope(user, "youth_a__unit"), _in_scope(user, "youth_b__unit")
    return PossibleDuplicate.objects.undecided().filter(one | other).exclude(one & other)


def twin_of(user: User, youth: Youth) -> PossibleDuplicate | None:
    """The pair to decide about that this youth is in, for those who may decide."""
    if not may(user, Permission.YOUTH_MERGE):
        return None
    pairs = duplicates_visible_to(user).undecided().filter(Q(youth_a=youth) | Q(youth_b=youth))
    return pairs.order_by("-found_at", "-id").first()


def merges_visible_to(user: User) -> MergeQuerySet:
    """Merges of two records both of which this person may see."""
    return Merge.objects.filter(_in_scope(user, "kept__unit"), _in_scope(user, "other__unit"))


def transfers_visible_to(user: User) -> TransferQuerySet:
    """Transfers out of and into this person's scope.

    Whoever may answer one sees its page, with the youth's name, before the episode is theirs.
    """
    if not may(user, Permission.EPISODE_TRANSFER):
        return Transfer.objects.none()
    return Transfer.objects.filter(_in_scope(user, "from_unit") | _in_scope(user, "to_unit"))


def get_transfer_or_404(user: User, public_id: UUID) -> Transfer:
    """The transfer with this id, if this person may see it."""
    transfers = transfers_visible_to(user).select_related(
        "episode__youth", "from_unit", "to_unit", "to_person", "by"
    )
    return get_object_or_404(transfers, public_id=public_id)


def assignments_of_batch(user: User, batch: UUID) -> QuerySet[Assignment]:
    """What this person handed over in one go, where they may still see it."""
    return (
        Assignment.objects.filter(batch=batch, by=user)
        .filter(_in_scope(user, "episode__unit"))
        .select_related("episode__youth", "episode__assigned_to", "from_person", "to_person")
        .order_by("id")
    )


def workers_visible_to(user: User, *, also: Iterable[UUID] = ()) -> QuerySet[User]:
    """Active people of this person's units who can hold cases; `also` those of other units, or gone,
    with one of these ids, if they hold something in scope.
    """
    roles = [role for role in Role if Permission.DUTY_RECORD in PERMISSIONS[role]]
    workers = Q(_in_scope(user, "unit"), is_active=True, role__in=roles)
    holders = episodes_visible_to(user).with_work_left().order_by().values("assigned_to")
    return User.objects.filter(workers | Q(public_id__in=list(also), pk__in=holders)).order_by(
        "name", "id"
    )


def saved_views_of(user: User) -> QuerySet[SavedView]:
    """This person's saved views, by name."""
    return user.saved_views.all()


def audit_events() -> QuerySet[AuditEvent]:
    """The audit trail, newest first; the view's permission decides who comes here."""
    return AuditEvent.objects.order_by("-id")


def get_episode_or_404(user: User, public_id: UUID) -> Episode:
    """The episode with this id, if this person may see it."""
    episodes = episodes_visible_to(user).select_related(
        "youth", "unit", "placement", "assigned_to", "recorded_by"
    )
    return get_object_or_404(episodes, public_id=public_id)


def get_duty_or_404(user: User, public_id: UUID) -> Duty:
    """The duty with this id, if this person may see its episode."""
    duties = duties_visible_to(user).select_related("episode__youth", "episode__unit", "done_by")
    return get_object_or_404(duties, public_id=public_id)


def get_flag_or_404(user: User, public_id: UUID) -> Flag:
    """The flag with this id, if this person may see its episode."""
    flags = flags_visible_to(user).select_related(
        "episode__youth", "episode__unit", "raised_by", "set_aside_by"
    )
    return get_object_or_404(flags, public_id=public_id)


def get_contact_or_404(user: User, episode: Episode, public_id: UUID) -> YouthContact:
    """The contact with this id, if it is one of the episode's youth and this person may see them."""
    contacts = contacts_visible_to(user).filter(youth=episode.youth_id)
    return get_object_or_404(contacts.select_related("youth"), public_id=public_id)


def get_saved_view_or_404(user: User, public_id: UUID) -> SavedView:
    """The saved view with this id, if it is this person's own."""
    return get_object_or_404(saved_views_of(user), public_id=public_id)


def get_duplicate_or_404(user: User, public_id: UUID) -> PossibleDuplicate:
    """The pair with this id, if this person may see both records."""
    pairs = duplicates_visible_to(user).select_related(
        "youth_a__unit",
        "youth_a__caseworker",
        "youth_b__unit",
        "youth_b__caseworker",
        "not_same_by",
        "compared_by",
    )
    return get_object_or_404(pairs, public_id=public_id)


def get_merge_or_404(user: User, public_id: UUID) -> Merge:
    """The merge with this id, if this person may see both records."""
    merges = merges_visible_to(user).select_related("kept__unit", "other__unit", "merged_by")
    return get_object_or_404(merges, public_id=public_id)


def get_delivery_or_404(user: User, public_id: UUID) -> Delivery:
    """The message with this id, if it was sent to this person or to the agency-wide address."""
    deliveries = Delivery.objects.filter(Q(recipient=user) | Q(recipient=None))
    return get_object_or_404(deliveries.select_related("reminder__episode"), public_id=public_id)
