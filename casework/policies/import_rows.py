"""One row of earlier records, read whole: what it says, or every problem that it has. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from casework.policies.import_columns import (
    COLUMN_OF,
    MOMENTS,
    Kind,
    missing_columns,
    time_column_of,
)
from casework.policies.import_dates import (
    FIRST_YEAR,
    CellProblem,
    DateOrder,
    Written,
    moment_of,
    read_day,
    read_time,
)
from casework.policies.import_text import BROKEN, CONTROL
from casework.policies.import_values import read_choice, read_races
from casework.policies.time_words import Moment, Precision

OLDEST, A_DAY = 26, timedelta(days=1)
REPORTS = ("police_at", "ncmec_at", "screening_at", "conversation_at")
AFTER_THE_RETURN = ("screening_at", "conversation_at")
LONG_BEFORE = timedelta(days=30)  # before the agency was told nobody reports to it, or for it
_LABEL = {key: column.label for key, column in COLUMN_OF.items()}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong, where: `row` as a spreadsheet numbers it, None for the file; our column's key."""

    row: int | None
    key: str
    says: str


@dataclass(frozen=True, kw_only=True)
class UnitKnown:
    """A unit to which rows can belong."""

    id: int
    zone: ZoneInfo


@dataclass(frozen=True, kw_only=True)
class Reader:
    """How the rows of one file are read.

    `columns` says where each key stands in a row, `width` how many names the first row has; `units` and `workers` are found by name and address
    in lower case, `unit` is meant where a row names none.
    """

    columns: Mapping[str, int]
    width: int
    units: Mapping[str, UnitKnown]
    workers: Mapping[str, int]
    now: datetime
    unit: UnitKnown | None = None
    order: DateOrder | None = None
    since_1904: bool = False

    def read(self, number: int, cells: Sequence[str]) -> "RowRead":
        """What the row says; with any problem it is not to be used."""
        return _Reading(self, number, cells).whole()


@dataclass(slots=True)
class RowRead:
    """What one row says. Empty texts and None are not recorded."""

    number: int
    texts: dict[str, str] = field(default_factory=dict)
    moments: dict[str, Moment] = field(default_factory=dict)
    born_on: date | None = None
    races: list[str] = field(default_factory=list)
    unit_id: int | None = None
    worker_id: int | None = None
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def youth_key(self) -> str:
        """Under which the youth's rows are brought together."""
        return self.texts.get("case_number", "").upper()


class _Reading:
    """Reads one row, collecting its problems."""

    def __init__(self, reader: Reader, number: int, cells: Sequence[str]) -> None:
        self.reader, self.cells = reader, cells
        self.row = RowRead(number)
        self.today = reader.now.date()

    def whole(self) -> RowRead:
        """Read every column; then hold what was read against itself."""
        if any(cell.strip() for cell in self.cells[self.reader.width :]):
            self._problem("", "This row has more cells than the first row has names")
        for key, column in COLUMN_OF.items():
            text = self._text(key)
            if not text or column.kind in (Kind.MOMENT, Kind.TIME):
                if not text and column.is_required and column.kind is not Kind.MOMENT:
                    self._problem(key, "This is empty")
                continue
            self._try(key, lambda key=key, text=text: self._set(key, text))  # type: ignore[misc]
        unit = self._unit()
        if unit is not None:
            self.row.unit_id = unit.id
            for key in MOMENTS:
                self._try(key, lambda key=key: self._set_moment(key, unit))  # type: ignore[misc]
        if not self.row.problems:
            self._settle_end()
        if not self.row.problems:
            for key, says in self._contradictions():
                self._problem(key, says)
        return self.row

    def _problem(self, key: str, says: str) -> None:
        self.row.problems.append(RowProblem(self.row.number, key, says))

    def _try(self, key: str, step: Callable[[], None]) -> None:
        try:
            step()
        except CellProblem as problem:
            self._problem(key, str(problem))

    def _text(self, key: str) -> str:
        at = self.reader.columns.get(key)
        return self.cells[at].strip() if at is not None and at < len(self.cells) else ""

    def _set(self, key: str, text: str) -> None:
        column = COLUMN_OF[key]
        if BROKEN.search(text):
            raise CellProblem(
                "A letter here is broken: this row is in another encoding than the rest. Save the "
                "file as “CSV UTF-8” and look at this cell"
            )
        if CONTROL.search(text):
            raise CellProblem("There is an invisible control character here. Type the cell anew")
        if column.kind is Kind.BIRTH_DATE:
            self.row.born_on = self._birth_date(text)
        elif column.kind is Kind.CHOICE:
            self.row.texts[key] = read_choice(key, text)
        elif column.kind is Kind.RACES:
            self.row.races = read_races(text)
        elif key == "worker_email":
            worker = self.reader.workers.get(text.casefold())
            if worker is None:
                raise CellProblem("No account has this address. Leave it empty, or add the person")
            self.row.worker_id = worker
        elif key != "unit":
            text = " ".join(text.split())
            if len(text) > column.longest:
                raise CellProblem(f"This is longer than {column.longest} characters")
            self.row.texts[key] = text

    def _birth_date(self, text: str) -> date:
        day = self._day(text).day
        if day > self.today:
            raise CellProblem("The date of birth must be in the past")
        return day

    def _day(self, text: str) -> Written:
        return read_day(
            text, order=self.reader.order, since_1904=self.reader.since_1904, today=self.today
        )

    def _unit(self) -> UnitKnown | None:
        name = self._text("unit")
        if not name:
            if self.reader.unit is None:
                self._problem(
                    "unit", "This is empty. Name a unit, or choose one for the whole file"
                )
            return self.reader.unit
        unit = self.reader.units.get(" ".join(name.casefold().split()))
        if unit is None:
            self._problem("unit", "No unit has this name. Write it as it stands in Porchlight")
        return unit

    def _set_moment(self, key: str, unit: UnitKnown) -> None:
        day, clock = self._text(key), self._text(time_column_of(key))
        if not day:
            if clock:
                raise CellProblem("There is a time without its day")
            if COLUMN_OF[key].is_required:
                raise CellProblem("This is empty. An episode starts when the agency was told")
            return
        written = self._day(day)
        if clock:
            if written.clock is not None and written.clock != time():
                raise CellProblem("The day has a time of its own, and another column has one too")
            written = Written(written.day, read_time(clock))
        moment = moment_of(written, unit.zone)
        if moment.at > self.reader.now:
            raise CellProblem("This is still to come. Check the year")
        self.row.moments[key] = moment

    def _settle_end(self) -> None:
        """Bring Returned, Ended and How it ended together, and let days begin after what they follow."""
        moments, texts = self.row.moments, self.row.texts
        returned, ended = moments.get("returned_at"), moments.get("ended_at")
        reason = texts.get("end_reason", "")
        if returned is None and ended is None:
            self._problem(
                "returned_at",
                "There is no end. A youth who is still missing is logged as missing instead",
            )
            return
        if not reason and returned is None:
            self._problem("end_reason", "This is empty, and so is Returned. Write how it ended")
            return
        if returned is not None and reason not in ("", "returned"):
            self._problem("end_reason", "Returned is filled, so this cannot be another end")
            return
        if returned is not None and ended is not None and returned.at != ended.at:
            self._problem("ended_at", "Returned is another time. Fill one of the two")
            return
        end = returned or ended
        if end is None:  # pragma: no cover (said above)
            return
        texts["end_reason"] = reason or "returned"
        moments["ended_at"] = end
        if texts["end_reason"] == "found_elsewhere":
            moments.setdefault("located_at", end)
        self._not_before("told_at", "last_seen_at")
        self._not_before("located_at", "told_at", "last_seen_at")
        self._not_before("ended_at", "told_at", "last_seen_at", "located_at")
        if texts["end_reason"] == "returned":
            moments["returned_at"] = moments["ended_at"]
            texts.setdefault("returned_to", "not_recorded")
        else:
            moments.pop("returned_at", None)
            texts.pop("returned_to", None)

    def _not_before(self, key: str, *earlier: str) -> None:
        """A day without a time counts as its first moment, but not as before what came first."""
        moment = self.row.moments.get(key)
        if moment is None or moment.precision is not Precision.DATE_ONLY:
            return
        before = [self.row.moments[one].at for one in earlier if one in self.row.moments]
        latest = max(before, default=moment.at)
        if moment.at < latest < moment.at + A_DAY:
            self.row.moments[key] = Moment(latest, moment.precision)

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        """What cannot be so, by what else the row says."""
        moments = self.row.moments
        told, end = moments["told_at"], moments["ended_at"]
        seen = moments.get("last_seen_at")
        if told.at.year < FIRST_YEAR:
            yield "told_at", "Check the year"
        for key in ("told_at", "located_at", "ended_at"):
            if seen is not None and key in moments and moments[key].at < seen.at:
                shown = "returned_at" if key == "ended_at" and "returned_at" in moments else key
                yield shown, f"This is earlier than {_LABEL['last_seen_at']}"
        located = moments.get("located_at")
        if located is not None and located.at > end.at:
            yield "located_at", "This is later than the end"
        if end.at < told.at and seen is None:
            yield (
                "returned_at" if "returned_at" in moments else "ended_at",
                "The end is before the agency was told. If that is so, fill Last seen too",
            )
        for key in REPORTS:
            if key not in moments:
                continue
            says = self._about_report(key, moments[key], told, end, seen)
            if says:
                yield key, says
            if self.row.texts.get(key.replace("_at", "_said")) == "no":
                yield key.replace("_at", "_said"), "This says No, but there is a time"
        born = self.row.born_on
        if born is not None and not 0 <= (told.at.date() - born).days / 365.25 <= OLDEST:
            yield "born_on", f"Check the year: at that time the youth was not 0 to {OLDEST}"

    def _about_report(
        self, key: str, report: Moment, told: Moment, end: Moment, seen: Moment | None
    ) -> str:
        latest = report.at + (A_DAY if report.precision is Precision.DATE_ONLY else timedelta())
        if key in AFTER_THE_RETURN:
            if self.row.texts["end_reason"] not in ("returned", "found_elsewhere"):
                return "This follows a return, and the youth did not return"
            back = self.row.moments.get("located_at", end)
            day = A_DAY if back.precision is Precision.DATE_ONLY else timedelta()
            return "This is before the return" if latest < back.at - day else ""
        if latest < told.at - LONG_BEFORE:
            return "This is long before the agency was told. Check the day"
        return "This is earlier than Last seen" if seen is not None and latest < seen.at else ""


def file_problems(columns: Mapping[str, int]) -> list[RowProblem]:
    """What a file lacks altogether."""
    return [
        RowProblem(None, "", f"No column is chosen for “{label}”")
        for label in missing_columns(columns)
    ]
