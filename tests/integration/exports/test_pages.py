"""The pages of exports: ask, list, download, cancel, have one made every month."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import AuditEvent, Export, ExportKind, Role, ScheduledExport, User
from casework.operations import export_queue
from tests.factories import UnitFactory, UserFactory
from tests.integration.counts.past import at
from tests.integration.models.rows import a_made_export, a_schedule, an_export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_stands")]
KEY = "11111111-1111-4111-8111-111111111111"


def answers(**fields):
    return {
        "period": "2026-02",
        "kind": "counts",
        "file_format": "csv",
        "purpose": "state_report",
        "purpose_words": "Quarterly report",
        "submission_key": KEY,
        **fields,
    }


def a_page_of(client, address: str) -> str:
    return re.sub(r"\s+", " ", client.get(address).content.decode())


def test_an_admin_asks_for_a_file_and_finds_it_in_the_list(client, adam, unit):
    client.force_login(adam)
    assert "Episodes row by row, without names" in a_page_of(client, "/counts/exports/ask")

    response = client.post("/counts/exports/ask", answers(kind="rows"), follow=True)

    assert "Your file is being made" in response.content.decode()
    assert "Episodes, internal (CSV)" in response.content.decode()
    export = Export.objects.get()
    assert (export.kind, export.unit, export.asked_by) == ("rows", None, adam)


def test_a_supervisor_is_not_offered_rows_and_a_forged_one_is_refused(client, sam):
    client.force_login(sam)

    page = a_page_of(client, "/counts/exports/ask")
    response = client.post(
        "/counts/exports/ask", answers(kind="rows", unit=str(sam.unit.public_id))
    )

    assert "row by row" not in page
    assert "to share" not in page
    assert response.status_code == 200
    assert not Export.objects.exists()


def test_the_page_of_counts_hands_over_its_month_and_unit(client, sam):
    client.force_login(sam)

    page = a_page_of(client, f"/counts?period=2026-01&unit={sam.unit.public_id}")

    [address] = re.findall(r'href="(/counts/exports/ask\?[^"]*)"', page)
    form = a_page_of(client, address.replace("&amp;", "&"))
    assert '<option value="2026-01" selected>' in form
    assert f'<option value="{sam.unit.public_id}" selected>' in form


def test_an_answer_that_is_missing_is_named(client, adam, unit):
    client.force_login(adam)

    response = client.post("/counts/exports/ask", answers(purpose=""))

    assert "Select what the file is for" in response.content.decode()
    response = client.post("/counts/exports/ask", answers(purpose="other", purpose_words=""))
    assert "Say in a few words what it is for" in response.content.decode()


def test_a_file_is_sent_as_an_attachment_that_nobody_keeps_or_guesses_at(client, sam, now, unit):
    export = a_made_export(
        b"PK content", asked_by=sam, unit=unit, expires_at=now + timedelta(days=1)
    )
    client.force_login(sam)

    response = client.get(reverse("download_export", args=[export.public_id]))

    assert b"".join(response.streaming_content) == b"PK content"
    name = (
        f"porchlight-counts-2026-02-{unit.name.lower().replace('. ', '-').replace(' ', '-')}.xlsx"
    )
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Length"] == "10"
    assert AuditEvent.objects.get(event="export.downloaded").by == sam.public_id


def test_another_admins_file_does_not_exist(client, adam, now):
    export = a_made_export(expires_at=now + timedelta(days=1))
    client.force_login(adam)

    assert client.get(reverse("download_export", args=[export.public_id])).status_code == 404
    assert client.post(reverse("cancel_export", args=[export.public_id])).status_code == 404
    assert "Counts, internal" not in a_page_of(client, "/counts/exports")


@pytest.mark.parametrize("was", ["of another unit", "an admin"])
def test_who_no_longer_reaches_what_was_counted_has_its_file_no_more(
    client, sam, now, other_unit, was
):
    export = a_made_export(
        asked_by=sam,
        unit=other_unit if was == "of another unit" else None,
        expires_at=now + timedelta(days=1),
    )
    address = reverse("download_export", args=[export.public_id])
    client.force_login(sam)

    page = a_page_of(client, "/counts/exports")

    assert address not in page
    assert "Your account may not read these counts any more." in page
    assert client.get(address).status_code == 404
    assert not AuditEvent.objects.filter(event="export.downloaded").exists()


def test_a_file_is_named_by_the_day_of_its_own_calendar(client, adam, now):
    UnitFactory(time_zone="America/Chicago")
    export = a_made_export(
        asked_by=adam,
        done_at=at(2, 20, 2),  # 8 p.m. of February 19
        expires_at=now + timedelta(days=1),
        is_of_whole_period=False,
    )
    client.force_login(adam)

    response = client.get(reverse("download_export", args=[export.public_id]))

    assert "not-over-as-of-2026-02-19" in response["Content-Disposition"]


def test_an_expired_file_is_explained_instead_of_sent(client, adam, now):
    export = a_made_export(asked_by=adam, expires_at=now - timedelta(days=1))
    client.force_login(adam)

    response = client.get(reverse("download_export", args=[export.public_id]), follow=True)

    assert "This file has expired. Ask for it again." in response.content.decode()


def test_a_file_is_cancelled_from_the_list(client, adam, now):
    export = an_export(asked_by=adam)
    client.force_login(adam)
    assert "1 file is being made." in a_page_of(client, "/counts/exports")

    client.post(reverse("cancel_export", args=[export.public_id]))

    page = a_page_of(client, "/counts/exports")
    assert "Canceled" in page
    assert "hx-trigger" not in page  # nothing changes any more, so nothing is asked again


def test_the_list_says_how_far_it_is_why_it_failed_and_what_it_rests_on(client, adam, now):
    an_export(
        asked_by=adam, claimed_until=now + timedelta(minutes=1), progress=2000, progress_of=10_000
    )
    refused = an_export(asked_by=adam, failed_at=now, failed_words="Ask for CSV.")
    broken = an_export(asked_by=adam, failed_at=now, failed_words=export_queue.WENT_WRONG)
    a_made_export(asked_by=adam, expires_at=now + timedelta(days=1), is_of_whole_period=False)
    client.force_login(adam)

    page = a_page_of(client, "/counts/exports")

    assert "2,000 of 10,000 rows." in page
    assert "Ask for CSV." in page
    assert f'href="/counts?period={refused.period}"' in page
    assert f"Number {broken.public_id}." in page
    assert f"Number {refused.public_id}." not in page
    assert "The period was not over. Not locked. Kept until" in page


def test_a_long_list_asks_the_database_as_often_as_a_short_one(client, adam, unit):
    client.force_login(adam)
    an_export(asked_by=adam, unit=unit)
    a_schedule(owner=adam)
    client.get("/counts/exports")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/counts/exports")
    for _ in range(5):
        an_export(asked_by=adam, unit=unit)
        a_schedule(owner=adam)
    with CaptureQueriesContext(connection) as many:
        client.get("/counts/exports")

    assert len(many) == len(few)


def test_an_empty_list_says_what_to_do(client, adam, unit):
    client.force_login(adam)

    assert "You have no files yet." in a_page_of(client, "/counts/exports")


def test_a_monthly_export_is_made_paused_resumed_and_deleted(client, adam, unit):
    client.force_login(adam)
    client.post("/counts/exports/monthly", answers(day="3"))
    scheduled = ScheduledExport.objects.get()
    assert (scheduled.owner, scheduled.day) == (adam, 3)

    client.post(reverse("pause_schedule", args=[scheduled.public_id]))
    assert "Paused" in a_page_of(client, "/counts/exports")
    client.post(reverse("resume_schedule", args=[scheduled.public_id]))
    assert "Go on" not in a_page_of(client, "/counts/exports")
    address = reverse("delete_schedule", args=[scheduled.public_id])
    assert "Make no more every month?" in a_page_of(client, address)
    client.post(address)
    assert not ScheduledExport.objects.exists()


def test_a_day_that_not_every_month_has_is_refused(client, adam, unit):
    client.force_login(adam)

    response = client.post("/counts/exports/monthly", answers(day="31"))

    assert "Enter a day from 1 to 28" in response.content.decode()


def test_another_persons_monthly_export_does_not_exist(client, adam):
    scheduled = a_schedule(owner=UserFactory(role="admin", unit=None))
    client.force_login(adam)

    for page in ("pause_schedule", "resume_schedule", "delete_schedule"):
        assert client.post(reverse(page, args=[scheduled.public_id])).status_code == 404


@pytest.mark.parametrize("kind", [kind for kind in ExportKind if kind is not ExportKind.TIMELINESS])
@pytest.mark.parametrize("page", ["ask", "monthly"])
def test_an_auditor_asks_in_vain_for_anything_but_the_proof(client, ruth, kind, page):
    client.force_login(ruth)

    client.post(f"/counts/exports/{page}", answers(kind=kind, day="5"))

    assert not Export.objects.exists()
    assert not ScheduledExport.objects.exists()


def test_an_admin_who_has_become_an_auditor_keeps_nothing_but_the_proof(client, adam, now):
    later = now + timedelta(days=1)
    files = {kind: a_made_export(asked_by=adam, kind=kind, expires_at=later) for kind in ExportKind}
    User.objects.filter(pk=adam.pk).update(role=Role.AUDITOR)
    client.force_login(adam)

    page = client.get("/counts/exports").content.decode()

    for kind, file in files.items():
        address = reverse("download_export", args=[file.public_id])
        may_have = kind is ExportKind.TIMELINESS
        assert (address in page) is may_have
        assert client.get(address).status_code == (200 if may_have else 404)
