"""Try a protocol: moments in, due times out, nothing stored."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.forms.protocols import ZONES, TrialForm
from casework.operations.protocols import protocols_in_use
from casework.presenters.try_protocol import answer_of, examples_of


@requires(Permission.PROTOCOLS)
def try_protocol(request: HttpRequest) -> HttpResponse:
    """What a protocol asks of an imagined episode; the whole question stands in the address."""
    protocols, now = protocols_in_use(), timezone.now()
    form = TrialForm(request.GET, protocols=protocols, now=now)
    answer = None
    if form.is_valid():
        answer = answer_of(
            form.cleaned_data["trial"], other=form.cleaned_data.get("other"), now=now
        )
    chosen = protocols.get(request.GET.get("jurisdiction", ""))
    return render(
        request,
        "casework/protocol/try.html",
        {
            "form": form,
            "answer": answer,
            "examples": examples_of(chosen, protocols, now=now),
            "zones": ZONES,
        },
    )
