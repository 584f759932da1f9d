"""Record what was done about a duty. Nothing but what happened and when must be answered."""

import uuid
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import QueryDict

from casework.forms.base import NarrativeField, PlainTextField, SubmissionForm
from casework.forms.when import HappenedForm, asks_fold
from casework.models import Duty, DutyEvidence, Known, NcmecType, Outcome, ScreeningResult
from casework.operations.duties import Evidence
from casework.policies.rules import EvidenceField
from casework.policies.time_phrases import moment_as_known
from casework.policies.time_words import Moment, Precision

AS_RECORDED = "as_recorded"
SCREENING = (
    *("screening_tool", "other_tool", "screening_version"),
    *("screener", "screening_result"),
)
FIRST_PROOF = ("agency", "reference_number", "ncic_entry", *SCREENING)
PROOF_IN_WORDS = (
    "method",
    "contact_name",
    "agency",
    "officer",
    "badge",
    "reference_number",
    "screening_tool",
    "screening_version",
    "screener",
    "note",
)
CHOICES_AS_PROOF = ("ncic_entry", "screening_result")
OTHER_TOOL = "other"
REPORT_TO_NCMEC = "report_to_ncmec"


class EvidenceForm(HappenedForm, SubmissionForm):
    """One entry of evidence; asks for the proof that the duty's rule asks for."""

    field_order = ("outcome", "happened", "happened_time", "happened_fold")
    based_on = forms.UUIDField(widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(
        label="What happened?",
        choices=Outcome.choices,
        error_messages={"required": "Select what happened"},
        widget=forms.RadioSelect,
    )
    agency = PlainTextField(
        label="Agency",
        help_text="For example the police department.",
        max_length=120,
        required=False,
    )
    reference_number = PlainTextField(
        label="Report or reference number",
        help_text="You can add it later.",
        max_length=60,
        required=False,
    )
    contact_name = PlainTextField(label="Who did you speak to?", max_length=120, required=False)
    officer = PlainTextField(label="Officer’s name", max_length=120, required=False)
    badge = PlainTextField(label="Officer’s badge number", max_length=40, required=False)
    ncic_entry = forms.ChoiceField(
        label="Did they say they will enter it in NCIC?",
        help_text="NCIC is the police’s national database of missing persons.",
        choices=Known.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )
    ncmec_type = forms.ChoiceField(
        label="How does NCMEC list it?",
        help_text="The first type is the one for youth who left by themselves.",
        choices=NcmecType.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True, "data-layout": "list"}),
    )
    screening_tool = forms.ChoiceField(label="Which tool?", required=False)
    other_tool = PlainTextField(
        label="If another tool: its name",
        max_length=120,
        required=False,
        error_messages={"max_length": "Enter a name of at most 120 characters"},
    )
    screening_version = PlainTextField(
        label="Which version of the tool?",
        help_text="For example 2017, or the date on the form.",
        max_length=60,
        required=False,
        error_messages={"max_length": "Enter a version of at most 60 characters"},
    )
    screener = PlainTextField(
        label="Who screened?",
        max_length=120,
        required=False,
        error_messages={"max_length": "Enter a name of at most 120 characters"},
    )
    screening_result = forms.ChoiceField(
        label="What came of it?",
        help_text="“No signs found” does not close the question.",
        choices=ScreeningResult.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-quiet": True, "data-layout": "list"}),
    )
    method = forms.ChoiceField(
        label="How?",
        choices=[
            ("", "Not said"),
            ("Telephone", "Telephone"),
            ("In person", "In person"),
            ("Online", "Online"),
            ("Email", "Email"),
            ("Letter", "Letter"),
        ],
        required=False,
    )
    note = NarrativeField(
        label="Note",
        help_text="If it is not needed, say why. Write only what is needed to keep the youth safe.",
        max_length=10_000,
        required=False,
        error_messages={"max_length": "Enter a note of at most 10,000 characters"},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, duty: Duty, latest: DutyEvidence | None, **kwargs: Any) -> None:
        self.duty, self.latest = duty, latest
        super().__init__(*args, zone=duty.episode.zone, **kwargs)
        self.set_choices("screening_tool", _tools())
        self.initial.update(self._carried_over())
        if duty.episode.ncmec_type != NcmecType.NOT_RECORDED:
            self._show_type(duty)

    def happened_choices(self) -> list[tuple[str, str]]:
        """A settled duty may keep its time: adding a report number does not make it late."""
        choices = super().happened_choices()
        if self.latest is None or self.duty.is_open:
            return choices
        when = moment_as_known(
            self.latest.happened_at,
            Precision(self.latest.happened_precision),
            self.zone,
            now=self.now,
        )
        return [(AS_RECORDED, f"As recorded ({when})"), *choices]

    def _carried_over(self) -> dict[str, str]:
        """Nothing is asked twice: a further entry starts from what the last one knew."""
        if self.latest is None:
            return {}
        carried = {
            name: getattr(self.latest, name) for name in (*PROOF_IN_WORDS, *CHOICES_AS_PROOF)
        }
        if carried["screening_tool"] not in dict(_tools()):
            carried["other_tool"] = carried["screening_tool"]
            carried["screening_tool"] = OTHER_TOOL
        carried["based_on"] = str(self.latest.public_id)
        if self.duty.is_open:
            del carried["note"]  # an attempt's note is about that attempt
            return carried
        return carried | {"outcome": self.latest.outcome, "happened": AS_RECORDED}

    def first_fields(self) -> list[str]:
        """What everybody is asked: what happened, when, and the proof that matters most."""
        fold = ["happened_fold"] if asks_fold(self, "happened") else []
        proof = [name for name in self._asked() if name in FIRST_PROOF]
        return ["outcome", "happened", "happened_time", *fold, *proof, "note"]

    def more_fields(self) -> list[str]:
        """Proof that can wait."""
        return [name for name in self._asked() if name not in {*FIRST_PROOF, "note"}]

    def has_more(self) -> bool:
        """Whether something stands in the fields that can wait, so that the page shows them."""
        return any(self[name].value() or name in self.errors for name in self.more_fields())

    def _asked(self) -> list[str]:
        asked = {field.value for field in EvidenceField if field in self.duty.evidence_fields}
        if EvidenceField.SCREENING in asked:
            asked.update(SCREENING)
        if self._is_of_ncmec:
            asked.add("ncmec_type")
        return [name for name in self.fields if name in asked]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("happened") == AS_RECORDED and self.latest is not None:
            data["moment"] = Moment(
                at=self.latest.happened_at, precision=Precision(self.latest.happened_precision)
            )
        outcome = data.get("outcome")
        if outcome == Outcome.NOT_NEEDED and not data.get("note") and "note" not in self.errors:
            self.add_error("note", "Enter why this duty is not needed")
        self._read_tool(data)
        if outcome and data.get("moment"):
            data["evidence"] = Evidence(
                outcome=Outcome(outcome),
                happened=data["moment"],
                ncic_entry=Known(data["ncic_entry"]) if data.get("ncic_entry") else None,
                ncmec_type=self._ncmec_type(),
                screening_result=ScreeningResult(data["screening_result"])
                if data.get("screening_result")
                else None,
                **{name: data.get(name) or "" for name in PROOF_IN_WORDS},
            )
        return data

    def _show_type(self, duty: Duty) -> None:
        """What is on file, chosen only where a second person is told who was first.

        While the duty is open, whoever saves an attempt would say it again, over what is newer.
        """
        if duty.is_open:
            label = NcmecType(duty.episode.ncmec_type).label
            self.fields["ncmec_type"].help_text = f"On file: {label}. Select one to change it."
        else:
            self.initial["ncmec_type"] = duty.episode.ncmec_type

    @property
    def _is_of_ncmec(self) -> bool:
        return self.duty.code == REPORT_TO_NCMEC

    def _ncmec_type(self) -> NcmecType | None:
        """What was said of how NCMEC lists it; nothing said changes nothing."""
        said = self.cleaned_data.get("ncmec_type")
        return NcmecType(said) if said and self._is_of_ncmec else None

    def _read_tool(self, data: dict[str, Any]) -> None:
        """Let `screening_tool` be the tool's name, whether it was selected or typed."""
        selected, typed = data.get("screening_tool", ""), data.get("other_tool", "")
        if selected == OTHER_TOOL and not typed and "other_tool" not in self.errors:
            self.add_error("other_tool", "Enter the name of the tool")
        elif typed and selected not in ("", OTHER_TOOL):
            self.add_error("other_tool", "Clear this name, or select Another tool")
        elif typed:
            data["screening_tool"] = typed

    def show_entry(self, public_id: uuid.UUID) -> None:
        """Sent again, the form corrects this entry, which the person has been told about."""
        answers = cast(QueryDict, self.data).copy()
        answers["based_on"] = str(public_id)
        self.data = answers

    @property
    def seen_entry(self) -> uuid.UUID | None:
        """The latest entry that the person saw when the page was made."""
        return self.cleaned_data.get("based_on")


def _tools() -> list[tuple[str, str]]:
    """The agency's screening tools, by their names alone."""
    named = [(tool, tool) for tool in settings.SCREENING_TOOLS]
    return [("", "Not said"), *named, (OTHER_TOOL, "Another tool")]
