"""Phones and accounts of a youth: add one, set one down as no longer in use, use it again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework import audit
from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import get_contact_or_404, get_episode_or_404
from casework.forms.contacts import ContactForm
from casework.models import ContactKind
from casework.operations import contacts as operations
from casework.operations.submissions import KeyReused
from casework.presenters.contacts import contact_rows
from casework.views.people import signed_in


@requires(Permission.EPISODE_UPDATE)
def contacts(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The phones and accounts of the youth, and the form that adds one."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    youth = episode.youth
    audit.record("contacts.read", subject=youth, by=user, at=now, episode=str(episode.public_id))
    form = ContactForm(kept_answers.answers_of(request, now=now))
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_contact(
                youth=youth,
                by=user,
                now=now,
                kind=ContactKind(form.cleaned_data["kind"]),
                value=form.cleaned_data["value"],
                label=form.cleaned_data["label"],
                submission_key=form.cleaned_data["submission_key"],
            )
        except operations.Refused as error:
            form.add_error("value", str(error))
        except KeyReused as error:
            form.renew_key()
            form.add_error(None, str(error))
        else:
            messages.success(request, "It is saved. Police and NCMEC ask for it: read it to them.")
            return redirect("contacts", episode.public_id)
    in_use, ended = contact_rows(
        youth.contacts.select_related("recorded_by", "ended_by"), episode, now=now
    )
    return render(
        request,
        "casework/contact/contacts.html",
        {"form": form, "episode": episode, "in_use": in_use, "ended": ended},
    )


@requires(Permission.EPISODE_UPDATE)
def end_contact(request: HttpRequest, episode_id: UUID, contact_id: UUID) -> HttpResponse:
    """Set one down as no longer in use; the page offers to use it again."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    contact = get_contact_or_404(user, episode, contact_id)
    if request.method == "POST":
        operations.end_contact(contact=contact, by=user, now=now)
        messages.success(request, "It stands under No longer in use. A search still finds it.")
    return redirect("contacts", episode.public_id)


@requires(Permission.EPISODE_UPDATE)
def use_contact_again(request: HttpRequest, episode_id: UUID, contact_id: UUID) -> HttpResponse:
    """Take one into use again."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    contact = get_contact_or_404(user, episode, contact_id)
    if request.method == "POST":
        try:
            operations.use_contact_again(contact=contact, by=user, now=now)
        except operations.Refused as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, "It is in use again.")
    return redirect("contacts", episode.public_id)
