"""Changes to youth: adding one, describing them, and keeping the names by which they are found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Self

from django.db import transaction

from casework import audit
from casework.models import AuditEvent, Known, Race, Sex, Unit, User, Youth, YouthName
from casework.operations.assessing import reassess
from casework.operations.clocks import follow_facts, note_recount
from casework.operations.duplicates import look_for_duplicates
from casework.operations.locks import locked, locked_youth
from casework.policies.name_keys import NameKeys, name_keys

NAME_COLUMNS = "youth_id folded sound letters"


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a report asks about a youth: what is empty, None or `NOT_KNOWN` is not known yet."""

    born_on: date | None = None
    sex: str = Sex.NOT_KNOWN
    races: Sequence[str] = ()
    is_hispanic: str = Known.NOT_KNOWN
    height_cm: int | None = None
    weight_grams: int | None = None
    eye_color: str = ""
    hair_color: str = ""
    marks: str = ""
    medical_needs: str = ""

    @classmethod
    def of(cls, youth: Youth) -> Self:
        """The youth's description as it is on file."""
        return cls(**{name: getattr(youth, name) for name in FACTS})

    def __post_init__(self) -> None:
        # From a form, a signed text or the database: one order, so that what says the same is equal.
        object.__setattr__(self, "races", [race for race in Race.values if race in self.races])

    def differing_from(self, other: "Description") -> list[str]:
        """The names of the facts that these two do not agree on."""
        return [name for name in FACTS if getattr(self, name) != getattr(other, name)]


FACTS = tuple(field.name for field in fields(Description))


class DescribedSince(Exception):
    """Somebody changed the same facts in the meantime, to something else.

    `facts` names them, `on_file` is the description as it is now; `by` whom and `at` which moment
    the latest of these changes was made, as far as the audit trail tells.
    """

    def __init__(
        self, facts: list[str], on_file: Description, by: User | None, at: datetime | None
    ) -> None:
        super().__init__("Someone has changed this description.")
        self.facts, self.on_file, self.by, self.at = facts, on_file, by, at


def split_name(typed: str) -> tuple[str, str]:
    """Read "Jordan Avery" as given and family name; a single word is a given name."""
    words = typed.split()
    if len(words) < 2:
        return " ".join(words), ""
    return " ".join(words[:-1]), words[-1]


@transaction.atomic
def add_youth(
    *,
    by: User,
    now: datetime,
    unit: Unit,
    given_name: str = "",
    family_name: str = "",
    nickname: str = "",
) -> Youth:
    """Add a youth with a name or a nickname; everything else can follow later.

    A record on file that is likely of the same youth is kept in mind as a possible duplicate.
    """
    youth = Youth.objects.create(
        unit=unit,
        given_name=given_name,
        family_name=family_name,
        nickname=nickname,
        recorded_at=now,
        recorded_by=by,
    )
    keep_names_findable(youth)
    look_for_duplicates(youth, now=now)
    audit.record("youth.added", subject=youth, by=by, at=now)
    return youth


@transaction.atomic
def describe(
    *, youth: Youth, by: User, now: datetime, seen: Description, description: Description
) -> Youth:
    """Set the facts in which `description` differs from what the person had `seen`.

    What somebody else has filled in meanwhile stays. Raises `DescribedSince`, and changes nothing,
    when both changed the same fact to different things. The same form sent again changes nothing.
    """
    youth = locked_youth(youth)
    on_file = Description.of(youth)
    theirs = on_file.differing_from(seen)
    meant = description.differing_from(seen)
    changed = [name for name in description.differing_from(on_file) if name in meant]
    contested = [name for name in changed if name in theirs]
    if contested:
        raise DescribedSince(contested, on_file, *_who_changed(youth, contested))
    if changed:
        for name in changed:
            setattr(youth, name, getattr(description, name))
        youth.save(update_fields=changed)
        audit.record("youth.described", subject=youth, by=by, at=now, facts=changed)
    if "born_on" in changed:
        look_for_duplicates(youth, now=now)
        follow_youth(
            youth, by=by, now=now, because_of="date of birth", lead="The date of birth is set."
        )
    return youth


def follow_youth(youth: Youth, *, by: User, now: datetime, because_of: str, lead: str) -> None:
    """Let flags and clocks follow what changed about the youth, in every episode with work left.

    `lead` is the sentence of the timeline where a due time moved. Runs in the caller's transaction,
    which holds the youth.
    """
    for episode in youth.episodes.with_work_left().order_by("pk"):
        held = locked(episode)
        reassess(held, by=by, now=now, because_of=because_of)
        if said := follow_facts(held, by=by, now=now):
            note_recount(held, lead, said, by=by, now=now)


def _who_changed(youth: Youth, facts: list[str]) -> tuple[User | None, datetime | None]:
    """Who was the latest to change one of these facts, and when."""
    event = (
        AuditEvent.objects.filter(
            event="youth.described",
            subject_id=youth.public_id,
            detail__facts__has_any_keys=facts,
        )
        .order_by("-at", "-id")
        .first()
    )
    if event is None or event.by is None:
        return None, None
    return User.objects.filter(public_id=event.by).first(), event.at


def keep_names_findable(youth: Youth) -> None:
    """Make the search keys equal to the youth's names as they are now."""
    youth.name_words.all().delete()
    YouthName.objects.bulk_create(
        YouthName(youth=youth, folded=keys.folded, sound=keys.sound, letters=keys.letters)
        for keys in name_keys(youth.names)
    )


def name_rows(named: Iterable[tuple[int, Sequence[str]]]) -> Iterator[tuple[int, str, str, str]]:
    """The search keys of many youth at once, by id: rows of `NAME_COLUMNS`.

    The keys of a name are made once, however many bear it.
    """
    known: dict[str, list[NameKeys]] = {}
    for youth_id, names in named:
        words: dict[str, NameKeys] = {}
        for name in filter(None, names):
            if name not in known:
                if len(known) > 50_000:  # a long tail of names borne by one
                    known.clear()
                known[name] = name_keys([name])
            words |= {word.folded: word for word in known[name]}
        for word in words.values():
            yield youth_id, word.folded, word.sound, word.letters
