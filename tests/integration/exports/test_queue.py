"""The way of a file: asked, claimed, made, kept, cancelled, tried again, given up, expired."""

import uuid
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection

from casework.exports import count_tables, making, share, timeliness
from casework.exports.document import CannotBeWritten
from casework.exports.making import make_next
from casework.exports.work import LONGEST, Made
from casework.models import AuditEvent, Export, ExportKind, ExportPart, ExportPurpose, ExportState
from casework.operations import export_queue, exports
from casework.operations.exports import Refused
from casework.policies.file_formats import FileFormat
from tests.integration.exports.making import NOW, asked, content, made, stands

pytestmark = pytest.mark.django_db
A_MINUTE = timedelta(minutes=1)


def fails_with(error: Exception):
    def maker(work, to):
        to.write(b"half")
        raise error

    return {ExportKind.COUNTS: maker}


def test_a_file_is_kept_whole_with_its_sum_for_seven_days(unit, adam):
    export = made(adam)

    assert export.sha256 == sha256(content(export)).hexdigest()
    assert export.expires_at == NOW + timedelta(days=7)
    assert export.state(NOW) is ExportState.DONE
    events = AuditEvent.objects.filter(subject_id=export.public_id).order_by("id")
    assert [event.event for event in events] == ["export.asked", "export.made"]
    assert events[0].detail["purpose"] == "state_report"


def test_the_same_form_twice_is_one_file(unit, adam):
    key = uuid.uuid4()

    assert asked(adam, submission_key=key) == asked(adam, submission_key=key)


def test_what_somebody_types_does_not_reach_the_audit_trail(unit, adam):
    export = asked(adam, purpose_words="For the hearing on Friday")

    [event] = AuditEvent.objects.filter(subject_id=export.public_id)
    assert "hearing" not in str(event.detail)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"purpose": ExportPurpose.OTHER}, "Say in a few words"),
        ({"kind": ExportKind.ROWS, "file_format": FileFormat.PDF}, "cannot be a PDF"),
        ({"period": "2026-04"}, "has not begun"),
    ],
)
def test_what_cannot_be_made_is_refused_with_a_word(fields, words, unit, adam):
    with pytest.raises(Refused, match=words):
        asked(adam, **fields)


def test_a_supervisor_takes_out_no_rows(unit, sam):
    with pytest.raises(Refused, match="Ask an admin"):
        asked(sam, kind=ExportKind.ROWS)


def test_nobody_fills_the_queue(unit, adam):
    for _ in range(exports.MOST_UNFINISHED):
        asked(adam)

    with pytest.raises(Refused, match="5 of your files are not made yet"):
        asked(adam)


def test_one_file_is_made_at_a_time_and_the_next_waits(unit, adam, sam):
    first, second = asked(adam), asked(sam)

    claimed = export_queue.claim(now=NOW)

    assert claimed == first
    assert export_queue.claim(now=NOW + A_MINUTE) is None
    first.refresh_from_db()
    assert [one.state(NOW) for one in (first, second)] == [ExportState.RUNNING, ExportState.WAITING]


def test_what_a_killed_worker_left_is_made_by_another(unit, adam):
    export = asked(adam)
    export_queue.claim(now=NOW)
    later = NOW + export_queue.LEASE + A_MINUTE

    assert make_next(clock=stands(later))

    export.refresh_from_db()
    assert (export.state(later), export.attempts) == (ExportState.DONE, 2)


def test_a_worker_that_was_only_slow_keeps_nothing_once_another_has_taken_over(unit, adam):
    asked(adam)
    slow = export_queue.claim(now=NOW)
    taken_over = export_queue.claim(now=NOW + export_queue.LEASE + A_MINUTE)

    assert taken_over == slow
    with pytest.raises(export_queue.Stopped):
        export_queue.note_progress(slow, rows=1, of=2, now=NOW)


def test_a_file_that_kills_each_worker_is_given_up_with_a_word(unit, adam):
    export = asked(adam)
    now = NOW
    for _ in range(export_queue.ATTEMPTS):
        assert export_queue.claim(now=now)
        now += export_queue.LEASE + A_MINUTE

    assert export_queue.claim(now=now) is None

    export.refresh_from_db()
    assert export.state(now) is ExportState.FAILED
    assert "Ask for a shorter time" in export.failed_words


def test_a_cancelled_file_stops_and_leaves_nothing(unit, adam, monkeypatch):
    export = asked(adam)

    def cancelled_meanwhile(work, to):
        to.write(b"half")
        exports.cancel(export=export, by=adam, now=NOW)
        return Made(rows=1, lock=None)

    monkeypatch.setattr(making, "MAKERS", {ExportKind.COUNTS: cancelled_meanwhile})
    assert make_next(clock=stands())

    export.refresh_from_db()
    assert export.state(NOW) is ExportState.CANCELLED
    assert not ExportPart.objects.exists()
    assert not make_next(clock=stands(NOW + timedelta(days=1)))


def test_what_cancels_between_writing_and_keeping_leaves_nothing(unit, adam, tmp_path):
    asked(adam)
    export = export_queue.claim(now=NOW)
    exports.cancel(export=export, by=adam, now=NOW)
    (tmp_path / "file").write_bytes(b"whole")

    with (tmp_path / "file").open("rb") as file, pytest.raises(export_queue.Stopped):
        export_queue.keep(export, file, rows=1, lock=None, is_of_whole_period=True, now=NOW)

    assert not ExportPart.objects.exists()


def test_while_a_cancelled_file_is_still_written_no_other_begins(unit, adam, monkeypatch):
    export, following = asked(adam), asked(adam, kind=ExportKind.ROWS)
    begun = []

    def cancelled_meanwhile(work, to):
        exports.cancel(export=export, by=adam, now=NOW)
        begun.append(export_queue.claim(now=NOW))
        return Made(rows=1, lock=None)

    monkeypatch.setattr(making, "MAKERS", {ExportKind.COUNTS: cancelled_meanwhile})
    make_next(clock=stands())

    assert begun == [None]
    assert export_queue.claim(now=NOW) == following


@pytest.mark.parametrize(
    ("module", "question", "fields"),
    [
        (count_tables, "count_period", {}),
        (timeliness, "totals_of", {"kind": ExportKind.TIMELINESS}),
        (share, "count_period", {"kind": ExportKind.SHARED, "period": "2025"}),
    ],
)
def test_a_file_may_ask_longer_than_a_page_and_no_longer_than_its_claim(
    module, question, fields, unit, adam, monkeypatch
):
    assert export_queue.LEASE > LONGEST
    asks, allowed = getattr(module, question), []

    def noted(*args, **named):
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            allowed.append(cursor.fetchone()[0])
        return asks(*args, **named)

    monkeypatch.setattr(module, question, noted)
    made(adam, **fields)

    assert allowed == ["10min"]


def test_what_was_made_cannot_be_cancelled(unit, adam):
    with pytest.raises(Refused, match="nothing to cancel"):
        exports.cancel(export=made(adam), by=adam, now=NOW)


def test_something_unforeseen_is_tried_three_times_and_then_given_up(unit, adam, monkeypatch):
    monkeypatch.setattr(making, "MAKERS", fails_with(RuntimeError("secret detail")))
    export = asked(adam)

    for attempt in range(export_queue.ATTEMPTS):
        assert make_next(clock=stands(NOW + attempt * A_MINUTE))

    export.refresh_from_db()
    assert export.state(NOW) is ExportState.FAILED
    assert export.failed_words == export_queue.WENT_WRONG
    assert not ExportPart.objects.exists()


def test_what_does_not_fit_into_the_file_is_said_at_once(unit, adam, monkeypatch):
    monkeypatch.setattr(making, "MAKERS", fails_with(CannotBeWritten("Ask for CSV.")))
    export = asked(adam)

    make_next(clock=stands())

    export.refresh_from_db()
    assert (export.failed_words, export.attempts) == ("Ask for CSV.", 1)


def test_who_has_lost_the_right_meanwhile_gets_no_file(unit, adam):
    export = asked(adam, kind=ExportKind.ROWS)
    adam.role = "auditor"
    adam.save()

    make_next(clock=stands())

    export.refresh_from_db()
    assert export.failed_words == making.NOT_ALLOWED


def test_an_expired_file_is_deleted_and_what_was_asked_is_kept(unit, adam):
    export = made(adam)
    later = export.expires_at

    assert exports.clear_expired(now=later - A_MINUTE) == 0
    assert exports.clear_expired(now=later) == 1
    assert exports.clear_expired(now=later) == 0

    export.refresh_from_db()
    assert not export.parts.exists()
    assert export.state(later) is ExportState.EXPIRED
    with pytest.raises(Refused, match="Ask for it again"):
        exports.download(export=export, by=adam, now=later)


def test_a_file_that_has_expired_is_not_given_though_it_is_not_deleted_yet(unit, adam):
    export = made(adam)

    with pytest.raises(Refused, match="has expired"):
        exports.download(export=export, by=adam, now=export.expires_at)


def test_a_file_of_several_megabytes_comes_back_whole(unit, adam, monkeypatch):
    large = b"0123456789abcdef" * 150_000

    def maker(work, to):
        to.write(large)
        return Made(rows=1, lock=None)

    monkeypatch.setattr(making, "MAKERS", {ExportKind.COUNTS: maker})
    export = made(adam)

    assert export.parts.count() == 3
    assert b"".join(exports.download(export=export, by=adam, now=NOW)) == large
    assert Export.objects.get(pk=export.pk).first_downloaded_at == NOW
    assert AuditEvent.objects.filter(event="export.downloaded").count() == 1
