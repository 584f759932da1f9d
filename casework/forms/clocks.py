"""What the clocks of an episode rest on: a moment, the circumstances, whose rules apply."""

import uuid
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from casework.forms.base import Form, NarrativeField
from casework.forms.when import HappenedForm
from casework.models import Episode, Known
from casework.operations.moments import ALWAYS_KNOWN
from casework.operations.protocols import protocols_in_use
from casework.operations.readings import Reading
from casework.operations.rules import Place
from casework.policies.anchors import Anchor
from casework.policies.conditions import Condition
from casework.policies.time_words import Moment, Precision

QUESTIONS = {
    Anchor.TOLD: "When was the agency told?",
    Anchor.LAST_SEEN: "When was the youth last seen?",
    Anchor.FIRST_SUSPECTED: "When did someone first suspect that the youth is missing?",
    Anchor.NOTIFIED: "When was the caseworker notified?",
    Anchor.DETERMINED_MISSING: "When did the agency decide that the youth is missing?",
    Anchor.IDENTIFIED: "When was the youth identified as a victim of trafficking?",
    Anchor.LOCATED: "When was the youth located?",
    Anchor.RETURNED: "When did the youth return?",
}


class _SeenForm(Form):
    """A form that says which state of things its page showed, so that nothing is overwritten unseen."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def show_standing(self, standing: str) -> None:
        """Let the form know what stands now: sent again, it is sent knowingly."""
        answers = cast(QueryDict, self.data).copy()
        answers["seen"] = standing
        self.data = answers


class MomentForm(HappenedForm, _SeenForm):
    """Add or correct one moment; a correction says how one knows."""

    field_order = ("happened", "happened_time", "happened_fold", "why", "seen")
    why = NarrativeField(
        label="How do you know?",
        help_text="One sentence. It stays on the timeline.",
        max_length=300,
        error_messages={"required": "Enter how you know, for example: the caregiver called again"},
    )

    def __init__(self, *args: Any, episode: Episode, anchor: Anchor, **kwargs: Any) -> None:
        self.may_be_unknown = anchor not in ALWAYS_KNOWN
        self.needs_time = anchor in ALWAYS_KNOWN
        super().__init__(*args, **kwargs)
        self.fields["happened"].label = QUESTIONS[anchor]
        standing = getattr(episode, f"{anchor}_at")
        self.initial["seen"] = standing.isoformat() if standing else ""
        self.fields["why"].required = standing is not None

    @property
    def moment(self) -> Moment | None:
        """The answer of a valid form; None for "not known"."""
        happened: Moment = self.cleaned_data["moment"]
        return None if happened.precision is Precision.UNKNOWN else happened

    @property
    def seen_moment(self) -> datetime | None:
        """The moment that stood on the page; a text that is none counts as nothing seen."""
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            return None


class CircumstancesForm(_SeenForm):
    """What the rules of this episode ask besides moments: Yes, No or not known yet."""

    def __init__(
        self, data: QueryDict | None, *, reading: Reading, asked: list[Condition], latest: str
    ) -> None:
        super().__init__(data, initial={"seen": latest})
        self.asked = asked
        for condition in asked:
            self.fields[_name(condition)] = forms.ChoiceField(
                label=condition.question,
                help_text=condition.hint,
                choices=Known.choices,
                initial=reading.answers.get(condition, Known.NOT_KNOWN),
                error_messages={"required": f"Answer this: {condition.question}"},
                widget=forms.RadioSelect,
            )

    @property
    def answers(self) -> dict[Condition, Known]:
        """The answers of a valid form."""
        return {one: Known(self.cleaned_data[_name(one)]) for one in self.asked}

    @property
    def seen_answer(self) -> uuid.UUID | None:
        """The last answer that stood on the page."""
        try:
            return uuid.UUID(self.cleaned_data["seen"])
        except ValueError:
            return None


def _name(condition: Condition) -> str:
    return condition.value.replace(" ", "_")


def _jurisdictions() -> list[tuple[str, str]]:
    return sorted(
        ((one.code, f"{one.name} ({one.code})") for one in protocols_in_use().values()),
        key=lambda choice: choice[1],
    )


ZONES = {
    "America/New_York": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Mountain, Arizona",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
    "America/Puerto_Rico": "Puerto Rico",
}


class PlaceForm(Form):
    """Whose rules an episode should go by; asked first, so that the differences can be shown."""

    jurisdiction = forms.ChoiceField(
        label="Whose rules apply?",
        error_messages={
            "required": "Select a jurisdiction",
            "invalid_choice": "Select a jurisdiction from the list",
        },
    )
    time_zone = forms.ChoiceField(
        label="In which time zone are its times told?",
        help_text="That of the place where the youth was last seen.",
        error_messages={
            "required": "Select a time zone",
            "invalid_choice": "Select a time zone from the list",
        },
    )

    def __init__(self, data: Any = None, *, episode: Episode) -> None:
        standing = {"jurisdiction": episode.jurisdiction, "time_zone": episode.time_zone}
        super().__init__(data, initial=standing)
        self.set_choices("jurisdiction", _jurisdictions())
        zones = {episode.time_zone: episode.time_zone, **ZONES}
        self.set_choices("time_zone", list(zones.items()))

    @property
    def place(self) -> Place:
        """The answer of a valid form."""
        return Place(
            jurisdiction=self.cleaned_data["jurisdiction"],
            time_zone=ZoneInfo(self.cleaned_data["time_zone"]).key,
        )


class MoveForm(PlaceForm):
    """The same, confirmed after the differences were seen, with the reason."""

    why = NarrativeField(
        label="Why do these rules apply?",
        help_text="One sentence. It stays on the timeline.",
        max_length=300,
        error_messages={"required": "Enter why these rules apply"},
    )
    seen_jurisdiction = forms.CharField(widget=forms.HiddenInput)
    seen_time_zone = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, episode: Episode, to: Place | None = None) -> None:
        super().__init__(data, episode=episode)
        self.initial["seen_jurisdiction"] = episode.jurisdiction
        self.initial["seen_time_zone"] = episode.time_zone
        if to is not None:
            self.initial["jurisdiction"], self.initial["time_zone"] = to.jurisdiction, to.time_zone
        for name in ("jurisdiction", "time_zone"):
            self.fields[name].widget = forms.HiddenInput()

    @property
    def seen(self) -> Place:
        """What stood on the page."""
        return Place(
            jurisdiction=self.cleaned_data["seen_jurisdiction"],
            time_zone=self.cleaned_data["seen_time_zone"],
        )
