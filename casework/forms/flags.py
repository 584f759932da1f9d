"""Raise a flag, and set one aside. Raising takes a reason; setting aside takes more, on purpose."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from casework.forms.base import Form, NarrativeField, SubmissionForm
from casework.models import Flag, FlagMark, SetAsideReason
from casework.operations.flags import SettingAside
from casework.policies.time_phrases import moment

HINT = "One sentence. It stands beside the flag and on the timeline."
TOO_LONG = {"max_length": "Enter a sentence of at most 300 characters"}
REVIEWS = {
    "8h": ("In 8 hours", timedelta(hours=8)),
    "24h": ("In 24 hours", timedelta(hours=24)),
    "3d": ("In 3 days", timedelta(days=3)),
    "7d": ("In 7 days", timedelta(days=7)),
}
USUAL_REVIEW = "24h"


class RaiseFlagForm(SubmissionForm):
    """A person raises a flag. The most urgent mark is selected already: a reason is enough."""

    mark = forms.ChoiceField(
        label="What is it?",
        choices=FlagMark.choices,
        initial=FlagMark.ENDANGERED,
        error_messages={"required": "Select what it is"},
        widget=forms.RadioSelect,
    )
    why = NarrativeField(
        label="Why? What was seen, said or found?",
        help_text=HINT,
        max_length=300,
        error_messages={"required": "Enter why you raise it", **TOO_LONG},
    )


class SetAsideForm(Form):
    """Set a flag aside: why, and when somebody looks at it again.

    A valid form has the answer in `cleaned_data["setting"]`.
    """

    reason = forms.ChoiceField(
        label="Why is it set aside?",
        choices=SetAsideReason.choices,
        error_messages={"required": "Select why it is set aside"},
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
    )
    why = NarrativeField(
        label="In one sentence: what do you know?",
        help_text=HINT,
        max_length=300,
        error_messages={"required": "Enter what you know", **TOO_LONG},
    )
    review = forms.ChoiceField(
        label="When should somebody look at it again?",
        initial=USUAL_REVIEW,
        error_messages={"required": "Select when somebody looks at it again"},
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, flag: Flag, zone: ZoneInfo, now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.set_choices(
            "review",
            [
                (code, f"{words} ({moment(now + length, zone, now=now)})")
                for code, (words, length) in REVIEWS.items()
            ],
        )
        if flag.set_aside_at is not None:  # looked at again: it starts from what was said
            self.initial.update(reason=flag.set_aside_reason, why=flag.set_aside_why)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") and data.get("why") and data.get("review"):
            data["setting"] = SettingAside(
                reason=SetAsideReason(data["reason"]),
                why=data["why"],
                review_at=self.now + REVIEWS[data["review"]][1],
            )
        return data
