"""Raise a flag, confirm one, set one aside, agree to that; and how the rules fare."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework import audit
from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import get_episode_or_404, get_flag_or_404
from casework.forms.flags import RaiseFlagForm, SetAsideForm
from casework.models import Flag, FlagMark, User
from casework.operations import assessing, flags
from casework.operations.flag_counts import RECENT, counts_of_rules
from casework.presenters.flag_review import review_of
from casework.presenters.flags import aside_words
from casework.views.people import signed_in
from casework.views.words import hint_at_words

SET_ASIDE = "The flag is set aside. The supervisor is told."
HALF_SET_ASIDE = (
    "Your part is recorded, and the supervisor is told. "
    "The flag still counts until someone else agrees."
)


@requires(Permission.EPISODE_UPDATE)
def raise_flag(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Raise a flag, with a reason."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    wanted = request.GET.get("mark")
    form = RaiseFlagForm(
        kept_answers.answers_of(request, now=now),
        initial={"mark": wanted} if wanted in FlagMark.values else {},
    )
    if request.method == "POST" and form.is_valid():
        try:
            flags.raise_by_hand(
                episode=episode,
                by=user,
                now=now,
                mark=FlagMark(form.cleaned_data["mark"]),
                why=form.cleaned_data["why"],
                submission_key=form.cleaned_data["submission_key"],
            )
        except flags.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The flag is raised. Whoever must know is told now.")
            hint_at_words(request, form)
            return redirect(episode)
    return render(request, "casework/flag/raise.html", {"form": form, "episode": episode})


@requires(Permission.EPISODE_UPDATE)
def confirm_flag(request: HttpRequest, flag_id: UUID) -> HttpResponse:
    """Agree with a flag."""
    user, now = signed_in(request), timezone.now()
    flag = get_flag_or_404(user, flag_id)
    if request.method == "POST":
        try:
            assessing.confirm_flag(flag=flag, by=user, now=now)
        except flags.Refused as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, "The flag is confirmed.")
    return redirect(flag.episode)


@requires(Permission.EPISODE_UPDATE)
def agree_flag(request: HttpRequest, flag_id: UUID) -> HttpResponse:
    """Agree, as the second person, that a flag is set aside."""
    user, now = signed_in(request), timezone.now()
    flag = get_flag_or_404(user, flag_id)
    if request.method == "POST":
        try:
            flags.agree(flag=flag, by=user, now=now)
        except flags.Refused as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, "You agreed. The flag is set aside.")
    return redirect(flag.episode)


@requires(Permission.EPISODE_UPDATE)
def set_aside_flag(request: HttpRequest, flag_id: UUID) -> HttpResponse:
    """Set a flag aside, with a reason and a time to look again."""
    user, now = signed_in(request), timezone.now()
    flag = get_flag_or_404(user, flag_id)
    episode = flag.episode
    audit.record("flag.read", subject=flag, by=user, at=now)
    form = SetAsideForm(
        kept_answers.answers_of(request, now=now), flag=flag, zone=episode.zone, now=now
    )
    if request.method == "POST" and form.is_valid():
        try:
            flag = flags.set_aside(
                flag=flag, by=user, now=now, setting=form.cleaned_data["setting"]
            )
        except flags.Refused as error:
            if _is_own(flag, user):  # sent twice
                messages.info(request, "You have set this flag aside already.")
                return redirect(episode)
            form.add_error(None, str(error))
        else:
            messages.success(request, SET_ASIDE if not flag.is_standing else HALF_SET_ASIDE)
            hint_at_words(request, form)
            return redirect(episode)
    return render(
        request,
        "casework/flag/set_aside.html",
        {
            "form": form,
            "flag": flag,
            "episode": episode,
            "aside": aside_words(flag, episode, now=now),
            "is_review_due": flag.is_review_due(now),
        },
    )


def _is_own(flag: Flag, user: User) -> bool:
    return flag.set_aside_by_id == user.pk


@requires(Permission.FLAG_GOVERNANCE)
def flag_review(request: HttpRequest) -> HttpResponse:
    """How the rules fare: raised, confirmed and set aside, in numbers alone."""
    now = timezone.now()
    counts = counts_of_rules(since=now - RECENT)
    return render(request, "casework/flag/review.html", {"review": review_of(counts)})
