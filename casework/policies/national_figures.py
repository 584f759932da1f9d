"""Figures that were published for the country, each with its year and source. Pure data.

They count other things than we do: each says what, so that nobody compares blindly.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NationalFigure:
    """One published figure beside one of ours."""

    beside: str
    """The key of our figure, as `count_definitions` names it."""
    what: str
    says: str
    of: str
    """What it counts, and where that differs from ours."""
    year: str
    source: str
    is_second_hand: bool = False
    """Read in another text about it, not in the source."""


NATIONAL_FIGURES = (
    NationalFigure(
        beside="ncmec",
        what="Reported to NCMEC in time",
        says="31 percent: 47 percent were never reported, 22 percent late",
        of="estimated from 100 of 74,353 episodes of 2 calendar days or more, July 2018 to "
        "December 2020",
        year="2023",
        source="HHS-OIG A-07-21-06102",
    ),
    NationalFigure(
        beside="police",
        what="Entered by police in time",
        says="86 of 100",
        of="a sample of the same episodes; the entry in NCIC, which follows the report to police",
        year="2023",
        source="HHS-OIG, companion report on NCIC entries",
    ),
    NationalFigure(
        beside="screening",
        what="Screened for trafficking after the return",
        says="35 percent; no evidence of a screening for 72 percent of males, 59 percent of females",
        of="413 children who returned, in five states; whether it was done at all, not when",
        year="2022",
        source="HHS-OIG OEI-07-19-00371",
    ),
    NationalFigure(
        beside="mean",
        what="Mean time missing",
        says="34 days",
        of="45 agencies, July 2018 to December 2020; in nine states more than 50 days",
        year="2022",
        source="HHS-OIG A-07-20-06095",
        is_second_hand=True,
    ),
    NationalFigure(
        beside="flag",
        what="Likely victims of trafficking",
        says="18 percent of those who left child welfare",
        of="cases reported to NCMEC; its own estimate, which is not proof",
        year="2024",
        source="NCMEC",
        is_second_hand=True,
    ),
)
