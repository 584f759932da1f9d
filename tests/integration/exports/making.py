"""Ask for files, make them, read them."""

import csv
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

from casework.access.counts import CountScope, scopes_of
from casework.exports.making import make_next
from casework.models import Export, ExportKind, ExportPurpose, User
from casework.operations import exports
from casework.policies.count_periods import read_period
from casework.policies.file_formats import FileFormat
from tests.integration.counts.past import at

NOW = at(3, 3, 8)


def scope_of(user: User) -> CountScope:
    """The usual scope of a person."""
    return scopes_of(user)[0]


def asked(user: User, **fields: Any) -> Export:
    """A file of February that this person asks for."""
    return exports.ask(
        **{
            "by": user,
            "now": NOW,
            "scope": scope_of(user),
            "period": read_period(fields.pop("period", "2026-02"), starts=10),
            "kind": ExportKind.COUNTS,
            "file_format": FileFormat.JSON,
            "purpose": ExportPurpose.STATE_REPORT,
            "purpose_words": "",
            "submission_key": uuid.uuid4(),
            **fields,
        }
    )


def stands(now: datetime = NOW) -> Callable[[], datetime]:
    """A clock that stands."""
    return lambda: now


def made(user: User, **fields: Any) -> Export:
    """A file that was asked for and made."""
    export = asked(user, **fields)
    assert make_next(clock=stands(fields.get("now", NOW)))
    export.refresh_from_db()
    assert export.failed_words == ""
    return export


def content(export: Export) -> bytes:
    """The bytes of a file, as they are kept."""
    return b"".join(bytes(part.content) for part in export.parts.all())


def read_json(export: Export) -> dict[str, Any]:
    """A JSON file."""
    read: dict[str, Any] = json.loads(content(export))
    return read


def read_csv(export: Export, name: str) -> list[dict[str, str]]:
    """One table of a CSV file."""
    raw = zipfile.ZipFile(io.BytesIO(content(export))).read(f"{name}.csv")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
