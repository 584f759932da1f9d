"""How the demo knows its own episodes again: by a key made of their own facts.

A form's submission key is random. The demo's is worked out from the youth and the moment, so that
an episode that a visitor has logged is never mistaken for one of the demo's.
"""

from datetime import UTC, datetime
from uuid import NAMESPACE_DNS, UUID, uuid5

from casework.models import Episode

NAMESPACE = uuid5(NAMESPACE_DNS, "demo.porchlight.test")
CASE_NUMBERS = "DEMO-"  # what every made-up youth's case number starts with


def key_of(*facts: object) -> UUID:
    """The key of something the demo adds, from what makes it unique."""
    return uuid5(NAMESPACE, " ".join(map(str, facts)))


def episode_key(case_number: str | None, told_at: datetime) -> UUID:
    """The submission key of the demo's episode of this youth at this moment."""
    return key_of(case_number, told_at.astimezone(UTC).isoformat())


def is_ours(episode: Episode) -> bool:
    """Whether the demo made this episode; false for everything that a visitor logged."""
    return episode.submission_key == episode_key(episode.youth.case_number, episode.told_at)
