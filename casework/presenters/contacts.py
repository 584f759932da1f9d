"""Phones and accounts of a youth in words: to call, to look up, to read out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.urls import reverse

from casework.models import ContactKind, Episode, YouthContact
from casework.policies.time_phrases import moment


@dataclass(frozen=True, kw_only=True)
class ContactRow:
    """One contact in a list."""

    label: str
    value: str
    is_phone: bool
    recorded: str
    """Who wrote it down and when; of one no longer in use who said so, and when."""
    change_url: str
    """Where its button leads: to set it down as no longer in use, or to use it again."""


def contact_rows(
    contacts: Iterable[YouthContact], episode: Episode, *, now: datetime
) -> tuple[list[ContactRow], list[ContactRow]]:
    """The contacts in use, phones first, and those no longer in use."""
    in_use: list[ContactRow] = []
    ended: list[ContactRow] = []
    for contact in sorted(contacts, key=lambda one: one.kind != ContactKind.PHONE):
        row = _row(contact, episode, episode.zone, now)
        (in_use if contact.ended_at is None else ended).append(row)
    return in_use, ended


def contacts_on_page(episode: Episode, *, now: datetime) -> list[ContactRow]:
    """The contacts in use, for the episode's page."""
    contacts = episode.youth.contacts.in_use().select_related("recorded_by", "ended_by")
    return contact_rows(contacts, episode, now=now)[0]


def _row(contact: YouthContact, episode: Episode, zone: tzinfo, now: datetime) -> ContactRow:
    if contact.ended_at is not None and contact.ended_by is not None:
        said = (
            f"No longer in use, {contact.ended_by.name}, {moment(contact.ended_at, zone, now=now)}"
        )
        page = "use_contact_again"
    else:
        said = f"{contact.recorded_by.name}, {moment(contact.recorded_at, zone, now=now)}"
        page = "end_contact"
    return ContactRow(
        label=contact.label or _label(contact),
        value=contact.value,
        is_phone=contact.kind == ContactKind.PHONE,
        recorded=said,
        change_url=reverse(page, args=[episode.public_id, contact.public_id]),
    )


def contacts_to_read(contacts: Iterable[YouthContact]) -> str:
    """The contacts in use, a line each, phones first: what police and NCMEC ask for."""
    ordered = sorted(contacts, key=lambda one: one.kind != ContactKind.PHONE)
    return "\n".join(f"{one.label or _label(one)}: {one.value}" for one in ordered)


def _label(contact: YouthContact) -> str:
    """What it is, in a word, where nobody said whose."""
    return {ContactKind.PHONE: "Phone", ContactKind.EMAIL: "Email"}.get(
        ContactKind(contact.kind), "Account"
    )
