"""An uploaded file is checked and brought in by whoever is rung, one at a time; it can be stopped."""

import contextlib
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from casework.models import Episode, ImportBatch, ImportChunk, ImportState
from casework.operations import import_staging, import_work, imports
from casework.operations.import_work import work_on_one
from casework.tasks import work_on_imports
from tests.integration.imports.files import an_import, bring, csv_of, row

pytestmark = pytest.mark.django_db


def how(batch: ImportBatch) -> imports.HowToRead:
    return imports.HowToRead(columns=batch.columns, unit=batch.unit)


def test_a_file_is_checked_then_brought_in_and_then_not_kept(unit, adam, now):
    batch = an_import(by=adam, now=now)
    imports.ask_check(batch=batch, by=adam, now=now, how=how(batch))

    assert work_on_one(clock=lambda: now)
    batch.refresh_from_db()
    assert batch.can_import
    assert batch.summary["episodes"] == 1
    assert not Episode.objects.exists()

    imports.ask_import(batch=batch, by=adam, now=now)
    assert work_on_one(clock=lambda: now)
    batch.refresh_from_db()
    assert (batch.state, batch.episode_count) == (ImportState.IMPORTED, 1)
    assert not ImportChunk.objects.exists()
    assert not work_on_one(clock=lambda: now)


def test_what_the_file_knows_beyond_the_record_is_said_on_the_page_and_by_the_command(
    unit, adam, now, as_person, tmp_path, capsys
):
    bring([row()], by=adam, now=now)
    later = row(told_at="2024-05-13", returned_at="2024-05-14", races="White")
    content = csv_of([later]).encode()
    says = "Race, sex or Hispanic of 1 youth on file was left as it is: what is on file stays."

    batch = imports.receive(parts=[content], by=adam, now=now)
    imports.ask_check(batch=batch, by=adam, now=now, how=how(batch))
    assert work_on_one(clock=lambda: now)
    page = as_person(adam).get(batch.get_absolute_url())
    assert says in page.content.decode()

    file = tmp_path / "history.csv"
    file.write_bytes(content)
    call_command("import_episodes", str(file), by=adam.email, dry_run=True)
    assert says in capsys.readouterr().out


def test_only_one_is_worked_on_at_a_time_and_a_dead_one_is_taken_up_again(unit, adam, now):
    for key in ("EX-1", "EX-2"):
        batch = imports.receive(parts=[csv_of([row(case_number=key)]).encode()], by=adam, now=now)
        imports.ask_check(batch=batch, by=adam, now=now, how=how(batch))
    first = ImportBatch.objects.earliest("id")
    ImportBatch.objects.filter(pk=first.pk).update(claimed_until=now + timedelta(minutes=1))

    assert not work_on_one(clock=lambda: now)
    assert work_on_one(clock=lambda: now + timedelta(minutes=2))


def test_what_is_cut_off_again_and_again_is_given_up_in_words(unit, adam, now):
    batch = an_import(by=adam, now=now)
    imports.ask_check(batch=batch, by=adam, now=now, how=how(batch))
    ImportBatch.objects.update(attempts=import_work.ATTEMPTS)

    work_on_one(clock=lambda: now)

    batch.refresh_from_db()
    assert batch.state == ImportState.FAILED
    assert "cut off" in batch.failed_why
    assert not ImportChunk.objects.exists()


def test_work_that_is_stopped_leaves_nothing(unit, adam, now, monkeypatch):
    batch = an_import(by=adam, now=now)
    imports.ask_check(batch=batch, by=adam, now=now, how=how(batch))
    work_on_one(clock=lambda: now)
    imports.ask_import(batch=batch, by=adam, now=now)
    write = import_work.import_writing.write

    def stopped_meanwhile(*args: object, **kwargs: object) -> object:
        done = write(*args, **kwargs)
        ImportBatch.objects.update(cancel_asked_at=now)
        return done

    monkeypatch.setattr(import_work.import_writing, "write", stopped_meanwhile)
    work_on_one(clock=lambda: now)

    batch.refresh_from_db()
    assert batch.state == ImportState.CANCELLED
    assert not Episode.objects.exists()
    assert not ImportChunk.objects.exists()


def test_a_file_that_nobody_brings_in_is_gone_after_a_day(unit, adam, now):
    batch = an_import(by=adam, now=now)

    assert imports.forget_old_files(now=now + timedelta(hours=23)) == 0
    assert imports.forget_old_files(now=now + timedelta(hours=25)) == 1
    batch.refresh_from_db()
    assert batch.state == ImportState.EXPIRED
    assert not ImportChunk.objects.exists()


def test_the_task_rings_and_an_undo_is_done_in_the_background_too(unit, adam, now, clock_stands):
    batch = an_import(by=adam, now=now)
    imports.ask_check(batch=batch, by=adam, now=now, how=how(batch))
    work_on_imports()
    imports.ask_import(batch=batch, by=adam, now=now)
    work_on_imports()
    imports.ask_undo(batch=batch, by=adam, now=now)
    work_on_imports()

    batch.refresh_from_db()
    assert batch.state == ImportState.UNDONE
    assert not Episode.objects.exists()


def test_a_large_file_is_refused_by_its_size(unit, adam, now, client, clock_stands, monkeypatch):
    from django.core.files.uploadedfile import SimpleUploadedFile

    for module in ("casework.operations.imports", "casework.forms.uploads"):
        monkeypatch.setattr(f"{module}.LARGEST_UPLOAD", 1_000)
    client.force_login(adam)
    file = SimpleUploadedFile("names.csv", b"x" * 200_000)

    page = client.post(reverse("imports"), {"file": file})

    assert "larger than" in page.content.decode()
    assert not ImportBatch.objects.exists()


def test_the_page_goes_from_a_file_to_its_problems(unit, adam, client, clock_stands):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(adam)
    content = csv_of([row(told_at="soon")]).encode()
    page = client.post(
        reverse("imports"), {"file": SimpleUploadedFile("Marlo.csv", content)}, follow=True
    )
    assert "What its columns hold" in page.content.decode()
    batch = ImportBatch.objects.get()
    chosen = {f"column_{at}": key for key, at in batch.columns.items()}
    page = client.post(
        batch.get_absolute_url(), chosen | {"unit": str(unit.public_id)}, follow=True
    )
    assert page["Refresh"] == "2"

    work_on_imports()
    page = client.get(batch.get_absolute_url())
    assert "1 problem" in page.content.decode()
    assert "Agency told" in page.content.decode()
    assert "Refresh" not in page


def test_a_file_without_a_row_of_names_leaves_none_of_its_first_row_behind(unit, adam, now):
    content = csv_of([row(), row(case_number="EX-2")]).split("\n", 1)[1].encode()
    batch = imports.receive(parts=[content], by=adam, now=now)
    assert "Marlo" in batch.headers
    ImportBatch.objects.update(problem_count=3, problems=[{"row": 1, "column": "", "says": "No"}])
    batch.refresh_from_db()

    imports.cancel(batch=batch, by=adam, now=now)

    batch.refresh_from_db()
    assert (batch.headers, batch.columns) == ([], {})
    assert (batch.problem_count, batch.problems) == (0, [])


def test_the_names_of_the_columns_go_when_the_file_is_brought_in(unit, adam, now):
    batch = an_import(by=adam, now=now)
    imports.ask_check(batch=batch, by=adam, now=now, how=how(batch))
    work_on_one(clock=lambda: now)
    imports.ask_import(batch=batch, by=adam, now=now)
    work_on_one(clock=lambda: now)

    batch.refresh_from_db()
    assert batch.state == ImportState.IMPORTED
    assert (batch.headers, batch.columns) == ([], {})


@pytest.mark.parametrize(
    "fault",
    [
        import_work.Cancelled(),
        import_work.Refused("Somebody brought in the same file."),
        import_work.HasProblems(1, import_work.Problems()),
        SoftTimeLimitExceeded(),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_worker_that_is_late_does_not_overwrite_what_another_has_done(
    unit, adam, now, monkeypatch, fault
):
    batch = an_import(by=adam, now=now)
    imports.ask_check(batch=batch, by=adam, now=now, how=how(batch))
    work_on_one(clock=lambda: now)
    imports.ask_import(batch=batch, by=adam, now=now)
    bring_in = import_work.bring_in

    def done_by_another_first(**asked: object) -> object:
        bring_in(**asked)
        raise fault

    monkeypatch.setattr(import_work, "bring_in", done_by_another_first)
    work_on_one(clock=lambda: now)

    batch.refresh_from_db()
    assert (batch.state, batch.episode_count, batch.failed_why) == (ImportState.IMPORTED, 1, "")


def test_a_worker_that_is_late_leaves_the_file_to_whoever_took_it_up_again(
    unit, adam, now, monkeypatch
):
    batch = an_import(by=adam, now=now)
    imports.ask_check(batch=batch, by=adam, now=now, how=how(batch))

    def taken_up_again(**_: object) -> object:
        ImportBatch.objects.update(attempts=2)
        raise import_work.Cancelled

    monkeypatch.setattr(import_work, "check", taken_up_again)
    work_on_one(clock=lambda: now)

    batch.refresh_from_db()
    assert batch.state == ImportState.TO_CHECK
    assert ImportChunk.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_others_see_how_far_it_is_and_who_cancels_meanwhile_stops_it(unit, adam, now, monkeypatch):
    monkeypatch.setattr(import_work, "SAY_EVERY", 0)
    monkeypatch.setattr(import_staging, "OFTEN", 2)
    rows = [row(case_number=f"EX-{number}") for number in range(5)]
    batch = imports.receive(parts=[csv_of(rows).encode()], by=adam, now=now)
    imports.ask_check(batch=batch, by=adam, now=now, how=how(batch))
    assert work_on_one(clock=lambda: now)
    seen = []
    stage_rows = import_staging.copy_rows

    def looked_at_meanwhile(*args: object) -> None:
        stage_rows(*args)
        with contextlib.closing(connection.copy("somebody else")) as line, line.cursor() as cursor:
            cursor.execute("SELECT step, rows_done, claimed_until FROM casework_importbatch")
            seen.append(cursor.fetchone())
            if len(seen) == 2:
                cursor.execute("UPDATE casework_importbatch SET cancel_asked_at = now()")

    monkeypatch.setattr(import_staging, "copy_rows", looked_at_meanwhile)
    imports.ask_import(batch=batch, by=adam, now=now)
    later = now + timedelta(minutes=4)
    clock = iter([now, *[later] * 9])
    work_on_one(clock=lambda: next(clock))

    assert seen == [
        ("", 0, now + import_work.LEASE),
        ("Reading rows", 2, later + import_work.LEASE),  # the lease goes on with the work
    ]
    batch.refresh_from_db()
    assert batch.state == ImportState.CANCELLED
    assert not Episode.objects.exists()
