"""How one wants to hear of things, and where messages reach one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.people import absences_of
from casework.access.permissions import Permission
from casework.access.running import preferences_of
from casework.forms.preferences import PreferencesForm
from casework.operations import preferences as operations
from casework.presenters.preferences import reached_rows
from casework.views.people import signed_in


@requires(Permission.REMINDERS_READ)
def preferences(request: HttpRequest) -> HttpResponse:
    """Choose when the first reminder comes and how often mail does; see where it goes."""
    user, now = signed_in(request), timezone.now()
    form = PreferencesForm(
        kept_answers.answers_of(request, now=now), preferences=preferences_of(user)
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.choose(person=user, choice=form.choice, by=user, now=now)
        except operations.Refused as error:
            form.add_error("untimed", str(error))
        else:
            messages.success(request, "Saved. It holds from the next message on.")
            return redirect("reminder_preferences")
    away = absences_of([user], now=now).get(user.pk, [])
    return render(
        request,
        "casework/reminder/preferences.html",
        {"form": form, "person": user, "rows": reached_rows(user, away, now=now)},
    )
