"""Two records of one youth become one, and two again when that was a mistake.

All that hangs on the second record moves to the one that is kept; the second stays, empty, and stands
for the kept one from then on (`Youth.merged_into`). A `Merge` remembers what moved and what stood
there before: `unmerge` puts exactly that back, and leaves what was added since with the kept youth.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import product
from typing import Any, TypeAlias, TypeVar, cast

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Case, Q, Value, When

from casework import audit
from casework.models import EndReason, Episode, Known, Merge, Placement, Sex, User, Youth
from casework.operations.youth import follow_youth, keep_names_findable
from casework.policies.name_keys import fold

Row = TypeVar("Row", Episode, Placement)
Times: TypeAlias = tuple[datetime, datetime | None]


class Choice(StrEnum):
    """Whose value stays."""

    KEPT = "kept"
    OTHER = "other"
    BOTH = "both"


# What can be chosen, and the columns that belong together.
FACTS: Mapping[str, tuple[str, ...]] = {
    "name": ("given_name", "family_name"),
    "nickname": ("nickname",),
    "born_on": ("born_on",),
    "sex": ("sex",),
    "races": ("races",),
    "is_hispanic": ("is_hispanic",),
    "case_number": ("case_number",),
    "care": ("unit_id", "caseworker_id"),
    "height_cm": ("height_cm",),
    "weight_grams": ("weight_grams",),
    "eye_color": ("eye_color",),
    "hair_color": ("hair_color",),
    "marks": ("marks",),
    "medical_needs": ("medical_needs",),
}
COLUMNS = (*(column for columns in FACTS.values() for column in columns), "aliases")
CAN_BE_BOTH = ("marks", "medical_needs")  # where one youth may well have what either record says
LONGEST_TEXT = 300  # what those columns hold
UNKNOWN: tuple[Any, ...] = (None, "", Sex.NOT_KNOWN, Known.NOT_KNOWN, [])

# Every relation to a youth, and what a merge does about it; a test fails for one that is missing.
MOVES = ("Episode.youth", "Placement.youth", "YouthContact.youth", "Youth.merged_into")
FOLLOWS = ("YouthName.youth", "Standing.youth")  # kept in step by `youth`, and by triggers
STAYS = (  # says what was so between two records
    *("PossibleDuplicate.youth_a", "PossibleDuplicate.youth_b"),
    *("Merge.kept", "Merge.other"),
)
PLACEMENTS = "Placement.youth"


class Refused(Exception):
    """Why nothing was merged or taken apart; the sentence says what to do."""


class EpisodesOverlap(Refused):
    """The youth would have been missing twice at one time; `episodes` are the two."""

    def __init__(self, episodes: tuple[Episode, Episode]) -> None:
        first, second = episodes
        which = f"{first.reference} and {second.reference}"
        said = f"Episodes {which} overlap, and a youth has one episode at a time. "
        if first.is_open and second.is_open:
            said = f"Both records have an open episode: {which}. "
        super().__init__(
            f"{said}Close the one that was opened in error first (“Close without a return”, "
            "then “Opened in error”), or correct its times. Then merge."
        )
        self.episodes = episodes


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a person chose: by fact, whose value stays; and whose placements, where they overlap.

    Facts on which both agree need no choice.
    """

    facts: Mapping[str, Choice]
    placements: Choice | None = None


def value_of(youth: Youth, fact: str) -> tuple[Any, ...]:
    """What is on file for a fact."""
    return tuple(getattr(youth, column) for column in FACTS[fact])


def is_known(youth: Youth, fact: str) -> bool:
    """Whether anything is on file for a fact."""
    return any(value not in UNKNOWN for value in value_of(youth, fact))


def differing(one: Youth, other: Youth) -> list[str]:
    """The facts on which these two records do not agree."""
    return [fact for fact in FACTS if value_of(one, fact) != value_of(other, fact)]


def both(one: Youth, other: Youth, fact: str) -> str:
    """What both records say, as one text; empty where that is not possible or too long."""
    if fact not in CAN_BE_BOTH or not (is_known(one, fact) and is_known(other, fact)):
        return ""
    text = "; ".join(str(getattr(youth, fact)).strip().rstrip(".;") for youth in (one, other))
    return text if len(text) <= LONGEST_TEXT else ""


def usual_choice(keep: Youth, other: Youth, fact: str) -> Choice:
    """What most would choose: what is known, of both the kept record's; where both can stay, both."""
    if is_known(keep, fact) and is_known(other, fact):
        return Choice.BOTH if both(keep, other, fact) else Choice.KEPT
    return Choice.OTHER if is_known(other, fact) else Choice.KEPT


def usually_kept(one: Youth, other: Youth) -> Youth:
    """The record that most would keep: where the youth is missing now, or else more is on file."""

    def weight(youth: Youth) -> tuple[int, int, int, int]:
        known = sum(is_known(youth, fact) for fact in FACTS)
        episodes = youth.episodes
        return (episodes.open().count(), episodes.count(), known, -youth.pk)

    return max(one, other, key=weight)


def overlapping_episodes(one: Youth, other: Youth) -> tuple[Episode, Episode] | None:
    """The first two episodes, one of each record, that could not both be of one youth."""
    return next(_overlaps(_lasting(one), _lasting(other), _times_of_episode), None)


def overlapping_placements(one: Youth, other: Youth) -> list[tuple[Placement, Placement]]:
    """Every two placements, one of each record, that were at the same time."""
    return list(_overlaps(one.placements.all(), other.placements.all(), _times_of_placement))


def state_of(one: Youth, other: Youth) -> str:
    """A short mark of both records as they stand: it differs once anything to choose about does."""
    stands = [
        [youth.public_id, *(getattr(youth, column) for column in COLUMNS), _hanging_on(youth)]
        for youth in sorted((one, other), key=lambda youth: youth.pk)
    ]
    return hashlib.sha256(json.dumps(stands, cls=DjangoJSONEncoder).encode()).hexdigest()[:20]


def _hanging_on(youth: Youth) -> list[object]:
    placements = youth.placements.order_by("pk").values_list("pk", "started_at", "ended_at")
    return [list(youth.episodes.order_by("pk").values_list("pk", flat=True)), list(placements)]


@transaction.atomic
def merge(
    *, keep: Youth, other: Youth, choices: Choices, by: User, now: datetime, seen: str
) -> Merge:
    """Join `other` to `keep`, as chosen, and let flags, duties and reminders follow.

    `seen` is the `state_of` both that the person saw. Raises `Refused` when a record has changed
    since, was merged already, or no choice was made where one is needed; and `EpisodesOverlap`. The
    same merge asked for again is the first one.
    """
    kept, other = _held(keep, other)
    if other.merged_into_id == kept.pk:
        return Merge.objects.standing().get(kept=kept, other=other)
    _refuse(kept, other, choices, seen)
    before = {"kept": _facts_of(kept), "other": _facts_of(other)}
    moved, parked = _move(kept, other, choices.placements)
    _take_facts(kept, other, choices.facts)
    other.merged_into = kept
    other.save(update_fields=["merged_into"])
    other.name_words.all().delete()
    keep_names_findable(kept)
    entry = Merge.objects.create(
        kept=kept,
        other=other,
        moved=moved,
        parked=parked,
        before=before,
        after={"kept": _facts_of(kept), "other": _facts_of(other)},
        merged_at=now,
        merged_by=by,
    )
    audit.record("youth.merged", subject=kept, by=by, at=now, other=str(other.public_id))
    lead = "Two records of this youth were merged."
    follow_youth(kept, by=by, now=now, because_of="records merged", lead=lead)
    return entry


def _held(*records: Youth) -> list[Youth]:
    """These records as they are now, in the order given, held until the transaction ends.

    Whoever adds something to one of them holds it first, too: see `locks.locked_youth`.
    """
    if len({record.pk for record in records}) < len(records):
        raise Refused("These are one and the same record.")
    rows = Youth.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    held = {row.pk: row for row in rows.filter(pk__in=[record.pk for record in records])}
    return [held[record.pk] for record in records]


def _refuse(kept: Youth, other: Youth, choices: Choices, seen: str) -> None:
    if kept.merged_into_id is not None or other.merged_into_id is not None:
        raise Refused("Someone has merged one of these records already. Reload the page.")
    if state_of(kept, other) != seen or not set(differing(kept, other)) <= set(choices.facts):
        raise Refused("One of the records has changed since you opened this page. Compare again.")
    if clash := overlapping_episodes(kept, other):
        raise EpisodesOverlap(clash)
    if overlapping_placements(kept, other) and choices.placements is None:
        raise Refused(
            "By these records the youth lived in two places at the same time. Select which is right."
        )
    by_fact = {
        fact: other if chose is Choice.OTHER else kept for fact, chose in choices.facts.items()
    }
    if not any(is_known(by_fact.get(fact, kept), fact) for fact in ("name", "nickname")):
        raise Refused("Keep a name or a nickname.")


def _move(
    kept: Youth, other: Youth, whose: Choice | None
) -> tuple[dict[str, list[int]], list[int]]:
    """Move what hangs on `other`; placements that were at one time stay on record with the other one."""
    overlaps = overlapping_placements(kept, other)
    stays = {theirs.pk for _, theirs in overlaps} if whose is not Choice.OTHER else set()
    parked = sorted({ours.pk for ours, _ in overlaps}) if whose is Choice.OTHER else []
    moved = {}
    for relation in _relations(MOVES):
        rows = relation.model._base_manager.filter(**{relation.name: other})
        ids = sorted(rows.values_list("pk", flat=True))
        moved[label_of(relation)] = [
            pk for pk in ids if relation.model is not Placement or pk not in stays
        ]
    _place(moved, to=kept, parked=parked, parked_to=other)
    return moved, parked


def _place(
    moved: Mapping[str, Sequence[int]], *, to: Youth, parked: Sequence[int], parked_to: Youth
) -> None:
    """Let these rows hang on `to`, and the parked placements on `parked_to`.

    The placements of both change places in one statement: no two may be at one time in between.
    """
    for relation in _relations(MOVES):
        ids = list(moved.get(label_of(relation), ()))
        swap = parked if relation.model is Placement else ()
        if not ids and not swap:
            continue
        relation.model._base_manager.filter(pk__in=[*ids, *swap]).update(
            **{
                relation.name: Case(
                    When(pk__in=list(swap), then=Value(parked_to.pk)), default=Value(to.pk)
                )
                if swap
                else to
            }
        )


def _take_facts(kept: Youth, other: Youth, chosen: Mapping[str, Choice]) -> None:
    """Give the kept record what was chosen. Names that were not remain as other names; a case number
    that was not stays with the other record, under which a search finds the kept one.
    """
    names = _every_name(kept, other)
    swapped = kept.case_number, other.case_number
    for fact in differing(kept, other):
        if chosen[fact] is Choice.BOTH:
            setattr(kept, fact, both(kept, other, fact) or getattr(kept, fact))
        elif chosen[fact] is Choice.OTHER:
            for column in FACTS[fact]:
                setattr(kept, column, getattr(other, column))
    borne = {_plain_name(_full_name(kept)), _plain_name(kept.nickname)}
    kept.aliases = [name for name in names if _plain_name(name) not in borne]
    if (kept.case_number, other.case_number) != swapped:
        other.case_number = None
        other.save(update_fields=["case_number"])
        kept.save(update_fields=_changed_columns())
        other.case_number = swapped[0]
        other.save(update_fields=["case_number"])
    else:
        kept.save(update_fields=_changed_columns())


def _changed_columns() -> list[str]:
    return [column.removesuffix("_id") for column in COLUMNS]


def _full_name(youth: Youth) -> str:
    return " ".join(f"{youth.given_name} {youth.family_name}".split())


def _every_name(*records: Youth) -> list[str]:
    """Every name of these records, each once however it is written, other names first."""
    names = [
        *(name for record in records for name in record.aliases),
        *(name for record in records for name in (_full_name(record), record.nickname)),
    ]
    each: dict[str, str] = {}
    for name in names:
        each.setdefault(_plain_name(name), name)
    return [name for key, name in each.items() if key]


def _plain_name(name: str) -> str:
    return fold(" ".join(name.split()))


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """What would become of an undone merge, besides what moves back."""

    new_episodes: Sequence[Episode]
    edited_facts: Sequence[str]
    refusal: str


def undoing_of(entry: Merge) -> Undoing:
    """What stays with the kept youth if the merge is undone now, and what stands in the way."""
    since = Q(recorded_at__gte=entry.merged_at)
    known = _ids(entry, "Episode.youth")
    return Undoing(
        new_episodes=list(entry.kept.episodes.filter(since).exclude(pk__in=known).order_by("pk")),
        edited_facts=[
            fact
            for fact, columns in FACTS.items()
            if any(_is_edited(entry, one) for one in columns)
        ],
        refusal=_what_forbids(entry),
    )


@transaction.atomic
def unmerge(*, entry: Merge, by: User, now: datetime) -> Merge:
    """Make two records of one again, exactly as they were; what was added since stays where it is.

    Facts of the kept record that somebody changed since stay as they are now. Twice changes nothing.
    Raises `Refused` when something stands in the way.
    """
    kept, other = _held(entry.kept, entry.other)
    entry = Merge.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    entry.kept, entry.other = kept, other
    if entry.undone_at is not None:
        return entry
    if refusal := _what_forbids(entry):
        raise Refused(refusal)
    other.merged_into = None
    other.save(update_fields=["merged_into"])
    _place(entry.moved, to=other, parked=entry.parked, parked_to=kept)
    _give_back_facts(entry)
    for record in (kept, other):
        keep_names_findable(record)
    entry.undone_at, entry.undone_by = now, by
    entry.save(update_fields=["undone_at", "undone_by"])
    audit.record("youth.unmerged", subject=kept, by=by, at=now, other=str(other.public_id))
    lead = "A merge of two records was undone."
    for record in sorted((kept, other), key=lambda record: record.pk):
        follow_youth(record, by=by, now=now, because_of="merge undone", lead=lead)
    return entry


def _what_forbids(entry: Merge) -> str:
    """Why a merge cannot be undone now, in a sentence; empty when it can."""
    kept, other = entry.kept, entry.other
    if kept.merged_into_id is not None:
        return "The kept record has been merged into another one since. Undo that merge first."
    later = Merge.objects.standing().filter(kept=kept, pk__gt=entry.pk)
    if later.exists():
        return "Another record has been merged into this one since. Undo that merge first."
    back = Placement.objects.filter(pk__in=entry.parked)
    here = kept.placements.exclude(pk__in=_ids(entry, PLACEMENTS))
    if any(_overlaps(back, here, _times_of_placement)):
        return (
            "A placement was added since that overlaps with one that would come back. "
            "Correct the placements first."
        )
    number = entry.before["other"]["case_number"]
    owners = Youth.objects.exclude(pk__in=[kept.pk, other.pk]).filter(case_number=number)
    if number and owners.exists():
        return "Another youth has the case number that would come back. Correct that first."
    return ""


def _is_edited(entry: Merge, column: str) -> bool:
    """Whether somebody changed this column of the kept record since the merge.

    Of a column that is younger than the merge nothing was kept: it stays as it is.
    """
    after = entry.after["kept"]
    return column in after and bool(_plain(getattr(entry.kept, column)) != after[column])


def _give_back_facts(entry: Merge) -> None:
    """The other record as it was; of the kept one what nobody changed since."""
    kept, other = entry.kept, entry.other
    known = [column for column in COLUMNS if column in entry.before["other"]]
    for column in known:
        if not _is_edited(entry, column):
            setattr(kept, column, _read(column, entry.before["kept"][column]))
    for column in known:
        setattr(other, column, _read(column, entry.before["other"][column]))
    given, other.case_number = other.case_number, None  # the kept record may still have it
    other.save(update_fields=_changed_columns())
    kept.save(update_fields=_changed_columns())
    other.case_number = given
    other.save(update_fields=["case_number"])


def _facts_of(youth: Youth) -> dict[str, Any]:
    return {column: _plain(getattr(youth, column)) for column in COLUMNS}


def _plain(value: Any) -> Any:
    """A value as JSON gives it back."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _read(column: str, value: Any) -> Any:
    """A value as JSON kept it, as the column takes it."""
    return date.fromisoformat(value) if column == "born_on" and value else value


def label_of(relation: "models.ForeignKey[Any, Any]") -> str:
    """A relation by its name: "Episode.youth"."""
    return f"{relation.model.__name__}.{relation.name}"


def _relations(labels: Iterable[str]) -> Iterator["models.ForeignKey[Any, Any]"]:
    for label in labels:
        model, name = label.split(".")
        yield cast(
            "models.ForeignKey[Any, Any]", apps.get_model("casework", model)._meta.get_field(name)
        )


def _ids(entry: Merge, label: str) -> list[int]:
    return list(entry.moved.get(label, ()))


def _lasting(youth: Youth) -> Iterable[Episode]:
    return youth.episodes.exclude(end_reason=EndReason.OPENED_IN_ERROR).order_by("told_at", "pk")


def _times_of_episode(episode: Episode) -> Times:
    """As the database sees it: told late, a youth may have been back before."""
    ended = episode.ended_at
    return (min(episode.told_at, ended) if ended else episode.told_at, ended)


def _times_of_placement(placement: Placement) -> Times:
    return placement.started_at, placement.ended_at


def _overlaps(
    ours: Iterable[Row], theirs: Iterable[Row], times: Callable[[Row], Times]
) -> Iterator[tuple[Row, Row]]:
    """Every two of these, one of each side, that were at the same time."""
    for one, other in product(ours, theirs):
        (start, end), (other_start, other_end) = times(one), times(other)
        is_nothing = start == end or other_start == other_end
        is_apart = (end and end <= other_start) or (other_end and other_end <= start)
        if not is_nothing and not is_apart:
            yield one, other
