"""Which records a person may see: the only road from an address to a record.

Someone else's record looks as if it did not exist: the `get_…_or_404` functions raise `Http404`
for it, as they do for an id that was never given.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404

from casework.access.permissions import Permission
from casework.access.roles import may
from casework.models import (
    AssessmentRecord,
    AuditEvent,
    Delivery,
    Duty,
    Episode,
    Flag,
    Role,
    Unit,
    User,
    Youth,
    YouthName,
)
from casework.models.duty import DutyQuerySet
from casework.models.episode import EpisodeQuerySet
from casework.models.flag import FlagQuerySet
from casework.models.reminder import DeliveryQuerySet

AGENCY_WIDE = frozenset({Role.ON_CALL})


def units_in_scope(user: User) -> QuerySet[Unit] | None:
    """The units whose records this person may see; None means all of them."""
    none: QuerySet[Unit] = Unit.objects.none()
    if not may(user, Permission.EPISODE_VIEW):
        return none
    if user.role in AGENCY_WIDE:
        return None
    if user.unit is None:
        return none
    own: QuerySet[Unit] = Unit.objects.filter(pk=user.unit_id)
    below: QuerySet[Unit] = user.unit.descendants(include_self=True)
    return below if user.role == Role.SUPERVISOR else own


def _in_scope(user: User, path: str) -> Q:
    units = units_in_scope(user)
    if units is None:
        return Q()
    return Q(**{f"{path}__in": units.values("pk")})


def youth_visible_to(user: User) -> QuerySet[Youth]:
    """Youth of the units in this person's scope."""
    return Youth.objects.filter(_in_scope(user, "unit"))


def names_visible_to(user: User) -> QuerySet[YouthName]:
    """The names of these youth. Asks nothing of the youth's own table when the scope is everyone."""
    return YouthName.objects.filter(_in_scope(user, "youth__unit"))


def episodes_visible_to(user: User) -> EpisodeQuerySet:
    """Episodes of the units in this person's scope."""
    return Episode.objects.filter(_in_scope(user, "unit"))


def may_see_episode(user: User, episode: Episode) -> bool:
    """Whether this person's account is active and the episode in their scope."""
    return episodes_visible_to(user).filter(pk=episode.pk).exists()


def caseload_of(user: User) -> EpisodeQuerySet:
    """Episodes in scope with work left, each with its open duties in `open_duties`, its flags in
    `all_flags`, and in `is_assessed` what the last assessment said (None: there was none).
    """
    latest = AssessmentRecord.objects.filter(episode=OuterRef("pk")).order_by("-made_at", "-id")
    return (
        episodes_visible_to(user)
        .with_work_left()
        .annotate(is_assessed=Subquery(latest.values("is_assessed")[:1]))
        .select_related("youth", "placement", "assigned_to")
        .defer("description_at_start", "youth__medical_needs", "assigned_to__password")
        .prefetch_related(
            Prefetch(
                "duties",
                queryset=Duty.objects.open().defer("source", "help", "if_refused"),
                to_attr="open_duties",
            ),
            Prefetch("flags", to_attr="all_flags"),
        )
        .order_by("told_at", "id")
    )


def duties_visible_to(user: User) -> DutyQuerySet:
    """Duties of the episodes in this person's scope."""
    return Duty.objects.filter(_in_scope(user, "episode__unit"))


def flags_visible_to(user: User) -> FlagQuerySet:
    """Flags of the episodes in this person's scope."""
    return Flag.objects.filter(_in_scope(user, "episode__unit"))


def messages_of(user: User) -> DeliveryQuerySet:
    """The messages in this person's inbox."""
    return Delivery.objects.inbox_of(user)


def duties_needing_action(user: User) -> DutyQuerySet:
    """Open duties in this person's scope of which a message is in the inbox: what the badge counts.

    Asked from the open duties, which are few however many messages lie in the inbox.
    """
    told = messages_of(user).filter(reminder__duty=OuterRef("pk"))
    return duties_visible_to(user).open().filter(Exists(told))


def latest_messages(user: User, duties: Iterable[Duty]) -> DeliveryQuerySet:
    """The latest message to this person about each of these duties."""
    return (
        messages_of(user)
        .filter(reminder__duty__in=duties)
        .order_by("reminder__duty_id", "-created_at", "-id")
        .distinct("reminder__duty_id")
    )


def latest_flag_messages(user: User, *, now: datetime) -> DeliveryQuerySet:
    """The latest message to this person about each flag in scope that somebody should look at."""
    return (
        messages_of(user)
        .filter(reminder__flag__in=flags_visible_to(user).undecided(now))
        .order_by("reminder__flag_id", "-created_at", "-id")
        .distinct("reminder__flag_id")
    )


def units_for_intake(user: User) -> QuerySet[Unit]:
    """The units for whose youth this person may log an episode."""
    units = units_in_scope(user)
    return Unit.objects.all() if units is None else units


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


def get_delivery_or_404(user: User, public_id: UUID) -> Delivery:
    """The message with this id, if it was sent to this person."""
    deliveries = Delivery.objects.filter(recipient=user).select_related("reminder__episode")
    return get_object_or_404(deliveries, public_id=public_id)
