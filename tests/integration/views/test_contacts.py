"""Phones and accounts of a youth: written down, called from the page, set down as no longer in use."""

import html
import re
import uuid

import pytest
from django.urls import reverse

from casework.models import AuditEvent, ContactKind, YouthContact
from casework.operations import contacts as operations
from tests.factories import YouthFactory
from tests.integration.scenes import add_contact, fields_on, log


@pytest.fixture
def page_of(as_person, episode):
    """Where the episode's phones and accounts are."""
    return reverse("contacts", args=[episode.public_id])


def words_of(page) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def filled(browser, address, **answers):
    return fields_on(browser.get(address)) | answers


def test_a_phone_is_added_and_can_be_called_from_the_episode(as_person, ana, episode, page_of):
    browser = as_person(ana)

    saved = browser.post(
        page_of,
        filled(browser, page_of, kind="phone", value="(314) 555-0144", label="Aunt’s phone"),
    )

    assert saved["Location"] == page_of
    contact = YouthContact.objects.get()
    assert (contact.key, contact.recorded_by) == ("3145550144", ana)
    on_episode = browser.get(episode.get_absolute_url()).content.decode()
    assert 'href="tel:3145550144"' in on_episode
    assert "Aunt’s phone" in on_episode
    assert AuditEvent.objects.filter(event="contact.added", by=ana.public_id).exists()


def test_the_reports_read_out_what_is_in_use(as_person, ana, police, jordan, now):
    old = add_contact(jordan, ContactKind.PHONE, "314-555-0111", by=ana)
    add_contact(jordan, ContactKind.ACCOUNT, "@jo_q", by=ana, label="Snapchat")
    operations.end_contact(contact=old, by=ana, now=now)

    said = words_of(as_person(ana).get(police.get_absolute_url()))

    assert "Phones and accounts Snapchat: @jo_q" in said
    assert "314-555-0111" not in said


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("", "314-555-0144", "Select what it is"),
        ("phone", "", "Enter the number, address or account name"),
        ("phone", "555", "Enter a phone number with its area code, like 314-555-0144"),
        ("email", "jordan at mail", "Enter an email address like name@example.com"),
        ("account", "jo q", "Enter the name of the account without spaces, like @jordan_x"),
    ],
)
def test_what_cannot_be_read_is_said_and_stays(as_person, ana, page_of, kind, value, said):
    browser = as_person(ana)

    page = browser.post(page_of, filled(browser, page_of, kind=kind, value=value))

    assert said in words_of(page)
    assert f'value="{value}"' in page.content.decode() or not value
    assert not YouthContact.objects.exists()


def test_the_same_form_twice_adds_one_and_the_same_number_is_on_file(as_person, ana, page_of):
    browser = as_person(ana)
    answers = filled(browser, page_of, kind="phone", value="314-555-0144")

    again = [browser.post(page_of, answers).status_code for _ in range(2)]
    other = browser.post(page_of, answers | {"submission_key": uuid.uuid4(), "value": "3145550144"})

    assert again == [302, 302]
    assert "This is on file already" in words_of(other)
    assert YouthContact.objects.count() == 1


def test_one_no_longer_in_use_stays_and_can_be_used_again(as_person, ana, jordan, episode, page_of):
    contact = add_contact(jordan, ContactKind.PHONE, "314-555-0144", by=ana)
    browser = as_person(ana)
    ids = [episode.public_id, contact.public_id]

    browser.post(reverse("end_contact", args=ids))
    assert "No longer in use (1)" in words_of(browser.get(page_of))
    assert "tel:314" not in browser.get(episode.get_absolute_url()).content.decode()
    browser.post(reverse("use_contact_again", args=ids))

    contact.refresh_from_db()
    assert contact.ended_at is contact.ended_by is None
    assert [
        event.event for event in AuditEvent.objects.filter(subject="YouthContact").order_by("id")
    ] == ["contact.added", "contact.ended", "contact.used_again"]


def test_one_added_anew_meanwhile_is_not_there_twice(as_person, ana, jordan, episode, page_of, now):
    old = add_contact(jordan, ContactKind.PHONE, "314-555-0144", by=ana)
    operations.end_contact(contact=old, by=ana, now=now)
    add_contact(jordan, ContactKind.PHONE, "(314) 555 0144", by=ana)

    address = reverse("use_contact_again", args=[episode.public_id, old.public_id])
    said = words_of(as_person(ana).post(address, follow=True))

    assert "This is on file already" in said
    old.refresh_from_db()
    assert old.ended_at == now


def test_a_contact_of_another_youth_is_not_found_under_this_episode(
    as_person, ana, omar, unit, jordan, episode, now
):
    other = YouthFactory(unit=unit)
    theirs = add_contact(other, ContactKind.PHONE, "314-555-0144", by=ana)
    log(other, by=ana, now=now)
    address = reverse("end_contact", args=[episode.public_id, theirs.public_id])

    assert as_person(ana).post(address).status_code == 404
    assert as_person(omar).post(address).status_code == 404
    theirs.refresh_from_db()
    assert theirs.ended_at is None
