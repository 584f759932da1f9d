"""The protocols that this server knows: what they say, and what the agency has confirmed of it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.forms.confirmations import ConfirmForm, DutiesForm, WithdrawForm, reads
from casework.operations import confirmations
from casework.operations.protocols import Use, is_agencys_own, protocols_in_use, uses
from casework.operations.submissions import KeyReused
from casework.policies.fingerprint import fingerprints
from casework.policies.rules import Protocol
from casework.presenters.protocol_page import (
    Show,
    duties_of,
    filters_of,
    history_of,
    parts_of,
)
from casework.presenters.protocols import (
    duties_words,
    row_of,
    standing_words,
    tally_words,
    unknown_words,
    use_words,
)
from casework.views.people import signed_in

HISTORY = 500  # entries; one form about every duty of a protocol makes some thirty


@requires(Permission.PROTOCOLS)
def protocols(request: HttpRequest) -> HttpResponse:
    """Every protocol, those that units use first."""
    now = timezone.now()
    known, used, stands = protocols_in_use(), uses(), confirmations.standings()
    rows = [
        row_of(protocol, stands[code], used.get(code, Use()), today=_today(protocol, now))
        for code, protocol in sorted(known.items(), key=lambda item: item[1].name)
    ]
    return render(
        request,
        "casework/protocol/list.html",
        {
            "used": [row for row in rows if row.use],
            "others": [row for row in rows if not row.use],
            "unknown": [
                unknown_words(code, use) for code, use in used.items() if code not in known
            ],
        },
    )


@requires(Permission.PROTOCOLS)
def protocol(request: HttpRequest, code: str) -> HttpResponse:
    """One protocol, duty by duty, with the form to confirm what one has read."""
    user, now = signed_in(request), timezone.now()
    protocol = _get_protocol_or_404(code)
    today = _today(protocol, now)
    stands = confirmations.standing(code)
    duties = duties_of(protocol, stands, today=today)
    boxes = {duty: reads(duty, said) for duty, said in fingerprints(protocol).items()}
    show = _shown(request)
    wanted = [boxes[duty.code] for duty in duties if duty.is_shown(show)]
    form = ConfirmForm(
        kept_answers.answers_of(request, now=now),
        choices=[(boxes[duty.code], duty.title) for duty in duties if not duty.is_over],
        today=today,
        initial={"duties": wanted if request.GET.get("tick") == "all" else []},
    )
    page = reverse("protocol", args=[code])
    if request.method == "POST" and form.is_valid():
        try:
            added = confirmations.confirm(
                by=user,
                now=now,
                jurisdiction=code,
                codes=form.codes,
                confirmed_by=form.cleaned_data["confirmed_by"],
                confirmed_on=form.cleaned_data["confirmed_on"],
                note=form.cleaned_data["note"],
                submission_key=form.cleaned_data["submission_key"],
            )
        except (confirmations.UnknownDuty, KeyReused) as error:
            _refuse(form, error)
        else:
            messages.success(
                request, f"{duties_words(len(added))} confirmed by {added[0].confirmed_by}."
            )
            return redirect(f"{page}?show={show}")
    return render(
        request,
        "casework/protocol/protocol.html",
        {
            "protocol": protocol,
            "is_agencys_own": is_agencys_own(code),
            "use": use_words(uses().get(code, Use())),
            "confirmed": tally_words(confirmations.tally_of(protocol, stands, today)),
            "can_withdraw": bool(confirmations.withdrawable(stands)),
            "parts": parts_of(duties, show, boxes=boxes, ticked=set(form["duties"].value() or ())),
            "filters": filters_of(duties, show, page=page),
            "show": show,
            "form": form,
            "history": history_of(confirmations.history(code)[:HISTORY], protocol, now=now),
        },
    )


@requires(Permission.PROTOCOLS)
def withdraw_confirmation(request: HttpRequest, code: str) -> HttpResponse:
    """Take back what was confirmed, for a reason."""
    user, now = signed_in(request), timezone.now()
    protocol = _get_protocol_or_404(code)
    today = _today(protocol, now)
    stands = confirmations.standing(code)
    choices = [
        (duty.code, f"{duty.title}. {standing_words(stands[duty.code], today=today)}.")
        for duty in duties_of(protocol, stands, today=today)
        if duty.code in confirmations.withdrawable(stands)
    ]
    form = WithdrawForm(kept_answers.answers_of(request, now=now), choices=choices)
    if request.method == "POST" and form.is_valid():
        try:
            taken = confirmations.withdraw(
                by=user,
                now=now,
                jurisdiction=code,
                codes=form.codes,
                reason=form.cleaned_data["reason"],
                submission_key=form.cleaned_data["submission_key"],
            )
        except (confirmations.UnknownDuty, confirmations.NotConfirmed, KeyReused) as error:
            _refuse(form, error)
        else:
            messages.success(
                request, f"The confirmation of {duties_words(len(taken))} is withdrawn."
            )
            return redirect("protocol", code)
    return render(
        request,
        "casework/protocol/withdraw.html",
        {"protocol": protocol, "form": form, "choices": choices},
    )


def _get_protocol_or_404(code: str) -> Protocol:
    protocol = protocols_in_use().get(code)
    if protocol is None:
        raise Http404
    return protocol


def _today(protocol: Protocol, now: datetime) -> date:
    return now.astimezone(ZoneInfo(protocol.time_zone)).date()


def _shown(request: HttpRequest) -> Show:
    try:
        return Show(request.GET.get("show", ""))
    except ValueError:
        return Show.ALL


def _refuse(form: DutiesForm, error: Exception) -> None:
    if isinstance(error, KeyReused):
        form.renew_key()
    form.add_error(None, str(error))
