"""What we learn during an episode: notes are added, never changed."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from casework import audit
from casework.models import Episode, Note, NoteKind, User
from casework.operations.submissions import KeyReused
from casework.policies.time_words import Moment


@transaction.atomic
def add_note(
    *,
    episode: Episode,
    by: User,
    now: datetime,
    kind: NoteKind,
    text: str,
    happened: Moment,
    submission_key: uuid.UUID,
    source: str = "",
) -> Note:
    """Add one entry to the timeline; the same form sent again adds nothing.

    Raises `KeyReused` when the key belongs to a note on another episode.
    """
    note, is_new = Note.objects.get_or_create(
        submission_key=submission_key,
        defaults={
            "episode": episode,
            "kind": kind,
            "text": text,
            "source": source,
            "happened_at": happened.at,
            "happened_precision": happened.precision,
            "recorded_at": now,
            "recorded_by": by,
        },
    )
    if note.episode_id != episode.pk:
        raise KeyReused
    if is_new:
        audit.record("note.added", subject=note, by=by, at=now, episode=str(episode.public_id))
    return note


def add_notes(notes: Sequence[Note], *, by: User, now: datetime) -> None:
    """Add entries that no form sent, not saved yet. Runs in the caller's transaction."""
    Note.objects.bulk_create(notes)
    audit.record_each(
        "note.added",
        [(note, {"episode": str(note.episode.public_id)}) for note in notes],
        by=by,
        at=now,
    )
