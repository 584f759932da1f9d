"""Two records side by side: which one stays, whose value of each fact, or that they are two youth."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict

from casework.forms.base import Form, NarrativeField, PlainTextField
from casework.models import Placement, PossibleDuplicate, Youth
from casework.operations.merging import (
    Choice,
    Choices,
    both,
    differing,
    is_known,
    overlapping_placements,
    state_of,
    usual_choice,
)

FIRST, SECOND = "first", "second"
LIST = {"data-layout": "list"}
RECORDS = {FIRST: "First record", SECOND: "Second record"}


class _TwoLines(forms.RadioSelect):
    """Choices whose second line says what they are; the form template prints it as a hint."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        label, _, hint = str(option["label"]).partition("\n")
        return {**option, "label": label, "hint": hint}


class MergeForm(Form):
    """What stays. Every question has the usual answer selected.

    `words` has for each fact its name and what either record says, as the page prints it.
    """

    seen = forms.CharField(widget=forms.HiddenInput)
    stays = forms.ChoiceField(
        label="Which record stays?",
        help_text=(
            "All that is on the other one moves to it: episodes, placements, phones, names. Where the "
            "two say different things, you choose below."
        ),
        error_messages={"required": "Select which record stays"},
        widget=_TwoLines(LIST),
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        pair: PossibleDuplicate,
        usual: Youth,
        words: Mapping[str, tuple[str, str, str]],
        headings: Mapping[str, str],
    ) -> None:
        self.first, self.second = pair.youth_a, pair.youth_b
        usually = FIRST if usual == self.first else SECOND
        super().__init__(
            data, initial={"seen": state_of(self.first, self.second), "stays": usually}
        )
        self.set_choices("stays", [(code, headings[code]) for code in RECORDS])
        self.contested: list[str] = []
        self.filled: list[str] = []
        for fact in differing(self.first, self.second):
            self._ask(fact, words[fact], usually)
        if overlaps := overlapping_placements(self.first, self.second):
            self._ask_placements(overlaps, usually)

    def _ask(self, fact: str, words: tuple[str, str, str], usually: str) -> None:
        label, first, second = words
        choices = [
            (code, f"{said or 'Not known yet'}\n{name}")
            for (code, name), said in zip(RECORDS.items(), (first, second), strict=True)
        ]
        if text := both(self.first, self.second, fact):
            choices.append((Choice.BOTH.value, f"{text}\nBoth"))
        usual = usual_choice(self._record(usually), self._record(_other(usually)), fact)
        self.fields[_name(fact)] = forms.ChoiceField(
            label=label,
            choices=choices,
            initial={Choice.KEPT: usually, Choice.OTHER: _other(usually)}.get(usual, usual.value),
            error_messages={"required": f"Select what stays: {label.lower()}"},
            widget=_TwoLines(LIST),
        )
        is_contested = is_known(self.first, fact) and is_known(self.second, fact)
        (self.contested if is_contested else self.filled).append(_name(fact))

    def _ask_placements(
        self, overlaps: Sequence[tuple[Placement, Placement]], usually: str
    ) -> None:
        """Whose placements count, where both records have one at the same time."""
        of_each = [
            ", ".join(dict.fromkeys(one.name for one in side))
            for side in zip(*overlaps, strict=True)
        ]
        self.fields["placements"] = forms.ChoiceField(
            label="By these records the youth lived in two places at the same time. Which is right?",
            help_text=(
                "What you select counts. The other is not deleted: it stays on the record that was "
                "merged, and comes back when the merge is undone. Placements at other times all count."
            ),
            choices=[
                (code, f"{names}\n{RECORDS[code]}")
                for code, names in zip(RECORDS, of_each, strict=True)
            ],
            initial=usually,
            error_messages={"required": "Select which placement is right"},
            widget=_TwoLines(LIST),
        )
        self.contested.append("placements")

    def shown_fields(self) -> list[str]:
        return ["stays", *self.contested, *self.filled, "seen"]

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The answers as they were sent, to be carried by the page that asks for a confirmation."""
        return [(name, str(self.data.get(name, ""))) for name in self.fields]

    @property
    def kept(self) -> Youth:
        """The record that stays, of a valid form."""
        return self._record(self.cleaned_data["stays"])

    @property
    def other(self) -> Youth:
        """The record that goes, of a valid form."""
        return self._record(_other(self.cleaned_data["stays"]))

    @property
    def choices(self) -> Choices:
        """What a valid form says, as seen from the record that stays."""
        data = self.cleaned_data
        return Choices(
            facts={
                fact: self._choice(data[_name(fact)]) for fact in differing(self.first, self.second)
            },
            placements=self._choice(data["placements"]) if "placements" in data else None,
        )

    def _choice(self, said: str) -> Choice:
        if said == Choice.BOTH:
            return Choice.BOTH
        return Choice.KEPT if said == self.cleaned_data["stays"] else Choice.OTHER

    def _record(self, code: str) -> Youth:
        return self.first if code == FIRST else self.second

    def show_standing(self) -> None:
        """Let the form know both records as they are now: sent again, it is sent knowingly."""
        answers = cast(QueryDict, self.data).copy()
        answers["seen"] = state_of(self.first, self.second)
        self.data = answers


def _other(code: str) -> str:
    return SECOND if code == FIRST else FIRST


def _name(fact: str) -> str:
    return f"fact_{fact}"


class NotSameForm(Form):
    """These are two youth: how one knows."""

    why = NarrativeField(
        label="How do you know?",
        help_text="One sentence. Nobody is asked about these two again.",
        max_length=300,
        error_messages={
            "required": "Enter how you know, for example: they are sisters",
            "max_length": "Enter a sentence of at most 300 characters",
        },
    )


class AnotherRecordForm(Form):
    """Look for a second record of a youth by name or case number, and select it.

    `found` are the records on offer, by their id, each in words and with a second line.
    """

    name = PlainTextField(
        label="Name, nickname or case number of the other record",
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    record = forms.ChoiceField(label="Which one?", required=False, widget=_TwoLines(LIST))

    def __init__(self, data: QueryDict | None, *, found: list[tuple[str, str]]) -> None:
        super().__init__(data)
        if found:
            self.set_choices("record", found)
        else:
            del self.fields["record"]
