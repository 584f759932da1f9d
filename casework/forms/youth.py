"""The description of a youth: what police and NCMEC ask for. Nothing has to be answered."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar, cast

from django import forms
from django.core import signing
from django.http import QueryDict

from casework.forms.base import Form, NarrativeField, PlainTextField
from casework.models import Known, Race, Sex
from casework.models.youth import race_words
from casework.operations.youth import FACTS, DescribedSince, Description
from casework.policies.birth_dates import birth_date_words, parse_birth_date
from casework.policies.measures import (
    MeasureProblem,
    height_words,
    parse_height,
    parse_weight,
    weight_words,
)
from casework.policies.time_problem import TimeProblem

Value = TypeVar("Value")

_SALT = "casework.forms.youth"


def words_field(label: str, hint: str) -> PlainTextField:
    """A short answer that a person's own browser must not fill in with that person's."""
    return PlainTextField(
        label=label,
        help_text=hint,
        required=False,
        max_length=40,
        error_messages={"max_length": "Enter at most 40 characters"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-quiet": True}),
    )


def lines_field(label: str, hint: str) -> NarrativeField:
    """An answer of a line or two, in the writer's own words."""
    return NarrativeField(
        label=label,
        help_text=hint,
        required=False,
        max_length=300,
        error_messages={"max_length": "Enter at most 300 characters"},
        widget=forms.Textarea(attrs={"rows": 2, "data-quiet": True}),
    )


class DescriptionForm(Form):
    """Add or change what is known.

    It carries what its reader was shown, so that only what they changed is set.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    born_on = words_field("Date of birth", "For example Jun 1 2010 or 6/1/2010.")
    sex = forms.ChoiceField(
        label="Sex",
        choices=Sex.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )
    races = forms.MultipleChoiceField(
        label="Race",
        help_text=(
            "As the youth’s record says, or as the youth does. Select all that apply; none is not "
            "known yet."
        ),
        choices=Race.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"data-quiet": True, "data-layout": "list"}),
    )
    is_hispanic = forms.ChoiceField(
        label="Hispanic or Latino?",
        choices=Known.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )
    height_cm = words_field("Height", "For example 5 ft 6 or 168 cm.")
    weight_grams = words_field("Weight", "For example 130 lb or 59 kg.")
    eye_color = words_field("Eyes", "Color. For example brown.")
    hair_color = words_field(
        "Hair", "Color, and length or style if you know. For example black, braids."
    )
    marks = lines_field("Marks", "Scars, tattoos, piercings, glasses, braces.")
    medical_needs = lines_field(
        "Medical needs",
        "Medicine, allergies, conditions. Write only what is needed to keep the youth safe.",
    )

    def __init__(self, data: QueryDict | None, *, on_file: Description, today: date) -> None:
        self.today = today
        self.shown = on_file if data is None else _opened(data.get("seen", ""))
        super().__init__(data, initial=_in_words(self.shown) | {"seen": _sealed(self.shown)})

    def clean_born_on(self) -> date | None:
        return self._read("born_on", lambda typed: parse_birth_date(typed, today=self.today))

    def clean_sex(self) -> Sex:
        return Sex(self.cleaned_data["sex"] or Sex.NOT_KNOWN)

    def clean_is_hispanic(self) -> Known:
        return Known(self.cleaned_data["is_hispanic"] or Known.NOT_KNOWN)

    def clean_height_cm(self) -> int | None:
        return self._read("height_cm", parse_height)

    def clean_weight_grams(self) -> int | None:
        return self._read("weight_grams", parse_weight)

    def _read(self, name: str, parse: Callable[[str], Value]) -> Value | None:
        typed = self.cleaned_data[name]
        if typed == _in_words(self.shown)[name]:
            # Left alone: 169 cm is said as 5 ft 7 in, which would be read as 170 cm.
            return cast(Value | None, getattr(self.shown, name))
        try:
            return parse(typed) if typed else None
        except (MeasureProblem, TimeProblem) as problem:
            raise forms.ValidationError(str(problem)) from problem

    @property
    def description(self) -> Description:
        """What a valid form says."""
        return Description(**{name: self.cleaned_data[name] for name in FACTS})

    def show_theirs(self, refused: DescribedSince, by_and_when: str) -> None:
        """Say what the other person entered, beside what this one did; nothing typed is lost.

        Facts that only the other person changed are shown as they are now. Sent again, the form
        sets what stands in it, knowingly.
        """
        mine, theirs = _in_words(self.description), _in_words(refused.on_file)
        answers = cast(QueryDict, self.data).copy()
        answers["seen"] = _sealed(refused.on_file)
        touched = self.description.differing_from(self.shown)
        for name in FACTS:
            if name not in touched:
                _put(answers, name, theirs[name])
        self.data = answers
        self.add_error(None, "Your changes are not saved yet.")
        for name in refused.facts:
            self.add_error(
                name,
                f"{by_and_when} entered “{_said(name, theirs)}”, you “{_said(name, mine)}”. "
                "Save again to keep yours, or change it",
            )


def _in_words(description: Description) -> dict[str, Any]:
    """What stands in the fields."""
    return {
        "born_on": birth_date_words(description.born_on),
        "sex": description.sex,
        "races": description.races,
        "is_hispanic": description.is_hispanic,
        "height_cm": height_words(description.height_cm),
        "weight_grams": weight_words(description.weight_grams),
        "eye_color": description.eye_color,
        "hair_color": description.hair_color,
        "marks": description.marks,
        "medical_needs": description.medical_needs,
    }


def _put(answers: QueryDict, name: str, words: str | list[str]) -> None:
    """Let this stand in a field; several where several can be selected."""
    if isinstance(words, str):
        answers[name] = words
    else:
        answers.setlist(name, words)


def _said(name: str, words: dict[str, Any]) -> str:
    if name == "races":
        return race_words(words[name]) or "Not known"
    if name in ("sex", "is_hispanic"):
        return str({"sex": Sex, "is_hispanic": Known}[name](words[name]).label)
    return words[name] or "Not known"


def _sealed(shown: Description) -> str:
    """What was shown, to carry in the form under our signature."""
    born_on = shown.born_on.isoformat() if shown.born_on else None
    return signing.dumps(asdict(shown) | {"born_on": born_on}, salt=_SALT)


def _opened(seal: str) -> Description:
    """What was shown. Nothing, where the signature is not ours: then whatever differs is asked."""
    try:
        shown = signing.loads(seal, salt=_SALT)
    except signing.BadSignature:
        return Description()
    born_on = date.fromisoformat(shown["born_on"]) if shown["born_on"] else None
    return Description(**shown | {"born_on": born_on})
