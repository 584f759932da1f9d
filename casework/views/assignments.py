"""Say who holds which youth: select, confirm, undo; and take one that nobody holds."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.people import absences_of, get_person_or_404, who_may_hold, with_load
from casework.access.permissions import Permission
from casework.access.scoping import (
    assignments_of_batch,
    caseload_of,
    cases_to_hand_over,
    get_episode_or_404,
)
from casework.forms.assignments import NOBODY, ReassignForm
from casework.models import Episode, User
from casework.operations import assignments
from casework.presenters.assignments import handed_row, handed_words, undo_until, undone_words
from casework.presenters.caseload import caseload_row, next_due_at
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
        return _select(request, user, error=NONE_SELECTED if answers is not None else "")
    if len(wanted) > assignments.MOST:
        error = TOO_MANY.format(most=assignments.MOST, selected=len(wanted))
        return _select(request, user, error=error, selected=wanted)
    episodes = sorted(
        cases_to_hand_over(user, wanted), key=lambda episode: next_due_at(episode, now=now)
    )
    if not episodes:
        return _select(request, user, error=ALL_GONE)
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
            episodes = list(cases_to_hand_over(user, wanted))
            form.show_holders(episodes)
            form.add_error(None, str(error))
            return _confirm(request, form, user, wanted)
        except assignments.Refused as error:
            form.add_error(None, str(error))
        else:
            if form.chosen is not None:
                for warning in assignment_warnings(
                    form.chosen, away.get(form.chosen.pk, []), now=now
                ):
                    messages.warning(request, f"{form.chosen.name}: {warning}")
            return redirect("reassigned", batch)
    return _confirm(request, form, user, wanted)


def _confirm(
    request: HttpRequest, form: ReassignForm, user: User, wanted: set[UUID]
) -> HttpResponse:
    """The page that lists what is handed over, and asks to whom."""
    now = timezone.now()
    episodes = sorted(
        cases_to_hand_over(user, wanted), key=lambda episode: next_due_at(episode, now=now)
    )
    return render(
        request,
        "casework/assignment/confirm.html",
        {
            "form": form,
            "rows": [caseload_row(episode, now=now) for episode in episodes],
            "some_gone": SOME_GONE if len(episodes) < len(wanted) else "",
            "has_people": len(form.people) > 0,
            "units": sorted({episode.unit.name for episode in episodes}),
        },
    )


def _select(
    request: HttpRequest, user: User, *, error: str, selected: Iterable[UUID] = ()
) -> HttpResponse:
    """The page on which one ticks youth; of one worker, when the address names one."""
    now = timezone.now()
    worker = None
    episodes: Iterable[Episode] = caseload_of(user)
    if of := _id(request.GET.get("worker", "")):
        worker = get_person_or_404(user, of)
        episodes = caseload_of(user).filter(assigned_to=worker)
    episodes = sorted(episodes, key=lambda episode: next_due_at(episode, now=now))
    ticked = set(selected) or ({one.public_id for one in episodes} if worker and not error else ())
    return render(
        request,
        "casework/assignment/select.html",
        {
            "rows": [
                (str(one.public_id), one.public_id in ticked, caseload_row(one, now=now))
                for one in episodes
            ],
            "error": error,
            "worker": worker,
        },
    )


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
            "words": handed_words(entries),
            "rows": [handed_row(entry, now=now) for entry in entries],
            "note": entries[0].note,
            "undo_until": undo_until(entries, now=now),
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
        tell = messages.warning if undone.left else messages.success
        tell(request, undone_words(undone.given_back, undone.left))
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
