"""The list of one's files: what each is, how far it is, until when it is kept."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from casework.exports.about import TITLES
from casework.exports.making import NOT_ALLOWED
from casework.models import Export, ExportKind, ExportPurpose, ExportState, ScheduledExport
from casework.models.export import Asked
from casework.operations.export_queue import STOPPED_EACH_TIME, WENT_WRONG
from casework.policies.count_periods import read_period
from casework.policies.file_formats import FileFormat
from casework.policies.time_phrases import moment

_TAGS = {
    ExportState.DONE: "success",
    ExportState.FAILED: "overdue",
    ExportState.RUNNING: "due_later",
    ExportState.WAITING: "due_later",
}


@dataclass(frozen=True, kw_only=True)
class ExportRow:
    """One file in the list."""

    key: str
    """Keeps the place of whoever stands on its button, when the list is drawn anew."""
    what: str
    of: str
    of_url: str
    """The page whose figures it has; empty for whoever may not read them any more."""
    state: str
    tag: str
    detail: str
    asked: str
    purpose: str
    download_url: str
    cancel_url: str


@dataclass(frozen=True, kw_only=True)
class ScheduleRow:
    """One monthly export in the list."""

    what: str
    of: str
    detail: str
    is_paused: bool
    pause_url: str
    resume_url: str
    delete_url: str


def export_rows(
    exports: Iterable[Export], zone: tzinfo, in_reach: Collection[int], *, now: datetime
) -> list[ExportRow]:
    """The files, in the order given; only those `in_reach`, by their row's key, can be had."""
    return [_row(export, zone, is_in_reach=export.pk in in_reach, now=now) for export in exports]


def schedule_rows(some: Iterable[ScheduledExport]) -> list[ScheduleRow]:
    """The monthly exports, in the order given."""
    return [
        ScheduleRow(
            what=what(one),
            of=_whose(one),
            detail=f"From day {one.day} of the next month. {_purpose(one)}.",
            is_paused=one.paused_at is not None,
            pause_url=reverse("pause_schedule", args=[one.public_id]),
            resume_url=reverse("resume_schedule", args=[one.public_id]),
            delete_url=reverse("delete_schedule", args=[one.public_id]),
        )
        for one in some
    ]


def status_words(exports: Iterable[Export], *, now: datetime) -> str:
    """ "1 file is being made." for whoever cannot see the list change."""
    states = [export.state(now) for export in exports]
    unfinished = states.count(ExportState.WAITING) + states.count(ExportState.RUNNING)
    if unfinished:
        return f"{unfinished} {'file is' if unfinished == 1 else 'files are'} being made."
    ready = states.count(ExportState.DONE)
    return f"{ready} {'file is' if ready == 1 else 'files are'} ready." if ready else ""


def what(asked: Asked) -> str:
    """ "Counts, internal (XLSX)"."""
    return f"{TITLES[ExportKind(asked.kind)]} ({FileFormat(asked.file_format).value.upper()})"


def _row(export: Export, zone: tzinfo, *, is_in_reach: bool, now: datetime) -> ExportRow:
    state = export.state(now)
    is_there = state is ExportState.DONE
    is_unfinished = state in (ExportState.WAITING, ExportState.RUNNING)
    period = read_period(export.period, starts=settings.FISCAL_YEAR_STARTS)
    return ExportRow(
        key=str(export.public_id),
        what=what(export),
        of=f"{period.label}, {_whose(export)}",
        of_url=_page_of(export) if is_in_reach else "",
        state=state.value,
        tag=_TAGS.get(state, "neutral"),
        detail=_detail(export, state, zone, now=now)
        if is_in_reach or not is_there
        else NOT_ALLOWED,
        asked=moment(export.asked_at, zone, now=now),
        purpose=_purpose(export),
        download_url=reverse("download_export", args=[export.public_id])
        if is_there and is_in_reach
        else "",
        cancel_url=reverse("cancel_export", args=[export.public_id]) if is_unfinished else "",
    )


def _detail(export: Export, state: ExportState, zone: tzinfo, *, now: datetime) -> str:
    if state is ExportState.RUNNING:
        if not export.progress_of:
            return "Reading."
        return f"{export.progress:,} of {export.progress_of:,} rows."
    if state is ExportState.WAITING:
        return "It did not work at once, and is tried again." if export.attempts else ""
    if state is ExportState.FAILED:
        is_in_log = export.failed_words in (STOPPED_EACH_TIME, WENT_WRONG)
        number = f" Number {export.public_id}." if is_in_log else ""
        return export.failed_words + number
    if state is ExportState.DONE and export.expires_at is not None:
        rests = f"Locked version {export.lock.version}. " if export.lock else "Not locked. "
        so_far = "" if export.is_of_whole_period else "The period was not over. "
        until = moment(export.expires_at, zone, now=now)
        return f"{filesizeformat(export.size or 0)}. {so_far}{rests}Kept until {until}."
    return ""


def _page_of(export: Export) -> str:
    """The page whose figures the file has."""
    unit = {"unit": str(export.unit.public_id)} if export.unit else {}
    page = "timeliness" if export.kind == ExportKind.TIMELINESS else "counts"
    return reverse(page, query={"period": export.period} | unit)


def _purpose(asked: Asked) -> str:
    label = str(ExportPurpose(asked.purpose).label)
    return f"{label}: {asked.purpose_words}" if asked.purpose_words else label


def _whose(asked: Asked) -> str:
    return asked.unit.name if asked.unit else "the whole agency"
