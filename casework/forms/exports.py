"""What somebody asks to take out as a file, once or every month, and what for."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from casework.forms.base import Form, PlainTextField, SubmissionForm
from casework.models import ExportKind, ExportPurpose, Unit
from casework.operations.exports import LONGEST_WORDS
from casework.policies.count_periods import CountPeriod, PeriodKind
from casework.policies.file_formats import FileFormat


class _AskedForm(Form):
    """What both forms ask: of which unit, what, as which file, for what."""

    unit = forms.ChoiceField(label="Unit, with those below it", required=False)
    kind = forms.ChoiceField(
        label="What",
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
        error_messages={"required": "Select what the file holds"},
    )
    file_format = forms.ChoiceField(
        label="File",
        choices=[(one.value, one.label) for one in FileFormat],
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
        error_messages={"required": "Select a kind of file"},
    )
    with_levels = forms.BooleanField(
        label="Of counts to share: say how many were missing at the start and at the end too",
        help_text="Only where all of these numbers are large. The first file that is shared "
        "decides for the months beside it.",
        required=False,
    )
    purpose = forms.ChoiceField(
        label="What is it for?",
        choices=[("", "Select one"), *ExportPurpose.choices],
        error_messages={"required": "Select what the file is for"},
    )
    purpose_words = PlainTextField(
        label="In your own words",
        help_text="Without names. It stands in the file. Needed for “Something else”.",
        required=False,
        max_length=LONGEST_WORDS,
        error_messages={"max_length": f"Enter at most {LONGEST_WORDS} characters"},
    )

    def offer(self, kinds: Sequence[ExportKind], units: Sequence[Unit]) -> None:
        """Give the questions the choices that this person has."""
        self.set_choices("kind", [(kind.value, str(kind.label)) for kind in kinds])
        self.set_choices("unit", [(str(unit.public_id), unit.name) for unit in units])
        self.initial.setdefault("kind", kinds[0].value)
        self.initial.setdefault("file_format", FileFormat.XLSX.value)
        if not units:
            del self.fields["unit"]
        if ExportKind.SHARED not in kinds:
            del self.fields["with_levels"]

    def answers(self) -> dict[str, Any]:
        """What an operation takes; the form is valid."""
        return {
            "kind": ExportKind(self.cleaned_data["kind"]),
            "file_format": FileFormat(self.cleaned_data["file_format"]),
            "purpose": ExportPurpose(self.cleaned_data["purpose"]),
            "purpose_words": self.cleaned_data["purpose_words"],
            "with_levels": self.cleaned_data.get("with_levels", False),
        }


class ExportForm(_AskedForm, SubmissionForm):
    """Ask for one file."""

    period = forms.ChoiceField(label="Month or year")
    field_order = (
        "period",
        "unit",
        "kind",
        "with_levels",
        "file_format",
        "purpose",
        "purpose_words",
    )

    def __init__(
        self,
        *args: Any,
        periods: Mapping[PeriodKind, Sequence[CountPeriod]],
        kinds: Sequence[ExportKind],
        units: Sequence[Unit],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (kind.value, [(period.code, period.label) for period in some])
            for kind, some in periods.items()
            if some
        ]
        self.offer(kinds, units)


class ScheduleForm(_AskedForm):
    """Have a file made every month."""

    day = forms.IntegerField(
        label="From which day of the next month",
        help_text="1 to 28. Leave time for late entries.",
        min_value=1,
        max_value=28,
        initial=5,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Enter a day from 1 to 28",
            "invalid": "Enter a day from 1 to 28",
            "min_value": "Enter a day from 1 to 28",
            "max_value": "Enter a day from 1 to 28",
        },
    )
    field_order = ("unit", "kind", "with_levels", "file_format", "day", "purpose", "purpose_words")

    def __init__(
        self, *args: Any, kinds: Sequence[ExportKind], units: Sequence[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer(kinds, units)
