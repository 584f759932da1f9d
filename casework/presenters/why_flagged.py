"""Why a youth is flagged, in the order in which it is read: the flag in a sentence, what it rests on,
what is not known, by which rule, and what to do differently.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from casework.models import ChecklistAnswer, Episode, Flag, FlagMark, FlagStepKind, Known, User
from casework.models.flag import RAISED_BY_PERSON
from casework.operations.assessing import CLOSED_FOR_ANSWERS
from casework.policies.time_phrases import moment, moment_as_known
from casework.policies.time_words import Precision
from casework.presenters.flags import aside_words, ended, sentence, urgency
from risk import Assessment, Explanation, Reason, explain, ruleset
from risk.documents import load_documents
from risk.explain import ALWAYS

QUESTIONS_SHOWN = 5
TELL_OF_DANGER = "Tell police and NCMEC in these words, and ask for an endangered entry."
FROM_RECORD = "case records"


@dataclass(frozen=True, kw_only=True)
class BaseRate:
    """What was counted across the country in one year; it says nothing about one youth."""

    year: int
    share: str
    source: str


_DOCUMENTS = load_documents()
BASE_RATES = (
    BaseRate(year=2024, share="one in seven", source=_DOCUMENTS["003"].title),
    BaseRate(year=2022, share="one in six", source=_DOCUMENTS["002"].title),
)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that a flag rests on, with who told it and when."""

    words: str
    source: str
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """An open question whose Yes could raise a flag, and where it is asked."""

    words: str
    url: str


@dataclass(frozen=True, kw_only=True)
class FlagRow:
    """A flag that counts, with its rule and what a person can do about it."""

    mark: str
    says: str
    rule: str
    """Which rule, of which version and from which source; or who raised it."""
    notes: Sequence[str] = ()
    """What became of it so far: confirmed, back, no longer found, waiting for a second person."""
    is_found: bool
    """Whether the rules find it now; not what people raised, and not what has ceased."""
    confirm_url: str = ""
    set_aside_url: str = ""
    agree_url: str = ""


@dataclass(frozen=True, kw_only=True)
class AsideLine:
    """A flag that was set aside: one line that stays."""

    words: str
    why: str
    again_url: str = ""
    look_url: str = ""
    """Where to look at it again; empty until its review is due."""


@dataclass(frozen=True, kw_only=True)
class WhyFlagged:
    """All that stands under "Why flagged", in the order in which it stands."""

    is_flagged: bool
    headline: str
    facts: Sequence[Fact]
    on_record: Sequence[str]
    not_known: str
    questions: Sequence[Question]
    more_questions: int
    flags: Sequence[FlagRow]
    aside: Sequence[AsideLine]
    to_do: Sequence[str]
    rules: str
    explanation: Explanation
    checklist_url: str = ""
    raise_url: str = ""
    identified_url: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The same in plain lines, for a terminal."""
        others = (f"{row.mark}: {row.says} {row.rule}" for row in self.flags if not row.is_found)
        return (
            self.headline,
            *self.explanation.findings,
            *others,
            *(note for row in self.flags for note in row.notes),
            *(f"{line.words} {line.why}" for line in self.aside),
            *self.explanation.lines[1 + len(self.explanation.findings) :],
        )


def why_flagged(
    episode: Episode,
    *,
    flags: Sequence[Flag],
    answers: Mapping[str, ChecklistAnswer],
    assessment: Assessment,
    now: datetime,
    reader: User | None = None,
) -> WhyFlagged:
    """What is said about an episode's flags at `now`; expects flags `with_story`.

    `reader` is whoever may act on them; None gives words alone.
    """
    standing = [flag for flag in flags if flag.is_standing]
    aside = [flag for flag in flags if not flag.is_standing]
    kept = _without(assessment, {flag.code for flag in aside if flag.code != RAISED_BY_PERSON})
    explanation = explain(kept)
    writer = _Writer(episode, kept, now=now, reader=reader)
    asks = reader is not None and episode.end_reason not in CLOSED_FOR_ANSWERS
    checklist = reverse("checklist", args=[episode.public_id])
    questions = [
        Question(words=words, url=f"{checklist}#{key}")
        for key, words in zip(kept.would_change, explanation.could_change, strict=True)
    ]
    is_trafficking = any(flag.mark == FlagMark.LIKELY_TRAFFICKING for flag in standing)
    return WhyFlagged(
        is_flagged=bool(standing),
        headline=_headline(kept, explanation, standing=standing, aside=aside),
        facts=writer.facts(standing, answers),
        on_record=[
            sentence(reason.words)
            for finding in kept.findings
            if finding.raises is None
            for reason in finding.because
        ],
        not_known=explanation.not_known,
        questions=questions[:QUESTIONS_SHOWN] if asks else [],
        more_questions=max(0, len(questions) - QUESTIONS_SHOWN),
        flags=[writer.row(flag) for flag in sorted(standing, key=urgency)],
        aside=[writer.aside_line(flag) for flag in aside],
        to_do=list(dict.fromkeys(writer.to_do(flag) for flag in sorted(standing, key=urgency))),
        rules=explanation.rules,
        explanation=explanation,
        checklist_url=checklist if asks else "",
        raise_url=writer.raise_url if reader and episode.is_open else "",
        identified_url=reverse("set_time", args=[episode.public_id, "identified"])
        if asks and is_trafficking and episode.identified_at is None
        else "",
    )


def _without(assessment: Assessment, codes: set[str]) -> Assessment:
    """The assessment without what people have set aside."""
    kept = tuple(finding for finding in assessment.findings if finding.code not in codes)
    return replace(assessment, findings=kept)


def _headline(
    kept: Assessment, explanation: Explanation, *, standing: Sequence[Flag], aside: Sequence[Flag]
) -> str:
    """The flags in a sentence: what people raised, what the rules find, or that there is none."""
    found = {finding.code for finding in kept.findings}
    sentences = [
        f"{flag.get_mark_display()}: {ended(flag.says)}"
        for flag in standing
        if flag.code not in found
    ]
    if kept.marks or not (standing or aside):
        return " ".join([*sentences, explanation.headline])
    if not standing:
        sentences.append(f"Every flag is set aside for now. {ALWAYS}")
    answered = f"{kept.tonight_answered} of {kept.tonight_asked} questions for tonight are answered"
    not_assessed = "" if kept.assessed else "Not fully assessed: "
    return " ".join([*sentences, f"{not_assessed}{answered}."])


class _Writer:
    """Writes the flags of one episode for one reader at one moment."""

    def __init__(
        self, episode: Episode, kept: Assessment, *, now: datetime, reader: User | None
    ) -> None:
        self.episode, self.now, self.reader = episode, now, reader
        self.findings = {finding.code: finding for finding in kept.findings}

    @property
    def raise_url(self) -> str:
        return reverse("raise_flag", args=[self.episode.public_id])

    def facts(self, standing: Sequence[Flag], answers: Mapping[str, ChecklistAnswer]) -> list[Fact]:
        """What the flags rest on, each fact once, in the order of the flags."""
        facts: dict[Fact, None] = {}
        for flag in sorted(standing, key=urgency):
            finding = self.findings.get(flag.code)
            if finding is not None:
                facts.update((self._fact(one, answers), None) for one in finding.because)
            elif flag.raised_by is not None:
                source = f"{flag.raised_by.name}, {self._at(flag.raised_at)}"
                facts[Fact(words=sentence(flag.says), source=source)] = None
        return list(facts)

    def to_do(self, flag: Flag) -> str:
        """What staff do differently; of a flag that no rule finds now, what its mark asks for."""
        if flag.code in self.findings:
            return self.findings[flag.code].to_do
        if flag.mark == FlagMark.ENDANGERED:
            return TELL_OF_DANGER
        return next(rule.to_do for rule in ruleset().rules if rule.raises == flag.mark)

    def row(self, flag: Flag) -> FlagRow:
        """A flag that counts."""
        acts = self.reader is not None
        waits = flag.waits_for_second_person
        may_set_aside = acts and (not waits or flag.is_review_due(self.now))
        may_agree = acts and waits and flag.set_aside_by_id != self._reader_id
        return FlagRow(
            mark=flag.get_mark_display(),
            says=ended(flag.says),
            rule=self._rule(flag),
            notes=list(self._notes(flag)),
            is_found=flag.code in self.findings,
            confirm_url=self._url("confirm_flag", flag) if acts and not flag.confirmed_at else "",
            set_aside_url=self._url("set_aside_flag", flag) if may_set_aside else "",
            agree_url=self._url("agree_flag", flag) if may_agree else "",
        )

    def aside_line(self, flag: Flag) -> AsideLine:
        """A flag that was set aside."""
        agreed = f" {flag.agreed_by.name} agreed." if flag.agreed_by else ""
        is_due = flag.is_review_due(self.now)
        return AsideLine(
            words=aside_words(flag, self.episode, now=self.now) + agreed,
            why=f"{flag.get_mark_display()}: {ended(flag.says)}",
            again_url=f"{self.raise_url}?mark={flag.mark}"
            if self.reader and self.episode.is_open
            else "",
            look_url=self._url("set_aside_flag", flag) if self.reader and is_due else "",
        )

    @property
    def _reader_id(self) -> int | None:
        return self.reader.pk if self.reader else None

    def _rule(self, flag: Flag) -> str:
        if flag.code == RAISED_BY_PERSON:
            who = flag.raised_by.name if flag.raised_by else "a person"
            return f"Raised by {who}, {self._at(flag.raised_at)}."
        finding = self.findings.get(flag.code)
        source = f" Source: {ended(finding.source)}" if finding else ""
        return f"Rule {flag.code}, version {flag.version}, {self._at(flag.raised_at)}.{source}"

    def _notes(self, flag: Flag) -> Iterable[str]:
        if flag.ceased_at is not None:
            yield "The facts no longer say so. It stands until someone sets it aside."
        for step in flag.steps.all():
            if step.kind == FlagStepKind.BACK and step.at == flag.raised_at:
                yield ended(step.words)
        if flag.confirmed_at is not None and flag.confirmed_by is not None:
            yield f"Confirmed by {flag.confirmed_by.name}, {self._at(flag.confirmed_at)}."
        if flag.waits_for_second_person:
            yield aside_words(flag, self.episode, now=self.now)
            who = "someone else" if flag.set_aside_by_id == self._reader_id else "a second person"
            yield f"It still counts until {who} agrees: setting this aside takes two people."

    def _fact(self, reason: Reason, answers: Mapping[str, ChecklistAnswer]) -> Fact:
        words = sentence(reason.words)
        answer = answers.get(reason.key)
        if reason.fact or answer is None:
            return Fact(words=words, source=FROM_RECORD)
        told_by = answer.get_informant_display().lower() or "not said who or what told us"
        parts = [told_by]
        if answer.true_at is not None:
            precision = Precision(answer.true_precision)
            true = moment_as_known(answer.true_at, precision, self.episode.zone, now=self.now)
            parts.append(f"true {true}")
        parts.append(f"recorded {self._at(answer.recorded_at)} by {answer.recorded_by.name}")
        return Fact(words=words, source=", ".join(parts), evidence=answer.evidence)

    def _at(self, at: datetime) -> str:
        return moment(at, self.episode.zone, now=self.now)

    def _url(self, name: str, flag: Flag) -> str:
        return reverse(name, args=[flag.public_id])


CALL_911 = ("E2", "E4", "E3", "E1")  # taken, a weapon or threat, self-harm, medicine: in this order


def call_911_words(episode: Episode, flags: Sequence[Flag]) -> str:
    """Why 911 should be called before anything is read; empty where nothing says so."""
    if not episode.is_open:
        return ""
    standing = {flag.code: flag for flag in flags if flag.is_standing and flag.ceased_at is None}
    for code in CALL_911:
        if code in standing:
            return standing[code].says
    if episode.in_danger == Known.YES:
        return "Someone said at intake that this youth is in danger right now."
    return ""
