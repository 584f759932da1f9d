"""What is said about an episode after it was logged: back or located, something learned, undo."""

from django import forms

from casework.forms.base import Form, NarrativeField, PlainTextField, SubmissionForm
from casework.forms.when import HappenedForm
from casework.models import EndReason, Known, NoteKind, ReturnedTo

LOCATED = "located"
TOLD_BY_PEOPLE = (NoteKind.SIGHTING, NoteKind.CALL, NoteKind.INFORMATION)


class ReturnForm(HappenedForm):
    """Stop the missing clock: three questions."""

    needs_time = True
    field_order = (
        "known",
        "happened",
        "happened_time",
        "happened_fold",
        "medical_care_needed",
        "where",
    )
    known = forms.ChoiceField(
        label="What do you know?",
        choices=[
            *((one.value, one.label) for one in ReturnedTo if one != ReturnedTo.NOT_RECORDED),
            (LOCATED, "Located, not back yet"),
        ],
        error_messages={"required": "Select what you know"},
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
    )
    where = NarrativeField(
        label="Where is the youth, and who is with them?",
        help_text="It stands on the timeline.",
        max_length=500,
        required=False,
    )
    medical_care_needed = forms.ChoiceField(
        label="Does the youth need medical care now?",
        choices=Known.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )


class EndForm(HappenedForm):
    """Close an episode without a return."""

    needs_time = True
    field_order = ("reason", "why", "happened", "happened_time", "happened_fold")
    reason = forms.ChoiceField(
        label="Why does it end?",
        choices=[choice for choice in EndReason.choices if choice[0] != EndReason.RETURNED],
        error_messages={"required": "Select why it ends"},
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
    )
    why = NarrativeField(
        label="What happened?",
        help_text="One sentence. It stays on the timeline.",
        max_length=500,
        error_messages={"required": "Enter what happened"},
    )


class NoteForm(HappenedForm, SubmissionForm):
    """Add a sighting or something learned."""

    may_be_unknown = True
    field_order = (
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
        choices=[choice for choice in NoteKind.choices if choice[0] in TOLD_BY_PEOPLE],
        error_messages={"required": "Select what it is"},
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
    )
    text = NarrativeField(
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


class WhatHappenedForm(Form):
    """Why something that was recorded is taken back: a return, or an earlier record."""

    reason = NarrativeField(
        label="What happened?",
        help_text="One sentence. It stays on the timeline.",
        max_length=500,
        error_messages={"required": "Enter what happened"},
    )
