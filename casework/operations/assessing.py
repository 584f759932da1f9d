"""The checklists of an episode: answered one by one, and judged by the rules of `risk` each time."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from casework import audit
from casework.models import (
    AssessmentRecord,
    ChecklistAnswer,
    EndReason,
    Episode,
    Flag,
    Informant,
    Said,
    User,
)
from casework.operations import flags
from casework.operations.locks import locked
from casework.operations.readings import ASKED_IN_CHECKLISTS
from casework.operations.submissions import KeyReused
from casework.policies.time_words import Moment
from risk import Answer, Assessment, EpisodeFacts, assess, ruleset

EXPLOITED = "T1"  # the rule that says that someone has used the youth in the sex trade
CHUNK = 200  # episodes a transaction, where many are assessed again
YEAR = timedelta(days=365)
CLOSED_FOR_ANSWERS = (EndReason.OPENED_IN_ERROR, EndReason.DECEASED)


class NotAsked(Exception):
    """There is no such question, or nobody is asked it; the sentence says which."""


class EpisodeClosed(Exception):
    """The episode was closed in a way that leaves nothing to ask."""


class AnsweredMeanwhile(Exception):
    """Somebody answered this question since it was shown; `latest` is what stands now."""

    def __init__(self, latest: ChecklistAnswer) -> None:
        super().__init__("Someone has answered this question meanwhile.")
        self.latest = latest


@dataclass(frozen=True, kw_only=True)
class Given:
    """One answer as a person gives it."""

    said: Said
    evidence: str = ""
    informant: Informant | None = None
    true: Moment | None = None


def history_of(episode: Episode) -> Sequence[ChecklistAnswer]:
    """Every answer of the episode, newest first, with who recorded it and what it was carried from."""
    return list(episode.answers.select_related("recorded_by", "carried_from__episode"))


def answers_of(episode: Episode) -> Mapping[str, ChecklistAnswer]:
    """The latest answer to each question that has one, by key."""
    latest = ChecklistAnswer.objects.latest_of([episode.pk]).select_related("recorded_by")
    return {answer.key: answer for answer in latest}


def earlier_answers(episode: Episode) -> Mapping[str, ChecklistAnswer]:
    """What was answered Yes or No in the youth's last earlier episode that has an answer to it."""
    earlier = (
        ChecklistAnswer.objects.filter(
            episode__youth=episode.youth_id,
            episode__unit=episode.unit_id,  # another unit's answers are not this one's to read
            episode__told_at__lt=episode.told_at,
        )
        .exclude(episode__end_reason=EndReason.OPENED_IN_ERROR)
        .select_related("episode")
        .order_by("key", "-episode__told_at", "-recorded_at", "-id")
        .distinct("key")
    )
    return {one.key: one for one in earlier if one.answer in (Said.YES, Said.NO)}


@transaction.atomic
def answer(
    *,
    episode: Episode,
    by: User,
    now: datetime,
    key: str,
    given: Given,
    based_on: uuid.UUID | None,
    submission_key: uuid.UUID,
    carried_from: ChecklistAnswer | None = None,
) -> ChecklistAnswer:
    """Keep one answer; flags, their duties and notices follow in the same transaction.

    `based_on` is the answer that stood on the page (None: there was none). Raises
    `AnsweredMeanwhile` where another stands by now, `NotAsked` for a question that nobody is asked,
    `EpisodeClosed`, and `KeyReused`. The same form sent again returns the first answer.
    """
    episode = locked(episode)
    first = ChecklistAnswer.objects.filter(submission_key=submission_key).first()
    if first is not None:
        sent = (episode.pk, key, given.said, given.evidence)
        if (first.episode_id, first.key, first.answer, first.evidence) != sent:
            raise KeyReused
        return first
    _refuse_what_is_not_asked(key)
    if episode.end_reason in CLOSED_FOR_ANSWERS:
        raise EpisodeClosed("This episode is closed. Its answers stay as they are.")
    latest = answers_of(episode).get(key)
    if latest is not None and latest.public_id != based_on:
        raise AnsweredMeanwhile(latest)
    entry = ChecklistAnswer.objects.create(
        episode=episode,
        key=key,
        answer=given.said,
        evidence=given.evidence,
        informant=given.informant or "",
        **_when_true(given.true),
        carried_from=carried_from,
        recorded_at=now,
        recorded_by=by,
        submission_key=submission_key,
    )
    audit.record("checklist.answered", subject=episode, by=by, at=now, item=key)
    reassess(episode, by=by, now=now, because_of=key)
    return entry


def _when_true(true: Moment | None) -> dict[str, object]:
    return {"true_at": true.at, "true_precision": true.precision} if true else {}


def _refuse_what_is_not_asked(key: str) -> None:
    item = ruleset().items.get(key)
    if item is None:
        raise NotAsked("There is no such question (any more). Reload the page.")
    if not item.is_asked:
        raise NotAsked("Nobody is asked this: it follows from the record.")


def facts_of(episode: Episode, *, now: datetime) -> EpisodeFacts:
    """What the record tells at `now`. What it does not hold is not known, never No.

    Episodes are counted back from the moment that the agency was told of this one.
    """
    told = episode.told_at
    others = episode.youth.episodes.exclude(end_reason=EndReason.OPENED_IN_ERROR)
    so_far = dict(others.filter(told_at__lte=told).values_list("pk", "told_at"))
    starts = list(so_far.values())
    earlier = [pk for pk, start in so_far.items() if start < told]
    since = episode.last_seen_at or told
    placements = episode.youth.placements.filter(started_at__lte=told).exclude(
        ended_at__lte=told - YEAR
    )
    return EpisodeFacts(
        age=episode.youth.age_on(now.astimezone(episode.zone).date()),
        hours_missing=max(0.0, ((episode.ended_at or now) - since).total_seconds() / 3600),
        episodes_30d=_since(starts, told - timedelta(days=30)),
        episodes_90d=_since(starts, told - timedelta(days=90)),
        episodes_365d=_since(starts, told - YEAR),
        from_care=True,  # every youth on file here is in the agency's care
        placements_12m=placements.count() or None,
        confirmed_exploitation_before=_was_exploited(earlier) or None,
        identified_victim=True if episode.identified_at is not None else None,
    )


def _since(starts: Sequence[datetime], first: datetime) -> int:
    return sum(start > first for start in starts)


def _was_exploited(episodes: Sequence[int]) -> bool:
    """Whether the youth was identified as a victim, or people confirmed use in the sex trade.

    Only that flag: to agree that trafficking is likely is no finding of exploitation.
    """
    confirmed = Flag.objects.filter(
        episode=OuterRef("pk"), code=EXPLOITED, confirmed_at__isnull=False
    )
    known = Q(identified_at__isnull=False) | Exists(confirmed)
    return bool(episodes) and Episode.objects.filter(known, pk__in=episodes).exists()


def assess_now(
    episode: Episode,
    *,
    now: datetime,
    answers: Mapping[str, ChecklistAnswer] | None = None,
    facts: EpisodeFacts | None = None,
) -> Assessment:
    """What the current rules conclude; nothing is stored. Answers to retired items are left out.

    Answers and facts that are at hand already are not read again.
    """
    given = answers if answers is not None else answers_of(episode)
    return assess(_said(given), facts or facts_of(episode, now=now))


def _said(answers: Mapping[str, ChecklistAnswer]) -> dict[str, Answer]:
    """The answers to what the current rules ask."""
    known = ruleset().items
    return {key: Answer(one.answer) for key, one in answers.items() if key in known}


def reassess(episode: Episode, *, by: User | None, now: datetime, because_of: str) -> Assessment:
    """Judge the episode again, keep what came of it, and let flags, duties and notices follow.

    Runs in the caller's transaction, which holds the episode.
    """
    answers = answers_of(episode)
    facts = facts_of(episode, now=now)
    said = _said(answers)
    assessment = assess(said, facts)
    AssessmentRecord.objects.create(
        episode=episode,
        version=assessment.version,
        digest=assessment.digest,
        answers={key: one.value for key, one in said.items()},
        facts=asdict(facts),
        findings=[finding.code for finding in assessment.findings],
        marks=[mark.value for mark in assessment.marks],
        is_assessed=assessment.assessed,
        made_at=now,
        because_of=because_of,
    )
    changed = flags.follow(episode, assessment, answers=answers, now=now)
    if changed or because_of in ASKED_IN_CHECKLISTS:
        flags.let_clocks_follow(episode, by=by, now=now, because="An answer changed what is known.")
    return assessment


def reassess_later(episode: Episode, *, by: User | None, now: datetime, because_of: str) -> None:
    """Judge the youth's later open episodes again: something of this one counts for them.

    Locked after this one, the earlier: whoever keeps to that order waits, and does not deadlock.
    """
    later = episode.youth.episodes.open().filter(told_at__gt=episode.told_at).order_by("told_at")
    for other in later.exclude(pk=episode.pk):
        reassess(locked(other), by=by, now=now, because_of=because_of)


@transaction.atomic
def confirm_flag(*, flag: Flag, by: User, now: datetime) -> Flag:
    """A person agrees with a flag; confirmed exploitation counts for the youth's later episodes."""
    flag = flags.confirm(flag=flag, by=by, now=now)
    if flag.code == EXPLOITED:
        reassess_later(flag.episode, by=by, now=now, because_of="earlier flag confirmed")
    return flag


def run_again(record: AssessmentRecord) -> Assessment:
    """A stored assessment made again under its own version: its findings are the same."""
    said = {key: Answer(value) for key, value in record.answers.items()}
    return assess(said, EpisodeFacts(**record.facts), version=record.version)


def reassess_open(*, now: datetime) -> Iterator[tuple[int, int]]:
    """Judge every open episode again that was last judged by another ruleset, chunk by chunk.

    Yields after each chunk how many were read and in how many other rules hold than before.
    """
    ids = list(Episode.objects.open().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield _reassess_chunk(ids[start : start + CHUNK], now=now)


@transaction.atomic
def _reassess_chunk(ids: Sequence[int], *, now: datetime) -> tuple[int, int]:
    episodes = (
        Episode.objects.open()
        .filter(pk__in=ids)
        .select_related("youth", "unit")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    read = changed = 0
    for episode in episodes:
        last = episode.assessments.order_by("-made_at", "-id").first()
        if last is not None and last.digest == ruleset().digest:
            continue
        read += 1
        before = set(last.findings) if last else set()
        after = reassess(episode, by=None, now=now, because_of=f"ruleset {ruleset().version}")
        changed += {finding.code for finding in after.findings} != before
    return read, changed
