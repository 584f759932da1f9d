"""Which counts to read, and what locking a month or taking a lock off asks."""

from collections.abc import Mapping, Sequence

from django import forms
from django.http import QueryDict

from casework.forms.base import Form, PlainTextField
from casework.models import Unit
from casework.operations.counts import LONGEST_WHY
from casework.policies.count_periods import CountPeriod, PeriodKind

MOST_CHILDREN = 1_000_000  # more than any agency of the country has in care


class CountsForm(Form):
    """Sent with GET; what an address leaves out is the first choice."""

    period = forms.ChoiceField(label="Month or year")
    unit = forms.ChoiceField(label="Unit, with those below it")

    def __init__(
        self,
        asked: QueryDict,
        *,
        periods: Mapping[PeriodKind, Sequence[CountPeriod]],
        usual: CountPeriod,
        units: Sequence[Unit],
    ) -> None:
        super().__init__(
            {
                "period": asked.get("period", usual.code),
                "unit": asked.get("unit", str(units[0].public_id) if units else ""),
            }
        )
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (kind.value, [(period.code, period.label) for period in some])
            for kind, some in periods.items()
            if some
        ]
        self.set_choices("unit", [(str(unit.public_id), unit.name) for unit in units])
        if not units:
            del self.fields["unit"]


class LockForm(Form):
    """Lock a month."""

    children_in_care = forms.IntegerField(
        label="Children in care on the last day",
        help_text="Your own count. With it the page can say how many of them were missing.",
        required=False,
        min_value=1,
        max_value=MOST_CHILDREN,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "Enter a whole number like 1250, or leave it empty",
            "min_value": "Enter a number above 0, or leave it empty",
            "max_value": "Enter a number up to 1,000,000",
        },
    )


class UnlockForm(Form):
    """Take a lock off."""

    why = PlainTextField(
        label="Why is the lock taken off?",
        help_text="One sentence, without names. It stands beside the month from now on.",
        max_length=LONGEST_WHY,
        error_messages={
            "required": "Enter why the lock is taken off",
            "max_length": "Enter a sentence of at most 300 characters",
        },
    )
