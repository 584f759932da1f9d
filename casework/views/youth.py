"""What is known about a youth."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework import audit
from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import get_episode_or_404
from casework.forms.youth import DescriptionForm
from casework.models import Duty, Episode
from casework.operations import youth as youth_operations
from casework.operations.youth import DescribedSince, Description
from casework.presenters.description import REPORTS, who_and_when
from casework.views.people import signed_in
from casework.views.words import hint_at_words


@requires(Permission.EPISODE_UPDATE)
def describe(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Add or change what is known about the youth: what police and NCMEC ask for."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    youth = episode.youth
    audit.record("youth.read", subject=youth, by=user, at=now, episode=str(episode.public_id))
    form = DescriptionForm(
        kept_answers.answers_of(request, now=now),
        on_file=Description.of(youth),
        today=now.astimezone(episode.zone).date(),
    )
    submit_label = "Save the description"
    back_to = _came_from(request, episode)
    if request.method == "POST" and form.is_valid():
        try:
            youth_operations.describe(
                youth=youth, by=user, now=now, seen=form.shown, description=form.description
            )
        except DescribedSince as error:
            form.show_theirs(error, who_and_when(error, episode.zone, now=now))
            submit_label = "Save mine"
        else:
            messages.success(request, "The description is saved.")
            hint_at_words(request, form)
            return redirect(back_to)
    return render(
        request,
        "casework/episode/describe.html",
        {"form": form, "episode": episode, "back_to": back_to, "submit_label": submit_label},
    )


def _came_from(request: HttpRequest, episode: Episode) -> Episode | Duty:
    """The report that is being made, when its page led here; else the episode."""
    code = request.GET.get("for")
    duty = episode.duties.in_force().filter(code=code).first() if code in REPORTS else None
    return duty or episode
