"""The reminder inbox, and the address that an e-mail points to."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework.access.board import BoardFilter, page_of, rows_for
from casework.access.board_address import read_query
from casework.access.decorators import requires
from casework.access.inbox import (
    duties_told_to,
    latest_flag_messages,
    latest_messages,
    messages_for_information,
    offered_since,
    with_work_left,
)
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.access.scoping import (
    duties_visible_to,
    episodes_visible_to,
    flags_visible_to,
    get_delivery_or_404,
    held_of,
    last_holder_of,
    transfers_visible_to,
)
from casework.models import Delivery, SavedViewNotice, User
from casework.models.reminder import DeliveryQuerySet
from casework.operations import reminders
from casework.presenters.board import row_of
from casework.presenters.lists import address_of
from casework.presenters.reminders import (
    LATER,
    ORDER,
    Standing,
    action_rows,
    entry_notice,
    information_rows,
    past_rows,
)
from casework.views.people import signed_in

NEWEST = 200  # messages for information, before those that say the same are folded into one row
ROWS = 50  # of them; of what is to be done none is left out


@requires(Permission.REMINDERS_READ)
def inbox(request: HttpRequest) -> HttpResponse:
    """Flags to look at, what needs action, what can wait, what is for information, what is over."""
    user, now = signed_in(request), timezone.now()
    duties = list(
        duties_told_to(user, now=now)
        .select_related("episode__youth")
        .prefetch_related("episode__flags")
        .defer("source", "help", "if_refused", "episode__description_at_start")
    )
    latest = latest_messages(user, duties).select_related("reminder")
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
        _with_item(messages_for_information(user, now=now)).order_by("-created_at", "-id")[:NEWEST]
    )
    visible = set(
        episodes_visible_to(user)
        .filter(pk__in={message.reminder.episode_id for message in (*about_flags, *others)})
        .values_list("pk", flat=True)
    )
    standing = Standing(
        reader=user,
        visible=visible,
        with_work=with_work_left(others),
        offered_at=offered_since(others),
    )
    over = [message for message in others if standing.is_over(message)]
    current = [message for message in others if not standing.is_over(message)]
    for_information = information_rows(current, visible=visible, now=now)[:ROWS]
    held = {one.duty_id: one for one in held_of(duties, now=now)}
    rows = action_rows(duties, latest, held=held, reader=user, now=now)
    return render(
        request,
        "casework/reminder/inbox.html",
        {
            **_unheld(user, now=now),
            "needs_action": [row for row in rows if row.needs_action],
            "order": ORDER,
            "later": [row for row in rows if not row.needs_action],
            "later_words": LATER,
            "flags": information_rows(about_flags, visible=visible, now=now),
            "for_information": for_information,
            "past": past_rows(over, standing, now=now)[:ROWS],
            "has_new": any(row.is_new for row in for_information),
            "now": now,
            "zone": user.unit.zone if user.unit else None,
        },
    )


def _unheld(user: User, *, now: datetime) -> dict[str, Any]:
    """Whom nobody holds, most urgent first, for those who can give them to somebody."""
    if not may(user, Permission.EPISODE_ASSIGN):
        return {}
    page = page_of(user, BoardFilter(is_unassigned=True), now=now, size=ROWS)
    return {
        "unheld": [row_of(row, now=now) for row in rows_for(page.ids, user, now=now)],
        "has_more_unheld": page.next is not None,
    }


def _with_item(messages: DeliveryQuerySet) -> DeliveryQuerySet:
    """These messages with what each is about."""
    return (
        messages.select_related(
            "reminder__duty",
            "reminder__flag",
            "reminder__episode__youth",
        )
        .prefetch_related("reminder__episode__flags", "reminder__of_view__view")
        .defer(
            "reminder__duty__source",
            "reminder__duty__help",
            "reminder__duty__if_refused",
            "reminder__episode__description_at_start",
        )
    )


def _entered(user: User, notice: SavedViewNotice) -> str:
    """Where a youth who entered a view is, or the view itself, when they are several."""
    episode = episodes_visible_to(user).filter(reminders=notice.reminder).first()
    if notice.entered == 1 and episode is not None:
        return episode.get_absolute_url()
    return address_of(read_query(notice.view.query))


@requires(Permission.REMINDERS_READ)
def mark_seen(request: HttpRequest) -> HttpResponse:
    """Note that all for one's information on the page has been seen."""
    user, now = signed_in(request), timezone.now()
    if request.method == "POST":
        shown_at = _moment(request.POST.get("shown_at", "")) or now
        information = messages_for_information(user, now=now)
        if reminders.mark_all_seen(information, by=user, shown_at=min(shown_at, now), now=now):
            messages.success(request, "All for your information is marked as seen.")
    return redirect("inbox")


def _moment(text: str) -> datetime | None:
    """When the page was made, as its form says; None where it says nothing that can be read."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


@requires(Permission.REMINDERS_READ)
def reminder(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Open one reminder: note that it was seen, and go to what it is about.

    What is not this person's to see any more leads to a page that says where it went, and not what
    it was. A mail to the agency-wide address opens for whoever may see the item.
    """
    user, now = signed_in(request), timezone.now()
    delivery = get_delivery_or_404(user, delivery_id)
    goes_to = _goes_to(delivery, user)
    if goes_to is None and delivery.recipient_id is None:
        return _moved(request, user, now=now)
    reminders.mark_seen(delivery, by=user, now=now)
    if goes_to is None:
        return _moved(request, user, delivery, now=now)
    return redirect(goes_to)


def _goes_to(delivery: Delivery, user: User) -> str | None:
    """The address of what this message is about, as far as this person may see it."""
    reminder = delivery.reminder
    if reminder.duty_id is not None:
        duty = duties_visible_to(user).filter(pk=reminder.duty_id).first()
        return duty.get_absolute_url() if duty else None
    if reminder.flag_id is not None:
        flag = flags_visible_to(user).filter(pk=reminder.flag_id).first()
        return f"{flag.episode.get_absolute_url()}#why-flagged" if flag else None
    notice = entry_notice(delivery)
    if notice is not None:
        return _entered(user, notice)
    # A notice: about the transfer that waits for an answer, or the episode itself.
    transfer = transfers_visible_to(user).waiting().filter(episode=reminder.episode_id).first()
    if transfer is not None:
        return transfer.get_absolute_url()
    episode = episodes_visible_to(user).filter(pk=reminder.episode_id).first()
    return episode.get_absolute_url() if episode else None


def _moved(
    request: HttpRequest, user: User, delivery: Delivery | None = None, *, now: datetime
) -> HttpResponse:
    """The page for somebody who may not see the item; only whoever was told learns who holds it."""
    given = last_holder_of(delivery) if delivery else None
    return render(
        request,
        "casework/reminder/moved.html",
        {
            "given": given,
            "zone": user.unit.zone if user.unit else None,
            "now": now,
        },
    )
