"""The reminder inbox, and the address that an e-mail points to."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import duties_visible_to, get_delivery_or_404, messages_of
from casework.operations import reminders
from casework.presenters.reminders import reminder_rows
from casework.views.people import signed_in

SHOWN = 100


@requires(Permission.REMINDERS_READ)
def inbox(request: HttpRequest) -> HttpResponse:
    """What needs action, then what is for information."""
    user, now = signed_in(request), timezone.now()
    newest = list(
        messages_of(user)
        .select_related("reminder__duty__episode__youth", "reminder__episode__youth")
        .order_by("-created_at", "-id")[:SHOWN]
    )
    visible = set(
        duties_visible_to(user)
        .filter(reminders__deliveries__in=newest)
        .values_list("pk", flat=True)
    )
    needs_action, for_information = reminder_rows(newest, visible=visible, now=now)
    return render(
        request,
        "casework/reminder/inbox.html",
        {
            "needs_action": needs_action,
            "for_information": for_information,
            "now": now,
            "zone": user.unit.zone if user.unit else None,
        },
    )


@requires(Permission.REMINDERS_READ)
def reminder(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Open one reminder: note that it was seen, and go to its duty."""
    user, now = signed_in(request), timezone.now()
    delivery = get_delivery_or_404(user, delivery_id)
    reminders.mark_seen(delivery, by=user, now=now)
    duty = duties_visible_to(user).filter(reminders=delivery.reminder).first()
    if duty is None:
        return render(request, "casework/reminder/moved.html")
    return redirect(duty)
