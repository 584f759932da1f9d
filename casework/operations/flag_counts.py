"""How each rule's flags fared, in numbers: nothing in them leads to a youth or an episode."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q

from casework.models import Flag, FlagStep, FlagStepKind, SetAsideReason

RECENT = timedelta(days=90)


@dataclass(kw_only=True)
class RuleCounts:
    """What became of one rule's flags: since a moment, and ever."""

    recent: Counter[FlagStepKind] = field(default_factory=Counter)
    ever: Counter[FlagStepKind] = field(default_factory=Counter)
    reasons: Counter[SetAsideReason] = field(default_factory=Counter)
    """Why flags were set aside since then."""
    undecided: int = 0
    """Of open episodes: raised, and neither confirmed nor set aside."""

    @property
    def raised_recently(self) -> int:
        """How often a flag came since then, for the first time or again."""
        return self.recent[FlagStepKind.RAISED] + self.recent[FlagStepKind.BACK]


def counts_of_rules(*, since: datetime) -> Mapping[str, RuleCounts]:
    """The counts by the code of the rule, for rules that ever raised a flag; two queries."""
    counts: dict[str, RuleCounts] = defaultdict(RuleCounts)
    steps = (
        FlagStep.objects.order_by()
        .values_list("flag__code", "kind", "reason")
        .annotate(ever=Count("pk"), recent=Count("pk", filter=Q(at__gte=since)))
    )
    for code, kind, reason, ever, recent in steps:
        step = FlagStepKind(kind)
        counts[code].ever[step] += ever
        counts[code].recent[step] += recent
        if step is FlagStepKind.SET_ASIDE and recent:
            counts[code].reasons[SetAsideReason(reason)] += recent
    undecided = (
        Flag.objects.filter(
            episode__ended_at__isnull=True, confirmed_at__isnull=True, set_aside_at__isnull=True
        )
        .order_by()
        .values_list("code")
        .annotate(flags=Count("pk"))
    )
    for code, flags in undecided:
        counts[code].undecided = flags
    return counts


def changes_at(at: datetime) -> Mapping[tuple[str, FlagStepKind], int]:
    """What the rules did to flags at this very moment: how often, by the code and the step."""
    steps = (
        FlagStep.objects.filter(at=at, by__isnull=True)
        .order_by("flag__code", "kind")
        .values_list("flag__code", "kind")
        .annotate(flags=Count("pk"))
    )
    return {(code, FlagStepKind(kind)): flags for code, kind, flags in steps}
