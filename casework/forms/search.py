"""The one box: a name, a number, a phone, an account."""

from django import forms

from casework.access.searching import LONGEST, SHORTEST
from casework.forms.base import Form, PlainTextField

EMPTY = "Enter a name, a number, a phone or an account"


class SearchForm(Form):
    """What to search for. Nothing of it is kept in the record."""

    typed = PlainTextField(
        label="Name, number, phone or account",
        help_text=(
            "A name as you heard it, a nickname, the case number, the episode’s reference, the number "
            "of a police or NCMEC report, a phone number (the last 7 digits will do), an account."
        ),
        min_length=SHORTEST,
        max_length=LONGEST,
        error_messages={
            "required": EMPTY,
            "min_length": f"Enter at least {SHORTEST} characters",
            "max_length": f"Enter at most {LONGEST} characters",
        },
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
