"""One answer to one question of the checklist: what, on what evidence, from whom, and since when."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict

from casework.forms.base import NarrativeField, SubmissionForm
from casework.forms.when import SentForm, WhenReader, asks_fold, fold_field, time_field
from casework.models import ChecklistAnswer, Episode, Informant, Said
from casework.operations.assessing import Given
from casework.policies.time_phrases import moment_as_known
from casework.policies.time_words import Moment, Precision


class AnswerForm(SentForm, SubmissionForm):
    """The form of one question. A valid form has the answer in `cleaned_data["given"]`.

    `standing` is the answer that the form starts from; the ids on the page begin with
    the question's key, so that those of many forms stay apart.
    """

    based_on = forms.UUIDField(widget=forms.HiddenInput, required=False)
    answer = forms.ChoiceField(
        label="Answer",
        error_messages={
            "required": "Select an answer",
            "invalid_choice": "Select one of the answers shown",
        },
        widget=forms.RadioSelect,
    )
    evidence = NarrativeField(
        label="What tells you this?",
        max_length=2_000,
        required=False,
        error_messages={"max_length": "Enter at most 2,000 characters"},
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    informant = forms.ChoiceField(
        label="Who or what told you?",
        choices=[("", "Not said"), *Informant.choices],
        error_messages={"invalid_choice": "Select who or what told you"},
        required=False,
    )
    true_time = time_field("When was that?", "For example yesterday 10:30 pm, or Mar 2.")
    true_fold = fold_field()

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        episode: Episode,
        key: str,
        standing: ChecklistAnswer | None,
        now: datetime,
        carried: ChecklistAnswer | None = None,
    ) -> None:
        self.episode, self.standing = episode, standing
        self.starts_from = carried or standing
        start = _fields_of(self.starts_from, episode, now=now)
        if carried is not None and data is not None:
            data = _with(data, start)
        super().__init__(data, zone=episode.zone, now=now, auto_id=f"{key.replace('.', '-')}-%s")
        self.set_choices("answer", self._answers())
        self.initial.update(start)

    def _answers(self) -> list[tuple[str, str]]:
        """A youth who is still missing cannot have chosen not to say."""
        is_back = self.episode.located_at or self.episode.returned_at
        was_said = self.standing is not None and self.standing.answer == Said.DECLINED
        return [
            (said.value, str(said.label))
            for said in (Said.YES, Said.NO, Said.DONT_KNOW, Said.DECLINED, Said.NOT_ASKED)
            if said is not Said.DECLINED or is_back or was_said
        ]

    @property
    def shows_all(self) -> bool:
        """Whether there is more to see than the answers."""
        return self.is_bound or any(
            self.initial.get(name) for name in ("evidence", "informant", "true_time")
        )

    @property
    def asks_fold(self) -> bool:
        """Whether the page must ask which of two hours was meant."""
        return asks_fold(self, "true")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        true = self._true(data.get("true_time") or "")
        if self._says_nothing(data):
            self.add_error("answer", "Select Yes, No or Don’t know first")
        if not self.errors:
            data["given"] = Given(
                said=Said(data["answer"]),
                evidence=data["evidence"],
                informant=Informant(data["informant"]) if data["informant"] else None,
                true=true,
            )
        return data

    def _true(self, typed: str) -> Moment | None:
        """When it was true. A time that stands there unchanged is kept to the second."""
        source = self.starts_from
        if source and source.true_at and typed == self.initial["true_time"]:
            return Moment(at=source.true_at, precision=Precision(source.true_precision))
        return WhenReader(self, "true", label="The time").with_day() if typed else None

    def _says_nothing(self, data: dict[str, Any]) -> bool:
        return (
            self.standing is None
            and data.get("answer") == Said.NOT_ASKED
            and not data.get("evidence")
        )

    def show_standing(self, latest: ChecklistAnswer) -> None:
        """Sent again, the form stands above this answer, which the person has been told about."""
        answers = cast(QueryDict, self.data).copy()
        answers["based_on"] = str(latest.public_id)
        self.data = answers


def _fields_of(
    answer: ChecklistAnswer | None, episode: Episode, *, now: datetime
) -> dict[str, str]:
    """What the fields say of an answer; "Not asked yet" is the truth where there is none."""
    if answer is None:
        return {"answer": Said.NOT_ASKED.value}
    precision = Precision(answer.true_precision)
    at = answer.true_at
    return {
        "answer": answer.answer,
        "evidence": answer.evidence,
        "informant": answer.informant,
        "true_time": moment_as_known(at, precision, episode.zone, now=now) if at else "",
        "based_on": str(answer.public_id),
    }


def _with(data: QueryDict, start: dict[str, str]) -> QueryDict:
    """What was sent, with an earlier answer in place of fields that were not sent."""
    whole = data.copy()
    for name, value in start.items():
        whole.setdefault(name, value)
    return whole
