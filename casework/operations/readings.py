"""What is known of an episode, read once: its moments, its circumstances and its duties."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from django.db.models import Exists, Min, OuterRef

from casework.models import ChecklistAnswer, Circumstance, Duty, Episode, Flag, Known, Said
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
    Anchor.IDENTIFIED,
    Anchor.LOCATED,
    Anchor.RETURNED,
)
# Checklist questions that ask what some jurisdictions' rules ask: nobody is asked twice.
ASKED_IN_CHECKLISTS = {
    "danger.incapacity": Condition.INCAPACITY,
    "danger.dangerous_company": Condition.WITH_ENDANGERING_OTHERS,
    "danger.weapon_or_threat": Condition.LIFE_THREATENING,
    "danger.out_of_pattern": Condition.OUT_OF_PATTERN,
}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An episode with everything that its clocks rest on.

    `duties` are those in force, `withdrawn` those that were and may be taken up again. `answers`
    are those given to the rules' own questions; `learned` follows from the checklists and from the
    flags. Where they differ, Yes counts.
    """

    episode: Episode
    duties: Sequence[Duty] = ()
    withdrawn: Sequence[Duty] = ()
    answers: Mapping[Condition, Known] = field(default_factory=dict)
    learned: Mapping[Condition, Known] = field(default_factory=dict)
    flagged_at: datetime | None = None

    @property
    def protocol(self) -> Protocol:
        return protocol_for(self.episode.jurisdiction)

    @property
    def anchors(self) -> Anchors:
        """The moments from which duties count, as far as they are known."""
        moments = {anchor: getattr(self.episode, f"{anchor}_at") for anchor in ENTERED}
        moments[Anchor.FLAGGED] = self.flagged_at
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
        """The youth's age when the agency was told, and what was answered or learned."""
        told_on = self.episode.told_at.astimezone(self.episode.zone).date()
        known: dict[Condition, Known] = {
            one: holds for one, holds in self.answers.items() if holds != Known.NOT_KNOWN
        }
        for one, holds in self.learned.items():
            if holds == Known.YES or one not in known:  # an old No silences no flag
                known[one] = holds
        return Facts(
            age=self.episode.youth.age_on(told_on),
            yes=frozenset(one for one, holds in known.items() if holds == Known.YES),
            no=frozenset(one for one, holds in known.items() if holds == Known.NO),
        )

    def planned(self, *, but: Collection[str] = ()) -> list[PlannedDuty]:
        """Every duty that the protocol gives by what is known, whatever stands already.

        Codes in `but` are left out.
        """
        return plan_duties(
            self.protocol,
            anchors=self.anchors,
            zone=self.episode.zone,
            facts=self.facts,
            calendar=calendar_called(self.episode.unit.calendar or self.protocol.calendar),
            already=but,
        )


def read(episode: Episode) -> Reading:
    """The reading of one episode."""
    return next(iter(read_all([episode])))


def read_with(episode: Episode, duties: Sequence[Duty]) -> Reading:
    """The reading of an episode whose duties in force are at hand already."""
    return _reading(episode, duties, _Known.of([episode]))


def read_all(episodes: Sequence[Episode]) -> Iterable[Reading]:
    """The readings of these episodes, in four queries for all of them."""
    by_id = {episode.pk: episode for episode in episodes}
    duties: dict[int, list[Duty]] = defaultdict(list)
    withdrawn: dict[int, list[Duty]] = defaultdict(list)
    for duty in Duty.objects.filter(episode__in=by_id).order_by("order", "id"):
        duty.episode = by_id[duty.episode_id]
        (duties if duty.withdrawn_at is None else withdrawn)[duty.episode_id].append(duty)
    known = _Known.of(episodes)
    for episode in episodes:
        yield _reading(episode, duties[episode.pk], known, withdrawn=withdrawn[episode.pk])


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What people answered, and since when trafficking is flagged, by episode."""

    answers: Mapping[int, dict[Condition, Known]]
    in_checklists: Mapping[int, dict[Condition, Known]]
    flagged_at: Mapping[int, datetime]

    @classmethod
    def of(cls, episodes: Sequence[Episode]) -> Self:
        ids = [episode.pk for episode in episodes]
        answers: dict[int, dict[Condition, Known]] = defaultdict(dict)
        latest = (
            Circumstance.objects.filter(episode__in=ids)
            .order_by("episode_id", "condition", "-recorded_at", "-id")
            .distinct("episode_id", "condition")
        )
        for one in latest:
            answers[one.episode_id][Condition(one.condition)] = Known(one.holds)
        in_checklists: dict[int, dict[Condition, Known]] = defaultdict(dict)
        for said in ChecklistAnswer.objects.latest_of(ids, keys=ASKED_IN_CHECKLISTS):
            if said.answer in (Said.YES, Said.NO):
                condition = ASKED_IN_CHECKLISTS[said.key]
                in_checklists[said.episode_id][condition] = Known(said.answer)
        standing = Flag.objects.of_trafficking().standing().filter(episode=OuterRef("episode"))
        # From the first of them, also where that one is set aside: no opinion moves a clock later.
        flagged = Flag.objects.filter(Exists(standing), episode__in=ids).of_trafficking().order_by()
        return cls(
            answers=answers,
            in_checklists=in_checklists,
            flagged_at=dict(flagged.values_list("episode").annotate(Min("first_raised_at"))),
        )


def _reading(
    episode: Episode, duties: Sequence[Duty], known: _Known, *, withdrawn: Sequence[Duty] = ()
) -> Reading:
    learned = dict(known.in_checklists.get(episode.pk, {}))
    flagged_at = known.flagged_at.get(episode.pk)
    if flagged_at is not None:
        learned[Condition.TRAFFICKING_INDICATORS] = Known.YES
    if episode.identified_at is not None:
        learned[Condition.TRAFFICKING_IDENTIFIED] = Known.YES
    return Reading(
        episode=episode,
        duties=duties,
        withdrawn=withdrawn,
        answers=known.answers.get(episode.pk, {}),
        learned=learned,
        flagged_at=flagged_at,
    )
