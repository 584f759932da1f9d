"""Log a youth missing: six questions, of which only who and when told must be answered."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.safestring import mark_safe

from casework.forms.base import PlainTextField, SubmissionForm
from casework.forms.when import SentForm, WhenReader, asks_fold, fold_field, time_field
from casework.models import Known, LeftFrom, Unit
from casework.operations.episodes import Telling
from casework.policies.clock_words import day_words
from casework.policies.time_phrases import clock, zone_words
from casework.policies.time_words import Moment

JUST_NOW, EARLIER_TODAY, BEFORE_TODAY = "just_now", "earlier_today", "before_today"
TOLD = [
    (JUST_NOW, "Just now"),
    (EARLIER_TODAY, "Earlier today"),
    (BEFORE_TODAY, "Before today"),
]
TODAY, YESTERDAY, BEFORE_THAT, NOT_KNOWN = "today", "yesterday", "before_that", "not_known"
LONGEST_AGO = timedelta(days=366)
NEW_YOUTH = "new"


class IntakeForm(SentForm, SubmissionForm):
    """The six questions. `matches` and `match` belong to the list that the page draws itself."""

    name = PlainTextField(
        label="1. Who is missing?",
        help_text="Name, nickname or case number. If no match, keep typing the name.",
        max_length=160,
        error_messages={
            "required": "Enter the youth’s name, nickname or case number",
            "max_length": "Enter a name of at most 160 characters",
        },
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "words",
                # While somebody types, the matches come from the server; without scripts they
                # come with the answer to the first save.
                "hx-post": reverse_lazy("matches"),
                "hx-trigger": "input changed delay:300ms",
                "hx-target": "#matches",
                "hx-sync": "this:replace",
            }
        ),
    )
    unit = forms.ModelChoiceField(
        label="Which unit is responsible?",
        help_text="Only for a youth who is not on file yet.",
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.Select(attrs={"data-quiet": True}),
    )
    told = forms.ChoiceField(
        label="2. When were you told?",
        help_text="This starts the legal clock.",
        choices=TOLD,
        error_messages={"required": "Select when you were told"},
        widget=forms.RadioSelect,
    )
    told_time = time_field("If not just now: about what time?", "")
    told_fold = fold_field()
    times_in = forms.CharField(required=False, widget=forms.HiddenInput)
    last_seen = forms.ChoiceField(
        label="3. When was the youth last seen?",
        choices=[
            (TODAY, "Today"),
            (YESTERDAY, "Yesterday"),
            (BEFORE_THAT, "Before that"),
            (NOT_KNOWN, "Not known yet"),
        ],
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )
    last_seen_time = time_field(
        "About what time? (optional)", "For example 10:30 pm. A best guess is fine."
    )
    last_seen_fold = fold_field()
    left_from = forms.ChoiceField(
        label="4. Where from?",
        choices=LeftFrom.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )
    in_danger = forms.ChoiceField(
        label="5. Is the youth in danger right now, as far as you know?",
        help_text=mark_safe(  # noqa: S308 (our own words)
            "For example: taken by someone, self-harm, needs medicine, age 12 or under, may be "
            'exploited. If yes, <a class="call" href="tel:911">call 911</a> now, then come back.'
        ),
        choices=Known.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )
    police_called = forms.ChoiceField(
        label="6. Has anyone called the police?",
        choices=Known.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )

    def __init__(
        self,
        *args: Any,
        units: list[Unit],
        own_unit: Unit | None,
        is_unit_known: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asks_unit = len(units) > 1
        field = cast("forms.ModelChoiceField[Unit]", self.fields["unit"])
        field.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units])
        field.empty_label = None if own_unit else "Choose the unit"
        self.initial.setdefault("unit", own_unit)
        just_now = (JUST_NOW, f"Just now ({clock(self.sent_at, self.zone)})")
        self.set_choices("told", [just_now, *TOLD[1:]])
        self.yesterday = day_words((self.now - timedelta(days=1)).astimezone(self.zone).date())
        self._say_zone(is_certain=is_unit_known or len({unit.time_zone for unit in units}) < 2)

    def _say_zone(self, *, is_certain: bool) -> None:
        """Say in which zone times are read, and remember in which the page before said it."""
        self.zone_name = zone_words(self.now, self.zone)
        self.zone_said = self.data.get("times_in", "")
        self.initial["times_in"] = self.zone_name
        if self.is_bound:
            cast("QueryDict", self.data)["times_in"] = self.zone_name  # SentForm's own copy
        zone = (
            f"Times are {self.zone_name}."
            if is_certain
            else f"Times are taken as {self.zone_name} until the unit is known, then as its own."
        )
        self.fields[
            "told_time"
        ].help_text = f"For example 1:40 am, or {self.yesterday} 10 pm. {zone}"

    def after_who(self) -> list[str]:
        """The questions below the list of matches."""
        names = ["unit"] if self.asks_unit else []
        for name in ("told", "told_time", "told_fold", "last_seen", "last_seen_time"):
            if name != "told_fold" or asks_fold(self, "told"):
                names.append(name)
        if asks_fold(self, "last_seen"):
            names.append("last_seen_fold")
        return [*names, "left_from", "in_danger", "police_called"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        told = self._told() if "told" in data else None
        last_seen = self._last_seen()
        if told is not None and self.now - told.at > LONGEST_AGO:
            self.add_error("told_time", "This is more than a year ago. Check the day")
        if told is not None and last_seen is not None and last_seen.at > told.at:
            self.add_error(
                "last_seen_time",
                "“Last seen” is later than “told”. Change one of them, or select Not known yet",
            )
        self._check_zone(data)
        if told is not None:
            data["telling"] = Telling(
                told=told,
                last_seen=last_seen,
                left_from=LeftFrom(data.get("left_from") or LeftFrom.NOT_KNOWN),
                in_danger=Known(data.get("in_danger") or Known.NOT_KNOWN),
                police_called=Known(data.get("police_called") or Known.NOT_KNOWN),
            )
        return data

    def _check_zone(self, data: dict[str, Any]) -> None:
        """A time typed under one zone is not quietly read in another: the unit may have changed."""
        if self.zone_said in {"", self.zone_name}:
            return
        for name in ("told_time", "last_seen_time"):
            if data.get(name) and name not in self.errors:
                self.add_error(
                    name,
                    f"Times are now {self.zone_name}, not {self.zone_said}: that is the zone of the "
                    "youth’s unit. Check this time and save again",
                )

    def _told(self) -> Moment | None:
        choice, typed = self.cleaned_data["told"], self.cleaned_data.get("told_time")
        reader = WhenReader(self, "told", label="The time you were told")
        if choice == JUST_NOW:
            if typed:
                self.add_error(
                    "told_time", "You selected Just now. Clear the time, or select Earlier today"
                )
                return None
            return reader.just_now()
        if not typed:
            example = "1:40 am" if choice == EARLIER_TODAY else f"{self.yesterday} 11:40 pm"
            self.add_error(
                "told_time", f"Enter about what time you were told, for example {example}"
            )
            return None
        if choice == EARLIER_TODAY:
            return reader.on_day(reader.today)
        told = reader.with_day()
        if told is not None and told.at.astimezone(self.zone).date() == reader.today:
            self.add_error("told_time", f"Enter the day too, for example {self.yesterday} 11:40 pm")
            return None
        return told

    def _last_seen(self) -> Moment | None:
        choice = self.cleaned_data.get("last_seen")
        typed = self.cleaned_data.get("last_seen_time")
        reader = WhenReader(self, "last_seen", label="The time the youth was last seen")
        if choice == TODAY:
            return reader.on_day(reader.today, guess_later=True)
        if choice == YESTERDAY:
            return reader.on_day(reader.today - timedelta(days=1), guess_later=True)
        if choice == BEFORE_THAT and not typed:
            self.add_error(
                "last_seen_time",
                f"Enter the day, for example {self.yesterday} 10 pm, or select Not known yet",
            )
            return None
        if choice == NOT_KNOWN and typed:
            self.add_error(
                "last_seen_time", "You selected Not known yet. Clear the time, or select the day"
            )
            return None
        return reader.with_day(guess_later=True) if typed else None
