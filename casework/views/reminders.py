"""The reminder inbox, and the address that an e-mail points to."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import (
    duties_needing_action,
    duties_visible_to,
    episodes_visible_to,
    flags_visible_to,
    get_delivery_or_404,
    latest_flag_messages,
    latest_messages,
    messages_of,
)
from casework.models.reminder import DeliveryQuerySet
from casework.operations import reminders
from casework.presenters.reminders import action_rows, information_rows
from casework.views.people import signed_in

NEWEST = 50  # messages for information; of what needs action none is left out


@requires(Permission.REMINDERS_READ)
def inbox(request: HttpRequest) -> HttpResponse:
    """Flags to look at, what needs action, then what is for information."""
    user, now = signed_in(request), timezone.now()
    needing = list(
        duties_needing_action(user)
        .select_related("episode__youth")
        .prefetch_related("episode__flags")
        .defer("source", "help", "if_refused", "episode__description_at_start")
    )
    latest = latest_messages(user, needing).select_related("reminder")
    about_flags = sorted(
        # No duty is behind these: joined all the same, the whole past of duties would be read.
        latest_flag_messages(user, now=now)
        .select_related("reminder__flag", "reminder__episode__youth")
        .prefetch_related("reminder__episode__flags")
        .defer("reminder__episode__description_at_start"),
        key=lambda message: (message.created_at, message.pk),
        reverse=True,
    )
    others = list(
        _with_item(messages_of(user))
        .exclude(reminder__duty__in=needing)
        .exclude(reminder__flag__in=[message.reminder.flag_id for message in about_flags])
        .order_by("-created_at", "-id")[:NEWEST]
    )
    visible = set(
        episodes_visible_to(user)
        .filter(pk__in={message.reminder.episode_id for message in (*about_flags, *others)})
        .values_list("pk", flat=True)
    )
    return render(
        request,
        "casework/reminder/inbox.html",
        {
            "needs_action": action_rows(needing, latest, now=now),
            "flags": information_rows(about_flags, visible=visible, now=now),
            "for_information": information_rows(others, visible=visible, now=now),
            "now": now,
            "zone": user.unit.zone if user.unit else None,
        },
    )


def _with_item(messages: DeliveryQuerySet) -> DeliveryQuerySet:
    """These messages with what each is about."""
    return (
        messages.select_related("reminder__duty", "reminder__flag", "reminder__episode__youth")
        .prefetch_related("reminder__episode__flags")
        .defer(
            "reminder__duty__source",
            "reminder__duty__help",
            "reminder__duty__if_refused",
            "reminder__episode__description_at_start",
        )
    )


@requires(Permission.REMINDERS_READ)
def reminder(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Open one reminder: note that it was seen, and go to its duty, or to why a youth is flagged."""
    user, now = signed_in(request), timezone.now()
    delivery = get_delivery_or_404(user, delivery_id)
    reminders.mark_seen(delivery, by=user, now=now)
    duty = duties_visible_to(user).filter(reminders=delivery.reminder).first()
    if duty is None:
        flag = flags_visible_to(user).filter(reminders=delivery.reminder).first()
        if flag is not None:
            return redirect(f"{flag.episode.get_absolute_url()}#why-flagged")
        return render(request, "casework/reminder/moved.html")
    return redirect(duty)
