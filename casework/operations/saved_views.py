"""Filters kept under a name, and telling their owner when a youth enters one."""

import logging
from collections.abc import Sequence
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Case, When

from casework import audit
from casework.access.board import BoardFilter, page_of
from casework.access.board_address import query_of, read_query
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.models import (
    Reminder,
    SavedView,
    SavedViewMember,
    SavedViewNotice,
    Topic,
    User,
)
from casework.notifications import pulses
from casework.policies.ladder import Audience, ReminderKind

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20  # of a view that gains more than that, one notice tells
MOST_VIEWS = 30  # a person
LOOKED_THROUGH = 1000  # rows in one question to the board
LOOK = "saved views"  # the pulse that says which was looked at last


class Refused(Exception):
    """Why a view is not kept; the sentence says what to do."""


@transaction.atomic
def save(*, by: User, now: datetime, name: str, wanted: BoardFilter, tell: bool) -> SavedView:
    """Keep this filter under a name; the same one again changes nothing.

    Raises `Refused` when another filter of theirs has the name, or they have too many.
    """
    owner = _locked(by)
    query = query_of(wanted)
    same_name = owner.saved_views.filter(name__iexact=name).first()
    if same_name is not None and same_name.query == query:
        return change(view=same_name, by=by, now=now, name=name, tell=tell)
    _refuse_name(owner, name)
    if owner.saved_views.count() >= MOST_VIEWS:
        raise Refused(f"You have {MOST_VIEWS} saved views. Delete one first.")
    view = SavedView.objects.create(owner=owner, name=name, query=query, made_at=now)
    if tell:
        _begin_to_tell(view, now=now)
    audit.record("saved_view.made", subject=view, by=by, at=now, tells=tell)
    return view


@transaction.atomic
def change(*, view: SavedView, by: User, now: datetime, name: str, tell: bool) -> SavedView:
    """Give the view another name, and begin or end to tell who enters it.

    Raises `Refused` when another view of theirs has the name.
    """
    owner = _locked(by)
    held = SavedView.objects.select_for_update(no_key=True).filter(pk=view.pk).first()
    if held is None:
        raise Refused("This view has been deleted.")
    view = held
    if (view.name, view.is_telling) == (name, tell):
        return view
    _refuse_name(owner, name, besides=view)
    view.name = name
    view.save(update_fields=["name"])
    if tell and not view.is_telling:
        _begin_to_tell(view, now=now)
    elif view.is_telling and not tell:
        _end_telling(view, now=now)
    audit.record("saved_view.changed", subject=view, by=by, at=now, tells=tell)
    return view


@transaction.atomic
def delete(*, view: SavedView, by: User, now: datetime) -> None:
    """Forget the view. What it has told already stays in the inbox."""
    held = SavedView.objects.select_for_update(no_key=True).filter(pk=view.pk).first()
    if held is None:
        return  # the same form has just done it
    view = held
    _end_telling(view, now=now)
    audit.record("saved_view.deleted", subject=view, by=by, at=now)
    view.delete()


def _locked(owner: User) -> User:
    """The owner, so that two forms at once cannot take the same name."""
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)


def _refuse_name(owner: User, name: str, *, besides: SavedView | None = None) -> None:
    others = owner.saved_views.filter(name__iexact=name)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if others.exists():
        raise Refused("You have a view of this name. Choose another name, or delete that one.")


def _begin_to_tell(view: SavedView, *, now: datetime) -> None:
    """Who is in the view already has not entered it."""
    view.told_since_at = now
    view.save(update_fields=["told_since_at"])
    _keep_members(view, _now_in(view, now=now))


def _end_telling(view: SavedView, *, now: datetime) -> None:
    view.told_since_at = None
    view.save(update_fields=["told_since_at"])
    view.members.all().delete()
    Reminder.objects.waiting().filter(of_view__view=view).update(cancelled_at=now)


def tell_from_now_on(owner: User, *, now: datetime) -> None:
    """Somebody whose account is open again hears of who enters from now on, not of who did before."""
    views = owner.saved_views.filter(told_since_at__isnull=False)
    for view in views.select_for_update(of=("self",), no_key=True).order_by("pk"):
        view.members.all().delete()
        _begin_to_tell(view, now=now)


def notice_entries(*, now: datetime) -> int:
    """Look through every view that tells, and tell of who has entered; how many notices were written.

    It goes on behind the view that was looked at last, so that each has its turn where the task's
    time limit cuts a look off. Safe side by side: a view that another run looks through is left to
    it. One view that cannot be looked through does not stop the rest.
    """
    written = 0
    last = pulses.place_of(LOOK)
    telling = SavedView.objects.filter(told_since_at__isnull=False)
    longest_ago_first = telling.order_by(Case(When(pk__gt=last, then=0), default=1), "pk")
    for pk, public_id in longest_ago_first.values_list("pk", "public_id"):
        pulses.note_place(LOOK, pk, now=now)  # before, or one that takes too long would hold all up
        try:
            written += _notice_of(pk, now=now)
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # one bad view must not stop the rest
            log.exception("Saved view %s could not be looked through", public_id)
    return written


@transaction.atomic
def _notice_of(pk: int, *, now: datetime) -> int:
    telling = SavedView.objects.filter(told_since_at__isnull=False)
    view = telling.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if view is None:
        return 0
    inside = _now_in(view, now=now)
    before = set(view.members.values_list("episode_id", flat=True))
    entered = [episode for episode in inside if episode not in before]
    view.members.exclude(episode_id__in=inside).delete()
    _keep_members(view, entered)
    if len(entered) > MOST_AT_ONCE:
        told = [(entered[0], len(entered))]
    else:
        told = [(episode, 1) for episode in entered]
    for episode, number in told:
        SavedViewNotice.objects.create(
            reminder=_notice(view, episode, now=now), view=view, entered=number
        )
    return len(told)


def _notice(view: SavedView, episode: int, *, now: datetime) -> Reminder:
    return Reminder.objects.create(
        episode_id=episode,
        kind=ReminderKind.NOTICE,
        audience=Audience.PERSON,
        person=view.owner,
        topic=Topic.VIEW,
        says="A youth entered one of your saved views",
        due_at=now,
        dedupe_key=f"view:{view.public_id}:{episode}:{now:%Y%m%dT%H%M%S}",
        planned_at=now,
    )


def _keep_members(view: SavedView, episodes: Sequence[int]) -> None:
    SavedViewMember.objects.bulk_create(
        (SavedViewMember(view=view, episode_id=episode) for episode in episodes),
        ignore_conflicts=True,
    )


def _now_in(view: SavedView, *, now: datetime) -> list[int]:
    """The episodes that the view shows its owner at `now`, most urgent first; none to who left."""
    owner = view.owner
    if not may(owner, Permission.EPISODE_VIEW):
        return []
    wanted, inside = read_query(view.query), list[int]()
    after = None
    while True:
        page = page_of(owner, wanted, now=now, after=after, size=LOOKED_THROUGH)
        inside += page.ids
        after = page.next
        if after is None:
            return inside
