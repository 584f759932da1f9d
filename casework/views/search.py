"""Find a youth or an episode by whatever somebody has: a name, a number, a phone, an account.

What is typed is posted and kept for minutes; the address of the results holds a random id.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework import audit
from casework.access import kept_answers, kept_searches
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.searching import kinds_of, search_for
from casework.forms.search import SearchForm
from casework.presenters.search import page_of_results
from casework.views.people import signed_in


@requires(Permission.SEARCH)
def search(request: HttpRequest) -> HttpResponse:
    """The box, and what it takes; what was typed leads to the page of its results."""
    now = timezone.now()
    form = SearchForm(kept_answers.answers_of(request, now=now))
    if form.is_bound and form.is_valid():
        return kept_searches.keep(request, form.cleaned_data["typed"], now=now)
    return render(request, "casework/search/search.html", {"form": form})


@requires(Permission.SEARCH)
def results(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """What was found, looked up anew each time the page is opened."""
    user, now = signed_in(request), timezone.now()
    typed = kept_searches.typed_for(request, search_id, now=now)
    if typed is None:
        messages.info(request, "That search is no longer kept. Search again.")
        return redirect("search")
    found = search_for(user, typed)
    audit.record(
        "search.made",
        subject=None,
        by=user,
        at=now,
        kinds=kinds_of(typed),
        youth=len(found.youth),
        episodes=len(found.episodes),
        has_many_elsewhere=found.has_many_elsewhere,
    )
    audit.record_each(
        "search.out_of_unit", [(youth, {}) for youth in found.elsewhere], by=user, at=now
    )
    return render(
        request,
        "casework/search/results.html",
        {
            "form": SearchForm(initial={"typed": typed}),
            "typed": typed,
            "page": page_of_results(found, now=now),
        },
    )
