"""What the demo's people wrote down about a duty: report numbers, officers, a line of text."""

from collections.abc import Mapping
from random import Random

from casework.management.agency import names
from casework.management.agency.figures import draw, some
from casework.management.agency.people import Office
from casework.models import Episode, Known, NcmecType, ScreeningResult
from casework.policies.rules import EvidenceField

NCIC = {Known.YES: 70, Known.NOT_KNOWN: 20, Known.NO: 10}
# No figure was found: these shares are ours.
SCREENED = {
    ScreeningResult.NO_SIGNS: 55,
    ScreeningResult.SIGNS: 15,
    ScreeningResult.UNCLEAR: 15,
    ScreeningResult.DECLINED: 15,
}
# Nearly all by what NCMEC publishes; the shares of the others are ours.
LISTED = {
    NcmecType.ENDANGERED: 93,
    NcmecType.FAMILY_ABDUCTION: 4,
    NcmecType.NONFAMILY_ABDUCTION: 1,
    NcmecType.LOST_OR_INJURED: 2,
}
ADULT = 18
OFTEN = 0.8  # how often a worker fills in a line of the proof

# What is written under a duty that was done; the others mostly stay without words.
NOTES: Mapping[str, tuple[str, ...]] = {
    "gather_documents": (
        "Photo of last month, dental record and list of friends sent to police.",
        "School photo found. Contact list asked for at the school.",
    ),
    "keep_in_contact": ("Called every week until the return.", "Asked for news; nothing new."),
    "tell_parents": ("Reached by telephone. Knows nothing new.", "Left word; called back."),
    "contact_family_and_friends": ("Two friends and the grandmother called. No news.",),
    "consider_trafficking_hotline": ("Decided with the supervisor: nothing points to it.",),
    "decide_public_sharing": ("Decided with police and the supervisor: not shared.",),
    "support_family": ("Told what is being done and whom to call at night.",),
    "ask_about_medical_care": ("Offered. Wanted food and sleep first.", "Seen at the clinic."),
    "screen_for_trafficking": ("In a quiet room. Food first.",),
    "offer_conversation": (
        "Talked for half an hour. Wrote down what we will change.",
        "Offered; did not want to talk yet. Offered again for next week.",
    ),
}


def proof(rng: Random, *, code: str, asked: list[str], office: Office) -> dict[str, str]:
    """Values for the lines of evidence that a duty asks for; some stay empty."""
    lines = {
        EvidenceField.AGENCY: some(rng, office.police, OFTEN),
        EvidenceField.OFFICER: some(rng, names.OFFICERS, OFTEN),
        EvidenceField.BADGE: str(rng.randrange(100, 999)) if rng.random() < OFTEN / 2 else "",
        EvidenceField.REFERENCE_NUMBER: f"DEMO-{rng.randrange(100_000, 999_999)}"
        if rng.random() < OFTEN
        else "",
        EvidenceField.NCIC_ENTRY: str(draw(rng, NCIC)),
        EvidenceField.CONTACT_NAME: some(rng, names.CONTACTS, OFTEN),
        EvidenceField.METHOD: some(rng, names.METHODS, OFTEN),
        EvidenceField.NOTE: some(rng, NOTES.get(code, ("",)), OFTEN),
    }
    given = {field.value: line for field, line in lines.items() if field in asked}
    return given | _screening(rng) if EvidenceField.SCREENING in asked else given


def _screening(rng: Random) -> dict[str, str]:
    return {
        "screening_tool": "Human Trafficking Screening Tool (HTST)",
        "screening_version": some(rng, ("2017",), OFTEN),
        "screener": some(rng, names.SCREENERS, OFTEN),
        "screening_result": str(draw(rng, SCREENED)),
    }


def listed_as(episode: Episode) -> str:
    """How NCMEC lists a case; by chance of its own, so that whatever else is drawn stays as it was."""
    own = Random(f"type {episode.submission_key}")  # noqa: S311 (made up)
    if own.random() > OFTEN:
        return ""
    age = episode.youth.age_on(episode.told_at.date())
    return str(NcmecType.YOUNG_ADULT if age is not None and age >= ADULT else draw(own, LISTED))


TRIED = "Could not get through; will call back."
NOT_NEEDED = {
    "preserve_evidence": "Nothing points to trafficking.",
    "tell_police_of_return": "No report was made to police.",
    "tell_ncmec_of_return": "No report was made to NCMEC.",
}
BACK_BEFORE = "The youth was back before this was due."
NO_RECORD = "Closed at the review of the file: no record that it was done."


BACK = "The youth is back; this is no longer needed."
