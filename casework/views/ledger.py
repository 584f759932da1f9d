"""The delivery ledger of an episode: who was told what, when, and what became of it."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casework import audit
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import get_episode_or_404, held_times_of, ledger_of, outcomes_of
from casework.models import Duty, Episode, Reminder
from casework.models.reminder import ReminderQuerySet
from casework.notifications.directory import Directory
from casework.notifications.outlook import steps_ahead
from casework.notifications.recipients import Place
from casework.presenters.episodes import name_and_age
from casework.presenters.ledger import LedgerRow, held_row, past_row, settled_at, step_row
from casework.views.people import signed_in

PAGE = 100


@requires(Permission.EPISODE_VIEW)
def ledger(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Every reminder of an episode, newest first, a page at a time; of one duty, if that is asked."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    audit.record("episode.reminders_read", subject=episode, by=user, at=now)
    duties = list(episode.duties.in_force().only("public_id", "title", "round", "episode"))
    duty = _chosen(duties, request.GET.get("duty", ""))
    reminders, held = ledger_of(episode), held_times_of(episode)
    if duty is not None:
        reminders, held = reminders.filter(duty=duty), held.filter(duty=duty)
    before = request.GET.get("before", "")
    past = _page(reminders, before)
    return render(
        request,
        "casework/reminder/ledger.html",
        {
            "episode": episode,
            "about": name_and_age(episode.youth, episode.zone, now=now),
            "duties": duties,
            "chosen": duty,
            "past": _past_rows(past[:PAGE], episode, now=now),
            "older": past[PAGE - 1].public_id if len(past) > PAGE else None,
            "is_first_page": not before,
            "ahead": [] if before else _rows_ahead(reminders, episode, now=now),
            "held": [] if before else [held_row(one, episode, now=now) for one in held[:PAGE]],
        },
    )


def _chosen(duties: list[Duty], wanted: str) -> Duty | None:
    """The duty of this episode with that id; None for all."""
    return next((duty for duty in duties if str(duty.public_id) == wanted), None)


def _page(reminders: ReminderQuerySet, before: str) -> list[Reminder]:
    """The next reminders that were told or called off, newest first, one more than a page holds.

    `before` is the id of the last one that was shown.
    """
    told = (
        reminders.filter(Q(addressed_at__isnull=False) | Q(cancelled_at__isnull=False))
        .annotate(ended_at=Coalesce("addressed_at", "cancelled_at"))
        .order_by("-ended_at", "-pk")
    )
    last = _last_shown(reminders, before)
    if last is not None:
        ended_at = last.addressed_at or last.cancelled_at
        told = told.filter(Q(ended_at__lt=ended_at) | Q(ended_at=ended_at, pk__lt=last.pk))
    return list(told[: PAGE + 1])


def _last_shown(reminders: ReminderQuerySet, before: str) -> Reminder | None:
    try:
        wanted = UUID(before)
    except ValueError:
        return None
    return reminders.filter(public_id=wanted).prefetch_related(None).first()


def _past_rows(reminders: list[Reminder], episode: Episode, *, now: datetime) -> list[LedgerRow]:
    duties = {reminder.duty_id for reminder in reminders if reminder.cancelled_at}
    settled = settled_at(outcomes_of(duty for duty in duties if duty is not None))
    return [past_row(reminder, episode, settled, now=now) for reminder in reminders]


def _rows_ahead(reminders: ReminderQuerySet, episode: Episode, *, now: datetime) -> list[LedgerRow]:
    """What is planned, soonest first."""
    waiting = reminders.waiting().prefetch_related(None).order_by("due_at", "pk")
    steps = steps_ahead(waiting[:PAGE], Place.of(episode), Directory.at(now), now=now)
    return [step_row(step, episode, now=now) for step in steps]
