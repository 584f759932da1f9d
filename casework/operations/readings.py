"""What is known of an episode, read once: its moments, its circumstances and its duties."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from casework.models import Circumstance, Duty, Episode, Known
from casework.operations.protocols import protocol_for
from casework.policies.anchors import Anchor, Anchors
from casework.policies.calendars import calendar_called
from casework.policies.conditions import Condition, Facts
from casework.policies.due import PlannedDuty, plan_duties
from casework.policies.rules import Protocol
from casework.policies.time_words import Precision

# The moments that people enter; the others come from what is recorded about duties.
ENTERED = (
    Anchor.TOLD,
    Anchor.LAST_SEEN,
    Anchor.FIRST_SUSPECTED,
    Anchor.NOTIFIED,
    Anchor.DETERMINED_MISSING,
    Anchor.LOCATED,
    Anchor.RETURNED,
)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An episode with everything that its clocks rest on.

    `duties` are those in force, `withdrawn` those that were and may be taken up again.
    """

    episode: Episode
    duties: Sequence[Duty] = ()
    withdrawn: Sequence[Duty] = ()
    answers: Mapping[Condition, Known] = field(default_factory=dict)

    @property
    def protocol(self) -> Protocol:
        return protocol_for(self.episode.jurisdiction)

    @property
    def anchors(self) -> Anchors:
        """The moments from which duties count, as far as they are known."""
        moments = {anchor: getattr(self.episode, f"{anchor}_at") for anchor in ENTERED}
        day_only = {
            anchor
            for anchor in ENTERED
            if moments[anchor] is not None
            and getattr(self.episode, f"{anchor}_precision") == Precision.DATE_ONLY
        }
        done = [(duty.done_at, duty) for duty in self.duties if duty.done_at is not None]
        for at, duty in sorted(done, key=lambda pair: pair[0]):
            for made in (Anchor(name) for name in duty.makes):
                if made not in moments:
                    moments[made] = at
                    if duty.done_precision == Precision.DATE_ONLY:
                        day_only.add(made)
        return Anchors(
            **{anchor.value: at for anchor, at in moments.items()}, day_only=frozenset(day_only)
        )

    @property
    def facts(self) -> Facts:
        """The youth's age when the agency was told, and the circumstances that were answered."""
        told_on = self.episode.told_at.astimezone(self.episode.zone).date()
        return Facts(
            age=self.episode.youth.age_on(told_on),
            yes=frozenset(one for one, holds in self.answers.items() if holds == Known.YES),
            no=frozenset(one for one, holds in self.answers.items() if holds == Known.NO),
        )

    def planned(self) -> list[PlannedDuty]:
        """Every duty that the protocol gives by what is known, whatever stands already."""
        return plan_duties(
            self.protocol,
            anchors=self.anchors,
            zone=self.episode.zone,
            facts=self.facts,
            calendar=calendar_called(self.episode.unit.calendar or self.protocol.calendar),
        )


def read(episode: Episode) -> Reading:
    """The reading of one episode."""
    return next(iter(read_all([episode])))


def read_with(episode: Episode, duties: Sequence[Duty]) -> Reading:
    """The reading of an episode whose duties in force are at hand already."""
    return Reading(episode=episode, duties=duties, answers=_answers([episode.pk])[episode.pk])


def read_all(episodes: Sequence[Episode]) -> Iterable[Reading]:
    """The readings of these episodes, in two queries for all of them."""
    by_id = {episode.pk: episode for episode in episodes}
    duties: dict[int, list[Duty]] = defaultdict(list)
    withdrawn: dict[int, list[Duty]] = defaultdict(list)
    for duty in Duty.objects.filter(episode__in=by_id).order_by("order", "id"):
        duty.episode = by_id[duty.episode_id]
        (duties if duty.withdrawn_at is None else withdrawn)[duty.episode_id].append(duty)
    answers = _answers(by_id)
    for episode in episodes:
        yield Reading(
            episode=episode,
            duties=duties[episode.pk],
            withdrawn=withdrawn[episode.pk],
            answers=answers[episode.pk],
        )


def _answers(ids: Iterable[int]) -> Mapping[int, dict[Condition, Known]]:
    """The latest answer to each condition, by episode."""
    answers: dict[int, dict[Condition, Known]] = defaultdict(dict)
    latest = (
        Circumstance.objects.filter(episode__in=list(ids))
        .order_by("episode_id", "condition", "-recorded_at", "-id")
        .distinct("episode_id", "condition")
    )
    for one in latest:
        answers[one.episode_id][Condition(one.condition)] = Known(one.holds)
    return answers
