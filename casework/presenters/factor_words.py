"""What youth move away from and what draws them, in the few words that a chart has room for.

The checklists ask each in full (`risk/checklists/push.toml`, `pull.toml`). Here it is named as part
of a youth's life, never as a fault of theirs. A test finds the question that has no words here.
"""

from collections.abc import Mapping

from risk import ruleset

SHORT: Mapping[str, str] = {
    "push.abuse_neglect": "Abuse, harm or neglect",
    "push.unsafe_here": "The placement felt less safe",
    "push.family_conflict": "Conflict or violence at home",
    "push.household_substance_use": "Alcohol or drugs in the home",
    "push.supervision_gap": "Left alone, little interest by adults",
    "push.placement_disruption": "Moved between placements",
    "push.mental_health": "Distress, depression, trauma stress",
    "push.unstable_housing": "No safe place to live before",
    "push.isolation": "Few people, feeling unwanted",
    "push.self_worth": "Thinking little of themselves",
    "push.school_barriers": "Cut off from school or chances",
    "push.violence_exposure": "Violence or crime seen or lived with",
    "pull.online_contact": "Someone known only online",
    "pull.online_romance": "Love for someone met online",
    "pull.older_person": "Someone clearly older",
    "pull.promised_work": "A promised job, money, better life",
    "pull.gifts_attention": "Gifts, rides, attention by one person",
    "pull.perceived_safety": "A person or place that felt safer",
    "pull.belonging": "Love, acceptance, a place to belong",
    "pull.risky_online": "Sharing or risks online",
    "pull.risky_peers": "Friends or a group who take risks",
    "pull.location": "A place nearby",
}


def keys_of(checklist: str) -> list[str]:
    """The questions of push or of pull that people are asked now, in their order."""
    return [item.key for item in ruleset().asked if item.checklist == checklist]


def question_of(key: str) -> str:
    """The question as it is asked."""
    return ruleset().items[key].words().question
