"""When there are signs: ask further, and screen."""

from risk.findings import Mark
from risk.predicates import all_of, any_of, yes
from risk.rules import ItemKeys, Rule

_ASK = (
    "Ask what is not known yet, beginning with the questions for tonight. Tell police and NCMEC what "
    "was seen. Screen on return, whatever the youth's gender."
)


def signs_rules(keys: ItemKeys) -> tuple[Rule, ...]:
    """The rules that raise "signs present"."""
    one_sign = any_of(keys.seen_signs)
    pushed_and_pulled = any_of(["sign.push_and_pull"], all_of(any_of(keys.push), any_of(keys.pull)))
    missing_often = yes("sign.frequent_runs")
    return (
        Rule(
            code="S1",
            says="There is at least one sign that somebody saw or heard.",
            source="[004] home environment: each of its signs calls for attention; [001]; [003]",
            raises=Mark.SIGNS_PRESENT,
            when=one_sign,
            to_do=_ASK,
        ),
        Rule(
            code="S2",
            says="There is both something to get away from and something to go toward.",
            source="[000] first survivor's words, on those two things together",
            raises=Mark.SIGNS_PRESENT,
            when=pushed_and_pulled,
            to_do=_ASK,
        ),
        Rule(
            code="S3",
            says="The youth goes missing often.",
            source="[004] criteria, introduction; [000] on the cycle of leaving again",
            raises=Mark.SIGNS_PRESENT,
            when=missing_often,
            to_do=_ASK,
        ),
    )
