"""What every file says about itself, and its name."""

from collections.abc import Collection, Sequence
from datetime import tzinfo

from django.conf import settings
from django.utils.text import slugify

from casework.exports.document import Document, Fact, Meaning, Sheet
from casework.exports.work import Work
from casework.models import Export, ExportKind, ExportPurpose, Role
from casework.policies.count_definitions import VERSION, versions_words
from casework.policies.file_formats import FileFormat

_LONGEST_UNIT = 40  # letters of a unit's name in the name of a file
_STAYS = "Stays inside the agency: a small number can point at a youth."
TITLES = {
    ExportKind.COUNTS: "Counts, internal",
    ExportKind.ROWS: "Episodes, internal",
    ExportKind.SHARED: "Counts, to share",
    ExportKind.TIMELINESS: "Proof of timeliness",
}
_AS_ON_FILE_NOW = (ExportKind.ROWS, ExportKind.TIMELINESS)  # also where the month is locked


def document_of(
    work: Work,
    *,
    sheets: Sequence[Sheet],
    meanings: Sequence[Meaning] = (),
    notes: Sequence[Fact] = (),
    versions: Collection[str] = (),
) -> Document:
    """A document of these tables that says whose it is, of when, and for what.

    `versions` are those of the definitions, where neither the lock nor today says them.
    """
    so_far = "" if work.is_over else ", so far"
    title = f"{TITLES[ExportKind(work.export.kind)]}: {work.period.label}{so_far}"
    return Document(
        title=title, about=[*about(work, versions), *notes], sheets=sheets, meanings=meanings
    )


def about(work: Work, versions: Collection[str] = ()) -> list[Fact]:
    """Agency, scope, period, zone, lock, purpose: what a reader must know to compare figures."""
    export, kind = work.export, ExportKind(work.export.kind)
    made = work.now.astimezone(work.scope.zone).isoformat(timespec="seconds")
    purpose = str(ExportPurpose(export.purpose).label)
    if export.purpose_words:
        purpose = f"{purpose}: {export.purpose_words}"
    facts = [
        ("agency", "Agency", settings.AGENCY_NAME),
        ("what", "What this is", str(kind.label)),
        ("scope", "Of", work.scope.words),
        ("period", "Period", work.period.label),
        ("is_over", "Is the period over?", "Yes" if work.is_over else f"NOT OVER: as of {made}"),
        ("calendar", "Calendar", _calendar(work)),
        ("zone", "Zone of the times", str(work.scope.zone)),
        ("made_at", "Made", made),
        ("lock", "Locked", _lock(work)),
        ("definitions_version", "Definitions", _definitions(work, versions)),
        ("purpose", "Purpose", purpose),
        ("asked_by", "Asked for by", str(Role(export.asked_by.role).label)),
        ("number", "Number of this file", str(export.public_id)),
    ]
    if kind in (ExportKind.COUNTS, ExportKind.ROWS):
        facts.insert(2, ("handling", "Handling", _STAYS))
    return [Fact(key=key, label=label, value=value) for key, label, value in facts]


def file_name(export: Export, zone: tzinfo) -> str:
    """ "porchlight-counts-2026-03-agency.xlsx"; of a period that was not over, as of which day in
    the zone of its scope.
    """
    whose = slugify(export.unit.name)[:_LONGEST_UNIT] or "unit" if export.unit else "agency"
    so_far = ""
    if export.done_at is not None and not export.is_of_whole_period:
        so_far = f"-not-over-as-of-{export.done_at.astimezone(zone).date().isoformat()}"
    extension = FileFormat(export.file_format).extension
    return f"porchlight-{export.kind}-{export.period}-{whose}{so_far}.{extension}"


def _calendar(work: Work) -> str:
    zones = ", ".join(sorted(str(zone) for zone in work.scope.zones))
    return f"Each unit's months are those of its own calendar ({zones or 'no unit'})"


def _lock(work: Work) -> str:
    if work.lock is None and work.export.kind == ExportKind.SHARED:
        return "As first shared: later entries do not change what is shared of a period"
    if work.lock is None:
        return "Not locked: figures follow every entry that is added or corrected"
    at = work.lock.locked_at.astimezone(work.scope.zone).isoformat(timespec="seconds")
    version = f"Version {work.lock.version}, locked {at}"
    if work.export.kind in _AS_ON_FILE_NOW:
        return f"{version}. The rows show what is on file now, which can differ from the lock"
    return version


def _definitions(work: Work, versions: Collection[str]) -> str:
    if versions:
        return versions_words(versions)
    is_of_lock = work.lock is not None and work.export.kind not in _AS_ON_FILE_NOW
    return work.lock.definitions_version if work.lock and is_of_lock else VERSION
