"""What happens again and again in these tests, said once: somebody logs, records, returns."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from django.db import OperationalError, connection

from casework.models import (
    ChecklistAnswer,
    ContactKind,
    Duty,
    DutyEvidence,
    Episode,
    Known,
    Merge,
    Outcome,
    ReturnedTo,
    Said,
    User,
    Youth,
    YouthContact,
)
from casework.operations import (
    assessing,
    circumstances,
    contacts,
    duties,
    episodes,
    merging,
    moments,
    returns,
)
from casework.operations.duties import Evidence
from casework.operations.episodes import Telling
from casework.operations.readings import read
from casework.policies.anchors import Anchor
from casework.policies.conditions import Condition
from casework.policies.difference import Difference
from casework.policies.rules import Phase
from casework.policies.time_words import Moment, Precision
from tests.factories import TOLD


def exactly(at: datetime) -> Moment:
    """A moment known to the minute."""
    return Moment(at=at, precision=Precision.EXACT)


def log(
    youth: Youth, *, by: User, now: datetime, told_at: datetime | None = None, **told: Any
) -> Episode:
    """`by` logs this youth missing; told 12 minutes ago unless a test says otherwise."""
    told_at = told_at or now - timedelta(minutes=12)
    return episodes.log_missing(
        by=by,
        now=now,
        submission_key=uuid.uuid4(),
        telling=Telling(told=exactly(told_at), **told),
        youth=youth,
    )


def record(
    duty: Duty,
    outcome: Outcome,
    *,
    by: User,
    now: datetime,
    at: datetime | None = None,
    based_on: uuid.UUID | None = None,
    **said: Any,
) -> DutyEvidence:
    """`by` records what was done about a duty, just now unless a test says otherwise."""
    return duties.record(
        duty=duty,
        by=by,
        now=now,
        evidence=Evidence(outcome=outcome, happened=exactly(at or now), **said),
        submission_key=uuid.uuid4(),
        based_on=based_on,
    )


def a_merge_of(
    keep: Youth, other: Youth, *, by: User, now: datetime = TOLD, **chosen: Any
) -> Merge:
    """`by` merges two records by the usual choices, or as a test says: `height_cm=Choice.OTHER`."""
    keep, other = Youth.objects.get(pk=keep.pk), Youth.objects.get(pk=other.pk)
    placements = chosen.pop("placements", None)
    usual = {
        fact: merging.usual_choice(keep, other, fact) for fact in merging.differing(keep, other)
    }
    return merging.merge(
        keep=keep,
        other=other,
        choices=merging.Choices(facts=usual | chosen, placements=placements),
        by=by,
        now=now,
        seen=merging.state_of(keep, other),
    )


def bring_back(episode: Episode, *, by: User, now: datetime, at: datetime | None = None) -> Episode:
    """`by` records that the youth is back at the placement."""
    return returns.record_returned(
        episode=episode,
        by=by,
        now=now,
        returned=exactly(at or now),
        returned_to=ReturnedTo.PLACEMENT,
        medical_care_needed=Known.NOT_KNOWN,
    )


def set_time(
    episode: Episode,
    anchor: Anchor,
    happened: datetime | Moment | None,
    *,
    by: User,
    now: datetime,
    why: str = "The caregiver called again.",
) -> list[Difference]:
    """`by`, who sees what stands now, sets one moment of the episode; None: not known after all."""
    standing = Episode.objects.get(pk=episode.pk)
    return moments.set_moment(
        episode=episode,
        by=by,
        now=now,
        anchor=anchor,
        happened=exactly(happened) if isinstance(happened, datetime) else happened,
        seen=getattr(standing, f"{anchor}_at"),
        why=why,
    )


def answer(episode: Episode, *, by: User, now: datetime, **answers: Known) -> list[Difference]:
    """`by`, who sees the answers so far, says what holds: `answer(..., exigent=Known.YES)`."""
    latest = circumstances.latest_answer(episode)
    return circumstances.answer(
        episode=episode,
        by=by,
        now=now,
        answers={Condition.read(name): holds for name, holds in answers.items()},
        seen=latest.public_id if latest else None,
    )


def check(
    episode: Episode,
    key: str,
    said: Said,
    *,
    by: User,
    now: datetime,
    carried_from: ChecklistAnswer | None = None,
    **given: Any,
) -> ChecklistAnswer:
    """`by`, who sees the checklist as it stands, answers one question of it."""
    standing = assessing.answers_of(episode).get(key)
    return assessing.answer(
        episode=episode,
        by=by,
        now=now,
        key=key,
        given=assessing.Given(said=said, **given),
        based_on=standing.public_id if standing else None,
        submission_key=uuid.uuid4(),
        carried_from=carried_from,
    )


def add_contact(
    youth: Youth, kind: ContactKind, value: str, *, by: User, label: str = "", at: datetime = TOLD
) -> YouthContact:
    """`by` writes down a phone, an address or an account of this youth."""
    return contacts.add_contact(
        youth=youth,
        by=by,
        now=at,
        kind=kind,
        value=value,
        label=label,
        submission_key=uuid.uuid4(),
    )


def reads_as_planned_afresh(episode: Episode) -> bool:
    """Whether the duties of an open episode are those that a first reading of it would give.

    What is settled may be more than that; what is open says the same of its clock.
    """
    reading = read(Episode.objects.get(pk=episode.pk))
    planned = {item.rule.code: item for item in reading.planned()}
    as_planned = all(
        duty.code in planned
        and (duty.due_at, duty.counted_from_at, duty.rule, duty.open_questions)
        == (
            planned[duty.code].due_in_round(duty.round, reading.episode.zone),
            planned[duty.code].due_in_round(duty.round - 1, reading.episode.zone)
            if duty.round > 1
            else planned[duty.code].due.counted_from_at,
            planned[duty.code].due.set_by.clock_words,
            list(planned[duty.code].due.open_questions),
        )
        for duty in reading.duties
        if duty.is_open
    )
    expected = {
        code
        for code, item in planned.items()
        if reading.episode.is_open or item.rule.phase is Phase.RETURN
    }
    return as_planned and expected <= {duty.code for duty in reading.duties}


def intake(name: str, **answers: str) -> dict[str, str]:
    """The least that the intake form needs, as a browser would send it."""
    return {
        "submission_key": str(uuid.uuid4()),
        "name": name,
        "told": "just_now",
        "told_time": "",
        **answers,
    }


def evidence(**answers: str) -> dict[str, str]:
    """The least that the form of a duty needs, as a browser would send it."""
    return {
        "submission_key": str(uuid.uuid4()),
        "outcome": "done",
        "happened": "just_now",
        **answers,
    }


class _Fields(HTMLParser):
    """Collects what a browser would send of the forms on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value if value is not None else key for key, value in attrs}
        name = given.get("name")
        if tag == "textarea" and name:
            self.area = name
            self.values[name] = ""
        if tag != "input" or not name:
            return
        if given.get("type") not in {"radio", "checkbox"} or "checked" in given:
            self.values[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            # A browser drops the one line feed that follows the tag.
            self.values[self.area] = self.values[self.area].removeprefix("\n")
            self.area = None


def fields_on(response: Any) -> dict[str, str]:
    """What a browser would send back of the forms on this page."""
    parser = _Fields()
    parser.feed(response.content.decode())
    parser.close()
    return parser.values


@contextmanager
def postgresql_away() -> Iterator[None]:
    """Every query fails as it does when PostgreSQL has gone away."""

    def refuse(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(refuse):
        yield
