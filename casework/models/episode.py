"""A missing episode: one unbroken time of unknown whereabouts."""

import secrets
from enum import StrEnum
from zoneinfo import ZoneInfo

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Least
from django.urls import reverse

from casework.models.fields import Known, both_or_neither, choices_of, in_order, public_id
from casework.models.import_batch import imported_in, of_an_import
from casework.models.month_tally_triggers import COUNTED_BY_EPISODE
from casework.models.people import Unit, User
from casework.models.standing_triggers import KEPT_BY_EPISODE
from casework.models.youth import Placement, Youth
from casework.policies.time_words import Precision

REFERENCE_LETTERS = "23456789CDFGHJKMNPQRTVWXY"  # no vowels, nothing that reads like a digit
REFERENCE_LENGTH = 7  # 25^7 = 6.1 billion: two that are alike are next to never drawn


def new_reference() -> str:
    """A short reference that people can read aloud; it says nothing about the youth."""
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH))


def _precision() -> "models.CharField[str, str]":
    return models.CharField(max_length=10, choices=choices_of(Precision), default=Precision.EXACT)


class LeftFrom(models.TextChoices):
    """Where the youth was last, as the person who told us knows it."""

    PLACEMENT = "placement", "Placement"
    SCHOOL = "school", "School"
    ELSEWHERE = "elsewhere", "Somewhere else"
    NOT_KNOWN = "not_known", "Not known yet"


class ReturnedTo(models.TextChoices):
    """Where a returned youth is."""

    PLACEMENT = "placement", "Back at placement"
    OTHER_SAFE_PLACE = "other_safe_place", "Back, at a different safe place"
    NOT_RECORDED = "not_recorded", "Back, not recorded where"  # of earlier records alone


# FOR SHARE: whoever deactivates the same person at this moment waits, or is waited for.
HELD_BY_SOMEBODY_ACTIVE = """
    IF NEW.assigned_to_id IS NULL
        OR (TG_OP = 'INSERT' AND NEW.ended_at IS NOT NULL)
        OR (TG_OP = 'UPDATE' AND NEW.assigned_to_id IS NOT DISTINCT FROM OLD.assigned_to_id)
    THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM casework_user WHERE id = NEW.assigned_to_id AND is_active FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'an episode cannot be given to a deactivated account'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class EndReason(models.TextChoices):
    """Why an episode ended."""

    RETURNED = "returned", "Returned"
    FOUND_ELSEWHERE = "found_elsewhere", "Found elsewhere"
    AGED_OUT = "aged_out", "Aged out of care"
    COURT_ENDED = "court_ended", "Court ended jurisdiction"
    OPENED_IN_ERROR = "opened_in_error", "Opened in error"
    DECEASED = "deceased", "Deceased"


class NcmecType(models.TextChoices):
    """What NCMEC lists a case as.

    In our words, which blame nobody; NCMEC's own stand in files alone (`exports/episode_columns.py`).
    """

    ENDANGERED = "endangered", "Endangered, left on their own"
    FAMILY_ABDUCTION = "family_abduction", "Family abduction"
    NONFAMILY_ABDUCTION = "nonfamily_abduction", "Nonfamily abduction"
    LOST_OR_INJURED = "lost_or_injured", "Lost, injured or otherwise missing"
    YOUNG_ADULT = "critical_young_adult", "Critically missing young adult (18 to 20)"
    NOT_RECORDED = "not_recorded", "Not recorded"


class EpisodeStatus(StrEnum):
    """What the facts add up to; never stored."""

    MISSING = "Missing"
    LOCATED = "Located, not back yet"
    RETURNED = "Returned"
    CLOSED = "Closed"


class EpisodeQuerySet(models.QuerySet["Episode"]):
    """Which episodes."""

    def open(self) -> "EpisodeQuerySet":
        """Episodes that have not ended."""
        return self.filter(ended_at__isnull=True)

    def with_work_left(self) -> "EpisodeQuerySet":
        """Episodes that are open, or have ended with duties still open.

        A union, because each half has an index of its own that holds only what is open: the past
        may grow as long as it likes.
        """
        from casework.models.duty import Duty  # a duty knows its episode, not the other way round

        unended = Episode.objects.open().order_by().values("pk")
        unfinished = Duty.objects.open().order_by().values("episode")
        return self.filter(pk__in=unended.union(unfinished))


@pghistory.track()
class Episode(models.Model):
    """One unbroken time of unknown whereabouts; a youth has at most one that is open."""

    public_id = public_id()
    reference = models.CharField(max_length=8, unique=True, default=new_reference, editable=False)
    youth = models.ForeignKey(Youth, on_delete=models.PROTECT, related_name="episodes")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="episodes")
    assigned_to = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="episodes"
    )
    # The rules and the zone in force when its clock started; a unit may change either later.
    jurisdiction = models.SlugField(max_length=40)
    protocol_version = models.CharField(max_length=120, help_text="The edition of its files")
    time_zone = models.CharField(max_length=60)

    # What happened, and when. `recorded_at` is when the keyboard was told.
    told_at = models.DateTimeField()
    told_precision = _precision()
    last_seen_at = models.DateTimeField(null=True, blank=True)
    last_seen_precision = models.CharField(
        max_length=10, choices=choices_of(Precision), default=Precision.UNKNOWN
    )
    first_suspected_at = models.DateTimeField(null=True, blank=True)
    first_suspected_precision = _precision()
    notified_at = models.DateTimeField(null=True, blank=True)
    notified_precision = _precision()
    determined_missing_at = models.DateTimeField(null=True, blank=True)
    determined_missing_precision = _precision()
    identified_at = models.DateTimeField(
        null=True, blank=True, help_text="Identified as a victim of trafficking"
    )
    identified_precision = _precision()
    located_at = models.DateTimeField(null=True, blank=True)
    located_precision = _precision()
    located_recorded_at = models.DateTimeField(null=True, blank=True)
    located_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_precision = _precision()
    returned_recorded_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    returned_to = models.CharField(max_length=20, choices=ReturnedTo.choices, blank=True)
    medical_care_needed = models.CharField(
        max_length=10, choices=Known.choices, default=Known.NOT_KNOWN
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_precision = _precision()
    ended_recorded_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, choices=EndReason.choices, blank=True)

    left_from = models.CharField(
        max_length=10, choices=LeftFrom.choices, default=LeftFrom.NOT_KNOWN
    )
    placement = models.ForeignKey(
        Placement, null=True, blank=True, on_delete=models.PROTECT, related_name="episodes"
    )
    in_danger = models.CharField(max_length=10, choices=Known.choices, default=Known.NOT_KNOWN)
    police_called = models.CharField(max_length=10, choices=Known.choices, default=Known.NOT_KNOWN)
    # What NCMEC says, which is not what we found: it raises no flag and moves no clock.
    ncmec_type = models.CharField(
        max_length=20, choices=NcmecType.choices, default=NcmecType.NOT_RECORDED
    )
    description_at_start = models.JSONField(
        default=dict, help_text="The youth's description as it stood; later edits leave it alone"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # One key a form: however often it is submitted, one episode.
    submission_key = models.UUIDField(unique=True)
    imported_in = imported_in("episodes")

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        ordering = ("-told_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(told_at__lte=F("recorded_at")), name="episode_told_before_recorded"
            ),
            models.CheckConstraint(
                condition=in_order("last_seen_at", "told_at"), name="episode_last_seen_before_told"
            ),
            models.CheckConstraint(
                condition=Q(last_seen_at__isnull=True, last_seen_precision=Precision.UNKNOWN)
                | (Q(last_seen_at__isnull=False) & ~Q(last_seen_precision=Precision.UNKNOWN)),
                name="episode_last_seen_says_how_exactly",
            ),
            models.CheckConstraint(
                condition=~Q(told_precision=Precision.UNKNOWN), name="episode_told_is_known"
            ),
            models.CheckConstraint(
                condition=in_order("last_seen_at", "first_suspected_at"),
                name="episode_suspected_after_seen",
            ),
            models.CheckConstraint(
                condition=in_order("first_suspected_at", "told_at"),
                name="episode_suspected_before_told",
            ),
            models.CheckConstraint(
                condition=in_order("told_at", "notified_at"), name="episode_notified_after_told"
            ),
            models.CheckConstraint(
                condition=in_order("told_at", "determined_missing_at"),
                name="episode_determined_after_told",
            ),
            models.CheckConstraint(
                condition=in_order("last_seen_at", "located_at"), name="episode_located_after_seen"
            ),
            models.CheckConstraint(
                condition=both_or_neither("located_at", "located_by", "located_recorded_at"),
                name="episode_located_pair",
            ),
            models.CheckConstraint(
                condition=both_or_neither("returned_at", "returned_by", "returned_recorded_at"),
                name="episode_returned_pair",
            ),
            models.CheckConstraint(
                condition=both_or_neither("ended_at", "ended_by", "ended_recorded_at"),
                name="episode_ended_pair",
            ),
            models.CheckConstraint(
                condition=Q(ncmec_type__in=NcmecType.values), name="episode_ncmec_type_known"
            ),
            # At most one open episode a youth, and no two at one time. Told late, a youth may have
            # been back before: the earlier of the two starts it.
            ExclusionConstraint(
                name="episode_one_at_a_time",
                condition=~Q(end_reason=EndReason.OPENED_IN_ERROR),
                expressions=[
                    (
                        Func(F("youth_id"), F("youth_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            Least(F("told_at"), F("ended_at")),
                            F("ended_at"),
                            Value("[)"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True, returned_to="")
                | (Q(returned_at__isnull=False) & ~Q(returned_to="")),
                name="episode_returned_says_where",
            ),
            models.CheckConstraint(
                condition=in_order("located_at", "returned_at"),
                name="episode_returned_after_located",
            ),
            models.CheckConstraint(
                condition=in_order("last_seen_at", "ended_at"), name="episode_ends_after_seen"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="episode_end_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(end_reason=EndReason.RETURNED)
                | Q(returned_at__isnull=False, ended_at=F("returned_at")),
                name="episode_return_ends_it",
            ),
        )
        indexes = (
            models.Index(
                fields=("unit", "told_at", "id"),
                condition=Q(ended_at__isnull=True),
                name="episode_open_by_unit",
            ),
            models.Index(
                fields=("assigned_to", "told_at", "id"),
                condition=Q(ended_at__isnull=True),
                name="episode_open_by_worker",
            ),
            models.Index(fields=("youth", "told_at"), name="episode_by_youth"),
            # Figures over the past: of some units; of the whole agency, whose episodes lie on the
            # disk much as they were told, so that a few pages of index say where a year is.
            models.Index(fields=("unit", "told_at"), name="episode_past_by_unit"),
            models.Index(
                fields=("unit", "returned_at"),
                condition=Q(returned_at__isnull=False),
                name="episode_back_by_unit",
            ),
            BrinIndex(fields=("told_at",), name="episode_past"),
            of_an_import("episode_of_import"),
            # The counts of a month ask what had not ended when it began: read from the index alone.
            models.Index(
                fields=("ended_at", "told_at"),
                include=("unit", "last_seen_at", "last_seen_precision"),
                condition=~Q(end_reason=EndReason.OPENED_IN_ERROR),
                name="episode_counted",
            ),
        )
        triggers = (
            *KEPT_BY_EPISODE,
            *COUNTED_BY_EPISODE,
            pgtrigger.Trigger(
                name="held_by_somebody_active",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("assigned_to_id"),  # type: ignore[no-untyped-call]
                when=pgtrigger.Before,
                func=HELD_BY_SOMEBODY_ACTIVE,
            ),
        )

    def __str__(self) -> str:
        return f"Episode {self.reference}"

    def get_absolute_url(self) -> str:
        return reverse("episode", args=[self.public_id])

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this episode's times are told."""
        return ZoneInfo(self.time_zone)

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    def status(self, *, has_open_duties: bool) -> EpisodeStatus:
        """What the stored moments add up to."""
        if self.ended_at is not None:
            is_back = self.end_reason == EndReason.RETURNED
            return EpisodeStatus.RETURNED if is_back and has_open_duties else EpisodeStatus.CLOSED
        return EpisodeStatus.LOCATED if self.located_at is not None else EpisodeStatus.MISSING


class NoteKind(models.TextChoices):
    """What a note tells."""

    SIGHTING = "sighting", "Sighting"
    CALL = "call", "Call or message"
    INFORMATION = "information", "Something we learned"
    CORRECTION = "correction", "Correction"
    CLOSED = "closed", "Episode closed"
    CLOCKS = "clocks", "Clocks updated"


class Note(models.Model):
    """Something learned during an episode. Notes are added, never changed."""

    public_id = public_id()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=12, choices=NoteKind.choices)
    text = models.TextField(max_length=10_000)
    source = models.CharField(max_length=120, blank=True, help_text="Who or what told us")
    happened_at = models.DateTimeField()
    happened_precision = _precision()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submission_key = models.UUIDField(unique=True)

    class Meta:
        ordering = ("-happened_at", "-id")
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="note_says_something"),
            models.CheckConstraint(
                condition=Q(happened_at__lte=F("recorded_at")), name="note_happened_before_recorded"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"Note {self.public_id}"
