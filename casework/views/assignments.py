"""Say who holds which youth: select, confirm, undo; and take one that nobody holds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.access import kept_answers
from casework.access.board import BoardFilter, Cursor, Row, page_of, rows_for
from casework.access.board_address import ANY, query_of, read_filter
from casework.access.decorators import requires
from casework.access.people import absences_of, get_person_or_404, who_may_hold, with_load
from casework.access.permissions import Permission
from casework.access.scoping import assignments_of_batch, get_episode_or_404
from casework.forms.assignments import NOBODY, ReassignForm
from casework.models import User
from casework.operations import assignments
from casework.operations.submissions import KeyReused
from casework.presenters.assignments import (
    done_page,
    handed_row,
    left_words,
    nothing_words,
)
from casework.presenters.board import row_of
from casework.presenters.lists import Choice, with_query
from casework.presenters.people import assignment_warnings, hints_of
from casework.views.people import signed_in

NOBODY_YET = "The supervisor is asked at once, and every 4 hours, until somebody holds it"
NONE_SELECTED = "Select at least one youth to reassign."
ALL_GONE = "What you selected is closed, or not in your unit any more. Select again."
SOME_GONE = "Some of what you selected is left out: it is closed, or not in your unit any more."
TOO_MANY = "Select at most {most} youth at a time. You selected {selected}; they are still ticked."


@requires(Permission.EPISODE_ASSIGN)
def reassign(request: HttpRequest) -> HttpResponse:
    """Say who holds the youth named by `episode`; without any, select them first."""
    user, now = signed_in(request), timezone.now()
    answers = kept_answers.answers_of(request, now=now)
    wanted = _ids(answers if answers is not None else request.GET)
    if not wanted:
        error = NONE_SELECTED if answers is not None else ""
        return _select(request, user, now=now, error=error)
    if len(wanted) > assignments.MOST:
        error = TOO_MANY.format(most=assignments.MOST, selected=len(wanted))
        return _select_again(request, _those(user, wanted, now=now), now=now, error=error)
    rows = _those(user, wanted, now=now)
    if not rows:
        return _select(request, user, now=now, error=ALL_GONE)
    episodes = [row.episode for row in rows]
    people = list(with_load(who_may_hold({episode.unit for episode in episodes})))
    away = absences_of(people, now=now)
    form = ReassignForm(
        answers if answers is not None and "confirm" in answers else None,
        episodes=episodes,
        people=people,
        hints=hints_of(people, away, now=now) | {NOBODY: NOBODY_YET},
    )
    if request.method == "POST" and form.is_bound and form.is_valid():
        batch = form.cleaned_data["submission_key"]
        try:
            assignments.assign(
                episodes=episodes,
                to=form.chosen,
                by=user,
                now=now,
                batch=batch,
                note=form.cleaned_data["note"],
                seen=form.seen,
            )
        except assignments.ChangedSince as error:
            # As they are now; one that has left this person's scope meanwhile is not among them.
            rows = _those(user, wanted, now=now)
            form.show_holders(row.episode for row in rows)
            form.add_error(None, str(error))
        except KeyReused as error:
            form.renew_key()
            form.add_error(None, str(error))
        except assignments.Refused as error:
            form.add_error(None, str(error))
        else:
            if form.chosen is not None:
                for warning in assignment_warnings(
                    form.chosen, away.get(form.chosen.pk, []), now=now
                ):
                    messages.warning(request, f"{form.chosen.name}: {warning}")
            return redirect("reassigned", batch)
    return render(
        request,
        "casework/assignment/confirm.html",
        {
            "form": form,
            "rows": [row_of(row, now=now) for row in rows],
            "some_gone": SOME_GONE if len(rows) < len(wanted) else "",
            "has_people": len(form.people) > 0,
            "units": sorted({row.episode.unit.name for row in rows}),
        },
    )


def _those(user: User, wanted: set[UUID], *, now: datetime) -> list[Row]:
    """Of these episodes, those in scope that have work left, in the order of every list."""
    page = page_of(user, BoardFilter(episodes=frozenset(wanted)), now=now, size=len(wanted))
    return rows_for(page.ids, user, now=now)


def _select(request: HttpRequest, user: User, *, now: datetime, error: str) -> HttpResponse:
    """The page on which one ticks youth: of everybody, of one worker, or whom nobody holds.

    A page has as many as can be handed over in one go, so that all of it can be ticked.
    """
    wanted = read_filter({"worker": request.GET.get("worker", ""), "status": ANY})
    worker = get_person_or_404(user, wanted.worker) if wanted.worker else None
    after = Cursor.read(request.GET.get("after", ""))
    page = page_of(user, wanted, now=now, after=after, size=assignments.MOST)
    here = with_query(reverse("reassign"), query_of(wanted))
    is_first = after is None or page.as_of != after.as_of
    return _ticking(
        request,
        rows_for(page.ids, user, now=now),
        now=now,
        is_ticked=worker is not None and not error,
        error=error,
        worker=worker,
        whose=[] if worker else _whose(wanted),
        here=here,
        nothing=nothing_words(worker, is_unassigned=wanted.is_unassigned),
        first_url="" if is_first else here,
        next_url=with_query(reverse("reassign"), query_of(wanted, after=str(page.next)))
        if page.next
        else "",
        size=assignments.MOST,
    )


def _select_again(
    request: HttpRequest, rows: Sequence[Row], *, now: datetime, error: str
) -> HttpResponse:
    """The page on which one ticks youth, with all that was selected, ticked."""
    here = reverse("reassign")
    return _ticking(request, rows, now=now, is_ticked=True, error=error, here=here, first_url=here)


def _ticking(
    request: HttpRequest, rows: Sequence[Row], *, now: datetime, **around: object
) -> HttpResponse:
    shown = [row_of(row, now=now) for row in rows]
    return render(request, "casework/assignment/select.html", {"rows": shown, **around})


def _whose(current: BoardFilter) -> list[Choice]:
    """Whose youth there are to tick."""
    nobody = read_filter({"worker": "nobody", "status": ANY})
    return [
        Choice(
            label="Everybody’s",
            url=reverse("reassign"),
            is_current=not current.is_unassigned,
        ),
        Choice(
            label="Whom nobody holds",
            url=with_query(reverse("reassign"), query_of(nobody)),
            is_current=current.is_unassigned,
        ),
    ]


@requires(Permission.EPISODE_ASSIGN)
def reassigned(request: HttpRequest, batch: UUID) -> HttpResponse:
    """What was handed over just now, with the button that takes it back."""
    user, now = signed_in(request), timezone.now()
    entries = list(assignments_of_batch(user, batch))
    if not entries:
        raise Http404
    return render(
        request,
        "casework/assignment/done.html",
        {
            "page": done_page(entries, now=now),
            "rows": [handed_row(entry, now=now) for entry in entries],
            "batch": batch,
        },
    )


@requires(Permission.EPISODE_ASSIGN)
@require_POST
def undo_reassign(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Give back what was handed over, within ten minutes."""
    user, now = signed_in(request), timezone.now()
    if not assignments_of_batch(user, batch).exists():
        raise Http404
    try:
        undone = assignments.undo(batch=batch, by=user, now=now)
    except assignments.Refused as error:
        messages.warning(request, str(error))
    else:
        if undone.left:  # what was given back, the page itself says
            messages.warning(request, left_words(undone.left))
    return redirect("reassigned", batch)


@requires(Permission.EPISODE_TAKE)
def take(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Hold an episode that nobody holds."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    if request.method == "POST":
        try:
            assignments.take(episode=episode, by=user, now=now)
        except assignments.Refused as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, "You hold this episode now. Its reminders come to you.")
    return redirect(episode)


def _ids(answers: QueryDict) -> set[UUID]:
    """The episodes that a form or an address names; what is no id names none."""
    return {one for one in map(_id, answers.getlist("episode")) if one is not None}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
