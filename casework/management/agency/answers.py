"""What was asked in the past: answers to the questions about what pushes and what pulls.

No figure was found for how often each holds, so all shares here are ours. What is asked differs from
worker to worker, and much is not known: as in real files.
"""

from collections.abc import Iterable
from datetime import timedelta
from random import Random

from casework.management.agency.figures import draw
from casework.management.agency.keys import key_of
from casework.models import ChecklistAnswer, Episode, Informant, PlacementKind, Said
from risk import ruleset

SEED = 6  # of its own: the rest of the agency stays as it was without the answers
CHECKLIST_USED, MOST_ASKED = 0.75, 0.7
CORRECTED = 0.04  # how often an answer was changed later
KNOWN = {True: 78, False: 22}
# How often a factor holds; those that are not named: one in six.
HOLDS = {
    "push.family_conflict": 0.5,
    "push.unsafe_here": 0.38,
    "push.placement_disruption": 0.42,
    "push.mental_health": 0.36,
    "push.isolation": 0.34,
    "push.abuse_neglect": 0.28,
    "pull.perceived_safety": 0.44,
    "pull.belonging": 0.4,
    "pull.risky_peers": 0.3,
    "pull.older_person": 0.24,
    "pull.online_contact": 0.3,
}
USUALLY = 1 / 6
# Where a factor holds more often than elsewhere, so that there is something to talk about.
MORE_IN = {
    PlacementKind.GROUP_HOME: {"push.unsafe_here": 0.62, "pull.risky_peers": 0.5},
    PlacementKind.SHELTER: {"push.placement_disruption": 0.7, "push.isolation": 0.55},
    PlacementKind.KINSHIP: {"push.family_conflict": 0.62, "pull.perceived_safety": 0.3},
}
INFORMANTS = {
    Informant.CASE_FILE: 35,
    Informant.CAREGIVER: 30,
    Informant.YOUTH: 20,
    Informant.SCHOOL: 8,
    Informant.FRIEND: 7,
}


def make_answers(episodes: Iterable[Episode]) -> None:
    """Add the answers of these past episodes, all of them made up."""
    rng = Random(SEED)  # noqa: S311 (made-up data, not a secret)
    asked = [item.key for code in ("push", "pull") for item in ruleset().asked_in(code)]
    answers = [
        answer
        for episode in episodes
        if rng.random() < CHECKLIST_USED
        for key in asked
        if rng.random() < MOST_ASKED
        for answer in _answers(rng, episode, key)
    ]
    ChecklistAnswer.objects.bulk_create(answers, batch_size=2000)


def _answers(rng: Random, episode: Episode, key: str) -> list[ChecklistAnswer]:
    """One answer, now and then with another that corrects it."""
    first = _answer(rng, episode, key, _said(rng, episode, key), hours=rng.uniform(0.2, 20))
    if rng.random() > CORRECTED:
        return [first]
    said = Said.YES if first.answer != Said.YES else Said.NO
    return [first, _answer(rng, episode, key, said, hours=rng.uniform(20, 60))]


def _said(rng: Random, episode: Episode, key: str) -> Said:
    if not draw(rng, KNOWN):
        return Said.DONT_KNOW
    kind = episode.placement.kind if episode.placement else ""
    chance = MORE_IN.get(PlacementKind(kind), {}).get(key) if kind else None
    chance = HOLDS.get(key, USUALLY) if chance is None else chance
    return Said.YES if rng.random() < chance else Said.NO


def _answer(
    rng: Random, episode: Episode, key: str, said: Said, *, hours: float
) -> ChecklistAnswer:
    at = episode.recorded_at + timedelta(hours=hours)
    return ChecklistAnswer(
        episode=episode,
        key=key,
        answer=said,
        informant=draw(rng, INFORMANTS) if said != Said.DONT_KNOW else "",
        recorded_at=at,
        recorded_by=episode.assigned_to or episode.recorded_by,
        submission_key=key_of(episode.submission_key, key, at),
    )
