"""Which youth a list shows, and a filter kept under a name."""

from collections.abc import Iterable
from typing import Any

from django import forms

from casework.access.board import AgeBand, DutyState, FlagIs, LengthBand, Scope, Status
from casework.access.board_address import ANY, NOBODY
from casework.forms.base import Form, PlainTextField
from casework.models import PlacementKind, Unit, User
from risk import ruleset

NOT_LISTED = {"invalid_choice": "Select one of the choices listed"}
STATUSES = [
    ("", "Missing"),
    (Status.LOCATED, "Located, not back yet"),
    (Status.OPEN, "Not back: missing or located"),
    (Status.RETURNED_OPEN, "Back, with duties left"),
    (ANY, "Missing or back, with something left to do"),
]
FLAGS = [
    (FlagIs.ENDANGERED, "Endangered"),
    (FlagIs.LIKELY_TRAFFICKING, "Likely trafficking"),
    (FlagIs.NOT_ASSESSED, "Not assessed"),
    (FlagIs.NONE, "No flag so far"),
]
DUTIES = [
    (DutyState.OVERDUE, "A duty is overdue"),
    (DutyState.DUE_4H, "Next duty due in 4 hours"),
    (DutyState.DUE_SOON, "Next duty due soon"),
    (DutyState.NONE, "No duty has a due time"),
]
LENGTHS = [
    (LengthBand.UNDER_24H, "Under 24 hours"),
    (LengthBand.DAYS_1_3, "1 to 3 days"),
    (LengthBand.DAYS_4_7, "4 to 7 days"),
    (LengthBand.DAYS_8_30, "8 to 30 days"),
    (LengthBand.OVER_30, "Over 30 days"),
    (LengthBand.OVER_7, "Over 7 days"),
]
AGES = [
    (AgeBand.UNDER_13, "Under 13"),
    (AgeBand.AGE_13_15, "13 to 15"),
    (AgeBand.AGE_16_17, "16 or 17"),
    (AgeBand.AGE_18_UP, "18 or older"),
    (AgeBand.NOT_KNOWN, "Not known"),
]


def _choice(label: str, choices: Iterable[tuple[str, str]] = ()) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", "Any"), *choices],
        required=False,
        error_messages=NOT_LISTED,
        widget=forms.Select(attrs={"data-quiet": True}),
    )


class FilterForm(Form):
    """The filter of a list, sent with GET: nothing in it is about a person but ids."""

    scope = forms.ChoiceField(
        choices=[(one.value, one.value) for one in Scope],
        required=False,
        widget=forms.HiddenInput,
        error_messages=NOT_LISTED,
    )
    status = forms.ChoiceField(
        label="Where they are",
        choices=STATUSES,
        required=False,
        error_messages=NOT_LISTED,
        widget=forms.Select(attrs={"data-quiet": True}),
    )
    flag = _choice("Flag", FLAGS)
    duty = _choice("Duties", DUTIES)
    length = _choice("Missing for", LENGTHS)
    age = _choice("Age", AGES)
    placement = _choice("Kind of placement", PlacementKind.choices)
    factor = _choice("What pushes or pulls")
    unit = _choice("Unit")
    worker = _choice("Worker")

    def __init__(
        self, said: dict[str, str], *, units: Iterable[Unit], workers: Iterable[User]
    ) -> None:
        super().__init__(said)
        self.set_choices("factor", [("", "Any"), *_factors()])  # type: ignore[list-item]
        self.set_choices(
            "unit", [("", "Any"), *((str(unit.public_id), unit.name) for unit in units)]
        )
        people = [(str(person.public_id), person.name) for person in workers]
        self.set_choices("worker", [("", "Any"), (NOBODY, "Nobody yet"), *people])
        if len(self.fields["unit"].choices) < 3:  # type: ignore[attr-defined]
            del self.fields["unit"]

    def words_for(self, name: str, value: str) -> str:
        """What a choice says on the page: "Age: 13 to 15". Of what is not listed, only its kind."""
        field = self.fields.get(name)
        if field is None:
            return "A unit that is not yours" if name == "unit" else name
        choices: dict[str, str] = {}
        for key, words in field.choices:  # type: ignore[attr-defined]
            choices.update(words if isinstance(words, list) else [(str(key), words)])
        return f"{field.label}: {choices.get(value, 'not listed here')}"


def _factors() -> list[tuple[str, list[tuple[str, str]]]]:
    """What can push and what can pull, each under its heading, in the words of the checklist."""
    items = [(item.key, item.words().statement) for item in ruleset().asked]
    return [
        (
            heading,
            [
                (key, f"{words[:1].upper()}{words[1:]}")
                for key, words in items
                if key.startswith(f"{kind}.")
            ],
        )
        for kind, heading in (("push", "Getting away from"), ("pull", "Going toward"))
    ]


class SavedViewForm(Form):
    """A filter under a name."""

    query = forms.CharField(max_length=400, required=False, widget=forms.HiddenInput)
    name = PlainTextField(
        label="What do you call this view?",
        help_text="Like “Nights” or “Over 7 days”. Only you see it. Leave the names of youth out.",
        max_length=60,
        error_messages={
            "required": "Enter a name for this view",
            "max_length": "Enter a name of at most 60 characters",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    tell = forms.BooleanField(
        label="Tell me when a youth enters this view",
        help_text="Once for each youth, in your inbox and by email.",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("name"):
            data["name"] = " ".join(data["name"].split())
        return data
