"""Asking when something happened: a choice, a typed time, and which of two hours it was.

One page, no scripts needed: the question about a repeated hour is drawn only after somebody has
typed such an hour.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from casework.forms.base import Form, PlainTextField
from casework.policies.first_sent import FIELD, first_sent
from casework.policies.time_phrases import clock, zone_words
from casework.policies.time_words import (
    Moment,
    Precision,
    ProblemCode,
    TimeProblem,
    parse_day,
    resolve,
    resolve_day_and_time,
)

BEFORE, AFTER = "0", "1"


class SentForm(Form):
    """A form that remembers when it was first sent.

    "Just now" means that moment, also when the form had to be sent again: after an error in
    another field, after signing in again, or after an outage of an hour.
    """

    first_sent_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *args: Any,
        zone: ZoneInfo,
        now: datetime,
        **kwargs: Any,
    ) -> None:
        self.zone, self.now = zone, now
        self.sent_at = now
        if data is not None:
            data = data.copy()
            self.sent_at = first_sent(data.get(FIELD, ""), now=now)
            data[FIELD] = self.sent_at.isoformat()
        super().__init__(data, *args, **kwargs)


class WhenReader:
    """Reads one "when" question of a form and puts each problem beside its field."""

    def __init__(self, form: SentForm, name: str, *, label: str) -> None:
        self.form, self.name, self.label = form, name, label
        self.zone, self.now = form.zone, form.now

    def just_now(self) -> Moment:
        """The moment at which the form was first sent."""
        return Moment(at=self.form.sent_at, precision=Precision.EXACT)

    def on_day(self, day: date, *, guess_later: bool = False) -> Moment | None:
        """The typed time on this day; the day alone when nothing is typed. A typed day wins."""
        if self._text() and (day == self.today or self._names_a_day()):
            return self.with_day(guess_later=guess_later)
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

    def _names_a_day(self) -> bool:
        try:
            return parse_day(self._text(), today=self.today)[0] is not None
        except TimeProblem:
            return False  # reading it as a whole says what is wrong

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
            self.form.set_choices(
                f"{self.name}_fold",
                [
                    (BEFORE, f"Before the clocks changed ({zone_words(before, self.zone)})"),
                    (AFTER, f"After the clocks changed ({zone_words(after, self.zone)})"),
                ],
            )
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


JUST_NOW, EARLIER, TIME_NOT_KNOWN = "just_now", "earlier", "not_known"


class HappenedForm(SentForm):
    """A form that asks when something happened: just now, or at a typed time.

    A valid form has the answer in `cleaned_data["moment"]`. With `needs_time` a day alone is not
    enough; with `may_be_unknown` the time may be not known at all.
    """

    needs_time = False
    may_be_unknown = False
    happened = forms.ChoiceField(
        label="When?",
        choices=[(JUST_NOW, "Just now"), (EARLIER, "Earlier")],
        error_messages={"required": "Select when it happened"},
        widget=forms.RadioSelect,
    )
    happened_time = time_field(
        "If earlier: what time?", "For example 6:15 am, or yesterday 10:30 pm."
    )
    happened_fold = fold_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("happened", self.happened_choices())

    def happened_choices(self) -> list[tuple[str, str]]:
        """The answers to "When?"."""
        just_now = f"Just now ({clock(self.sent_at, self.zone)})"
        unknown = [(TIME_NOT_KNOWN, "Not known")] if self.may_be_unknown else []
        return [(JUST_NOW, just_now), (EARLIER, "Earlier"), *unknown]

    def shown_fields(self) -> list[str]:
        hidden = set() if asks_fold(self, "happened") else {"happened_fold"}
        return [name for name in super().shown_fields() if name not in hidden]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        choice, typed = data.get("happened"), data.get("happened_time")
        reader = WhenReader(self, "happened", label="The time")
        if choice in (JUST_NOW, TIME_NOT_KNOWN) and typed:
            self.add_error("happened_time", "Clear the time, or select Earlier")
        elif choice == JUST_NOW:
            data["moment"] = reader.just_now()
        elif choice == EARLIER and not typed and "happened_time" not in self.errors:
            self.add_error("happened_time", "Enter about what time, for example 6:15 am")
        elif choice == EARLIER and typed:
            data["moment"] = self._with_time(reader.with_day())
        elif choice == TIME_NOT_KNOWN:
            data["moment"] = Moment(at=self.now, precision=Precision.UNKNOWN)
        return data

    def _with_time(self, moment: Moment | None) -> Moment | None:
        if moment is not None and self.needs_time and moment.precision is Precision.DATE_ONLY:
            self.add_error(
                "happened_time", "Enter the time too, for example about 6 am. A best guess is fine"
            )
            return None
        return moment
