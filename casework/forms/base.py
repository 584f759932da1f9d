"""What all our forms share: errors come from the server, and nothing typed is ever lost."""

import unicodedata
import uuid
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.urls import reverse_lazy


class Form(forms.Form):
    """A form in the house style: no browser validation, drawn by our crispy templates."""

    use_required_attribute = False

    @property
    def helper(self) -> FormHelper:
        """How crispy draws it: the fields in order; the page writes the form tag and button."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(*self.shown_fields())
        return helper

    def shown_fields(self) -> list[str]:
        """The fields that the page draws, in order."""
        return list(self.fields)

    def narratives(self) -> list[str]:
        """What is new in a valid form and in a person's own words."""
        return [
            self.cleaned_data.get(name) or ""
            for name, field in self.fields.items()
            if isinstance(field, NarrativeField) and name in self.changed_data
        ]

    def set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Give a question the choices that hold at this moment."""
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class SubmissionForm(Form):
    """A form whose repeated submission does nothing a second time."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission_key", uuid.uuid4())

    def renew_key(self) -> None:
        """Give the form a new key, so that it can be sent again as something else."""
        answers = cast(QueryDict, self.data).copy()
        answers["submission_key"] = str(uuid.uuid4())
        self.data = answers


class PlainTextField(forms.CharField):
    """Text as people type or paste it, without invisible marks that reorder what is read.

    Right-to-left names are kept; what goes are the characters that turn neighboring text around
    or cannot be seen, and control characters other than a new line.
    """

    BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "".join(
            letter
            for letter in text.replace("\r\n", "\n")
            if letter not in self.BIDI_CONTROLS
            and (letter in "\n\t" or unicodedata.category(letter) != "Cc")
        ).strip()


class NarrativeField(PlainTextField):
    """A text about a youth in a person's own words, with a gentle hint about the words chosen.

    While somebody writes, the hint comes when they leave the field; without scripts, after saving.
    """

    is_narrative = True

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {
            "hx-post": reverse_lazy("check_words"),
            # Later than a click takes: a hint that comes between press and release moves the button.
            "hx-trigger": "change delay:400ms",
            "hx-target": "next [data-words]",
            "hx-swap": "innerHTML",
            "hx-push-url": "false",
        }

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        # Of the form only this text is sent; htmx would send all of it.
        self.widget.attrs["hx-params"] = form.add_prefix(field_name)
        return super().get_bound_field(form, field_name)
