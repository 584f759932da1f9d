"""`./run manage import_episodes file.csv --by ADDRESS`: bring earlier records along, all or none."""

import csv
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from casework.access.permissions import Permission
from casework.access.roles import may
from casework.models import ImportBatch, Unit, User
from casework.operations import import_undo, import_work, imports
from casework.operations.import_staging import Problems, label_of
from casework.policies.import_columns import COLUMN_OF, COLUMNS, simplified, template_csv
from casework.policies.import_dates import DateOrder
from casework.policies.import_text import FileProblem
from casework.presenters.imports import left_words

SHOWN = 50  # problems on the screen; --problems writes them all


class Command(BaseCommand):
    """Check a file of earlier records, bring it in, or take it out again."""

    help = (
        "Bring earlier episodes along from a CSV file, all of them or none. Nothing is recorded with "
        "--dry-run. They count like others, and nobody is reminded of anything in them. "
        "--template prints a file to start from."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="a CSV file; the first row names the columns")
        parser.add_argument(
            "--by", metavar="ADDRESS", help="the admin's account that answers for it"
        )
        parser.add_argument("--dry-run", action="store_true", help="check, and record nothing")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="THEIRS=OURS",
            help='a header of the file and what it holds: --map "Client no=case_number"',
        )
        parser.add_argument("--unit", metavar="NAME", help="the unit of rows that name none")
        parser.add_argument(
            "--dates",
            choices=[order.value for order in DateOrder],
            help="which comes first in 3/4/2024; asked for where a file leaves it open",
        )
        parser.add_argument(
            "--since-1904",
            action="store_true",
            help="numbers of days count from 1904, as in workbooks of old Macs",
        )
        parser.add_argument("--problems", metavar="FILE", help="write the problems there, as CSV")
        parser.add_argument("--undo", metavar="ID", help="take this import out again")
        parser.add_argument("--template", action="store_true", help="print a file to start from")
        parser.add_argument("--columns", action="store_true", help="say what each column holds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked for. Raises CommandError, which says what to write."""
        if options["template"]:
            self.stdout.write(template_csv(), ending="")
        elif options["columns"]:
            for column in COLUMNS:
                self.stdout.write(f"{column.key}: {column.label}. {column.about}".rstrip())
        elif options["undo"] is not None:
            self._undo(options["undo"], by=_admin(options["by"]))
        elif options["file"]:
            self._bring(Path(options["file"]), by=_admin(options["by"]), options=options)
        else:
            raise CommandError("Give a file, or --template to get one to start from")

    def _bring(self, path: Path, *, by: User, options: dict[str, Any]) -> None:
        opened, now = _opener(path), timezone.now()
        try:
            with transaction.atomic():  # what goes wrong leaves nothing at all
                self._bring_or_check(opened, by=by, now=now, options=options)
        except FileProblem as error:
            raise CommandError(str(error)) from error
        except imports.Refused as error:
            raise CommandError(str(error)) from error
        except import_work.HasProblems as error:
            self._refuse(error.problems, options["problems"])

    def _bring_or_check(
        self,
        opened: Callable[[], BinaryIO],
        *,
        by: User,
        now: datetime,
        options: dict[str, Any],
    ) -> None:
        batch = imports.take_up(opened=opened, by=by, now=now)
        how = imports.HowToRead(
            columns=_mapped(batch, options["map"]),
            unit=_unit(options["unit"]) or batch.unit,
            date_order=options["dates"] or "",
            since_1904=options["since_1904"],
        )
        imports.read_like(batch, how)
        batch.save()
        self._say_columns(batch)
        if options["dry_run"]:
            self._check(batch, opened, now, options["problems"])
            transaction.set_rollback(True)
        else:
            done = import_work.bring_in(batch=batch, opened=opened, by=by, now=now, tell=self._tell)
            self.stderr.write("")
            self.stdout.write(
                f"{done.episode_count:,} episodes of {done.youth_count:,} new youth and of those "
                f"on file were brought in. To take them out again: --undo {done.public_id}"
            )

    def _check(
        self, batch: ImportBatch, opened: Callable[[], BinaryIO], now: datetime, file: str | None
    ) -> None:
        found = import_work.check(batch=batch, opened=opened, now=now, tell=self._tell)
        self.stderr.write("")
        if found.problems.count:
            self._refuse(found.problems, file)
        said = found.summary
        self.stdout.write(
            f"Nothing was recorded. The file would bring {said['episodes']:,} episodes, of "
            f"{said['new_youth']:,} new youth and {said['known_youth']:,} on file."
        )
        for line in left_words(said):
            self.stdout.write(line)

    def _refuse(self, problems: Problems, file: str | None) -> None:
        lines = [
            (one.row or "", label_of(one.key), one.says)
            for one in sorted(problems.named, key=lambda one: one.row or 0)
        ]
        if file:
            with Path(file).open("w", newline="", encoding="utf-8") as out:
                csv.writer(out).writerows([("Row", "Column", "What is wrong"), *lines])
        for row, column, says in lines[:SHOWN]:
            where = ", ".join(filter(None, (f"row {row}" if row else "the file", column)))
            self.stderr.write(f"{where}: {says}")
        named = f"The first {min(SHOWN, len(lines))} are above. " if problems.count > SHOWN else ""
        raise CommandError(
            f"{problems.count:,} {'problem' if problems.count == 1 else 'problems'}. {named}"
            "Nothing was recorded."
        )

    def _say_columns(self, batch: ImportBatch) -> None:
        names = {at: COLUMN_OF[key].label for key, at in batch.columns.items()}
        for at, header in enumerate(batch.headers):
            self.stderr.write(f"  {header}: {names.get(at, 'left out')}")

    def _tell(self, step: str, rows: int) -> None:
        self.stderr.write(f"\r{step}: {rows:,}   ", ending="")
        sys.stderr.flush()

    def _undo(self, public_id: str, *, by: User) -> None:
        try:
            batch = ImportBatch.objects.filter(public_id=public_id).first()
        except ValidationError:
            batch = None
        if batch is None:
            raise CommandError(f"--undo: there is no import {public_id}")
        try:
            undone = import_undo.undo(batch=batch, by=by, now=timezone.now())
        except imports.Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{undone.episode_count:,} episodes were taken out again.")


def _opener(path: Path) -> Callable[[], BinaryIO]:
    if not path.is_file():
        raise CommandError(f"There is no file {path}")
    return lambda: path.open("rb")


def _mapped(batch: ImportBatch, pairs: list[str]) -> dict[str, int]:
    """The columns as guessed, with what --map says instead."""
    columns: dict[str, int] = dict(batch.columns)
    headers = [simplified(header) for header in batch.headers]
    for pair in pairs:
        theirs, _, ours = pair.rpartition("=")
        if simplified(theirs) not in headers:
            raise CommandError(f'--map: the file has no column "{theirs}"')
        if ours and ours not in COLUMN_OF:
            raise CommandError(f'--map: there is no field "{ours}". See --columns')
        at = headers.index(simplified(theirs))
        columns = {key: place for key, place in columns.items() if place != at}
        if ours:
            columns[ours] = at
    return columns


def _unit(name: str | None) -> Unit | None:
    if not name:
        return None
    unit: Unit | None = Unit.objects.filter(name__iexact=name).first()
    if unit is None:
        raise CommandError(f'--unit: there is no unit "{name}"')
    return unit


def _admin(address: str | None) -> User:
    user = User.objects.filter(email__iexact=address or "", is_active=True).first()
    if user is None or not may(user, Permission.HISTORY_IMPORT):
        raise CommandError("--by: give the e-mail address of an admin's account")
    return user
