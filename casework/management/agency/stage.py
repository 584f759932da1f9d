"""Playing a scene: real operations, told at the moments at which they would have happened."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from random import Random

from django.db.models import Count, Max, Q

from casework.management.agency import evidence
from casework.management.agency.figures import PAST_ENDS_BEFORE
from casework.management.agency.keys import CASE_NUMBERS, episode_key, key_of
from casework.management.agency.people import OFFICES, email_of
from casework.models import (
    Duty,
    Episode,
    Known,
    LeftFrom,
    NcmecType,
    NoteKind,
    Outcome,
    ReturnedTo,
    ScreeningResult,
    Sex,
    User,
    Youth,
)
from casework.operations import duties, episodes, reminders, returns
from casework.operations.duties import Evidence
from casework.operations.episodes import Telling
from casework.operations.notes import add_note
from casework.policies.time_words import Moment, Precision

TEENAGE_DAYS = (int(13.1 * 365.25), int(17.9 * 365.25))
REST = timedelta(days=2)  # the least time between a return and the next scene about a youth
OFFICE_OF = {office.name: office for office in OFFICES}
TO_THE_KEYBOARD = timedelta(minutes=4)
UNTIL_NCIC = timedelta(minutes=70)  # from the police report to the call that confirms the entry


class Stage:
    """Where the scenes are played. Times are given as how long ago something happened."""

    def __init__(self, rng: Random, *, now: datetime) -> None:
        self.rng, self.now = rng, now

    def log(
        self,
        worker: str,
        *,
        told: timedelta,
        by: str = "",
        seen: timedelta | None = None,
        seen_as: Precision = Precision.ABOUT,
        left_from: LeftFrom = LeftFrom.PLACEMENT,
        in_danger: Known = Known.NOT_KNOWN,
        police_called: Known = Known.NOT_KNOWN,
        sex: Sex | None = None,
        was_missing_before: bool = False,
    ) -> "Case":
        """Log one of this caseworker's youth missing; `by` is who takes the call, if not they."""
        told_at = self.now - told
        youth = self._youth_of(_person(worker), told_at, sex, was_missing_before)
        logged_by = _person(by or worker)
        return Case(
            self,
            episodes.log_missing(
                by=logged_by,
                now=min(told_at + TO_THE_KEYBOARD, self.now),
                submission_key=episode_key(youth.case_number, told_at),
                telling=Telling(
                    told=Moment(told_at, Precision.EXACT),
                    last_seen=self._seen(seen, seen_as, youth),
                    left_from=left_from,
                    in_danger=in_danger,
                    police_called=police_called,
                ),
                youth=youth,
            ),
            by=logged_by,
        )

    def _seen(self, ago: timedelta | None, seen_as: Precision, youth: Youth) -> Moment | None:
        if ago is None:
            return None
        at = self.now - ago
        if seen_as is Precision.DATE_ONLY:
            day = at.astimezone(youth.unit.zone).date()
            at = datetime.combine(day, time(), youth.unit.zone).astimezone(UTC)
        return Moment(at, seen_as)

    def _youth_of(
        self, worker: User, told_at: datetime, sex: Sex | None, was_missing_before: bool
    ) -> Youth:
        """A teenager in a placement who was not missing for a while before `told_at`.

        Best one of this worker's own, then one of the sex and the history that the scene would
        like. A youth of an earlier start's scenes is taken again first: the long scenes need
        some who have been here all the time, however often the demo is started.
        """
        born = [(self.now - timedelta(days=days)).date() for days in reversed(TEENAGE_DAYS)]
        free = (
            Youth.objects.filter(
                unit=worker.unit,
                case_number__startswith=CASE_NUMBERS,
                born_on__range=born,
                placements__ended_at__isnull=True,
            )
            .annotate(
                times=Count("episodes", distinct=True),
                last_end=Max("episodes__ended_at"),
                still_open=Count("episodes", filter=Q(episodes__ended_at__isnull=True)),
            )
            .filter(Q(last_end__isnull=True) | Q(last_end__lte=told_at - REST), still_open=0)
            .select_related("unit")
            .order_by("id")
        )
        best_first = sorted(
            free,
            key=lambda youth: (
                youth.caseworker_id != worker.pk,
                sex is not None and youth.sex != sex,
                youth.last_end is None or youth.last_end < self.now - PAST_ENDS_BEFORE,
                bool(youth.times) != was_missing_before,
                youth.last_end.timestamp() if youth.last_end else 0.0,
                youth.pk,
            ),
        )
        if not best_first:
            raise NobodyFree(f"No youth of {worker.unit} is free for a scene of the demo.")
        return best_first[0]


class NobodyFree(Exception):
    """Every youth of this unit is missing, or was only just: the scene is left out."""


class Case:
    """One episode on the stage, and what its caseworker does about it."""

    def __init__(self, stage: Stage, episode: Episode, *, by: User) -> None:
        self.stage, self.episode, self.by = stage, episode, by

    def done(self, *codes: str, ago: timedelta, note: str = "") -> None:
        """These duties were done at that moment, with the usual proof."""
        for code in codes:
            duty = self.episode.duties.in_force().get(code=code)
            office = OFFICE_OF[self.episode.unit.name]
            lines = evidence.proof(
                self.stage.rng, code=code, asked=duty.evidence_fields, office=office
            )
            if code == "report_to_ncmec":
                lines["ncmec_type"] = evidence.listed_as(self.episode)
            self._record(duty, Outcome.DONE, ago, {**lines, **({"note": note} if note else {})})
            if code == "report_to_police" and ago > UNTIL_NCIC:
                self.done("ncic_entry_due", ago=ago - UNTIL_NCIC)

    def tried(self, code: str, *, ago: timedelta, note: str = evidence.TRIED) -> None:
        """An attempt that led to nothing yet."""
        duty = self.episode.duties.in_force().get(code=code)
        self._record(duty, Outcome.TRIED, ago, {"note": note})

    def not_needed(self, code: str, *, ago: timedelta, note: str) -> None:
        """The duty does not apply here, for a reason."""
        duty = self.episode.duties.in_force().get(code=code)
        self._record(duty, Outcome.NOT_NEEDED, ago, {"note": note})

    def note(self, kind: NoteKind, text: str, *, ago: timedelta, source: str = "") -> None:
        """Something that was learned."""
        at = self.stage.now - ago
        add_note(
            episode=self.episode,
            by=self.by,
            now=self._typed(at),
            kind=kind,
            text=text,
            source=source,
            happened=Moment(at, Precision.ABOUT),
            submission_key=key_of(self.episode.submission_key, "note", at),
        )

    def located(self, *, ago: timedelta) -> None:
        """Contact is safe; the youth is not back."""
        at = self.stage.now - ago
        self.episode = returns.record_located(
            episode=self.episode,
            by=self.by,
            now=self._typed(at),
            located=Moment(at, Precision.EXACT),
        )

    def returned(self, *, ago: timedelta, medical_care: Known = Known.NOT_KNOWN) -> None:
        """The youth is back at the placement."""
        at = self.stage.now - ago
        self.episode = returns.record_returned(
            episode=self.episode,
            by=self.by,
            now=self._typed(at),
            returned=Moment(at, Precision.EXACT),
            returned_to=ReturnedTo.PLACEMENT,
            medical_care_needed=medical_care,
        )

    def _record(self, duty: Duty, outcome: Outcome, ago: timedelta, lines: dict[str, str]) -> None:
        at = self.stage.now - ago
        record(duty, outcome, at=at, by=self.by, now=self._typed(at), lines=lines)

    def _typed(self, at: datetime) -> datetime:
        """When it reached the keyboard: a little later."""
        return min(at + TO_THE_KEYBOARD, self.stage.now)


def record(
    duty: Duty, outcome: Outcome, *, at: datetime, by: User, now: datetime, lines: dict[str, str]
) -> None:
    """Record evidence of a duty through the operation that the pages use."""
    words = dict(lines)
    ncic_entry = words.pop("ncic_entry", "")
    screening_result = words.pop("screening_result", "")
    ncmec_type = words.pop("ncmec_type", "")
    latest = duty.evidence.order_by("-recorded_at", "-id").first()
    duties.record(
        duty=duty,
        by=by,
        now=now,
        evidence=Evidence(
            outcome=outcome,
            happened=Moment(at, Precision.EXACT),
            ncic_entry=Known(ncic_entry) if ncic_entry else None,
            ncmec_type=NcmecType(ncmec_type) if ncmec_type else None,
            screening_result=ScreeningResult(screening_result) if screening_result else None,
            **words,
        ),
        submission_key=key_of(duty.public_id, outcome, at),
        based_on=latest.public_id if latest else None,
    )


def catch_up(cases: Iterable[Case], *, now: datetime) -> None:
    """Plan the reminders of open duties anew from now.

    Nobody was there to send those that fell due before now: each audience gets only the last.
    """
    for case in cases:
        missed = Duty.objects.open().filter(
            episode=case.episode,
            reminders__in=case.episode.reminders.waiting().filter(due_at__lte=now),
        )
        late = list(missed.select_related("episode").distinct().order_by("id"))
        reminders.cancel_waiting(Duty.objects.filter(pk__in=[duty.pk for duty in late]), now=now)
        for duty in late:
            reminders.plan_again(duty, now=now)


def _person(account: str) -> User:
    return User.objects.select_related("unit").get(email=email_of(account))
