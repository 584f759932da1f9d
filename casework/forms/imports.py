"""A file of earlier records is chosen, and how it is read."""

from typing import Any

from django import forms

from casework.forms.base import Form
from casework.models import ImportBatch, Unit
from casework.operations.imports import LARGEST_UPLOAD, HowToRead
from casework.policies.import_columns import COLUMNS, missing_columns
from casework.policies.import_dates import DateOrder

LEFT_OUT = ("", "Leave out")
ORDERS = [
    ("", "As the file itself shows"),
    (DateOrder.MONTH_FIRST.value, "Month first: 3/4/2024 is March 4"),
    (DateOrder.DAY_FIRST.value, "Day first: 3/4/2024 is April 3"),
]


class UploadForm(Form):
    """Choose a file."""

    file = forms.FileField(
        label="File of earlier records",
        help_text=f"CSV, at most {LARGEST_UPLOAD // 1024**2} MB. The first row names the columns.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={
            "required": "Choose a file",
            "empty": "This file is empty. Choose another",
            "invalid": "Choose a file",
        },
    )


class ReadForm(Form):
    """Say which of the file's columns holds what, and how its dates are written."""

    unit = forms.ChoiceField(
        label="Unit of rows that name none",
        required=False,
        help_text="Its rules and its time zone hold for them.",
    )
    date_order = forms.ChoiceField(
        label="Dates with slashes",
        required=False,
        choices=ORDERS,
        help_text="If they can be read two ways, the check asks you to choose. Nothing is guessed.",
    )
    since_1904 = forms.BooleanField(
        label="Dates that are numbers count from 1904 (workbooks of old Macs)", required=False
    )

    def __init__(self, data: Any, *, batch: ImportBatch, units: list[Unit]) -> None:
        super().__init__(data)
        self.batch, self.units = batch, {str(unit.public_id): unit for unit in units}
        key_at = {at: key for key, at in batch.columns.items()}
        choices = [LEFT_OUT, *((column.key, column.label) for column in COLUMNS)]
        self.columns = [f"column_{at}" for at in range(len(batch.headers))]
        for at, header in enumerate(batch.headers):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=header or f"Column {at + 1}, without a name",
                required=False,
                choices=choices,
                initial=key_at.get(at, ""),
            )
        self.set_choices(
            "unit", [("", "None"), *((key, unit.name) for key, unit in self.units.items())]
        )
        self.initial = {
            "unit": str(batch.unit.public_id) if batch.unit else "",
            "date_order": batch.date_order,
            "since_1904": batch.since_1904,
        }

    def shown_fields(self) -> list[str]:
        return [*self.columns, "unit", "date_order", "since_1904"]

    def clean(self) -> dict[str, Any]:
        """Each of our fields once, and all that a file must tell."""
        data = super().clean() or {}
        chosen: dict[str, int] = {}
        for at, name in enumerate(self.columns):
            key = data.get(name)
            if key and key in chosen:
                first = self.fields[self.columns[chosen[key]]].label
                self.add_error(name, f"“{first}” holds this already. Leave one of the two out")
            elif key:
                chosen[key] = at
        if missing := missing_columns(chosen):
            self.add_error(None, f"Choose a column for: {', '.join(missing)}")
        data["chosen"] = chosen
        return data

    @property
    def how(self) -> HowToRead:
        """What was chosen, once it is valid."""
        data = self.cleaned_data
        return HowToRead(
            columns=data["chosen"],
            unit=self.units.get(data["unit"]),
            date_order=data["date_order"],
            since_1904=data["since_1904"],
        )
