"""What an episode's clocks rest on: its moments, its circumstances, and whose rules it goes by."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import get_episode_or_404
from casework.forms.clocks import CircumstancesForm, MomentForm, MoveForm, PlaceForm
from casework.models import Episode
from casework.operations import circumstances as answering
from casework.operations import moments, rules
from casework.operations.protocols import protocol_for
from casework.operations.readings import read
from casework.policies.anchors import Anchor
from casework.policies.difference import Difference
from casework.policies.time_phrases import moment as moment_words
from casework.presenters.clocks import asked_conditions, has_late, moments_of, moved_words
from casework.views.people import signed_in
from casework.views.words import hint_at_words


@requires(Permission.EPISODE_UPDATE)
def set_time(request: HttpRequest, episode_id: UUID, anchor: str) -> HttpResponse:
    """Add a moment that was not known, or correct one."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    wanted = _anchor(anchor, episode)
    form = MomentForm(
        kept_answers.answers_of(request, now=now),
        zone=episode.zone,
        now=now,
        episode=episode,
        anchor=wanted,
    )
    if request.method == "POST" and form.is_valid():
        try:
            said = moments.set_moment(
                episode=episode,
                by=user,
                now=now,
                anchor=wanted,
                happened=form.moment,
                seen=form.seen_moment,
                why=form.cleaned_data["why"],
            )
        except moments.ChangedMeanwhile as error:
            form.add_error(None, f"{error} Your entry is not saved yet.")
            form.show_standing(error.standing.isoformat() if error.standing else "")
        except moments.Refused as error:
            form.add_error("happened_time", str(error))
        else:
            lead = f"{wanted.label} is set."
            _say(request, lead, said, episode, now)
            hint_at_words(request, form)
            return redirect(episode)
    standing = next(
        (row for row in moments_of(read(episode), now=now) if row.label == wanted.label), None
    )
    return render(
        request,
        "casework/episode/set_time.html",
        {"form": form, "episode": episode, "anchor": wanted, "standing": standing},
    )


def _say(
    request: HttpRequest, lead: str, said: Sequence[Difference], episode: Episode, now: datetime
) -> None:
    """Say what moved; as a warning where something is overdue because of it."""
    words = moved_words(lead, said, episode.zone, now=now)
    (messages.warning if has_late(said, now=now) else messages.success)(request, words)


def _anchor(name: str, episode: Episode) -> Anchor:
    """The moment of this name, if it is one to be entered for this episode now."""
    anchor = next((anchor for anchor in Anchor if anchor.value == name), None)
    if anchor is None or not moments.can_set(episode, anchor):
        raise Http404
    return anchor


@requires(Permission.EPISODE_UPDATE)
def circumstances(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Answer what this episode's rules depend on besides moments."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    reading = read(episode)
    latest = answering.latest_answer(episode)
    form = CircumstancesForm(
        kept_answers.answers_of(request, now=now),
        reading=reading,
        asked=asked_conditions(reading),
        latest=str(latest.public_id) if latest else "",
    )
    if request.method == "POST" and form.is_valid():
        try:
            said = answering.answer(
                episode=episode, by=user, now=now, answers=form.answers, seen=form.seen_answer
            )
        except answering.AnsweredMeanwhile as error:
            when = moment_words(error.latest.recorded_at, episode.zone, now=now)
            form.add_error(
                None,
                f"{error.latest.recorded_by.name} has answered meanwhile, {when}. "
                "Your answers are not saved yet: look at the episode first, or save again.",
            )
            form.show_standing(str(error.latest.public_id))
        else:
            _say(request, "Saved.", said, episode, now)
            hint_at_words(request, form)
            return redirect(episode)
    return render(
        request, "casework/episode/circumstances.html", {"form": form, "episode": episode}
    )


@requires(Permission.EPISODE_RULES)
def change_rules(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Let an open episode go by other rules: choose, see what would change, confirm."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    if not episode.is_open:
        messages.info(request, "The episode has ended. It keeps the rules that it was judged by.")
        return redirect(episode)
    answers = kept_answers.answers_of(request, now=now)
    # Answers kept through signing in come back to this address without its query; they name it too.
    asked = PlaceForm(request.GET if "jurisdiction" in request.GET else answers, episode=episode)
    to = asked.place if asked.is_bound and asked.is_valid() else None
    form = MoveForm(answers, episode=episode, to=to)
    if request.method == "POST" and form.is_valid():
        to = form.place
        try:
            said = rules.move(
                episode=episode,
                by=user,
                now=now,
                to=to,
                seen=form.seen,
                why=form.cleaned_data["why"],
            )
        except rules.NotMoved as error:
            form.add_error(None, str(error))
        else:
            episode.refresh_from_db()
            lead = f"The rules of {protocol_for(to.jurisdiction).name} apply now."
            _say(request, lead, said, episode, now)
            hint_at_words(request, form)
            return redirect(episode)
    return render(
        request,
        "casework/episode/rules.html",
        {
            "asked": asked,
            "form": form if to else None,
            "episode": episode,
            "now_by": protocol_for(episode.jurisdiction),
            "zone": to.time_zone if to else "",
            "to": protocol_for(to.jurisdiction) if to else None,
            "differences": _in_words(episode, to, now) if to else [],
        },
    )


def _in_words(episode: Episode, to: rules.Place, now: datetime) -> list[str]:
    zone = ZoneInfo(to.time_zone)
    return [one.words(zone, now=now) for one in rules.preview(episode, to=to, now=now)]
