"""Immediate danger: one rule for each fact, so that each is confirmed or set aside on its own."""

from typing import NamedTuple

from risk.findings import Mark
from risk.predicates import yes
from risk.rules import ItemKeys, Rule


class _Danger(NamedTuple):
    code: str
    key: str
    says: str
    to_do: str
    needs_second_person: bool = (
        False  # medical and abduction: two people must agree it is no danger
    )


_DANGERS = (
    _Danger(
        "E1",
        "danger.medicine_or_care",
        "The youth needs medicine or medical care within 24 hours.",
        "Tell police and NCMEC which medicine or care and by when. Call hospitals and shelters near.",
        needs_second_person=True,
    ),
    _Danger(
        "E2",
        "danger.taken",
        "There is reason to think that someone took the youth.",
        "Call 911 now and say so in these words. Ask police whether an AMBER Alert applies.",
        needs_second_person=True,
    ),
    _Danger(
        "E3",
        "danger.self_harm",
        "The youth has talked about or tried suicide or self-harm.",
        "Tell police at once and ask for an endangered entry. For advice call or text 988.",
        needs_second_person=True,
    ),
    _Danger(
        "E4",
        "danger.weapon_or_threat",
        "A weapon or a threat is involved.",
        "Tell police before anyone goes there. Do not send staff alone.",
    ),
    _Danger(
        "E5",
        "danger.dangerous_company",
        "The youth is with someone who may put them in danger.",
        "Tell police who it is and where they may be. Do not warn that person.",
    ),
    _Danger(
        "E6",
        "danger.incapacity",
        "A disability or condition makes it hard for the youth to stay safe alone.",
        "Tell police what it is and how to approach the youth. Ask for an endangered entry.",
    ),
    _Danger(
        "E7",
        "danger.pregnancy",
        "The youth is or may be pregnant, or gave birth not long ago.",
        "Tell police and NCMEC, and whether a baby is along. Tell whoever gives care.",
        needs_second_person=True,
    ),
    _Danger(
        "E8",
        "danger.drug_dependency",
        "The youth depends on alcohol, drugs or a prescribed medicine.",
        "Tell police that there is a medical danger. Have naloxone at hand for the return.",
        needs_second_person=True,
    ),
    _Danger(
        "E9",
        "danger.out_of_pattern",
        "It is unlike the youth to be gone in this way.",
        "Tell police what is different this time.",
    ),
    _Danger(
        "E10",
        "danger.weather",
        "The weather or the place is dangerous for a youth outside.",
        "Tell police what the youth wore and where they may shelter. Search those places first.",
    ),
    _Danger(
        "E11",
        "danger.age_12_or_under",
        "The youth is 12 years old or younger.",
        "Tell police the age first. Ask for an endangered entry and a search at once.",
    ),
)


def danger_rules(keys: ItemKeys) -> tuple[Rule, ...]:
    """The rules that raise "endangered" by themselves, each with its item's source."""
    return tuple(
        Rule(
            code=danger.code,
            says=danger.says,
            source=keys.items[danger.key].source,
            verified=keys.items[danger.key].verified,
            raises=Mark.ENDANGERED,
            when=yes(danger.key),
            to_do=danger.to_do,
            needs_second_person=danger.needs_second_person,
        )
        for danger in _DANGERS
        if danger.key in keys.items  # a rule goes with its item
    )
