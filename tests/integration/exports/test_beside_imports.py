"""Files and imports share one process of the worker, so that the other is free for reminders."""

import pytest

from casework.models import ImportBatch
from casework.operations import export_queue, import_work, imports
from tests.integration.exports.making import NOW, asked
from tests.integration.imports.files import an_import

pytestmark = pytest.mark.django_db


@pytest.fixture
def to_check(unit, adam):
    """A file of earlier records that waits to be checked."""
    batch = an_import(by=adam, now=NOW)
    how = imports.HowToRead(columns=batch.columns, unit=unit)
    imports.ask_check(batch=batch, by=adam, now=NOW, how=how)
    return batch


def test_while_a_file_is_made_no_import_begins(unit, adam, to_check):
    asked(adam)
    assert export_queue.claim(now=NOW) is not None

    assert import_work.work_on_one(clock=lambda: NOW) is False
    assert import_work.work_on_one(clock=lambda: NOW + export_queue.LEASE * 2) is True


def test_while_an_import_is_worked_on_no_file_is_made(unit, adam, to_check):
    export = asked(adam)
    ImportBatch.objects.update(claimed_until=NOW + import_work.LEASE)

    assert export_queue.claim(now=NOW) is None
    assert export_queue.claim(now=NOW + import_work.LEASE * 2) == export
