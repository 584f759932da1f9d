"""The words that earlier records use for a choice, and what Porchlight calls it. Pure.

The values are those of the records' own choices; a test holds the two together.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from casework.policies.import_columns import simplified
from casework.policies.import_dates import CellProblem

SEX = {
    "female": ("f", "girl", "woman"),
    "male": ("m", "boy", "man"),
    "not_known": ("unknown", "u", "not_recorded"),
}
# The words of AFCARS and of the Census, and what people write for them.
RACES = {
    "american_indian": (
        *("american_indian_or_alaska_native", "american_indian_alaska_native", "native_american"),
        *("alaska_native", "ai_an", "aian", "indigenous"),
    ),
    "asian": ("asian_american",),
    "black": ("black_or_african_american", "black_african_american", "african_american"),
    "pacific_islander": (
        *("native_hawaiian_or_other_pacific_islander", "native_hawaiian_other_pacific_islander"),
        *("native_hawaiian_or_pacific_islander", "native_hawaiian_pacific_islander"),
        *("native_hawaiian", "hawaiian", "other_pacific_islander", "nh_pi", "nhpi", "nhopi"),
    ),
    "white": ("caucasian", "white_caucasian"),
}
# One category until 1997, two since: which of them it was, nobody can tell from the word.
_ASIAN_OR_PACIFIC = (
    *("asian_pacific_islander", "asian_or_pacific_islander", "asian_and_pacific_islander"),
    *("asian_american_pacific_islander", "asian_american_and_pacific_islander", "api", "aapi"),
)
# All of them are not known; why is not kept.
NO_RACE = ("unknown", "not_known", "not_recorded", "declined", "abandoned", "unable_to_determine")
IS_HISPANIC = {
    "yes": (
        *("y", "true", "1", "x", "hispanic", "latino", "latina", "hispanic_or_latino"),
        *("hispanic_latino",),
    ),
    "no": (
        *("n", "false", "0", "not_hispanic", "non_hispanic", "not_hispanic_or_latino"),
        *("non_hispanic_or_latino", "not_hispanic_latino", "non_hispanic_latino"),
    ),
    "not_known": ("unknown", "u", "not_recorded", "declined", "abandoned", "unable_to_determine"),
}
NCMEC_TYPE = {
    "endangered": ("endangered_runaway", "endangered_left_on_their_own"),
    "family_abduction": ("family_abducted",),
    "nonfamily_abduction": ("non_family_abduction", "stranger_abduction"),
    "lost_or_injured": (
        *("lost_injured_or_otherwise_missing", "lost_injured_otherwise_missing", "lim"),
        *("lost_injured_missing", "otherwise_missing"),
    ),
    "critical_young_adult": (
        *("critically_missing_young_adult", "critically_missing_young_adult_18_to_20"),
        *("critical_missing_young_adult", "cmya"),
    ),
    "not_recorded": ("unknown", "not_known"),
}
# The official words of AFCARS (45 CFR 1355.44) among them.
PLACEMENT_KIND = {
    "foster_home": (
        *("foster", "foster_family", "foster_family_home", "foster_family_home_non_relative"),
        *("foster_family_home_nonrelative", "therapeutic_foster_family_home", "licensed_home"),
    ),
    "kinship": (
        *("relative", "relative_s_home", "relatives_home", "relative_home", "kin", "kinship_care"),
        *("foster_family_home_relative", "relative_foster_family_home"),
    ),
    "group_home": ("group", "group_home_family_operated", "group_home_staff_operated"),
    "residential": (
        *("residential_treatment", "rtc", "residential_treatment_center", "institution"),
        *("child_care_institution", "qualified_residential_treatment_program", "qrtp"),
    ),
    "shelter": ("shelter_care", "emergency_shelter", "group_home_shelter_care"),
    "independent": (
        *("supervised_independent_living", "independent_living", "sil"),
        *("child_care_institution_supervised_independent_living",),
    ),
}
END_REASON = {
    "returned": ("return", "returned_to_placement", "returned_to_care", "self_returned", "back"),
    "found_elsewhere": ("found", "located_elsewhere", "recovered_elsewhere"),
    "aged_out": ("aged_out_of_care", "emancipated", "emancipation", "turned_18"),
    "court_ended": (
        *("court_ended_jurisdiction", "jurisdiction_ended", "custody_ended", "case_closed"),
        *("dismissed", "discharged", "exited_care"),
    ),
    "deceased": ("died", "death"),
}
RETURNED_TO = {
    "placement": ("back_at_placement", "same_placement", "the_placement"),
    "other_safe_place": (
        *("back_at_a_different_safe_place", "different_placement", "other", "other_placement"),
        *("new_placement", "a_different_safe_place"),
    ),
    "not_recorded": ("unknown", "back_not_recorded_where"),
}
SAID = {"yes": ("y", "true", "1", "x", "done"), "no": ("n", "false", "0", "not_done")}
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sex": SEX,
    "races": RACES,
    "is_hispanic": IS_HISPANIC,
    "ncmec_type": NCMEC_TYPE,
    "placement_kind": PLACEMENT_KIND,
    "end_reason": END_REASON,
    "returned_to": RETURNED_TO,
    **dict.fromkeys(("police_said", "ncmec_said", "screening_said", "conversation_said"), SAID),
}
_VALUE = {
    key: {word: value for value, words in choices.items() for word in (value, *words)}
    for key, choices in WORDS.items()
}
_ASKED = {
    "sex": "Write Female or Male, or leave it empty",
    "races": (
        "Write American Indian or Alaska Native, Asian, Black or African American, Native Hawaiian "
        "or Other Pacific Islander or White, several with ; between, or leave it empty"
    ),
    "is_hispanic": "Write Yes, No or Unknown, or leave it empty",
    "ncmec_type": (
        "Write the type as NCMEC names it, for example Family abduction, or leave it empty"
    ),
    "placement_kind": (
        "Write Foster home, Relative's home, Group home, Residential treatment, Shelter care or "
        "Supervised independent living, or leave it empty"
    ),
    "end_reason": (
        "Write Returned, Found elsewhere, Aged out, Court ended jurisdiction or Deceased"
    ),
    "returned_to": "Write Back at placement or A different safe place, or leave it empty",
}
_WHICH_OF_TWO = (
    "Asian or Pacific Islander was one category and is two now. Write Asian, or Native Hawaiian or "
    "Other Pacific Islander, or both with ; between; where it is not known which, leave it empty"
)


def read_races(text: str) -> list[str]:
    """The races that these words name, each once, in our order; none where they say "unknown".

    A stroke may stand within a name ("AI/AN") as well as between two. Raises `CellProblem`, also
    for Asian and Pacific Islander with a stroke between, which may be the one category of old.
    """
    found: set[str] = set()
    for part in re.split("[;,]", text):
        races = set(_races_of(part.split("/")))
        if {"asian", "pacific_islander"} <= races:
            raise CellProblem(_WHICH_OF_TWO)
        found |= races
    return [race for race in RACES if race in found]


def _races_of(words: Sequence[str]) -> Iterator[str]:
    words = [word for word in words if simplified(word)]
    while words:
        for end in range(len(words), 0, -1):
            name = simplified(" ".join(words[:end]))
            if name in _VALUE["races"] or name in NO_RACE:
                break
        else:
            if simplified(words[0]) in _ASIAN_OR_PACIFIC:
                raise CellProblem(_WHICH_OF_TWO)
            if simplified(words[0]) in _VALUE["is_hispanic"]:
                raise CellProblem("Hispanic or Latino is no race here, but a column of its own")
            raise CellProblem(_ASKED["races"])
        if name not in NO_RACE:
            yield _VALUE["races"][name]
        words = words[end:]


def read_choice(key: str, text: str) -> str:
    """The value that these words mean in this column. Raises `CellProblem`."""
    simple = simplified(text)
    value = _VALUE[key].get(simple)
    if value is None:
        if key == "end_reason" and simple == "opened_in_error":
            raise CellProblem("What was opened in error did not happen: leave this row out")
        raise CellProblem(_ASKED.get(key, "Write Yes or No, or leave it empty"))
    return value
