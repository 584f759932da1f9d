"""Offer an episode to another unit; see, accept, decline or take back what is offered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework import audit
from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.people import absences_of, units_of_agency, who_may_hold, with_load
from casework.access.permissions import Permission
from casework.access.scoping import (
    get_episode_or_404,
    get_transfer_or_404,
    is_in_scope,
    transfers_visible_to,
    unit_ids_in_scope,
)
from casework.forms.assignments import DeclineForm, OfferForm, PersonForm
from casework.models import Transfer
from casework.operations import transfers
from casework.presenters.assignments import TransferRow, headline_of, transfer_row
from casework.presenters.people import hints_of
from casework.views.people import signed_in
from casework.views.words import hint_at_words

NEWEST = 20  # of those that are answered; what waits is listed whole


@requires(Permission.EPISODE_TRANSFER)
def transfer_list(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, what one's own units have offered, and the latest answers."""
    user, now = signed_in(request), timezone.now()
    every = (
        transfers_visible_to(user)
        .select_related(
            "episode__youth",
            "from_unit",
            "to_unit",
            "to_person",
            "by",
            "accepted_by",
            "declined_by",
            "cancelled_by",
        )
        .defer("episode__description_at_start")
        .prefetch_related("episode__flags")
    )
    units = unit_ids_in_scope(user)
    waiting = list(every.waiting().order_by("at", "id"))
    answered = every.exclude(pk__in=[one.pk for one in waiting]).order_by("-at", "-id")[:NEWEST]
    incoming = [one for one in waiting if units is None or one.to_unit_id in units]

    def row(one: Transfer) -> TransferRow:
        may_open = units is None or one.episode.unit_id in units
        return transfer_row(one, may_open=may_open, now=now)

    return render(
        request,
        "casework/transfer/list.html",
        {
            "incoming": [row(one) for one in incoming],
            "outgoing": [row(one) for one in waiting if one not in incoming],
            "answered": [row(one) for one in answered],
        },
    )


@requires(Permission.EPISODE_TRANSFER)
def offer_transfer(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Offer an episode to another unit, with the reason."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    form = OfferForm(
        kept_answers.answers_of(request, now=now),
        units=list(units_of_agency().exclude(pk=episode.unit_id)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            transfer = transfers.offer(
                episode=episode,
                to_unit=form.chosen,
                note=form.cleaned_data["note"],
                by=user,
                now=now,
            )
        except transfers.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"Offered to {form.chosen.name}. Until they accept, your unit holds it."
            )
            hint_at_words(request, form)
            return redirect(transfer)
    return render(request, "casework/transfer/offer.html", {"form": form, "episode": episode})


@requires(Permission.EPISODE_TRANSFER)
def transfer_page(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """What is offered, and the form that accepts it."""
    user, now = signed_in(request), timezone.now()
    transfer = get_transfer_or_404(user, transfer_id)
    audit.record(
        "transfer.read", subject=transfer, by=user, at=now, episode=str(transfer.episode.public_id)
    )
    may_open = is_in_scope(user, transfer.episode.unit)
    may_accept = transfer.is_waiting and is_in_scope(user, transfer.to_unit)
    people = list(with_load(who_may_hold([transfer.to_unit]))) if may_accept else []
    form = PersonForm(
        kept_answers.answers_of(request, now=now) if may_accept else None,
        people=people,
        hints=hints_of(people, absences_of(people, now=now), now=now),
        initial={"to": str(transfer.to_person.public_id)} if transfer.to_person else {},
    )
    if request.method == "POST" and form.is_bound and form.is_valid() and form.chosen:
        try:
            transfers.accept(transfer=transfer, to=form.chosen, by=user, now=now)
        except transfers.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"Accepted. {form.chosen.name} holds it now, and both units are told."
            )
            return redirect(transfer.episode)
    return render(
        request,
        "casework/transfer/transfer.html",
        {
            "form": form,
            "transfer": transfer,
            "row": transfer_row(transfer, may_open=may_open, now=now),
            "headline": headline_of(transfer.episode, transfer.episode.duties.open(), now=now)
            if transfer.is_waiting
            else None,
            "may_accept": may_accept,
            "may_take_back": transfer.is_waiting and is_in_scope(user, transfer.from_unit),
            "may_open": may_open,
        },
    )


@requires(Permission.EPISODE_TRANSFER)
def decline_transfer(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """Say no, with the reason."""
    user, now = signed_in(request), timezone.now()
    transfer = get_transfer_or_404(user, transfer_id)
    if not is_in_scope(user, transfer.to_unit):
        return redirect(transfer)  # only the unit that is asked may answer
    form = DeclineForm(kept_answers.answers_of(request, now=now))
    if request.method == "POST" and form.is_valid():
        try:
            transfers.decline(transfer=transfer, why=form.cleaned_data["why"], by=user, now=now)
        except transfers.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Declined. The unit that holds it is told.")
            hint_at_words(request, form)
            return redirect("transfers")
    return render(request, "casework/transfer/decline.html", {"form": form, "transfer": transfer})


@requires(Permission.EPISODE_TRANSFER)
def take_back_transfer(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """Withdraw an offer that nobody has answered."""
    user, now = signed_in(request), timezone.now()
    transfer = get_transfer_or_404(user, transfer_id)
    if request.method == "POST" and is_in_scope(user, transfer.from_unit):
        try:
            transfers.take_back(transfer=transfer, by=user, now=now)
        except transfers.Refused as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, "The offer is taken back. Your unit holds the episode.")
    return redirect(transfer)
