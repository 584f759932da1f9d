"""Record what was done about a duty. Nothing but what happened and when must be answered."""

import uuid
from datetime import datetime
from typing import Any

from django import forms

from casework.forms.base import PlainTextField, SubmissionForm
from casework.forms.when import WhenReader, asks_fold, fold_field, time_field
from casework.models import Duty, Known, Outcome
from casework.operations.duties import Evidence
from casework.policies.rules import EvidenceField
from casework.policies.time_phrases import clock
from casework.policies.time_words import Moment

JUST_NOW, EARLIER = "just_now", "earlier"


class EvidenceForm(SubmissionForm):
    """One entry of evidence; asks for the proof that the duty's rule asks for."""

    based_on = forms.UUIDField(widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(
        label="What happened?",
        choices=Outcome.choices,
        error_messages={"required": "Select what happened"},
        widget=forms.RadioSelect,
    )
    happened = forms.ChoiceField(
        label="When?",
        choices=[(JUST_NOW, "Just now"), (EARLIER, "Earlier")],
        error_messages={"required": "Select when it happened"},
        widget=forms.RadioSelect,
    )
    happened_time = time_field(
        "If earlier: what time?", "For example 3:10 am, or yesterday 10:30 pm."
    )
    happened_fold = fold_field()
    agency = PlainTextField(
        label="Agency",
        help_text="For example the police department.",
        max_length=120,
        required=False,
    )
    reference_number = PlainTextField(
        label="Report or reference number",
        help_text="You can add it later.",
        max_length=60,
        required=False,
    )
    contact_name = PlainTextField(label="Who did you speak to?", max_length=120, required=False)
    officer = PlainTextField(label="Officer’s name", max_length=120, required=False)
    badge = PlainTextField(label="Officer’s badge number", max_length=40, required=False)
    ncic_entry = forms.ChoiceField(
        label="Did they say they will enter it in NCIC?",
        help_text="NCIC is the police’s national database of missing persons.",
        choices=Known.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )
    method = forms.ChoiceField(
        label="How?",
        choices=[
            ("", "Not said"),
            ("Telephone", "Telephone"),
            ("In person", "In person"),
            ("Online", "Online"),
            ("E-mail", "E-mail"),
            ("Letter", "Letter"),
        ],
        required=False,
    )
    note = PlainTextField(
        label="Note",
        help_text="If it is not needed, say why. Write only what is needed to keep the youth safe.",
        max_length=10_000,
        required=False,
        error_messages={"max_length": "Enter a note of at most 10,000 characters"},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, duty: Duty, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.duty, self.now = duty, now
        happened = self.fields["happened"]
        assert isinstance(happened, forms.ChoiceField)
        happened.choices = [
            (JUST_NOW, f"Just now ({clock(now, duty.episode.zone)})"),
            (EARLIER, "Earlier"),
        ]

    def shown_fields(self) -> list[str]:
        asked = [field.value for field in EvidenceField if field in self.duty.evidence_fields]
        fold = ["happened_fold"] if asks_fold(self, "happened") else []
        shown = ["submission_key", "based_on", "outcome", "happened", "happened_time", *fold]
        in_page_order = [name for name in self.fields if name in asked and name != "note"]
        return [*shown, *in_page_order, "note"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        happened = self._happened() if "happened" in data else None
        if data.get("outcome") == Outcome.NOT_NEEDED and not data.get("note"):
            if "note" not in self.errors:
                self.add_error("note", "Enter why this duty is not needed")
        if happened is not None and "outcome" in data:
            data["evidence"] = Evidence(
                outcome=Outcome(data["outcome"]),
                happened=happened,
                ncic_entry=Known(data["ncic_entry"]) if data.get("ncic_entry") else None,
                **{
                    name: data.get(name) or ""
                    for name in (
                        "method",
                        "contact_name",
                        "agency",
                        "officer",
                        "badge",
                        "reference_number",
                        "note",
                    )
                },
            )
        return data

    def _happened(self) -> Moment | None:
        reader = WhenReader(
            self, "happened", label="The time", zone=self.duty.episode.zone, now=self.now
        )
        typed = self.cleaned_data.get("happened_time")
        if self.cleaned_data["happened"] == EARLIER:
            if typed:
                return reader.with_day()
            self.add_error("happened_time", "Enter about what time, for example 3:10 am")
            return None
        if typed:
            self.add_error(
                "happened_time", "You selected Just now. Clear the time, or select Earlier"
            )
            return None
        return reader.just_now()

    @property
    def seen_entry(self) -> uuid.UUID | None:
        """The latest entry that the person saw when the page was made."""
        return self.cleaned_data.get("based_on")
