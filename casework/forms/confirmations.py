"""Confirm duties of a protocol, or take a confirmation back."""

from datetime import date
from typing import Any

from django import forms

from casework.forms.base import PlainTextField, SubmissionForm
from casework.policies.clock_words import day_words
from casework.policies.time_problem import TimeProblem
from casework.policies.typed_days import parse_day

CHANGED = (
    "A duty has changed since you opened this page, so nothing is saved. Read it again below, then"
    " tick it again"
)


def reads(code: str, fingerprint: str) -> str:
    """What the box of a duty sends: its code and what its rules said when the page was made.

    Nobody confirms words that they have not seen: once the rules change, the box is refused.
    """
    return f"{code}:{fingerprint[:16]}"


class DutiesForm(SubmissionForm):
    """A form about duties that are ticked; a valid one has their codes in `codes`."""

    duties = forms.MultipleChoiceField(
        label="Duties",
        error_messages={"required": "Tick at least one duty", "invalid_choice": CHANGED},
        widget=forms.CheckboxSelectMultiple(attrs={"data-layout": "list"}),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("duties", choices)

    @property
    def codes(self) -> list[str]:
        """The codes of the duties that were ticked."""
        return [value.partition(":")[0] for value in self.cleaned_data["duties"]]


class ConfirmForm(DutiesForm):
    """Who at the agency stands for these duties, and since which day."""

    confirmed_by = PlainTextField(
        label="Who at the agency confirmed it?",
        help_text="A name and what they are, for example: J. Ortiz, counsel.",
        max_length=120,
        error_messages={
            "required": "Enter who at the agency confirmed it",
            "max_length": "Enter at most 120 characters",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    confirmed_on = PlainTextField(
        label="On which day?",
        help_text="For example Mar 3, 3/3/2026 or today.",
        max_length=80,
        error_messages={"required": "Enter on which day it was confirmed, for example Mar 3"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input-short"}),
    )
    note = PlainTextField(
        label="Note",
        help_text="What was read, or what to come back to. Never write about a youth here.",
        max_length=2_000,
        required=False,
        error_messages={"max_length": "Enter a note of at most 2,000 characters"},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)

    def asked(self) -> list[str]:
        """The fields below the duties; the page draws these with their boxes itself."""
        return ["confirmed_by", "confirmed_on", "note"]

    def clean_confirmed_on(self) -> date:
        """The day that was typed; today at the latest."""
        like_this = f"Enter a day like {day_words(self.today)}, or today"
        try:
            day, rest = parse_day(self.cleaned_data["confirmed_on"], today=self.today)
        except TimeProblem:
            raise forms.ValidationError(like_this) from None
        if day is None or rest:
            raise forms.ValidationError(like_this)
        if day > self.today:
            raise forms.ValidationError("The day must be today or earlier")
        return day


class WithdrawForm(DutiesForm):
    """Which confirmations are taken back, and why."""

    field_order = ("duties", "reason")
    duties = forms.MultipleChoiceField(
        label="Which confirmations?",
        error_messages={
            "required": "Tick at least one duty",
            "invalid_choice": "One of these duties is not confirmed any more, so nothing is saved",
        },
        widget=forms.CheckboxSelectMultiple(attrs={"data-layout": "list"}),
    )
    reason = PlainTextField(
        label="Why?",
        help_text="One or two sentences. They stay in the history of this protocol.",
        max_length=2_000,
        error_messages={
            "required": "Enter why the confirmation is withdrawn",
            "max_length": "Enter at most 2,000 characters",
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
