"""What is said about an episode after it was logged: back or located, something learned, undo."""

from datetime import datetime
from typing import Any

from django import forms

from casework.forms.base import Form, PlainTextField, SubmissionForm
from casework.forms.when import WhenReader, asks_fold, fold_field, time_field
from casework.models import Episode, Known, NoteKind, ReturnedTo
from casework.policies.time_phrases import clock

LOCATED = "located"
JUST_NOW, EARLIER = "just_now", "earlier"


class _WhenForm(Form):
    """A form that asks when something happened: just now, or at a typed time."""

    when_label = "The time"
    happened = forms.ChoiceField(
        label="When?",
        choices=[(JUST_NOW, "Just now"), (EARLIER, "Earlier")],
        error_messages={"required": "Select when it happened"},
        widget=forms.RadioSelect,
    )
    happened_time = time_field(
        "If earlier: what time?", "For example 6:15 am, or yesterday 10:30 pm."
    )
    happened_fold = fold_field()

    def __init__(self, *args: Any, episode: Episode, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.episode, self.now = episode, now
        happened = self.fields["happened"]
        assert isinstance(happened, forms.ChoiceField)
        happened.choices = [
            (JUST_NOW, f"Just now ({clock(now, episode.zone)})"),
            (EARLIER, "Earlier"),
        ]

    def shown_fields(self) -> list[str]:
        hidden = set() if asks_fold(self, "happened") else {"happened_fold"}
        return [name for name in super().shown_fields() if name not in hidden]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "happened" not in data:
            return data
        reader = WhenReader(
            self, "happened", label=self.when_label, zone=self.episode.zone, now=self.now
        )
        typed = data.get("happened_time")
        if data["happened"] == JUST_NOW and typed:
            self.add_error(
                "happened_time", "You selected Just now. Clear the time, or select Earlier"
            )
        elif data["happened"] == JUST_NOW:
            data["moment"] = reader.just_now()
        elif not typed:
            self.add_error("happened_time", "Enter about what time, for example 6:15 am")
        else:
            data["moment"] = reader.with_day()
        return data


class ReturnForm(_WhenForm):
    """Stop the missing clock: three questions."""

    field_order_shown = (
        "known",
        "happened",
        "happened_time",
        "happened_fold",
        "medical_care_needed",
    )
    known = forms.ChoiceField(
        label="What do you know?",
        choices=[*ReturnedTo.choices, (LOCATED, "Located, not back yet")],
        error_messages={"required": "Select what you know"},
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
    )
    medical_care_needed = forms.ChoiceField(
        label="Does the youth need medical care now?",
        choices=Known.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )


class NoteForm(_WhenForm, SubmissionForm):
    """Add a sighting or something learned."""

    field_order_shown = (
        "submission_key",
        "kind",
        "text",
        "source",
        "happened",
        "happened_time",
        "happened_fold",
    )
    kind = forms.ChoiceField(
        label="What is it?",
        choices=[choice for choice in NoteKind.choices if choice[0] != NoteKind.CORRECTION],
        error_messages={"required": "Select what it is"},
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
    )
    text = PlainTextField(
        label="What was seen, said or found?",
        help_text="Facts, in your own words. Write only what is needed to keep the youth safe.",
        max_length=10_000,
        error_messages={
            "required": "Enter what was seen, said or found",
            "max_length": "Enter a note of at most 10,000 characters",
        },
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    source = PlainTextField(
        label="Who or what told you?",
        help_text="For example: caregiver, school, security camera.",
        max_length=120,
        required=False,
    )


class UndoReturnForm(Form):
    """Take back a return that was recorded by mistake."""

    reason = PlainTextField(
        label="What happened?",
        help_text="One sentence. It stays on the timeline.",
        max_length=500,
        error_messages={"required": "Enter what happened"},
    )
