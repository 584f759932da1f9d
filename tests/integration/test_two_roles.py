"""The runbook's SQL for a second role does what the runbook says it does."""

import re

import pytest
from django.db import ProgrammingError, connection, transaction

from casework import audit
from casework.local.paths import ROOT
from tests.integration.scenes import log

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()


@pytest.fixture
def as_the_application(db):
    """From here on, statements run as the role that owns nothing; a rollback takes it away."""
    [sql] = re.findall(r"```sql\n(CREATE ROLE.*?)```", RUNBOOK, re.DOTALL)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET LOCAL ROLE porchlight_app")


def test_the_application_works_with_the_second_role(jordan, ana, now, as_the_application):
    assert log(jordan, by=ana, now=now).duties.exists()
    audit.record("person.signed_in", subject=ana, by=ana, at=now)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE casework_auditevent SET event = 'x'",
        "DELETE FROM casework_auditevent",
        "TRUNCATE casework_auditevent",
        "ALTER TABLE casework_auditevent DISABLE TRIGGER ALL",
        "DROP TABLE casework_auditevent",
        "SET session_replication_role = replica",
    ],
)
def test_the_second_role_can_neither_change_the_trail_nor_unguard_it(
    ana, now, as_the_application, statement
):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
