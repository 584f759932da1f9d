""" "I'm on it" and "Not me any more": buttons of the duty, the episode and the inbox."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import get_duty_or_404
from casework.models import Duty
from casework.operations.acknowledgements import (
    HeldBySomebody,
    NothingToHold,
    acknowledge,
    hand_back,
)
from casework.presenters.holding import soon_words
from casework.views.people import signed_in


@requires(Permission.DUTY_RECORD)
def acknowledge_duty(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Be on a duty for a while: its reminders climb no further until then."""
    user, now = signed_in(request), timezone.now()
    duty = get_duty_or_404(user, duty_id)
    if request.method != "POST":
        return redirect(duty)
    try:
        held = acknowledge(duty=duty, by=user, now=now)
    except NothingToHold as error:
        messages.info(request, str(error))
    except HeldBySomebody as error:
        until = soon_words(error.held.until, duty, now=now)
        messages.info(request, f"{error.held.by.name} is on it already, until {until}.")
    else:
        until = soon_words(held.until, duty, now=now)
        messages.success(
            request, f"You are on it until {until}. The clock keeps running. Record it when done."
        )
    return _back(request, duty)


@requires(Permission.DUTY_RECORD)
def hand_back_duty(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Not to be on a duty any more: its reminders climb on."""
    user, now = signed_in(request), timezone.now()
    duty = get_duty_or_404(user, duty_id)
    if request.method != "POST":
        return redirect(duty)
    hand_back(duty=duty, by=user, now=now)
    messages.success(request, "You are not on it any more. Reminders go on.")
    return _back(request, duty)


def _back(request: HttpRequest, duty: Duty) -> HttpResponse:
    """Where the button was, if that is a page of ours; the duty's own page otherwise."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(duty)
    return HttpResponseRedirect(back)
