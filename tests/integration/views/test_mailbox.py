"""The demonstration's caught mail."""

import mailbox
from email.message import EmailMessage

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def caught(tmp_path, settings):
    """Put a message in the catcher's folder, sent on Mar 3 at 8:04 UTC."""
    settings.DEMO, settings.MAIL_CATCHER_DIR = True, tmp_path / "mail"
    box = mailbox.Maildir(settings.MAIL_CATCHER_DIR)

    def put(to: str) -> str:
        message = EmailMessage()
        message["To"], message["Subject"] = to, "A duty is due"
        message["Date"] = "Tue, 03 Mar 2026 08:04:00 +0000"
        message.set_content("Sign in to see it.")
        return box.add(message)

    return put


def test_each_message_stands_at_the_time_of_the_unit_of_whom_it_is_for(
    as_person, adam, ana, unit, caught
):
    key = caught(f"Ana <{ana.email.upper()}>")
    unit.time_zone = "America/Denver"
    unit.save()
    browser = as_person(adam)

    pages = [browser.get(address) for address in ("/demo/mailbox", f"/demo/mailbox/{key}")]

    assert all("Tue Mar 3, 1:04 a.m. MST" in page.content.decode() for page in pages)


def test_for_whom_has_no_unit_the_zone_is_said(as_person, adam, caught):
    caught(adam.email)
    caught("somebody@elsewhere.example")

    page = as_person(adam).get("/demo/mailbox").content.decode()

    assert page.count("Tue Mar 3, 8:04 a.m. UTC") == 2
