"""What answers and facts say about a youth's safety: pure, with reasons, sources and versions.

    from risk import Answer, EpisodeFacts, assess

    assessment = assess({"sign.met_online_left": Answer.YES}, EpisodeFacts(age=15))
    assessment.likely_trafficking  # True
    assessment.findings[0].because[0].words  # "the youth left to meet someone they met online"

What is not known is never No; there is no score and no "low"; race and sex are not asked. The
engine suggests, and people decide.
"""

from risk.answers import Answer
from risk.engine import Assessment, assess
from risk.errors import RiskFileError, UnknownItem, UnknownVersion
from risk.explain import Explanation, explain, headline, what_changed
from risk.facts import EpisodeFacts
from risk.findings import Finding, Mark, Reason
from risk.items import Item, ItemWords, When
from risk.versions import Ruleset, changes, current_version, ruleset

__all__ = [
    "Answer",
    "Assessment",
    "EpisodeFacts",
    "Explanation",
    "Finding",
    "Item",
    "ItemWords",
    "Mark",
    "Reason",
    "RiskFileError",
    "Ruleset",
    "UnknownItem",
    "UnknownVersion",
    "When",
    "assess",
    "changes",
    "current_version",
    "explain",
    "headline",
    "ruleset",
    "what_changed",
]
