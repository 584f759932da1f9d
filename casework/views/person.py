"""The people who work here: the list, one person, when they are away, and their accounts."""

from uuid import UUID

from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.people import (
    absences_of,
    get_absence_or_404,
    get_person_or_404,
    may_plan_for,
    people_visible_to,
    units_of_agency,
    who_may_hold,
    who_may_stand_in,
    with_load,
)
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.forms.people import AbsenceForm, AccountForm, BackupForm, DeactivateForm
from casework.models import User
from casework.operations import absences, people
from casework.presenters.people import absence_row, away_words, person_row, zone_of
from casework.views.people import signed_in

INVITED = "A link to choose a password is on its way to {email}."


@requires(Permission.PEOPLE_VIEW)
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody in scope: role, unit, what they hold, whether they are away or out of reach."""
    user, now = signed_in(request), timezone.now()
    everyone = list(with_load(people_visible_to(user)).order_by("-is_active", "name", "id"))
    away = absences_of(everyone, now=now)
    rows = [person_row(person, away.get(person.pk, []), now=now) for person in everyone]
    return render(
        request,
        "casework/people/list.html",
        {
            "rows": [row for row in rows if row.is_active],
            "inactive": [row for row in rows if not row.is_active],
            "may_manage": may(user, Permission.PEOPLE_MANAGE),
        },
    )


@requires(Permission.SIGNED_IN)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person: how to reach them, when they are away, who steps in."""
    user, now = signed_in(request), timezone.now()
    person = get_person_or_404(user, person_id)
    away = absences_of([person], now=now).get(person.pk, [])
    counted = with_load(people_visible_to(user)).get(pk=person.pk)
    return render(
        request,
        "casework/people/person.html",
        {
            "person": person,
            "row": person_row(counted, away, now=now),
            "absences": [absence_row(absence, now=now) for absence in away],
            "stands_in": [
                f"{absence.person.name}: {away_words(absence, now=now)}"
                for absence in person.stands_in.not_over(now)
                .select_related("person__unit", "stand_in")
                .order_by("starts_at", "id")
            ],
            "is_self": person == user,
            "may_plan": may_plan_for(user, person),
            "may_list": may(user, Permission.PEOPLE_VIEW),
            "may_manage": may(user, Permission.PEOPLE_MANAGE),
            "may_reassign": may(user, Permission.EPISODE_ASSIGN),
        },
    )


def _to_plan_for(user: User, person_id: UUID) -> User:
    """The person, where `user` may say when they are away. Raises `PermissionDenied` for a peer."""
    person = get_person_or_404(user, person_id)
    if not may_plan_for(user, person):
        raise PermissionDenied
    return person


@requires(Permission.SIGNED_IN)
def plan_absence(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Somebody will be away: from when to when, and who stands in."""
    user, now = signed_in(request), timezone.now()
    person = _to_plan_for(user, person_id)
    form = AbsenceForm(
        kept_answers.answers_of(request, now=now),
        colleagues=list(who_may_stand_in(person)),
        zone=zone_of(person),
        now=now,
    )
    if request.method == "POST" and form.is_valid():
        when = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at")}
        try:
            absence = absences.plan_absence(
                person=person, stand_in=form.chosen, by=user, now=now, **when
            )
        except absences.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Saved. {away_words(absence, now=now)}.")
            if absences.is_away_then(form.chosen, **when):
                messages.warning(
                    request,
                    f"{form.chosen.name} is away in some of that time too. Reminders then go on to "
                    "whoever comes next.",
                )
            return redirect("person", person.public_id)
    return render(request, "casework/people/absence.html", {"form": form, "person": person})


@requires(Permission.SIGNED_IN)
def cancel_absence(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """The person is not away after all, or is back early."""
    user, now = signed_in(request), timezone.now()
    absence = get_absence_or_404(user, absence_id)
    if not may_plan_for(user, absence.person):
        raise PermissionDenied
    if request.method == "POST":
        absences.cancel_absence(absence=absence, by=user, now=now)
        messages.success(request, f"Reminders go to {absence.person.name} again.")
    return redirect("person", absence.person.public_id)


@requires(Permission.SIGNED_IN)
def set_backup(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Who steps in when this person does not react."""
    user, now = signed_in(request), timezone.now()
    person = _to_plan_for(user, person_id)
    form = BackupForm(
        kept_answers.answers_of(request, now=now),
        person=person,
        colleagues=list(who_may_stand_in(person)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            absences.set_backup(person=person, backup=form.chosen, by=user, now=now)
        except absences.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Saved.")
            return redirect("person", person.public_id)
    return render(request, "casework/people/backup.html", {"form": form, "person": person})


@requires(Permission.PEOPLE_MANAGE)
def add_person(request: HttpRequest) -> HttpResponse:
    """Make an account; the person gets a link to choose a password."""
    user, now = signed_in(request), timezone.now()
    form = AccountForm(kept_answers.answers_of(request, now=now), units=list(units_of_agency()))
    if request.method == "POST" and form.is_valid():
        try:
            person = people.add_person(account=form.account, by=user, now=now)
        except people.AddressTaken as error:
            form.add_error("email", str(error))
        else:
            _invite(request, person)
            return redirect("person", person.public_id)
    return render(request, "casework/people/add.html", {"form": form})


@requires(Permission.PEOPLE_MANAGE)
def change_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Change name, address, phone, role or unit."""
    user, now = signed_in(request), timezone.now()
    person = get_person_or_404(user, person_id)
    form = AccountForm(
        kept_answers.answers_of(request, now=now),
        units=list(units_of_agency()),
        person=person,
        is_last_on_call=person.is_active and people.is_last_on_call(person),
    )
    if request.method == "POST" and form.is_valid():
        try:
            people.change_person(person=person, account=form.account, by=user, now=now)
        except people.AddressTaken as error:
            form.add_error("email", str(error))
        except people.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Saved.")
            return redirect("person", person.public_id)
    return render(request, "casework/people/change.html", {"form": form, "person": person})


@requires(Permission.PEOPLE_MANAGE)
def invite(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Send the link to choose a password again."""
    person = get_person_or_404(signed_in(request), person_id)
    if request.method == "POST" and person.is_active:
        _invite(request, person)
    return redirect("person", person.public_id)


def _invite(request: HttpRequest, person: User) -> None:
    form = ResetPasswordForm({"email": person.email})
    if form.is_valid():
        form.save(request)
    messages.success(request, INVITED.format(email=person.email))


@requires(Permission.PEOPLE_MANAGE)
def deactivate(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Close an account. What the person holds is handed over in the same form, by reference."""
    user, now = signed_in(request), timezone.now()
    person = get_person_or_404(user, person_id)
    if not person.is_active:
        return redirect("person", person.public_id)
    held = list(people.held_by(person))
    # One question a unit, however many of its youth the person holds.
    of_unit = {
        unit: list(who_may_hold([unit]).exclude(pk=person.pk))
        for unit in {episode.unit for episode in held}
    }
    form = DeactivateForm(
        kept_answers.answers_of(request, now=now),
        episodes=[(episode, of_unit[episode.unit]) for episode in held],
        for_all=list(who_may_hold(of_unit).exclude(pk=person.pk)) if held else [],
        is_last_on_call=people.is_last_on_call(person),
    )
    if request.method == "POST" and form.is_valid():
        try:
            people.deactivate(person=person, by=user, now=now, hand_over=form.hand_over)
        except people.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{person.name}’s account is deactivated.")
            return redirect("person", person.public_id)
    return render(
        request,
        "casework/people/deactivate.html",
        {
            "form": form,
            "person": person,
            "held": held,
            "stands_in_for": [
                absence.person.name
                for absence in person.stands_in.not_over(now)
                .select_related("person")
                .order_by("starts_at", "id")
            ],
            "backs_up": [one.name for one in person.backs_up.order_by("name", "id")],
        },
    )


@requires(Permission.PEOPLE_MANAGE)
def reactivate(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Open a closed account again."""
    user, now = signed_in(request), timezone.now()
    person = get_person_or_404(user, person_id)
    if request.method == "POST":
        people.reactivate(person=person, by=user, now=now)
        messages.success(request, f"{person.name}’s account is active again.")
    return redirect("person", person.public_id)
