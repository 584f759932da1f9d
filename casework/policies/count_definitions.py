"""What each figure of the counts means: said once, on the page and in every file. Pure.

Published figures on youth missing from care cannot be compared because their definitions differ
or are not printed. Whoever changes what is counted changes the words here, and VERSION with them:
a locked month keeps the version that it was counted by.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

VERSION = "2026.3"
UNKNOWN = ""  # the version of what was shared before versions were kept with it
# The figures that a version counts otherwise than the one before it. 2026.2 put words right.
# 2026.3: race, ethnicity and NCMEC's types are recorded; until then all were not recorded, but for
# those of 18 and over.
CHANGED_IN = {"2026.3": ("type", "race")}

EPISODES, YOUTH, DUTIES = "episodes", "youth", "duties"
_TOLD = (
    "when the agency was told that the youth is missing, on the calendar of the unit that holds "
    "the episode; where it was told after the youth was back, when the youth was back"
)
_ENDED = (
    "when the episode ended (the youth was back, or it was closed), on the calendar of the unit "
    "that holds it"
)
_NO_ERRORS = "episodes that were opened in error"
_SINCE = (
    "elapsed time from when the youth was last seen, or from when the agency was told where that "
    "is not known to the hour, until the end of the episode"
)
_OURS = "Porchlight"
_OIG_NCMEC = "HHS-OIG A-07-21-06102 (2023) counts the same duty"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One figure in words that can stand beside it anywhere."""

    key: str
    """The figure, or what stands before the dot in the keys of a group of them."""
    label: str
    unit_counted: str
    """Of what there is one: episodes, youth or duties."""
    clock: str
    """Which moment decides whether it falls into the period."""
    includes: str
    leaves_out: str
    source: str
    """Whose definition it follows."""

    @property
    def words(self) -> str:
        """All of it in a paragraph."""
        return (
            f"Counts {self.unit_counted}: {self.includes}. Clock: {self.clock}. "
            f"Left out: {self.leaves_out}. Follows: {self.source}."
        )


def _started(key: str, label: str, includes: str, source: str = _OURS) -> Definition:
    return Definition(
        key=key,
        label=label,
        unit_counted=EPISODES,
        clock=_TOLD,
        includes=f"episodes that started in the period, {includes}",
        leaves_out=_NO_ERRORS,
        source=source,
    )


def _on_time(key: str, label: str, includes: str, clock: str, source: str) -> Definition:
    return Definition(
        key=key,
        label=label,
        unit_counted=DUTIES,
        clock=f"{clock}; on time is by when it happened, never by when it was written down",
        includes=(
            f"{includes}, once its time was up or it was done. Not provable: done on the day on "
            "which it was due, at a time that nobody wrote down, or not said in earlier records "
            "that were brought along; it does not count as on time"
        ),
        leaves_out=(
            f"{_NO_ERRORS}; duties that were not needed, that have no set time, whose time is "
            "not up, or whose clock stopped: the episode ended before they were due and before they "
            "were done, whatever was done later"
        ),
        source=source,
    )


DEFINITIONS = (
    Definition(
        key="at_start",
        label="Missing at start",
        unit_counted=EPISODES,
        clock="the first moment of the period in the zone of each unit",
        includes="episodes that had started before it and had not ended",
        leaves_out=_NO_ERRORS,
        source="the month-end count of Florida DCF and Kansas DCF, one day later",
    ),
    Definition(
        key="started",
        label="Episodes started",
        unit_counted=EPISODES,
        clock=_TOLD,
        includes="episodes that started in the period; one youth can have several",
        leaves_out=_NO_ERRORS,
        source="events, as Texas DFPS counts them (Family Code 264.017)",
    ),
    Definition(
        key="ended",
        label="Episodes ended",
        unit_counted=EPISODES,
        clock=_ENDED,
        includes="episodes that ended in the period, for whatever reason",
        leaves_out=_NO_ERRORS,
        source=_OURS,
    ),
    Definition(
        key="at_end",
        label="Missing at end",
        unit_counted=EPISODES,
        clock="the last moment of the period in the zone of each unit; now, while it is not over",
        includes=(
            "episodes that had started and had not ended: always missing at start + started "
            "- ended. A youth who is located but not back yet is counted"
        ),
        leaves_out=_NO_ERRORS,
        source="the month-end count of Florida DCF and Kansas DCF",
    ),
    Definition(
        key="youth",
        label="Different youth missing",
        unit_counted=YOUTH,
        clock="any moment of the period",
        includes=(
            "youth with an episode that was open at any time in the period, each once; two "
            "records of one youth that were merged are one youth. Figures of units do not add up "
            "to that of the agency where a youth was missing from two units"
        ),
        leaves_out=_NO_ERRORS,
        source="unique children, as Texas DFPS counts them (Family Code 264.017)",
    ),
    Definition(
        key="youth_2",
        label="Youth missing 2 times or more",
        unit_counted=YOUTH,
        clock="any moment of the period",
        includes="of these youth, those with 2 or more episodes open at some time in the period",
        leaves_out=_NO_ERRORS,
        source=_OURS,
    ),
    Definition(
        key="youth_3",
        label="Youth missing 3 times or more",
        unit_counted=YOUTH,
        clock="any moment of the period",
        includes="of these youth, those with 3 or more episodes open at some time in the period",
        leaves_out=_NO_ERRORS,
        source=_OURS,
    ),
    Definition(
        key="median",
        label="Median time missing",
        unit_counted=EPISODES,
        clock=_ENDED,
        includes=f"episodes that ended in the period; {_SINCE}. Half of them were shorter",
        leaves_out=f"{_NO_ERRORS}, and those still missing",
        source=_OURS,
    ),
    Definition(
        key="mean",
        label="Mean time missing",
        unit_counted=EPISODES,
        clock=_ENDED,
        includes=f"episodes that ended in the period; {_SINCE}. A few long ones move it",
        leaves_out=f"{_NO_ERRORS}, and those still missing",
        source="HHS-OIG A-07-20-06095 (2022) prints a mean",
    ),
    Definition(
        key="longest",
        label="Longest time missing",
        unit_counted=EPISODES,
        clock=_ENDED,
        includes=f"episodes that ended in the period; {_SINCE}",
        leaves_out=f"{_NO_ERRORS}, and those still missing",
        source=_OURS,
    ),
    _started(
        "type",
        "Type of case",
        "by the type that NCMEC listed it as, as somebody wrote it down, in our words. Where the "
        "type is not recorded, those of 18 and over when the agency was told are a part of their "
        "own. Not recorded is never No",
        "NCMEC's case types, of which the first is the one for youth who left by themselves",
    ),
    _started("age", "Age", "by whole years on the day on which the agency was told"),
    _started(
        "sex", "Sex", "by what the youth's record says, in the words of federal reports", "AFCARS"
    ),
    _started(
        "race",
        "Race and ethnicity",
        "by what the youth's record says now, each in one part: Hispanic or Latino, whatever the "
        "race; of the others, also where nobody knows whether Hispanic or Latino, one race alone "
        "or two and more. Not recorded: no race, and not known to be Hispanic or Latino",
        "the categories of AFCARS (45 CFR 1355.44) and OMB's standards of 1997, with "
        "Hispanic or Latino first, so that parts add up",
    ),
    _started(
        "placement",
        "Placement when told",
        "by the kind of placement on file when the agency was told",
    ),
    _started(
        "flag",
        "Flags",
        "by the flags that stand on them now. An episode can have several, so these do not add "
        "up. Not assessed: no flag, and not every question for the first night is answered Yes "
        "or No, which is never No",
    ),
    Definition(
        key="length",
        label="Length of time missing",
        unit_counted=EPISODES,
        clock=_ENDED,
        includes=(
            f"episodes that ended in the period, by length; {_SINCE}. Days are 24 hours: "
            "1 to 2 days is 24 hours up to just under 72"
        ),
        leaves_out=f"{_NO_ERRORS}, and those still missing",
        source="the bands of published research, in elapsed time instead of days of a calendar",
    ),
    Definition(
        key="end_reason",
        label="Why episodes ended",
        unit_counted=EPISODES,
        clock=_ENDED,
        includes="episodes that ended in the period, by the reason that was recorded",
        leaves_out=_NO_ERRORS,
        source=_OURS,
    ),
    _on_time(
        "police",
        "Police told on time",
        "the first report to police of each episode that started in the period",
        _TOLD,
        "the due time of the protocol that the episode goes by; at the latest 24 hours "
        "(42 U.S.C. 671(a)(35)(B))",
    ),
    _on_time(
        "ncmec",
        "NCMEC told on time",
        "the first report to NCMEC of each episode that started in the period",
        _TOLD,
        "the due time of the protocol that the episode goes by; at the latest 24 hours "
        f"(42 U.S.C. 671(a)(35)(B)). {_OIG_NCMEC}",
    ),
    _on_time(
        "screening",
        "Screening done on time",
        "the screening for trafficking of each youth who was back in the period",
        "when the youth was back",
        "the due time of the protocol that the episode goes by (42 U.S.C. 671(a)(35)(A)(iii))",
    ),
    _on_time(
        "conversation",
        "Conversation offered on time",
        "the conversation about the time away, offered to each youth who was back in the period, "
        "where the protocol asks for it",
        "when the youth was back",
        "the due time of the protocol that the episode goes by",
    ),
    Definition(
        key="two_days",
        label="2 days or more",
        unit_counted="the same",
        clock="the same",
        includes=(
            "only episodes that lasted 48 hours or more, or have so far. The rest is the same as "
            "in the column beside it"
        ),
        leaves_out="shorter episodes",
        source=(
            "HHS-OIG A-07-21-06102 (2023), which left out episodes under 2 days; it counts days of "
            "the calendar, we count hours"
        ),
    ),
    Definition(
        key="in_care",
        label="Children in care",
        unit_counted="children",
        clock="the last day of the month, as the person who locks the month entered it",
        includes="all children in foster care of the agency or the unit",
        leaves_out="nothing; it is empty where nobody entered it",
        source="the agency's own count",
    ),
)

_BY_KEY = {definition.key: definition for definition in DEFINITIONS}


def as_counted_by(
    version: str, *, locked: Mapping[str, int], now: Mapping[str, int]
) -> dict[str, int]:
    """The figures of now to hold against locked ones that were counted by an earlier version.

    What is counted otherwise since then is as it was locked: no difference in it is a revision.
    """
    changed = changed_since([version])
    return {key: number for key, number in now.items() if figure_of(key) not in changed} | {
        key: number for key, number in locked.items() if figure_of(key) in changed
    }


def changed_since(versions: Iterable[str]) -> frozenset[str]:
    """The figures that any of these versions counted otherwise than it is done now, or not at all.

    An `UNKNOWN` version is taken for one from before every change.
    """
    oldest = min(map(_in_order, versions))
    return frozenset(
        figure
        for later, figures in CHANGED_IN.items()
        if _in_order(later) > oldest
        for figure in figures
    )


def versions_words(versions: Iterable[str]) -> str:
    """ "2026.3", or "an earlier version, 2026.2, 2026.3" where figures of several are added up."""
    in_order = sorted(set(versions), key=_in_order)
    return ", ".join("an earlier version" if one == UNKNOWN else one for one in in_order)


def figure_of(key: str) -> str:
    """The figure that a key belongs to: "police" of "police.female.late"."""
    return key.split(".", 1)[0]


def _in_order(version: str) -> list[int]:
    return [int(part) for part in version.split(".")] if version != UNKNOWN else []


def definition_of(key: str) -> Definition:
    """The definition of a figure's key: "started", "age.2", "police.female.late"."""
    return _BY_KEY[figure_of(key)]
