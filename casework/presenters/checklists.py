"""The checklist of an episode in words: its questions, how they are answered, and what that changes."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import count, groupby

from django.urls import reverse

from casework.models import ChecklistAnswer, Episode, Flag, Informant, Said
from casework.operations import assessing
from casework.operations.moments import can_set
from casework.policies.anchors import Anchor
from casework.policies.clock_words import day_words
from casework.policies.time_phrases import clock, duration, moment, moment_as_known
from casework.policies.time_words import Precision
from casework.presenters.clocks import Row, set_time_url
from casework.presenters.flags import MarkTag, marks_of
from casework.presenters.timeline import Entry
from risk import Assessment, EpisodeFacts, Item, ItemWords, When, headline, ruleset
from risk.explain import ALWAYS

SECTIONS = {When.TONIGHT: "Tonight first", When.LATER: "Later"}


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What was answered in an earlier episode: offered, never taken over by itself."""

    answer: ChecklistAnswer
    words: str
    detail: str
    submission_key: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the checklist, and how it stands."""

    number: int
    key: str
    slug: str
    """The key as the beginning of ids on the page."""
    address: str
    words: ItemWords
    source: str
    standing: ChecklistAnswer | None
    saved: str
    history: Sequence[Entry]
    earlier: Earlier | None
    from_record: str
    """What the record knows that makes asking needless; empty where it knows nothing."""
    is_reason_for: Sequence[MarkTag]
    """What is raised now because of the answer."""

    @property
    def answer_words(self) -> str:
        """The answer as it stands."""
        return Said(self.standing.answer if self.standing else Said.NOT_ASKED).label


@dataclass(frozen=True, kw_only=True)
class Group:
    """The questions of one checklist that are asked at one time."""

    anchor: str
    name: str
    intro: str
    questions: Sequence[Question]


@dataclass(frozen=True, kw_only=True)
class Section:
    """What is asked tonight, or what can wait."""

    when: When
    name: str
    groups: Sequence[Group]

    @property
    def size(self) -> int:
        """How many questions it has."""
        return sum(len(group.questions) for group in self.groups)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the answers change now."""

    tags: Sequence[MarkTag]
    headline: str
    by_hand: Sequence[str]
    """What people raised, whatever the answers say."""
    always: str
    progress: str
    tonight: str
    last: str
    is_flagged: bool
    """Whether there is any flag to read about, those set aside among them."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Everything that the checklist page prints."""

    sections: Sequence[Section]
    verdict: Verdict
    facts: Sequence[Row]
    is_closed: bool

    @property
    def questions(self) -> Mapping[str, Question]:
        """Every question by its key, in the order of the page."""
        return {
            question.key: question
            for section in self.sections
            for group in section.groups
            for question in group.questions
        }


def sheet_of(episode: Episode, *, now: datetime) -> Sheet:
    """The whole checklist of an episode as it stands at `now`."""
    history: dict[str, list[ChecklistAnswer]] = {}
    for answer in assessing.history_of(episode):
        history.setdefault(answer.key, []).append(answer)
    latest = {key: answers[0] for key, answers in history.items()}
    flags = list(episode.flags.select_related("raised_by"))
    facts = assessing.facts_of(episode, now=now)
    assessment = assessing.assess_now(episode, now=now, answers=latest, facts=facts)
    making = _Questions(
        episode=episode,
        now=now,
        history=history,
        earlier=assessing.earlier_answers(episode),
        from_record=_from_record(facts),
        reasons=_reasons(flags),
    )
    return Sheet(
        sections=list(_sections(making)),
        verdict=_verdict(episode, assessment, latest, flags, now=now),
        facts=list(_facts(episode, facts, now=now)),
        is_closed=episode.end_reason in assessing.CLOSED_FOR_ANSWERS,
    )


def is_asked(key: str) -> bool:
    """Whether the checklists ask this question of people now."""
    item = ruleset().items.get(key)
    return item is not None and item.is_asked


def page_address(episode: Episode, key: str = "") -> str:
    """The checklist of an episode, at this question."""
    return reverse("checklist", args=[episode.public_id]) + (f"#{key}" if key else "")


def answered_words(latest: ChecklistAnswer, mine: Said, zone: tzinfo) -> str:
    """What to say to the second of two people who answer one question at once."""
    when = clock(latest.recorded_at, zone).removesuffix(".")
    theirs = f"{latest.recorded_by.name} answered {Said(latest.answer).label} at {when}."
    return f"{theirs} Yours: {mine.label}. Save again to put yours above it."


@dataclass(frozen=True, kw_only=True)
class _Questions:
    """Makes questions of items."""

    episode: Episode
    now: datetime
    history: Mapping[str, Sequence[ChecklistAnswer]]
    earlier: Mapping[str, ChecklistAnswer]
    from_record: Mapping[str, str]
    reasons: Mapping[str, Sequence[MarkTag]]

    def of(self, item: Item, number: int) -> Question:
        answers = self.history.get(item.key, ())
        standing = answers[0] if answers else None
        return Question(
            number=number,
            key=item.key,
            slug=item.key.replace(".", "-"),
            address=reverse("answer_item", args=[self.episode.public_id, item.key]),
            words=item.words(),
            source=item.source,
            standing=standing,
            saved=self._saved(standing) if standing else "",
            history=[self._entry(answer) for answer in answers],
            earlier=self._earlier(item.key, standing),
            from_record=self.from_record.get(item.key, ""),
            is_reason_for=self.reasons.get(item.key, ()),
        )

    def _saved(self, answer: ChecklistAnswer) -> str:
        at, zone = answer.recorded_at, self.episode.zone
        is_today = at.astimezone(zone).date() == self.now.astimezone(zone).date()
        when = clock(at, zone) if is_today else moment(at, zone, now=self.now)
        return f"Saved {when} by {answer.recorded_by.name}"

    def _entry(self, answer: ChecklistAnswer) -> Entry:
        return Entry(
            title=Said(answer.answer).label,
            at=answer.recorded_at,
            when=moment(answer.recorded_at, self.episode.zone, now=self.now),
            by=answer.recorded_by.name,
            detail="\n".join(self._details(answer)),
            sort_at=answer.recorded_at,
        )

    def _details(self, answer: ChecklistAnswer) -> Iterator[str]:
        """What stands behind an answer: its evidence, who told it, when it was true."""
        if answer.evidence:
            yield answer.evidence
        behind = [Informant(answer.informant).label] if answer.informant else []
        if answer.true_at is not None:
            behind.append(f"true {true_words(answer, self.episode, now=self.now)}")
        if behind:
            yield " · ".join(behind)
        if answer.carried_from is not None:
            yield f"Still true, as in the episode of {_month(answer.carried_from.episode)}"

    def _earlier(self, key: str, standing: ChecklistAnswer | None) -> Earlier | None:
        earlier = self.earlier.get(key)
        is_asked = standing is None or standing.answer == Said.NOT_ASKED
        if earlier is None or not is_asked or key in self.from_record:
            return None
        return Earlier(
            answer=earlier,
            words=f"From last episode, {_month(earlier.episode)}: {Said(earlier.answer).label}",
            detail=earlier.evidence,
            submission_key=uuid.uuid4(),
        )


def true_words(answer: ChecklistAnswer, episode: Episode, *, now: datetime) -> str:
    """When an answer was true, as exactly as it is known; empty where that is not known."""
    if answer.true_at is None:
        return ""
    return moment_as_known(answer.true_at, Precision(answer.true_precision), episode.zone, now=now)


def _month(episode: Episode) -> str:
    told = episode.told_at.astimezone(episode.zone)
    return f"{day_words(told.date()).split()[0]} {told.year}"


def _sections(making: _Questions) -> Iterator[Section]:
    rules = ruleset()
    numbers = count(1)
    for when, name in SECTIONS.items():
        groups = []
        items = (item for item in rules.asked if item.when is when)
        for code, of_checklist in groupby(items, key=lambda item: item.checklist):
            checklist = rules.checklists[code]
            groups.append(
                Group(
                    anchor=f"{when}-{code}",
                    name=checklist.name(),
                    intro=checklist.intro(),
                    questions=[making.of(item, next(numbers)) for item in of_checklist],
                )
            )
        yield Section(when=when, name=name, groups=groups)


def _from_record(facts: EpisodeFacts) -> Mapping[str, str]:
    """What the record knows, by the item that it answers with Yes."""
    known = {}
    for reading in ruleset().readings:
        if reading.holds(facts):
            known[reading.key] = reading.words(getattr(facts, reading.fact))
    return known


def _reasons(flags: Iterable[Flag]) -> Mapping[str, Sequence[MarkTag]]:
    """What rests on each answer now: flags whose facts are gone, or that are set aside, do not."""
    resting: dict[str, list[Flag]] = {}
    for flag in flags:
        if flag.is_standing and flag.ceased_at is None:
            for key in flag.because:
                resting.setdefault(key, []).append(flag)
    return {key: marks_of(those) for key, those in resting.items()}


def _verdict(
    episode: Episode,
    assessment: Assessment,
    latest: Mapping[str, ChecklistAnswer],
    flags: Sequence[Flag],
    *,
    now: datetime,
) -> Verdict:
    tonight = f"{assessment.tonight_answered} of {assessment.tonight_asked} answered"
    words = headline(assessment)
    if assessment.assessed and not assessment.marks and flags:
        words = f"The answers raise nothing as they stand: for tonight, {tonight}."
    return Verdict(
        tags=list(_tags(flags, assessment, tonight)),
        headline=words,
        by_hand=[
            f"Raised by {flag.raised_by.name}: {flag.says}"
            for flag in flags
            if flag.raised_by and flag.is_standing
        ],
        always="" if ALWAYS in words else ALWAYS,
        progress=_progress(assessment, latest),
        tonight=f"Of those for tonight, {tonight}",
        last=_last(episode, latest.values(), now=now),
        is_flagged=bool(flags),
    )


def _tags(flags: Sequence[Flag], assessment: Assessment, tonight: str) -> Iterator[MarkTag]:
    """The marks that count now; "no flag" only where all of tonight is answered and nobody raised one."""
    yield from marks_of(flags)
    if not assessment.assessed:
        is_marked = any(flag.is_standing for flag in flags)
        words = "Not fully assessed" if is_marked else "Not assessed"
        yield MarkTag(words=words, state="unknown")
    elif not flags:
        yield MarkTag(words=f"No flag so far ({tonight})", state="neutral")


def _progress(assessment: Assessment, latest: Mapping[str, ChecklistAnswer]) -> str:
    """Like "16 of 41 answered · 3 don't know · 22 not asked yet"."""
    asked = len(ruleset().asked)
    unanswered = [
        latest[key].answer if key in latest else Said.NOT_ASKED for key in assessment.unanswered
    ]
    parts = [f"{asked - len(unanswered)} of {asked} answered"]
    for said, words in (
        (Said.DONT_KNOW, "don’t know"),
        (Said.DECLINED, "youth chose not to say"),
        (Said.NOT_ASKED, "not asked yet"),
    ):
        if number := unanswered.count(said):
            parts.append(f"{number} {words}")
    return " · ".join(parts)


def _last(episode: Episode, latest: Iterable[ChecklistAnswer], *, now: datetime) -> str:
    newest = max(latest, key=lambda answer: (answer.recorded_at, answer.pk), default=None)
    if newest is None:
        return ""
    when = moment(newest.recorded_at, episode.zone, now=now)
    return f"Last answer {when} by {newest.recorded_by.name}"


def _facts(episode: Episode, facts: EpisodeFacts, *, now: datetime) -> Iterator[Row]:
    """What the record tells by itself, so that nobody is asked."""
    describe = reverse("describe", args=[episode.public_id])
    yield Row(label="Age", value=_number(facts.age), add_url=describe)
    if facts.hours_missing is not None:
        since = "last seen" if episode.last_seen_at else "told"
        length = duration(timedelta(hours=facts.hours_missing))
        yield Row(label=f"Missing since {since}", value=length.replace("now", "less than a minute"))
    yield Row(label="Missing from care", value="Yes" if facts.from_care else "")
    yield Row(label="Missing episodes, this one included", value=_episodes(facts))
    yield Row(label="Placements in 12 months", value=_number(facts.placements_12m))
    yield Row(
        label="Exploitation confirmed earlier",
        value="Yes" if facts.confirmed_exploitation_before else "",
    )
    identified = set_time_url(episode, Anchor.IDENTIFIED)
    yield Row(
        label="Identified as a victim of trafficking",
        value="Yes" if facts.identified_victim else "",
        add_url=identified if can_set(episode, Anchor.IDENTIFIED) else "",
    )


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _episodes(facts: EpisodeFacts) -> str:
    counts = {30: facts.episodes_30d, 90: facts.episodes_90d, 365: facts.episodes_365d}
    return ", ".join(
        f"{times} in {days} days" for days, times in counts.items() if times is not None
    )
