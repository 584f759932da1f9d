"""Looks through the same saved view side by side: each youth who entered is told of once."""

import uuid
from datetime import timedelta

from casework.access.board import BoardFilter, Status
from casework.models import Reminder, SavedView
from casework.operations import saved_views
from tests.factories import EpisodeFactory, YouthFactory

EVERYBODY = BoardFilter(status=Status.MISSING)


def test_four_looks_tell_of_each_youth_once(at_once, ana, now):
    saved_views.save(by=ana, now=now, name="Everybody", wanted=EVERYBODY, tell=True)
    for _ in range(5):
        EpisodeFactory(youth=YouthFactory(unit=ana.unit), assigned_to=ana)
    later = now + timedelta(minutes=1)

    written = at_once([lambda: saved_views.notice_entries(now=later)] * 4)

    assert sum(written) == Reminder.objects.count() == 5


def test_two_forms_at_once_take_a_name_once(at_once, ana, now):
    def save(query: str) -> bool:
        try:
            saved_views.save(
                by=ana,
                now=now,
                name="Tonight",
                wanted=BoardFilter(unit=uuid.UUID(query)),
                tell=False,
            )
        except saved_views.Refused:
            return False
        return True

    taken = at_once([lambda n=n: save(f"{n:032x}") for n in range(4)])

    assert sorted(taken) == [False, False, False, True]
    assert SavedView.objects.count() == 1
