"""The columns of earlier records: what each holds, how their headers are guessed, and the template."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is written in a column."""

    TEXT = "text"
    BIRTH_DATE = "birth_date"
    MOMENT = "moment"
    TIME = "time"
    CHOICE = "choice"
    RACES = "races"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One thing that a file can tell."""

    key: str
    label: str
    about: str
    example: str
    kind: Kind = Kind.TEXT
    longest: int = 160
    is_required: bool = False
    also: tuple[str, ...] = ()
    """Other headers under which it is found, as `simplified` writes them."""


def _moment(
    key: str, label: str, about: str, example: str, *also: str, is_required: bool = False
) -> tuple[Column, Column]:
    """A column of days and times, and one beside it for files that keep the time by itself."""
    stem = key.removesuffix("_at")
    return (
        Column(
            key=key,
            label=label,
            about=f"{about} A day and a time; a day alone where no time is known.",
            example=example,
            kind=Kind.MOMENT,
            is_required=is_required,
            also=(f"{stem}_date", f"date_{stem}", stem, *also),
        ),
        Column(
            key=f"{stem}_time",
            label=f"{label}: time",
            about=f"Only where the column “{label}” holds the day alone.",
            example="",
            kind=Kind.TIME,
            also=(f"time_{stem}", f"{stem}_at_time", *(f"{one}_time" for one in also)),
        ),
    )


def _said(key: str, label: str, *also: str) -> Column:
    return Column(
        key=key,
        label=label,
        about="Yes or No. Empty is not recorded, and never No. Not needed beside a time.",
        example="",
        kind=Kind.CHOICE,
        also=also,
    )


COLUMNS: tuple[Column, ...] = (
    Column(
        key="case_number",
        label="Case number",
        about="The agency's number of the youth, or any key that is the same in all their rows.",
        example="EX-1001",
        longest=40,
        is_required=True,
        also=("youth_key", "key", "case_no", "case_id", "client_id", "person_id", "youth_id", "id"),
    ),
    Column(
        key="first_name",
        label="First name",
        about="May be empty: the youth is then listed under the case number.",
        example="Example",
        also=("given_name", "first", "fname", "youth_first_name"),
    ),
    Column(
        key="last_name",
        label="Last name",
        about="",
        example="Youth",
        also=("family_name", "surname", "last", "lname", "youth_last_name"),
    ),
    Column(
        key="born_on",
        label="Date of birth",
        about="A day.",
        example="2009-05-17",
        kind=Kind.BIRTH_DATE,
        also=("dob", "birth_date", "birthdate", "birthday"),
    ),
    Column(
        key="sex",
        label="Sex",
        about="Female or Male, as the agency's record states it.",
        example="Female",
        kind=Kind.CHOICE,
        also=("gender",),
    ),
    Column(
        key="races",
        label="Race",
        about=(
            "One or more, with ; or / between: American Indian or Alaska Native, Asian, Black or "
            "African American, Native Hawaiian or Other Pacific Islander, White."
        ),
        example="Black or African American; White",
        kind=Kind.RACES,
        also=("race_s", "races_s", "youth_race", "child_race"),
    ),
    Column(
        key="is_hispanic",
        label="Hispanic or Latino",
        about="Yes, No or Unknown. Empty is not recorded, and never No.",
        example="No",
        kind=Kind.CHOICE,
        also=("hispanic", "hispanic_latino", "latino", "ethnicity", "hispanic_origin"),
    ),
    Column(
        key="unit",
        label="Unit",
        about="The name of a unit in Porchlight. Empty: the unit that is chosen for the whole file.",
        example="",
        also=("office", "unit_name", "county_office", "region"),
    ),
    Column(
        key="worker_email",
        label="Worker's e-mail",
        about="The address of an account in Porchlight: who held the episode.",
        example="",
        also=("worker", "caseworker", "caseworker_email", "assigned_to", "email"),
    ),
    *_moment(
        "told_at", "Agency told", "When the agency was told.", "2024-01-31 22:30",
        "notified", "reported_missing", "missing_reported", "date_missing", "episode_start",
        is_required=True,
    ),
    *_moment(
        "last_seen_at", "Last seen", "When the youth was last seen.", "2024-01-31 21:00",
        "last_seen_on", "missing_since",
    ),
    Column(
        key="placement_kind",
        label="Placement",
        about="The kind of place the youth was missing from.",
        example="Group home",
        kind=Kind.CHOICE,
        also=("placement", "placement_type", "living_arrangement"),
    ),
    *_moment(
        "located_at", "Located", "When contact was safe, before the return.", "", "date_found",
        "found",
    ),
    *_moment(
        "returned_at", "Returned", "When the youth was back.", "2024-02-02 07:15",
        "date_returned", "return",
    ),
    *_moment(
        "ended_at", "Ended", "When it ended otherwise. Either this or Returned is filled.", "",
        "closed", "episode_end", "end",
    ),
    Column(
        key="end_reason",
        label="How it ended",
        about="Needed where Returned is empty.",
        example="Returned",
        kind=Kind.CHOICE,
        also=("end_reason", "outcome", "closure_reason", "exit_reason", "reason"),
    ),
    Column(
        key="returned_to",
        label="Returned to",
        about="Back at placement, or a different safe place. Empty is not recorded.",
        example="Back at placement",
        kind=Kind.CHOICE,
        also=("return_to",),
    ),
    *_moment(
        "police_at", "Police report", "When the report to police was made.", "2024-01-31 23:10",
        "police_reported", "police_report", "law_enforcement_notified", "le_report",
    ),
    Column(
        key="police_number",
        label="Police report number",
        about="As police gave it.",
        example="EX 24-0042",
        longest=60,
        also=("police_report_number", "police_report_no", "report_number", "le_report_number"),
    ),
    _said("police_said", "Police report made", "reported_to_police", "police_report_made"),
    *_moment(
        "ncmec_at", "NCMEC report", "When the report to NCMEC was made.", "2024-02-01 08:00",
        "ncmec_reported", "ncmec_report", "ncmec_notified",
    ),
    Column(
        key="ncmec_number",
        label="NCMEC number",
        about="As NCMEC gave it.",
        example="",
        longest=60,
        also=("ncmec_report_number", "ncmec_case_number", "ncmec_no"),
    ),
    Column(
        key="ncmec_type",
        label="NCMEC type",
        about="How NCMEC listed the case, as NCMEC names its types.",
        example="",
        kind=Kind.CHOICE,
        also=("ncmec_case_type", "ncmec_category", "type_of_case", "case_type"),
    ),
    _said("ncmec_said", "NCMEC report made", "reported_to_ncmec", "ncmec_report_made"),
    *_moment(
        "screening_at", "Screened", "When the youth was screened for trafficking after the return.",
        "2024-02-02 10:00", "screened_on", "trafficking_screen",
    ),
    _said("screening_said", "Screening done", "screened_for_trafficking", "screening_completed"),
    *_moment(
        "conversation_at", "Conversation", "When the conversation after the return was offered.",
        "", "return_interview", "debriefing",
    ),
    _said("conversation_said", "Conversation offered", "offered_conversation"),
    Column(
        key="told_by",
        label="Told by",
        about="Who told the agency.",
        example="",
        longest=120,
        also=("reported_by", "informant", "source"),
    ),
)  # fmt: skip
COLUMN_OF = {column.key: column for column in COLUMNS}
MOMENTS = tuple(column.key for column in COLUMNS if column.kind is Kind.MOMENT)


def time_column_of(moment: str) -> str:
    """The key of the column that holds the time of a day: "told_time" of "told_at"."""
    return f"{moment.removesuffix('_at')}_time"


def simplified(header: str) -> str:
    """A header to compare: "Date of Birth " as "date_of_birth"."""
    return re.sub(r"[^a-z0-9]+", "_", header.casefold()).strip("_")


def guess_columns(headers: Sequence[str]) -> dict[str, int]:
    """Which header holds what, by names alone: each of our keys with the place of a header.

    A header is guessed for one key at most, and the key's own name or label goes first.
    """
    simple = [simplified(header) for header in headers]
    guessed: dict[str, int] = {}
    for names_of in (_own_names, _other_names):
        for column in COLUMNS:
            if column.key in guessed:
                continue
            for name in names_of(column):
                free = [at for at, header in enumerate(simple) if header == name]
                free = [at for at in free if at not in guessed.values()]
                if free:
                    guessed[column.key] = free[0]
                    break
    return guessed


def _own_names(column: Column) -> tuple[str, ...]:
    return column.key, simplified(column.label)


def _other_names(column: Column) -> tuple[str, ...]:
    return column.also


def missing_columns(chosen: Mapping[str, int]) -> list[str]:
    """The labels of what a file must tell and has no column for."""
    missing = [one.label for one in COLUMNS if one.is_required and one.key not in chosen]
    if not {"returned_at", "ended_at"} & chosen.keys():
        missing.append("Returned or Ended")
    return missing


def template_csv() -> str:
    """The file to start from: the headers and one made-up row. With a mark that Excel reads as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    shown = [column for column in COLUMNS if column.kind is not Kind.TIME]
    writer.writerow([column.label for column in shown])
    writer.writerow([column.example for column in shown])
    return "\ufeff" + out.getvalue()
