"""A youth in the agency's care, the names by which they are found, and where they were placed."""

from collections.abc import Iterable
from datetime import date

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper

from casework.models.fields import Known, in_order, public_id
from casework.models.import_batch import imported_in, of_an_import
from casework.models.people import Unit, User
from casework.models.standing_triggers import KEPT_BY_PLACEMENT, KEPT_BY_YOUTH


class Sex(models.TextChoices):
    """As the agency's record states it; the wording of federal reports."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    NOT_KNOWN = "not_known", "Not known"


class Race(models.TextChoices):
    """The categories of federal reports (45 CFR 1355.44); a youth can be of several."""

    AMERICAN_INDIAN = "american_indian", "American Indian or Alaska Native"
    ASIAN = "asian", "Asian"
    BLACK = "black", "Black or African American"
    PACIFIC_ISLANDER = "pacific_islander", "Native Hawaiian or Other Pacific Islander"
    WHITE = "white", "White"


def race_words(races: Iterable[str]) -> str:
    """ "Asian, White"; empty where none is known."""
    return ", ".join(str(Race(race).label) for race in races)


def in_their_order(column: str) -> Func:
    """The races in a column, each once, without what is none, in the order of `Race`.

    A constraint holds each record to this: two records that say the same are equal, and how many
    races there are is how long the array is.
    """
    each = ", ".join(
        f"CASE WHEN '{race}' = ANY(%(expressions)s) THEN '{race}' END" for race in Race.values
    )
    return Func(
        F(column),
        template=f"array_remove(ARRAY[{each}]::varchar[], NULL)",
        output_field=ArrayField(models.CharField(max_length=20)),
    )


@pghistory.track()
class Youth(models.Model):
    """A young person in the agency's care. Only a name or nickname is ever required."""

    public_id = public_id()
    given_name = models.CharField(max_length=160, blank=True)
    family_name = models.CharField(max_length=160, blank=True)
    nickname = models.CharField(max_length=160, blank=True)
    aliases = models.JSONField(default=list, blank=True, help_text="Other names, as a list")
    born_on = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=10, choices=Sex.choices, default=Sex.NOT_KNOWN)
    # For reports and counts. No rule of endangerment reads them: docs/adr/0016.
    races = ArrayField(
        models.CharField(max_length=20, choices=Race.choices),
        default=list,
        blank=True,
        help_text="None is not known yet",
    )
    is_hispanic = models.CharField(
        max_length=10,
        choices=Known.choices,
        default=Known.NOT_KNOWN,
        help_text="Hispanic or Latino, of whatever race",
    )
    case_number = models.CharField(max_length=40, null=True, blank=True, unique=True)  # noqa: DJ001
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="youth")
    caseworker = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="youth"
    )
    # What a report asks for. Empty means not known yet, never "none".
    height_cm = models.PositiveSmallIntegerField(null=True, blank=True)
    weight_grams = models.PositiveIntegerField(null=True, blank=True)
    eye_color = models.CharField(max_length=40, blank=True)
    hair_color = models.CharField(max_length=40, blank=True)
    marks = models.CharField(max_length=300, blank=True)
    medical_needs = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_records",
        help_text="The record that was kept; this one is a second one of the same youth",
    )
    imported_in = imported_in("youth")

    class Meta:
        ordering = ("family_name", "given_name", "id")
        verbose_name_plural = "youth"
        constraints = (
            models.CheckConstraint(
                condition=~Q(given_name="") | ~Q(family_name="") | ~Q(nickname=""),
                name="youth_has_some_name",
            ),
            models.CheckConstraint(
                condition=Q(case_number__isnull=True) | ~Q(case_number=""),
                name="youth_case_number_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(races=in_their_order("races")), name="youth_races_known_and_once"
            ),
            models.CheckConstraint(
                condition=Q(is_hispanic__in=Known.values), name="youth_is_hispanic_known"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="youth_not_merged_into_itself",
            ),
        )
        indexes = (
            models.Index(Upper("case_number"), name="youth_case_number_any_case"),
            # With the id, so that a search within a unit reads the index alone.
            models.Index(fields=("unit", "id"), name="youth_by_unit"),
            # A second record of a youth is looked for among those born on the same or a similar day.
            models.Index(fields=("born_on", "id"), name="youth_by_birth_date"),
            of_an_import("youth_of_import"),
        )
        triggers = KEPT_BY_YOUTH

    def __str__(self) -> str:
        return f"Youth {self.public_id}"

    def age_on(self, day: date) -> int | None:
        """The age in years on this local day; None when the date of birth is not known."""
        if self.born_on is None:
            return None
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (not had_birthday)

    @property
    def race(self) -> str:
        """The races in words; empty while none is known."""
        return race_words(self.races)

    @property
    def ethnicity(self) -> str:
        """Whether Hispanic or Latino, in words; empty while that is not known."""
        if self.is_hispanic == Known.NOT_KNOWN:
            return ""
        return f"{'' if self.is_hispanic == Known.YES else 'Not '}Hispanic or Latino"

    @property
    def names(self) -> list[str]:
        """Every name the youth is known by, in the order in which people read them."""
        return [
            name
            for name in (self.given_name, self.family_name, self.nickname, *self.aliases)
            if name
        ]


class YouthName(models.Model):
    """One word of a youth's names, with the keys under which a search finds it.

    `casework.policies.name_keys` makes the keys; `casework.operations.youth` keeps the rows.
    """

    youth = models.ForeignKey(Youth, on_delete=models.CASCADE, related_name="name_words")
    folded = models.CharField(max_length=80, help_text="Lower case, without accents")
    sound = models.CharField(max_length=80, help_text="How it sounds in English")
    letters = models.CharField(max_length=80, help_text="Its letters in alphabetical order")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("youth", "folded"), name="youth_name_once"),)
        indexes = (
            # Each with the youth, so that a search reads the index alone.
            models.Index(
                fields=("folded", "youth"),
                name="youth_name_prefix",
                opclasses=("varchar_pattern_ops", "int8_ops"),
            ),
            # With the spelling: of the very many who sound alike the nearest in spelling come first.
            models.Index(fields=("sound", "youth"), include=("folded",), name="youth_name_sounds"),
            models.Index(fields=("letters", "youth"), name="youth_name_letters"),
        )

    def __str__(self) -> str:
        return f"A name of youth {self.youth_id}"


class PlacementKind(models.TextChoices):
    """What kind of place it is."""

    FOSTER_HOME = "foster_home", "Foster home"
    KINSHIP = "kinship", "Relative's home"
    GROUP_HOME = "group_home", "Group home"
    RESIDENTIAL = "residential", "Residential treatment"
    SHELTER = "shelter", "Shelter care"
    INDEPENDENT = "independent", "Supervised independent living"


@pghistory.track()
class Placement(models.Model):
    """A time at a place. A youth is in one place at a time: periods may not overlap."""

    public_id = public_id()
    youth = models.ForeignKey(Youth, on_delete=models.PROTECT, related_name="placements")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=PlacementKind.choices)
    phone = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    imported_in = imported_in("placements")

    class Meta:
        ordering = ("-started_at", "-id")
        indexes = (of_an_import("placement_of_import"),)
        constraints = (
            models.CheckConstraint(
                condition=in_order("started_at", "ended_at"), name="placement_ends_after_start"
            ),
            # Written with two ranges because the wheel's PostgreSQL carries no btree_gist. Held at the
            # end of each statement, so that one statement may let two youth change places.
            ExclusionConstraint(
                name="placement_one_at_a_time",
                deferrable=models.Deferrable.IMMEDIATE,
                expressions=[
                    (
                        Func(F("youth_id"), F("youth_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            F("started_at"),
                            F("ended_at"),
                            Value("[)"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        )
        triggers = KEPT_BY_PLACEMENT

    def __str__(self) -> str:
        return f"Placement {self.public_id}"
