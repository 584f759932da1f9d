"""One youth of the demo is on file twice, so that there is something to compare and to merge."""

from collections.abc import Sequence
from datetime import datetime

from casework.management.agency.people import OFFICES
from casework.models import Youth
from casework.operations.duplicates import look_for_duplicates
from casework.operations.youth import keep_names_findable


def put_one_on_file_twice(youth: Sequence[Youth], *, now: datetime) -> None:
    """Let a youth of the first office, who was never missing, be a second record of another one.

    The name is written with two letters swapped; the rest of the record stays as it is.
    """
    office = [one for one in youth if one.unit.name == OFFICES[0].name and one.given_name]
    never_missing = [one for one in office if not one.episodes.exists()]
    if len(never_missing) < 2:  # a record, and its second
        return
    first, second = never_missing[:2]
    second.given_name = _slip(first.given_name)
    second.family_name, second.born_on, second.sex = first.family_name, first.born_on, first.sex
    second.nickname, second.aliases = first.nickname, []
    second.save(
        update_fields=["given_name", "family_name", "born_on", "sex", "nickname", "aliases"]
    )
    keep_names_findable(second)
    look_for_duplicates(second, now=now)


def _slip(name: str) -> str:
    """The second and third letter swapped: "Jordan" as "Jrodan"."""
    return name[:1] + name[1:3][::-1] + name[3:]
