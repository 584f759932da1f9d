"""When trafficking is likely: report it, preserve evidence, screen. Never a verdict on the youth."""

from risk.findings import Mark
from risk.items import Verified
from risk.predicates import all_of, any_of, at_least, yes
from risk.rules import ItemKeys, Rule

_TELL = (
    "Tell police and NCMEC today what was found and why. Keep messages and devices as they are. "
    "Do not approach the other person. Consider the National Human Trafficking Hotline "
    "(1-888-373-7888). On return: care first, then screening by someone trained."
)
_IDENTIFIED = "Report to police at once, within 24 hours of the identification. " + _TELL


def trafficking_rules(keys: ItemKeys) -> tuple[Rule, ...]:
    """The rules that raise "likely trafficking", the most direct first."""
    used_in_the_sex_trade = yes("sign.exploited")
    in_contact_with_an_exploiter = yes("sign.known_exploiter")
    left_to_meet_someone_met_online = yes("sign.met_online_left")
    exploited_before = yes("fact.confirmed_exploitation_before")
    identified_as_a_victim = yes("fact.identified_victim")
    controlled_and_drawn = all_of(yes("sign.controlled"), any_of(keys.pull))
    pushed_pulled_and_a_sign = all_of(any_of(keys.push), any_of(keys.pull), any_of(keys.seen_signs))
    three_signs = at_least(3, (*keys.seen_signs, "sign.frequent_runs"))
    return (
        Rule(
            code="T1",
            says="Someone has used the youth in the sex trade.",
            source="[004] home 5",
            raises=Mark.LIKELY_TRAFFICKING,
            when=used_in_the_sex_trade,
            to_do=_TELL,
        ),
        Rule(
            code="T2",
            says="The youth is in contact with someone known or thought to exploit others.",
            source="[004] home 3",
            raises=Mark.LIKELY_TRAFFICKING,
            when=in_contact_with_an_exploiter,
            to_do=_TELL,
        ),
        Rule(
            code="T3",
            says="The youth left to meet someone met online.",
            source="[003] on online enticement",
            raises=Mark.LIKELY_TRAFFICKING,
            when=left_to_meet_someone_met_online,
            to_do=_TELL,
        ),
        Rule(
            code="T4",
            says="Exploitation of the youth was confirmed earlier.",
            source="[004] home 5 and home 8",
            raises=Mark.LIKELY_TRAFFICKING,
            when=exploited_before,
            to_do=_TELL,
        ),
        Rule(
            code="T5",
            says="The youth is identified as a victim of trafficking.",
            source="42 USC 671(a)(34)(A); Florida 65C-30.019, exigent criteria",
            raises=Mark.LIKELY_TRAFFICKING,
            when=identified_as_a_victim,
            to_do=_IDENTIFIED,
        ),
        Rule(
            code="T6",
            says="One person controls or isolates the youth, and there is something to go toward.",
            source="[001] on emotional dependency and isolation",
            raises=Mark.LIKELY_TRAFFICKING,
            when=controlled_and_drawn,
            to_do=_TELL,
        ),
        Rule(
            code="T7",
            says="There is something to get away from, something to go toward, and a sign that "
            "somebody saw or heard.",
            source="[000] first survivor's words, on those two things together; [004] home environment",
            raises=Mark.LIKELY_TRAFFICKING,
            when=pushed_pulled_and_a_sign,
            to_do=_TELL,
        ),
        Rule(
            code="T8",
            says="There are three or more signs; going missing often counts as one.",
            source="[004] home environment: signs to consider together. The number is this "
            "project's own",
            verified=Verified.UNVERIFIED,
            raises=Mark.LIKELY_TRAFFICKING,
            when=three_signs,
            to_do=_TELL,
        ),
    )
