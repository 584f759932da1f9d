"""Which episodes the page of patterns counts: a period, a unit, a kind of placement."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from casework.forms.base import Form
from casework.models import Unit
from casework.models.youth import PlacementKind
from casework.policies.periods import Period

EVERY_KIND = "all"


class PatternsForm(Form):
    """Sent with GET; what an address leaves out is the first choice."""

    period = forms.ChoiceField(label="When the agency was told")
    unit = forms.ChoiceField(label="Unit, with those below it")
    kind = forms.ChoiceField(
        label="Kind of placement",
        choices=[(EVERY_KIND, "Every kind, and none"), *PlacementKind.choices],
    )

    def __init__(
        self, asked: QueryDict, *, periods: Sequence[Period], usual: Period, units: Sequence[Unit]
    ) -> None:
        choices = {
            "period": asked.get("period", usual.code),
            "unit": asked.get("unit", str(units[0].public_id) if units else ""),
            "kind": asked.get("kind", EVERY_KIND),
        }
        super().__init__(choices)
        self.set_choices("period", [(period.code, period.label) for period in periods])
        self.set_choices("unit", [(str(unit.public_id), unit.name) for unit in units])
        if not units:
            del self.fields["unit"], self.fields["kind"]


def chosen_kind(form: PatternsForm) -> PlacementKind | None:
    """The kind of a valid form; None for every kind."""
    kind = form.cleaned_data.get("kind", EVERY_KIND)
    return None if kind == EVERY_KIND else PlacementKind(kind)
