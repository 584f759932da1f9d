"""The episode page, and what can be said about an episode."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework import audit
from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.access.scoping import get_episode_or_404, held_of, twin_of
from casework.forms.episodes import LOCATED, EndForm, NoteForm, ReturnForm, WhatHappenedForm
from casework.forms.when import HappenedForm
from casework.models import Duty, EndReason, Episode, Known, NoteKind, ReturnedTo, User
from casework.operations import returns
from casework.operations.assessing import answers_of, assess_now
from casework.operations.notes import add_note
from casework.operations.protocols import protocol_for
from casework.operations.readings import read_with
from casework.operations.submissions import KeyReused
from casework.presenters.contacts import contacts_on_page
from casework.presenters.description import facts_of
from casework.presenters.episodes import actions_of, already_words, page_of
from casework.presenters.holding import Holding, holding_of
from casework.presenters.protocols import rules_words
from casework.presenters.why_flagged import BASE_RATES, call_911_words, why_flagged
from casework.views.people import signed_in
from casework.views.words import hint_at_words


@requires(Permission.EPISODE_VIEW)
def episode(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Who is missing, what is due, and what happened so far."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    audit.record("episode.read", subject=episode, by=user, at=now)
    every_duty = list(
        episode.duties.prefetch_related("evidence__recorded_by").order_by("order", "id")
    )
    duties = [duty for duty in every_duty if duty.withdrawn_at is None]
    notes = episode.notes.select_related("recorded_by")
    flags = list(episode.flags.with_story())
    answers = answers_of(episode)
    assessment = assess_now(episode, now=now, answers=answers)
    return render(
        request,
        "casework/episode/episode.html",
        {
            "episode": episode,
            "page": page_of(
                read_with(episode, duties),
                every_duty=every_duty,
                notes=notes,
                assignments=episode.assignments.select_related(
                    "from_person", "to_person", "by", "undone_by"
                ),
                flags=flags,
                is_assessed=assessment.assessed,
                holdings=_holdings(episode, duties, reader=user, now=now),
                now=now,
            ),
            "why": why_flagged(
                episode,
                flags=flags,
                answers=answers,
                assessment=assessment,
                now=now,
                reader=user if may(user, Permission.EPISODE_UPDATE) else None,
            ),
            "call_911": call_911_words(episode, flags),
            "base_rates": BASE_RATES,
            "facts": facts_of(episode, now=now),
            "contacts": contacts_on_page(episode, now=now),
            "actions": actions_of(episode),
            "protocol": protocol_for(episode.jurisdiction),
            "rules_words": rules_words(
                episode.jurisdiction, episode.told_at.astimezone(episode.zone).date()
            ),
            "holder": _holder(episode, user, has_open_duties=any(duty.is_open for duty in duties)),
            "may_merge": may(user, Permission.YOUTH_MERGE),
            "twin": twin_of(user, episode.youth),
            "may_change_rules": episode.is_open and may(user, Permission.EPISODE_RULES),
            "now": now,
        },
    )


def _holdings(
    episode: Episode, duties: list[Duty], *, reader: User, now: datetime
) -> dict[int, Holding]:
    """Who is on each of these duties of the episode, by the duty's key."""
    held = {one.duty_id: one for one in held_of(duties, now=now)}
    back = f"{episode.get_absolute_url()}#duties"
    holdings = {}
    for duty in duties:
        duty.episode = episode
        holdings[duty.pk] = holding_of(duty, held.get(duty.pk), reader=reader, back=back, now=now)
    return holdings


def _holder(episode: Episode, user: User, *, has_open_duties: bool) -> dict[str, object]:
    """What this person may do about who holds the episode."""
    if not episode.is_open and not has_open_duties:
        return {}
    offers = episode.transfers.waiting().select_related("to_unit")
    may_transfer = may(user, Permission.EPISODE_TRANSFER)
    return {
        "may_take": episode.assigned_to is None and may(user, Permission.EPISODE_TAKE),
        "may_assign": may(user, Permission.EPISODE_ASSIGN),
        "may_transfer": may_transfer,
        "transfer": offers.first() if may_transfer else None,
    }


@requires(Permission.EPISODE_UPDATE)
def note(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Add a sighting, a call, or something learned."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    form = NoteForm(kept_answers.answers_of(request, now=now), zone=episode.zone, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            add_note(
                episode=episode,
                by=user,
                now=now,
                kind=NoteKind(form.cleaned_data["kind"]),
                text=form.cleaned_data["text"],
                source=form.cleaned_data["source"],
                happened=form.cleaned_data["moment"],
                submission_key=form.cleaned_data["submission_key"],
            )
        except KeyReused as error:
            form.renew_key()
            form.add_error(None, str(error))
        else:
            messages.success(request, "Added to the timeline.")
            hint_at_words(request, form)
            return redirect(episode)
    return render(request, "casework/episode/note.html", {"form": form, "episode": episode})


@requires(Permission.EPISODE_UPDATE)
def record_return(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Located or returned: three questions."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    form = ReturnForm(kept_answers.answers_of(request, now=now), zone=episode.zone, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            words = _record(form, episode, user)
        except returns.Refused as error:
            if done := _refused(request, form, error, episode, user):
                return done
        else:
            messages.success(request, words)
            hint_at_words(request, form)
            return redirect(episode)
    return render(request, "casework/episode/return.html", {"form": form, "episode": episode})


def _record(form: ReturnForm, episode: Episode, user: User) -> str:
    data = form.cleaned_data
    medical_care_needed = Known(data["medical_care_needed"] or Known.NOT_KNOWN)
    if data["known"] == LOCATED:
        returns.record_located(
            episode=episode,
            by=user,
            now=form.now,
            located=data["moment"],
            medical_care_needed=medical_care_needed,
            where=data["where"],
        )
        return "Located is recorded. The missing time goes on until the youth is back."
    returns.record_returned(
        episode=episode,
        by=user,
        now=form.now,
        returned=data["moment"],
        returned_to=ReturnedTo(data["known"]),
        medical_care_needed=medical_care_needed,
        where=data["where"],
    )
    return "The missing clock has stopped. Return duties have started."


def _refused(
    request: HttpRequest, form: HappenedForm, error: returns.Refused, episode: Episode, user: User
) -> HttpResponse | None:
    """Put the reason into the form; whoever sent the same thing twice just goes on."""
    if isinstance(error, returns.AlreadyRecorded):
        if error.by == user:
            messages.info(request, "You have already recorded this.")
            return redirect(episode)
        form.add_error(None, already_words(error.by, error.at, episode.zone, now=form.now))
    elif isinstance(error, returns.OutOfOrder):
        form.add_error("happened_time", str(error))
    else:
        form.add_error(None, str(error))
    return None


@requires(Permission.EPISODE_UPDATE)
def end(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Close the episode without a return, with a reason."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    form = EndForm(kept_answers.answers_of(request, now=now), zone=episode.zone, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            returns.end_otherwise(
                episode=episode,
                by=user,
                now=now,
                ended=form.cleaned_data["moment"],
                reason=EndReason(form.cleaned_data["reason"]),
                why=form.cleaned_data["why"],
            )
        except returns.Refused as error:
            if done := _refused(request, form, error, episode, user):
                return done
        else:
            messages.success(request, "The episode is closed.")
            hint_at_words(request, form)
            return redirect(episode)
    return render(request, "casework/episode/end.html", {"form": form, "episode": episode})


@requires(Permission.EPISODE_UPDATE)
def undo_return(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Take back a return that was recorded by mistake."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    if episode.imported_in_id is not None:  # no clock of it could run on
        return redirect("wrong_record", episode.public_id)
    form = WhatHappenedForm(kept_answers.answers_of(request, now=now))
    if request.method == "POST" and form.is_valid():
        try:
            returns.undo_return(
                episode=episode, by=user, now=now, reason=form.cleaned_data["reason"]
            )
        except returns.CannotUndo as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The return is taken back. The clocks run on.")
            hint_at_words(request, form)
            return redirect(episode)
    return render(request, "casework/episode/undo_return.html", {"form": form, "episode": episode})


@requires(Permission.EPISODE_UPDATE)
def wrong_record(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Strike an episode of earlier records that is wrong."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    if episode.imported_in_id is None:
        raise Http404
    form = WhatHappenedForm(kept_answers.answers_of(request, now=now))
    if request.method == "POST" and form.is_valid():
        try:
            returns.end_wrong_record(
                episode=episode, by=user, now=now, why=form.cleaned_data["reason"]
            )
        except returns.AlreadyRecorded:
            messages.info(request, "This record is struck already.")
            return redirect(episode)
        messages.success(request, "The record is struck. It is in no count any more.")
        hint_at_words(request, form)
        return redirect(episode)
    context = {"form": form, "episode": episode}
    return render(request, "casework/episode/wrong_record.html", context)
