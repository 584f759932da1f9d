"""How far a person's board reaches: their units, or their own episodes. Asked anew each time."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from casework.access.board.filters import BoardFilter, Condition, Scope
from casework.access.scoping import unit_ids_in_scope
from casework.models import User


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The units whose rows count (None: all), and whose episodes alone, if not everyone's."""

    unit_ids: frozenset[int] | None
    worker_id: int | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether no row can be within it."""
        return self.unit_ids is not None and not self.unit_ids

    def holds(self, unit_id: int) -> bool:
        """Whether rows of this unit are within it."""
        return self.unit_ids is None or unit_id in self.unit_ids

    def conditions(self) -> list[Condition]:
        """What a row `s` of the board must meet."""
        conditions: list[Condition] = []
        if self.unit_ids is not None:
            conditions.append(("s.unit_id = ANY(%s)", [sorted(self.unit_ids)]))
        if self.worker_id is not None:
            conditions.append(("s.assigned_to_id = %s", [self.worker_id]))
        return conditions


def reach_of(user: User, scope: Scope) -> Reach:
    """What this person's board reaches; nothing for who may see no episodes."""
    in_scope = unit_ids_in_scope(user)
    if scope is Scope.UNIT and user.unit_id is not None:
        own = frozenset({user.unit_id})
        in_scope = own if in_scope is None else own & in_scope
    return Reach(unit_ids=in_scope, worker_id=user.pk if scope is Scope.MINE else None)


def local_day(user: User, only: BoardFilter, now: datetime) -> date:
    """The day on which this list tells ages: that of the person's unit, else of the agency.

    The unit is read only where a list asks for ages.
    """
    if only.age is None or user.unit is None:
        return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return now.astimezone(user.unit.zone).date()
