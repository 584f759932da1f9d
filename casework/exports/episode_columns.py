"""The columns of the export of episodes: what each holds, and the SQL that gives it.

One line of `EPISODE_COLUMNS` is a column everywhere: in the file, in its definitions and in tests.
The SQL is asked within `ROWS` of `casework.exports.episode_rows`, which says what it can name. It
gives a number or text that we wrote ourselves; what people typed goes through `typed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from casework.access.count_parts import DUTIES, NOT_RECORDED, OUTCOMES, PARTS
from casework.access.count_questions import RACE, type_sql
from casework.exports.document import Column
from casework.models import Known, NcmecType, PlacementKind, Race, Sex
from casework.models.episode import LeftFrom
from casework.policies.count_bands import LENGTH_BANDS
from casework.policies.count_definitions import definition_of
from casework.policies.time_words import Precision

UNVERIFIED = "(unverified)"
_TYPED = "(unverified against the published code list; check before it is filed)"
# What a spreadsheet would run: the letters of casework.exports.formulas, also after what is unseen.
_FORMULA = (
    r"^([\u0001-\u0020\u007f-\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    r"\u3000\ufeff\ufff9-\ufffb]*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r\n])"  # noqa: RUF001 (meant)
)


@dataclass(frozen=True, kw_only=True)
class EpisodeColumn(Column):
    """A column with the SQL expression behind it."""

    sql: str
    is_typed: bool = False
    """Whether it holds what somebody typed, which could look like a formula."""

    def csv_sql(self) -> str:
        """The expression for CSV, in which text that looks like a formula gets a ' before it."""
        if not self.is_typed:
            return self.sql
        guard = _FORMULA.replace("'", "''")
        return f"CASE WHEN {self.sql} ~ '{guard}' THEN '''' || {self.sql} ELSE {self.sql} END"


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''").replace("%", "%%") + "'"


def _words(expression: str, words: Mapping[str, str], otherwise: str = NOT_RECORDED) -> str:
    """SQL that says the words for a code."""
    cases = " ".join(f"WHEN {_literal(code)} THEN {_literal(said)}" for code, said in words.items())
    return f"CASE {expression} {cases} ELSE {_literal(otherwise)} END"


def _band(expression: str, bands: tuple[str, ...]) -> str:
    return f"(ARRAY[{', '.join(map(_literal, bands))}])[1 + {expression}]"


def _moment(expression: str) -> str:
    """ISO 8601 with the offset, in the zone of the file."""
    return f"to_char({expression}, 'YYYY-MM-DD\"T\"HH24:MI:SSTZH:TZM')"


def _yes(expression: str) -> str:
    return f"CASE WHEN {expression} THEN 'Yes' ELSE 'No' END"


def _plain(key: str, label: str, sql: str, meaning: str) -> EpisodeColumn:
    return EpisodeColumn(key=key, label=label, sql=sql, meaning=meaning)


def _one_or_zero(key: str, sql: str) -> EpisodeColumn:
    of = definition_of(key)
    return EpisodeColumn(
        key=key,
        label=of.label,
        sql=f"({sql})::int",
        is_number=True,
        meaning=f"1 where the episode counts in it, otherwise 0: the sum is the figure. {of.words}",
    )


def _time(key: str, label: str, sql: str, meaning: str) -> EpisodeColumn:
    said = "ISO 8601 with the offset, in the zone that About names; empty where it is not known"
    return _plain(key, label, _moment(sql), f"{meaning}. {said}.")


def _precision(key: str, label: str, sql: str) -> EpisodeColumn:
    said = ", ".join(precision.value for precision in Precision)
    return _plain(key, label, sql, f"How exactly that moment is known: {said}.")


def _duty(name: str) -> list[EpisodeColumn]:
    of = definition_of(name)
    short = of.label.removesuffix(" on time")
    return [
        _plain(
            f"{name}_outcome",
            short,
            _words(f"duties.{name}_outcome", OUTCOMES, "Does not count"),
            of.words,
        ),
        _time(f"{name}_due_at", f"{short}: due", f"duties.{name}_due_at", "When it was due"),
        _time(f"{name}_done_at", f"{short}: done", f"duties.{name}_done_at", "When it was done"),
    ]


def _afcars_race(race: Race) -> EpisodeColumn:
    """Whether this one is among the races: never No where none is known."""
    return _plain(
        f"afcars_race_{race.value}",
        f"AFCARS: race, {race.label} {UNVERIFIED}",
        f"CASE WHEN '{race.value}' = ANY(youth.races) THEN 'Yes' "
        f"WHEN cardinality(youth.races) > 0 THEN 'No' ELSE {_literal(NOT_RECORDED)} END",
        f"45 CFR 1355.44; several can be Yes {_TYPED}.",
    )


_IS_ADULT = "age.years >= 18"
_NCMEC_TYPE = {
    NcmecType.ENDANGERED.value: "Endangered runaway",
    NcmecType.FAMILY_ABDUCTION.value: "Family abduction",
    NcmecType.NONFAMILY_ABDUCTION.value: "Nonfamily abduction",
    NcmecType.LOST_OR_INJURED.value: "Lost, injured or otherwise missing",
    NcmecType.YOUNG_ADULT.value: "Critically missing young adult",
}
_GONE = "Runaway or whereabouts unknown"
_AFCARS_PLACEMENT = {
    PlacementKind.KINSHIP.value: "Foster family home, relative",
    PlacementKind.FOSTER_HOME.value: "Foster family home, not recorded which",
    PlacementKind.GROUP_HOME.value: "Group home, not recorded whether family- or staff-operated",
    PlacementKind.RESIDENTIAL.value: "Residential treatment center",
    PlacementKind.SHELTER.value: "Shelter care, not recorded of which kind",
    PlacementKind.INDEPENDENT.value: "Supervised independent living",
}

EPISODE_COLUMNS: tuple[EpisodeColumn, ...] = (
    _plain("reference", "Reference", "episode.reference", "Our reference of the episode."),
    EpisodeColumn(
        key="unit",
        label="Unit",
        sql="unit_row.name",
        is_typed=True,
        meaning="The unit that holds the episode now.",
    ),
    _one_or_zero("at_start", "NOT counted.starts_in"),
    _one_or_zero("started", "counted.starts_in"),
    _one_or_zero("ended", "counted.ends_in"),
    _one_or_zero("at_end", "NOT counted.ends_in"),
    EpisodeColumn(
        key="two_days",
        label="2 days or more",
        sql="counted.is_long::int",
        is_number=True,
        meaning=f"1 or 0. {definition_of('two_days').words}",
    ),
    _time("last_seen_at", "Last seen", "episode.last_seen_at", "When the youth was last seen"),
    _precision("last_seen_precision", "Last seen, how exactly", "episode.last_seen_precision"),
    _time("told_at", "Told", "counted.told_at", "When the agency was told"),
    _precision("told_precision", "Told, how exactly", "episode.told_precision"),
    _time("recorded_at", "Recorded", "episode.recorded_at", "When the episode was written down"),
    _time("started_at", "Started", "counted.started_at", "When it starts for the counts"),
    _time("located_at", "Located", "episode.located_at", "When the youth was located"),
    _time("returned_at", "Returned", "counted.returned_at", "When the youth was back"),
    _time("ended_at", "Ended", "counted.ended_at", "When the episode ended"),
    _plain(
        "end_reason",
        "Why it ended",
        f"CASE WHEN counted.ended_at IS NULL THEN 'Still missing from care' ELSE "
        f"{_words('counted.end_reason', PARTS['end_reason'])} END",
        "The reason that was recorded.",
    ),
    EpisodeColumn(
        key="hours_missing",
        label="Hours missing",
        sql="round((extract(epoch FROM counted.lasted) / 3600)::numeric, 1)",
        is_number=True,
        meaning=f"{definition_of('longest').includes.split('; ', 1)[1].capitalize()}; so far, "
        "where it has not ended.",
    ),
    _plain(
        "length",
        "Length of time missing",
        _band(
            "width_bucket(extract(epoch FROM counted.lasted)::float8, %(length_cuts)s::float8[])",
            LENGTH_BANDS,
        ),
        definition_of("length").words,
    ),
    EpisodeColumn(
        key="age",
        label="Age when told",
        sql="age.years",
        is_number=True,
        meaning="Whole years on the day on which the agency was told; empty where not recorded.",
    ),
    _plain("sex", "Sex", _words("youth.sex", PARTS["sex"]), definition_of("sex").words),
    _plain("race", "Race and ethnicity", _words(RACE, PARTS["race"]), definition_of("race").words),
    _plain(
        "type",
        "Type of case",
        _words(type_sql(_IS_ADULT), PARTS["type"]),
        definition_of("type").words,
    ),
    _plain(
        "placement",
        "Placement when told",
        _words("COALESCE(placement.kind, 'none')", PARTS["placement"]),
        definition_of("placement").words,
    ),
    _plain(
        "left_from",
        "Left from",
        _words("episode.left_from", {one.value: str(one.label) for one in LeftFrom}),
        "Where the youth was last, as the person who told us knew it.",
    ),
    _plain(
        "flag_likely_trafficking",
        "Flag: likely trafficking",
        _yes("flag.trafficking"),
        definition_of("flag").words,
    ),
    _plain("flag_signs_present", "Flag: signs present", _yes("flag.signs"), "As above."),
    _plain("flag_endangered", "Flag: endangered", _yes("flag.endangered"), "As above."),
    _plain(
        "assessed",
        "Assessed",
        "CASE WHEN flag.episode_id IS NOT NULL OR assessment.is_assessed THEN 'Yes' "
        "ELSE 'Not assessed' END",
        "Not assessed: no flag, and not every question for the first night is answered Yes or No. "
        "It is never No.",
    ),
    *(column for duty in DUTIES for column in _duty(duty)),
    _plain(
        "ncmec_case_type",
        f"NCMEC case type {UNVERIFIED}",
        _words("counted.ncmec_type", _NCMEC_TYPE),
        "What NCMEC listed it as, in NCMEC's words, where somebody recorded that with the report "
        f"to NCMEC {_TYPED}.",
    ),
    _plain(
        "afcars_sex",
        "AFCARS: sex",
        _words("youth.sex", {Sex.FEMALE.value: "Female", Sex.MALE.value: "Male"}),
        f"45 CFR 1355.44 {_TYPED}.",
    ),
    *(_afcars_race(race) for race in Race),
    _plain(
        "afcars_race_unknown",
        f"AFCARS: race unknown {UNVERIFIED}",
        _yes("cardinality(youth.races) = 0"),
        "45 CFR 1355.44: Yes where no race is on file. Whether anybody was asked and did not know, "
        f"or did not want to say, is not recorded {_TYPED}.",
    ),
    _plain(
        "afcars_hispanic",
        f"AFCARS: Hispanic or Latino {UNVERIFIED}",
        _words("youth.is_hispanic", {Known.YES.value: "Yes", Known.NO.value: "No"}),
        f"45 CFR 1355.44, of whatever race {_TYPED}.",
    ),
    _plain(
        "afcars_living_arrangement_before",
        f"AFCARS: living arrangement before {UNVERIFIED}",
        _words("COALESCE(placement.kind, 'none')", _AFCARS_PLACEMENT),
        f"45 CFR 1355.44, by the kind of placement on file when told {_TYPED}.",
    ),
    _plain(
        "afcars_living_arrangement_date",
        f"AFCARS: date of living arrangement {UNVERIFIED}",
        "to_char(counted.started_at AT TIME ZONE counted.zone, 'YYYY-MM-DD')",
        "45 CFR 1355.44: a time away starts a new living arrangement. The day on the unit's "
        f"calendar on which the episode starts for the counts {_TYPED}.",
    ),
    _plain(
        "afcars_location",
        f"AFCARS: location of living arrangement {UNVERIFIED}",
        _literal(_GONE),
        f"45 CFR 1355.44, of the time away; which of the two it was is not recorded {_TYPED}.",
    ),
    _plain(
        "afcars_trafficking_in_care",
        f"AFCARS: victim of sex trafficking while in foster care {UNVERIFIED}",
        _literal(NOT_RECORDED),
        "45 CFR 1355.44. A flag here is a reason to act, not a finding, so it says nothing of "
        f"this {_TYPED}.",
    ),
)
