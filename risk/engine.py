"""From answers and facts to findings with their reasons. The engine suggests; people decide."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from risk.answers import Answer
from risk.errors import UnknownItem
from risk.facts import FACT_NAMES, EpisodeFacts
from risk.findings import Finding, Mark, Reason
from risk.versions import Ruleset, ruleset

_KNOWN = frozenset({Answer.YES, Answer.NO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What one ruleset concludes. Without a mark a youth is missing all the same, and urgent."""

    version: str
    digest: str
    """Of the ruleset: the same digest means the same items and rules."""
    findings: tuple[Finding, ...]
    unanswered: tuple[str, ...]
    """Items that people are asked and nobody has answered Yes or No, in their order."""
    would_change: tuple[str, ...]
    """Those of them whose Yes could raise a mark by a rule that does not hold yet: those that need
    the fewest further Yes first, then those that raise the most, then those asked tonight."""
    facts_not_known: tuple[str, ...]
    """Fields of EpisodeFacts that are None."""
    tonight_answered: int
    """How many of the items asked tonight are answered Yes or No."""
    tonight_asked: int

    @property
    def endangered(self) -> bool:
        """Whether there is an immediate danger, or trafficking is likely."""
        return self._raises(Mark.ENDANGERED) or self.likely_trafficking

    @property
    def likely_trafficking(self) -> bool:
        """Whether a rule finds trafficking likely."""
        return self._raises(Mark.LIKELY_TRAFFICKING)

    @property
    def signs_present(self) -> bool:
        """Whether there is reason to ask further and screen; so also when trafficking is likely."""
        return self._raises(Mark.SIGNS_PRESENT) or self.likely_trafficking

    @property
    def assessed(self) -> bool:
        """Whether every item asked tonight is answered Yes or No.

        Until then nobody may read a missing mark as "no danger": it reads "Not assessed". A mark
        that is raised stands either way.
        """
        return self.tonight_answered == self.tonight_asked

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is raised, most urgent first."""
        raised = (self.endangered, self.likely_trafficking, self.signs_present)
        return tuple(mark for mark, is_raised in zip(Mark, raised, strict=True) if is_raised)

    def _raises(self, mark: Mark) -> bool:
        return any(finding.raises is mark for finding in self.findings)


def assess(
    answers: Mapping[str, Answer], facts: EpisodeFacts, *, version: str | None = None
) -> Assessment:
    """What the rules of a version, by default the current one, conclude.

    Items without an answer count as not asked. The same answers and facts give the same
    assessment under the same version, in whatever order they come. Raises UnknownItem for an
    answer to something that the version does not ask, TypeError for an answer that is no Answer,
    UnknownVersion, and RiskFileError when a data file is faulty.
    """
    return conclude(ruleset(version), answers, facts)


def conclude(rules: Ruleset, answers: Mapping[str, Answer], facts: EpisodeFacts) -> Assessment:
    """What this ruleset concludes: as `assess`, for a ruleset at hand."""
    _check(answers, rules)
    from_record: dict[str, list[Reason]] = {}
    for reading in rules.readings:
        if reading.holds(facts):
            words = reading.words(getattr(facts, reading.fact))
            from_record.setdefault(reading.key, []).append(Reason(reading.key, reading.fact, words))
    said_yes = {key for key, answer in answers.items() if answer is Answer.YES}
    known = said_yes | from_record.keys()
    unanswered = tuple(
        item.key
        for item in rules.asked
        if answers.get(item.key) not in _KNOWN and item.key not in from_record
    )

    def reasons(keys: Iterable[str]) -> tuple[Reason, ...]:
        found: list[Reason] = []
        for key in keys:
            if key in said_yes:
                found.append(Reason(key, "", rules.items[key].words().statement))
            found.extend(from_record.get(key, ()))
        return tuple(found)

    findings = tuple(
        Finding(
            code=rule.code,
            sentence=rule.says,
            because=reasons(rule.when.because(known)),
            source=rule.source,
            raises=rule.raises,
            to_do=rule.to_do,
            needs_second_person=rule.needs_second_person,
        )
        for rule in rules.rules
        if rule.when.holds(known)
    )
    open_keys = set(unanswered)
    return Assessment(
        version=rules.version,
        digest=rules.digest,
        findings=findings,
        unanswered=unanswered,
        would_change=_would_change(rules, known, open_keys),
        facts_not_known=tuple(name for name in FACT_NAMES if getattr(facts, name) is None),
        tonight_answered=sum(item.key not in open_keys for item in rules.tonight),
        tonight_asked=len(rules.tonight),
    )


def _check(answers: Mapping[str, Answer], rules: Ruleset) -> None:
    for key, answer in answers.items():
        if key not in rules.items:
            retired = any(
                item.key == key for one in rules.checklists.values() for item in one.items
            )
            raise UnknownItem(
                key,
                f'Version {rules.version} does not ask "{key}": it belongs to another version. '
                "Assess under that one, or leave the answer out"
                if retired
                else f'There is no item "{key}" in any checklist',
            )
        if not isinstance(answer, Answer):
            raise TypeError(f'The answer to "{key}" must be an Answer, like Answer.YES')


def _would_change(rules: Ruleset, known: Set[str], open_keys: Set[str]) -> tuple[str, ...]:
    """The open items that could raise a mark, the most direct first. One pass over the rules."""
    best: dict[str, tuple[float, bool, int]] = {}
    for rule in rules.rules:
        if rule.raises is None or rule.when.holds(known):
            continue
        for key, steps in rule.when.paths(known, open_keys).through.items():
            # A rule that looks at little else speaks the more of this item.
            way = (steps, rule.raises is Mark.SIGNS_PRESENT, len(rule.keys))
            best[key] = min(best.get(key, way), way)
    return tuple(sorted(best, key=lambda key: (best[key], rules.place[key])))
