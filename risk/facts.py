"""What the record tells about a youth and an episode, without asking anybody."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True, slots=True)
class EpisodeFacts:
    """Facts at one moment. None means "not known", which never counts as No or as zero.

    Raises ValueError for a number below zero and for a value of another type.
    """

    age: int | None = None
    """In whole years."""
    hours_missing: float | None = None
    """Since the youth was last seen, or since the agency was told where that is not known."""
    episodes_30d: int | None = None
    """Missing episodes that began in the past 30 days, this one included."""
    episodes_90d: int | None = None
    episodes_365d: int | None = None
    from_care: bool | None = None
    """Missing from foster care or a facility."""
    placements_12m: int | None = None
    """Placements in the past 12 months, the present one included."""
    confirmed_exploitation_before: bool | None = None
    """An earlier episode or screening confirmed that the youth was exploited."""
    identified_victim: bool | None = None
    """The agency or police have identified the youth as a victim of trafficking."""

    def __post_init__(self) -> None:
        for name in FACT_NAMES:
            value = getattr(self, name)
            if value is None:
                continue
            if name in _YES_OR_NO:
                if not isinstance(value, bool):
                    raise ValueError(f'"{name}" must be True, False or None')
            elif isinstance(value, bool) or not isinstance(
                value, (int, float) if name == "hours_missing" else int
            ):
                raise ValueError(f'"{name}" must be a number or None')
            elif not value >= 0:  # also refuses a float that is not a number
                raise ValueError(f'"{name}" must not be below zero')


FACT_NAMES = tuple(field.name for field in fields(EpisodeFacts))
_YES_OR_NO = ("from_care", "confirmed_exploitation_before", "identified_victim")
