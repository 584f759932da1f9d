"""Facts of the record that belong beside every assessment. They raise nothing.

They are true of most youth whom an agency reports missing. A mark that almost everyone bears would
be read by nobody, so these stand beside the marks and never replace one.
"""

from risk.predicates import yes
from risk.rules import ItemKeys, Rule


def fact_rules(keys: ItemKeys) -> tuple[Rule, ...]:
    """The rules that state a fact."""
    return (
        Rule(
            code="R1",
            says="The youth is missing from foster care or a facility.",
            source="[002] on children missing from care; [001] second paragraph",
            raises=None,
            when=yes("sign.from_care"),
            to_do="Make sure that police and NCMEC know that the agency is responsible, and that "
            "nothing published says so.",
        ),
        Rule(
            code="R2",
            says="The youth has been missing for 24 hours or more.",
            source="English local protocols: 24 hours missing call an interview on return; "
            "[003] on the risks a youth faces away from home",
            raises=None,
            when=yes("fact.over_24_hours"),
            to_do="Go through the questions again: more may be known by now.",
        ),
    )
