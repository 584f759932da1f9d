"""What the agency confirms is kept entry by entry, and is worth what the rules say today."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework.models import AuditEvent, DutyConfirmation
from casework.operations import confirmations
from casework.operations.confirmations import (
    Confirmed,
    NotConfirmed,
    Tally,
    UnknownDuty,
    confirm,
    standing,
    unconfirmed_count,
    withdraw,
)
from casework.operations.protocols import protocol_for, protocols_in_use
from casework.operations.submissions import KeyReused

pytestmark = pytest.mark.django_db

POLICE, NCMEC = "report_to_police", "report_to_ncmec"
A_DAY = date(2026, 3, 2)


def confirmed(by, now, *codes, **said):
    return confirm(
        **{
            "by": by,
            "now": now,
            "jurisdiction": "us-mo",
            "codes": codes,
            "confirmed_by": "J. Ortiz, counsel",
            "confirmed_on": A_DAY,
            "submission_key": uuid.uuid4(),
            **said,
        }
    )


def withdrawn(by, now, *codes, **said):
    return withdraw(
        **{
            "by": by,
            "now": now,
            "jurisdiction": "us-mo",
            "codes": codes,
            "reason": "The manual has a new edition.",
            "submission_key": uuid.uuid4(),
            **said,
        }
    )


@pytest.fixture
def missouri_changes(monkeypatch):
    """Call it, and Missouri's police clock is another: as after a new file and a start."""

    def change(**fields):
        protocols = dict(protocols_in_use())
        missouri = protocols["us-mo"]
        rules = [
            replace(rule, **fields) if rule.code == POLICE else rule for rule in missouri.rules
        ]
        protocols["us-mo"] = replace(missouri, version="2026.9", rules=tuple(rules))
        for module in ("casework.operations.confirmations", "casework.operations.protocols"):
            monkeypatch.setattr(f"{module}.protocols_in_use", lambda: protocols)

    return change


def test_nothing_is_confirmed_until_somebody_does_it(adam):
    assert {one.confirmed for one in standing("us-mo").values()} == {Confirmed.NO}


def test_a_confirmation_says_who_stands_for_it_since_when_and_who_recorded_it(adam, now):
    confirmed(adam, now, POLICE, NCMEC, note="Read with section 4.8.3.")

    here = standing("us-mo")[POLICE]
    assert here.confirmed is Confirmed.YES
    assert (here.latest.confirmed_by, here.latest.confirmed_on) == ("J. Ortiz, counsel", A_DAY)
    assert (here.latest.recorded_by, here.latest.recorded_at) == (adam, now)
    assert (here.latest.protocol_version, here.latest.note) == (
        protocol_for("us-mo").version,
        "Read with section 4.8.3.",
    )
    assert standing("us-mo")["tell_parents"].confirmed is Confirmed.NO
    assert standing("us")[POLICE].confirmed is Confirmed.NO


def test_one_form_is_one_line_in_the_trail_with_codes_and_no_names(adam, now):
    added = confirmed(adam, now, POLICE, NCMEC)

    event = AuditEvent.objects.get(event="protocol.confirmed")
    assert event.by == adam.public_id
    assert event.detail == {
        "jurisdiction": "us-mo",
        "version": protocol_for("us-mo").version,
        "duties": [NCMEC, POLICE],
        "entries": [str(entry.public_id) for entry in added],
    }


def test_a_changed_text_or_number_lapses_it_and_putting_it_back_restores_it(
    adam, now, missouri_changes
):
    confirmed(adam, now, POLICE, NCMEC)

    missouri_changes(help="Ask for the officer in charge.")

    assert standing("us-mo")[POLICE].confirmed is Confirmed.CHANGED_SINCE
    assert standing("us-mo")[NCMEC].confirmed is Confirmed.YES  # a new version alone lapses nothing

    missouri_changes()

    assert standing("us-mo")[POLICE].confirmed is Confirmed.YES


def test_a_lapsed_confirmation_is_renewed_by_the_next(adam, now, missouri_changes):
    confirmed(adam, now, POLICE)
    missouri_changes(order=99)

    confirmed(adam, now, POLICE, confirmed_by="M. Chen, counsel")

    assert standing("us-mo")[POLICE].confirmed is Confirmed.YES
    assert standing("us-mo")[POLICE].latest.confirmed_by == "M. Chen, counsel"
    assert DutyConfirmation.objects.count() == 2


def test_one_unknown_code_and_nothing_is_saved(adam, now):
    with pytest.raises(UnknownDuty, match="us-mo has no duty tell_the_press"):
        confirmed(adam, now, POLICE, "tell_the_press")

    assert not DutyConfirmation.objects.exists()
    assert not AuditEvent.objects.filter(event__startswith="protocol").exists()


def test_a_protocol_that_does_not_exist_is_refused_and_not_taken_for_the_federal_base(adam, now):
    with pytest.raises(UnknownDuty, match="no protocol us-zz"):
        confirmed(adam, now, POLICE, jurisdiction="us-zz")


def test_withdrawing_says_why_and_keeps_what_was_confirmed(adam, now):
    confirmed(adam, now, POLICE)

    withdrawn(adam, now + timedelta(hours=1), POLICE)

    here = standing("us-mo")[POLICE]
    assert here.confirmed is Confirmed.NO
    assert here.latest.note == "The manual has a new edition."
    assert [entry.kind for entry in confirmations.history("us-mo")] == ["withdrawn", "confirmed"]
    assert AuditEvent.objects.filter(event="protocol.withdrawn").count() == 1


def test_what_is_not_confirmed_cannot_be_withdrawn_nor_what_stands_beside_it(adam, now):
    confirmed(adam, now, POLICE)

    with pytest.raises(NotConfirmed):
        withdrawn(adam, now, POLICE, NCMEC)

    assert standing("us-mo")[POLICE].confirmed is Confirmed.YES


def test_a_lapsed_confirmation_can_be_withdrawn(adam, now, missouri_changes):
    confirmed(adam, now, POLICE)
    missouri_changes(title="Call the police")

    withdrawn(adam, now, POLICE)

    assert standing("us-mo")[POLICE].confirmed is Confirmed.NO


@pytest.mark.parametrize("act", [confirmed, withdrawn])
def test_the_same_form_twice_adds_nothing(act, adam, now):
    confirmed(adam, now, POLICE, NCMEC)
    key = uuid.uuid4()

    first = act(adam, now, POLICE, NCMEC, submission_key=key)
    again = act(adam, now, POLICE, NCMEC, submission_key=key)

    assert again == first
    assert DutyConfirmation.objects.filter(submission_key=key).count() == 2
    assert DutyConfirmation.objects.count() == 4


def test_a_key_used_for_something_else_is_refused(adam, now):
    key = uuid.uuid4()
    confirmed(adam, now, POLICE, submission_key=key)

    with pytest.raises(KeyReused):
        confirmed(adam, now, POLICE, NCMEC, submission_key=key)

    assert DutyConfirmation.objects.count() == 1


def test_the_count_is_of_the_duties_in_force_and_asks_once(adam, now, django_assert_num_queries):
    duties = len(protocol_for("us-mo").duties_on(A_DAY))
    confirmed(adam, now, POLICE, NCMEC)

    with django_assert_num_queries(1):
        tally = unconfirmed_count("us-mo", A_DAY)

    assert tally == Tally(unconfirmed=duties - 2, duties=duties)


def test_a_jurisdiction_without_a_file_is_counted_as_the_federal_base(adam, now):
    assert unconfirmed_count("us-zz", A_DAY).duties == len(protocol_for("us").duties_on(A_DAY))


def test_all_protocols_are_counted_with_one_question(adam, now, django_assert_num_queries):
    confirmed(adam, now, POLICE)

    with django_assert_num_queries(1):
        stands = confirmations.standings()

    assert set(stands) == set(protocols_in_use())
    assert stands["us-mo"] == standing("us-mo")
    assert stands["us"][POLICE].confirmed is Confirmed.NO
