"""Asking when something happened: a choice, a typed time, and which of two hours it was.

One page, no scripts needed: the question about a repeated hour is drawn only after somebody has
typed such an hour.
"""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import forms

from casework.forms.base import PlainTextField
from casework.policies.time_phrases import zone_words
from casework.policies.time_words import (
    Moment,
    Precision,
    ProblemCode,
    TimeProblem,
    resolve,
    resolve_day_and_time,
)

BEFORE, AFTER = "0", "1"


class WhenReader:
    """Reads one "when" question of a form and puts each problem beside its field."""

    def __init__(
        self, form: forms.Form, name: str, *, label: str, zone: ZoneInfo, now: datetime
    ) -> None:
        self.form, self.name, self.label, self.zone, self.now = form, name, label, zone, now

    def just_now(self) -> Moment:
        """The moment of the submission."""
        return Moment(at=self.now, precision=Precision.EXACT)

    def on_day(self, day: date, *, guess_later: bool = False) -> Moment | None:
        """The typed time on this day; the day alone when nothing is typed."""
        return self._read(
            lambda fold: resolve(
                self._text(),
                day=day,
                zone=self.zone,
                not_after=self.now,
                fold=fold,
                guess_later=guess_later,
            )
        )

    def with_day(self, *, guess_later: bool = False) -> Moment | None:
        """The typed day and time; today's when no day is typed."""
        return self._read(
            lambda fold: resolve_day_and_time(
                self._text(),
                today=self.today,
                zone=self.zone,
                not_after=self.now,
                fold=fold,
                guess_later=guess_later,
            )
        )

    @property
    def today(self) -> date:
        """The local day of now."""
        return self.now.astimezone(self.zone).date()

    def _text(self) -> str:
        return str(self.form.cleaned_data.get(f"{self.name}_time") or "")

    def _read(self, resolve_with: Callable[[int | None], Moment]) -> Moment | None:
        chosen = self.form.cleaned_data.get(f"{self.name}_fold")
        try:
            return resolve_with(int(chosen) if chosen else None)
        except TimeProblem as problem:
            self._explain(problem)
            return None

    def _explain(self, problem: TimeProblem) -> None:
        if problem.code is ProblemCode.REPEATED_HOUR:
            before, after = problem.candidates[:2]
            field = self.form.fields[f"{self.name}_fold"]
            field.choices = [  # type: ignore[attr-defined]
                (BEFORE, f"Before the clocks changed ({zone_words(before, self.zone)})"),
                (AFTER, f"After the clocks changed ({zone_words(after, self.zone)})"),
            ]
            self.form.add_error(f"{self.name}_fold", problem.message)
        elif problem.code is ProblemCode.FUTURE:
            self.form.add_error(f"{self.name}_time", f"{self.label} must be now or earlier")
        else:
            self.form.add_error(f"{self.name}_time", problem.message)


def time_field(label: str, hint: str) -> PlainTextField:
    """A typed time; the server reads it, so no native picker stands in the way."""
    return PlainTextField(
        label=label,
        help_text=hint,
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-quiet": True}),
    )


def fold_field() -> forms.ChoiceField:
    """The question that appears only for an hour that the clocks repeat."""
    return forms.ChoiceField(
        label="Which of the two?",
        required=False,
        choices=[(BEFORE, "Before the clocks changed"), (AFTER, "After the clocks changed")],
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )


def asks_fold(form: forms.Form, name: str) -> bool:
    """Whether the page must ask which of two hours was meant."""
    return bool(form.is_bound and (form.data.get(f"{name}_fold") or f"{name}_fold" in form.errors))
