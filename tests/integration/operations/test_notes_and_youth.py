"""Notes are added once, and a youth is found by every name."""

import uuid
from datetime import timedelta

import pytest

from casework.models import AuditEvent, Note, NoteKind
from casework.operations.notes import add_note
from casework.operations.reminders import mark_seen
from casework.operations.youth import add_youth, keep_names_findable, split_name
from casework.policies.time_words import Moment, Precision
from tests.factories import TOLD, YouthFactory
from tests.integration.models.rows import a_delivery

pytestmark = pytest.mark.django_db


def note(episode, *, by, now, **said):
    return add_note(
        **{
            "episode": episode,
            "by": by,
            "now": now,
            "kind": NoteKind.SIGHTING,
            "text": "Seen near the school.",
            "source": "Coach",
            "happened": Moment(at=now - timedelta(hours=1), precision=Precision.ABOUT),
            "submission_key": uuid.uuid4(),
            **said,
        }
    )


def test_a_note_keeps_what_was_learned_when_and_from_whom(episode, ana, now):
    added = note(episode, by=ana, now=now)

    added.refresh_from_db()
    assert (added.text, added.source) == ("Seen near the school.", "Coach")
    assert (added.happened_at, added.happened_precision) == (now - timedelta(hours=1), "about")
    assert (added.recorded_at, added.recorded_by) == (now, ana)
    event = AuditEvent.objects.get(event="note.added")
    assert (event.subject_id, event.detail) == (
        added.public_id,
        {"episode": str(episode.public_id)},
    )


def test_the_same_note_twice_is_one_note_and_one_line_in_the_trail(episode, ana, now):
    key = uuid.uuid4()
    for _ in range(2):
        note(episode, by=ana, now=now, submission_key=key)

    assert Note.objects.count() == AuditEvent.objects.filter(event="note.added").count() == 1


def test_a_note_without_its_line_in_the_trail_is_not_kept(episode, ana, now, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("casework.operations.notes.audit.record", fail)

    with pytest.raises(RuntimeError):
        note(episode, by=ana, now=now)

    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Jordan Avery", ("Jordan", "Avery")),
        ("  Mary   Ann  Smith ", ("Mary Ann", "Smith")),
        ("JD", ("JD", "")),
        ("", ("", "")),
    ],
)
def test_a_typed_name_is_split(typed, names):
    assert split_name(typed) == names


def test_a_youth_can_be_added_under_a_nickname_alone(ana, unit, now):
    youth = add_youth(by=ana, now=now, unit=unit, nickname="JD")

    assert list(youth.name_words.values_list("folded", flat=True)) == ["jd"]
    assert (youth.recorded_by, youth.recorded_at) == (ana, now)
    assert AuditEvent.objects.get(event="youth.added").subject_id == youth.public_id


def test_the_search_follows_a_change_of_names():
    youth = YouthFactory(given_name="Jordan", family_name="Avery", aliases=["Jojo"])

    youth.given_name, youth.aliases = "Jordana", []
    keep_names_findable(youth)

    assert set(youth.name_words.values_list("folded", flat=True)) == {"jordana", "avery"}


def test_the_first_time_a_message_is_opened_counts():
    delivery = a_delivery(sent_at=TOLD)
    for minutes in (5, 50):
        mark_seen(delivery, by=delivery.recipient, now=TOLD + timedelta(minutes=minutes))

    delivery.refresh_from_db()
    assert delivery.seen_at == TOLD + timedelta(minutes=5)


def test_nobody_else_marks_a_message_as_seen(omar):
    delivery = a_delivery(sent_at=TOLD)

    mark_seen(delivery, by=omar, now=TOLD)

    delivery.refresh_from_db()
    assert delivery.seen_at is None
