"""Record what was done about a duty."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from casework import audit
from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.inbox import told_of
from casework.access.permissions import Permission
from casework.access.scoping import get_duty_or_404
from casework.forms.duties import EvidenceForm
from casework.models import Acknowledgement, Duty, User
from casework.notifications.directory import Directory
from casework.notifications.outlook import steps_ahead, who_hears
from casework.notifications.plan import ladder_of
from casework.notifications.recipients import Place
from casework.operations import duties
from casework.operations.readings import read
from casework.operations.submissions import KeyReused
from casework.policies.ladder import Audience
from casework.presenters.clocks import asks_of
from casework.presenters.description import read_this
from casework.presenters.due import (
    after_screening,
    anchor_words,
    asks_screening,
    basis_words,
    due_of,
    recorded_words,
    rounds_words,
    said_words,
)
from casework.presenters.episodes import name_and_age
from casework.presenters.flags import marks_of
from casework.presenters.holding import climbs, holding_of
from casework.presenters.ladder import LadderInWords, ladder_words
from casework.presenters.protocols import duty_words
from casework.presenters.timeline import evidence_entry
from casework.views.people import signed_in
from casework.views.words import hint_at_words


@requires(Permission.DUTY_RECORD)
def duty(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """One duty: its rule, what was done so far, and the form to record more."""
    user, now = signed_in(request), timezone.now()
    duty = get_duty_or_404(user, duty_id)
    audit.record("duty.read", subject=duty, by=user, at=now)
    entries = list(duty.evidence.select_related("recorded_by").order_by("-recorded_at", "-id"))
    form = EvidenceForm(
        kept_answers.answers_of(request, now=now),
        duty=duty,
        latest=entries[0] if entries else None,
        now=now,
    )
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            duties.record(
                duty=duty,
                by=user,
                now=now,
                evidence=form.cleaned_data["evidence"],
                submission_key=form.cleaned_data["submission_key"],
                based_on=form.seen_entry,
            )
        except duties.DutyAlreadyRecorded as error:
            conflict = said_words(error.latest, duty, now=now)
            form.add_error(None, f"{conflict} Your entry is not saved yet.")
            # What was typed stays; saving again adds it as a correction, knowingly.
            form.show_entry(error.latest.public_id)
        except duties.TooEarly as error:
            form.add_error("happened_time", str(error))
        except KeyReused as error:
            form.renew_key()
            form.add_error(None, str(error))
        except duties.NoLongerNeeded as error:
            form.add_error(None, str(error))
        else:
            duty.refresh_from_db()
            words = recorded_words(duty, now=now, following=duties.next_round(duty))
            messages.success(request, words)
            if advice := after_screening(form.cleaned_data["evidence"].screening_result):
                messages.info(request, advice)
            hint_at_words(request, form)
            return redirect(duty.episode)
    held = duty.acknowledgements.held_at(now).select_related("by").first()
    return render(
        request,
        "casework/duty/duty.html",
        {
            "holding": holding_of(duty, held, reader=user, back=request.path, now=now),
            "ladder": _ladder(duty, held, reader=user, now=now),
            "ledger_url": f"{reverse('ledger', args=[duty.episode.public_id])}?duty={duty.public_id}",
            "form": form,
            "duty": duty,
            "due": due_of(duty, now=now) if duty.is_open else None,
            "anchor_words": anchor_words(duty, now=now),
            "asks": asks_of(read(duty.episode), only=duty)
            if duty.is_open and duty.is_provisional
            else [],
            "rounds": rounds_words(duty),
            "basis_words": basis_words(duty),
            "confirmed_words": duty_words(duty, now=now),
            "about": name_and_age(duty.episode.youth, duty.episode.zone, now=now),
            "marks": marks_of(duty.episode.flags.all()),
            "entries": [evidence_entry(duty, entry, now=now) for entry in entries],
            "read_this": read_this(duty, now=now),
            "asks_screening": asks_screening(duty),
            "submit_label": _submit_label(duty, conflict is not None),
        },
    )


def _ladder(
    duty: Duty, held: Acknowledgement | None, *, reader: User, now: datetime
) -> LadderInWords | None:
    """Who was told, and who hears next if nobody acts; None where reminders do not climb."""
    ladder = ladder_of(duty)
    if ladder is None or not climbs(duty):
        return None
    directory, place = Directory.at(now), Place.of(duty.episode)
    return ladder_words(
        duty,
        ladder,
        steps_ahead(duty.reminders.waiting(), place, directory, now=now),
        told=told_of(duty),
        owners=who_hears(place, Audience.OWNER, directory),
        held=held,
        reader=reader,
        now=now,
    )


def _submit_label(duty: Duty, is_conflict: bool) -> str:
    if is_conflict:
        return "Add mine as a correction"
    return "Save" if duty.is_open else "Add a correction"
