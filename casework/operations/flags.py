"""The endangerment flag: rules and people raise it, only people confirm it or set it aside."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from casework import audit
from casework.models import (
    ChecklistAnswer,
    Episode,
    Flag,
    FlagMark,
    FlagStep,
    FlagStepKind,
    Reminder,
    SetAsideReason,
    Topic,
    User,
)
from casework.models.flag import RAISED_BY_PERSON
from casework.operations.clocks import follow_facts, note_recount
from casework.operations.locks import locked
from casework.policies.ladder import Audience, ReminderKind
from risk import Assessment, Finding

BOTH = (Audience.OWNER, Audience.SUPERVISOR)
LONGEST = 300  # what a flag's sentence can hold


class Refused(Exception):
    """Why nothing was done about a flag; the sentence says what to do."""


@dataclass(frozen=True, kw_only=True)
class SettingAside:
    """Why a person sets a flag aside, and until when it should be looked at again."""

    reason: SetAsideReason
    why: str
    review_at: datetime


def follow(
    episode: Episode,
    assessment: Assessment,
    *,
    answers: Mapping[str, ChecklistAnswer],
    now: datetime,
) -> bool:
    """Raise, bring back or mark as ceased what the rules now find; whether anything changed.

    A flag that was set aside comes back when a fact is new: another reason, or an answer that was
    not there when it was set aside. One whose facts are gone stands until a person says so, and keeps
    its start and its confirmation when they are there again.
    Runs in the caller's transaction, which holds the episode.
    """
    findings = {one.code: one for one in assessment.findings if one.raises is not None}
    standing = {flag.code: flag for flag in episode.flags.exclude(code=RAISED_BY_PERSON)}
    news = []
    for code, finding in findings.items():
        flag = standing.get(code)
        if flag is None:
            news.append(_raise(episode, finding, assessment.version, now=now))
        elif flag.set_aside_at is not None and _is_new(flag, finding, answers):
            news.append(_bring_back(flag, finding, assessment.version, now=now))
        elif flag.ceased_at is not None and flag.set_aside_at is None:
            news.append(_find_again(flag, finding, now=now))
        else:
            _keep_reasons(flag, finding)
    ceased = [
        flag for code, flag in standing.items() if code not in findings and not flag.ceased_at
    ]
    for flag in ceased:
        flag.ceased_at = now
        flag.save(update_fields=["ceased_at"])
        _step(flag, FlagStepKind.CEASED, at=now, words="The facts no longer say so.")
    _give_notice(news, now=now)
    return bool(news or ceased)


def _raise(episode: Episode, finding: Finding, version: str, *, now: datetime) -> Flag:
    if finding.raises is None:
        raise ValueError("This finding raises nothing.")
    flag = Flag.objects.create(
        episode=episode,
        code=finding.code,
        mark=FlagMark(finding.raises.value),
        says=finding.sentence[:LONGEST],
        because=_keys(finding),
        version=version,
        needs_second_person=finding.needs_second_person,
        raised_at=now,
        first_raised_at=now,
    )
    _step(flag, FlagStepKind.RAISED, at=now, words=_because(finding))
    return flag


def _bring_back(flag: Flag, finding: Finding, version: str, *, now: datetime) -> Flag:
    _cancel_review(flag, now=now)
    flag.raised_at, flag.ceased_at, flag.version = now, None, version
    flag.because = _keys(finding)
    flag.confirmed_at = flag.confirmed_by = None
    _clear_setting_aside(flag)
    flag.save()
    _step(flag, FlagStepKind.BACK, at=now, words=f"Back because {_because(finding)}")
    return flag


def _find_again(flag: Flag, finding: Finding, *, now: datetime) -> Flag:
    """The facts of a flag that stood all the while are there again."""
    flag.ceased_at, flag.because = None, _keys(finding)
    flag.save(update_fields=["ceased_at", "because"])
    _step(flag, FlagStepKind.BACK, at=now, words=f"Back because {_because(finding)}")
    return flag


def _is_new(flag: Flag, finding: Finding, answers: Mapping[str, ChecklistAnswer]) -> bool:
    """Whether the rule finds something that whoever set the flag aside did not know.

    Answers are told apart by their number, not their time: one that waited for its turn began
    before the setting aside, and was not known to it.
    """
    keys = _keys(finding)
    return (
        flag.ceased_at is not None
        or bool(set(keys) - set(flag.because))
        or any(key in answers and answers[key].pk > (flag.set_aside_knowing or 0) for key in keys)
    )


def _keep_reasons(flag: Flag, finding: Finding) -> None:
    if flag.because != _keys(finding):
        flag.because = _keys(finding)
        flag.save(update_fields=["because"])


def _keys(finding: Finding) -> list[str]:
    """The answers and facts behind a finding; a fact with its words, so that another number is new."""
    return list(
        dict.fromkeys(
            f"{reason.key}: {reason.words}" if reason.fact else reason.key
            for reason in finding.because
        )
    )


def _because(finding: Finding) -> str:
    return "; ".join(reason.words for reason in finding.because)[:500]


@transaction.atomic
def raise_by_hand(
    *,
    episode: Episode,
    by: User,
    now: datetime,
    mark: FlagMark,
    why: str,
    submission_key: uuid.UUID | None = None,
) -> Flag:
    """A person raises a flag, with a reason. The same form, or the same words, raise it once."""
    episode = locked(episode)
    if submission_key is not None:
        for flag in episode.flags.filter(submission_key=submission_key):
            return flag
    if not episode.is_open:
        raise Refused("The youth is not missing any more. Add what you know as an update.")
    same = episode.flags.filter(code=RAISED_BY_PERSON, mark=mark, says=why, raised_by=by)
    for flag in same:
        if flag.is_standing:
            return flag
    flag = hand_raised(episode, by=by, now=now, mark=mark, why=why, submission_key=submission_key)
    let_clocks_follow(episode, by=by, now=now, because="A flag was raised.")
    audit.record("flag.raised", subject=flag, by=by, at=now)
    return flag


def hand_raised(
    episode: Episode,
    *,
    by: User,
    now: datetime,
    mark: FlagMark,
    why: str,
    submission_key: uuid.UUID | None = None,
) -> Flag:
    """Write a person's flag and its notices. Runs in the caller's transaction.

    Nobody knows whether a danger that a person names is medical or an abduction: two people must
    agree to set it aside.
    """
    flag = Flag.objects.create(
        episode=episode,
        code=RAISED_BY_PERSON,
        mark=mark,
        says=why,
        needs_second_person=mark == FlagMark.ENDANGERED,
        raised_at=now,
        first_raised_at=now,
        raised_by=by,
        submission_key=submission_key,
    )
    _step(flag, FlagStepKind.RAISED, at=now, by=by, words=why)
    _give_notice([flag], now=now)
    return flag


@transaction.atomic
def confirm(*, flag: Flag, by: User, now: datetime) -> Flag:
    """A person agrees with the flag. It stands; a setting aside that waits is over."""
    flag = _held(flag)
    if flag.confirmed_at is not None:
        return flag
    if not flag.is_standing:
        raise Refused("This flag has been set aside. Raise it again, with the reason.")
    _cancel_review(flag, now=now)
    _clear_setting_aside(flag)
    flag.confirmed_at, flag.confirmed_by = now, by
    flag.save()
    _step(flag, FlagStepKind.CONFIRMED, at=now, by=by, words="")
    audit.record("flag.confirmed", subject=flag, by=by, at=now)
    return flag


@transaction.atomic
def set_aside(*, flag: Flag, by: User, now: datetime, setting: SettingAside) -> Flag:
    """Set a flag aside, with a reason and a day to look again; the supervisor hears of it at once.

    One that needs two people stands until `agree` is called by another. When its review is due, a
    flag is looked at again and may be set aside anew. Raises `Refused` for one that is set aside
    already, and for a review that is not in the future.
    """
    flag = _held(flag)
    is_again = flag.is_review_due(now)
    if flag.set_aside_at is not None and not is_again:
        who = flag.set_aside_by.name if flag.set_aside_by else "Someone"
        raise Refused(f"{who} has set this flag aside already.")
    if setting.review_at <= now:
        raise Refused("The review must be later than now.")
    flag.confirmed_at = flag.confirmed_by = None
    flag.set_aside_at, flag.set_aside_by = now, by
    flag.set_aside_reason, flag.set_aside_why = setting.reason, setting.why
    flag.review_at = setting.review_at
    flag.set_aside_knowing = _last_answer(flag.episode)
    flag.agreed_at = flag.agreed_by = None
    flag.save()
    words = f"{setting.reason.label}: {setting.why}"
    kind = FlagStepKind.LOOKED_AGAIN if is_again else FlagStepKind.SET_ASIDE
    _step(flag, kind, at=now, by=by, words=words, reason=setting.reason)
    _plan(flag, BOTH, at=now, now=now, what="aside")
    _plan(flag, BOTH, at=setting.review_at, now=now, what="review")
    let_clocks_follow(flag.episode, by=by, now=now, because="A flag was set aside.")
    audit.record("flag.set_aside", subject=flag, by=by, at=now, reason=setting.reason.value)
    return flag


@transaction.atomic
def agree(*, flag: Flag, by: User, now: datetime) -> Flag:
    """The second person agrees to the setting aside of a medical or an abduction flag."""
    flag = _held(flag)
    if flag.set_aside_at is None or not flag.needs_second_person:
        raise Refused("There is nothing to agree to: this flag waits for nobody.")
    if flag.agreed_at is not None:
        return flag
    if flag.set_aside_by_id == by.pk:
        raise Refused("Someone else must agree: you set this flag aside yourself.")
    flag.agreed_at, flag.agreed_by = now, by
    flag.save(update_fields=["agreed_at", "agreed_by"])
    _step(flag, FlagStepKind.AGREED, at=now, by=by, words="")
    let_clocks_follow(flag.episode, by=by, now=now, because="A flag was set aside.")
    audit.record("flag.agreed", subject=flag, by=by, at=now)
    return flag


def let_clocks_follow(episode: Episode, *, by: User | None, now: datetime, because: str) -> None:
    """Duties that rest on flags and answers follow; the timeline says so where a person did it."""
    said = follow_facts(episode, now=now)
    if said and by is not None:
        note_recount(episode, because, said, by=by, now=now)


def _held(flag: Flag) -> Flag:
    """The flag as it is now, held until the transaction ends, after its episode."""
    episode = locked(flag.episode)
    held = (
        episode.flags.select_for_update(of=("self",)).select_related("set_aside_by").get(pk=flag.pk)
    )
    held.episode = episode
    return held


def _last_answer(episode: Episode) -> int | None:
    return episode.answers.order_by("-pk").values_list("pk", flat=True).first()


def _clear_setting_aside(flag: Flag) -> None:
    flag.set_aside_at = flag.set_aside_by = flag.review_at = flag.set_aside_knowing = None
    flag.set_aside_reason = flag.set_aside_why = ""
    flag.agreed_at = flag.agreed_by = None


def _step(
    flag: Flag,
    kind: FlagStepKind,
    *,
    at: datetime,
    words: str,
    by: User | None = None,
    reason: str = "",
) -> None:
    FlagStep.objects.create(flag=flag, kind=kind, at=at, by=by, words=words, reason=reason)


def _give_notice(raised: Iterable[Flag], *, now: datetime) -> None:
    """One message each for what came at once: to whoever holds the episode, and the supervisor."""
    flags = sorted(raised, key=lambda flag: flag.mark == FlagMark.SIGNS_PRESENT)
    if flags:
        _plan(flags[0], BOTH, at=now, now=now, what="raised")


def _plan(
    flag: Flag, audiences: Iterable[Audience], *, at: datetime, now: datetime, what: str
) -> None:
    number = flag.steps.count()
    Reminder.objects.bulk_create(
        Reminder(
            episode=flag.episode,
            flag=flag,
            kind=ReminderKind.NOTICE,
            audience=audience,
            topic=Topic.FLAG,
            due_at=at,
            dedupe_key=f"{flag.public_id}:{what}:{audience}:{number}",
            planned_at=now,
        )
        for audience in audiences
    )


def _cancel_review(flag: Flag, *, now: datetime) -> None:
    """Call off what is still to come; a notice that is due has only not been sent yet."""
    flag.reminders.waiting().filter(due_at__gt=now).update(cancelled_at=now)
