"""Files asked for, made and cancelled at one moment: one is made at a time, none twice, none by half."""

from functools import partial

import pytest

from casework.exports.making import make_next
from casework.models import AuditEvent, Export, ExportKind, ExportPart, ExportState
from casework.operations import export_queue, exports
from casework.operations.exports import Refused
from casework.policies.file_formats import FileFormat
from tests.integration.exports.making import NOW, asked, content, stands


def test_of_many_workers_one_makes_the_file(at_once, unit, adam):
    export = asked(adam, kind=ExportKind.ROWS, file_format=FileFormat.CSV)

    took = at_once([partial(make_next, clock=stands())] * 4)

    export.refresh_from_db()
    assert took.count(True) == 1
    assert export.state(NOW) is ExportState.DONE
    assert export.size == len(content(export))
    assert AuditEvent.objects.filter(event="export.made").count() == 1


def test_of_two_files_one_is_claimed_and_one_waits(at_once, unit, adam, sam):
    files = [asked(adam), asked(sam)]

    claimed = at_once([partial(export_queue.claim, now=NOW)] * 4)

    assert [one for one in claimed if one is not None] == [files[0]]
    assert make_next(clock=stands(NOW)) is False


@pytest.mark.parametrize("round_", range(3))
def test_a_file_that_is_cancelled_while_it_is_made_is_whole_or_nothing(at_once, unit, adam, round_):
    export = asked(adam)

    def cancel():
        try:
            exports.cancel(export=export, by=adam, now=NOW)
        except Refused:
            return "too late"
        return "cancelled"

    said, _ = at_once([cancel, partial(make_next, clock=stands())])

    export = Export.objects.get(pk=export.pk)
    assert ExportPart.objects.exists() is (said == "too late")
    expected = ExportState.DONE if said == "too late" else ExportState.CANCELLED
    assert export.state(NOW) is expected


def test_one_form_sent_many_times_at_once_is_one_file(at_once, unit, adam):
    key = "11111111-1111-4111-8111-111111111111"

    at_once([partial(asked, adam, submission_key=key)] * 4)

    assert Export.objects.count() == 1
