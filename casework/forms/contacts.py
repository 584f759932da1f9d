"""Add a phone number, an e-mail address or an account of a youth."""

from typing import Any

from django import forms

from casework.forms.base import PlainTextField, SubmissionForm
from casework.models import ContactKind
from casework.operations.contacts import KEYS

NOT_READ = {
    ContactKind.PHONE: "Enter a phone number with its area code, like 314-555-0144",
    ContactKind.EMAIL: "Enter an email address like name@example.com",
    ContactKind.ACCOUNT: "Enter the name of the account without spaces, like @jordan_x",
}


class ContactForm(SubmissionForm):
    """One contact: what it is, the number or name, and whose or where."""

    kind = forms.ChoiceField(
        label="What is it?",
        choices=ContactKind.choices,
        error_messages={"required": "Select what it is"},
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
    )
    value = PlainTextField(
        label="Number, address or account name",
        help_text="For example 314-555-0144, name@example.com or @jordan_x.",
        max_length=120,
        error_messages={
            "required": "Enter the number, address or account name",
            "max_length": "Enter at most 120 characters",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    label = PlainTextField(
        label="Whose, or where?",
        help_text="For example own phone, aunt’s phone, Instagram.",
        required=False,
        max_length=60,
        error_messages={"max_length": "Enter at most 60 characters"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") and data.get("value"):
            kind = ContactKind(data["kind"])
            if not KEYS[kind](data["value"]):
                self.add_error("value", NOT_READ[kind])
        return data
