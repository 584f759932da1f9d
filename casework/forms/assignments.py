"""Say who holds an episode, and offer, accept or decline a transfer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms

from casework.forms.base import Form, NarrativeField, PlainTextField, SubmissionForm
from casework.models import Episode, Unit, User

NOBODY = "nobody"
TOO_LONG = {"max_length": "Enter at most 300 characters"}


class HintedRadios(forms.RadioSelect):
    """Radio buttons with a second line each; the hints stand under the values."""

    hints: Mapping[str, str] = {}

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        option["hint"] = self.hints.get(str(option["value"]), "")
        return option


class PersonForm(Form):
    """A question that is answered with a person; `hints` has a line for each public id."""

    to = forms.ChoiceField(
        label="Who holds it from now on?",
        error_messages={
            "required": "Select who holds it from now on",
            "invalid_choice": "Select one of these people: the one you chose cannot hold it",
        },
        widget=HintedRadios(attrs={"data-layout": "list"}),
    )

    def __init__(
        self, *args: Any, people: Sequence[User], hints: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.public_id): person for person in people}
        choices = [(key, person.name) for key, person in self.people.items()]
        self.set_choices("to", [*choices, *self.more_choices()])
        self.fields["to"].widget.hints = hints

    def more_choices(self) -> list[tuple[str, str]]:
        """Answers that are no person."""
        return []

    @property
    def chosen(self) -> User | None:
        """The person, of a valid form; None for an answer that is none."""
        return self.people.get(self.cleaned_data["to"])


class ReassignForm(PersonForm, SubmissionForm):
    """Who holds these episodes from now on; `seen` says who held each when the page was made."""

    note = PlainTextField(
        label="Note",
        help_text="What the next person should know. Never a youth’s name.",
        required=False,
        max_length=300,
        error_messages=TOO_LONG,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    episode = forms.Field(required=False, widget=forms.MultipleHiddenInput)
    held = forms.Field(required=False, widget=forms.MultipleHiddenInput)
    confirm = forms.CharField(widget=forms.HiddenInput, initial="yes", required=False)

    def __init__(self, *args: Any, episodes: Iterable[Episode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["episode"] = [str(one.public_id) for one in episodes]
        self.initial["held"] = [
            f"{one.public_id}:{one.assigned_to.public_id if one.assigned_to else NOBODY}"
            for one in episodes
        ]

    def more_choices(self) -> list[tuple[str, str]]:
        return [(NOBODY, "Nobody yet")]

    @property
    def seen(self) -> dict[UUID, UUID | None]:
        """Who held each episode when the page was made, as far as the page says."""
        return {
            UUID(episode): None if holder == NOBODY else UUID(holder)
            for episode, _, holder in (pair.partition(":") for pair in self.cleaned_data["held"])
        }

    def clean_held(self) -> list[str]:
        """What the page said; what is no such pair was not written by us."""
        pairs = list(self.cleaned_data["held"] or [])
        for pair in pairs:
            episode, _, holder = pair.partition(":")
            try:
                UUID(episode)
                if holder != NOBODY:
                    UUID(holder)
            except ValueError:
                raise forms.ValidationError("Open this page again, then save.") from None
        return pairs

    def show_holders(self, episodes: Iterable[Episode]) -> None:
        """Show who holds each now: saving again does so knowingly."""
        answers = self.data.copy()  # type: ignore[attr-defined]
        answers.setlist(
            "held",
            [
                f"{one.public_id}:{one.assigned_to.public_id if one.assigned_to else NOBODY}"
                for one in episodes
            ],
        )
        self.data = answers


class OfferForm(Form):
    """Which unit, and why."""

    unit = forms.ChoiceField(
        label="To which unit?",
        error_messages={"required": "Select the unit"},
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
    )
    note = NarrativeField(
        label="Why, and what should they know?",
        help_text="One or two sentences. The unit reads them before it accepts.",
        max_length=300,
        error_messages={"required": "Enter why, and what they should know", **TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.public_id): unit for unit in units}
        self.set_choices("unit", [(key, unit.name) for key, unit in self.units.items()])

    @property
    def chosen(self) -> Unit:
        """The unit, of a valid form."""
        return self.units[self.cleaned_data["unit"]]


class DeclineForm(Form):
    """Why a transfer is declined."""

    why = NarrativeField(
        label="Why do you decline it?",
        help_text="The unit that holds the episode reads this.",
        max_length=300,
        error_messages={"required": "Enter why you decline it", **TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
