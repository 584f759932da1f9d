"""Trying a protocol: the moments and facts of an imagined episode, and what to compare it with."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from casework.forms.base import Form, PlainTextField
from casework.policies.anchors import Anchor
from casework.policies.conditions import Condition
from casework.policies.rules import Protocol
from casework.policies.trial import (
    ASKED_IN_ORDER,
    Asked,
    NotUsable,
    Problem,
    Trial,
    conditions_of,
    read_typed,
    trial_of,
)

USUAL = (Anchor.TOLD, Anchor.LAST_SEEN)
LESS_COMMON = tuple(anchor for anchor in ASKED_IN_ORDER if anchor not in USUAL)
YES, NO = "yes", "no"
ANSWERS = [(YES, "Yes"), (NO, "No"), ("", "Not known")]
# The zones of the United States by their first place; the place's own needs no choosing.
ZONES = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix"),
    *("America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"),
)


class TrialForm(Form):
    """What is asked of a protocol. A valid form has the `trial`, and `other` to compare it with.

    It is sent with GET and never stored. Until it is sent the address may name a jurisdiction.
    """

    jurisdiction = forms.ChoiceField(
        label="Jurisdiction",
        error_messages={
            "required": "Select a jurisdiction",
            "invalid_choice": "There is no protocol “%(value)s”. Select one of those listed",
        },
    )
    age = PlainTextField(
        label="Age in years",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    zone = PlainTextField(
        label="Time zone",
        help_text="Like America/Chicago. Empty: the place’s own.",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"list": "try-zones", "autocomplete": "off"}),
    )
    calendar = PlainTextField(
        label="Holidays",
        help_text="“us” for the federal ones, or a state’s, like us-wa. Empty: the place’s own.",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    other_jurisdiction = forms.ChoiceField(
        label="Another jurisdiction",
        required=False,
        error_messages={
            "invalid_choice": "There is no protocol “%(value)s”. Select one of those listed"
        },
    )
    other_told = PlainTextField(
        label="Told at another time",
        help_text="All else stays the same.",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, answers: QueryDict, *, protocols: Mapping[str, Protocol], now: datetime
    ) -> None:
        self.protocols, self.now = protocols, now
        is_asked = bool(answers.keys() - {"jurisdiction"})
        super().__init__(
            answers if is_asked else None, initial=None if is_asked else answers.dict()
        )
        for anchor in ASKED_IN_ORDER:
            self.fields[anchor.value] = _moment_field(anchor)
        by_name = sorted((protocol.name, code) for code, protocol in protocols.items())
        named = [(code, name) for name, code in by_name]
        self.set_choices("jurisdiction", [("", "Choose one"), *named])
        self.set_choices("other_jurisdiction", [("", "None"), *named])
        self.conditions = self._conditions(answers)
        for condition in self.conditions:
            self.fields[field_name(condition)] = _condition_field(condition)
        # As on the page, so that the list of errors is in its order.
        self.order_fields(
            [
                *("jurisdiction", *self.usual_moments, "age", *self.more_moments),
                *(*self.condition_fields, "zone", "calendar", "other_jurisdiction", "other_told"),
            ]
        )

    def _conditions(self, answers: QueryDict) -> list[Condition]:
        """Those on which the jurisdictions chosen depend, and any that has been answered."""
        chosen = (answers.get(name, "") for name in ("jurisdiction", "other_jurisdiction"))
        depends = {
            condition
            for code in chosen
            if code in self.protocols
            for condition in conditions_of(self.protocols[code])
        }
        return [one for one in Condition if one in depends or answers.get(field_name(one))]

    @property
    def usual_moments(self) -> list[str]:
        """The names of the fields for the moments that most episodes have."""
        return [anchor.value for anchor in USUAL]

    @property
    def more_moments(self) -> list[str]:
        """The names of the fields for the other moments."""
        return [anchor.value for anchor in LESS_COMMON]

    @property
    def condition_fields(self) -> list[str]:
        """The names of the fields for conditions."""
        return [field_name(condition) for condition in self.conditions]

    @property
    def has_more_moments(self) -> bool:
        """Whether one of the other moments is filled in."""
        return self._is_filled(self.more_moments)

    @property
    def has_place(self) -> bool:
        """Whether a zone or holidays other than the place's own are asked for."""
        return self._is_filled(["zone", "calendar"])

    @property
    def has_comparison(self) -> bool:
        """Whether something to compare with is asked for."""
        return self._is_filled(["other_jurisdiction", "other_told"])

    def _is_filled(self, names: Iterable[str]) -> bool:
        return self.is_bound and any(self.data.get(name) for name in names)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        asked = Asked(
            jurisdiction=data["jurisdiction"],
            moments={anchor: data[anchor.value] for anchor in ASKED_IN_ORDER},
            age=data["age"],
            conditions=self._said(data),
            zone=data["zone"],
            calendar=data["calendar"],
        )
        data["trial"] = self._read(asked)
        if data["trial"] is not None and self.has_comparison:
            data["other"] = self._other(asked, data["trial"].zone, data)
        return data

    def _said(self, data: Mapping[str, str]) -> list[str]:
        answers = [(condition, data[field_name(condition)]) for condition in self.conditions]
        return [
            condition.value if answer == YES else f"not {condition.value}"
            for condition, answer in answers
            if answer
        ]

    def _other(self, asked: Asked, zone: ZoneInfo, data: Mapping[str, str]) -> Trial | None:
        """The same episode elsewhere, or told at another time; its times stay in the same zone."""
        told = data["other_told"] or asked.moments[Anchor.TOLD]
        other = replace(
            asked,
            jurisdiction=data["other_jurisdiction"] or asked.jurisdiction,
            moments={**asked.moments, Anchor.TOLD: told},
            zone=zone.key,
        )
        # What the first trial could use, the second can too: only its told time may be at fault.
        return self._read(other, beside="other_told")

    def _read(self, asked: Asked, *, beside: str = "") -> Trial | None:
        try:
            return trial_of(asked, protocols=self.protocols, read=read_typed(self.now))
        except NotUsable as error:
            for problem in error.problems:
                self._explain(problem, asked, beside)
            return None

    def _explain(self, problem: Problem, asked: Asked, beside: str) -> None:
        if problem.later_than is None:
            self.add_error(beside or problem.part, problem.message)
            return
        first, then = Anchor(problem.part).label, problem.later_than.label
        self.add_error(
            beside or problem.part, f"“{first}” is later than “{then}”. Change one of them"
        )


def field_name(condition: Condition) -> str:
    """The name of the field that asks for a condition: "exigent", "has_attorney"."""
    return condition.value.replace(" ", "_")


def _moment_field(anchor: Anchor) -> PlainTextField:
    is_told = anchor is Anchor.TOLD
    return PlainTextField(
        label=anchor.label,
        help_text="Like Mar 7 2026 1:52 pm, or 2026-03-07T13:52." if is_told else "",
        required=is_told,
        max_length=80,
        error_messages={"required": "Enter when the agency was told"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _condition_field(condition: Condition) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=condition.question,
        help_text=condition.hint,
        choices=ANSWERS,
        required=False,
        error_messages={"invalid_choice": "Select Yes, No or Not known"},
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )
