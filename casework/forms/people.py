"""Who stands in and when, who steps in, and what an admin says about a person's account."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from casework.forms.base import Form, PlainTextField
from casework.models import Episode, Role, Unit, User
from casework.operations.people import Account
from casework.policies.clock_words import day_words
from casework.policies.coming_days import parse_coming_day
from casework.policies.time_problem import TimeProblem

FURTHEST = timedelta(days=183)  # a longer absence is more likely a slip of the finger
NOBODY = "nobody"
AS_ABOVE = ""
NO_ONE_ON_CALL = "Nobody will be on call for the agency after this. I have made sure of the line."
TICK_NO_ONE = "Tick this, or give somebody else the role On-call first"


def choices_of_people(people: Iterable[User]) -> list[tuple[str, str]]:
    """People as the choices of a question: "Dana Whitlock (caseworker)"."""
    return [
        (str(person.public_id), f"{person.name} ({person.get_role_display().lower()})")
        for person in people
    ]


class AbsenceForm(Form):
    """The days of an absence. A valid form has `starts_at` and `ends_at` in `cleaned_data`."""

    first_day = PlainTextField(
        label="First day away",
        help_text="For example today, Monday or Mar 9.",
        max_length=40,
        error_messages={"required": "Enter the first day away, for example Mar 9"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input-short"}),
    )
    last_day = PlainTextField(
        label="Last day away",
        help_text="The whole day counts.",
        max_length=40,
        error_messages={"required": "Enter the last day away, for example Mar 13"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input-short"}),
    )
    stand_in = forms.ChoiceField(
        label="Who stands in?",
        help_text="They get the reminders in that time, and can open the same youth.",
        error_messages={"required": "Select who stands in"},
        widget=forms.Select,
    )

    def __init__(
        self, *args: Any, colleagues: Sequence[User], zone: ZoneInfo, now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = zone, now
        self.colleagues = {str(person.public_id): person for person in colleagues}
        self.set_choices("stand_in", [("", "Select a person"), *choices_of_people(colleagues)])

    @property
    def chosen(self) -> User:
        """Who stands in, of a valid form."""
        return self.colleagues[self.cleaned_data["stand_in"]]

    def clean_first_day(self) -> date:
        return self._day("first_day")

    def clean_last_day(self) -> date:
        return self._day("last_day")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", f"The last day must be {day_words(first)} or later")
        elif first and last:
            # Who is away from today is away from now on.
            data["starts_at"] = max(self._midnight(first), self.now)
            data["ends_at"] = self._midnight(last + timedelta(days=1))
        return data

    def _day(self, name: str) -> date:
        today = self.now.astimezone(self.zone).date()
        try:
            day = parse_coming_day(self.cleaned_data[name], today=today)
        except TimeProblem:
            raise forms.ValidationError("Enter a day like Mar 9, Monday or today") from None
        if not today <= day <= today + FURTHEST:
            raise forms.ValidationError(
                f"Enter a day from {day_words(today)}, at most six months from now"
            )
        return day

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone)


class BackupForm(Form):
    """Who steps in when a person does not react."""

    backup = forms.ChoiceField(
        label="Who steps in?",
        help_text="Reminders go on to them when nobody reacts, before the supervisor is called.",
        required=False,
        widget=forms.Select,
    )

    def __init__(self, *args: Any, person: User, colleagues: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(one.public_id): one for one in colleagues}
        self.set_choices("backup", [("", "Nobody in particular"), *choices_of_people(colleagues)])
        if person.backup is not None:
            self.initial["backup"] = str(person.backup.public_id)

    @property
    def chosen(self) -> User | None:
        """Who steps in, of a valid form; None for nobody in particular."""
        return self.colleagues.get(self.cleaned_data["backup"])


class AccountForm(Form):
    """What an admin says about a person; a valid form has it in `account`."""

    name = PlainTextField(
        label="Name",
        max_length=120,
        error_messages={"required": "Enter the name"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label="Email",
        help_text="They sign in with it, and reminders go there.",
        max_length=254,
        error_messages={
            "required": "Enter the email address",
            "invalid": "Enter an email address like name@agency.gov",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = PlainTextField(
        label="Phone",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input-short"}),
    )
    role = forms.ChoiceField(
        label="Role",
        choices=Role.choices,
        error_messages={"required": "Select the role"},
        widget=forms.RadioSelect,
    )
    unit = forms.ChoiceField(
        label="Unit",
        help_text="Caseworkers and supervisors need one.",
        required=False,
        widget=forms.Select,
    )

    no_one_on_call = forms.BooleanField(label=NO_ONE_ON_CALL, required=False)

    def __init__(
        self,
        *args: Any,
        units: Sequence[Unit],
        person: User | None = None,
        is_last_on_call: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not is_last_on_call:
            del self.fields["no_one_on_call"]
        self.units = {str(unit.public_id): unit for unit in units}
        self.set_choices(
            "unit", [("", "No unit"), *((key, unit.name) for key, unit in self.units.items())]
        )
        if person is not None:
            self.initial.update(
                name=person.name,
                email=person.email,
                phone=person.phone,
                role=person.role,
                unit=str(person.unit.public_id) if person.unit else "",
            )

    def shown_fields(self) -> list[str]:
        """The tick is asked for once another role was chosen for the last person on call."""
        leaves = self.is_bound and self.data.get("role") != Role.ON_CALL
        return [name for name in self.fields if leaves or name != "no_one_on_call"]

    @property
    def account(self) -> Account:
        """What was said, of a valid form."""
        data = self.cleaned_data
        return Account(
            name=" ".join(data["name"].split()),
            email=User.objects.normalize_email(data["email"]),
            phone=data["phone"],
            role=Role(data["role"]),
            unit=self.units.get(data["unit"]),
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("role") in {Role.CASEWORKER, Role.SUPERVISOR} and not data.get("unit"):
            self.add_error("unit", "Select the unit: caseworkers and supervisors need one")
        if data.get("role") not in {None, Role.ON_CALL} and data.get("no_one_on_call") is False:
            self.add_error("no_one_on_call", TICK_NO_ONE)
        return data


class DeactivateForm(Form):
    """Close an account: who gets what the person holds, for all of it or each by itself.

    A valid form has the answers in `hand_over`, by the public id of the episode.
    """

    everything = forms.ChoiceField(
        label="Who gets all of them?", required=False, widget=forms.Select
    )
    no_one_on_call = forms.BooleanField(
        label=NO_ONE_ON_CALL, error_messages={"required": TICK_NO_ONE}
    )

    def __init__(
        self,
        *args: Any,
        episodes: Sequence[tuple[Episode, Sequence[User]]],
        for_all: Sequence[User],
        is_last_on_call: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not is_last_on_call:
            del self.fields["no_one_on_call"]
        self.people: dict[str, User] = {}
        self.names: dict[UUID, str] = {}
        if not episodes:
            del self.fields["everything"]
            return
        left = (NOBODY, "Nobody yet: the supervisor gives it to somebody")
        self._know(for_all)
        self.set_choices(
            "everything", [("", "Choose for each below"), *choices_of_people(for_all), left]
        )
        for episode, people in episodes:
            self._know(people)
            name = f"to_{episode.public_id.hex}"
            self.names[episode.public_id] = name
            self.fields[name] = forms.ChoiceField(
                label=f"Episode {episode.reference}, {episode.unit.name}",
                required=False,
                choices=[(AS_ABOVE, "As chosen above"), *choices_of_people(people), left],
                widget=forms.Select,
            )

    def shown_fields(self) -> list[str]:
        last = [name for name in self.fields if name == "no_one_on_call"]
        return [name for name in self.fields if name != "no_one_on_call"] + last

    @property
    def hand_over(self) -> dict[UUID, User | None]:
        """Who gets each episode, of a valid form; None leaves it to the supervisor."""
        return {key: self.people.get(self._choice(name)) for key, name in self.names.items()}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in self.names.values():
            if name not in self.errors and not self._choice(name):
                self.add_error(name, "Select who gets it, or choose one person for all of them")
        return data

    def _choice(self, name: str) -> str:
        data = self.cleaned_data
        return str(data.get(name) or data.get("everything") or "")

    def _know(self, people: Iterable[User]) -> None:
        self.people |= {str(person.public_id): person for person in people}
