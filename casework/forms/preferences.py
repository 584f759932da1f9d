"""How one wants to hear of things."""

from typing import Any

from django import forms

from casework.forms.base import Form
from casework.models import Cadence, FirstReminder, ReminderPreferences
from casework.operations.preferences import Choice
from casework.policies.clock_words import hour_words

TOPICS = {
    "untimed": (
        "Duties without a set time",
        "What is to be done at once, without a limit in hours.",
    ),
    "flags": ("Flags", "A youth you answer for is flagged, or a flag waits for a decision."),
    "cases": (
        "Cases that change hands",
        "A youth is given to you, offered to your unit or taken over.",
    ),
    "views": ("Saved views", "A youth appears in a view that you watch."),
}


class PreferencesForm(Form):
    """Every choice one has; a valid form has it in `choice`."""

    first_reminder = forms.ChoiceField(
        label="When should the first reminder of a duty with a time limit come?",
        help_text="You hear of every new duty at once, and again as its time runs out.",
        choices=FirstReminder.choices,
        error_messages={"required": "Select when the first reminder should come"},
        widget=forms.RadioSelect,
    )
    digest_hour = forms.TypedChoiceField(
        label="When should the digest come?",
        help_text="One message a day with numbers only, and none on days without news.",
        choices=[(hour, hour_words(hour)) for hour in range(24)],
        coerce=int,
        error_messages={"required": "Select when the digest should come"},
        widget=forms.Select(attrs={"class": "input-short"}),
    )

    field_order = ("first_reminder", *TOPICS, "digest_hour")

    def __init__(self, *args: Any, preferences: ReminderPreferences, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in TOPICS.items():
            cadences = [one for one in Cadence if name != "untimed" or one is not Cadence.OFF]
            self.fields[name] = forms.ChoiceField(
                label=label,
                help_text=help_text,
                choices=[(one.value, one.label) for one in cadences],
                error_messages={"required": "Select how often email should come"},
                widget=forms.RadioSelect,
            )
        self.order_fields(self.field_order)
        for name in self.fields:
            self.initial[name] = getattr(preferences, name)

    @property
    def choice(self) -> Choice:
        """What was chosen, of a valid form."""
        data = self.cleaned_data
        return Choice(
            first_reminder=FirstReminder(data["first_reminder"]),
            digest_hour=data["digest_hour"],
            **{name: Cadence(data[name]) for name in TOPICS},
        )
