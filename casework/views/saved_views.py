"""Saved views: keep a filter under a name, rename it, be told who enters, delete it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework.access import kept_answers
from casework.access.board import BoardFilter
from casework.access.board_address import query_of, read_filter, read_query
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import get_saved_view_or_404, saved_views_of, units_of
from casework.forms.board import SavedViewForm
from casework.models import User
from casework.operations import saved_views
from casework.presenters.lists import address_of, chips_of, view_rows
from casework.views.missing import filter_form
from casework.views.people import signed_in


@requires(Permission.EPISODE_VIEW)
def views(request: HttpRequest) -> HttpResponse:
    """One's saved views, with what each is limited to."""
    user = signed_in(request)
    mine = list(saved_views_of(user))
    read = {view.pk: read_query(view.query) for view in mine}
    form = filter_form(user, {}, *read.values(), units=list(units_of(user)))
    rows = view_rows(mine, read=read, words_for=form.words_for)
    return render(request, "casework/view/list.html", {"rows": rows})


@requires(Permission.EPISODE_VIEW)
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filter that stands in the address under a name."""
    user, now = signed_in(request), timezone.now()
    form = SavedViewForm(
        kept_answers.answers_of(request, now=now),
        initial={"query": query_of(read_filter(request.GET.dict()))},
    )
    wanted = read_query(form["query"].value() or "")
    if request.method == "POST" and form.is_valid():
        try:
            view = saved_views.save(
                by=user,
                now=now,
                name=form.cleaned_data["name"],
                wanted=wanted,
                tell=form.cleaned_data["tell"],
            )
        except saved_views.Refused as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"Saved as “{view.name}”.")
            return redirect(address_of(wanted))
    return render(
        request,
        "casework/view/save.html",
        {"form": form, "list_url": address_of(wanted), "limits": _limits(user, wanted)},
    )


@requires(Permission.EPISODE_VIEW)
def change_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Rename a saved view, and say whether to be told who enters it."""
    user, now = signed_in(request), timezone.now()
    view = get_saved_view_or_404(user, view_id)
    form = SavedViewForm(
        kept_answers.answers_of(request, now=now),
        initial={"name": view.name, "tell": view.is_telling},
    )
    wanted = read_query(view.query)
    if request.method == "POST" and form.is_valid():
        try:
            saved_views.change(
                view=view,
                by=user,
                now=now,
                name=form.cleaned_data["name"],
                tell=form.cleaned_data["tell"],
            )
        except saved_views.Refused as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "The view is changed.")
            return redirect("saved_views")
    return render(
        request,
        "casework/view/change.html",
        {"form": form, "view": view, "limits": _limits(user, wanted)},
    )


@requires(Permission.EPISODE_VIEW)
def delete_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Ask whether to delete a saved view, and delete it."""
    user, now = signed_in(request), timezone.now()
    view = get_saved_view_or_404(user, view_id)
    if request.method == "POST":
        saved_views.delete(view=view, by=user, now=now)
        messages.success(request, f"The view “{view.name}” is deleted.")
        return redirect("saved_views")
    limits = _limits(user, read_query(view.query))
    return render(request, "casework/view/delete.html", {"view": view, "limits": limits})


def _limits(user: User, wanted: BoardFilter) -> list[str]:
    """What a filter is limited to, in words."""
    form = filter_form(user, {}, wanted, units=list(units_of(user)))
    return [chip.words for chip in chips_of(wanted, form.words_for)]
