"""A file every month: once, when the month is over everywhere and its day has come; then a mail."""

from datetime import timedelta

import pytest
from django.core import mail

from casework.access.counts import scopes_of
from casework.exports import making
from casework.exports.making import make_next
from casework.models import Export, ExportKind, ExportPurpose, Message, Role
from casework.notifications.sweep import sweep
from casework.operations import scheduled_exports
from casework.operations.exports import Refused
from casework.policies.file_formats import FileFormat
from tests.factories import UnitFactory
from tests.integration.counts.past import at
from tests.integration.exports.making import scope_of, stands

pytestmark = pytest.mark.django_db
IN_MARCH, APRIL_5 = at(3, 10), at(4, 5, 12)


@pytest.fixture
def every_month(unit, sam):
    """A function that schedules."""

    def schedule(**fields):
        return scheduled_exports.schedule(
            **{
                "by": sam,
                "now": IN_MARCH,
                "scope": scope_of(sam),
                "kind": ExportKind.COUNTS,
                "file_format": FileFormat.JSON,
                "purpose": ExportPurpose.STATE_REPORT,
                "purpose_words": "",
                "day": 5,
                **fields,
            }
        )

    return schedule


def test_the_month_that_is_running_is_the_first_and_each_is_asked_for_once(every_month, sam):
    every_month()

    asked = [scheduled_exports.ask_due(now=now) for now in (IN_MARCH, at(4, 4), APRIL_5, APRIL_5)]

    assert asked == [0, 0, 1, 0]
    [export] = Export.objects.all()
    assert (export.period, export.asked_by) == ("2026-03", sam)


def test_a_month_whose_days_all_passed_without_a_worker_is_made_later(every_month):
    every_month(day=28)

    assert scheduled_exports.ask_due(now=at(5, 2)) == 1
    assert scheduled_exports.ask_due(now=at(5, 2)) == 0
    assert Export.objects.get().period == "2026-03"
    assert scheduled_exports.ask_due(now=at(5, 28, 12)) == 1


def test_it_waits_until_the_month_is_over_in_every_zone(every_month, unit, sam):
    UnitFactory(parent=unit, time_zone="Pacific/Honolulu")
    every_month(day=1, scope=scopes_of(sam)[0])

    assert scheduled_exports.ask_due(now=at(4, 1, 9)) == 0  # 11 p.m. of March 31 in Honolulu
    assert scheduled_exports.ask_due(now=at(4, 1, 11)) == 1


def test_a_paused_one_makes_none_and_does_not_catch_up(every_month, sam):
    scheduled = every_month()
    scheduled_exports.pause(scheduled=scheduled, by=sam, now=IN_MARCH)
    assert scheduled_exports.ask_due(now=APRIL_5) == 0

    scheduled_exports.resume(scheduled=scheduled, by=sam, now=APRIL_5)

    assert scheduled_exports.ask_due(now=APRIL_5) == 0
    assert scheduled_exports.ask_due(now=at(5, 5)) == 1


def test_a_deleted_one_leaves_its_files(every_month, sam):
    scheduled = every_month()
    scheduled_exports.ask_due(now=APRIL_5)

    scheduled_exports.delete(scheduled=scheduled, by=sam, now=APRIL_5)

    assert Export.objects.get().schedule is None
    assert scheduled_exports.ask_due(now=at(5, 5)) == 0


def test_somebody_who_has_left_gets_no_more(every_month, sam, adam):
    every_month()
    sam.is_active, sam.deactivated_at, sam.deactivated_by = False, IN_MARCH, adam
    sam.save()

    assert scheduled_exports.ask_due(now=APRIL_5) == 0


def test_the_same_twice_is_one(every_month):
    assert every_month() == every_month()


def test_the_same_again_goes_on_where_it_was_paused(every_month, sam):
    scheduled = every_month()
    scheduled_exports.pause(scheduled=scheduled, by=sam, now=IN_MARCH)

    assert every_month() == scheduled

    assert scheduled_exports.ask_due(now=APRIL_5) == 1


@pytest.mark.parametrize("lost", ["role", "unit"])
def test_who_may_not_have_it_any_more_hears_once_that_it_could_not_be_made(
    every_month, sam, other_unit, lost
):
    scheduled = every_month()
    sam.role, sam.unit = (Role.AUDITOR, None) if lost == "role" else (sam.role, other_unit)
    sam.save()

    assert [scheduled_exports.ask_due(now=now) for now in (APRIL_5, at(5, 5, 12))] == [1, 0]
    make_next(clock=stands(APRIL_5))
    sweep(clock=stands(APRIL_5), seconds=5)

    assert Export.objects.get().failed_words == making.NOT_ALLOWED
    assert [sent.subject for sent in mail.outbox] == ["Your monthly export could not be made"]
    scheduled.refresh_from_db()
    assert scheduled.paused_at == APRIL_5


def test_nobody_schedules_without_end(every_month):
    for day in range(1, scheduled_exports.MOST_SCHEDULES + 1):
        every_month(day=day)

    with pytest.raises(Refused, match="Delete one first"):
        every_month(day=28)


@pytest.mark.parametrize("goes_well", [True, False])
def test_its_owner_hears_of_it_by_a_mail_that_says_nothing(
    every_month, sam, goes_well, monkeypatch
):
    if not goes_well:
        monkeypatch.setattr(making, "scope_for", lambda user, asked: None)
    every_month()
    scheduled_exports.ask_due(now=APRIL_5)
    make_next(clock=stands(APRIL_5))

    sweep(clock=stands(APRIL_5), seconds=5)

    [sent] = mail.outbox
    assert sent.to == [sam.email]
    became = "is ready to look at" if goes_well else "could not be made"
    assert sent.subject == f"Your monthly export {became}"
    assert "/counts/exports" in sent.body
    assert sam.unit.name not in sent.body
    assert "Mar" not in sent.body
    message = Message.objects.get()
    assert message.sent_at == APRIL_5
    sweep(clock=stands(APRIL_5 + timedelta(minutes=5)), seconds=5)
    assert len(mail.outbox) == 1


def test_a_file_that_somebody_asked_for_sends_no_mail(unit, adam):
    from tests.integration.exports.making import made

    made(adam)

    assert not Message.objects.exists()
