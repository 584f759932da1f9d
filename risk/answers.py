"""What can be said to a checklist question."""

from enum import StrEnum


class Answer(StrEnum):
    """An answer to one item. Only Yes and No are known answers; the rest is not known, never No."""

    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont_know"
    """Asked, and whoever was asked does not know."""
    NOT_ASKED = "not_asked"
    DECLINED = "declined"
    """The youth chose not to say."""

    @property
    def words(self) -> str:
        """The answer as it stands on a page."""
        return _WORDS[self]


_WORDS = {
    Answer.YES: "Yes",
    Answer.NO: "No",
    Answer.DONT_KNOW: "Don't know",
    Answer.NOT_ASKED: "Not asked yet",
    Answer.DECLINED: "Youth chose not to say",
}
