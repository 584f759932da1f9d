"""The chain once, by hand: logged, duties, reminder, recorded, returned."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail

from casework.models import Delivery, Known, Outcome, ReturnedTo
from casework.notifications import sweep
from casework.operations import duties, episodes
from casework.operations.duties import Evidence
from casework.operations.episodes import Telling
from casework.policies.time_words import Moment, Precision
from tests.factories import YouthFactory


def test_a_youth_is_logged_reminded_of_recorded_and_returned(ana, sam, unit, now):
    youth = YouthFactory(unit=unit)
    told = Moment(at=now - timedelta(minutes=12), precision=Precision.EXACT)

    episode = episodes.log_missing(
        by=ana, now=now, submission_key=uuid.uuid4(), telling=Telling(told=told), youth=youth
    )

    assert episode.duties.count() > 5
    police = episode.duties.get(code="report_to_police")
    assert police.due_at == told.at + timedelta(hours=2)
    assert police.is_provisional
    assert sweep.address_due(now=now) >= 2
    assert sweep.send_due(now=now) >= 2
    assert len(mail.outbox) >= 2
    assert "Jordan" not in mail.outbox[0].body + mail.outbox[0].subject

    duties.record(
        duty=police,
        by=ana,
        now=now,
        evidence=Evidence(outcome=Outcome.DONE, happened=Moment(now, Precision.EXACT)),
        submission_key=uuid.uuid4(),
        based_on=None,
    )
    assert not police.reminders.waiting().exists()

    later = now + timedelta(hours=3)
    episodes.record_returned(
        episode=episode,
        by=ana,
        now=later,
        returned_at=later,
        returned_to=ReturnedTo.PLACEMENT,
        medical_care_needed=Known.NOT_KNOWN,
    )
    assert episode.duties.filter(phase="return").exists()
    assert Delivery.objects.inbox_of(ana).exists()


@pytest.mark.parametrize("name", ["home", "log_youth", "inbox"])
def test_pages_open_for_a_caseworker(client, ana, name):
    from django.urls import reverse

    client.force_login(ana)
    response = client.get(reverse(name))

    assert response.status_code == 200
